"""Losses for classification: cross-entropy with softmax or sigmoids, and squared error with sigmoids."""

import numpy as np
from scipy.special import expit, log_softmax

from skbackprop.network.kernels.elementwise import positive_part, softplus_of_minus_abs
from skbackprop.network.losses.links import LogisticLink, log_mean_exp
from skbackprop.network.losses.row_sums import row_blocks, row_sums, sum_product

# If the values of z differ by less than this, no exp underflows, even in float32.
SAFE_SPREAD = 80


def exp_shifted(z, out):
    """Write exp(z_j - c) into `out` and return c, close enough to each row's maximum that no row is all 0.

    c is one number if the values of z differ little, because computing the maximum of each row is slow.
    """
    shift = z.max()
    if not shift - z.min() < SAFE_SPREAD:
        shift = z.max(axis=1, keepdims=True)
    np.subtract(z, shift, out=out)
    np.exp(out, out=out)
    return shift


def softmax(z, out):
    """Write exp(z_j) / sum_i exp(z_i) into `out`; a number near the largest z is subtracted first."""
    exp_shifted(z, out)
    out /= row_sums(out)[:, None]


def sum_softplus(z, scratch):
    """Return sum_j ln(1 + exp(z_j)) of each row, as max(z, 0) + ln(1 + exp(-|z|)): no overflow."""
    softplus_of_minus_abs(z, out=scratch)
    logarithms = row_sums(scratch)
    positive_part(z, out=scratch)
    return logarithms + row_sums(scratch)


class SoftmaxCrossEntropy:
    """Softmax outputs with cross-entropy, for classes that exclude each other.

    L = -sum_j y_j ln a_j = ln sum_j exp(z_j) - sum_j y_j z_j, for targets that sum to 1;
    delta^L = a - y.
    """

    activation = "softmax"
    calibrated_by_temperature = True

    def combine(self, raw_predictions: np.ndarray) -> np.ndarray:
        """Return ln a, where a is the mean of the softmax outputs of the networks."""
        return log_mean_exp(log_softmax(raw_predictions, axis=2))

    def combine_backward(
        self, raw_predictions: np.ndarray, combined: np.ndarray, delta: np.ndarray
    ) -> np.ndarray:
        """Return dF/dz_e, from c_k = ln a_k and dc_k/dz_ej = a_ek / (E a_k) ([j = k] - a_ej).

        shares_ek = delta_k a_ek / (E a_k)
        dF/dz_ej = shares_ej - a_ej sum_k shares_ek
        """
        log_a = log_softmax(raw_predictions, axis=-1)
        shares = delta * np.exp(log_a - combined) / raw_predictions.shape[1]
        return shares - np.exp(log_a) * shares.sum(axis=-1, keepdims=True)

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        shift = exp_shifted(raw_prediction, scratch)
        log_sum_exp = np.ravel(shift) + np.log(row_sums(scratch))
        return log_sum_exp - sum_product(y_true, raw_prediction, scratch)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write a - y into `out`."""
        softmax(raw_prediction, out)
        out -= y_true

    def inverse_link(self, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write a = softmax(z) into `out`."""
        softmax(raw_prediction, out)


class BinaryCrossEntropy(LogisticLink):
    """Sigmoid outputs, each with its own binary cross-entropy.

    L = -sum_j [ y_j ln a_j + (1 - y_j) ln(1 - a_j) ] = sum_j [ ln(1 + exp(z_j)) - y_j z_j ];
    delta^L = a - y: the factor sigma'(z) = a (1 - a) has cancelled.
    """

    calibrated_by_temperature = True

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        softplus = sum_softplus(raw_prediction, scratch)
        return softplus - sum_product(y_true, raw_prediction, scratch)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write a - y into `out`."""
        expit(raw_prediction, out=out)
        out -= y_true


class SigmoidSquaredError(LogisticLink):
    """Sigmoid outputs with squared error, the first loss in many textbooks.

    L = 1/2 sum_j (a_j - y_j)^2; delta^L = (a - y) a (1 - a), which vanishes where the sigmoid
    saturates, however wrong the output is.
    """

    def value(self, y_true: np.ndarray, raw_prediction: np.ndarray, scratch: np.ndarray) -> np.ndarray:
        """Return L of each row."""
        expit(raw_prediction, out=scratch)
        scratch -= y_true
        return 0.5 * sum_product(scratch, scratch, scratch)

    def delta(self, y_true: np.ndarray, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write (a - y) a (1 - a) into `out`."""
        for y, z, delta in row_blocks(y_true, raw_prediction, out):
            a = expit(z)
            np.subtract(a, y, out=delta)
            delta *= a
            np.subtract(1, a, out=a)
            delta *= a
