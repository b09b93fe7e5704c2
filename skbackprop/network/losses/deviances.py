"""Losses for counts and amounts, with a logarithmic link: half the deviances of generalized linear models.

If the variance of y is proportional to a^p, with a its mean, half the deviance is

    L = sum_j integral from y_j to a_j of (t - y_j) / t^p dt ;    delta^L = (a - y) / a^p * a ,

for a = exp(z). It is 0 for a = y, and its minimum is the conditional mean (McCullagh & Nelder, 1989).
"""

import math
from dataclasses import dataclass
from numbers import Real

import numpy as np
from scipy.special import xlogy

from skbackprop.network.losses.links import LogLink
from skbackprop.network.losses.row_sums import row_blocks, row_sums, sum_product


class Poisson(LogLink):
    """Loss for counts: the variance is proportional to the mean (p = 1).

    L = sum_j [ y_j ln(y_j / a_j) - y_j + a_j ]; delta^L = a - y.
    """

    domain = "y >= 0"

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row, as sum_j exp(z_j) - sum_j y_j z_j + sum_j [ y_j ln y_j - y_j ]."""
        np.exp(raw_prediction, out=scratch)
        mean = row_sums(scratch)
        likelihood = sum_product(y_true, raw_prediction, scratch)
        xlogy(y_true, y_true, out=scratch)
        scratch -= y_true
        return mean - likelihood + row_sums(scratch)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write exp(z) - y into `out`."""
        np.exp(raw_prediction, out=out)
        out -= y_true


class Gamma(LogLink):
    """Loss for positive amounts: the standard deviation is proportional to the mean (p = 2).

    L = sum_j [ y_j / a_j - 1 - ln(y_j / a_j) ]; delta^L = 1 - y / a.
    """

    domain = "y > 0"

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row, as sum_j [ exp(r_j) - 1 - r_j ] with r = ln y - z."""
        np.log(y_true, out=scratch)
        scratch -= raw_prediction
        log_ratio = row_sums(scratch)
        np.expm1(scratch, out=scratch)
        return row_sums(scratch) - log_ratio

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write 1 - y exp(-z) into `out`."""
        np.negative(raw_prediction, out=out)
        np.exp(out, out=out)
        out *= y_true
        np.subtract(1, out, out=out)


@dataclass(frozen=True)
class Tweedie(LogLink):
    """Loss for amounts with many zeros: the variance is proportional to the power p of the mean, 1 < p < 2.

    Such a y is a sum of amounts with a gamma distribution, whose number has a Poisson distribution, for
    instance the insurance claims of a year (Jorgensen, 1987).

    L = sum_j [ a_j^(2-p) / (2-p) + y_j a_j^(1-p) / (p-1) - y_j^(2-p) / ((p-1) (2-p)) ];
    delta^L = a^(2-p) - y a^(1-p).

    Parameters
    ----------
    power : float, default=1.5
        p, in (1, 2). The limits are :class:`Poisson` and :class:`Gamma`.

    References
    ----------
    Jorgensen (1987). Exponential dispersion models. Journal of the Royal Statistical Society B 49, 127-162.
    """

    power: float = 1.5
    domain = "y >= 0"

    def __post_init__(self) -> None:
        if not (isinstance(self.power, Real) and 1 < self.power < 2):
            raise ValueError(
                f"The 'power' parameter of Tweedie must be a number in (1, 2). Got {self.power!r} instead. "
                "loss='poisson' has the power 1, loss='gamma' the power 2."
            )

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        p = self.power
        finite_power(raw_prediction, 2 - p, out=scratch)
        mean = row_sums(scratch) / (2 - p)
        finite_power(raw_prediction, 1 - p, out=scratch)
        observed = sum_product(y_true, scratch, scratch) / (p - 1)
        np.power(y_true, 2 - p, out=scratch)
        return mean + observed - row_sums(scratch) / ((p - 1) * (2 - p))

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write exp((2-p) z) - y exp((1-p) z) into `out`."""
        for y, z, delta in row_blocks(y_true, raw_prediction, out):
            observed = np.empty_like(z)
            finite_power(z, 1 - self.power, out=observed)
            observed *= y
            finite_power(z, 2 - self.power, out=delta)
            delta -= observed


def finite_power(z, c, out):
    """Write a^c = exp(c z) into `out`, bounded so that it is finite: its product with y = 0 must be 0."""
    np.multiply(z, c, out=out)
    np.minimum(out, 0.999 * math.log(np.finfo(out.dtype).max), out=out)
    np.exp(out, out=out)
