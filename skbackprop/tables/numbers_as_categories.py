"""Numbers as categories: columns of numbers whose single values matter, such as the numbers of shops.

A network treats a number as a quantity: neighboring values have similar predictions. Numbers of shops are not
quantities; they need indicators, like categories. Such columns are found by the target: with m_k the mean of
the target at the k-th of K values, and n_k the number of its rows,

    r_k = m_k - (m_{k-1} + m_{k+1}) / 2                       its difference from the mean of its neighbors
    v_k = s^2 (1 / n_k + 1 / (4 n_{k-1}) + 1 / (4 n_{k+1}))   variance of r_k if the target is linear in k
    Q   = sum_k r_k^2 / v_k                                   K - 2 on average if the target is linear in k

where s^2 is the variance within the values (Gasser, Sroka & Jennen-Steinmetz, 1986, "Residual variance and
residual pattern in nonlinear regression"; the idea is that of von Neumann, 1941, "Distribution of the ratio
of the mean square successive difference to the variance"). If the means m_k are independent of each other,
with variance t^2, then r_k^2 - v_k is 3/2 t^2 on average. A column is encoded as categories if the mean of
r_k^2 - v_k is at least half of that, and Q exceeds K - 2 by five standard deviations. In classifiers of two
classes, the second condition suffices for columns of few values, such as ratings: without periodic embeddings
a curve is slow to learn. The column stays a number: the indicators are in addition.

With weights, n_k is the number of equally weighted rows whose mean has the same variance (Kish, 1965, "Survey
sampling").
"""

import numpy as np
from scipy.sparse import issparse
from scipy.stats import rankdata

from skbackprop.tables.row_sampling import random_rows
from skbackprop.tables.sparse_rows import is_searched

# A value counts if it has this many rows, and a column if such values have this share of its rows.
ROWS_OF_VALUE, SHARE_OF_VALUES = 10, 0.9
# Of fewer than LEAST_VALUES values it cannot be said that they are unordered. A classifier of two classes has
# indicators for as few as FEW_VALUES as soon as the target is not linear in k. With more classes, some are
# hardly ever on a line, and columns such as pixels are better learned as sizes (see the page on defaults).
LEAST_VALUES, FEW_VALUES = 5, range(3, 9)
# A column in which one value has more rows is left out, such as 0 in a column of counts: this value is often
# a case of its own, and the others have few rows.
LARGEST_SHARE = 0.5
# By how many standard deviations Q exceeds K - 2 at least. There are as many tests as columns, and means of
# few rows are not normally distributed, so it is well above the usual two.
SIGNIFICANT = 5.0
# Variance of Q for one target, divided by that for independent r_k: neighboring ones have the correlation
# -2/3, and the next ones 1/6.
CORRELATED = 1 + 2 * (2 / 3) ** 2 + 2 * (1 / 6) ** 2
# The search uses a sample of this many rows at most, and of fewer if there are many columns or targets.
MOST_ROWS, MOST_NUMBERS = 100_000, 2**28


def no_columns(X):
    """A search that finds no column: return an empty array of indices."""
    return np.zeros(0, np.intp)


