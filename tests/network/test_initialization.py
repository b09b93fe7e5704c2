"""First weights: a function of the user's fills every layer of every network."""

import numpy as np
import pytest

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.network.initialization import initialize
from skbackprop.network.network import Network


def numbered():
    """Return a scheme whose numbers say which layer and which network they are for."""
    calls = []

    def scheme(rng, n_in, n_out):
        calls.append((n_in, n_out))
        k = 100.0 * len(calls)
        return k + np.arange(n_in * n_out).reshape(n_in, n_out), np.full(n_out, -k)

    return scheme, calls


@pytest.mark.parametrize("n_networks", [1, 2])
def test_callable_fills_weights_and_biases_of_every_layer(n_networks):
    sizes = [3, 4, 2]
    network = Network(sizes, ["tanh"], n_networks=n_networks)
    scheme, calls = numbered()
    initialize(network, np.random.default_rng(0), scheme)
    assert calls == [(3, 4)] * n_networks + [(4, 2)] * n_networks

    # A network alone, written out, must compute what the network (among several) computes.
    X = np.linspace(-0.01, 0.01, 15).reshape(5, 3)
    for e in range(n_networks):
        W1 = 100.0 * (1 + e) + np.arange(12).reshape(3, 4)
        W2 = 100.0 * (1 + n_networks + e) + np.arange(8).reshape(4, 2)
        z2 = np.tanh(X @ W1 - 100.0 * (1 + e)) @ W2 - 100.0 * (1 + n_networks + e)
        W, b = (
            (network.W, network.b)
            if n_networks == 1
            else ([W[e] for W in network.W], [b[e] for b in network.b])
        )
        own = np.tanh(X @ W[0] + b[0]) @ W[1] + b[1]
        np.testing.assert_allclose(own, z2, rtol=1e-14)


def test_callable_draws_from_the_random_state_of_the_estimator():
    def book(rng, n_in, n_out):
        """N(0, 1 / n_in) for the weights, N(0, 1) for the biases."""
        return rng.standard_normal((n_in, n_out)) / np.sqrt(n_in), rng.standard_normal(n_out)

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 5)), rng.integers(0, 3, 40)

    def fit(seed):
        settings = {"solver": "sgd", "learning_rate": 1e-12, "max_iter": 1}
        recipe = Recipe("textbook", initialization=book)
        model = BackpropClassifier((400,), recipe=recipe, random_state=seed, **settings)
        with pytest.warns(match="max_iter"):
            return model.fit(X, y)

    first, again, other = fit(0), fit(0), fit(1)
    np.testing.assert_array_equal(first.coefs_[0], again.coefs_[0])
    assert not np.array_equal(first.coefs_[0], other.coefs_[0])
    # The standard error of a standard deviation of n numbers is its 1 / sqrt(2 n).
    assert first.coefs_[0].std() == pytest.approx(5**-0.5, rel=4 / np.sqrt(2 * 2000))
    assert first.coefs_[1].std() == pytest.approx(400**-0.5, rel=4 / np.sqrt(2 * 1200))
    assert first.intercepts_[0].std() == pytest.approx(1, rel=4 / np.sqrt(2 * 400))


def test_wrong_shapes_are_named():
    X, y = np.arange(8.0).reshape(4, 2), np.arange(4.0)
    for W, b in [(np.ones((3, 2)), np.ones(3)), (np.ones((2, 3)), 0.0)]:
        recipe = Recipe("textbook", initialization=lambda rng, m, n, W=W, b=b: (W, b))
        model = BackpropRegressor((3,), recipe=recipe)
        with pytest.raises(ValueError, match=r"'initialization' .*\(2, 3\) and biases of shape \(3,\)"):
            model.fit(X, y)
