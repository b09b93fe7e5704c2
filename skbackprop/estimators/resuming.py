"""A fit that goes on: with the model of an earlier fit, or after a crash."""

import numpy as np

from skbackprop.estimators.warnings import warn

# The parameters that made the network what it is: a fit that goes on has them still.
FIXED = (
    "recipe",
    "n_estimators",
    "hidden_layer_sizes",
    "activation",
    "loss",
    "dropout",
    "input_dropout",
    "solver",
    "parametrization",
    "front",
    "initialization",
    "scaling",
    "categorical_features",
    "dtype",
    "label_smoothing",
    "quantile",
    "huber_threshold",
)


def warn_of_fixed_parameters(estimator, model):
    """Warn where parameters were changed that a fit that goes on cannot take over.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        What an earlier fit or stream made.
    """
    before = model.parameters
    changed = [name for name in before if differ(getattr(estimator, name), before[name])]
    if changed:
        values = ", ".join(f"{name}={getattr(estimator, name)!r} (was {before[name]!r})" for name in changed)
        warn(
            f"Parameters were changed that have no effect on a fit that goes on with the network of an "
            f"earlier one: {values}. Set warm_start=False, or take a new estimator, to use them."
        )


def differ(a, b):
    """Whether two values of a parameter differ; a tuple is the list or the array of the same numbers."""
    if a is b:
        return False
    a, b = np.ravel(np.asarray(a, dtype=object)), np.ravel(np.asarray(b, dtype=object))
    return not np.array_equal(a, b)


def fixed_parameters(estimator, model):
    """Return the parameters that made the network of `model`, by name; those of an earlier fit stay."""
    if model.parameters:
        return model.parameters
    return {name: getattr(estimator, name) for name in FIXED if hasattr(estimator, name)}


def check_resumed(training, validate, data):
    """Raise or warn where a fit that was interrupted is resumed without what it had.

    Parameters
    ----------
    training : Training
    validate : callable or None
        The validation of the fit that resumes it.
    data : str or None
        The digest of its data.
    """
    run = training.unfinished
    if run is None:
        return
    if run.validated and validate is None:
        raise ValueError(
            "The interrupted fit validated after each epoch; the fit that resumes it must, too. Give it the "
            "same X_val and y_val, or set early_stopping=True as before."
        )
    if run.data not in (None, data):
        warn(
            "X, y or sample_weight differ from those of the interrupted fit, which this one resumes: its "
            "weights and the statistics of its inputs come from the other data."
        )
