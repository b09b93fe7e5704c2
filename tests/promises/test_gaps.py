"""Missing values that the first fit did not have are filled wherever they come from."""

import warnings
from decimal import Decimal

import numpy as np
import pytest
from scipy.sparse import csr_array

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer
from skbackprop.inspection import hidden_activations

X = np.random.default_rng(0).normal(3, 2, size=(300, 4))
Y = X[:, 0] > 3
# The inverted distribution function, as for columns with gaps in fit.
MEDIANS = np.quantile(X, 0.5, axis=0, method="inverted_cdf")
GAP = X.copy()
GAP[::7, 1] = np.nan
SETTINGS = {"recipe": "textbook", "learning_rate": 0.02, "max_iter": 20, "random_state": 0}


def filled(values=MEDIANS):
    return np.where(np.isnan(GAP), values, GAP)


def fitted(estimator, *args, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return estimator.fit(*args, **params)


@pytest.mark.parametrize("scaling", ["standard", "robust", None])
def test_a_gap_is_the_median_of_its_column(scaling):
    losses = []
    for rows in (GAP, filled()):
        model = fitted(BackpropClassifier(16, scaling=scaling, **SETTINGS), X, Y, X_val=rows, y_val=Y)
        losses.append(model.best_loss_)
        np.testing.assert_array_equal(model.predict_proba(GAP), model.predict_proba(filled()))
    assert np.isfinite(losses[0])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-9)


def test_a_gap_in_a_later_piece_or_warm_start_is_learned_from():
    streamed = [BackpropClassifier(16, random_state=0).partial_fit(X, Y, classes=[0, 1]) for _ in range(2)]
    for model, rows in zip(streamed, (GAP, filled()), strict=True):
        model.partial_fit(rows, ~Y)
    np.testing.assert_allclose(streamed[0].predict_proba(X), streamed[1].predict_proba(X), rtol=1e-9)
    restarted = [fitted(BackpropClassifier(16, warm_start=True, **SETTINGS), X, Y) for _ in range(2)]
    before = restarted[0].predict_proba(X)
    for model, rows in zip(restarted, (GAP, filled()), strict=True):
        fitted(model, rows, ~Y)
    np.testing.assert_allclose(restarted[0].predict_proba(X), restarted[1].predict_proba(X), rtol=1e-9)
    assert abs(restarted[0].predict_proba(X) - before).max() > 0.1


def test_medians_follow_the_weights_and_are_those_of_the_first_piece():
    weights = np.random.default_rng(1).integers(0, 4, 300)
    expected = np.quantile(X.repeat(weights, axis=0), 0.5, axis=0, method="inverted_cdf")
    model = fitted(BackpropRegressor(8, **SETTINGS), X, X[:, 0], weights)
    np.testing.assert_array_equal(model.predict(GAP), model.predict(filled(expected)))
    stream = BackpropRegressor(8, random_state=0)
    for piece, y in ((X[:150], X[:150, 0]), (X[150:] + 100, X[150:, 0])):
        stream.partial_fit(piece, y)
    expected = np.quantile(X[:150], 0.5, axis=0, method="inverted_cdf")
    np.testing.assert_array_equal(stream.predict(GAP), stream.predict(filled(expected)))


@pytest.mark.parametrize("n_columns", [4, 1001])
@pytest.mark.parametrize("weights", [None, np.arange(300) % 3])
def test_the_medians_of_sparse_columns(n_columns, weights):
    dense = np.zeros((300, n_columns))
    dense[:, :4] = X * (np.random.default_rng(1).random(X.shape) < [0.3, 0.5, 0.7, 1.0])
    repeated = dense.repeat(1 if weights is None else weights, axis=0)
    expected = np.quantile(repeated, 0.5, axis=0, method="inverted_cdf")
    assert np.count_nonzero(expected) == 2
    gaps = np.where(np.arange(300)[:, None] % 2, dense, np.nan)
    for rows in (csr_array(dense), dense):
        model = fitted(BackpropRegressor(8, **SETTINGS | {"max_iter": 2}), rows, X[:, 0], weights)
        assert model._model.settings.sparse_rows == (n_columns > 1000)
        others = np.where(np.isnan(gaps), expected, gaps)
        np.testing.assert_array_equal(model.predict(gaps), model.predict(others))


