"""Fits that go on, streams and checkpoints follow their present parameters and data, or warn."""

import copy
import os
import pickle
import re
import sys
import threading
import warnings
from contextlib import contextmanager
from functools import partial

import numpy as np
import pytest
from effort import thinned
from fit_callbacks import StopAfter
from joblib import Parallel, delayed
from sklearn import config_context
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import Ridge
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils._param_validation import InvalidParameterError

from skbackprop import BackpropClassifier, BackpropRegressor, Checkpoint, Recipe
from skbackprop.network.losses import SoftmaxCrossEntropy
from skbackprop.tables import rows_on_disk

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
with_callbacks = pytest.mark.skipif(
    not hasattr(BackpropClassifier, "set_callbacks"), reason="scikit-learn has callbacks from 1.9 on"
)

X, Y = load_iris(return_X_y=True)
RNG = np.random.default_rng(0)
SMALL = {"hidden_layer_sizes": 8, "recipe": "textbook", "random_state": 0}


def theta(model):
    return np.concatenate([a.ravel() for a in (*model.coefs_, *model.intercepts_)])


# warm_start


@pytest.mark.parametrize("scoring", ["loss", "accuracy"])
def test_a_validated_fit_that_goes_on_keeps_the_better_weights(scoring):
    X_val, y_val = X[::3], Y[::3]
    model = BackpropClassifier(**SMALL, max_iter=60, warm_start=True, scoring=scoring)
    model.fit(X, Y, X_val=X_val, y_val=y_val)
    before, score = theta(model), model.score(X_val, y_val)
    # Steps so large that every epoch is worse.
    model.set_params(learning_rate=5.0, max_iter=3).fit(X, Y, X_val=X_val, y_val=y_val)
    if scoring == "loss":
        np.testing.assert_array_equal(theta(model), before)
    assert model.score(X_val, y_val) >= score
    p = model.predict_proba(X_val)[np.arange(len(y_val)), y_val]
    assert model.best_loss_ == pytest.approx(-np.log(p).mean(), rel=1e-6)


def test_a_fit_that_goes_on_with_early_stopping_after_one_without():
    model = BackpropClassifier(**SMALL, max_iter=60, warm_start=True).fit(X, Y)
    before = theta(model)
    model.set_params(learning_rate=5.0, max_iter=3, early_stopping=True).fit(X, Y)
    np.testing.assert_array_equal(theta(model), before)
    assert model.validation_epochs_ == [61, 62, 63]
    assert len(model.validation_loss_curve_) == 3
    assert model.best_loss_ < min(model.validation_loss_curve_)


@pytest.mark.parametrize(
    ("name", "value"),
    [("solver", "sgd"), ("loss", "bce"), ("hidden_layer_sizes", 9), ("dropout", 0.5), ("scaling", None)],
)
@pytest.mark.parametrize("how", ["fit", "partial_fit"])
def test_parameters_that_cannot_change_any_more_are_named(name, value, how):
    model = BackpropClassifier(**SMALL, **({"max_iter": 2, "warm_start": True} if how == "fit" else {}))
    getattr(model, how)(X, Y)
    getattr(model.set_params(hidden_layer_sizes=(8,)), how)(X, Y)  # the same, so no warning
    with pytest.warns(UserWarning, match=rf"no effect.*{name}="):
        getattr(model.set_params(**{name: value}), how)(X, Y)


def test_the_bound_that_ends_a_minimization_is_the_present_one():
    model = BackpropClassifier(**SMALL, solver="lbfgs", max_fun=5, warm_start=True).fit(X, Y)
    with pytest.warns(ConvergenceWarning, match=r"'max_fun' parameter \(9\) was reached"):
        model.set_params(max_fun=9).fit(X, Y)


def test_the_scores_of_a_fit_that_goes_on_with_another_scorer_begin_anew():
    model = BackpropClassifier(**SMALL, max_iter=3, warm_start=True, scoring="accuracy")
    held_out = {"X_val": X[::3], "y_val": Y[::3]}
    model.fit(X, Y, **held_out).fit(X, Y, **held_out)
    assert len(model.validation_scores_) == 6
    model.set_params(scoring="neg_log_loss").fit(X, Y, **held_out)
    assert len(model.validation_loss_curve_) == 9
    np.testing.assert_allclose(model.validation_scores_, -np.array(model.validation_loss_curve_[-3:]))
    assert model.best_validation_score_ == max(model.validation_scores_)
    model.set_params(scoring="loss").fit(X, Y, **held_out)
    assert model.validation_scores_ == []
    assert model.best_validation_score_ is None


# The schedule "adaptive": the tolerance is so large that the loss stalls in every second epoch.
ADAPTIVE = {**SMALL, "schedule": "adaptive", "n_iter_no_change": 2, "tol": 10.0, "batch_size": 50}


@pytest.mark.parametrize("between", [lambda model: model, lambda model: pickle.loads(pickle.dumps(model))])
def test_short_fits_lower_an_adaptive_rate_like_a_long_one(between):
    once, constant = BackpropClassifier(**ADAPTIVE, max_iter=9), BackpropClassifier(**SMALL, max_iter=9)
    once.fit(X, Y)
    assert (theta(once) != theta(constant.set_params(batch_size=50).fit(X, Y))).any()
    often = BackpropClassifier(**ADAPTIVE, warm_start=True)
    for n_epochs in (1, 1, 1, 4, 2):
        often = between(often.set_params(max_iter=n_epochs).fit(X, Y))
    np.testing.assert_array_equal(theta(often), theta(once))


