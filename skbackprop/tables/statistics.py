"""Statistics of columns: weighted quantiles, robust scales, and ranges, each from weighted rows."""

from itertools import combinations
from operator import itemgetter

import numpy as np
from scipy.sparse import issparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from skbackprop.tables.encoded_rows import EncodedRows
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.sparse_rows import SparseRows

# Rows and bytes per block: the statistics of a large X never need a copy of X.
BLOCK_ROWS = 4096
BLOCK_BYTES = 2**27

# A column is constant if its range is at most this many times its largest number, as rounding errors are.
ROUNDING = 4 * np.finfo(np.float64).eps

# The squares of smaller deviations lose digits by underflow, or are 0. If the range is as tiny, a quarter of
# it replaces the deviation: between a third for uniform numbers and a sixth for normal ones.
LEAST_DEVIATION = np.sqrt(np.finfo(np.float64).tiny)
LARGEST_TINY_RANGE = 1e10 * LEAST_DEVIATION

# Frequent values that `robust_center_and_scale` may set aside: the largest number of candidates, the smallest
# fraction of the weight of a candidate, the largest number of values set aside, and the factor by which the
# interquartile range must decrease unless it is 0.
MOST_CANDIDATES = 5
LEAST_SHARE = 0.05
MOST_SET_ASIDE = 3
LEAST_GAIN = 20.0

# The interquartile range of the standard normal distribution.
NORMAL_INTERQUARTILE_RANGE = 1.3489795003921634


class RunningStatistics:
    """Weighted mean, standard deviation and range of each column, of all rows so far.

    Attributes
    ----------
    mean, deviation : ndarray of shape (n_features,), float64
    """

    def __init__(self):
        self._scaler = StandardScaler(with_mean=False)  # computes the mean nevertheless
        self._low, self._high = np.inf, -np.inf

    def update(self, X, sample_weight=None):
        """Update the statistics with the rows of X, block by block, in float64."""
        for block, weights in weighted_blocks(X, sample_weight):
            with np.errstate(over="ignore", invalid="ignore"):
                self._scaler.partial_fit(block, sample_weight=weights)
            low, high = block_range(block)
            self._low, self._high = np.minimum(self._low, low), np.maximum(self._high, high)
            varying = ~is_constant(self._low, self._high)
            refuse_overflow(self._scaler.var_[varying], abs(block).max(), "variance")

    @property
    def mean(self):
        """The mean of each column; the constant of a column without variation, without rounding."""
        return np.where(is_constant(self._low, self._high), self._low, self._scaler.mean_)

    @property
    def deviation(self):
        """The standard deviation of each column, infinite for columns that have been constant so far."""
        # Weighted variances of a constant may be negative by rounding.
        deviation = np.sqrt(np.maximum(self._scaler.var_, 0))
        tiny = (deviation < LEAST_DEVIATION) & (self._high - self._low < LARGEST_TINY_RANGE)
        deviation[tiny] = (self._high - self._low)[tiny] / 4
        deviation[is_constant(self._low, self._high) | (deviation == 0)] = np.inf
        return deviation

    def keep_variation_of(self, earlier):
        """Take over the columns that vary in the `earlier` statistics but not in these, in place."""
        columns = np.isinf(self.deviation) & np.isfinite(earlier.deviation)
        for name in ("mean_", "var_", "scale_"):
            getattr(self._scaler, name)[columns] = getattr(earlier._scaler, name)[columns]
        for name in ("_low", "_high"):
            getattr(self, name)[columns] = getattr(earlier, name)[columns]

    def follow_growth(self, origins):
        """Add columns in place; an origin of -1 is a column that was always 0."""
        scaler = self._scaler
        for name in ("mean_", "var_", "scale_"):
            setattr(scaler, name, np.where(origins < 0, 0.0, getattr(scaler, name)[origins]))
        scaler.n_features_in_ = origins.size
        self._low = np.where(origins < 0, 0.0, self._low[origins])
        self._high = np.where(origins < 0, 0.0, self._high[origins])


