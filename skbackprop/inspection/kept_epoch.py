"""Which epoch's weights an estimator has."""

import numpy as np

from skbackprop.estimators.base import BaseBackprop, fitted_model


def kept_epoch(estimator):
    """Return the epoch, counted from 1, whose weights a fitted estimator has.

    With a validation it is the best one, the first of equals; otherwise the last.

    Parameters
    ----------
    estimator : BackpropClassifier, BackpropRegressor or a network of scikit-learn's
        Fitted, with a ``loss_curve_``.
    """
    n_epochs = len(estimator.loss_curve_)
    training = fitted_model(estimator).training if isinstance(estimator, BaseBackprop) else None
    if training is not None:
        return training.best_epoch or n_epochs  # fits that go on have a best epoch of their own
    scores = getattr(estimator, "validation_scores_", None) or ()
    losses = getattr(estimator, "validation_loss_curve_", ())
    watched = -np.array(scores) if len(scores) else np.array(losses)
    if np.isnan(watched).all():
        return n_epochs
    return int(np.nanargmin(watched)) + 1
