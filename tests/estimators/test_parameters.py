"""Parameters are described once: signatures, constraints, docstrings and the table of the recipes agree."""

import inspect
import pickle
import warnings

import numpy as np
import pytest
from effort import FULL
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.estimators import parameters
from skbackprop.estimators.base import settings_of
from skbackprop.estimators.documentation import auto_table, auto_table_rst
from skbackprop.model.recipes import RECIPES
from skbackprop.model.resolving import LARGE_TABLE, quoted
from skbackprop.network.losses import Huber

TABLES = {
    BackpropClassifier: parameters.CLASSIFIER,
    BackpropRegressor: parameters.REGRESSOR,
    Recipe: parameters.RECIPE,
}
ESTIMATORS = (BackpropClassifier, BackpropRegressor)
MOST_PARAMETERS = 34
SMALL = {"hidden_layer_sizes": (4,), "max_iter": 2, "schedule": "cosine", "random_state": 0}


@pytest.mark.parametrize("cls", TABLES)
def test_every_parameter_is_in_the_table_and_in_the_docstring(cls):
    names = list(inspect.signature(cls).parameters)
    assert sorted(names) == sorted(parameter.name for parameter in TABLES[cls])
    section = cls.__doc__.split("Parameters\n----------\n")[1].split("\n\n")[0]
    headings = [line for line in section.splitlines() if not line.startswith(" ")]
    assert [line.split(" : ")[0] for line in headings] == names
    for name, line in zip(names, headings, strict=True):
        default = inspect.signature(cls).parameters[name].default
        assert line.endswith(f'default="{default}"' if isinstance(default, str) else f"default={default!r}")
    assert "{" not in cls.__doc__.replace('{"', "").replace("n_{l-1}", "")  # nothing is left to fill in


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_there_are_not_too_many(cls):
    assert len(inspect.signature(cls).parameters) <= MOST_PARAMETERS