@pytest.mark.parametrize("change", ["rows", "weights", "alpha", "stream", "validation"])
def test_what_else_is_trained_on_begins_to_count_anew(change):
    """A loss on other rows, or with another penalty, cannot be compared with that of the fits before."""
    models = [
        BackpropClassifier(**{**ADAPTIVE, "schedule": schedule, "n_iter_no_change": 4}, warm_start=True)
        for schedule in ("adaptive", "constant")
    ]
    data, weights = (X, Y), None
    for model in models:
        model.set_params(max_iter=3).fit(X, Y)
        if change == "alpha":
            model.set_params(alpha=0.5)
        elif change == "stream":
            model.partial_fit(X, Y)
        elif change == "validation":
            model.set_params(max_iter=1).fit(X, Y, X_val=X, y_val=Y)
        elif change == "rows":
            data = X, Y[::-1].copy()
        else:
            weights = np.linspace(1, 2, len(Y))
        model.set_params(max_iter=5).fit(*data, sample_weight=weights)
    np.testing.assert_array_equal(*map(theta, models))


# Streams


@pytest.mark.parametrize("name", ["learning_rate", "batch_size", "recipe__clip_norm"])
def test_a_stream_takes_the_parameters_as_they_are_now(name):
    value = {"learning_rate": 1e-12, "batch_size": 7, "recipe__clip_norm": 1e-9}[name]
    settings = {"recipe": Recipe(), "solver": "sgd", "momentum": 0.0, "random_state": 0}
    model = BackpropClassifier(hidden_layer_sizes=8, **settings)
    model.partial_fit(X[:1], Y[:1], classes=[0, 1, 2]).partial_fit(X, Y)
    before = model.predict_proba(X)
    model.set_params(**{name: value}).partial_fit(X, Y)
    if name == "batch_size":
        assert model._model.settings.batch_size == 7
    else:
        np.testing.assert_allclose(model.predict_proba(X), before, rtol=1e-5)
        moved = model.set_params(**{name: 10.0}).partial_fit(X, Y).predict_proba(X) - before
        assert np.abs(moved).max() > 1e-3


@pytest.mark.parametrize("how", ["partial_fit", "fit"])
@pytest.mark.parametrize("name", ["max_norm", "label_smoothing", "clip_predictions"])
def test_what_a_recipe_holds_may_change_in_between(name, how):
    kind = BackpropRegressor if name == "clip_predictions" else BackpropClassifier
    settings = {**SMALL, "warm_start": True, "max_iter": 60} if how == "fit" else SMALL
    before, now = {"max_norm": (None, 0.01), "label_smoothing": (0, 0.9), "clip_predictions": (True, False)}[
        name
    ]
    model = kind(**{**settings, "recipe": Recipe("textbook", **{name: before}), "learning_rate": 0.05})
    getattr(model, how)(X, Y)
    model.set_params(**{f"recipe__{name}": now})
    for _ in range(1 if how == "fit" else 60):
        getattr(model, how)(X, Y)
    if name == "max_norm":
        norms = [np.linalg.norm(W, axis=0).max() for W in model.coefs_]
        np.testing.assert_array_less(norms, 0.01 * (1 + 1e-6))
    elif name == "label_smoothing":
        assert model.predict_proba(X).max() < 0.7  # the targets are 0.4, 0.3, 0.3
    else:
        assert model.predict(100 * X).max() > 4


@pytest.mark.parametrize("how", ["partial_fit", "fit"])
def test_a_parameter_back_at_auto_is_what_auto_was(how):
    one, other = (
        BackpropClassifier(8, solver="sgd", max_iter=3, warm_start=True, random_state=0) for _ in "ab"
    )
    getattr(one, how)(X, Y)
    getattr(other.set_params(learning_rate=1e-12), how)(X, Y)
    np.copyto(other._model.network.theta, one._model.network.theta)
    other._model.training.optimizer.restore_state(one._model.training.optimizer.copy_state())
    for model in (one, other):
        getattr(model.set_params(learning_rate="auto"), how)(X, Y)
    np.testing.assert_array_equal(theta(one), theta(other))


@pytest.mark.parametrize("how", ["partial_fit", "fit"])
def test_another_recipe_leaves_the_network_its_learning_rate(how):
    """ "tabular" has a parametrization that needs a learning rate 50 times that of "textbook"."""
    settings = {"hidden_layer_sizes": 8, "random_state": 0, "warm_start": how == "fit"}
    one, other = (getattr(BackpropClassifier(**settings), how)(X, Y) for _ in "ab")
    getattr(one, how)(X, Y)
    with pytest.warns(UserWarning, match="recipe__base='textbook'"):
        getattr(other.set_params(recipe="textbook"), how)(X, Y)
    np.testing.assert_array_equal(theta(one), theta(other))


