"""The epoch whose weights a fitted estimator has kept."""

import numpy as np

from skbackprop.estimators.base import BaseBackprop, fitted_model


def kept_epoch(estimator):
    """Return the epoch, counted from 1, whose weights a fitted estimator has kept.

    This is the epoch with the best validation result (the first one in case of ties), or the last
    epoch if there was no validation.

    Parameters
    ----------
    estimator : BackpropClassifier, BackpropRegressor, MLPClassifier or MLPRegressor
        Fitted, with a ``loss_curve_``.
    """
    n_epochs = len(estimator.loss_curve_)
    training = fitted_model(estimator).training if isinstance(estimator, BaseBackprop) else None
    if training is not None:
        return training.best_epoch or n_epochs  # a continued fit has its own best epoch
    scores = getattr(estimator, "validation_scores_", None) or ()
    losses = getattr(estimator, "validation_loss_curve_", ())
    watched = -np.array(scores) if len(scores) else np.array(losses)
    if not (watched < np.inf).any():
        return n_epochs
    return int(np.nanargmin(watched)) + 1