@pytest.mark.parametrize("cls", ESTIMATORS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_the_table_of_the_recipes_says_what_a_fit_takes(cls, recipe):
    kind = "classifier" if cls is BackpropClassifier else "regressor"
    for n_rows in (50, 500, 50_000, 500_000, 1_000_000):
        settings = settings_of(cls(recipe=recipe), np.zeros((n_rows, 2)), None)
        for name, by_recipe in auto_table().items():
            text, value = by_recipe[recipe, kind], getattr(settings, name)
            if text == "-":
                continue
            if name == "batch_size" and text.startswith("n_samples"):
                few, large = text.split(f"; from {LARGE_TABLE} rows on ")
                suited = few if n_rows < LARGE_TABLE else large
                share, least, most = (int(word) for word in suited.replace(",", "").split() if word.isdigit())
                assert value == min(max(n_rows // share, least), most)
            elif name == "n_estimators" and "from" in text:
                few, from_rows, rows, fewest = (
                    int(word) for word in text.replace(";", "").split() if word.isdigit()
                )
                assert value == (few if n_rows < from_rows else max(fewest, rows // n_rows))
            elif name in ("schedule", "dropout") and "from" in text:
                few_steps = "with fewer than 15 steps, and " if name == "schedule" else ""
                text = text.replace(few_steps, "").replace("on,", "on")
                few, large = text.split(f"; from {LARGE_TABLE} rows on ")
                assert quoted(value) == (few if n_rows < LARGE_TABLE else large)
            elif name == "early_stopping" and text.startswith('"folds" for 100'):
                assert value == ("folds" if n_rows >= 100 else False)
            elif name == "n_iter_no_change" and "held out" in text:
                assert value == ("cycle" if 100 <= n_rows < LARGE_TABLE else None)
            elif name == "label_smoothing" and "calibrated" in text:
                assert value == (float(text.split()[0]) if n_rows >= 100 else 0)
            elif name == "max_iter" and "steps" in text:
                numbers = (int(word) for word in text.replace(",", "").split() if word.isdigit())
                epochs, most, steps, rows, by_root = numbers
                per_epoch = int(np.ceil(n_rows / settings.batch_size))
                enough = min(max(epochs, int(np.ceil(steps / per_epoch))), most)
                assert value == min(enough, max(1, rows // n_rows, round(by_root / np.sqrt(n_rows))))
            else:
                assert text == quoted(value), name


def test_the_table_of_the_recipes_is_complete():
    """Every parameter whose default is "auto" has a value in each recipe, except the derived ones."""
    autos = {
        name
        for cls in TABLES
        for name, parameter in inspect.signature(cls).parameters.items()
        if parameter.default == "auto"
    }
    assert set(auto_table()) == autos - {"dtype", "initialization", "max_categories"}
    n_columns = 2 * len(RECIPES)
    assert all(len(values) == n_columns for values in auto_table().values())
    assert auto_table_rst().count("- ") >= len(auto_table()) * (n_columns + 1)


# Recipes.


@pytest.mark.parametrize("recipe", [*RECIPES])
def test_a_recipe_without_changes_is_the_name(recipe):
    X, y = load_iris(return_X_y=True)
    by_name = BackpropClassifier(recipe=recipe, **SMALL).fit(X, y)
    by_object = BackpropClassifier(recipe=Recipe(recipe), **SMALL).fit(X, y)
    np.testing.assert_array_equal(by_name.predict_proba(X), by_object.predict_proba(X))


def test_a_recipe_is_cloned_compared_and_saved():
    recipe = Recipe("fast", label_smoothing=0.2, regularization_schedule="cosine")
    model = BackpropClassifier(recipe=recipe)
    assert clone(model).recipe is not recipe
    assert clone(model).get_params() == model.get_params()
    assert pickle.loads(pickle.dumps(recipe)) == recipe != Recipe("fast")
    assert recipe != "fast"
    assert eval(repr(recipe)) == recipe
    assert model.set_params(recipe__label_smoothing=0.0).recipe == Recipe(
        "fast", label_smoothing=0.0, regularization_schedule="cosine"
    )


def test_a_search_reaches_into_a_recipe():
    X, y = load_iris(return_X_y=True)
    model = BackpropClassifier(recipe=Recipe("textbook"), **SMALL)
    search = GridSearchCV(model, {"recipe__label_smoothing": [0.0, 0.9]}, cv=2).fit(X, y)
    assert search.best_params_["recipe__label_smoothing"] in (0.0, 0.9)
    losses = [m.fit(X, y).loss_ for m in (clone(model), clone(model).set_params(recipe__label_smoothing=0.9))]
    assert losses[0] != losses[1]


@pytest.mark.parametrize(
    ("recipe", "message"),
    [
        (Recipe("tabluar"), r"'base' parameter of Recipe .*Got 'tabluar'.*mean 'tabular'"),
        (Recipe(label_smoothing=1.0), r"'label_smoothing' parameter of Recipe .*Got 1.0"),
        (Recipe(max_norm=0), r"'max_norm' parameter of Recipe .*Got 0"),
        (Recipe(input_layer="periodical"), r"'input_layer' parameter of Recipe .*mean 'periodic'"),
        (Recipe(parametrization=None), r"'parametrization' parameter of Recipe .*Got None"),
        (Recipe(regularization_schedule="flat"), r"'regularization_schedule' parameter of Recipe"),
        (Recipe(clip_predictions="no"), r"'clip_predictions' parameter of Recipe .*Got 'no'"),
        ("fastest", r"'recipe' parameter .*'fast', 'tabular', 'textbook'.*mean 'fast'"),
        (3, r"'recipe' parameter .*a skbackprop.Recipe"),
    ],
)
@pytest.mark.parametrize("cls", ESTIMATORS)
def test_a_wrong_value_is_named(cls, recipe, message):
    with pytest.raises(ValueError, match=message):
        cls(recipe=recipe).fit(np.eye(4), [0, 1, 0, 1])


def test_the_threshold_of_huber():
    X, y = load_iris(return_X_y=True)
    assert clone(BackpropRegressor(loss=Huber(2.0))).get_params()["loss"] == Huber(2.0) != Huber()
    assert repr(Huber(2.0)) == "Huber(threshold=2.0)"
    with pytest.raises(ValueError, match=r"'threshold' parameter of Huber.*Got 0"):
        BackpropRegressor(loss=Huber(0), **SMALL).fit(X, y)
    fits = [BackpropRegressor(loss=loss, **SMALL).fit(X, y).predict(X) for loss in ("huber", Huber(1.35))]
    np.testing.assert_array_equal(*fits)


# Resolved parameters.


@pytest.mark.filterwarnings("ignore:The 'max_iter' parameter", "ignore:The 'batch_size' parameter is 200")
@pytest.mark.parametrize("cls", ESTIMATORS)
@pytest.mark.parametrize("recipe", RECIPES)
def test_resolved_params_set_explicitly_give_the_same_network(cls, recipe):
    X, y = load_iris(return_X_y=True)
    smaller = {"hidden_layer_sizes": (20, 10)} if recipe == "best" and not FULL else {}
    fitted = cls(recipe=recipe, max_iter=2, random_state=0, **smaller).fit(X, y)
    resolved = fitted.resolved_params_
    assert sorted(resolved) == sorted({*fitted.get_params(deep=False), *Recipe().get_params()} - {"base"})
    assert all(value != "auto" for name, value in resolved.items() if name != "max_categories")
    assert resolved.pop("initialization")[0] == ("he" if recipe == "textbook" else "lecun")
    names = Recipe().get_params().keys() - {"base", "initialization"}
    of_recipe = {name: resolved.pop(name) for name in names}
    explicit = cls(**{**resolved, "recipe": Recipe("textbook", **of_recipe)})
    np.testing.assert_allclose(explicit.fit(X, y).predict(X), fitted.predict(X))


# For each parameter another value than that of the recipe "textbook".
OTHER_VALUES = {
    "hidden_layer_sizes": (5,),
    "activation": "tanh",
    "n_estimators": 2,
    "dropout": 0.1,
    "solver": "sgd",
    "learning_rate": 0.1,
    "schedule": "cosine",
    "power_t": 0.3,
    "alpha": 0.1,
    "batch_size": 7,
    "max_iter": 3,
    "max_fun": 9,
    "momentum": 0.5,
    "nesterov": False,
    "beta_1": 0.5,
    "beta_2": 0.5,
    "epsilon": 1e-3,
    "scaling": None,
    "categorical_features": None,
    "max_categories": 3,
    "min_frequency": 3,
    "dtype": "float32",
    "early_stopping": True,
    "validation_fraction": 0.4,
    "n_iter_no_change": 3,
    "tol": 0.1,
    "scoring": "max_error",
    "warm_start": True,
    "shuffle": False,
    "random_state": 5,
    "verbose": 1,
    "loss": {BackpropClassifier: "bce", BackpropRegressor: "huber"},
    "class_weight": {0: 2.0},
    "quantile": [0.3, 0.6],
    "base": "fast",
    "regularization_schedule": "cosine",
    "initialization": "zeros",
    "clip_norm": 1.0,
    "max_norm": 1.0,
    "parametrization": "ntk",
    "input_layer": "scale",
    "label_smoothing": 0.1,
    "clip_predictions": True,
    "numbers_as_categories": True,
}


@pytest.mark.parametrize("cls", ESTIMATORS)
@pytest.mark.parametrize("name", OTHER_VALUES)
def test_a_parameter_that_changes_before_a_warm_start_is_taken_or_named(cls, name):
    """Whether it takes effect is seen in resolved_params_; a warning names the others."""
    X, y = load_iris(return_X_y=True)
    of_recipe = name in Recipe().get_params()
    if not of_recipe and name not in cls().get_params():
        pytest.skip(f"{cls.__name__} has no {name}")
    value = OTHER_VALUES[name]
    value = value.get(cls, value) if isinstance(value, dict) else value
    model = cls(**{**SMALL, "recipe": Recipe("textbook"), "warm_start": name != "warm_start"}).fit(X, y)
    before = model.resolved_params_
    full_name = f"recipe__{name}" if of_recipe else name
    model.set_params(**{"warm_start": True, full_name: value})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        model.fit(X, y)
    kept = [str(each.message) for each in told if "no effect when training continues" in str(each.message)]
    resolved = "recipe" if name == "base" else name
    if kept:
        assert f": {full_name}={value!r} (was " in kept[0]
        assert model.resolved_params_[resolved] == before[resolved]
    else:
        assert model.resolved_params_[resolved] == value


def test_the_warm_starts_of_every_parameter_are_tested():
    names = {parameter.name for table in TABLES.values() for parameter in table}
    assert set(OTHER_VALUES) == names - {"recipe"}


def test_resolved_params_are_those_of_a_fit():
    assert not hasattr(BackpropClassifier(), "resolved_params_")