def test_parameters_without_effect_on_a_stream_are_warned_about_once():
    model = BackpropClassifier(**SMALL, tol=0.1, schedule="cosine", momentum=0.5, max_fun=10)
    with pytest.warns(UserWarning) as told:
        model.partial_fit(X, Y).partial_fit(X, Y)
    assert len(told) == 1
    message = str(told[0].message)
    assert message.startswith("Without effect in this partial_fit: ")
    for name in ("tol", "schedule", "momentum", "max_fun"):
        assert repr(name) in message
    quiet = BackpropClassifier(**SMALL, schedule="invscaling", power_t=0.1, alpha=0.1, verbose=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quiet.partial_fit(X, Y)


REFUSED = {
    "two columns": (np.c_[Y, Y] + 1.0, "y has 2 columns"),
    "a negative amount": (Y - 1e3, "needs y > 0"),
}


@pytest.mark.parametrize("how", ["partial_fit", "fit"])
@pytest.mark.parametrize("refused", REFUSED)
def test_rows_that_are_refused_leave_the_model_as_it_was(refused, how):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": X[:, 2], "shop": [f"s{k // 10}" for k in range(len(X))]})
    settings = {**SMALL, "loss": "gamma", "recipe": "fast", "max_iter": 2, "max_categories": 6}
    model = BackpropRegressor(**settings, warm_start=True)
    getattr(model, how)(frame, np.exp(Y))
    untouched = copy.deepcopy(model)
    wrong, message = REFUSED[refused]
    with pytest.raises(ValueError, match=message):
        getattr(model, how)(frame.assign(shop="new"), wrong)
    far_out = frame.assign(x=1e3)
    np.testing.assert_array_equal(model.predict(far_out), untouched.predict(far_out))
    for each in (model, untouched):
        getattr(each, how)(frame, np.exp(Y))
    np.testing.assert_array_equal(model.predict(far_out), untouched.predict(far_out))


REFUSED_ARGUMENTS = {
    "X_val without y_val": (lambda X: {"X_val": X}, "given together"),
    "X_val of another length": (lambda X: {"X_val": X, "y_val": Y[:-1]}, "inconsistent"),
    "columns of X_val": (lambda X: {"X_val": X[["x"]], "y_val": Y}, "feature names"),
    "labels of y_val": (lambda X: {"X_val": X, "y_val": Y + 1}, "y_val has the label 3"),
    "weights of X_val": (
        lambda X: {"X_val": X, "y_val": Y, "sample_weight_val": -np.ones(150)},
        "Negative values in sample_weight_val",
    ),
    "length of groups": (lambda X: {"groups": Y[:-1]}, "groups must have one value"),
    "a single group": (lambda X: {"groups": 0 * Y}, "group"),
}


@pytest.mark.parametrize("scaling", ["standard", "robust", None])
@pytest.mark.parametrize("first", ["partial_fit", "fit"])
@pytest.mark.parametrize("refused", REFUSED_ARGUMENTS)
def test_a_refused_warm_start_leaves_the_model_as_it_was(refused, first, scaling):
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": X[:, 2], "c": 1.0, "shop": [f"s{k % 9}" for k in range(len(X))]})
    settings = {**SMALL, "recipe": "fast", "n_estimators": 2, "max_iter": 2, "scaling": scaling}
    model = getattr(BackpropClassifier(**settings, warm_start=True), first)(frame, Y)
    model.set_params(early_stopping="folds")
    untouched = copy.deepcopy(model)
    arguments, message = REFUSED_ARGUMENTS[refused]
    other = frame.assign(x=5 + 3 * X[:, 2], c=X[:, 1], shop="new")
    with pytest.raises(ValueError, match=message):
        model.fit(other, Y, **arguments(other))
    for rows in (frame, other):
        np.testing.assert_array_equal(model.predict_proba(rows), untouched.predict_proba(rows))
    for each in (model, untouched):
        each.fit(frame, Y)
    np.testing.assert_array_equal(model.predict_proba(other), untouched.predict_proba(other))


@pytest.mark.parametrize("batch_size", [8, 149])
@pytest.mark.parametrize("how", ["partial_fit", "fit"])
def test_a_label_of_no_class_is_refused_whatever_its_weight(how, batch_size):
    model = BackpropClassifier(**SMALL, max_iter=2, warm_start=True, batch_size=batch_size).fit(X, Y)
    with pytest.raises(ValueError, match="y has the label 7, which is not among the classes"):
        getattr(model, how)(X, np.r_[Y[1:], 7], np.r_[np.ones(149), 0])


@pytest.mark.parametrize("how", ["partial_fit", "fit"])
@pytest.mark.parametrize("class_weight", [None, [{0: 1, 1: 2}] * 2])
def test_another_number_of_labels_is_refused(class_weight, how):
    labels = np.c_[Y == 0, Y == 1].astype(int)
    settings = {**SMALL, "class_weight": class_weight, "max_iter": 2, "warm_start": True}
    model = BackpropClassifier(**settings).fit(X, labels)
    with pytest.raises(ValueError, match="y has 3 columns, but the first fit had 2"):
        getattr(model, how)(X, np.c_[labels, Y == 2].astype(int))


def test_a_refused_warm_start_leaves_the_range_of_the_predictions_as_it_was():
    model = BackpropRegressor(**{**SMALL, "recipe": Recipe("fast")}, max_iter=2, warm_start=True).fit(X, Y)
    before = model.predict(100 * X)
    model.set_params(recipe__clip_predictions=False)
    with pytest.raises(ValueError, match="given together"):
        model.fit(X, Y, X_val=X)
    np.testing.assert_array_equal(model.predict(100 * X), before)


def test_a_refused_stream_leaves_the_settings_as_they_were():
    model = BackpropRegressor(**{**SMALL, "recipe": Recipe("fast")}).partial_fit(X, Y)
    untouched, far_out = copy.deepcopy(model), 100 * X
    model.set_params(recipe__clip_predictions=False, learning_rate=0.5, recipe__max_norm=1.0)
    with pytest.raises(ValueError, match="y has 2 columns"):
        model.partial_fit(X, np.c_[Y, Y])
    np.testing.assert_array_equal(model.predict(far_out), untouched.predict(far_out))
    assert model.resolved_params_ == untouched.resolved_params_
    for each in (model, untouched):
        each.set_params(**untouched.get_params()).partial_fit(X, Y)
    np.testing.assert_array_equal(theta(model), theta(untouched))
    model.set_params(recipe__clip_predictions=False).partial_fit(X, Y)
    assert np.abs(model.predict(far_out)).max() > 5


def streamed(**settings):
    """Return a stream over rows that are far from X, with standard scaling."""
    model = BackpropClassifier(**SMALL, scaling="standard", warm_start=True, **settings)
    return model.partial_fit(10 + 3 * X, Y)


@pytest.mark.parametrize("weights", [None, np.arange(150) % 3])
def test_the_scaling_of_a_warm_start_after_a_stream_is_that_of_its_rows(weights):
    model = streamed(learning_rate=1e-300, max_iter=1)  # what would change predictions is the scaling
    before = model.predict_proba(X)
    expected = StandardScaler().fit(X, sample_weight=weights)
    for _ in range(2):
        model.fit(X, Y, sample_weight=weights)
        np.testing.assert_allclose(model._model.scaling.center, expected.mean_, rtol=1e-12)
        np.testing.assert_allclose(model._model.scaling.scale, expected.scale_, rtol=1e-12)
        np.testing.assert_allclose(model.predict_proba(X), before, rtol=1e-9)
    # A column without variation in these rows keeps the scaling of earlier ones.
    model.fit(X * [0, 1, 1, 1], Y, sample_weight=weights)
    np.testing.assert_allclose(model._model.scaling.scale, expected.scale_, rtol=1e-12)
    np.testing.assert_allclose(model.predict_proba(X), before, rtol=1e-9)


def test_warm_starts_of_one_epoch_after_a_stream_are_one_of_ten():
    once, often = streamed(max_iter=10).fit(X, Y), streamed(max_iter=1)
    for _ in range(10):
        often.fit(X, Y)
    np.testing.assert_array_equal(theta(often), theta(once))


@pytest.mark.parametrize("base", ["fast", "tabular"])
def test_the_recipes_depend_on_the_length_of_the_training_by_their_schedules(base):
    settings = {"schedule": "constant", "early_stopping": False, "n_estimators": 2, "random_state": 0}
    for recipe, same in ((base, False), (Recipe(base, regularization_schedule="constant"), True)):
        often = BackpropClassifier(8, recipe=recipe, **settings, max_iter=1, warm_start=True)
        for _ in range(4):
            often.fit(X, Y)
        once = BackpropClassifier(8, recipe=recipe, **settings, max_iter=4).fit(X, Y)
        assert np.array_equal(often.predict_proba(X), once.predict_proba(X)) == same


def test_a_refused_warm_start_keeps_the_model_and_a_refused_new_fit_does_not():
    model = BackpropClassifier(**SMALL, max_iter=2, warm_start=True).fit(X, Y)
    before = model.predict_proba(X)
    with pytest.raises(ValueError, match="NaN"):
        model.fit(X, np.where(Y == 2, np.nan, Y))
    np.testing.assert_array_equal(model.predict_proba(X), before)
    with pytest.raises(ValueError, match="NaN"):
        model.set_params(warm_start=False).fit(X, np.where(Y == 2, np.nan, Y))
    with pytest.raises(NotFittedError):
        model.predict_proba(X)


PLAIN = np.random.default_rng(1).normal(size=(240, 1))
SLOPE = 3 * PLAIN[:, 0]


def warnings_of_a_second_piece(first, second, how="partial_fit", weights=None, **settings):
    """Return the texts of the warnings of two calls with PLAIN and the targets `first` and `second`."""
    model = BackpropRegressor(**{**SMALL, "max_iter": 1, "warm_start": how == "fit", **settings})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for y in (first, second):
            getattr(model, how)(PLAIN, y, sample_weight=weights)
    return [str(each.message) for each in caught if "Without effect" not in str(each.message)]


@pytest.mark.parametrize("how", ["partial_fit", "fit"])
@pytest.mark.parametrize("settings", [{}, {"loss": "absolute_error"}, {"recipe": "fast"}], ids=str)
def test_later_targets_far_from_the_first_are_warned_of(how, settings):
    settings = {"early_stopping": False, **settings} if how == "fit" else settings
    (told,) = warnings_of_a_second_piece(np.full(240, 100.0), SLOPE, how, **settings)
    assert "median of y is more than 30 scales from the center of the first y (center 100, scale 1)" in told
    assert "Fit a new estimator" in told
    (told,) = warnings_of_a_second_piece(SLOPE, SLOPE + 200, how, **settings)
    assert "more than 30 scales" in told


def test_what_is_warned_of_is_not_learned_and_what_is_not_is():
    for center, learned in ((1.0, True), (20.0, True), (1000.0, False)):
        model = BackpropRegressor(recipe="fast", n_estimators=2, random_state=0)
        model.partial_fit(PLAIN, np.full(240, center))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            for _ in range(60):
                model.partial_fit(PLAIN, SLOPE)
        assert len(caught) == (not learned)  # once in all calls
        assert (model.score(PLAIN, SLOPE) > 0.9) == learned


@pytest.mark.parametrize(
    ("first", "second", "settings"),
    [
        (SLOPE, SLOPE + 30, {}),  # a drift of ten standard deviations
        (SLOPE, np.where(np.arange(240) < 100, 1e6, SLOPE), {}),  # outliers
        (SLOPE + 1e5, SLOPE + 1e5, {"scaling": None}),  # not scaled, with the center 0
        (np.exp(SLOPE), 1e3 * np.exp(SLOPE), {"loss": "gamma"}),  # the logarithm is learned
        (np.c_[SLOPE, SLOPE], np.c_[SLOPE, SLOPE + 30], {}),
    ],
    ids=["drift", "outliers", "not scaled", "gamma", "two columns"],
)
def test_ordinary_drift_is_not_warned_of(first, second, settings):
    assert warnings_of_a_second_piece(first, second, **settings) == []


def test_far_targets_of_one_column_or_of_few_rows_that_count():
    (told,) = warnings_of_a_second_piece(np.c_[SLOPE, SLOPE, SLOPE], np.c_[SLOPE, SLOPE + 1e3, SLOPE - 1e3])
    assert "more than 30 scales" in told
    far, few = np.where(np.arange(240) < 100, 1e6, SLOPE), np.where(np.arange(240) < 100, 1.0, 1e-3)
    (told,) = warnings_of_a_second_piece(SLOPE, far, weights=few)
    assert "more than 30 scales" in told


def test_a_warning_about_far_targets_that_is_an_error_leaves_the_stream_as_it_was():
    model = BackpropRegressor(**SMALL).partial_fit(PLAIN, SLOPE)
    before, bounds = model.predict(PLAIN), model._model.targets.bounds
    with pytest.raises(UserWarning, match="30 scales"):  # the tests turn warnings into errors
        model.partial_fit(PLAIN + 5, SLOPE + 1e3)
    np.testing.assert_array_equal(model.predict(PLAIN), before)
    np.testing.assert_array_equal(model._model.targets.bounds, bounds)


def test_a_refused_stream_does_not_change_the_solver_of_a_later_fit():
    model = BackpropRegressor((), warm_start=True).fit(X, Y)
    with pytest.raises(ValueError, match="y has 2 columns"):
        model.partial_fit(X, np.c_[Y, Y])
    assert model.resolved_params_["solver"] == "lbfgs"


WRONG_VALUES = {
    "learning_rate": [-0.01, "x"],
    "n_iter_no_change": [0],
    "batch_size": [0, -3],
    "alpha": [-5, "a"],
    "beta_1": [1.5],
    "beta_2": [-1],
    "epsilon": [-1],
    "recipe": [None, "slow"],
    "hidden_layer_sizes": [-1],
    "random_state": ["x"],
}


@pytest.mark.parametrize("first", ["partial_fit", "fit"])
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in WRONG_VALUES for value in WRONG_VALUES[name]]
)
def test_a_stream_refuses_wrong_values_as_fit_does(name, value, first):
    model = getattr(BackpropRegressor(**SMALL, max_iter=2), first)(X, Y)
    untouched, parameters = copy.deepcopy(model), model.get_params()
    with pytest.raises(InvalidParameterError) as of_fit:
        BackpropRegressor(**{**SMALL, name: value}).fit(X, Y)
    for _ in "ab":  # the first error must not make the value a known one
        with pytest.raises(InvalidParameterError, match=re.escape(str(of_fit.value))):
            model.set_params(**{name: value}).partial_fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), untouched.predict(X))
    for each in (model.set_params(**parameters), untouched):
        each.partial_fit(X, Y)
    np.testing.assert_array_equal(theta(model), theta(untouched))


