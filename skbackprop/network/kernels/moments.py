"""The vectors that an optimizer keeps, such as Adam's m and v, each stored as a number times an array."""

import copy

import numpy as np
from scipy.linalg import get_blas_funcs

from skbackprop.network.kernels.denormals import flush_denormals

# A scale below this is multiplied into its array.
SMALLEST_SCALE = 1e-3


class Moment:
    """A vector v as long as theta, with v <- beta v + c x at each step, kept as v = scale * array.

    beta multiplies the scale, and the sum is formed in the array:

        scale <- beta scale
        array <- array + c / scale x

    This takes one pass over memory less than ``v *= beta; v += c * x``, and gives the same v up to rounding.

    Attributes
    ----------
    array : ndarray of shape (n_parameters,)
    scale : float
    """

    def __init__(self, theta):
        self.array = np.zeros_like(theta)
        self.scale = 1.0

    def shrink(self, beta):
        """Update in place: v <- beta v."""
        self.scale *= beta
        if self.scale < SMALLEST_SCALE:
            self.array *= self.scale
            self.scale = 1.0

    def flush_denormals(self):
        """Set negligibly small numbers to 0 (see :func:`.flush_denormals`)."""
        flush_denormals(self.array)

    def copied(self):
        """Return a copy with an array of its own."""
        other = copy.copy(self)
        other.array = np.array(self.array)
        return other

    def copy_state(self):
        """Return a copy for :meth:`restore_state`."""
        return self.array.copy(), self.scale

    def restore_state(self, copied):
        """Go back to what :meth:`copy_state` returned."""
        self.array[...], self.scale = copied


class MomentBlock:
    """The part of a Moment that belongs to one block of theta: v = moment.scale * array.

    Attributes
    ----------
    moment : Moment
    array : ndarray
        A view of the Moment's array.
    """

    __slots__ = ("_axpy", "array", "moment")

    def __init__(self, moment, where):
        self.moment = moment
        self.array = moment.array[where]
        self._axpy = get_blas_funcs("axpy", dtype=self.array.dtype)

    def add(self, c, x):
        """Update in place: v <- v + c x."""
        self._axpy(x, self.array, a=c / self.moment.scale)
