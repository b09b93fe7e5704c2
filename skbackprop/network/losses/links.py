"""Links: from raw outputs z^L to predictions a^L, and the raw outputs of the mean of several networks."""

import math

import numpy as np
from scipy.special import expit, log_expit, logit

# Targets are clipped to [SURE, 1 - SURE], because 0 and 1 correspond to infinite raw outputs.
SURE = 1e-12
# Link functions, which return the raw outputs whose prediction is Y, by output activation.
LINKS = {
    "identity": lambda Y: Y,
    "exp": lambda Y: np.log(np.maximum(Y, SURE)),
    "softmax": lambda Y: np.log(np.maximum(Y, SURE)),
    "logistic": lambda Y: logit(np.clip(Y, SURE, 1 - SURE)),
}


def log_mean_exp(logarithms):
    """Return ln of the mean of exp over axis 1."""
    return np.logaddexp.reduce(logarithms, axis=1) - math.log(logarithms.shape[1])


class IdentityLink:
    """Identity link: a^L = z^L."""

    activation = "identity"

    def inverse_link(self, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write a = z into `out`."""
        np.copyto(out, raw_prediction)


class LogLink:
    """Logarithmic link, for positive predictions: a^L = exp(z^L)."""

    activation = "exp"

    def combine(self, raw_predictions: np.ndarray) -> np.ndarray:
        """Return ln a, where a is the mean prediction of the networks."""
        return log_mean_exp(raw_predictions)

    def combine_backward(
        self, raw_predictions: np.ndarray, combined: np.ndarray, delta: np.ndarray
    ) -> np.ndarray:
        """Return dF/dz_e = delta a_e / (E a), where a = exp(c) of the combined c."""
        return delta * np.exp(raw_predictions - combined) / raw_predictions.shape[1]

    def inverse_link(self, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write a = exp(z) into `out`."""
        np.exp(raw_prediction, out=out)


class LogisticLink:
    """Logistic link, for independent probabilities: a^L = 1 / (1 + exp(-z^L))."""

    activation = "logistic"

    def combine(self, raw_predictions: np.ndarray) -> np.ndarray:
        """Return ln(a / (1 - a)), where a is the mean prediction, from the logarithms of a and 1 - a."""
        return log_mean_exp(log_expit(raw_predictions)) - log_mean_exp(log_expit(-raw_predictions))

    def combine_backward(
        self, raw_predictions: np.ndarray, combined: np.ndarray, delta: np.ndarray
    ) -> np.ndarray:
        """Return dF/dz_e = delta a_e (1 - a_e) / (E a (1 - a)), from the logarithms of a and 1 - a."""
        log_slopes = log_expit(raw_predictions) + log_expit(-raw_predictions)  # ln a_e (1 - a_e)
        log_slope = log_expit(combined) + log_expit(-combined)  # ln a (1 - a)
        return delta * np.exp(log_slopes - log_slope) / raw_predictions.shape[1]

    def inverse_link(self, raw_prediction: np.ndarray, out: np.ndarray) -> None:
        """Write a = 1 / (1 + exp(-z)) into `out`; expit is accurate for small probabilities."""
        expit(raw_prediction, out=out)