def test_a_stream_without_validation_where_scikit_learn_has_none():
    model = BackpropRegressor(**SMALL).partial_fit(X, Y)
    with config_context(skip_parameter_validation=True):
        model.set_params(max_fun=0).partial_fit(X, Y)  # without effect
    with pytest.raises(InvalidParameterError, match="max_fun"):
        model.partial_fit(X, Y)


@pytest.mark.parametrize("first", ["partial_fit", "fit"])
def test_a_call_that_diverges_leaves_the_model_as_it_was(first):
    model = getattr(BackpropRegressor(**SMALL, max_iter=2), first)(X, Y)
    untouched = copy.deepcopy(model)
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model.set_params(learning_rate=1e300).partial_fit(2 * X + 1, Y)
    np.testing.assert_array_equal(model.predict(X), untouched.predict(X))
    for each in (model.set_params(learning_rate="auto"), untouched):
        each.partial_fit(X, Y)
    np.testing.assert_array_equal(theta(model), theta(untouched))


def interrupt_epoch(monkeypatch, number):
    """Make the epoch of this number raise KeyboardInterrupt, counted over all trainings."""
    from skbackprop.training.loop import Training

    original, count = Training._epoch, iter(range(1, 10**6))

    def epoch(self, *arguments):
        result = original(self, *arguments)
        if next(count) == number:
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(Training, "_epoch", epoch)


