"""Predictions: numbers that the type of X cannot hold, and the memory of chosen rows."""

import tracemalloc

import numpy as np
import pytest

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer
from skbackprop.model.prediction import raw_predictions
from skbackprop.network.network import Network
from skbackprop.tables.encoded_rows import EncodedRows

pytestmark = pytest.mark.filterwarnings("ignore:The 'max_iter' parameter")
X = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float32)
SETTINGS = {"recipe": "textbook", "max_iter": 1, "dtype": "float64", "dropout": 0.1, "random_state": 0}


@pytest.mark.parametrize("method", ["predict", "sample_y", "decision_function", "transform"])
def test_outputs_beyond_float32_of_a_float64_network_stay_in_float64(method):
    kind = BackpropRegressor if method in ("predict", "sample_y") else BackpropClassifier
    model = kind(4, "identity", **SETTINGS)
    if method == "transform":
        model = HiddenLayerTransformer(model)
    model.fit(X, X[:, 0] if kind is BackpropRegressor else X[:, 0] > 0)
    results = getattr(model, method)
    assert results(X).dtype == np.float32
    for W in getattr(model, "estimator_", model).coefs_:
        W[...] = 1e30
    large = 1e25 * X.astype(np.float64)
    np.testing.assert_allclose(results(large.astype(np.float32)), results(large), rtol=1e-5)
    assert np.abs(results(large)).max() > 1e44
    assert results(large.astype(np.float32)).dtype == np.float64


@pytest.mark.filterwarnings("ignore:The loss after training")
@pytest.mark.parametrize(
    "settings", [{}, {"loss": "absolute_error"}, {"loss": "gamma"}, {"scaling": None}], ids=str
)
def test_predictions_that_float32_cannot_resolve_are_float64(settings):
    y = 1.7e9 + 20 * X[:, 0].astype(float)
    model = BackpropRegressor(4, **SETTINGS | settings).fit(X, y)
    assert model.predict(X).dtype == np.float64
    model.coefs_[-1][...] *= 1e-7 if "gamma" in settings.values() else 1  # the predictions are near y
    model.intercepts_[-1][...] = 1.7e9 if "scaling" in settings else 0
    expected = model.predict(X.astype(float))
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose(model.predict(X), expected, rtol=0, atol=1e-2)
    np.testing.assert_allclose(model.sample_y(X, 2), model.sample_y(X.astype(float), 2), rtol=0, atol=1e-2)
    mean, std = model.predict(X, return_std=True)
    np.testing.assert_allclose(std, model.predict(X.astype(float), return_std=True)[1], atol=1e-2)
    assert mean.dtype == std.dtype == np.float64
    # Where float32 resolves y, the results have the dtype of X; also for a constant y.
    for near in (X[:, 0] + 1000, np.full(50, 1.7e9)):
        assert BackpropRegressor(4, **SETTINGS).fit(X, near).predict(X).dtype == np.float32


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_out_of_fold_predictions_and_intervals_of_a_target_far_from_0(dtype):
    X = np.random.default_rng(0).normal(size=(300, 3)).astype(dtype)
    models = [
        BackpropRegressor(recipe="fast", max_iter=5, dtype="float32", random_state=0).fit(
            X, center + 20 * X[:, 0].astype(float)
        )
        for center in (0, 2.0**30)
    ]
    scores, predictions, bounds = zip(
        *[(model.oof_score_, model.oof_prediction_, model.predict_interval(X)) for model in models],
        strict=True,
    )
    np.testing.assert_allclose(scores[1], scores[0], atol=1e-3)
    np.testing.assert_allclose(predictions[1] - 2.0**30, predictions[0], atol=0.1)
    np.testing.assert_allclose(bounds[1] - 2.0**30, bounds[0], atol=0.1)


def test_activations_that_overflow_are_refused():
    transformer = HiddenLayerTransformer(BackpropClassifier(4, "identity", **SETTINGS)).fit(X, X[:, 0] > 0)
    transformer.estimator_.coefs_[0][...] = 1e300
    with pytest.raises(ValueError, match="row 0 of X are not finite"):
        transformer.transform(X.astype(np.float64) * 1e30)


def test_chosen_rows_are_encoded_block_by_block():
    rng = np.random.default_rng(0)
    n_rows = 40_000
    codes = rng.integers(0, 60, (n_rows, 10), dtype=np.int32)
    X = EncodedRows(rng.normal(size=(n_rows, 1)), codes, [60] * 10)
    network = Network([601, 4, 1], ["relu"], dtype=np.float32)
    network.theta[:] = rng.normal(size=network.theta.size)
    everything = raw_predictions(network, X)
    chosen = np.flatnonzero(rng.random(n_rows) < 0.5)
    tracemalloc.start()
    try:
        raw = raw_predictions(network, X, chosen=chosen)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    np.testing.assert_allclose(raw, everything[chosen], rtol=1e-5, atol=1e-5)
    assert peak < 2**25  # their indicators together take 96 MB
