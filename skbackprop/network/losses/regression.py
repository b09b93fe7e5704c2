"""Losses for targets of any sign: squared error, absolute error and Huber's loss."""

from dataclasses import dataclass
from numbers import Real

import numpy as np

from skbackprop.network.kernels.elementwise import positive_part
from skbackprop.network.losses.links import IdentityLink
from skbackprop.network.losses.row_sums import row_sums, sum_product


class SquaredError(IdentityLink):
    """L = 1/2 sum_j (z_j - y_j)^2; delta^L = z - y. The minimum is the conditional mean."""

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        np.subtract(raw_prediction, y_true, out=scratch)
        return 0.5 * sum_product(scratch, scratch, scratch)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write z - y into `out`."""
        np.subtract(raw_prediction, y_true, out=out)


class AbsoluteError(IdentityLink):
    """L = sum_j |z_j - y_j|; delta^L = sign(z - y). The minimum is the conditional median."""

    robust = True

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        np.subtract(raw_prediction, y_true, out=scratch)
        np.abs(scratch, out=scratch)
        return row_sums(scratch)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write sign(z - y) into `out`."""
        np.subtract(raw_prediction, y_true, out=out)
        np.sign(out, out=out)


@dataclass(frozen=True)
class Huber(IdentityLink):
    """Squared error up to |r| = `threshold`, linear beyond, with r = z - y (Huber, 1964).

    L = sum_j [ r^2 / 2 where |r| <= t, else t (|r| - t / 2) ]; delta^L = clip(r, -t, t).

    Parameters
    ----------
    threshold : float, default=1.35
        t, in units of the target of the network (with scaling, its standard deviations).
    """

    threshold: float = 1.35
    robust = True

    def __post_init__(self) -> None:
        if not (isinstance(self.threshold, Real) and self.threshold > 0):
            raise ValueError(
                f"The 'threshold' parameter of Huber must be positive. Got {self.threshold!r} instead."
            )

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row, as sum_j clip(r, -t, t)^2 / 2 + t sum_j max(|r| - t, 0)."""
        self.delta(y_true, raw_prediction, out=scratch)
        near = 0.5 * sum_product(scratch, scratch, scratch)
        np.subtract(raw_prediction, y_true, out=scratch)
        np.abs(scratch, out=scratch)
        scratch -= self.threshold
        positive_part(scratch, out=scratch)
        return near + self.threshold * row_sums(scratch)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write clip(z - y, -t, t) into `out`."""
        np.subtract(raw_prediction, y_true, out=out)
        np.clip(out, -self.threshold, self.threshold, out=out)