def test_numbers_missing_in_rows_of_weight_0_only_are_encoded_like_no_missing_numbers():
    """So the network has a counterpart in scikit-learn, and predicts as without these rows."""
    weights = np.ones(300)
    weights[::7] = 0
    parameters = SETTINGS | {"activation": "relu", "scaling": "standard", "max_iter": 3}
    model = fitted(BackpropRegressor(8, **parameters), GAP, X[:, 0], weights)
    assert_same_predictions(model.to_sklearn(), model)
    without = fitted(BackpropRegressor(8, **parameters), X, X[:, 0], weights)
    assert_same_predictions(without, model)


def assert_same_predictions(one, other):
    np.testing.assert_allclose(one.predict(X), other.predict(X), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("dtype", ["float64", "float32", "int16"])
def test_masked_values_are_missing(dtype):
    numbers = np.round(X * 10).astype(dtype)
    masked = np.ma.array(numbers, mask=np.isnan(GAP))
    gaps = np.where(np.isnan(GAP), np.nan, numbers).astype("float32" if dtype == "float32" else "float64")
    models = [fitted(BackpropClassifier(16, **SETTINGS), rows, Y) for rows in (masked, gaps)]
    for rows in (masked, gaps, numbers):
        np.testing.assert_array_equal(*[model.predict_proba(rows) for model in models])
    np.testing.assert_array_equal(models[1].predict_proba(masked), models[1].predict_proba(gaps))
    unmasked = np.ma.array(numbers)
    np.testing.assert_array_equal(models[1].predict_proba(unmasked), models[1].predict_proba(numbers))


@pytest.mark.parametrize("missing", ["NA", "NaT", None, Decimal("NaN"), Decimal("sNaN")], ids=str)
def test_missing_objects_are_missing(missing):
    pd = pytest.importorskip("pandas")
    missing = getattr(pd, missing) if isinstance(missing, str) else missing
    objects = np.where(np.isnan(GAP), np.array(missing, object), GAP)
    models = [fitted(BackpropClassifier(16, **SETTINGS), rows, Y) for rows in (objects, GAP)]
    np.testing.assert_array_equal(*[model.predict_proba(X) for model in models])
    for rows in (objects, objects.tolist()):
        np.testing.assert_array_equal(models[1].predict_proba(rows), models[1].predict_proba(GAP))


def test_an_empty_column_has_no_effect_whatever_numbers_it_contains_later():
    empty = np.column_stack((np.full(len(X), np.nan), X))
    model = fitted(BackpropClassifier(16, **SETTINGS), empty, Y)
    later = np.column_stack((X[:, 0] * 1e6, X))
    np.testing.assert_array_equal(model.predict_proba(later), model.predict_proba(empty))


def test_every_other_method_fills_gaps():
    model = fitted(BackpropRegressor(8, dropout=0.1, **SETTINGS), X, X[:, 0])
    rows = filled()
    np.testing.assert_allclose(model.predict(GAP), model.predict(rows), rtol=1e-9)
    samples = [model.sample_y(Z, 3, random_state=0) for Z in (GAP, rows)]
    np.testing.assert_allclose(samples[0], samples[1], rtol=1e-9)
    for one, other in zip(hidden_activations(model, GAP), hidden_activations(model, rows), strict=True):
        np.testing.assert_allclose(one.a, other.a, rtol=1e-9, atol=1e-12)
    transformer = fitted(HiddenLayerTransformer(BackpropRegressor(8, **SETTINGS)), X, X[:, 0])
    np.testing.assert_allclose(transformer.transform(GAP), transformer.transform(rows), rtol=1e-9, atol=1e-12)
