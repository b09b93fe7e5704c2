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
