"""Optimizers: ``step(theta, grad)`` changes theta in place by the equations in the docstrings.

They see the parameters as one flat vector. A step passes over it in blocks that stay in the
processor's cache, whatever the number of parameters. (Several threads were tried: between two
products the threads of the linear algebra keep the other cores busy with waiting, and what is won in
a loop of steps alone is lost in a training.)

Notation: g is the gradient, eta the learning rate of the step, alpha the weight decay, which acts
on the weights (the first `n_weights` parameters) and never on the biases.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.linalg import get_blas_funcs

# Numbers in a block: theta, g, two states and the scratch array of 32,768 float32 take 640 kB.
BLOCK = 32_768
# Numbers that one call of BLAS's axpy gets: with more than 10,000 OpenBLAS would wake its threads, which
# takes longer than the work, and very much longer where other programs keep the cores busy.
PIECE = 10_000
# Every so many steps the states are cleared of numbers that are about to become denormal.
STEPS_BETWEEN_FLUSHES = 64


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
        self._blocks = None

    def __getstate__(self):
        return {**self.__dict__, "_blocks": None}

    def copy_state(self):
        """Return a copy of what :meth:`step` changes beside theta."""
        return self.t, [state.copy() for state in self.states]

    def restore_state(self, copied):
        """Go back to what :meth:`copy_state` returned."""
        self.t, states = copied
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
        factors = self.factors(learning_rate)
        for block in self._blocks:
            if alpha:
                for _, W, g, _, _ in block.decaying:
                    if self.decoupled:
                        W *= 1 - learning_rate * alpha  # W <- W - eta alpha W
                    else:
                        block.add(alpha, W, g)  # g <- g + alpha W
            self.update(block, factors)
            if self.t % STEPS_BETWEEN_FLUSHES == 0:
                for state in block.states:
                    flush_denormals(state)

    def factors(self, learning_rate):
        """Return the numbers of this step that are the same for every block."""
        raise NotImplementedError

    def update(self, block, factors):
        """Change the theta and the states of `block` in place."""
        raise NotImplementedError


class SGD(Optimizer):
    """(Stochastic) gradient descent, with momentum.

    Plain: theta <- theta - eta g. With momentum mu: v <- mu v - eta g; theta <- theta + v. With
    Nesterov's: theta <- theta + mu v - eta g, with the new v (Sutskever et al., 2013).

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
        super().__init__(**shared)
        self.momentum = momentum
        self.nesterov = nesterov
        self.n_states = 1 if momentum else 0

    def factors(self, learning_rate):
        """Eta."""
        return learning_rate

    def update(self, block, factors):
        """Change a block in place."""
        eta, theta, add = factors, block.theta, block.add
        if not block.states:
            for part in block.parts:
                add(-eta * part.rate, part.grad, part.theta)  # theta <- theta - eta g
            return
        (v,) = block.states
        v *= self.momentum
        for part in block.parts:
            add(-eta * part.rate, part.grad, part.states[0])  # v <- mu v - eta g
        if not self.nesterov:
            theta += v
            return
        for part in block.parts:
            add(self.momentum, part.states[0], part.theta)
            add(-eta * part.rate, part.grad, part.theta)  # theta <- theta + mu v - eta g


