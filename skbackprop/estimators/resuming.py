"""A fit that goes on: with the model of an earlier fit, or after a crash."""

import numpy as np

from skbackprop.estimators.recipe import Recipe
from skbackprop.tables.user_warnings import warn
from skbackprop.training.run import Run

# The parameters that made the network what it is: a fit that goes on has them still.
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
    """Return `parameters` in which those that made the network of `model` have the values that they had then.

    So what is left at "auto" becomes what suits this network.
    """
    # The first fit's warm_start tells whether it ends with a temperature: a checkpoint is resumed with True.
    names = (*FIXED, "recipe", *FIXED_IN_RECIPE, "warm_start")
    known = vars(model.settings)
    return {**parameters, **{name: known[name] for name in names if name in known}}


def warn_of_fixed_parameters(estimator, model):
    """Warn where parameters were changed that a fit that goes on cannot take over.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        What an earlier fit or stream made.
    """
    before, now = model.parameters, fixed_parameters(estimator)
    changed = [name for name in before if differ(now[name], before[name])]
    if changed:
        values = ", ".join(f"{name}={now[name]!r} (was {before[name]!r})" for name in changed)
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
    unfinished = training.unfinished
    if isinstance(unfinished, Run) and unfinished.validated and validate is None:
        raise ValueError(
            "The interrupted fit validated after each epoch; the fit that resumes it must, too. Give it the "
            "same X_val and y_val, or set early_stopping=True as before."
        )
    if unfinished is not None and unfinished.data not in (None, data):
        warn(
            "X, y or sample_weight differ from those of the interrupted fit, which this one resumes: its "
            "weights and the statistics of its inputs come from the other data."
        )
