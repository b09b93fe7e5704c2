"""Outliers, codes for missing values and columns that never varied do no harm."""

import warnings
from itertools import product

import numpy as np
import pytest
from effort import thinned
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.metrics import r2_score

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.inspection.kept_epoch import kept_epoch
from skbackprop.network.losses import Huber
from skbackprop.tables.statistics import robust_center_and_scale

RNG = np.random.default_rng(0)
X = RNG.normal(size=(900, 4))
SIGNAL = 2 * X[:, 0] + np.sin(2 * X[:, 1])
FAST = {"recipe": "fast", "n_estimators": 2, "random_state": 0}
TRAINING, TEST = slice(0, 600), slice(600, None)


def fitted(estimator, *args, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return estimator.fit(*args, **params)


ROBUST = ["huber", "absolute_error", "quantile", Huber(1.0)]


@pytest.mark.parametrize(
    ("recipe", "outlier", "loss"), thinned(list(product(["fast", "textbook"], [1e4, 1e6, -1e9], ROBUST)), 7)
)
def test_outliers_in_y_move_no_robust_loss(recipe, loss, outlier):
    y = SIGNAL[TRAINING].copy()
    y[::200] = outlier
    model = BackpropRegressor(32, loss=loss, recipe=recipe, learning_rate=0.02, random_state=0)
    score = r2_score(SIGNAL[TEST], fitted(model, X[TRAINING], y).predict(X[TEST]))
    boosting = HistGradientBoostingRegressor(loss="absolute_error", random_state=0).fit(X[TRAINING], y)
    assert score > boosting.score(X[TEST], SIGNAL[TEST]) - 0.03


@pytest.mark.parametrize("loss", ["huber", "absolute_error"])
def test_targets_that_are_mostly_one_value_or_all_one_value(loss):
    """More than half are 0, so that the interquartile range is 0; and a constant, weighted."""
    y = np.where(X[:, 0] > 0.8, 3.0 + X[:, 1], 0.0)
    y[0] = 1e7
    model = fitted(BackpropRegressor(32, loss=loss, **FAST), X[TRAINING], y[TRAINING])
    assert r2_score(y[TEST], model.predict(X[TEST])) > 0.8
    constant = fitted(BackpropRegressor(8, loss=loss, **FAST), X, np.full(900, 7.0), np.arange(900.0))
    np.testing.assert_allclose(constant.predict(X), 7.0, atol=0.01)


def columns():
    """Columns that a single entry or a code for a missing value would hide, and what is to be seen."""
    rng = np.random.default_rng(3)
    normal, binary = rng.normal(size=900), (rng.random(900) < 0.5).astype(float)

    def coded(share, code, values=normal):
        missing = rng.random(900) < share
        return np.where(missing, code, values), np.where(missing, 0.0, values)

    zeros = np.where(rng.random(900) < 0.8, 0.0, normal)
    few = np.where(rng.random(900) < 0.95, 0.0, rng.integers(1, 4, 900))
    yield "80 % zeros", np.where(np.arange(900) == 5, 1e8, zeros), zeros
    yield "95 % zeros", np.where(np.arange(900) == 5, -1e6, few), few
    for share in (0.25, 0.5, 0.75):
        yield f"code in {share}", *coded(share, -999999)
    once, seen = coded(0.35, -999999)
    twice = rng.random(900) < 0.5
    yield "two codes", np.where(twice, 888888, once), np.where(twice, 0.0, seen)
    yield "coded flags", *coded(0.4, -999, binary)
    tailed = normal.copy()
    tailed[:40] = rng.standard_cauchy(40) * 1e6
    yield "heavy tails", tailed, np.where(np.arange(900) < 40, 0.0, normal)


@pytest.mark.parametrize(("x", "seen"), [pytest.param(x, seen, id=name) for name, x, seen in columns()])
def test_what_is_in_a_column_is_seen_past_outliers_and_codes(x, seen):
    inputs = np.column_stack((X[:, :2], x))
    # Of two codes a third of the rows is left to learn from: each network sees all of them.
    model = BackpropRegressor(64, recipe="fast", early_stopping=False, random_state=0)
    fitted(model, inputs[TRAINING], seen[TRAINING])
    rows = np.flatnonzero(np.arange(900) >= 600)
    assert r2_score(seen[rows], model.predict(inputs[rows])) > 0.95


@pytest.mark.parametrize("scaling", ["standard", "robust", None])
@pytest.mark.parametrize("settings", [{"recipe": "textbook"}, {"recipe": "tabular"}, {"solver": "lbfgs"}])
@pytest.mark.parametrize("constant", [0.0, 5.0, 0.1 + 0.2, np.nan])
def test_a_column_that_never_varied_has_no_say(constant, settings, scaling):
    inputs, y = np.column_stack((X[:300], np.full(300, constant))), SIGNAL[:300]
    model = BackpropRegressor(8, scaling=scaling, learning_rate=0.01, max_iter=5, random_state=0, **settings)
    fitted(model, inputs, y)
    expected = model.predict(inputs)
    changed = inputs.copy()
    for number in (1000.0, -1e8, 0.3):
        changed[:, -1] = number
        np.testing.assert_array_equal(model.predict(changed), expected)
        if not np.isnan(constant):
            np.testing.assert_allclose(model.predict(csr_array(changed)), expected, rtol=1e-9)


@pytest.mark.parametrize("scaling", ["standard", "robust", None])
@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_a_column_that_begins_to_vary_is_learned_from_there(form, scaling):
    constant, varying = X[:300].copy(), X[300:600]
    constant[:, 0] = 2.0
    labels = varying[:, 0] > 0
    model = BackpropClassifier(16, scaling=scaling, **FAST)
    model.partial_fit(form(constant), constant[:, 1] > 0, classes=[False, True])
    before = model.predict_proba(form(constant))
    model.set_params(learning_rate=1e-12).partial_fit(form(varying), labels)
    np.testing.assert_allclose(model.predict_proba(form(constant)), before, rtol=1e-5, atol=1e-6)
    model.set_params(learning_rate=0.01)
    for _ in range(30):
        model.partial_fit(form(varying), labels)
    assert model.score(form(varying), labels) > 0.95
    restarted = BackpropClassifier(16, scaling=scaling, warm_start=True, **FAST)
    fitted(restarted, form(constant), constant[:, 1] > 0)
    assert fitted(restarted, form(varying), labels).score(form(varying), labels) > 0.95


# Numbers near the ends of float64.

HUGE = np.where(SIGNAL > 0, 1.5e308, -1.5e308)[:300, None]
LONG = X[:300].astype(np.longdouble) * np.longdouble("1e400")
longer = pytest.mark.skipif(
    np.finfo(np.longdouble).max == np.finfo(float).max, reason="longdouble is float64"
)


@pytest.mark.parametrize("power", [-310, -300, -170, -150, 150])
@pytest.mark.parametrize("scaling", ["standard", "robust"])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("form", [np.asarray, csr_array])
def test_numbers_of_any_size_are_learned_like_those_near_1(power, scaling, method, form):
    unit, inputs, y = 10.0**power, X[:300, :2], SIGNAL[:300]

    def score(unit_of_X, unit_of_y):
        model = BackpropRegressor(16, scaling=scaling, learning_rate=0.02, **FAST)
        for _ in range(1 if method == "fit" else 40):
            getattr(model, method)(form(inputs * unit_of_X), y * unit_of_y)
        return r2_score(y, model.predict(form(inputs * unit_of_X)) / unit_of_y)

    assert min(score(1, 1), score(unit, 1), score(1, unit)) > 0.85


@pytest.mark.parametrize("scaling", ["auto", "standard", "robust"])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_numbers_whose_statistics_overflow_are_refused(scaling, method):
    y = SIGNAL[:300] > 0
    with pytest.raises(
        ValueError, match=r"as large as 1\.5e\+308 cannot be scaled: .* Divide them by a constant"
    ):
        getattr(BackpropClassifier(scaling=scaling, **FAST), method)(HUGE, y)
    with pytest.raises(ValueError, match=r"not finite.*fit with a smaller learning_rate"):
        fitted(BackpropClassifier(scaling=None, dtype="float64", **FAST), HUGE, y).predict(HUGE)


@pytest.mark.parametrize("loss", ["squared_error", "huber", "absolute_error", "quantile", "poisson", "gamma"])
def test_a_target_whose_statistics_overflow_is_refused(loss):
    y = np.abs(HUGE.ravel()) if loss in ("poisson", "gamma") else HUGE.ravel()
    with pytest.raises(ValueError, match=r"as large as 1\.5e\+308 cannot be scaled"):
        BackpropRegressor(loss=loss, **FAST).fit(X[:300], y)


@pytest.mark.parametrize("constant", [1e300, -1.5e308])
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_a_constant_of_any_size_is_constant(constant, method):
    signal = SIGNAL[:300]
    y = np.column_stack((np.full(300, constant), signal))
    model = getattr(BackpropRegressor(scaling="standard", **FAST), method)(X[:300], y)
    np.testing.assert_array_equal(model.predict(X[:300])[:, 0], constant)
    inputs = X[:300].copy()
    inputs[:, 2] = constant
    model = getattr(BackpropRegressor(scaling="standard", **FAST), method)(inputs, signal)
    assert np.isfinite(model.predict(inputs)).all()
    with pytest.raises(ValueError, match="cannot be scaled: their variance overflows"):
        model.fit(X[:300], y * np.where(signal > 0, 1, 0.5)[:, None])


def test_a_scale_near_the_largest_number_is_compared_without_overflow():
    values = np.arange(9) * 2e307
    center, scale = robust_center_and_scale(values, np.ones(9))
    assert (center, scale) == (8e307, values[6] - values[2])


@longer
@pytest.mark.parametrize("form", [np.asarray, csr_array, np.ndarray.tolist])
def test_numbers_beyond_float64_are_refused_like_infinity(form):
    y = SIGNAL[:300] > 0
    model = BackpropClassifier(**FAST).fit(X[:300], y)
    for call in (lambda: clone(model).fit(form(LONG), y), lambda: model.predict(form(LONG))):
        with pytest.raises(ValueError, match="Input X contains infinity or a value too large for dtype"):
            call()
    with pytest.raises(ValueError, match="sample_weight is inf in row 0"):
        clone(model).fit(X[:300], y, sample_weight=np.abs(LONG[:, 0]))
    same = form(X[:300].astype(np.longdouble))
    np.testing.assert_array_equal(model.predict_proba(same), model.predict_proba(X[:300]))


@pytest.mark.filterwarnings("ignore:The 'max_iter' parameter")
@pytest.mark.parametrize("units", [4, 100])  # with more of them, infinite terms of both signs add up to NaN
def test_a_validation_loss_that_overflows_is_named_and_chooses_no_epoch(units):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 3))
    y, X_val = X[:, 0], X[:20].copy()
    X_val[3] = 1e308
    model = BackpropRegressor(units, recipe="textbook", scaling=None, max_iter=5, random_state=0)
    expected = model.fit(X, y).predict(X)  # the weights of the last epoch
    with pytest.warns(UserWarning, match="validation loss is (inf|nan), because it overflows"):
        model.fit(X, y, X_val=X_val, y_val=y[:20])
    np.testing.assert_array_equal(model.predict(X), expected)
    assert kept_epoch(model) == 5
