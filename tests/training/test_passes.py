"""The passes over a batch in halves are those over the whole batch, in one thread and in two."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.datasets import make_friedman1

from skbackprop import BackpropRegressor
from skbackprop.model import recipes
from skbackprop.network.input_layer import InputLayer
from skbackprop.network.kernels.threads import OneThread
from skbackprop.network.losses import REGRESSOR_LOSSES
from skbackprop.network.network import Network
from skbackprop.training.passes import Passes, PassesInHalves, passes_for

E = 2


def batch(n_rows, own_rows=True, seed=0):
    rng = np.random.default_rng(seed)
    n_sets = E if own_rows else 1
    w = rng.uniform(0.5, 2, (n_rows, n_sets))
    return (
        rng.normal(size=(n_rows, 4 * n_sets)),
        rng.normal(size=(n_rows, n_sets)),
        w if own_rows else w[:, 0],
    )


def make_network(dropout=()):
    layer = InputLayer(4, [0, 2], n_networks=E)
    network = Network([layer.n_outputs, 5, 1], ["mish"], dropout, input_layer=layer, n_networks=E)
    network.theta[...] = np.random.default_rng(1).normal(size=network.theta.size) * 0.5
    return network


@pytest.mark.parametrize("n_rows", [2, 8, 13])
@pytest.mark.parametrize("own_rows", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
def test_the_gradients_of_the_halves_add_up_to_that_of_the_batch(n_rows, own_rows, weighted):
    network, loss, rng = make_network(), REGRESSOR_LOSSES["squared_error"](), np.random.default_rng(0)
    X, Y, w = batch(n_rows, own_rows)
    w = w if weighted else None
    whole, halves = Passes(network, loss), PassesInHalves(network, loss)
    ((Y_whole, z_whole, w_whole),) = whole.compute_gradient(X, Y, w, rng, 1.0)
    outputs = halves.compute_gradient(X, Y, w, rng, 1.0)
    np.testing.assert_allclose(halves.grad, whole.grad, rtol=1e-9, atol=1e-13)
    np.testing.assert_array_equal(np.concatenate([Y for Y, _, _ in outputs]), Y_whole)
    np.testing.assert_allclose(np.concatenate([z for _, z, _ in outputs]), z_whole, rtol=1e-12)
    if weighted:
        np.testing.assert_array_equal(np.concatenate([w for _, _, w in outputs]), w_whole)


def test_two_threads_compute_what_one_does():
    network, loss = make_network(dropout=(0.0, 0.3)), REGRESSOR_LOSSES["squared_error"]()
    with ThreadPoolExecutor(1) as executor:
        some = PassesInHalves(network, loss), PassesInHalves(network, loss, executor)
        for step in range(5):
            for passes in some:
                passes.compute_gradient(*batch(8, seed=step), np.random.default_rng(step), 1.0)
            np.testing.assert_array_equal(some[0].grad, some[1].grad)
    whole = Passes(network, loss)
    whole.compute_gradient(*batch(8, seed=4), np.random.default_rng(4), 1.0)
    assert not np.allclose(some[0].grad, whole.grad)  # other masks: there was dropout


@pytest.mark.parametrize("of", [0, 1])
def test_an_error_in_either_thread_is_raised(of, monkeypatch):
    network, loss, main = make_network(), REGRESSOR_LOSSES["squared_error"](), threading.main_thread()
    forward = Network.forward

    def failing(self, *arguments):
        if (threading.current_thread() is main) == (of == 0):
            raise MemoryError("of a thread")
        return forward(self, *arguments)

    monkeypatch.setattr(Network, "forward", failing)
    n_threads = threading.active_count()
    with (
        pytest.raises(MemoryError, match="of a thread"),
        passes_for(network, loss, in_halves=True, n_threads=2) as passes,
    ):
        passes.compute_gradient(*batch(8), np.random.default_rng(0), 1.0)
    assert threading.active_count() == n_threads


def test_a_fit_of_a_large_table_is_the_same_in_one_thread_and_in_two(monkeypatch):
    monkeypatch.setattr(recipes, "LARGE_TABLE", 500)
    monkeypatch.setattr(recipes, "WORTH_TWO_THREADS", 1)
    X, y = make_friedman1(1000, noise=1.0, random_state=0)
    predictions, forward, seen = [], Network.forward, set()

    def recorded(self, *arguments):
        seen.add(threading.current_thread().name)
        return forward(self, *arguments)

    monkeypatch.setattr(Network, "forward", recorded)
    for n_threads in (1, 2):
        seen.clear()
        monkeypatch.setattr(OneThread, "n_allowed", lambda self, n_threads=n_threads: n_threads)
        model = BackpropRegressor((16,), max_iter=5, random_state=0).fit(X[:700], y[:700])
        assert len(seen) == n_threads
        predictions.append(model.predict(X[700:]))
    np.testing.assert_array_equal(*predictions)
    assert model.score(X[700:], y[700:]) > 0.5
