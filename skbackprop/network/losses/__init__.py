"""Losses, their derivatives delta^L, and the output activations that belong to them.

Every loss works on the raw outputs z^L of the network, so that no probability has to be clipped and no
logarithm of 0 is ever taken. A loss has three methods, for m rows and k outputs (any object that has them can
be passed as ``loss=``):

``value(y_true, raw_prediction, scratch)``
    returns the loss of each row, shape (m,).
``delta(y_true, raw_prediction, out)``
    writes delta^L = dL/dz^L of each row into `out`, shape (m, k).
``inverse_link(raw_prediction, out)``
    writes the predictions a^L = sigma(z^L) into `out`.

`scratch` and `out` have shape (m, k) and any content; `y_true` and `raw_prediction` must not be changed.
``activation`` is scikit-learn's name of the inverse link (see :func:`output_activation`).

Optional methods, for several networks whose predictions are averaged (without them, z is averaged):

``combine(raw_predictions)``
    returns, for raw outputs of shape (m, E, k) of E networks, those of shape (m, k) whose inverse
    link is the mean of theirs.
``combine_backward(raw_predictions, combined, delta)``
    returns dF/dz of shape (n, m, E, k) for n functions F of the `combined` raw outputs c, of shape
    (m, 1, k), from delta = dF/dc of shape (n, m, 1, k). If it is missing, it is approximated by central
    differences of ``combine``.

Optional attributes of a regressor's loss, which decide how y is checked and, unless ``scaling=None``, scaled:

``domain``
    "y >= 0" or "y > 0" if the loss is undefined for other y; missing or None for any y. With a domain, y is
    not centered but divided by its mean, which a logarithmic link absorbs in the bias.
``robust``
    whether delta^L is bounded for all y. If so, y is scaled by its median and interquartile range, which
    outliers do not change, instead of by mean and standard deviation.
``n_outputs``
    the number of predictions for a target of one column; `y_true` is then this column, repeated.
"""

from typing import Any

import numpy as np

from skbackprop.network.losses.classification import (
    BinaryCrossEntropy,
    SigmoidSquaredError,
    SoftmaxCrossEntropy,
)
from skbackprop.network.losses.deviances import Gamma, Poisson, Tweedie
from skbackprop.network.losses.differences import central_differences
from skbackprop.network.losses.links import IdentityLink, LogisticLink, LogLink
from skbackprop.network.losses.quantiles import Quantile, Quantiles
from skbackprop.network.losses.regression import AbsoluteError, Huber, SquaredError

__all__ = [
    "CLASSIFIER_LOSSES",
    "REGRESSOR_LOSSES",
    "AbsoluteError",
    "BinaryCrossEntropy",
    "Gamma",
    "Huber",
    "IdentityLink",
    "LogLink",
    "LogisticLink",
    "Poisson",
    "Quantile",
    "Quantiles",
    "SigmoidSquaredError",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "Tweedie",
    "combine",
    "combine_backward",
    "output_activation",
]

CLASSIFIER_LOSSES: dict[str, type] = {
    "log_loss": SoftmaxCrossEntropy,  # BinaryCrossEntropy for two classes and for multilabel
    "bce": BinaryCrossEntropy,
    "squared_error": SigmoidSquaredError,
}
REGRESSOR_LOSSES: dict[str, type] = {
    "squared_error": SquaredError,
    "absolute_error": AbsoluteError,
    "huber": Huber,
    "poisson": Poisson,
    "gamma": Gamma,
    "tweedie": Tweedie,
    "quantile": Quantile,
}


def combine(loss: Any, raw_predictions: np.ndarray, n_networks: int) -> np.ndarray:
    """Return the raw outputs of the mean prediction of E networks, (m, k), from all theirs, (m E, k)."""
    if n_networks == 1:
        return raw_predictions
    by_row = raw_predictions.reshape(-1, n_networks, raw_predictions.shape[1])
    return loss.combine(by_row) if hasattr(loss, "combine") else by_row.mean(axis=1)


def combine_backward(
    loss: Any, raw_predictions: np.ndarray, n_networks: int, delta: np.ndarray
) -> np.ndarray:
    """Return dF/dz of functions F of the combined raw outputs c = :func:`combine`, by the chain rule.

    Parameters
    ----------
    raw_predictions : ndarray of shape (m, E, k)
        z of `n_networks` = E networks.
    delta : ndarray of shape (n, m, k)
        dF/dc of n functions.

    Returns
    -------
    ndarray of shape (n, m, E, k)
    """
    m, E, k = raw_predictions.shape
    delta = delta[:, :, None]
    if n_networks == 1 or not hasattr(loss, "combine"):
        return np.repeat(delta, E, axis=2) / E
    if defined_together(loss, "combine", "combine_backward"):
        combined = loss.combine(raw_predictions)[:, None]
        return loss.combine_backward(raw_predictions, combined, delta)

    def of_flat(z: np.ndarray) -> np.ndarray:
        return loss.combine(z.reshape(m, E, k))

    jacobian = central_differences(of_flat, raw_predictions.reshape(m, E * k))  # dc_i/dz_j: (k, m, E k)
    return np.einsum("nmi,imj->nmj", delta[:, :, 0], jacobian).reshape(-1, m, E, k)


def output_activation(loss: Any) -> str:
    """Return scikit-learn's name of the inverse link of `loss`, "custom" if it has none."""
    return loss.activation if defined_together(loss, "inverse_link", "activation") else "custom"


def defined_together(loss: Any, name: str, other: str) -> bool:
    """Return whether the class that defines `name` of `loss` also defines `other`.

    A subclass that overrides `name` alone inherits an `other` that belongs to another function.
    """
    definitions = [vars(each) for each in type(loss).__mro__ if name in vars(each)]
    return bool(definitions) and name not in vars(loss) and other in definitions[0]