def test_an_interrupted_stream_raises_and_is_as_before(monkeypatch):
    model = BackpropClassifier(**SMALL).partial_fit(X, Y).partial_fit(X, Y)
    before = model.predict_proba(X)
    interrupt_epoch(monkeypatch, 1)
    with pytest.raises(KeyboardInterrupt):
        model.partial_fit(X, Y)
    np.testing.assert_array_equal(model.predict_proba(X), before)
    assert model.n_iter_ == 2
    model.partial_fit(X, Y)
    assert model.n_iter_ == 3


@pytest.mark.parametrize("within", ["search", "pipeline in a search", "joblib"])
def test_an_interruption_ends_what_fits_many(within, monkeypatch):
    model = BackpropClassifier(**SMALL, max_iter=3)
    interrupt_epoch(monkeypatch, 2)
    with pytest.raises(KeyboardInterrupt):
        if within == "search":
            GridSearchCV(model, {"alpha": [0.0, 0.1]}, cv=2).fit(X, Y)
        elif within == "joblib":
            Parallel(n_jobs=1)(delayed(model.fit)(X, Y) for _ in range(2))
        else:
            pipeline = make_pipeline(StandardScaler(), model)
            GridSearchCV(pipeline, {"backpropclassifier__alpha": [0.0, 0.1]}, cv=2).fit(X, Y)


