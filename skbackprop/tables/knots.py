"""Knots of a piecewise linear encoding: quantiles of scaled numbers."""

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.row_sampling import random_rows
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.sparse_rows import SparseRows
from skbackprop.tables.statistics import distribution, quantiles

# Columns of fewer values have no knots: the pieces would almost be categories, which are worse than numbers
# where the order of the values matters.
LEAST_VALUES = 20

# The quantiles of more rows are those of a random sample.
MOST_ROWS = 50_000

# Largest number of intervals of a column, and of all columns together: more of them cost time, and in many
# columns they learn noise.
MOST_INTERVALS = 6
INTERVALS_OF_ALL = 256

# The smallest width of an interval, in units of the scaled numbers, that float32 resolves well.
LEAST_WIDTH = 1e-3


def quantile_knots(X, sample_weight, scaling, columns):
    """Return the knots of those of `columns` of X that have at least LEAST_VALUES values, by column.

    The intervals between them have about equal weight.

    Parameters
    ----------
    X : ndarray, CSR matrix or StoredRows of shape (n_samples, n_features)
    sample_weight : ndarray of shape (n_samples,) or None
    scaling : Scaling or None
        The knots are in units of the scaled numbers.
    columns : sequence of int

    Returns
    -------
    knots : dict of int to ndarray
        Ascending.
    """
    n_intervals = min(MOST_INTERVALS, INTERVALS_OF_ALL // max(1, len(columns)))
    if n_intervals < 2:
        return {}
    rows, weights = random_sample(X, sample_weight)
    levels = np.arange(n_intervals + 1) / n_intervals
    knots = {}
    for j in columns:
        values, weight_of_value = distribution(rows[:, j], weights)
        if len(values) < LEAST_VALUES:
            continue
        ends = np.unique(quantiles(values, weight_of_value, levels))
        scaled = ends if scaling is None else scaling.apply_to_values(ends, np.full(len(ends), j))
        scaled = far_enough_apart(scaled)
        if len(scaled) > 2:
            knots[j] = scaled
    return knots


def random_sample(X, sample_weight):
    """Return at most MOST_ROWS rows of X of positive weight, and their weights."""
    if isinstance(X, StoredRows):
        return X.sample(sample_weight)
    rows = random_rows(X.shape[0], sample_weight, MOST_ROWS)
    sample = X[rows]
    weights = None if sample_weight is None else sample_weight[rows]
    return SparseRows(sample) if issparse(sample) else sample, weights


def far_enough_apart(values):
    """Return ascending `values` without those that are closer than LEAST_WIDTH to the one before."""
    kept = [values[0]]
    for value in values[1:]:
        if value - kept[-1] >= LEAST_WIDTH:
            kept.append(value)
    return np.array(kept)
