"""Targets and loss of a model, from the settings of its estimator."""

import numpy as np

from skbackprop.network.losses import (
    CLASSIFIER_LOSSES,
    REGRESSOR_LOSSES,
    BinaryCrossEntropy,
    Quantile,
    Quantiles,
    output_activation,
)
from skbackprop.tables.targets import ClassTargets, RealTargets


def make_targets(settings, y, sample_weight=None, classes=None):
    """Return the targets that encode `y`.

    Parameters
    ----------
    settings : Settings
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or indicator matrix
    sample_weight : ndarray of shape (n_samples,), default=None
    classes : array-like, default=None
        All classes, if `y` may lack some of them.

    Returns
    -------
    targets : ClassTargets or RealTargets
    """
    if settings.kind == "classifier":
        return ClassTargets(y, classes, settings.label_smoothing, settings.class_weight, sample_weight)
    loss = regressor_loss(settings)
    return RealTargets(
        y,
        sample_weight,
        scaled=settings.scaling is not None,
        domain=getattr(loss, "domain", None),
        robust=getattr(loss, "robust", False),
        clip_predictions=settings.clip_predictions,
        loss_name=repr(settings.loss),
        n_outputs=getattr(loss, "n_outputs", None),
    )


def make_loss(settings, targets):
    """Return the loss object of `settings`; the number of outputs decides between sigmoid and softmax."""
    if settings.kind == "regressor":
        return regressor_loss(settings)
    loss = settings.loss
    if not isinstance(loss, str):
        refuse_single_softmax(loss, targets)
        return loss
    if loss == "log_loss" and (targets.multilabel or targets.n_outputs == 1):
        return BinaryCrossEntropy()
    return CLASSIFIER_LOSSES[loss]()


def refuse_single_softmax(loss, targets):
    """Raise ValueError if a custom loss has a softmax over a single output or over independent labels."""
    exclusive = targets.constant or (targets.n_outputs > 1 and not targets.multilabel)
    if output_activation(loss) == "softmax" and not exclusive:
        kind = "labels of a multilabel y" if targets.multilabel else "two classes, which have a single output"
        raise ValueError(
            f"loss={loss!r} has a softmax over exclusive classes, which is not available for {kind}; use "
            "loss='log_loss' or skbackprop.network.losses.BinaryCrossEntropy()."
        )


def regressor_loss(settings):
    """Return the loss object of the `settings` of a regressor."""
    if not isinstance(settings.loss, str):
        return settings.loss
    if settings.loss == "quantile":
        return (Quantile if np.ndim(settings.quantile) == 0 else Quantiles)(settings.quantile)
    return REGRESSOR_LOSSES[settings.loss]()
