"""The scores of conformal prediction: how far the true y of a row is from what a network predicts."""

import numpy as np

from skbackprop.model.conformal_sets import adaptive_scores, low_order_digits
from skbackprop.model.predicted_values import probabilities, unchecked_numbers


def has_scores(model):
    """Return whether each row has one class, or one number that is predicted by one."""
    if model.settings.kind == "classifier":
        return not model.targets.multilabel
    return model.network.n_outputs == 1


def conformal_scores(model, raw, y):
    """Return the score of each row at its true y by each network.

    Parameters
    ----------
    model : Model
    raw : ndarray of shape (n_networks, n_rows, n_outputs)
        The raw outputs of the networks.
    y : ndarray of shape (n_rows,) or (n_rows, 1)
        Indices of the true classes, or numbers.

    Returns
    -------
    scores : ndarray of shape (n_rows, n_networks)
        s(p, y, u) of :mod:`.conformal_sets`, or the |y - prediction| of a regressor.
    """
    raw = raw.astype(np.float64)
    if model.settings.kind == "classifier":
        p, u = probabilities_and_digits(model, raw)
        return np.stack([adaptive_scores(each, u)[np.arange(y.size), y] for each in p], axis=1)
    return np.abs(y.reshape(-1, 1) - np.stack([unchecked_numbers(model, z).ravel() for z in raw], axis=1))


def probabilities_and_digits(model, raw):
    """Return the list of the p^k of each network, and the u of each row (see :mod:`.conformal_sets`)."""
    return [probabilities(model, z) for z in raw], low_order_digits(np.concatenate(raw, axis=1))
