"""Scaling of inputs and targets: statistics from weighted rows, applied batch by batch.

Statistics are computed and the center is subtracted in float64 for every dtype of the network: float32 cannot
resolve a column near 1.6e9 with a spread of 100.
"""

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.outliers import OUTLIER_FUNCTIONS
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.sparse_rows import SparseRows
from skbackprop.tables.statistics import (
    RunningStatistics,
    column_ranges,
    distribution,
    is_constant,
    robust_center_and_scale,
)


class Scaling:
    """x -> (x - center) / scale for each column.

    A column that never varied in training has an infinite scale, so that it is always 0: its weights are not
    learned, and a new number in it must not change a prediction.

    Parameters
    ----------
    center, scale : ndarray of shape (n_features,), float64
        The center of a column without variation is its constant.
    n_robust : int, default=0
        A function of :mod:`.outliers` is then applied to the first `n_robust` columns.
    n_scaled : int, default=None
        Only the first `n_scaled` columns are scaled; the scale of the others is 1 if they vary. None for all.

    Attributes
    ----------
    outliers : str
        The name of this function.
    """

    def __init__(self, center, scale, n_robust=0, n_scaled=None):
        self.center = center
        self.scale = scale
        self.n_robust = n_robust
        self.n_scaled = center.size if n_scaled is None else n_scaled
        self.outliers = "compressed"

    def __setstate__(self, state):
        if "n_clipped" in state:  # saved by version 1.0.0rc1
            state = {**state, "n_robust": state["n_clipped"], "outliers": "bounded"}
        self.__dict__.update(state)

    def widen(self, X, sample_weight=None):
        """Return this Scaling for all columns of X; additional columns are not scaled if they vary."""
        n_scaled = self.center.size
        further = no_scaling(X, sample_weight)
        center = np.concatenate((self.center, further.center[n_scaled:]))
        scale = np.concatenate((self.scale, further.scale[n_scaled:]))
        return Scaling(center, scale, self.n_robust, n_scaled)

    def follow_growth(self, origins):
        """Add columns, which are not scaled, in place.

        Parameters
        ----------
        origins : ndarray of int
            For each new column, the present column that it comes from; -1 for one that was always 0.
        """
        self.center = np.where(origins < 0, 0.0, self.center[origins])
        self.scale = np.where(origins < 0, 1.0, self.scale[origins])

    def apply(self, rows, out, wide=None):
        """Write the scaled `rows` (a dense array of any dtype) into `out`, in the dtype of `out`.

        They have all columns, or only the first ones. Passing `wide`, a float64 array of the shape of `out`,
        avoids its allocation.
        """
        # Each step uses arrays of one dtype: a ufunc that casts is slower, because it uses a buffer.
        wide = np.empty(out.shape) if wide is None else wide
        np.copyto(wide, rows)
        n_columns = rows.shape[1]
        wide -= self.center[:n_columns]
        wide /= self.scale[:n_columns]
        np.copyto(out, wide, casting="same_kind")
        OUTLIER_FUNCTIONS[self.outliers](out[:, : self.n_robust])

    def apply_to_values(self, values, columns):
        """Return the scaled `values` in float64, where `columns` is the column of each value."""
        scaled = (values - self.center[columns]) / self.scale[columns]
        robust = columns < self.n_robust
        scaled[robust] = OUTLIER_FUNCTIONS[self.outliers](scaled[robust])
        return scaled

    def invert(self, values):
        """Return `values` in the units before scaling."""
        return values * self.scale + self.center

    def update(self, X, sample_weight, W, b, anew=False):
        """Update the scaling with further training rows, in which constant columns may begin to vary.

        The first layer's `W` and `b` are changed in place. The weights of these columns are set to 0 and
        learned from then on, so that predictions do not change. If no column varied before, a first layer of
        zeros could not learn: then the initial weights are kept, and `b` is changed so that the outputs for
        the constants remain.
        """
        constant = np.isinf(self.scale)
        if not constant.any():
            return
        low, high = column_ranges(X, sample_weight)
        low, high = np.minimum(low, self.center), np.maximum(high, self.center)
        center, scale = self.center.copy(), self.scale.copy()
        for j in np.flatnonzero(constant & ~is_constant(low, high)):
            if j >= self.n_scaled:
                center[j], scale[j] = 0.0, 1.0
                continue
            make = robust_scaling if j < self.n_robust else standard_scaling
            column = make(X[:, j : j + 1], sample_weight)
            center[j], scale[j] = column.center[0], column.scale[0]
            if np.isinf(scale[j]):  # also constant in these rows, but another constant
                center[j], scale[j] = low[j] / 2 + high[j] / 2, high[j] / 2 - low[j] / 2
        begins = np.flatnonzero(constant & np.isfinite(scale))
        constants = self.center[None]
        self.center, self.scale = center, scale
        if not constant.all():
            W[..., begins, :] = 0
            return
        before = np.empty(constants.shape)
        self.apply(constants, before)
        b -= before[0, begins] @ W[..., begins, :]


