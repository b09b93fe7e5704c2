"""Losses: what is minimised, its derivative delta^L, and the output activation that belongs to it.

Every loss works on the raw outputs z^L of the network, so that no probability has to be clipped and no
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

Optional attributes of a regressor's loss, which decide how y is checked and, unless ``scaling=None``, scaled:

``domain``
    "y >= 0" or "y > 0" if other y have no loss (None is any y). Such y are not centred; they are divided
    by their mean, which a logarithmic link absorbs in the bias.
``robust``
    whether delta^L is bounded, whatever y is. Then y is scaled by its median and quartile distance, which
    outliers do not change, instead of by mean and standard deviation.
``n_outputs``
    how many numbers are predicted for a target of one column. `y_true` is then this column, repeated.
"""

from typing import Any

import numpy as np

from skbackprop.network.losses.classification import (
    BinaryCrossEntropy,
    SigmoidSquaredError,
    SoftmaxCrossEntropy,
)
from skbackprop.network.losses.deviances import Gamma, Poisson, Tweedie
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
    """Return the raw outputs of shape (m, k) of the mean of networks, from those of shape (m E, k)."""
    if n_networks == 1:
        return raw_predictions
    by_row = raw_predictions.reshape(-1, n_networks, raw_predictions.shape[1])
    return loss.combine(by_row) if hasattr(loss, "combine") else by_row.mean(axis=1)
