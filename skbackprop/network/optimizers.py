"""Optimizers: ``step(theta, grad)`` changes theta in place by the equations in the docstrings.

They see the parameters as one flat vector, and pass over it block by block.

Notation: g is the gradient, eta the learning rate of the step, alpha the weight decay, which acts
on the weights (the first `n_weights` parameters) and never on the biases.
"""

import math

import numpy as np

from skbackprop.network.kernels.denormals import flush_denormals
from skbackprop.network.kernels.optimizer_blocks import Blocks

# Every so many steps the states are cleared of numbers that are about to become denormal.
STEPS_BETWEEN_FLUSHES = 64
# A scale that falls below this is multiplied into its state.
SMALLEST_SCALE = 1e-3


class Optimizer:
    """What the optimizers share: states, blocks and weight decay.

    Parameters
    ----------
    alpha : float, default=0.0
        Weight decay: adds ``alpha / 2 * sum(W ** 2)`` to the loss (L2).
    n_weights : int, default=0
        The first `n_weights` parameters decay.
    rates : list of (slice, float), default=()
        Parts of theta in their order, and the factor on the learning rate of each, as it is meant
        for Adam; empty is 1 everywhere. For SGD it is squared (see :class:`SGD`).

    Attributes
    ----------
    t : int
        Steps made so far.
    states : list of ndarray
        The method's vectors, each as long as theta; empty before the first step.
    scales : list of float
        One for each state: the method's vector is the state times this number. Where a vector decays at each
        step, it is the number that does, and the state itself once in a long while: a pass saved.
    """

    n_states = 0
    decoupled = False
    rate_power = 1

    def __init__(self, *, alpha=0.0, n_weights=0, rates=()):
        self.alpha = alpha
        self.n_weights = n_weights
        self.rates = [(part, rate**self.rate_power) for part, rate in rates]
        self.t = 0
        self.states = []
        self.scales = [1.0] * self.n_states
        self._blocks = None

    def __getstate__(self):
        return {**self.__dict__, "_blocks": None}

    def copy_state(self):
        """Return a copy of what :meth:`step` changes beside theta."""
        return self.t, self.scales.copy(), [state.copy() for state in self.states]

    def restore_state(self, copied):
        """Go back to what :meth:`copy_state` returned."""
        self.t, self.scales, states = copied
        for state, copy in zip(self.states, states or [0.0] * len(self.states), strict=True):
            state[...] = copy

    def step(self, theta, grad, learning_rate, decay=1.0):
        """Make one step: change `theta` in place (and use `grad` as scratch).

        Parameters
        ----------
        theta, grad : ndarray of shape (n_parameters,)
        learning_rate : float
            eta of this step.
        decay : float, default=1.0
            Factor on alpha in this step.
        """
        if self._blocks is None or self._blocks.theta is not theta or self._blocks.grad is not grad:
            if not self.states:
                self.states = [np.zeros_like(theta) for _ in range(self.n_states)]
            self._blocks = Blocks(theta, grad, self)
        self.t += 1
        alpha = self.alpha * decay
        shrinking = self._shrink()
        factors = self.factors(learning_rate)
        for block in self._blocks:
            for i, scale in shrinking:
                block.states[i] *= scale
            if alpha:
                for _, W, g, _, _ in block.decaying:
                    if self.decoupled:
                        W *= 1 - learning_rate * alpha  # W <- W - eta alpha W
                    else:
                        block.axpy(W, g, a=alpha)  # g <- g + alpha W
            self.update(block, factors)
            if self.t % STEPS_BETWEEN_FLUSHES == 0:
                for state in block.states:
                    flush_denormals(state)

    @property
    def decays(self):
        """The factor on each state in a step, where ``scales`` take care of it; () where `update` does."""
        return ()

    def _shrink(self):
        """Let the scales decay; return (number of a state, its scale) where the state itself must shrink.

        That is where the scale has become too small; it is 1 again.
        """
        shrinking = []
        for i, decay in enumerate(self.decays):
            self.scales[i] *= decay
            if self.scales[i] < SMALLEST_SCALE:
                shrinking.append((i, self.scales[i]))
                self.scales[i] = 1.0
        return shrinking

    def factors(self, learning_rate):
        """Return the numbers of this step that are the same for every block."""
        raise NotImplementedError

    def update(self, block, factors):
        """Change the theta and the states of `block` in place."""
        raise NotImplementedError


