"""Merging of equal rows into one row with their total weight.

A row of weight 2 has the same gradient as two equal rows, but only up to rounding, and not with dropout,
whose masks are drawn for each row. Data that fit into one batch are therefore converted to a canonical form:
distinct rows in sorted order. Results are then exactly the same, with dropout as well, and do not depend on
the order of the rows. The number of steps is unchanged.
"""

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.rows_on_disk import in_memory


def merge_equal_rows(X, y, sample_weight):
    """Return the distinct rows (X, y) of positive weight, their weights (None: all 1) and their indices.

    Parameters
    ----------
    X : ndarray, StoredRows or CSR matrix of shape (n_samples, n_features)
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or CSR matrix
    sample_weight : ndarray of shape (n_samples,) or None
    """
    X = in_memory(X)  # the data are one batch
    weights = np.ones(X.shape[0]) if sample_weight is None else sample_weight
    X_keys, y_keys = row_keys(X), row_keys(y)
    members = {}
    for i in np.flatnonzero(weights > 0):
        members.setdefault((X_keys[i], y_keys[i]), []).append(i)
    groups = [members[key] for key in sorted(members)]
    first = np.array([group[0] for group in groups])
    totals = np.array([weights[group].sum() for group in groups])
    return X[first], y[first], None if (totals == 1).all() else totals, first


def row_keys(a):
    """Return a sort key for each row of `a`, equal for rows of equal numbers in any dtype."""
    if issparse(a):
        a = a.sorted_indices()
        parts = [slice(*pointers) for pointers in zip(a.indptr, a.indptr[1:], strict=False)]
        indices, values = a.indices.astype(np.int64), as_float64(a.data)
        return [(indices[part].tobytes(), values[part].tobytes()) for part in parts]
    if a.dtype == object:  # labels: the bytes would be addresses
        return [repr(row) for row in a.tolist()]
    keys = [row.tobytes() for row in as_float64(a)]
    if a.dtype.kind not in "iu":
        return keys
    return [(key, row.tobytes()) for key, row in zip(keys, a, strict=True)]  # labels may be beyond 2^53


def as_float64(a):
    """Return an array of numbers in float64, without negative zeros; other arrays unchanged."""
    return a.astype(np.float64) + 0.0 if a.dtype.kind in "biuf" else a