class Adam(Optimizer):
    """Adam (Kingma & Ba, 2015).

    m <- beta_1 m + (1 - beta_1) g
    v <- beta_2 v + (1 - beta_2) g^2
    theta <- theta - eta m' / (sqrt(v') + epsilon), m' = m / (1 - beta_1^t), v' = v / (1 - beta_2^t)

    The states hold M = m / (1 - beta_1) and V = v / (1 - beta_2), which saves two passes over the
    parameters; :meth:`factors` gives what makes up for it. PyTorch computes the same; in
    scikit-learn epsilon is added to sqrt(v) before the correction of v.

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

    def factors(self, learning_rate):
        """Return the step size and the epsilon that fit M and V.

        m' = M (1 - beta_1) / (1 - beta_1^t) and sqrt(v') = c sqrt(V), where
        c^2 = (1 - beta_2) / (1 - beta_2^t); dividing both by c leaves sqrt(V) alone.
        """
        c = math.sqrt((1 - self.beta_2) / (1 - self.beta_2**self.t))
        correction_1 = (1 - self.beta_1) / (1 - self.beta_1**self.t)
        return learning_rate * correction_1 / c, self.epsilon / c

    def update(self, block, factors):
        """Change a block in place."""
        step_size, epsilon = factors
        g, scratch = block.grad, block.scratch
        M, V = block.states
        M *= self.beta_1
        M += g  # M <- beta_1 M + g
        g *= g
        V *= self.beta_2
        V += g  # V <- beta_2 V + g^2
        np.sqrt(V, out=scratch)
        scratch += epsilon
        np.divide(M, scratch, out=scratch)
        for part in block.parts:  # theta <- theta - step_size M / (sqrt(V) + epsilon)
            block.add(-step_size * part.rate, part.scratch, part.theta)


class AdamW(Adam):
    """Adam, and W <- W - eta alpha W beside it: decoupled decay (Loshchilov & Hutter, 2019)."""

    decoupled = True


OPTIMIZERS = {"sgd": SGD, "adam": Adam, "adamw": AdamW}


def flush_denormals(state):
    """Change `state` in place: numbers far below any use become 0, the others stay as they are.

    The moments of a unit that no longer fires shrink geometrically; below 1e-38 (float32) they
    would be denormal, and arithmetic on denormal numbers is many times slower. Adding and taking
    off a number rounds away all that is below its last bit, 16 digits (float32: 7) further down.
    """
    anchor = 1e-20 if state.dtype == np.float32 else 1e-200
    state += anchor
    state -= anchor


class Part(NamedTuple):
    """Views of a part of theta, the gradient, the states and the scratch array that has one rate."""

    rate: float
    theta: np.ndarray
    grad: np.ndarray
    states: list
    scratch: np.ndarray


class Block:
    """Views of one block of theta, the gradient and the states, and a scratch array.

    Attributes
    ----------
    parts : list of Part
        The block again, in pieces that each have one rate and suit :meth:`add`.
    decaying : list of Part
        The weights among its parameters, likewise.
    """

    __slots__ = ("_axpy", "decaying", "grad", "parts", "scratch", "states", "theta")

    def __init__(self, theta, grad, scratch, where, optimizer):
        self.theta = theta[where]
        self.grad = grad[where]
        self.states = [state[where] for state in optimizer.states]
        self.scratch = scratch[: self.theta.size]
        n_weights = min(max(optimizer.n_weights - where.start, 0), self.theta.size)
        self.decaying = self._divided(n_weights, where.start, optimizer.rates)
        self.parts = self._divided(self.theta.size, where.start, optimizer.rates)
        self._axpy = get_blas_funcs("axpy", dtype=theta.dtype)

    def _divided(self, stop, offset, rates):
        """Return the parts up to `stop`; the block begins at `offset` of theta."""
        parts = []
        for where, rate in rates or [(slice(0, offset + stop), 1.0)]:
            first, last = max(where.start - offset, 0), min(where.stop - offset, stop)
            for i in range(first, last, PIECE):
                here = slice(i, min(i + PIECE, last))
                states = [state[here] for state in self.states]
                parts.append(Part(rate, self.theta[here], self.grad[here], states, self.scratch[here]))
        return parts

    def add(self, factor, x, y):
        """Change `y` in place to y + factor x: one pass, which NumPy would need two for and a third array."""
        self._axpy(x, y, a=factor)


class Blocks(list):
    """The blocks of one pair of vectors theta and grad, with one scratch array for all."""

    def __init__(self, theta, grad, optimizer):
        self.theta, self.grad = theta, grad
        n_blocks = -(-theta.size // BLOCK)
        size = -(-theta.size // n_blocks)  # blocks of equal size
        scratch = np.empty(size, theta.dtype)
        starts = range(0, theta.size, size)
        super().__init__(Block(theta, grad, scratch, slice(i, i + size), optimizer) for i in starts)
