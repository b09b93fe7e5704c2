"""Numbers encoded by rank in addition, where the values of a column lie in groups far apart.

In a column of grams and kilograms, or of two ranges of customer numbers, the distance between the groups is
many times the differences within them, so that no center and scale let a network distinguish both. The rank
of a number does: the fraction of the distinct quantiles of the training rows below it, linear between them.
A column has a rank in addition if a twentieth of its rows lies in parts of the distribution that are at least
five times as dense, after scaling, as a uniform distribution.
"""

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.outliers import compressed
from skbackprop.tables.row_sampling import random_rows
from skbackprop.tables.sparse_rows import is_searched
from skbackprop.tables.statistics import distribution, quantiles, robust_center_and_scale

# The distribution is that of a sample of this many rows at most, and of this many values at least.
MOST_ROWS, LEAST_VALUES = 10_000, 20
# Parts of equal weight, each of so many rows at least: fewer rows are dense by chance.
MOST_PARTS, ROWS_OF_PART = 40, 5
# A scaled uniform distribution is between -1 and 1. Differences below ROUNDING are rounding errors.
UNIFORM_WIDTH, ROUNDING = 2.0, 1e-12
DENSE, SHARE = 5, 0.05
# Number of intervals between the quantiles.
N_INTERVALS = 100


class RankColumn:
    """The ranks of the numbers of a column.

    Parameters
    ----------
    name : str
        Name of the column.
    position : int
        Index of the column in X.
    knots : ndarray
        Ascending numbers whose ranks are 0, ..., 1 in equal steps.

    Attributes
    ----------
    feature_names : list of str
        Names of the encoded columns.
    on_circle : tuple of bool
        Whether each of them is a coordinate of a point on a circle.
    """

    on_circle = (False,)

    def __init__(self, name, position, knots):
        self.name, self.position, self.knots = name, position, knots
        self.feature_names = [f"{name}_rank"]

    def transform(self, column):
        """Return the rank of each row, NaN for missing numbers, as an array with one column."""
        return np.interp(column.numbers(), self.knots, np.linspace(0, 1, self.knots.size))[:, None]


def no_knots(X):
    """Return the knots if no column is encoded by rank."""
    return {}


def knots_of_ranks(X, sample_weight=None):
    """Return the knots of the columns of numbers X that need ranks, by the index of the column.

    Parameters
    ----------
    X : ndarray or CSR array of shape (n_samples, n_columns)
        With NaN for missing numbers.
    sample_weight : ndarray of shape (n_samples,), default=None

    Returns
    -------
    knots : dict of int to ndarray
    """
    if not is_searched(X):
        return {}
    rows = random_rows(X.shape[0], sample_weight, MOST_ROWS)
    sample = X[rows].toarray() if issparse(X) else X[rows]
    weights = None if sample_weight is None else sample_weight[rows]
    knots = {}
    for j, x in enumerate(sample.T):
        known = ~np.isnan(x)
        values, weight = distribution(x[known], None if weights is None else weights[known])
        if values.size >= LEAST_VALUES and is_dense_in_parts(values, weight, known.sum()):
            knots[j] = np.unique(quantiles(values, weight, np.linspace(0, 1, N_INTERVALS + 1)))
    return knots


def is_dense_in_parts(values, weights, n_rows):
    """Return whether a share of a distribution of `n_rows` rows is far denser than the whole."""
    n_parts = min(MOST_PARTS, n_rows // ROWS_OF_PART)
    if n_parts < 1 / SHARE:
        return False
    center, scale = robust_center_and_scale(values, weights)
    ends = quantiles(values, weights, np.linspace(0, 1, n_parts + 1))
    widths = np.diff(compressed((ends - center) / scale))
    dense = (widths > ROUNDING) & (widths < UNIFORM_WIDTH / n_parts / DENSE)
    return np.mean(dense) >= SHARE