def columns_as_categories(X, y, targets, sample_weight=None, groups=None):
    """Return the indices of the columns to encode as categories in addition.

    Parameters
    ----------
    X : ndarray or CSR array of shape (n_samples, n_columns)
        Numbers, with NaN for missing ones. In wide tables, where columns are counts or parts of images, none
        is found.
    y : ndarray
    targets : TargetColumns
        Converts y to numbers.
    sample_weight : ndarray of shape (n_samples,), default=None
    groups : ndarray of shape (n_samples,), int, default=None
        Rows of one group at one value count as one row, for a group has its own mean of the target.
    """
    if not is_searched(X):
        return no_columns(X)
    most = min(MOST_ROWS, MOST_NUMBERS // (X.shape[1] * len(targets.names)))
    rows = random_rows(X.shape[0], sample_weight, most)
    weights = np.ones(rows.size) if sample_weight is None else sample_weight[rows]
    Y = rankdata(targets(y[rows]), axis=0)  # ranks, so that no outlier dominates the variances
    groups = None if groups is None else groups[rows]
    few = FEW_VALUES if targets.of_classes and Y.shape[1] == 1 else range(0)
    sample = X[rows].toarray() if issparse(X) else X[rows]
    return np.flatnonzero([is_category(x, Y, weights, groups, few) for x in sample.T])


def is_category(x, Y, weights, groups, few):
    """Return whether the single values of `x` matter for the targets Y, of shape (n_samples, n_targets).

    If the number of values is in `few`, it suffices that the mean targets are not linear.
    """
    known = ~np.isnan(x)
    values, code = np.unique(x[known], return_inverse=True)
    most_values = (SHARE_OF_VALUES / ROWS_OF_VALUE + 1 - SHARE_OF_VALUES) * code.size
    if not FEW_VALUES.start <= values.size <= most_values:  # it cannot have enough values that count
        return False
    Y, weights = Y[known], weights[known]
    if groups is not None:
        code, Y, weights = mean_of_groups(code, Y, weights, groups[known])
    w = np.bincount(code, weights)
    n = 1 / np.bincount(code, (weights / w[code]) ** 2)
    counted = np.rint(n) >= ROWS_OF_VALUE
    if np.count_nonzero(counted) < FEW_VALUES.start or n[counted].sum() < SHARE_OF_VALUES * n.sum():
        return False
    if w.max() > LARGEST_SHARE * w.sum():
        return False
    means = sums(code, weights, Y) / w[:, None]
    variances = sums(code, weights, (Y - means[code]) ** 2) / w[:, None]
    return need_indicators(means[counted], variances[counted], n[counted], few)


def sums(code, weights, Y):
    """Return the weighted sums of the targets of the rows of each code, of shape (n_codes, n_targets)."""
    return np.column_stack([np.bincount(code, weights * y) for y in Y.T])


def mean_of_groups(code, Y, weights, groups):
    """Return the codes, mean targets and mean weights of the rows of each group at each value."""
    pairs, pair = np.unique(np.column_stack((code, groups)), axis=0, return_inverse=True)
    pair = pair.ravel()  # NumPy 2.0 returns a column
    w = np.bincount(pair, weights)
    return pairs[:, 0], sums(pair, weights, Y) / w[:, None], w / np.bincount(pair)


def need_indicators(m, variances, n, few):
    """Return whether the mean targets at successive values are unordered, or `few` and not linear.

    Parameters
    ----------
    m : ndarray of shape (K, n_targets)
    variances : ndarray of shape (K, n_targets)
        The mean squared deviations within the values.
    n : ndarray of shape (K,)
    """
    K = n.size
    within = n @ variances / (n - 1).sum()
    s2 = within.sum()  # r_k^2, s^2 and t^2 are sums over the targets
    r = m[1:-1] - (m[:-2] + m[2:]) / 2
    precision = 1 / (1 / n[1:-1] + 1 / (4 * n[:-2]) + 1 / (4 * n[2:]))  # s^2 / v_k
    excess = precision @ (r**2).sum(axis=1) - (K - 2) * s2  # s^2 (Q - (K - 2))
    variance = CORRELATED * 2 * (K - 2) * (within**2).sum()  # of s^2 Q
    if excess <= SIGNIFICANT * np.sqrt(variance):
        return False
    if K in few or K < LEAST_VALUES:
        return K in few
    # t^2 as estimated in the analysis of variance
    t2 = (n @ ((m - n @ m / n.sum()) ** 2).sum(axis=1) - (K - 1) * s2) / (n.sum() - n @ n / n.sum())
    return bool(excess / precision.sum() >= 3 / 2 * t2 / 2)
