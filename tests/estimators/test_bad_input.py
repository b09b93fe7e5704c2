"""Bad input: a clear error that names what is wrong, and nothing lost."""

import re
from fractions import Fraction

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.estimators import parameters
from skbackprop.estimators.documentation import type_of
from skbackprop.network.losses import Poisson, Tweedie

X, Y = load_iris(return_X_y=True)
QUICK = {"recipe": "textbook", "schedule": "cosine", "max_iter": 3, "random_state": 0}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"dropout": 1.0}, "dropout"),
        ({"dropout": -0.1}, "dropout"),
        ({"dropout": [0.1, 0.2, 0.3]}, "one for each of the 1 hidden"),
        ({"dropout": [1.5]}, r"'dropout' parameter .*\[0\.0, 1\.0\)\. Got \[1\.5\]"),
        ({"n_estimators": True}, r"'n_estimators' parameter .*int .*Got True"),
        ({"dropout": {0.1}}, r"'dropout' parameter .*array-like.*Got \{0\.1\}"),
        ({"recipe": Recipe}, r"'recipe' parameter .*a skbackprop.Recipe"),
        ({"schedule": lambda: 1.0}, r"'schedule' parameter .*a callable of 1 argument"),
        ({"class_weight": {0: [1], 1: 2}}, r"'class_weight' parameter .*Got \{0: \[1\], 1: 2\}"),
        ({"class_weight": {0: "2"}}, r"'class_weight' parameter .*Got \{0: '2'\}"),
        ({"activation": ["relu", "tanh"]}, "one for each of the 1 hidden"),
        ({"activation": ["bogus"]}, "known ones are.*'gelu'"),
        ({"activation": "bogus"}, "'activation' parameter.*'gelu'"),
        ({"hidden_layer_sizes": (5, 0)}, "hidden_layer_sizes"),
        ({"hidden_layer_sizes": (5.5,)}, "hidden_layer_sizes"),
        ({"loss": "bogus"}, "'loss' parameter.*'log_loss'"),
        ({"learning_rate": "adaptive"}, "schedule='adaptive'"),
        ({"learning_rate": -1}, "learning_rate"),
        ({"batch_size": 0}, "batch_size"),
        ({"solver": "lbfgs", "dropout": 0.5}, "lbfgs.*dropout"),
        ({"categorical_features": ["no such"]}, "no such"),
        ({"categorical_features": [True, False]}, "mask of 2 values"),
        ({"categorical_features": np.array([True, False], object)}, "mask of 2 values"),
        ({"categorical_features": np.array([True, 0], object)}, "names True, which is not a column"),
    ],
)
def test_parameters_are_refused_by_name(parameters, message):
    with pytest.raises(ValueError, match=message):
        BackpropClassifier(**{**QUICK, "hidden_layer_sizes": (5,), **parameters}).fit(X, Y)


