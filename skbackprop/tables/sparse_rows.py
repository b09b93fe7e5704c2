"""Sparse X, with the same model and the same results as the dense array of the same numbers.

There are two ways to compute with it. With up to :data:`WIDE` columns, with an input layer, or if at least a
tenth of the numbers are not 0, the rows of each batch are made dense (:class:`SparseRows`). A wide X of
mostly zeros, such as counts of words, stays sparse (:class:`CenteredRows`). The choice depends on the numbers
in X, not on its container.
"""

import math

import numpy as np
from scipy.sparse import csr_array, issparse

# The rows of a batch are made dense if they have at most this many columns.
WIDE = 1000

# A larger sparse X is not searched for columns that need another encoding: it would become dense.
LARGEST_SPARSE = 2**24
# X is mostly zeros if less than this fraction of its numbers is not 0.
FEW_NONZEROS = 0.1


def is_searched(X):
    """Return whether columns of X are examined one by one, and encoded in addition if they need it."""
    return 0 < X.shape[1] <= WIDE and not (issparse(X) and math.prod(X.shape) > LARGEST_SPARSE)


def mostly_zeros(X, sample_weight=None):
    """Return whether X is an array or a sparse matrix with many columns and few numbers other than 0."""
    if not (issparse(X) or isinstance(X, np.ndarray)) or X.shape[1] <= WIDE:
        return False
    if sample_weight is not None:
        X = X[sample_weight > 0]
    n_nonzeros = np.count_nonzero(X.data if issparse(X) else X)
    return n_nonzeros < FEW_NONZEROS * X.shape[0] * X.shape[1]


def canonical(X):
    """Return a sparse X as a CSR array with sorted indices, without duplicates and explicit zeros."""
    X = csr_array(X)
    if not X.has_canonical_format or not X.data.all():
        X = X.copy()
        X.sum_duplicates()
        X.eliminate_zeros()
    return X


def arrange(X, sparse):
    """Return X, an array or a CSR array, so that its rows are CSR arrays if `sparse`, else dense."""
    if sparse:
        return csr_array(X) if isinstance(X, np.ndarray) else X
    return SparseRows(X) if issparse(X) else X


class SparseRows:
    """The rows of a CSR array, made dense when they are indexed.

    They are indexed by a slice of rows, by row numbers, or by (rows, columns), and gathered by :meth:`take`.

    Parameters
    ----------
    matrix : csr_array of shape (n_samples, n_features)

    Attributes
    ----------
    shape, dtype
        Those of `matrix`.
    """

    def __init__(self, matrix):
        self.matrix = matrix
        self.shape = matrix.shape
        self.dtype = matrix.dtype
        self._by_column = None

    def __getitem__(self, rows):
        if not isinstance(rows, tuple):
            return self.matrix[rows].toarray()
        rows, columns = rows
        if not isinstance(columns, slice):
            return self._column(columns)[rows]
        if rows == slice(None):
            return SparseRows(self.matrix[:, columns])
        return self.matrix[rows, columns].toarray()

    def _column(self, j):
        if self._by_column is None:
            self._by_column = self.matrix.tocsc()
        column = np.zeros(self.shape[0], self.dtype)
        stored = slice(*self._by_column.indptr[j : j + 2])
        column[self._by_column.indices[stored]] = self._by_column.data[stored]
        return column

    def take(self, rows, axis=0, out=None, mode="raise"):
        """Write the rows with the indices `rows` into `out`, like :meth:`numpy.ndarray.take`."""
        return self.matrix[rows].toarray(out=out)


class CenteredRows:
    """S + 1 z^T: scaled rows of a sparse X, where z is the scaled row of zeros.

    S is sparse, because z contains the scaled zeros; in a product with W^1, the row z^T W^1 is added to every
    row, like b^1.

    Parameters
    ----------
    S : csr_array of shape (n_rows, n_features)
    z : ndarray of shape (n_features,)
    """

    def __init__(self, S, z):
        self.S = S
        self.z = z
        self.shape = S.shape
        self.dtype = S.dtype

    def __matmul__(self, W):
        return self.S @ W + self.z @ W  # (S + 1 z^T) W

    @property
    def T(self):
        """The transpose, for a product with delta."""
        return CenteredColumns(self.S, self.z)


class CenteredColumns:
    """(S + 1 z^T)^T, the transpose of :class:`CenteredRows`."""

    def __init__(self, S, z):
        self.S = S
        self.z = z

    def __matmul__(self, delta):
        product = self.S.T @ delta
        product += self.z[:, None] * delta.sum(axis=0)  # (S + 1 z^T)^T delta = S^T delta + z (1^T delta)
        return product


def scaled_sparse(rows, scaling, dtype):
    """Return the scaled `rows` of a CSR array as CenteredRows; without `scaling`, the rows in `dtype`."""
    if scaling is None:
        return rows.astype(dtype)
    z = np.empty((1, rows.shape[1]))
    scaling.apply(np.zeros((1, rows.shape[1])), z)
    values = scaling.apply_to_values(rows.data, rows.indices) - z[0, rows.indices]
    S = csr_array((values.astype(dtype), rows.indices, rows.indptr), shape=rows.shape)
    return CenteredRows(S, z[0].astype(dtype))


def mean_squares(rows):
    """Return the mean square of each column of an array, a CSR array or CenteredRows."""
    if isinstance(rows, np.ndarray):
        return (rows * rows).mean(axis=0)
    n_rows, n_columns = rows.shape
    S, z = (rows.S, rows.z) if isinstance(rows, CenteredRows) else (rows, np.zeros(n_columns))
    stored = np.bincount(S.indices, (S.data + z[S.indices]) ** 2, minlength=n_columns)
    n_stored = np.bincount(S.indices, minlength=n_columns)
    return (stored + (n_rows - n_stored) * z * z) / n_rows
