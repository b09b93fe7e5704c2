"""Continuation of a fit: with the model of an earlier fit, or from a checkpoint."""

from skbackprop.estimators.parameters import CLASSIFIER, RECIPE, REGRESSOR
from skbackprop.estimators.recipe import Recipe
from skbackprop.model.comparison import differ
from skbackprop.tables.user_warnings import shown, warn
from skbackprop.training.run import Run


def names_of_fixed(parameters):
    """Return the names of the :class:`.Fixed` ones of a table of parameters."""
    return [parameter.name for parameter in parameters if parameter.fixed]


# The parameters that define the network; they keep their values when training continues.
FIXED = list(dict.fromkeys(names_of_fixed([*CLASSIFIER, *REGRESSOR])))
FIXED_IN_RECIPE = names_of_fixed(RECIPE)


def fixed_parameters(estimator):
    """Return the present values of FIXED and FIXED_IN_RECIPE, by name."""
    recipe = estimator.recipe if isinstance(estimator.recipe, Recipe) else Recipe(estimator.recipe)
    values = {name: getattr(estimator, name) for name in FIXED if hasattr(estimator, name)}
    return {**values, **{f"recipe__{name}": getattr(recipe, name) for name in FIXED_IN_RECIPE}}


def with_fixed(parameters, model):
    """Return `parameters`, with the values of the first fit for those that define the network of `model`.

    The others that are left at "auto" can then be resolved for this network.
    """
    known = vars(model.settings)
    # Version 1.0.0rc1 stored the warm_start of the first fit instead.
    known = {"is_final": not known["warm_start"], **known}
    names = (*FIXED, "recipe", *FIXED_IN_RECIPE, "is_final")
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
        values = ", ".join(f"{name}={shown(now[name])} (was {shown(before[name])})" for name in changed)
        warn(
            f"Parameters were changed that have no effect when training continues with the network of an "
            f"earlier fit: {values}. Set warm_start=False, or use a new estimator, to apply them."
        )


def is_interrupted(model):
    """Return whether the fit of `model` (None: there is none) was interrupted, and can be resumed."""
    return model is not None and getattr(model.training, "unfinished", None) is not None


def refuse_another_scoring(model, scoring):
    """Raise ValueError if the interrupted fit of `model` compared its epochs by another `scoring`."""
    before = model.settings.scoring
    validated = is_interrupted(model) and getattr(model.training.unfinished, "validated", False)
    if validated and differ(scoring, before):
        raise ValueError(
            f"The interrupted fit compared its epochs by scoring={before!r}, so the fit that resumes it must "
            f"do so as well. Got scoring={scoring!r} instead."
        )


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
