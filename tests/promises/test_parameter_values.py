"""Parameters: arrays are sequences, what has no effect is said, and messages offer the right name."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, DataConversionWarning
from sklearn.model_selection import GridSearchCV
from sklearn.multioutput import MultiOutputClassifier

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 4))
Y = np.arange(90) % 3
FEW = {"recipe": "textbook", "schedule": "cosine", "max_iter": 5, "random_state": 0}


def classifier(hidden=8, **settings):
    return BackpropClassifier(hidden, **{**FEW, **settings})


def regressor(hidden=8, **settings):
    return BackpropRegressor(hidden, **{**FEW, **settings})


# Array-likes.


@pytest.mark.parametrize(
    ("as_array", "as_list"),
    [
        ({"hidden_layer_sizes": np.array([8, 4])}, {"hidden_layer_sizes": [8, 4]}),
        (
            {"hidden_layer_sizes": np.array([], int), "solver": "adam"},
            {"hidden_layer_sizes": (), "solver": "adam"},
        ),
        ({"dropout": np.array([0.1, 0.2, 0.1])}, {"dropout": [0.1, 0.2, 0.1]}),
        (
            {"dropout": np.array([0.2, 0.1, 0.2, 0.1], np.float32)},
            {"dropout": np.float32([0.2, 0.1, 0.2, 0.1]).tolist()},
        ),
        ({"activation": np.array(["relu", "tanh", "relu"])}, {"activation": ("relu", "tanh", "relu")}),
        (
            {"activation": np.array(["relu", "tanh", "relu"], object)},
            {"activation": ["relu", "tanh", "relu"]},
        ),
    ],
)
def test_an_array_is_a_sequence(as_array, as_list):
    settings = {"recipe": "fast", "max_iter": 3, "random_state": 0}
    fits = [
        BackpropClassifier(**{**settings, **each}).fit(X, Y).predict_proba(X) for each in (as_array, as_list)
    ]
    np.testing.assert_array_equal(*fits)


def test_arrays_go_through_a_search():
    grid = {"hidden_layer_sizes": [np.array([4]), np.array([4, 4])], "dropout": [np.array([0.1, 0.2]), 0.0]}
    search = GridSearchCV(classifier(), grid, cv=2, error_score=-1).fit(X, Y)
    assert (np.sort(search.cv_results_["mean_test_score"]) < 0).sum() == 0 or search.best_score_ > 0


@pytest.mark.parametrize("never", [None, np.inf, float("inf")])
def test_infinite_patience(never):
    model = regressor(max_iter=30, tol=1e3 if never is not None else 1e-4, n_iter_no_change=never).fit(
        X, X[:, 0]
    )
    assert model.n_iter_ == 30


# Messages.


@pytest.mark.parametrize(
    ("make", "settings", "offered"),
    [
        (classifier, {"activation": "rleu"}, "relu"),
        (classifier, {"activation": ["relu", "sigmoidal"], "hidden_layer_sizes": (3, 3)}, "sigmoid"),
        (classifier, {"loss": "logloss"}, "log_loss"),
        (regressor, {"loss": "mean_squared_error"}, "squared_error"),
        (regressor, {"solver": "Adam"}, "adam"),
        (regressor, {"schedule": "one-cycle"}, "one_cycle"),
        (classifier, {"scaling": "standardize"}, "standard"),
        (classifier, {"recipe": Recipe("textbok")}, "textbook"),
    ],
)
def test_the_nearest_name_is_offered(make, settings, offered):
    name = next(iter(settings))
    settings = {"hidden": settings.pop("hidden_layer_sizes", 8), **settings}
    with pytest.raises(ValueError, match=f"Did you mean '{offered}'") as caught:
        make(**settings).fit(X, Y)
    assert (f"'{name}'" if name != "recipe" else "'base'") in str(caught.value)
    names = [
        word.strip("'{}.,[]") for word in str(caught.value).split() if word.startswith(("{'", "'", "['"))
    ]
    listed = [word for word in names[1:] if word.islower()][:-2]
    assert len(listed) >= 1


def test_choices_are_sorted():
    with pytest.raises(ValueError, match=r"\{'adam', 'adamw', 'auto', 'lbfgs', 'sgd'\}\. Got 'rprop9'"):
        classifier(solver="rprop9").fit(X, Y)


# Parameters without effect.


@pytest.mark.parametrize(
    ("make", "settings", "fit", "named"),
    [
        (classifier, {"solver": "lbfgs", "schedule": "auto", "early_stopping": True}, {}, ["early_stopping"]),
        (
            regressor,
            {"solver": "lbfgs", "schedule": "auto", "learning_rate": 0.1, "momentum": 0.5},
            {},
            ["learning_rate", "momentum"],
        ),
        (regressor, {"solver": "lbfgs", "schedule": "auto"}, {"X_val": X, "y_val": Y}, ["X_val"]),
        (regressor, {"momentum": 0.5, "nesterov": False}, {}, ["momentum", "nesterov"]),
        (classifier, {"solver": "sgd", "beta_1": 0.5}, {}, ["beta_1"]),
        (classifier, {"power_t": 0.3}, {}, ["power_t"]),
        (classifier, {"max_fun": 10}, {}, ["max_fun"]),
        (classifier, {"scoring": "accuracy"}, {}, ["scoring"]),
        (classifier, {"validation_fraction": 0.3}, {"X_val": X, "y_val": Y}, ["validation_fraction"]),
        (regressor, {"quantile": 0.9}, {}, ["quantile"]),
        (regressor, {"n_iter_no_change": None, "tol": 0.1}, {}, ["tol"]),
        (regressor, {"n_iter_no_change": None, "schedule": "adaptive"}, {}, ["schedule"]),
        (regressor, {"recipe": Recipe("textbook", label_smoothing=0.1)}, {}, ["label_smoothing"]),
        (classifier, {"recipe": Recipe("textbook", clip_predictions=True)}, {}, ["clip_predictions"]),
    ],
)
def test_what_has_no_effect_is_named_once(make, settings, fit, named):
    with pytest.warns(UserWarning) as caught:
        make(**settings).fit(X, Y, **fit)
    messages = [str(w.message) for w in caught if str(w.message).startswith("Without effect")]
    assert len(messages) == 1
    assert [word for word in messages[0].split("'") if word in named] == named
    assert messages[0].count("' (") == 1


@pytest.mark.parametrize(
    ("make", "settings"),
    [
        (classifier, {"early_stopping": True, "scoring": "accuracy", "validation_fraction": 0.2}),
        (classifier, {"solver": "sgd", "momentum": 0.5, "nesterov": False}),
        (classifier, {"schedule": "invscaling", "power_t": 0.3, "tol": 10.0, "n_iter_no_change": 2}),
        (regressor, {"loss": "quantile", "quantile": [0.1, 0.9]}),
        (regressor, {"loss": "quantile", "quantile": 0.9, "beta_1": 0.8, "epsilon": 1e-7}),
        (regressor, {"recipe": Recipe("textbook", clip_predictions=True, max_norm=3.0)}),
    ],
)
def test_what_has_an_effect_is_not(make, settings):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        make(**settings).fit(X, Y)


# Results of no use, and predictions off the range.


@pytest.mark.parametrize("rate", [1e6, 1e3])
@pytest.mark.parametrize("make", [regressor, classifier])
def test_a_loss_worse_than_the_best_constant_is_warned_about(make, rate):
    model = make(
        solver="sgd", learning_rate=rate, momentum=0, activation="identity", max_iter=3, schedule="one_cycle"
    )
    target = X[:, 0] if make is regressor else Y
    with pytest.warns(ConvergenceWarning, match=r"worse than .* best constant .*diagnose|diverged"):
        model.fit(X, target)


@pytest.mark.parametrize("settings", [{"learning_rate": 0.01}, {"learning_rate": 0.003, "max_iter": 50}])
def test_a_fit_that_learns_is_not_warned_about(settings):
    noise = RNG.normal(size=90)
    for target in (X[:, 0], 1e6 * X[:, 0], noise, np.zeros(90), np.repeat([0.0, 1e9], 45)):
        regressor(**settings).fit(X, target)


def test_the_forecast_of_a_trend_goes_on():
    t = np.arange(100.0)[:, None]
    y = t.ravel()
    model = BackpropRegressor(
        (), recipe=Recipe("tabular", input_layer=None), solver="lbfgs", scaling="standard"
    )
    model.set_params(
        random_state=0, alpha=0.0, recipe=Recipe("tabular", input_layer=None, clip_predictions=True)
    )
    assert model.fit(t[:80], y[:80]).predict(t[99:])[0] == pytest.approx(99, abs=0.5)
    # One wild row is still bounded: by half of the range beyond it.
    assert model.predict([[1e9], [-1e9]]).tolist() == pytest.approx([79 + 39.5, -39.5])


# Shapes of y, and a single class.


def test_a_column_as_y_is_raveled_with_a_warning():
    y = X[:, 0]
    flat = regressor().fit(X, y).predict(X)
    with pytest.warns(DataConversionWarning):
        column = regressor().fit(X, y[:, None])
    assert column.predict(X).shape == (90,)
    np.testing.assert_array_equal(column.predict(X), flat)
    with pytest.warns(DataConversionWarning):
        stream = regressor(schedule="constant").partial_fit(X, y[:, None])
    assert stream.partial_fit(X, y).predict(X).shape == (90,)
    assert regressor().fit(X, X[:, :2]).predict(X).shape == (90, 2)


@pytest.mark.parametrize("label", [3, "yes", True, 2.0])
@pytest.mark.parametrize("recipe", ["textbook", "fast"])
def test_a_single_class_is_predicted_with_a_warning(label, recipe):
    model = classifier(recipe=recipe)
    with pytest.warns(UserWarning, match=f"only one class, {label!r}: the classifier"):
        model.fit(X, np.full(90, label))
    assert (model.predict(X) == label).all()
    np.testing.assert_array_equal(model.predict_proba(X), np.ones((90, 1)))
    np.testing.assert_array_equal(model.predict_log_proba(X), np.zeros((90, 1)))
    assert model.classes_.tolist() == [label]
    with pytest.raises(ValueError, match="one class"):
        model.to_sklearn()


def test_a_constant_column_of_several_targets():
    labels = np.column_stack([Y > 0, np.zeros(90, bool)])
    with pytest.warns(UserWarning, match="only one class"):
        model = MultiOutputClassifier(classifier()).fit(X, labels)
    assert not model.predict(X)[:, 1].any()


# Streams.


@pytest.mark.parametrize("first", [1, 5, 200])
def test_the_first_piece_does_not_fix_the_batch_size(first):
    """After the same first piece, a second one trains as with a batch of the size that was asked for."""
    X, y = RNG.normal(size=(400, 5)), np.arange(400) % 2
    stream = classifier(batch_size=100, schedule="constant").partial_fit(X[:first], y[:first], classes=[0, 1])
    before = stream._model.training.optimizer.t
    stream.partial_fit(X, y)
    assert stream._model.training.optimizer.t - before == 4  # steps
    stream.set_params(batch_size=200).partial_fit(X, y)
    assert stream._model.training.optimizer.t - before == 6


def test_iris_in_pieces_of_any_size():
    data, labels = load_iris(return_X_y=True)
    order = RNG.permutation(150)
    data, labels = data[order], labels[order]
    model = BackpropClassifier(20, recipe="textbook", batch_size=16, learning_rate=0.02, random_state=0)
    for _ in range(20):
        for rows in (slice(1), slice(1, 8), slice(8, 150)):
            model.partial_fit(data[rows], labels[rows], classes=[0, 1, 2])
    assert model.score(data, labels) > 0.9