class Unscaled(Scaling):
    """Leaves columns unchanged, except that those without variation in training become 0.

    Parameters
    ----------
    constants : ndarray of shape (n_features,), float64
        The numbers in the columns without variation, and NaN for the other columns.
    """

    def __init__(self, constants):
        varies = np.isnan(constants)
        super().__init__(np.where(varies, 0.0, constants), np.where(varies, 1.0, np.inf), n_scaled=0)

    def apply(self, rows, out, wide=None):
        """Write `rows` into `out`, in its dtype, with 0 in the columns without variation."""
        np.copyto(out, rows, casting="same_kind")
        out[:, np.isinf(self.scale[: rows.shape[1]])] = 0


def standard_scaling(X, sample_weight=None):
    """Return the Scaling to weighted mean 0 and variance 1."""
    statistics = RunningStatistics()
    statistics.update(X, sample_weight)
    return Scaling(statistics.mean, statistics.deviation)


class RunningScaling(Scaling):
    """Standard scaling whose statistics are updated with every batch of a stream.

    When new rows change the center c and the scale s to c' and s', the first layer is adjusted so that
    the network remains the same function of the unscaled inputs: because

        (x - c) / s = (x - c') / s' * (s' / s) + (c' - c) / s,

    W^1 <- (s' / s) W^1 and b^1 <- b^1 + ((c' - c) / s) W^1. A column that begins to vary has s = inf: its
    weights are set to 0 and learned from then on. If no column varied before, s' replaces s, because a first
    layer of zeros could not learn.
    """

    def __init__(self, X, sample_weight=None, n_scaled=None):
        self._statistics = RunningStatistics()
        self._statistics.update(X, sample_weight)
        super().__init__(self._statistics.mean, self._statistics.deviation, n_scaled=n_scaled)
        self.center, self.scale = self._center_and_scale(self._statistics)

    def follow_growth(self, origins):
        """Add columns in place (see :meth:`Scaling.follow_growth`)."""
        super().follow_growth(origins)
        self._statistics.follow_growth(origins)

    def _center_and_scale(self, statistics):
        """Return the mean and the deviation of each column; 0 and 1 if it varies but is not scaled."""
        center, scale = statistics.mean.copy(), statistics.deviation.copy()
        unscaled = (np.arange(scale.size) >= self.n_scaled) & np.isfinite(scale)
        center[unscaled], scale[unscaled] = 0.0, 1.0
        return center, scale

    def update(self, X, sample_weight, W, b, anew=False):
        """Update the statistics with new rows, and change the first layer's `W` and `b` in place.

        With `anew`, rows of earlier calls are not counted, except for columns that do not vary in the new
        ones.
        """
        statistics = RunningStatistics() if anew else self._statistics
        statistics.update(X, sample_weight)
        if anew:
            statistics.keep_variation_of(self._statistics)
        center, scale = self._center_and_scale(statistics)
        old_scale = self.scale if np.isfinite(self.scale).any() else scale
        shift = ((center - self.center) / old_scale) @ W
        factors = np.where(np.isinf(scale), 1.0, scale) / np.where(np.isinf(scale), 1.0, old_scale)
        b += shift
        W *= factors[:, None]
        self.center, self.scale, self._statistics = center, scale, statistics


def robust_scaling(X, sample_weight=None):
    """Return the Scaling by :func:`.robust_center_and_scale` of each column, with compressed outliers.

    For rows on disk, the quartiles are those of a sample.
    """
    rows, weights = X.sample(sample_weight) if isinstance(X, StoredRows) else (X, sample_weight)
    rows = SparseRows(rows) if issparse(rows) else rows
    columns = [robust_center_and_scale(*distribution(rows[:, j], weights)) for j in range(rows.shape[1])]
    center, scale = np.array(columns).reshape(-1, 2).T.copy()
    if isinstance(X, StoredRows) and not np.isfinite(scale).all():
        # A column may vary only in rows that are not in the sample.
        low, high = column_ranges(X, sample_weight)
        rare = ~np.isfinite(scale) & ~is_constant(low, high)
        scale[rare] = (high / 2 - low / 2)[rare]
    return Scaling(center, scale, n_robust=center.size)


def no_scaling(X, sample_weight=None):
    """Return the Scaling that leaves columns unchanged, except that those without variation become 0."""
    low, high = column_ranges(X, sample_weight)
    return Unscaled(np.where(is_constant(low, high), low, np.nan))


SCALINGS = {"standard": standard_scaling, "robust": robust_scaling}
