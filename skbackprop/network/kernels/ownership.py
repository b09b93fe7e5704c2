"""Which arrays may be handed to BLAS as outputs."""

import numpy as np


def is_owned(array):
    """Return whether `array` can be written to, and its memory was allocated by NumPy.

    BLAS ignores NumPy's flag and always writes to its output arrays: in a file that is mapped read-only this
    ends the process, in a user's buffer it changes data that must stay unchanged.
    """
    if not array.flags.writeable:
        return False
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.base is None
