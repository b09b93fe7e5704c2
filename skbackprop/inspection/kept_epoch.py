"""The epoch whose weights a fitted estimator has kept."""

import numpy as np

from skbackprop.estimators.base import BaseBackprop, fitted_model


def kept_epoch(estimator):
    """Return the epoch, counted from 1 within ``loss_curve_``, whose weights a fitted estimator has kept.

    This is the epoch with the best validation result (the first one in case of ties), or the last
    epoch if there was no validation; None if there is no epoch.

    Parameters
    ----------
    estimator : BackpropClassifier, BackpropRegressor, MLPClassifier or MLPRegressor
        Fitted, with a ``loss_curve_``.
    """
    model = fitted_model(estimator) if isinstance(estimator, BaseBackprop) else None
    if model is not None and model.training is not None and model.training.best_epoch:
        return model.training.best_epoch - model.history.n_dropped  # a continued fit has its own best epoch
    scores = getattr(estimator, "validation_scores_", None) or ()
    losses = getattr(estimator, "validation_loss_curve_", ())
    watched = -np.array(scores) if len(scores) else np.array(losses)
    if not (watched < np.inf).any():
        return len(estimator.loss_curve_) or None
    return int(np.nanargmin(watched)) + 1
