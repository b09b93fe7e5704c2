"""The blocks in which an optimizer passes over the parameters, so that they stay in the processor's cache.

(Several threads were tried. Operations as short as those of a block wait for each other's turn at
Python's lock, longer ones would leave the cache, and meanwhile the threads of the linear algebra keep the
other cores busy with waiting for the next product.)
"""

from typing import NamedTuple

import numpy as np
from scipy.linalg import get_blas_funcs

from skbackprop.network.kernels.threads import scipy_has_its_own_blas

# Numbers in a block: theta, g, two states and the scratch array of 100,000 float32 take 2 MB, which stay in
# the second or third cache; in smaller blocks the calls take longer than the nearer cache saves. Where SciPy
# shares NumPy's BLAS a block is smaller: with more than 10,000 numbers OpenBLAS would wake its threads for
# an axpy, which takes longer than the work, and very much longer where other programs keep the cores busy.
BLOCK = 100_000 if scipy_has_its_own_blas() else 10_000


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
        The block again, in pieces that each have one rate.
    decaying : list of Part
        The weights among its parameters, likewise.
    axpy : callable
        ``axpy(x, y, a=c)`` is y <- y + c x: one pass, which NumPy would need two for and a third array.
    """

    __slots__ = ("axpy", "decaying", "grad", "parts", "scratch", "states", "theta")

    def __init__(self, theta, grad, scratch, where, optimizer):
        self.theta = theta[where]
        self.grad = grad[where]
        self.states = [state[where] for state in optimizer.states]
        self.scratch = scratch[: self.theta.size]
        n_weights = min(max(optimizer.n_weights - where.start, 0), self.theta.size)
        self.decaying = self._divided(n_weights, where.start, optimizer.rates)
        self.parts = self._divided(self.theta.size, where.start, optimizer.rates)
        self.axpy = get_blas_funcs("axpy", dtype=theta.dtype)

    def _divided(self, stop, offset, rates):
        """Return the parts up to `stop`; the block begins at `offset` of theta."""
        parts = []
        for where, rate in rates or [(slice(0, offset + stop), 1.0)]:
            first, last = max(where.start - offset, 0), min(where.stop - offset, stop)
            if first < last:
                here = slice(first, last)
                states = [state[here] for state in self.states]
                parts.append(Part(rate, self.theta[here], self.grad[here], states, self.scratch[here]))
        return parts


class Blocks(list):
    """The blocks of one pair of vectors theta and grad, with one scratch array for all."""

    def __init__(self, theta, grad, optimizer):
        self.theta, self.grad = theta, grad
        n_blocks = -(-theta.size // BLOCK)
        size = -(-theta.size // n_blocks)  # blocks of equal size
        scratch = np.empty(size, theta.dtype)
        starts = range(0, theta.size, size)
        super().__init__(Block(theta, grad, scratch, slice(i, i + size), optimizer) for i in starts)
