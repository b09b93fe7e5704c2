"""Warnings about the data and the parameters of a training, and the reason for its end."""

import sys

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skbackprop.tables.user_warnings import shown, warn
from skbackprop.training.epoch_loss import least_constant_loss, predicted_batches, weighted_sum

# Reasons for the end of a training after which the network should have learned something.
FINISHED = ("max_iter", "max_fun", "stalled", "cycle", "validation_failed")
# Rows on which the loss is compared with that of the best constant.
SAMPLE_ROWS = 1000
# A training has failed if its loss is FAR_WORSE times that of the best constant (or times LEAST, if that is
# more), or WORSE times if the loss rose in training. With a smaller loss it may only have been too short.
FAR_WORSE, WORSE, LEAST = 10, 2, 0.1

# Schedules that do not depend on max_iter; with the others, a training that reaches max_iter is complete.
OPEN_ENDED = ("constant", "invscaling", "adaptive")


def warn_of_the_end(reason, model):
    """Warn if training ended early or unsuccessfully; raise if nothing was trained.

    Parameters
    ----------
    reason : str
        See :meth:`Training.run` and :func:`minimize_lbfgs`; "planned" replaces a "max_iter" that needs no
        warning.
    model : Model
    """
    settings, n_epochs = model.settings, model.history.n_epochs
    if reason == "interrupted":
        warn(f"Training was interrupted; the weights after epoch {n_epochs} are kept.")
    elif reason == "diverged":
        message = (
            f"Training diverged in epoch {n_epochs + 1}: the loss or the weights are no longer finite. Try "
            f"a smaller learning_rate (it is {settings.learning_rate:g}), "
            f"recipe=Recipe({settings.recipe!r}, clip_norm=1.0), or scaling='standard'."
        )
        if n_epochs == 0:
            raise ValueError(message)
        warn(f"{message} The weights after epoch {n_epochs} are kept.", ConvergenceWarning)
    elif reason == "validation_failed":
        failure, model.training.failure = model.training.failure, None
        failure = failure.__cause__ or failure  # the error of the scorer itself
        warn(
            f"The scorer failed in epoch {n_epochs + 1} ({type(failure).__name__}: {failure}), which ended "
            f"the training; the weights of the best epoch ({model.training.best_epoch}) are kept.",
            ConvergenceWarning,
        )
    elif reason == "max_fun" or (reason == "max_iter" and settings.schedule in OPEN_ENDED):
        warn(
            f"The {reason!r} parameter ({getattr(settings, reason)}) was reached before the loss stopped "
            "falling; a larger one may fit better.",
            ConvergenceWarning,
        )


def warn_of_a_large_batch(batch_size, n_rows):
    """Warn if `batch_size` is larger than the data."""
    if batch_size != "auto" and batch_size > n_rows:
        warn(
            f"The 'batch_size' parameter is {batch_size}, larger than the {n_rows} rows to train on; "
            f"batches of {n_rows} rows are used."
        )


# Modules of scikit-learn that call fit once and can keep an interrupted network.
CALLERS_OF_ONE_FIT = ("base", "callback", "compose", "pipeline", "utils")


def is_one_of_many():
    """Return whether the caller is a search, an ensemble or joblib, which Ctrl-C must end as a whole."""
    frame = sys._getframe()
    while frame is not None:
        package, _, module = frame.f_globals.get("__name__", "").partition(".")
        of_one_fit = module.partition(".")[0] in CALLERS_OF_ONE_FIT
        if package == "joblib" or (package == "sklearn" and not of_one_fit):
            return True
        frame = frame.f_back
    return False


def warn_of_a_single_class(targets):
    """Warn if there is nothing to learn because y has one class."""
    if getattr(targets, "constant", False):
        warn(f"y has only one class, {shown(targets.classes[0])}: the classifier predicts it for every row.")


def warn_of_no_validation_loss(history):
    """Warn if the validation loss of the weights that were kept is not finite."""
    if history.kept_validation is not None and not np.isfinite(history.best_loss):
        warn(
            f"The validation loss is {history.best_loss:g}, because it overflows or is undefined on some "
            "validation rows: epochs cannot be compared by it, and without another 'scoring' the weights of "
            "the last one are kept. Correct numbers in these rows that are far outside the range of the "
            "training rows, or use scaling='robust'.",
            ConvergenceWarning,
        )


def warn_of_a_useless_fit(model, batches):
    """Warn if the loss on a sample of the training rows is worse than that of the best constant.

    Parameters
    ----------
    model : Model
    batches : Batches
        Training rows, all or a random sample, the same for all networks.
    """
    raw, Y, w = [], [], []
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        sample = predicted_batches(model.network, model.loss, batches, np.random.default_rng(0))
        for Y_batch, z, w_batch in sample:
            raw.append(z.copy())
            Y.append(Y_batch.copy())
            w_batch = np.ones(len(Y_batch)) if w_batch is None else w_batch
            w.append(w_batch.reshape(len(Y_batch), -1).mean(axis=1))
            if sum(map(len, Y)) >= SAMPLE_ROWS:
                break
        raw, Y, w = np.concatenate(raw), np.concatenate(Y), np.concatenate(w)
        loss = weighted_sum(model.loss.value(Y, raw, np.empty_like(raw)), w / w.sum())
        constant = least_constant_loss(model.loss, Y, w)
    losses = model.history.loss
    # A minimization may end before its first iteration.
    factor = WORSE if losses and losses[-1] > losses[0] else FAR_WORSE
    if np.isfinite(constant) and not loss <= constant + (factor - 1) * max(abs(constant), LEAST):
        warn(
            f"The loss after training ({loss:.3g}) is worse than that of the best constant prediction "
            f"({constant:.3g}): the network has learned nothing. A smaller learning_rate or other scales of "
            "X and y may help; skbackprop.inspection.diagnose(model, X, y) looks for the cause.",
            ConvergenceWarning,
        )
