"""Scaling of inputs and targets: statistics from weighted rows, applied batch by batch.

Statistics are computed and the center is subtracted in float64, whatever the dtype of the network: float32
cannot resolve a column near 1.6e9 with a spread of 100.
"""

import copy

import numpy as np
from scipy.sparse import issparse
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from skbackprop.tables.rows_on_disk import StoredRows

# Number of rows processed at a time, so that the statistics of a large X need no copy of X.
BLOCK_ROWS = 4096

# Numbers further from the center than this many scales are clipped: the smooth bound does not distinguish
# them, and their squares would overflow.
FAR_OUT = 1e9


class Scaling:
    """x -> (x - center) / scale for each column; sparse rows are scaled but not centered.

    Attributes
    ----------
    center, scale : ndarray of shape (n_features,), float64
    n_clipped : int
        To the first `n_clipped` columns x / sqrt(1 + (x / 3)^2) is applied in addition, which bounds
        outliers by 3 (Holzmueller et al., 2024).
    """

    def __init__(self, center, scale, n_clipped=0):
        self.center = center
        self.scale = scale
        self.n_clipped = n_clipped

    def widen(self, n_columns):
        """Return this Scaling extended to `n_columns` columns; the additional ones are not scaled."""
        n_more = n_columns - self.center.size
        center = np.concatenate((self.center, np.zeros(n_more)))
        return Scaling(center, np.concatenate((self.scale, np.ones(n_more))), self.n_clipped)

    def apply(self, rows, out, wide=None, scratch=None):
        """Write the scaled `rows` (a dense array of any dtype) into `out`, in the dtype of `out`.

        Passing `wide`, a float64 array of the shape of `out`, and `scratch`, an array like `out`, avoids
        their allocation.
        """
        # Each step uses arrays of one dtype: a ufunc that casts is slower, because it uses a buffer.
        wide = np.empty(out.shape) if wide is None else wide
        np.copyto(wide, rows)
        wide -= self.center
        wide /= self.scale
        np.copyto(out, wide, casting="same_kind")
        if self.n_clipped:
            x = out[:, : self.n_clipped]
            root = np.empty_like(x) if scratch is None else scratch[:, : self.n_clipped]
            np.clip(x, -FAR_OUT, FAR_OUT, out=x)
            np.multiply(x, 1 / 3, out=root)
            root *= root
            root += 1
            np.sqrt(root, out=root)
            x /= root  # x / sqrt(1 + (x / 3)^2)

    def apply_to_values(self, values, columns):
        """Scale in place the stored `values` of a sparse matrix that stand in `columns`."""
        values /= self.scale[columns].astype(values.dtype, copy=False)

    def invert(self, values):
        """Return `values` in the units before scaling."""
        return values * self.scale + self.center


def standard_scaling(X, sample_weight=None):
    """Return the Scaling to weighted mean 0 and variance 1; constant columns are only centered."""
    scaler = StandardScaler(with_mean=not issparse(X))
    update_statistics(scaler, X, sample_weight)
    center = np.zeros(X.shape[1]) if issparse(X) else scaler.mean_
    return Scaling(center, scaler.scale_)


def update_statistics(scaler, X, sample_weight):
    """Update a StandardScaler with the rows of X, block by block, in float64."""
    for rows in gen_batches(X.shape[0], BLOCK_ROWS):
        weights = None if sample_weight is None else sample_weight[rows]
        if weights is not None and not weights.any():
            continue
        block = X[rows].astype(np.float64) if issparse(X) else np.asarray(X[rows], dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            scaler.partial_fit(block, sample_weight=weights)
        if not np.isfinite(scaler.var_).all():
            raise ValueError(
                f"Numbers as large as {abs(block).max():g} cannot be scaled: their variance is more than "
                "float64 holds. Divide them by a constant first."
            )


class RunningScaling(Scaling):
    """Standard scaling whose statistics are updated with every batch of a stream.

    When new rows change the center c and the scale s to c' and s', the first layer is adjusted so that
    the network remains the same function of the unscaled inputs: because

        (x - c) / s = (x - c') / s' * (s' / s) + (c' - c) / s,

    W^1 <- (s' / s) W^1 and b^1 <- b^1 + ((c' - c) / s) W^1.
    """

    def __init__(self, X, sample_weight=None):
        self._scaler = StandardScaler(with_mean=not issparse(X))
        super().__init__(*self._grow(self._scaler, X, sample_weight))

    def _grow(self, scaler, X, sample_weight):
        update_statistics(scaler, X, sample_weight)
        center = np.zeros(X.shape[1]) if issparse(X) else scaler.mean_.copy()
        return center, scaler.scale_.copy()

    def update(self, X, sample_weight, W, b):
        """Update the statistics with new rows, and modify `W` and `b` of the first layer in place."""
        scaler = copy.deepcopy(self._scaler)
        center, scale = self._grow(scaler, X, sample_weight)
        shift = ((center - self.center) / self.scale) @ W
        factors = (scale / self.scale)[:, None]
        # Nothing below can fail, so the network and the statistics remain consistent.
        b += shift
        W *= factors
        self.center, self.scale, self._scaler = center, scale, scaler


def robust_scaling(X, sample_weight=None):
    """Return the Scaling to weighted median 0 and quartile distance 1, with the smooth clip.

    If more than half of the values of a column are equal, it is scaled by half its range instead;
    a constant column is only centered. For sparse X :func:`standard_scaling` is used, because the
    quartiles of a sparse column are 0. For rows on disk the quartiles of a sample are used.
    """
    if issparse(X):
        return standard_scaling(X, sample_weight)
    if isinstance(X, StoredRows):
        X, sample_weight = X.sample(sample_weight)
    center, scale = np.empty(X.shape[1]), np.empty(X.shape[1])
    for j in range(X.shape[1]):
        low, first, center[j], third, high = weighted_quantiles(
            X[:, j], (0, 0.25, 0.5, 0.75, 1), sample_weight
        )
        scale[j] = (third - first) or (high - low) / 2 or 1.0
    return Scaling(center, scale, n_clipped=center.size)


def weighted_quantiles(values, probabilities, sample_weight=None):
    """Return the smallest values whose share of the weight reaches each of `probabilities`.

    With this definition (the inverted distribution function) a weight of 2 is equivalent to repeating
    the value.
    """
    if sample_weight is not None:
        present = sample_weight > 0
        values, sample_weight = values[present], sample_weight[present]
    order = np.argsort(values, kind="stable")
    weights = np.ones(values.size) if sample_weight is None else sample_weight[order]
    share = np.cumsum(weights, dtype=np.float64)
    share /= share[-1]
    # The tolerance makes the result independent of rounding errors in the sums of weights.
    where = np.searchsorted(share, np.asarray(probabilities) - 1e-12)
    return values[order[np.minimum(where, values.size - 1)]].astype(np.float64)


SCALINGS = {"standard": standard_scaling, "robust": robust_scaling}