@pytest.mark.parametrize("within", [None, "pipeline"])
def test_an_interrupted_fit_alone_keeps_its_network(within, monkeypatch):
    model = BackpropClassifier(**SMALL, max_iter=3)
    interrupt_epoch(monkeypatch, 2)
    with pytest.warns(UserWarning, match="interrupted"):
        (model if within is None else make_pipeline(StandardScaler(), model)).fit(X, Y)
    assert model.n_iter_ == 1


# Checkpoints


def died(path, n_epochs=3, max_iter=6, **data):
    model = BackpropClassifier(**SMALL, max_iter=max_iter).set_callbacks(
        Checkpoint(path), StopAfter(n_epochs)
    )
    with pytest.raises(SystemExit):
        model.fit(X, Y, **data)
    return Checkpoint.load(path)


@with_callbacks
@pytest.mark.parametrize("n_epochs", [3, 6])
def test_a_resumed_fit_takes_the_present_max_iter(n_epochs, tmp_path):
    resumed = died(tmp_path / "c", n_epochs).set_params(max_iter=9).fit(X, Y)
    whole = BackpropClassifier(**SMALL, max_iter=9).fit(X, Y)
    assert resumed.n_iter_ == 9
    np.testing.assert_array_equal(theta(resumed), theta(whole))


@with_callbacks
def test_a_resumed_fit_still_knows_nothing_of_the_rows_that_it_holds_out(tmp_path):
    settings = {**SMALL, "n_estimators": 3, "early_stopping": "folds", "max_iter": 4}
    model = BackpropClassifier(**settings).set_callbacks(Checkpoint(tmp_path / "c"), StopAfter(2))
    with pytest.raises(SystemExit):
        model.fit(X, Y)
    resumed, whole = Checkpoint.load(tmp_path / "c").fit(X, Y), BackpropClassifier(**settings).fit(X, Y)
    np.testing.assert_array_equal(resumed.oof_decision_function_, whole.oof_decision_function_)


@with_callbacks
@pytest.mark.parametrize("other", ["X", "y", "rows", "weights"])
def test_other_data_than_those_of_the_interrupted_fit(other, tmp_path):
    resumed = died(tmp_path / "c")
    data = {
        "X": (X + 1e-9, Y),
        "y": (X, Y[::-1]),
        "rows": (X[1:], Y[1:]),
        "weights": (X, Y, np.linspace(1, 2, len(Y))),
    }[other]
    with pytest.warns(UserWarning, match="differ from those of the interrupted fit"):
        resumed.fit(*data)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        Checkpoint.load(tmp_path / "c").fit(X.tolist(), Y.tolist())


@with_callbacks
def test_a_minimization_resumed_on_other_data(tmp_path):
    settings = {**SMALL, "solver": "lbfgs", "max_iter": 9}
    model = BackpropClassifier(**settings).set_callbacks(Checkpoint(tmp_path / "c"), StopAfter(3))
    with pytest.raises(SystemExit):
        model.fit(X, Y)
    with pytest.warns(UserWarning, match="differ from those of the interrupted fit"):
        Checkpoint.load(tmp_path / "c").fit(X + 0.1, Y)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        warnings.simplefilter("ignore", ConvergenceWarning)
        resumed = Checkpoint.load(tmp_path / "c").fit(X, Y)
    np.testing.assert_array_equal(theta(resumed), theta(BackpropClassifier(**settings).fit(X, Y)))