def moderate(weights):
    """Return weights whose sums and products are finite: `weights`, or a multiple of them.

    Only the ratios of weights matter, and a factor that is a power of two leaves them exactly unchanged.
    """
    exponent = np.frexp(weights.max())[1]
    return weights if abs(exponent) < 64 else np.ldexp(weights, -exponent)


def count_rows(X, sample_weight=None):
    """Return the number of rows of X of positive weight."""
    return X.shape[0] if sample_weight is None else int(np.count_nonzero(sample_weight))


def weighted_blocks(X, sample_weight=None):
    """Yield the rows of X of positive weight in float64, block by block, with their weights (None: all 1)."""
    row_bytes = 8 * max(1, 0 if issparse(X) else X.shape[1])
    for rows in gen_batches(X.shape[0], max(1, min(BLOCK_ROWS, BLOCK_BYTES // row_bytes))):
        block = X[rows].astype(np.float64) if issparse(X) else np.asarray(X[rows], dtype=np.float64)
        if sample_weight is None:
            yield block, None
            continue
        weights = sample_weight[rows]
        present = weights > 0
        if present.all():
            yield block, weights
        elif present.any():
            yield block[present], weights[present]


def column_ranges(X, sample_weight=None):
    """Return the smallest and the largest number of each column, in rows of positive weight."""
    if isinstance(X, EncodedRows):
        parts = column_ranges(X.numbers, sample_weight), X.indicator_ranges(sample_weight)
        low, high = map(np.concatenate, zip(*parts, strict=True))
        return low, high
    ranges = [block_range(block) for block, _ in weighted_blocks(X, sample_weight)]
    return np.min([low for low, _ in ranges], axis=0), np.max([high for _, high in ranges], axis=0)


def block_range(block):
    """Return the smallest and the largest number of each column of an array or a sparse matrix."""
    low, high = block.min(axis=0), block.max(axis=0)
    return (low.toarray().ravel(), high.toarray().ravel()) if issparse(block) else (low, high)


def is_constant(low, high):
    """Return whether numbers from `low` to `high` differ by rounding only."""
    with np.errstate(over="ignore"):  # an infinite range is not constant
        return high - low <= ROUNDING * np.maximum(np.abs(low), np.abs(high))


def refuse_overflow(statistic, largest, name):
    """Raise ValueError if a `statistic` of numbers up to `largest` is not finite; `name` says what it is."""
    if not np.isfinite(statistic).all():
        raise ValueError(
            f"Numbers as large as {largest:g} cannot be scaled: their {name} overflows float64. Divide them "
            "by a constant first."
        )


def weighted_quantiles(values, probabilities, sample_weight=None):
    """Return the smallest values up to which the fraction of the weight reaches each of `probabilities`.

    With this definition (the inverse of the distribution function), a row of weight 2 counts as two rows.
    """
    return quantiles(*distribution(values, sample_weight), probabilities)


def distribution(values, sample_weight=None):
    """Return the distinct values in ascending order, in float64, and the weight of each."""
    if sample_weight is not None:
        present = sample_weight > 0
        values, sample_weight = values[present], sample_weight[present]
    if sample_weight is None:
        values, counts = np.unique(values, return_counts=True)
        return values.astype(np.float64), counts.astype(np.float64)
    order = np.argsort(values, kind="stable")
    values, weights = values[order], sample_weight[order]
    first = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1])))
    return values[first].astype(np.float64), np.add.reduceat(weights, first, dtype=np.float64)


def quantiles(values, weights, probabilities):
    """Return the quantiles of a distribution: ascending distinct values and their weights."""
    share = np.cumsum(weights)
    share /= share[-1]
    # The tolerance makes sums of equal weights independent of the order of summation.
    where = np.searchsorted(share, np.asarray(probabilities) - 1e-12)
    return values[np.minimum(where, values.size - 1)]


