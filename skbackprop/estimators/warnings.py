"""What is said about how a training ended."""

import sys

from sklearn.exceptions import ConvergenceWarning

from skbackprop.tables.user_warnings import warn

# Schedules that could go on: with the others max_iter is a plan, not a bound.
OPEN_ENDED = ("constant", "invscaling", "adaptive")


def warn_of_the_end(reason, model):
    """Warn of what a user should know, or raise where nothing was trained.

    Parameters
    ----------
    reason : {"max_iter", "max_fun", "stalled", "callback", "interrupted", "diverged", "planned"}
        See :meth:`Training.run` and :func:`minimize_lbfgs`; "planned" is a "max_iter" that surprises
        nobody.
    model : Model
    """
    settings, n_epochs = model.settings, model.history.n_epochs
    if reason == "interrupted":
        warn(f"Training was interrupted; the weights after epoch {n_epochs}, the last whole one, are kept.")
    elif reason == "diverged":
        message = (
            f"Training diverged in epoch {n_epochs + 1}: the loss or the weights are no longer finite. Try "
            f"a smaller learning_rate (it is {settings.learning_rate:g}), clip_norm=1.0, or "
            "scaling='standard'."
        )
        if n_epochs == 0:
            raise ValueError(message)
        warn(f"{message} The weights after epoch {n_epochs} are kept.", ConvergenceWarning)
    elif reason == "max_fun" or (reason == "max_iter" and settings.schedule in OPEN_ENDED):
        warn(
            f"The {reason!r} parameter ({getattr(settings, reason)}) was reached before the loss stopped "
            "falling; a larger one may fit better.",
            ConvergenceWarning,
        )


def warn_of_a_large_batch(batch_size, n_rows):
    """Warn where `batch_size` is larger than the data."""
    if batch_size != "auto" and batch_size > n_rows:
        warn(
            f"The 'batch_size' parameter is {batch_size}, larger than the {n_rows} rows to train on; "
            f"batches of {n_rows} rows are used."
        )


# Modules of scikit-learn that call fit once; an interruption leaves them with the network as it is.
CALLERS_OF_ONE_FIT = ("base", "callback", "compose", "pipeline", "utils")


def is_one_of_many():
    """Whether a search, an ensemble or joblib is fitting: Ctrl-C is to end it, and not one of its fits."""
    frame = sys._getframe()
    while frame is not None:
        package, _, module = frame.f_globals.get("__name__", "").partition(".")
        of_one_fit = module.partition(".")[0] in CALLERS_OF_ONE_FIT
        if package == "joblib" or (package == "sklearn" and not of_one_fit):
            return True
        frame = frame.f_back
    return False
