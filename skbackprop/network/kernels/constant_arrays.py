"""Constants as arrays, because NumPy takes longer for numbers; each is made once and never written."""

from functools import lru_cache

import numpy as np


@lru_cache(maxsize=64)
def constant(value, dtype):
    """Return an array without dimensions: to add one takes half the time of a number of Python's."""
    return read_only(np.array(value, dtype))


@lru_cache(maxsize=64)
def zeros(shape, dtype):
    """Return zeros, for which the system, as they are never written, need not even find memory.

    NumPy's maximum of two arrays is vectorised, and that of an array and a number is not.
    """
    return read_only(np.zeros(shape, dtype))


@lru_cache(maxsize=64)
def ones(n, dtype):
    """Return n ones: the product with them is a sum, which it gives several times faster than a sum does."""
    return read_only(np.ones(n, dtype))


def read_only(array):
    """Return `array`, which nobody can write any more."""
    array.flags.writeable = False
    return array
