"""Optimizers: ``step(theta, grad, eta)`` changes theta in place by the equations in the docstrings.

The parameters are one flat vector, which is processed block by block.

Notation: g is the gradient, eta the learning rate of the step, alpha the weight decay, which acts
on the weights (the first `n_weights` parameters) and never on the biases.
"""

import copy

from skbackprop.network.kernels.moments import Moment
from skbackprop.network.kernels.optimizer_blocks import Blocks

# Number of steps after which moments that are about to become denormal are set to 0.
STEPS_BETWEEN_FLUSHES = 64


class Optimizer:
    """Base class: moments, blocks and weight decay.

    A subclass defines ``betas``, the factors of its moments, and :meth:`update`.

    Parameters
    ----------
    alpha : float, default=0.0
        Weight decay: adds ``alpha / 2 * sum(W ** 2)`` to the loss (L2).
    n_weights : int, default=0
        The first `n_weights` parameters are weights.
    rates : list of (slice, float), default=()
        Parts of theta, in order, and the factor on Adam's learning rate for each; SGD uses its square (see
        :mod:`skbackprop.network.parametrization`). Empty for 1 everywhere.

    Attributes
    ----------
    t : int
        Steps made so far.
    moments : list of Moment
        The method's vectors, each as long as theta; empty before the first step.
    """

    decoupled = False
    rate_power = 1

    def __init__(self, *, alpha=0.0, n_weights=0, rates=()):
        self.alpha = alpha
        self.n_weights = n_weights
        self.rates = [(part, rate**self.rate_power) for part, rate in rates]
        self.t = 0
        self.moments = []
        self._blocks = None

    def __getstate__(self):
        return {**self.__dict__, "_blocks": None}

    def copied(self):
        """Return a copy with moments of its own, to train a copy of theta."""
        other = copy.copy(self)
        other.moments = [moment.copied() for moment in self.moments]
        return other

    def copy_state(self):
        """Return a copy of the state that :meth:`step` changes, apart from theta."""
        return self.t, [moment.copy_state() for moment in self.moments]

    def restore_state(self, copied):
        """Go back to what :meth:`copy_state` returned."""
        self.t, states = copied
        for moment, state in zip(self.moments, states or [(0.0, 1.0)] * len(self.moments), strict=True):
            moment.restore_state(state)

    def follow_growth(self, n_weights, slices, grown):
        """Adapt the state in place to a theta that has grown.

        Parameters
        ----------
        n_weights : int
        slices : list of slice
            The parts of the new theta, in the order of ``rates``.
        grown : callable
            Maps a vector of the length of the old theta to one of the length of the new.
        """
        self.n_weights = n_weights
        self.rates = [(where, rate) for where, (_, rate) in zip(slices, self.rates, strict=False)]
        for moment in self.moments:
            moment.array = grown(moment.array)
        self._blocks = None

    def step(self, theta, grad, learning_rate, strength=1.0):
        """Make one step: change `theta` in place (and use `grad` as scratch).

        Parameters
        ----------
        theta, grad : ndarray of shape (n_parameters,)
        learning_rate : float
            eta of this step.
        strength : float, default=1.0
            Factor on alpha in this step.
        """
        betas = self.betas
        if len(self.moments) < len(betas):
            self.moments, self._blocks = [Moment(theta) for _ in betas], None
        if self._blocks is None or self._blocks.theta is not theta or self._blocks.grad is not grad:
            self._blocks = Blocks(theta, grad, self)
        self.t += 1
        alpha = self.alpha * strength
        for moment, beta in zip(self.moments, betas, strict=True):
            moment.shrink(beta)
        for block in self._blocks:
            if alpha and self.decoupled:
                block.decay_weights(1 - learning_rate * alpha)  # W <- W - eta alpha W
            elif alpha:
                block.add_penalty(alpha)  # g <- g + alpha W
            self.update(block, learning_rate)
        if self.t % STEPS_BETWEEN_FLUSHES == 0:
            for moment in self.moments:
                moment.flush_denormals()

    @property
    def betas(self):
        """The factor of each moment; :meth:`step` multiplies by it before it calls :meth:`update`."""
        return ()

    def update(self, block, eta):
        """Change theta and the moments of `block` in place; g may be overwritten."""
        raise NotImplementedError


class SGD(Optimizer):
    """(Stochastic) gradient descent, with momentum.

    Plain: theta <- theta - eta g. With momentum mu: v <- mu v - eta g; theta <- theta + v. With Nesterov's:
    theta <- theta + mu v - eta g, with the new v (Sutskever et al., 2013).

    Parameters
    ----------
    momentum : float, default=0.9
        mu, in [0, 1); 0 is plain gradient descent.
    nesterov : bool, default=True
    **shared
        See :class:`Optimizer`.
    """

    rate_power = 2

    def __init__(self, *, momentum=0.9, nesterov=True, **shared):
        super().__init__(**shared)
        self.momentum = momentum
        self.nesterov = nesterov

    @property
    def betas(self):
        """The factor mu; empty without momentum."""
        return (self.momentum,) if self.momentum or self.moments else ()

    def update(self, block, eta):
        if not block.moments:
            block.descend(eta)  # theta <- theta - eta g
            return
        (v,) = block.moments
        v.add(-eta, block.grad)  # v <- mu v - eta g
        if self.nesterov:
            block.move(self.momentum, v)  # theta <- theta + mu v - eta g
            block.descend(eta)
        else:
            block.move(1.0, v)  # theta <- theta + v


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2015).

    m <- beta_1 m + (1 - beta_1) g
    v <- beta_2 v + (1 - beta_2) g^2
    theta <- theta - eta m' / (sqrt(v') + epsilon), m' = m / (1 - beta_1^t), v' = v / (1 - beta_2^t)

    As in PyTorch; in scikit-learn epsilon is added to sqrt(v) before the correction of v.

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9, 0.999
        The factors of the two moments, in [0, 1).
    epsilon : float, default=1e-8
    **shared
        See :class:`Optimizer`.
    """

    def __init__(self, *, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **shared):
        super().__init__(**shared)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    @property
    def betas(self):
        """beta_1 and beta_2."""
        return self.beta_1, self.beta_2

    def update(self, block, eta):
        g, (m, v) = block.grad, block.moments
        m.add(1 - self.beta_1, g)  # m <- beta_1 m + (1 - beta_1) g
        g *= g
        v.add(1 - self.beta_2, g)  # v <- beta_2 v + (1 - beta_2) g^2
        c_1 = 1 - self.beta_1**self.t  # m' = m / c_1
        c_2 = 1 - self.beta_2**self.t  # v' = v / c_2
        # theta <- theta - eta m' / (sqrt(v') + epsilon)
        block.move_by_ratio(-eta / c_1, m, v, c_2, self.epsilon)


class AdamW(Adam):
    """Adam with decoupled weight decay, W <- W - eta alpha W (Loshchilov & Hutter, 2019)."""

    decoupled = True


OPTIMIZERS = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
