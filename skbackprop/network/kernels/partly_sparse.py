"""a^0 of which some columns differ from 0 in few rows only, such as the indicators of many categories.

dL/da^0 is not needed for these columns, and the two products in which they take part add up few rows each:

    a^0 W^1 = d D + r W^1          d: the other columns, D: their rows of W^1; r: a^0 with zeros in place of d
    dL/dW^1 = r^T delta^1, with d^T delta^1 in the rows of D
"""

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix


class PartlySparse:
    """The columns of a^0 in two parts.

    Parameters
    ----------
    dense : ndarray of shape (n_rows, n_networks * n_dense)
        d: the columns of the first network, then those of the second, and so on.
    n_networks : int
        E.
    n_columns : int
        n_0, the number of columns of a^0 of one network.
    sparse_columns : ndarray of int
        Which of them are sparse.

    Attributes
    ----------
    dense_columns : ndarray of int of shape (n_dense,)
        The others.
    sparse : csr_matrix of shape (n_rows * E, n_0 * E)
        r: for each row of the batch a row for each network, and for each column of a^0 a column for each
        network, as W^1 is stored. So one sparse product is that of all networks.
    transposed : csc_matrix of shape (n_0 * E, n_rows * E)
        r^T, with the same arrays.
    """

    def __init__(self, dense, n_networks, n_columns, sparse_columns):
        self.dense = dense
        self.n_networks = n_networks
        self.sparse_columns = sparse_columns.astype(np.int32)  # as in csr_matrix, which would convert them
        self.dense_columns = np.setdiff1d(np.arange(n_columns), sparse_columns)
        shape = len(dense) * n_networks, n_columns * n_networks
        self.sparse = csr_matrix(shape, dtype=dense.dtype)
        self.transposed = csc_matrix(shape[::-1], dtype=dense.dtype)

    def set_sparse(self, values, scales):
        """Replace the sparse columns by the array `values` * `scales`.

        `values` has the shape (n_rows, 1, n_sparse), or (n_rows, E, n_sparse) with rows of each network.
        """
        E, n_columns = self.n_networks, self.sparse_columns.size
        values = np.broadcast_to(values, (len(values), E, n_columns))
        places = np.flatnonzero(values != 0)  # five times as fast for booleans as for floats
        first_of_row = np.searchsorted(places, n_columns * np.arange(len(values) * E + 1)).astype(np.int32)
        rows, columns = np.divmod(places, n_columns)
        rows, networks = np.divmod(rows, E)
        numbers = values[rows, networks, columns] * scales[columns]
        indices = self.sparse_columns[columns] * E + networks.astype(np.int32)
        for r in (self.sparse, self.transposed):  # a new matrix would be checked, which takes longer
            r.data, r.indices, r.indptr = numbers, indices, first_of_row
