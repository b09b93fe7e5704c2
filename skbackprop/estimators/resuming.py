"""Continuation of a fit: with the model of an earlier fit, or from a checkpoint."""

import numpy as np

from skbackprop.estimators.recipe import Recipe
from skbackprop.tables.user_warnings import warn
from skbackprop.training.run import Run

# The parameters that define the network; they keep their values when training continues.
FIXED = (
    "n_estimators",
    "hidden_layer_sizes",
    "activation",
    "loss",
    "dropout",
    "solver",
    "scaling",
    "categorical_features",
    "max_categories",
    "min_frequency",
    "dtype",
    "quantile",
)
FIXED_IN_RECIPE = ("base", "initialization", "parametrization", "input_layer")


def fixed_parameters(estimator):
    """Return the present values of FIXED and FIXED_IN_RECIPE, by name."""
    recipe = estimator.recipe if isinstance(estimator.recipe, Recipe) else Recipe(estimator.recipe)
    values = {name: getattr(estimator, name) for name in FIXED if hasattr(estimator, name)}
    return {**values, **{f"recipe__{name}": getattr(recipe, name) for name in FIXED_IN_RECIPE}}


def with_fixed(parameters, model):
    """Return `parameters`, with the values of the first fit for those that define the network of `model`.

    The others that are left at "auto" can then be resolved for this network.
    """
    # warm_start of the first fit decides whether the network is calibrated; Checkpoint.load sets it to True.
    names = (*FIXED, "recipe", *FIXED_IN_RECIPE, "warm_start")
    known = vars(model.settings)
    return {**parameters, **{name: known[name] for name in names if name in known}}


def warn_of_fixed_parameters(estimator, model):
    """Warn if parameters were changed that have no effect when training continues.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        The model of an earlier fit or stream.
    """
    before, now = model.parameters, fixed_parameters(estimator)
    changed = [name for name in before if differ(now[name], before[name])]
    if changed:
        values = ", ".join(f"{name}={now[name]!r} (was {before[name]!r})" for name in changed)
        warn(
            f"Parameters were changed that have no effect when training continues with the network of an "
            f"earlier fit: {values}. Set warm_start=False, or use a new estimator, to apply them."
        )


def differ(a, b):
    """Return whether two values of a parameter differ; a tuple equals a list or an array of its elements."""
    if a is b:
        return False
    a, b = np.ravel(np.asarray(a, dtype=object)), np.ravel(np.asarray(b, dtype=object))
    return not np.array_equal(a, b)


def is_interrupted(model):
    """Return whether the fit of `model` (None: there is none) was interrupted, and can be resumed."""
    return model is not None and getattr(model.training, "unfinished", None) is not None


def check_resumed(training, validate, data):
    """Raise if an interrupted fit is resumed without its validation, warn if it is with other data.

    Parameters
    ----------
    training : Training
    validate : callable or None
        The validation of the fit that resumes it.
    data : str or None
        The digest of the data of the fit that resumes it.
    """
    unfinished = training.unfinished
    if isinstance(unfinished, Run) and unfinished.validated and validate is None:
        raise ValueError(
            "The interrupted fit validated after each epoch, so the fit that resumes it must do so as well. "
            "Pass the same X_val and y_val, or set early_stopping=True as before."
        )
    if unfinished is not None and unfinished.data not in (None, data):
        warn(
            "X, y or sample_weight differ from those of the interrupted fit that is resumed: the weights and "
            "the statistics of the inputs come from the other data."
        )
