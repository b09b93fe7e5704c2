"""Identification of a data set by a hash."""

import joblib
from scipy.sparse import issparse

from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.sparse_rows import SparseRows


def digest(X, *arrays):
    """Return a hash of the data as a str.

    Parameters
    ----------
    X : ndarray, StoredRows, SparseRows or CSR matrix
    *arrays : ndarray or None
        Further data, such as y and weights.
    """
    if isinstance(X, SparseRows):
        X = X.matrix
    if isinstance(X, StoredRows):
        X = [joblib.hash(X.block(k)) for k in range(X.n_blocks)]
    elif issparse(X):
        X = X.shape, X.indptr, X.indices, X.data
    return joblib.hash((X, *arrays))