@with_callbacks
def test_a_resumed_fit_needs_the_validation_that_it_had(tmp_path):
    validation = {"X_val": X[::3], "y_val": Y[::3]}
    resumed = died(tmp_path / "c", **validation)
    with pytest.raises(ValueError, match="same X_val and y_val"):
        resumed.fit(X, Y)
    whole = BackpropClassifier(**SMALL, max_iter=6).fit(X, Y, **validation)
    np.testing.assert_array_equal(theta(resumed.fit(X, Y, **validation)), theta(whole))


class OwnLoss(SoftmaxCrossEntropy):
    """A loss that is not equal to its copies."""


def own_weights(rng, n_in, n_out):
    """Initial weights of a layer."""
    return rng.normal(size=(n_in, n_out)), np.zeros(n_out)


@with_callbacks
def test_objects_of_the_user_in_a_checkpoint_are_those_of_the_interrupted_fit(tmp_path):
    settings = {
        **SMALL,
        "recipe": Recipe("textbook", initialization=partial(own_weights)),
        "loss": OwnLoss(),
        "scoring": make_scorer(accuracy_score),
        "early_stopping": True,
        "max_iter": 6,
    }
    model = BackpropClassifier(**settings).set_callbacks(Checkpoint(tmp_path / "c"), StopAfter(3))
    with pytest.raises(SystemExit):
        model.fit(X, Y)
    resumed = Checkpoint.load(tmp_path / "c").fit(X, Y)  # without a warning of changed parameters
    whole = BackpropClassifier(**settings).fit(X, Y)
    assert resumed.validation_scores_ == whole.validation_scores_
    np.testing.assert_array_equal(theta(resumed), theta(whole))


@with_callbacks
@pytest.mark.parametrize("scoring", ["loss", "balanced_accuracy"])
def test_a_resumed_fit_compares_its_epochs_by_the_same_scorer(scoring, tmp_path):
    settings = {**SMALL, "early_stopping": True, "max_iter": 6}
    model = BackpropClassifier(**settings, scoring="accuracy")
    model.set_callbacks(Checkpoint(tmp_path / "c"), StopAfter(3))
    with pytest.raises(SystemExit):
        model.fit(X, Y)
    resumed = Checkpoint.load(tmp_path / "c").set_params(scoring=scoring)
    with pytest.raises(ValueError, match=f"scoring='accuracy', so .* Got scoring='{scoring}'"):
        resumed.fit(X, Y)
    resumed.set_params(scoring="accuracy").fit(X, Y)
    assert resumed.validation_scores_ == model.set_callbacks().fit(X, Y).validation_scores_


@with_callbacks
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_fits_that_share_a_path(n_jobs, tmp_path):
    path = tmp_path / "c"
    model = BackpropClassifier(**SMALL, max_iter=10).set_callbacks(Checkpoint(path))
    with Parallel(n_jobs=n_jobs, backend="threading") as parallel:
        search = GridSearchCV(model, {"alpha": [0.0, 0.1]}, cv=2, error_score="raise", n_jobs=n_jobs)
        search.fit(X, Y)
        fits = [copy.deepcopy(model) for _ in range(4)]
        parallel(delayed(fit.fit)(X, Y) for fit in fits)
    assert Checkpoint.load(path).n_iter_ == 10
    assert os.listdir(tmp_path) == ["c"]


@with_callbacks
def test_a_stream_is_saved(tmp_path):
    model = BackpropClassifier(**SMALL).set_callbacks(Checkpoint(tmp_path / "c", every=2))
    for _ in range(5):
        model.partial_fit(X, Y)
    saved = Checkpoint.load(tmp_path / "c")
    assert saved.n_iter_ == 4
    np.testing.assert_array_equal(theta(saved.partial_fit(X, Y)), theta(model))


@with_callbacks
@pytest.mark.parametrize("holder", ["pipeline", "search", "another estimator"])
def test_what_cannot_be_saved_raises_at_setup(holder, tmp_path):
    model, checkpoint = BackpropClassifier(**SMALL, max_iter=2), Checkpoint(tmp_path / "c")
    if holder == "pipeline":
        holding = make_pipeline(StandardScaler(), model)
    elif holder == "search":
        holding = GridSearchCV(model, {"alpha": [0.0]}, cv=2)
    else:
        with pytest.raises(TypeError, match="Ridge"):
            checkpoint.setup(Ridge(), None)
        return
    with pytest.raises(TypeError, match="call set_callbacks of the Backprop"):
        holding.set_callbacks(checkpoint).fit(X, Y)


@with_callbacks
def test_a_network_within_a_pipeline_is_saved(tmp_path):
    model = BackpropClassifier(**SMALL, max_iter=2).set_callbacks(Checkpoint(tmp_path / "c"))
    make_pipeline(StandardScaler(), model).fit(X, Y)
    np.testing.assert_array_equal(theta(Checkpoint.load(tmp_path / "c")), theta(model))


