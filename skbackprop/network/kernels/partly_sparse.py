"""a^0 of which some columns differ from 0 in few rows only, such as the indicators of many categories.

These columns are the same for all networks, and dL/da^0 is not needed for them. The two products in which
they take part add up few rows each:

    a^0 W^1 = d D + r W^1          d: the other columns, D: their rows of W^1; r: a^0 with zeros in place of d
    dL/dW^1 = r^T delta^1, with d^T delta^1 in the rows of D
"""

import numpy as np
from scipy.sparse import csr_matrix


class PartlySparse:
    """The columns of a^0 in two parts.

    Parameters
    ----------
    dense : ndarray of shape (n_rows, n_networks * n_dense)
        d: the columns of the first network, then those of the second, and so on.
    n_columns : int
        n_0, the number of columns of a^0 of one network.
    sparse_columns : ndarray of int
        Which of them are sparse.

    Attributes
    ----------
    dense_columns : ndarray of int of shape (n_dense,)
        The others.
    sparse : csr_matrix of shape (n_rows, n_0)
        r.
    """

    def __init__(self, dense, n_columns, sparse_columns):
        self.dense = dense
        self.sparse_columns = sparse_columns.astype(np.int32)  # as in csr_matrix, which would convert them
        self.dense_columns = np.setdiff1d(np.arange(n_columns), sparse_columns)
        self.sparse = csr_matrix((len(dense), n_columns), dtype=dense.dtype)

    def set_sparse(self, values, scales):
        """Replace the sparse columns by the array `values` * `scales`."""
        n_rows, n_columns = values.shape
        places = np.flatnonzero(values != 0)  # five times as fast for booleans as for floats
        first_of_row = np.searchsorted(places, n_columns * np.arange(n_rows + 1)).astype(np.int32)
        columns = places % n_columns
        parts = values.reshape(-1)[places] * scales[columns], self.sparse_columns[columns], first_of_row
        self.sparse = csr_matrix(parts, shape=self.sparse.shape)
