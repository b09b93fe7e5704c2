"""Quantiles: the pinball loss of one quantile, and of several that cannot cross."""

from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy.special import expit, ndtri

from skbackprop.network.losses.links import IdentityLink
from skbackprop.network.losses.row_sums import row_blocks, row_sums


@dataclass(frozen=True)
class Quantile(IdentityLink):
    """Pinball loss, whose minimum is the conditional quantile (Koenker & Bassett, 1978).

    L = sum_j max(q (y_j - z_j), (1 - q) (z_j - y_j)); delta^L = 1 - q where z > y, else -q.

    Parameters
    ----------
    quantile : float, default=0.5
        q, in (0, 1).
    """

    quantile: float = 0.5
    robust = True

    def __post_init__(self) -> None:
        if not (isinstance(self.quantile, Real) and 0 < self.quantile < 1):
            raise ValueError(
                "The 'quantile' parameter of Quantile must be a number in (0, 1). "
                f"Got {self.quantile!r} instead."
            )

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        np.subtract(raw_prediction, y_true, out=scratch)
        return pinball(scratch, self.quantile)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write dL/dz into `out`."""
        np.subtract(raw_prediction, y_true, out=out)
        pinball_slope(out, self.quantile)


@dataclass(frozen=True)
class Quantiles:
    """Several quantiles of one target, which cannot cross, with the sum of their pinball losses.

    The quantile nearest to 0.5, with index c, is its raw output. The other raw outputs are mapped to positive
    distances between neighboring quantiles (Park et al., 2022, begin with the lowest quantile instead):

    a_c = z_c; a_j = a_{j-1} + s_j ln(1 + exp(z_j)) for j > c; a_j = a_{j+1} - s_j ln(1 + exp(z_j)) for j < c,

    where s_j is chosen such that for z_j = 0 the distances are those of a standard normal distribution.

    L = sum_j max(q_j (y - a_j), (1 - q_j) (a_j - y)). With d_j = dL/da_j and sigma(z) = 1 / (1 + exp(-z)),
    delta^L_c = sum_j d_j; delta^L_j = s_j sigma(z_j) sum_{i >= j} d_i for j > c, and
    delta^L_j = -s_j sigma(z_j) sum_{i <= j} d_i for j < c.

    Parameters
    ----------
    quantiles : sequence of float
        q_1 < q_2 < ... in (0, 1).

    References
    ----------
    Park, Maddix, Aubet, Kan, Gasthaus & Wang (2022). Learning quantile functions without quantile crossing
    for distribution-free time series forecasting. AISTATS.
    """

    quantiles: tuple
    activation = "ordered"
    robust = True

    def __post_init__(self) -> None:
        q = np.asarray(self.quantiles)
        numbers = q.ndim == 1 and q.size > 0 and q.dtype.kind in "fiu"
        if not (numbers and (q > 0).all() and (q < 1).all() and (np.diff(q) > 0).all()):
            raise ValueError(
                "The 'quantile' parameter must be a number in (0, 1), or several in increasing order. "
                f"Got {self.quantiles!r} instead."
            )
        object.__setattr__(self, "quantiles", tuple(q.tolist()))

    @property
    def n_outputs(self) -> int:
        """Number of outputs, one for each quantile."""
        return len(self.quantiles)

    @property
    def middle(self) -> int:
        """The index c of the quantile nearest to 0.5."""
        return int(np.abs(np.array(self.quantiles) - 0.5).argmin())

    def steps(self, dtype: np.dtype) -> np.ndarray:
        """Return the factors on ln(1 + exp(z_j)): s_j above c, -s_j below, and 1 for c."""
        normal = ndtri(self.quantiles)
        s = np.ones(normal.size)
        s[self.middle + 1 :] = np.diff(normal)[self.middle :] / np.log(2)
        s[: self.middle] = -np.diff(normal)[: self.middle] / np.log(2)
        return s.astype(dtype)

    def inverse_link(self, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write the quantiles in increasing order into `out`, which may be `raw_prediction`."""
        c, k = self.middle, self.n_outputs
        out[:, c] = raw_prediction[:, c]
        for others in (slice(0, c), slice(c + 1, k)):
            np.logaddexp(raw_prediction[:, others], 0, out=out[:, others])  # ln(1 + exp(z))
        out *= self.steps(out.dtype)
        # Add one by one: with another order of summation, rounding could make quantiles cross.
        for j in range(c + 1, k):
            out[:, j] += out[:, j - 1]
        for j in reversed(range(c)):
            out[:, j] += out[:, j + 1]

    def combine(self, raw_predictions: np.ndarray) -> np.ndarray:
        """Return the raw outputs whose quantiles are the means of the networks' quantiles.

        The quantiles are linear in the distances d = ln(1 + exp(z)), and z = ln(exp(d) - 1).
        """
        d = np.logaddexp(raw_predictions, 0).mean(axis=1)
        np.maximum(d, np.finfo(d.dtype).tiny, out=d)
        z = d + np.log(-np.expm1(-d))
        z[:, self.middle] = raw_predictions[:, :, self.middle].mean(axis=1)
        return z

    def combine_backward(
        self, raw_predictions: np.ndarray, combined: np.ndarray, delta: np.ndarray
    ) -> np.ndarray:
        """Return dF/dz_e = delta d'(z_e) / (E d'(z)), and delta / E for the middle quantile.

        z is the combined raw output, and d'(z) = 1 / (1 + exp(-z)) the derivative of the distance.
        """
        slopes = expit(raw_predictions) / expit(combined)
        slopes[:, :, self.middle] = 1
        return delta * slopes / raw_predictions.shape[1]

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        self.inverse_link(raw_prediction, out=scratch)
        scratch -= y_true
        return pinball(scratch, self.quantiles)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write dL/dz into `out`."""
        c, k = self.middle, self.n_outputs
        self.inverse_link(raw_prediction, out=out)
        out -= y_true
        pinball_slope(out, self.quantiles)
        for j in reversed(range(c + 1, k)):
            out[:, j - 1] += out[:, j]
        for j in range(c):
            out[:, j + 1] += out[:, j]
        out *= self.steps(out.dtype)
        for z, delta in row_blocks(raw_prediction, out):
            slope = expit(z)
            slope[:, c] = 1
            delta *= slope


def pinball(r, q):
    """Return sum_j max(-q_j r_j, (1 - q_j) r_j) of each row, as |r| / 2 + (1/2 - q) r; `r` is overwritten."""
    tilt = r.dot(0.5 - for_each_column(q, r))
    np.abs(r, out=r)
    return tilt + 0.5 * row_sums(r)


def pinball_slope(r, q):
    """Overwrite `r` with 1/2 sign(r) + 1/2 - q, the derivative of the pinball loss: 1 - q or -q."""
    np.sign(r, out=r)
    r *= 0.5
    r += 0.5 - for_each_column(q, r)


def for_each_column(q, r):
    """Return q, one number or one for each column of `r`, as an array of one for each column."""
    return np.broadcast_to(np.asarray(q, r.dtype), r.shape[1])
