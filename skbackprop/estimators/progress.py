"""The output of verbose=True: the numbers of rows, and the name of the score."""

import numpy as np

from skbackprop.tables.folds import NEVER
from skbackprop.training.progress import Progress


def make_progress(estimator, model, batches, validation, merged=False):
    """Return the Progress of a fit, or None if `estimator` is not verbose.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
    batches : Batches
        The rows to train on.
    validation : Validation
    merged : bool, default=False
        Whether equal rows were merged into one row of the batches.
    """
    if not estimator.verbose:
        return None
    unit = "iteration" if model.settings.solver == "lbfgs" else "epoch"
    trained = f"training on {batches.n_rows} {'different ' * merged}rows"
    watch, folds = validation.validate, validation.folds
    if folds is not None:
        n_held_out = np.count_nonzero(folds != NEVER)
        held_out = "each" if n_held_out == folds.size else f"{n_held_out} of them"
        rows = f"{trained}, {held_out} held out by one of {model.network.n_networks} networks"
    elif watch is not None:
        origin = "held out" if validation.rows is not None else "of X_val"
        rows = f"{trained}, validation on {watch.batches[0].n_rows} rows {origin}"
    else:
        rows = f"{trained}, none held out"
    return Progress(model.history, rows, score_name(estimator), unit)


def score_name(estimator):
    """Return the name of the score that `scoring` selects."""
    scoring = estimator.scoring
    if isinstance(scoring, str):
        return scoring
    function = getattr(scoring, "_score_func", scoring)
    return getattr(function, "__name__", type(function).__name__)
