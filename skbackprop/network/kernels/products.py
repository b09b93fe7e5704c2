"""The matrix products of the two passes, for one network or for several side by side.

With several networks, W^l is E x n_{l-1} x n_l, and an array of a batch has E n_l columns: those of the first
network, then those of the second, and so on. The inputs a^0 are the same for all networks, so layer 1 needs
one product with an n_0 x E n_1 matrix, and theta stores W^1 in this order (:mod:`.parameter_layout`).
"""

import numpy as np
from scipy.linalg.blas import dger, sger

from skbackprop.network.kernels.partly_sparse import PartlySparse
from skbackprop.network.kernels.side_by_side import by_network, one_below_the_other, side_by_side
from skbackprop.network.kernels.with_pieces import WithPieces

GER = {"f": sger, "d": dger}


def affine(a, W, b, out, ones=None):
    """Write a W + b into `out`; `a` is an array, a CSR matrix, PartlySparse or WithPieces.

    `b` is one row, or one row for each row of `a`. With `ones`, of shape (n_rows,), b is added as the product
    1 b^T by BLAS's ger, which takes half the time of NumPy's addition.
    """
    if isinstance(a, WithPieces):
        affine(a.rest, a.rows_of_rest(W), b, out, ones)  # r R + b
        a.add_product(W, out)  # + h H
        return
    if isinstance(a, PartlySparse):
        affine(a.dense, dense_rows(W, a), b, out, ones)  # d D + b
        out += (a.sparse @ one_below_the_other(W)).reshape(out.shape)  # r W
        return
    if W.ndim == 3 and a.shape[1] == W.shape[1]:
        W = side_by_side(W)
    if W.ndim == 3:
        np.matmul(by_network(a, len(W)), W, out=by_network(out, len(W)))
    elif isinstance(a, np.ndarray):
        a.dot(W, out=out)
    else:
        out[...] = a @ W
    if ones is None:
        out += b
    else:
        GER[out.dtype.char](1.0, b, ones, a=out.T, overwrite_a=True)


def times_transpose(delta, W, out):
    """Write delta W^T into `out`, summed over the networks if `out` has the columns of a single one."""
    if W.ndim == 3 and out.shape[1] == W.shape[1]:
        W = side_by_side(W)
    if W.ndim == 3:
        np.matmul(by_network(delta, len(W)), W.transpose(0, 2, 1), out=by_network(out, len(W)))
    else:
        delta.dot(W.T, out=out)


def transpose_times(a, delta, out):
    """Write a^T delta into `out`; `a` is an array, a CSR matrix, PartlySparse or WithPieces."""
    if isinstance(a, WithPieces):
        transpose_times(a.rest, delta, out=a.rows_of_rest(out))  # r^T delta
        a.write_gradient(delta, out)  # h^T delta
        return
    if isinstance(a, PartlySparse):
        dW = one_below_the_other(out)
        dW[...] = a.transposed @ delta.reshape(-1, dW.shape[1])
        dense = dense_rows(out, a)  # zeros so far, in the order of storage
        transpose_times(a.dense, delta, out=dense)
        side_by_side(out)[a.dense_columns] = side_by_side(dense)
        return
    if out.ndim == 3 and a.shape[1] == out.shape[1]:
        out = side_by_side(out)
    if out.ndim == 3:
        np.matmul(by_network(a, len(out)).transpose(0, 2, 1), by_network(delta, len(out)), out=out)
    elif isinstance(a, np.ndarray):
        a.T.dot(delta, out=out)
    else:
        out[...] = a.T @ delta


def column_sums(delta, ones, out):
    """Write the sum over the rows of `delta` into `out`, as a product with `ones`, faster than ``sum``."""
    ones.dot(delta, out=out)


def dense_rows(W, a):
    """Return the rows of W^1 for the dense columns of a^0: W itself, D for a PartlySparse, R without h."""
    if isinstance(a, WithPieces):
        return dense_rows(a.rows_of_rest(W), a.rest)
    if not isinstance(a, PartlySparse):
        return W
    D = side_by_side(W).take(a.dense_columns, axis=0)
    return D if W.ndim == 2 else by_network(D, len(W))