@with_callbacks
@pytest.mark.parametrize("name", ["scoring", "schedule", "recipe__initialization"])
def test_a_parameter_that_cannot_be_pickled_is_named(name, tmp_path):
    functions = {
        "scoring": lambda estimator, X, y: 0.0,
        "schedule": lambda t: 1.0,
        "recipe__initialization": lambda rng, n_in, n_out: (rng.normal(size=(n_in, n_out)), np.zeros(n_out)),
    }
    model = BackpropClassifier(**{**SMALL, "recipe": Recipe("textbook")}, early_stopping=True)
    model.set_params(**{name: functions[name]})
    with pytest.raises(TypeError, match=rf"its '{name}' parameter .*cannot be pickled"):
        model.set_callbacks(Checkpoint(tmp_path / "c")).fit(X, Y)


@with_callbacks
@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs symbolic links")
def test_paths(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real" / "c")
    model = BackpropClassifier(**SMALL, max_iter=2)
    for path in ("~/c", tmp_path / "link", str(tmp_path / "d")):
        model.set_callbacks(Checkpoint(path, every=np.int64(2))).fit(X, Y)
        np.testing.assert_array_equal(theta(Checkpoint.load(path)), theta(model))
    assert (tmp_path / "link").is_symlink()
    assert sorted(os.listdir(tmp_path)) == ["c", "d", "link", "real"]
    with pytest.raises(IsADirectoryError, match="real"):
        model.set_callbacks(Checkpoint(tmp_path / "real")).fit(X, Y)


# Saved while it is trained


@contextmanager
def in_another_thread(train):
    """Run `train` in a thread, which takes turns with this one as often as possible; yield the thread."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    thread = threading.Thread(target=train)
    thread.start()
    try:
        yield thread
    finally:
        thread.join()
        sys.setswitchinterval(interval)


@pytest.mark.parametrize("keep", [pickle.dumps, copy.deepcopy])
def test_a_model_that_is_saved_while_another_thread_trains_it(keep):
    model = BackpropClassifier((64, 64), random_state=0).partial_fit(X, Y)
    done = threading.Event()

    def train():
        while not done.is_set():
            model.partial_fit(X, Y)

    with in_another_thread(train):
        try:
            kept = [keep(model) for _ in range(100)]
        finally:
            done.set()
    for each in kept:
        loaded = pickle.loads(each) if isinstance(each, bytes) else each
        assert np.isfinite(loaded.predict_proba(X)).all()


KINDS_OF_STREAM = {"numbers": lambda k: "same", "categories": lambda k: f"new in call {k}"}


@pytest.mark.parametrize("kind", KINDS_OF_STREAM)
def test_other_threads_see_the_model_before_or_after_a_call(kind):
    """A stream moves the scaling of the inputs, the weights and the categories together."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": X[:, 2], "shop": "same"})
    rows = [frame.assign(x=frame.x + k, shop=KINDS_OF_STREAM[kind](k)) for k in range(40)]
    model = BackpropRegressor((64, 64), random_state=0).partial_fit(frame, Y)
    alone, seen, files = copy.deepcopy(model), [], []
    states = [model.predict(frame)]
    states += [alone.partial_fit(each, Y).predict(frame) for each in rows]

    def train():
        for each in rows:
            model.partial_fit(each, Y)

    with in_another_thread(train) as thread:
        while thread.is_alive():
            files.append(pickle.dumps(model))
            seen.append(model.predict(frame))
    seen += [pickle.loads(file).predict(frame) for file in files]
    for each in seen:
        assert min(np.abs(np.array(states) - each).max(axis=1)) < 1e-9


# In joblib's workers


def fit_on_large_rows(model, X, y):
    rows_on_disk.SMALL_BYTES = 1000  # in the worker: all memory maps are large
    return model.fit(X, y), isinstance(X, np.memmap)


@pytest.mark.parametrize("mmap_mode", thinned(["r", "c"], 2))
def test_a_worker_gets_the_same_model_as_the_array_gives(mmap_mode):
    X = RNG.normal(size=(500, 5))
    X[:, 0] = RNG.integers(0, 4, 500)
    y = X[:, 1] + X[:, 0]
    settings = {"hidden_layer_sizes": 8, "n_estimators": 2, "max_iter": 3, "random_state": 0}
    models = [BackpropRegressor(**settings, categorical_features=named) for named in (None, None, [0], [0])]
    run = Parallel(n_jobs=2, max_nbytes=100, mmap_mode=mmap_mode)
    in_workers = run(delayed(fit_on_large_rows)(model, X, y) for model in models)
    for model, (there, mapped) in zip(models, in_workers, strict=True):
        assert mapped
        np.testing.assert_allclose(theta(there), theta(model.fit(X, y)), rtol=1e-6, atol=1e-9)


def test_what_is_an_array_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(rows_on_disk, "SMALL_BYTES", 1000)
    path = tmp_path / "rows.npy"
    np.save(path, np.ones((100, 5)))
    mapped = np.load(path, mmap_mode="r")
    assert rows_on_disk.is_stored(mapped)
    assert rows_on_disk.is_stored(mapped[10:90])
    assert not rows_on_disk.is_stored(mapped * 2)  # a memmap by its class, but in memory
    assert not rows_on_disk.is_stored(np.array(mapped))
