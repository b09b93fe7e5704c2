"""Numbers so small that arithmetic on them is slow."""

import numpy as np

from skbackprop.network.kernels.constant_arrays import constant


def flush_denormals(state):
    """Change `state` in place: numbers far below any use become 0, the others stay as they are.

    The moments of a unit that no longer fires shrink geometrically; below 1e-38 (float32) they
    would be denormal, and arithmetic on denormal numbers is many times slower. Adding and taking
    off a number rounds away all that is below its last bit, 16 digits (float32: 7) further down.
    """
    anchor = constant(1e-20 if state.dtype == np.float32 else 1e-200, state.dtype)
    state += anchor
    state -= anchor
