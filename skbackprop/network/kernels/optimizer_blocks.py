"""The blocks in which an optimizer processes the parameters, so that they stay in the processor's cache.

Several threads are slower: the short operations of a block wait for Python's global lock, longer ones exceed
the cache, and the threads of the linear algebra occupy the other cores while they wait for the next product.
"""

import math

import numpy as np
from scipy.linalg import get_blas_funcs

from skbackprop.network.kernels.moments import MomentBlock
from skbackprop.network.kernels.threads import scipy_has_its_own_blas

# Numbers per block. With 100,000 float32, theta, g, two moments and the scratch array take 2 MB, which stay
# in the second- or third-level cache; with smaller blocks, the overhead of the calls exceeds the gain from
# a faster cache. If SciPy shares NumPy's BLAS, blocks are smaller: for an axpy of more than 10,000 numbers
# OpenBLAS starts its threads, which takes longer than the work, above all while other programs keep the
# cores busy.
BLOCK = 100_000 if scipy_has_its_own_blas() else 10_000


class Block:
    """Views of one block of theta, the gradient and the moments, and a scratch array.

    Attributes
    ----------
    theta, grad, scratch : ndarray of shape (n,)
    weights, weight_grad : ndarray
        The weights of the block, on which weight decay acts, and their gradient.
    moments : list of MomentBlock
    """

    __slots__ = ("_axpy", "_parts", "grad", "moments", "scratch", "theta", "weight_grad", "weights")

    def __init__(self, theta, grad, scratch, where, optimizer):
        self.theta = theta[where]
        self.grad = grad[where]
        self.scratch = scratch[: self.theta.size]
        self.moments = [MomentBlock(moment, where) for moment in optimizer.moments]
        n_weights = min(max(optimizer.n_weights - where.start, 0), self.theta.size)
        self.weights, self.weight_grad = self.theta[:n_weights], self.grad[:n_weights]
        self._parts = parts_within(where.start, self.theta.size, optimizer.rates)
        self._axpy = get_blas_funcs("axpy", dtype=theta.dtype)

    def decay_weights(self, factor):
        """Update theta: W <- factor W."""
        np.multiply(self.weights, factor, out=self.weights)

    def add_penalty(self, alpha):
        """Update g for the weights: g <- g + alpha W."""
        if self.weights.size:
            self._axpy(self.weights, self.weight_grad, a=alpha)

    def descend(self, eta):
        """Update theta: theta <- theta - eta g."""
        self._add_to_theta(-eta, self.grad)

    def move(self, c, v):
        """Update theta: theta <- theta + c v, with a MomentBlock v."""
        self._add_to_theta(c * v.moment.scale, v.array)

    def move_by_ratio(self, c, m, v, c_2, epsilon):
        """Update theta: theta <- theta + c m / (sqrt(v / c_2) + epsilon), with the MomentBlocks m and v.

        With s = sqrt(v.scale / c_2), sqrt(v / c_2) + epsilon = s (sqrt(v.array) + epsilon / s).
        """
        s = math.sqrt(v.moment.scale / c_2)
        ratio = np.sqrt(v.array, out=self.scratch)
        ratio += epsilon / s
        np.divide(m.array, ratio, out=ratio)
        self._add_to_theta(c * m.moment.scale / s, ratio)

    def _add_to_theta(self, c, array):
        if not self._parts:
            self._axpy(array, self.theta, a=c)  # axpy(x, y, a=c) is y <- y + c x in one pass
        for part, rate in self._parts:
            self._axpy(array[part], self.theta[part], a=c * rate)


def parts_within(start, size, rates):
    """Return (slice, rate) of the parts of theta[start : start + size], with slices counted from `start`."""
    parts = []
    for where, rate in rates:
        first, last = max(where.start - start, 0), min(where.stop - start, size)
        if first < last:
            parts.append((slice(first, last), rate))
    return parts


class Blocks(list):
    """The blocks of one pair of vectors theta and grad, with one scratch array for all."""

    def __init__(self, theta, grad, optimizer):
        self.theta, self.grad = theta, grad
        n_blocks = math.ceil(theta.size / BLOCK)
        size = math.ceil(theta.size / n_blocks)  # blocks of equal size
        scratch = np.empty(size, theta.dtype)
        starts = range(0, theta.size, size)
        super().__init__(Block(theta, grad, scratch, slice(i, i + size), optimizer) for i in starts)