class SGD(Optimizer):
    """(Stochastic) gradient descent, with momentum.

    Plain: theta <- theta - eta g. With momentum mu: v <- mu v - eta g; theta <- theta + v. With
    Nesterov's: theta <- theta + mu v - eta g, with the new v (Sutskever et al., 2013). The state is V =
    v / c, where c, its scale, shrinks by mu at each step.

    The factors of `rates` stand for a parameter that is its factor r times another one. In terms
    of that one Adam's step, which has no units, is r times as long; a gradient step is r^2 times,
    because the gradient grows by r as well.

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
        self.n_states = 1 if momentum else 0
        super().__init__(**shared)
        self.momentum = momentum
        self.nesterov = nesterov

    @property
    def decays(self):
        """Mu."""
        return (self.momentum,) if self.n_states else ()

    def factors(self, learning_rate):
        """Eta, and c of v = c V where there is momentum."""
        return learning_rate, self.scales[0] if self.scales else None

    def update(self, block, factors):
        """Change a block in place."""
        (eta, c), axpy = factors, block.axpy
        for part in block.parts:
            if c is None:
                axpy(part.grad, part.theta, a=-eta * part.rate)  # theta <- theta - eta g
                continue
            (V,) = part.states
            axpy(part.grad, V, a=-eta * part.rate / c)  # v <- mu v - eta g
            if not self.nesterov:
                axpy(V, part.theta, a=c)  # theta <- theta + v
                continue
            axpy(V, part.theta, a=self.momentum * c)
            axpy(part.grad, part.theta, a=-eta * part.rate)  # theta <- theta + mu v - eta g


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2015).

    m <- beta_1 m + (1 - beta_1) g
    v <- beta_2 v + (1 - beta_2) g^2
    theta <- theta - eta m' / (sqrt(v') + epsilon), m' = m / (1 - beta_1^t), v' = v / (1 - beta_2^t)

    The states hold M = m / c_1 and V = v / c_2. The scales c_1 and c_2 shrink by beta_1 and beta_2 at
    each step, so that what is left of the first two equations is

    M <- M + (1 - beta_1) / c_1 g
    V <- V + (1 - beta_2) / c_2 g^2

    which saves four passes over the parameters; :meth:`factors` gives what makes up for it. PyTorch
    computes the same; in scikit-learn epsilon is added to sqrt(v) before the correction of v.

    Parameters
    ----------
    beta_1, beta_2 : float, default=0.9, 0.999
        Decay of the two moments, in [0, 1).
    epsilon : float, default=1e-8
    **shared
        See :class:`Optimizer`.
    """

    n_states = 2

    def __init__(self, *, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **shared):
        super().__init__(**shared)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    @property
    def decays(self):
        """beta_1 and beta_2."""
        return self.beta_1, self.beta_2

    def factors(self, learning_rate):
        """Return what M and V make of g and g^2, and the step size and the epsilon that fit M and V.

        m' = c_1 M / (1 - beta_1^t) and sqrt(v') = r sqrt(V), where r^2 = c_2 / (1 - beta_2^t);
        dividing both by r leaves sqrt(V) alone.
        """
        c_1, c_2 = self.scales
        r = math.sqrt(c_2 / (1 - self.beta_2**self.t))
        step_size = learning_rate * c_1 / (1 - self.beta_1**self.t) / r
        return (1 - self.beta_1) / c_1, (1 - self.beta_2) / c_2, step_size, self.epsilon / r

    def update(self, block, factors):
        """Change a block in place."""
        of_g, of_g2, step_size, epsilon = factors
        g, scratch = block.grad, block.scratch
        M, V = block.states
        block.axpy(g, M, a=of_g)  # M <- M + (1 - beta_1) / c_1 g
        g *= g
        block.axpy(g, V, a=of_g2)  # V <- V + (1 - beta_2) / c_2 g^2
        np.sqrt(V, out=scratch)
        scratch += epsilon
        np.divide(M, scratch, out=scratch)
        for part in block.parts:  # theta <- theta - step_size M / (sqrt(V) + epsilon)
            block.axpy(part.scratch, part.theta, a=-step_size * part.rate)


class AdamW(Adam):
    """Adam, and W <- W - eta alpha W beside it: decoupled decay (Loshchilov & Hutter, 2019)."""

    decoupled = True


OPTIMIZERS = {"sgd": SGD, "adam": Adam, "adamw": AdamW}
