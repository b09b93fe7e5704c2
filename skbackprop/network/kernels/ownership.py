"""Which arrays may be handed to BLAS as outputs."""

import numpy as np


def is_owned(array):
    """Whether `array` can be written to, and its memory was allocated by NumPy.

    BLAS writes to its output arrays whatever NumPy's flag says: in a file that is mapped read-only this ends
    the process, in a buffer of the user's it changes what was promised to be immutable.
    """
    if not array.flags.writeable:
        return False
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array.base is None
