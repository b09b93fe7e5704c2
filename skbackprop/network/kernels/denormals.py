"""Denormal numbers, so small that arithmetic on them is slow."""

import numpy as np

from skbackprop.network.kernels.constant_arrays import shared_number


def flush_denormals(values):
    """Set negligibly small numbers of `values` to 0, in place.

    The moments of a unit that is always inactive shrink geometrically; below 1e-38 (float32) they would be
    denormal, and arithmetic on denormal numbers is many times slower. Adding a number and subtracting it
    again removes everything below its last bit, 16 digits (float32: 7) below its first.
    """
    anchor = shared_number(1e-20 if values.dtype == np.float32 else 1e-200, values.dtype)
    values += anchor
    values -= anchor
