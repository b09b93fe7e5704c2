"""Losses: what is minimised, its derivative delta^L, and the output activation that belongs to it.

Every loss works on the raw outputs z^L of the network, so that nothing has to be clipped and no
logarithm of 0 is ever taken. The protocol, for m rows and k outputs (write your own by the
same three methods and pass the object as ``loss=``):

``value(y_true, raw_prediction, scratch)``
    returns the loss of each row, shape (m,).
``delta(y_true, raw_prediction, out)``
    writes delta^L = dL/dz^L of each row into `out`, shape (m, k).
``inverse_link(raw_prediction, out)``
    writes the predictions a^L = sigma(z^L) into `out`, which may be `raw_prediction` itself.

`scratch` has shape (m, k) and any content; `raw_prediction` is not changed unless it is `out`.
``activation`` is the name that scikit-learn has for the inverse link.

Optional, for several networks whose predictions are averaged (the mean of z where it is missing):

``combine(raw_predictions)``
    returns, for raw outputs of shape (m, E, k) of E networks, those of shape (m, k) whose inverse
    link is the mean of theirs.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit, log_softmax

from skbackprop.network.kernels.constant_arrays import shared_ones
from skbackprop.network.kernels.elementwise import positive_part, softplus_of_minus_abs

# Within this distance no exp underflows, in float32 either.
SAFE_SPREAD = 80


def row_sums(a):
    """Return sum_j a_j of each row."""
    return a.dot(shared_ones(a.shape[1], a.dtype))


def exp_shifted(z, out):
    """Write exp(z_j - c) into `out` and return c, with c so near each row's maximum that no row is 0.

    Where all of z is close together, c is one number: maxima of short rows are slow.
    """
    shift = z.max()
    if not shift - z.min() < SAFE_SPREAD:
        shift = z.max(axis=1, keepdims=True)
    np.subtract(z, shift, out=out)
    np.exp(out, out=out)
    return shift


def softmax(z, out):
    """Write exp(z_j) / sum_i exp(z_i) into `out`; a number near the largest z is taken off first."""
    exp_shifted(z, out)
    out /= row_sums(out)[:, None]


def sum_softplus(z, scratch):
    """Return sum_j ln(1 + exp(z_j)) of each row, as max(z, 0) + ln(1 + exp(-|z|)): no overflow."""
    softplus_of_minus_abs(z, out=scratch)
    logarithms = row_sums(scratch)
    positive_part(z, out=scratch)
    return logarithms + row_sums(scratch)


def sum_product(y, z, scratch):
    """Return sum_j y_j z_j of each row; `scratch` may be one of the two."""
    np.multiply(y, z, out=scratch)
    return row_sums(scratch)


def combine(loss, raw_predictions, n_networks):
    """Return the raw outputs of shape (m, k) of the mean of networks, from those of shape (m E, k)."""
    if n_networks == 1:
        return raw_predictions
    by_row = raw_predictions.reshape(-1, n_networks, raw_predictions.shape[1])
    return loss.combine(by_row) if hasattr(loss, "combine") else by_row.mean(axis=1)


class IdentityLink:
    """Outputs that are the predictions themselves: a^L = z^L."""

    activation = "identity"

    def inverse_link(self, raw_prediction, out):
        """Write a = z into `out`."""
        if out is not raw_prediction:
            np.copyto(out, raw_prediction)


def log_mean_exp(logarithms):
    """Return ln of the mean of exp over axis 1."""
    return np.logaddexp.reduce(logarithms, axis=1) - math.log(logarithms.shape[1])


class LogisticLink:
    """Outputs that are independent probabilities: a^L = 1 / (1 + exp(-z^L))."""

    activation = "logistic"

    def combine(self, raw_predictions):
        """Return ln(a / (1 - a)) of the mean a, through the logarithms of a and 1 - a."""
        return log_mean_exp(log_expit(raw_predictions)) - log_mean_exp(log_expit(-raw_predictions))

    def inverse_link(self, raw_prediction, out):
        """Write a = 1 / (1 + exp(-z)) into `out`; expit keeps the small probabilities exact."""
        expit(raw_prediction, out=out)


class SoftmaxCrossEntropy:
    """Softmax outputs with cross-entropy, for classes that exclude each other.

    L = -sum_j y_j ln a_j = ln sum_j exp(z_j) - sum_j y_j z_j, for targets that sum to 1;
    delta^L = a - y.
    """

    activation = "softmax"

    def combine(self, raw_predictions):
        """Return ln a of the mean a."""
        return log_mean_exp(log_softmax(raw_predictions, axis=2))

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row."""
        shift = exp_shifted(raw_prediction, scratch)
        log_sum_exp = np.ravel(shift) + np.log(row_sums(scratch))
        return log_sum_exp - sum_product(y_true, raw_prediction, scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write a - y into `out`."""
        softmax(raw_prediction, out)
        out -= y_true

    def inverse_link(self, raw_prediction, out):
        """Write a = softmax(z) into `out`."""
        softmax(raw_prediction, out)


class BinaryCrossEntropy(LogisticLink):
    """Sigmoid outputs, each with its own binary cross-entropy.

    L = -sum_j [ y_j ln a_j + (1 - y_j) ln(1 - a_j) ] = sum_j [ ln(1 + exp(z_j)) - y_j z_j ];
    delta^L = a - y: the factor sigma'(z) = a (1 - a) has cancelled.
    """

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row."""
        softplus = sum_softplus(raw_prediction, scratch)
        return softplus - sum_product(y_true, raw_prediction, scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write a - y into `out`."""
        expit(raw_prediction, out=out)
        out -= y_true


class SigmoidSquaredError(LogisticLink):
    """Sigmoid outputs with squared error, as the textbooks begin.

    L = 1/2 sum_j (a_j - y_j)^2; delta^L = (a - y) a (1 - a), which vanishes where the sigmoid
    saturates, however wrong the output is.
    """

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row."""
        expit(raw_prediction, out=scratch)
        scratch -= y_true
        return 0.5 * sum_product(scratch, scratch, scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write (a - y) a (1 - a) into `out`."""
        a = expit(raw_prediction)
        np.subtract(a, y_true, out=out)
        out *= a
        np.subtract(1, a, out=a)
        out *= a


class SquaredError(IdentityLink):
    """L = 1/2 sum_j (z_j - y_j)^2; delta^L = z - y. The minimum is the conditional mean."""

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row."""
        np.subtract(raw_prediction, y_true, out=scratch)
        return 0.5 * sum_product(scratch, scratch, scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write z - y into `out`."""
        np.subtract(raw_prediction, y_true, out=out)


class AbsoluteError(IdentityLink):
    """L = sum_j |z_j - y_j|; delta^L = sign(z - y). The minimum is the conditional median."""

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row."""
        np.subtract(raw_prediction, y_true, out=scratch)
        np.abs(scratch, out=scratch)
        return row_sums(scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write sign(z - y) into `out`."""
        np.subtract(raw_prediction, y_true, out=out)
        np.sign(out, out=out)


@dataclass
class Huber(IdentityLink):
    """Squared error up to |r| = `threshold`, linear beyond, with r = z - y (Huber, 1964).

    L = sum_j [ r^2 / 2 where |r| <= t, else t (|r| - t / 2) ]; delta^L = clip(r, -t, t).

    Parameters
    ----------
    threshold : float, default=1.35
        t, in units of the target that the network sees (its standard deviations, with scaling).
    """

    threshold: float = 1.35

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row, as sum_j clip(r, -t, t)^2 / 2 + t sum_j max(|r| - t, 0)."""
        self.delta(y_true, raw_prediction, out=scratch)
        near = 0.5 * sum_product(scratch, scratch, scratch)
        np.subtract(raw_prediction, y_true, out=scratch)
        np.abs(scratch, out=scratch)
        scratch -= self.threshold
        positive_part(scratch, out=scratch)
        return near + self.threshold * row_sums(scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write clip(z - y, -t, t) into `out`."""
        np.subtract(raw_prediction, y_true, out=out)
        np.clip(out, -self.threshold, self.threshold, out=out)


class Poisson:
    """Counts with a log link: a = exp(z).

    L = sum_j [ exp(z_j) - y_j z_j ], the negative log-likelihood less its constant ln y!;
    delta^L = a - y.
    """

    activation = "exp"

    def combine(self, raw_predictions):
        """Return ln a of the mean a."""
        return log_mean_exp(raw_predictions)

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row."""
        np.exp(raw_prediction, out=scratch)
        mean = row_sums(scratch)
        return mean - sum_product(y_true, raw_prediction, scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write exp(z) - y into `out`."""
        np.exp(raw_prediction, out=out)
        out -= y_true

    def inverse_link(self, raw_prediction, out):
        """Write a = exp(z) into `out`."""
        np.exp(raw_prediction, out=out)


class Quantile(IdentityLink):
    """Pinball loss, whose minimum is the conditional quantile (Koenker & Bassett, 1978).

    L = sum_j max(q (y_j - z_j), (1 - q) (z_j - y_j)); delta^L = 1 - q where z > y, else -q.

    Parameters
    ----------
    quantile : float, default=0.5
        q, in (0, 1).
    """

    def __init__(self, quantile=0.5):
        self.quantile = quantile

    def value(self, y_true, raw_prediction, scratch):
        """Return L of each row, as |r| / 2 + (1/2 - q) r with r = z - y."""
        np.subtract(raw_prediction, y_true, out=scratch)
        tilt = (0.5 - self.quantile) * row_sums(scratch)
        np.abs(scratch, out=scratch)
        return tilt + 0.5 * row_sums(scratch)

    def delta(self, y_true, raw_prediction, out):
        """Write 1/2 sign(z - y) + 1/2 - q into `out`."""
        np.subtract(raw_prediction, y_true, out=out)
        np.sign(out, out=out)
        out *= 0.5
        out += 0.5 - self.quantile


CLASSIFIER_LOSSES = {
    "log_loss": SoftmaxCrossEntropy,  # BinaryCrossEntropy for two classes and for multilabel
    "bce": BinaryCrossEntropy,
    "squared_error": SigmoidSquaredError,
}
REGRESSOR_LOSSES = {
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "huber": Huber,
    "poisson": Poisson,
    "quantile": Quantile,
}
