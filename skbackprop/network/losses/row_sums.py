"""Sums over the outputs of each row, and blocks of rows, without large temporary arrays."""

import numpy as np

from skbackprop.network.kernels.constant_arrays import shared_row

# Numbers per block of rows: temporary arrays take a few kilobytes, independent of the batch size.
BLOCK_NUMBERS = 1024


def row_blocks(*arrays):
    """Yield matching blocks of rows of the arrays, for formulas that need a temporary array."""
    n_rows, n_columns = arrays[0].shape
    step = max(1, BLOCK_NUMBERS // n_columns)
    for start in range(0, n_rows, step):
        yield [array[start : start + step] for array in arrays]


def row_sums(a):
    """Return sum_j a_j of each row."""
    return a.dot(shared_row(1, a.shape[1], a.dtype))


def sum_product(y, z, scratch):
    """Return sum_j y_j z_j of each row; `scratch` may be one of the two."""
    np.multiply(y, z, out=scratch)
    return row_sums(scratch)
