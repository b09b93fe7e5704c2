"""What is learned: the targets and the loss that the settings of an estimator ask for."""

from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES, BinaryCrossEntropy, Huber
from skbackprop.tables.targets import ClassTargets, RealTargets

# Losses whose gradient is bounded, so that outliers in y do little.
ROBUST_LOSSES = ("absolute_error", "huber", "quantile")
ROBUST_CLASSES = tuple(REGRESSOR_LOSSES[name] for name in ROBUST_LOSSES)


def make_targets(settings, y, sample_weight=None, classes=None):
    """Return the targets for a y like this one.

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
        return ClassTargets(y, classes, settings.label_smoothing, settings.class_weight)
    return RealTargets(
        y,
        sample_weight,
        scaled=settings.scaling is not None,
        positive=settings.loss == "poisson",
        robust=settings.loss in ROBUST_LOSSES or isinstance(settings.loss, ROBUST_CLASSES),
        clipped=settings.clip_predictions,
    )


def make_loss(settings, targets):
    """Return the loss object of `settings`; the number of outputs decides between sigmoid and softmax."""
    loss = settings.loss
    if isinstance(loss, Huber) and not loss.threshold > 0:
        raise ValueError(
            f"The 'threshold' parameter of Huber must be positive. Got {loss.threshold!r} instead."
        )
    if not isinstance(loss, str):
        return loss
    if settings.kind == "classifier":
        if loss == "log_loss" and (targets.multilabel or targets.n_outputs == 1):
            return BinaryCrossEntropy()
        return CLASSIFIER_LOSSES[loss]()
    if loss == "quantile":
        return REGRESSOR_LOSSES[loss](quantile=settings.quantile)
    return REGRESSOR_LOSSES[loss]()
