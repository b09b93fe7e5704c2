"""Equal rows merged into one of their total weight.

"A weight of 2 is the row twice" is true of every gradient, but not to the last digit, and not with
dropout, whose masks are drawn for each row. Data that fits into one batch is therefore brought into
one form first: distinct rows, in an order of their own. Then it holds bit for bit, whatever
is drawn, and the order of the rows does not matter either. The number of steps is the same.
"""

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.rows_on_disk import in_memory


def merge_equal_rows(X, y, sample_weight):
    """Return the distinct rows (X, y) of positive weight, and their weights (None: all 1).

    Parameters
    ----------
    X : ndarray, StoredRows or CSR matrix of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or CSR matrix
    sample_weight : ndarray of shape (n_samples,) or None
    """
    X = in_memory(X)  # it is one batch
    weights = np.ones(X.shape[0]) if sample_weight is None else sample_weight
    X_keys, y_keys = row_keys(X), row_keys(y)
    members = {}
    for i in np.flatnonzero(weights > 0):
        members.setdefault((X_keys[i], y_keys[i]), []).append(i)
    groups = [members[key] for key in sorted(members)]
    first = np.array([group[0] for group in groups])
    totals = np.array([weights[group].sum() for group in groups])
    return X[first], y[first], None if (totals == 1).all() else totals


def row_keys(a):
    """Return something sortable for each row of `a`, equal where the rows are."""
    if issparse(a):
        a = a.sorted_indices()
        parts = [slice(*pointers) for pointers in zip(a.indptr, a.indptr[1:], strict=False)]
        return [(a.indices[part].tobytes(), a.data[part].tobytes()) for part in parts]
    if a.dtype == object:  # labels: the bytes would be addresses
        return [repr(row) for row in a.tolist()]
    return [row.tobytes() for row in a]