WRONG_VALUES = [
    None, True, 0, -1, 0.5, 1.5, np.nan, Fraction(1, 2), 1j, "a", b"a", object(), object, np.array("a"),
    [[1], [1, 2]], [None], ["a"], [10**30], {0.1}, {0: 1}, {0: [1]}, {0: 1j}, {0: "2"}, np.array([[1]]),
    np.timedelta64(1, "D"), np.int8(3), np.float16(0.5), range(2), iter([1]),
]  # fmt: skip
WRONG_FUNCTIONS = [
    lambda: 1.0,
    *[lambda t, value=value: value for value in (None, "a", 1j, -1, np.nan, np.ones(2), [[1], [1, 2]])],
    *[lambda rng, n_in, n_out, value=value: value for value in (None, 1, "ab", (1, 2), ([[1], [1, 2]], 0))],
    *[lambda rng, n_in, n_out, w=w: (np.full((n_in, n_out), w), np.zeros(n_out)) for w in (np.nan, 1j, "1")],
]
# What makes a parameter take effect.
NEEDED = {
    "scoring": {"early_stopping": True},
    "validation_fraction": {"early_stopping": True},
    "power_t": {"schedule": "invscaling"},
    "momentum": {"solver": "sgd"},
    "max_fun": {"solver": "lbfgs"},
    "quantile": {"loss": "quantile"},
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("make", [BackpropClassifier, BackpropRegressor, Recipe])
def test_values_of_any_type_are_used_or_refused_by_the_name_of_the_parameter(make):
    table = {BackpropClassifier: parameters.CLASSIFIER, BackpropRegressor: parameters.REGRESSOR}
    few = {"hidden_layer_sizes": 4, "n_estimators": 2, "recipe": "fast", "max_iter": 1, "random_state": 0}
    for parameter in table.get(make, parameters.RECIPE):
        name = parameter.name
        functions = WRONG_FUNCTIONS if "callable" in type_of(parameter) else []
        if name in ("random_state", "verbose", "loss"):
            continue
        for value in [*WRONG_VALUES, *functions]:
            settings = {**few, **NEEDED.get(name, {}), name: value}
            if make is Recipe:
                settings = {**few, "recipe": Recipe(**{"base": "fast", name: value})}
            estimator = (BackpropClassifier if make is Recipe else make)(**settings)
            try:
                assert np.isfinite(estimator.fit(X[:100], Y[:100]).predict(X)).all()
            except (ValueError, TypeError) as error:
                assert re.search(f"'{name}'|{name}=|{name} ", str(error)), (name, value)


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinity_in_X_is_refused(value):
    bad = X.copy()
    bad[3, 1] = value
    with pytest.raises(ValueError, match="infinity"):
        BackpropClassifier(**QUICK).fit(bad, Y)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_or_infinity_in_y_or_weights_is_refused(value):
    weights, y = np.ones(150), Y.astype(float)
    weights[4] = y[4] = value
    with pytest.raises(ValueError, match="sample_weight"):
        BackpropClassifier(**QUICK).fit(X, Y, sample_weight=weights)
    with pytest.raises(ValueError, match="y contains"):
        BackpropRegressor(**QUICK).fit(X, y)


@pytest.mark.parametrize(
    ("weights", "message"), [(np.zeros(150), "zero"), (np.linspace(-1, 1, 150), "Negative values")]
)
def test_impossible_weights_are_refused(weights, message):
    with pytest.raises(ValueError, match=f"(?i){message}"):
        BackpropClassifier(**QUICK).fit(X, Y, sample_weight=weights)


def test_data_that_cannot_be_learned_is_refused():
    with pytest.raises(ValueError, match="0 sample"):
        BackpropClassifier(**QUICK).fit(X[:0], Y[:0])
    with pytest.raises(ValueError, match="multiclass-multioutput"):
        BackpropClassifier(**QUICK).fit(X, np.column_stack((Y, Y)))
    with pytest.raises(ValueError, match="X_val and y_val"):
        BackpropClassifier(**QUICK).fit(X, Y, X_val=X)
    with pytest.raises(ValueError, match="sample_weight_val was given without X_val; pass X_val and y_val"):
        BackpropClassifier(**QUICK).fit(X, Y, sample_weight_val=np.ones(150))
    with pytest.raises(ValueError, match=r"could not convert|not numeric"):
        BackpropClassifier(**QUICK).fit(np.array([["a", "b"]] * 150, dtype=object), Y)


@pytest.mark.parametrize(
    ("loss", "smallest", "message"),
    [
        (
            "poisson",
            -1,
            r"loss='poisson' needs y >= 0, but the smallest y is -1; loss='squared_error' takes any y",
        ),
        (
            "gamma",
            0,
            r"loss='gamma' needs y > 0, but the smallest y is 0; loss='tweedie' takes y >= 0, loss=",
        ),
        ("tweedie", -0.5, r"loss='tweedie' needs y >= 0, but the smallest y is -0\.5; loss='squared_error'"),
        (Tweedie(1.2), -1, r"loss=Tweedie\(power=1\.2\) needs y >= 0"),
        (Poisson(), -1, r"needs y >= 0, but the smallest y is -1"),
    ],
    ids=["poisson", "gamma", "tweedie", "Tweedie(1.2)", "Poisson()"],
)
def test_a_y_that_the_loss_does_not_take_is_refused(loss, smallest, message):
    y = np.linspace(smallest, 3, 150)
    with pytest.raises(ValueError, match=message):
        BackpropRegressor(**QUICK, loss=loss).fit(X, y)
    model = BackpropRegressor(recipe="textbook", loss=loss, random_state=0).partial_fit(X, y - smallest + 1)
    with pytest.raises(ValueError, match=message):
        model.partial_fit(X, y)
    with pytest.raises(ValueError, match=message.replace("smallest y ", "smallest y_val ")):
        model.fit(X, y - smallest + 1, X_val=X, y_val=y)


def test_prediction_needs_a_fit_and_its_columns():
    with pytest.raises(NotFittedError):
        BackpropClassifier().predict(X)
    with pytest.raises(ValueError, match="features"):
        BackpropClassifier(**QUICK).fit(X, Y).predict(X[:, :2])


def test_a_batch_larger_than_the_data_is_clipped_with_a_warning():
    with pytest.warns(UserWarning, match="batch_size.*1000.*90 rows"):
        BackpropClassifier(**QUICK, batch_size=1000).fit(X[:90], Y[:90])


def test_divergence_in_the_first_epoch_is_an_error():
    model = BackpropRegressor((50, 50), **QUICK, solver="sgd", learning_rate=1e200, scaling=None)
    with pytest.raises(ValueError, match=r"diverged in epoch 1.*learning_rate"):
        model.fit(X * 100, Y * 100.0)
    assert not hasattr(model, "coefs_")


def test_divergence_later_never_leaves_nan():
    settings = {**QUICK, "max_iter": 40}
    model = BackpropRegressor((50, 50), **settings, solver="sgd", learning_rate=1e6, scaling=None)
    with pytest.warns(ConvergenceWarning, match="diverged in epoch"):
        model.fit(X * 100, Y * 100.0)
    assert all(np.isfinite(W).all() for W in model.coefs_)


class Slower:
    """Squared error that turns to infinity in the third epoch."""

    def __init__(self):
        self.calls = 0

    def value(self, y_true, raw_prediction, scratch):
        self.calls += 1
        return ((raw_prediction - y_true) ** 2).sum(axis=1) * (1 if self.calls < 3 else np.inf)

    def delta(self, y_true, raw_prediction, out):
        np.subtract(raw_prediction, y_true, out=out)

    def inverse_link(self, raw_prediction, out):
        out[...] = raw_prediction


def test_divergence_keeps_the_last_whole_epoch():
    settings = {**QUICK, "max_iter": 10}
    with pytest.warns(ConvergenceWarning, match="diverged in epoch 3"):
        model = BackpropRegressor(5, loss=Slower(), **settings).fit(X, Y)
    assert model.n_iter_ == 2
    assert np.isfinite(model.predict(X)).all()


class Interrupts(Slower):
    """The user presses Ctrl-C in the middle of an epoch."""

    def delta(self, y_true, raw_prediction, out):
        super().delta(y_true, raw_prediction, out)
        self.calls += 1
        if self.calls == 12:
            raise KeyboardInterrupt

    def value(self, y_true, raw_prediction, scratch):
        return ((raw_prediction - y_true) ** 2).sum(axis=1)


def test_ctrl_c_keeps_the_last_whole_epoch():
    settings = {**QUICK, "max_iter": 10, "batch_size": 30, "shuffle": False}  # 5 steps an epoch
    with pytest.warns(UserWarning, match="interrupted.*epoch 2"):
        model = BackpropRegressor(5, loss=Interrupts(), **settings).fit(X, Y)
    assert model.n_iter_ == 2
    whole = BackpropRegressor(5, **{**settings, "max_iter": 2, "schedule": lambda t: 1.0}).fit(X, Y)
    interrupted = BackpropRegressor(5, loss=Interrupts(), **{**settings, "schedule": lambda t: 1.0})
    with pytest.warns(UserWarning, match="interrupted"):
        interrupted.fit(X, Y)
    for a, b in zip(interrupted.coefs_, whole.coefs_, strict=True):
        np.testing.assert_array_equal(a, b)


class Breaks(Slower):
    """A loss of the user's own with a bug that shows in the second epoch."""

    def delta(self, y_true, raw_prediction, out):
        self.calls += 1
        if self.calls == 8:
            raise ZeroDivisionError
        np.subtract(raw_prediction, y_true, out=out)

    def value(self, y_true, raw_prediction, scratch):
        return ((raw_prediction - y_true) ** 2).sum(axis=1)


def test_an_exception_leaves_the_estimator_unfitted():
    model = BackpropRegressor(5, **QUICK, batch_size=30).fit(X, Y)
    model.set_params(loss=Breaks())
    with pytest.raises(ZeroDivisionError):
        model.fit(X, Y)
    with pytest.raises(NotFittedError):
        model.predict(X)
