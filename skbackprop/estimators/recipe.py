"""Recipe: a named recipe with some of its values changed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sklearn.base import BaseEstimator

from skbackprop.estimators import parameters
from skbackprop.estimators.documentation import documented

if TYPE_CHECKING:
    from collections.abc import Callable


@documented(parameters.RECIPE)
class Recipe(BaseEstimator):
    """A recipe with changed values, for the parameter ``recipe`` of the estimators.

    A recipe provides the values of parameters that are left at "auto", and a few options that are rarely
    tuned. ``recipe="tabular"`` and ``recipe=Recipe("tabular")`` are the same.

    Parameters
    ----------
    {parameters}

    See Also
    --------
    BackpropClassifier, BackpropRegressor : The estimators.

    Notes
    -----
    The values are checked when an estimator is fitted. A search can vary them as parameters of the estimator,
    for instance ``recipe__label_smoothing``.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier, Recipe
    >>> X, y = load_iris(return_X_y=True)
    >>> recipe = Recipe("fast", label_smoothing=0.0)
    >>> model = BackpropClassifier(recipe=recipe, random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.95)
    True
    """

    numbers_as_categories: bool | str = "auto"  # recipes that were saved by version 1.0.0rc1 have none

    def __init__(
        self,
        base: str = "tabular",
        *,
        regularization_schedule: str | Callable[[float], float] = "auto",
        initialization: str | Callable[..., Any] = "auto",
        clip_norm: float | None = None,
        max_norm: float | None = None,
        parametrization: str = "auto",
        input_layer: str | None = "auto",
        label_smoothing: float | str = "auto",
        clip_predictions: bool | str = "auto",
        numbers_as_categories: bool | str = "auto",
    ) -> None:
        self.base = base
        self.regularization_schedule = regularization_schedule
        self.initialization = initialization
        self.clip_norm = clip_norm
        self.max_norm = max_norm
        self.parametrization = parametrization
        self.input_layer = input_layer
        self.label_smoothing = label_smoothing
        self.clip_predictions = clip_predictions
        self.numbers_as_categories = numbers_as_categories

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recipe) and self.get_params() == other.get_params()

    def base_and_changes(self) -> tuple[str, dict[str, Any]]:
        """Return the name of the recipe, and the other parameters by name.

        Returns
        -------
        base : str
        changes : dict
            Includes those that are left at "auto".

        Raises
        ------
        ValueError
            If a value is not allowed.
        """
        changes = self.get_params(deep=False)
        parameters.validate(parameters.constraints(parameters.RECIPE), changes, "Recipe")
        return changes.pop("base"), changes


@cache
def unchanged(name):
    """Return :meth:`Recipe.base_and_changes` of a named recipe, cached for the many calls of a stream."""
    return Recipe(name).base_and_changes()


def refuse_parameters_of_a_name(estimator, values):
    """Raise ValueError if a name such as "recipe__label_smoothing" among `values` needs a Recipe.

    Parameters
    ----------
    estimator : BaseBackprop
    values : dict
        The arguments of set_params.
    """
    recipe = values.get("recipe", estimator.recipe)
    for name in values:
        owner, _, parameter = name.partition("__")
        if owner == "recipe" and parameter and isinstance(recipe, str):
            raise ValueError(
                f"{name} is a parameter of a Recipe, but recipe={recipe!r} is only the name of one; use "
                f"recipe=Recipe({recipe!r})."
            )
