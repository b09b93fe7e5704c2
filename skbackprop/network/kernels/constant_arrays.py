"""Constants as arrays, because NumPy is faster with array operands than with Python scalars.

Each is created once and read-only. Large arrays are not cached, since memory would grow with every new size.
"""

import math
from functools import lru_cache

import numpy as np

# The buffer of all cached zeros; never written, so the system backs it with no physical memory.
ZEROS = np.zeros(2**24, np.uint8)


@lru_cache(maxsize=64)
def shared_number(value, dtype):
    """Return `value` as an array of shape (): adding it takes half the time of adding a Python scalar."""
    return read_only(np.array(value, dtype))


def zeros_like(z):
    """Return zeros in the shape and dtype of `z`.

    NumPy's maximum of two arrays is vectorized, its maximum of an array and a scalar is not.
    """
    if z.nbytes > ZEROS.nbytes:
        return np.zeros(z.shape, z.dtype)
    return view_of_zeros(z.shape, z.dtype)


@lru_cache(maxsize=64)
def view_of_zeros(shape, dtype):
    """Return zeros as a view of ``ZEROS``."""
    n_bytes = math.prod(shape) * dtype.itemsize
    return read_only(ZEROS[:n_bytes].view(dtype).reshape(shape))


@lru_cache(maxsize=64)
def shared_row(value, n, dtype):
    """Return `value` n times, as an operand for all rows of an array.

    NumPy's minimum is vectorized for it, and a product with ones is a sum, several times faster than
    ``numpy.sum``.
    """
    return read_only(np.full(n, value, dtype))


def read_only(array):
    """Return `array` after making it read-only."""
    array.flags.writeable = False
    return array