def column_medians(X, sample_weight=None):
    """Return the median of each column as in :func:`weighted_quantiles`; for rows on disk, that of a sample.

    Parameters
    ----------
    X : ndarray, CSR matrix, SparseRows or StoredRows of shape (n_samples, n_features)
    sample_weight : ndarray of shape (n_samples,), default=None

    Returns
    -------
    medians : ndarray of shape (n_features,), float64
    """
    if isinstance(X, StoredRows):
        X, sample_weight = X.sample(sample_weight)
    X = SparseRows(X) if issparse(X) else X
    columns, medians = range(X.shape[1]), np.zeros(X.shape[1])
    if isinstance(X, SparseRows):  # 0 is the median of most columns
        weights = np.ones(X.shape[0]) if sample_weight is None else sample_weight
        columns = np.flatnonzero(weights @ (X.matrix != 0) >= 0.5 * weights.sum())
    for j in columns:
        medians[j] = median(X[:, j], sample_weight)
    return medians


def median(values, sample_weight=None):
    """Return the quantile 0.5 of :func:`weighted_quantiles`, without weights in linear time."""
    if sample_weight is not None:
        return weighted_quantiles(values, (0.5,), sample_weight)[0]
    middle = (values.size - 1) // 2
    return np.partition(values, middle)[middle]


def median_and_interquartile_range(values, weights):
    """Return the median and the interquartile range of a distribution, 0 if that is a rounding error."""
    first, median, third = quantiles(values, weights, (0.25, 0.5, 0.75))
    with np.errstate(over="ignore"):
        interquartile_range = third - first
    refuse_overflow(interquartile_range, max(abs(first), abs(third)), "interquartile range")
    return median, 0.0 if is_constant(first, third) else interquartile_range


def robust_center_and_scale(values, weights):
    """Return the center and the scale of a column with this distribution.

    They are the median and the interquartile range. If more than half of a column is one value, or frequent
    values far from the others (codes for a missing value, such as -999) inflate the interquartile range, the
    most frequent values are set aside, and the center and the scale are those of the other values. If the
    interquartile range is still 0, the center is the most frequent value and the scale is half its distance
    from the second most frequent value, as for a column of zeros and ones. The scale of a constant column is
    infinite.

    Parameters
    ----------
    values : ndarray of shape (n_values,)
        Distinct, ascending.
    weights : ndarray of shape (n_values,)
        The weight of each value in the column.

    Returns
    -------
    center, scale : float
    """
    center, scale = median_and_interquartile_range(values, weights)
    if is_constant(values[0], values[-1]):
        return center, np.inf
    by_weight = np.argsort(-weights, kind="stable")
    frequent = [i for i in by_weight[:MOST_CANDIDATES] if weights[i] >= LEAST_SHARE * weights.sum()]
    for n_aside in range(1, min(MOST_SET_ASIDE, len(frequent), values.size - 1) + 1):
        rests = [np.delete(np.arange(values.size), aside) for aside in combinations(frequent, n_aside)]
        found = [median_and_interquartile_range(values[rest], weights[rest]) for rest in rests]
        found = [(center_of_rest, scale_of_rest) for center_of_rest, scale_of_rest in found if scale_of_rest]
        center_of_rest, scale_of_rest = min(found, key=itemgetter(1), default=(center, 0.0))
        if scale_of_rest and (not scale or scale / LEAST_GAIN > scale_of_rest):
            center, scale = center_of_rest, scale_of_rest
    if not scale:
        most, second = values[by_weight[:2]]
        center, scale = most, max(abs(second / 2 - most / 2), np.finfo(np.float64).tiny)
    return center, scale


def weighted_mean(Y, sample_weight=None):
    """Return the mean of each column of an array."""
    with np.errstate(over="ignore"):
        mean = np.average(Y, axis=0, weights=sample_weight)
    refuse_overflow(mean, np.abs(Y).max(), "sum")
    return mean


def target_center_and_scale(values, weights):
    """Return the center and the scale of a target with this distribution, for a robust loss.

    They are the median and the interquartile range divided by that of the standard normal distribution, so
    that they estimate the mean and the standard deviation of a normal target. If more than half of the target
    is one value, the scale is the median distance of the other values from it. The scale of a constant target
    is 1.
    """
    center, scale = median_and_interquartile_range(values, weights)
    if scale:
        return center, scale / NORMAL_INTERQUARTILE_RANGE
    others = values != center
    if is_constant(values[0], values[-1]) or not others.any():
        return center, 1.0
    (scale,) = weighted_quantiles(np.abs(values[others] - center), (0.5,), weights[others])
    return center, max(scale, np.finfo(np.float64).tiny)
