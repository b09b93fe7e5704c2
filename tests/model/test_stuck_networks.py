"""Networks that predict one value while the others learned are replaced, and no others."""

from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.model.out_of_fold import OutOfFold
from skbackprop.model.prediction import raw_predictions
from skbackprop.model.stuck_networks import can_take_over, replace_stuck_networks, stuck_networks
from skbackprop.network.members import parts
from skbackprop.training.loop import Training

N_NETWORKS, N_ROWS = 4, 80
FOLDS = np.arange(N_ROWS) % N_NETWORKS


def raw_outputs(spreads, n_outputs=1):
    """Outputs of each network with the given standard deviation."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((N_ROWS, n_outputs)) * np.asarray(spreads)[FOLDS][:, None]


@pytest.mark.parametrize(
    ("spreads", "losses", "expected"),
    [
        ([1, 1, 0, 1], [0.1, 0.2, 1.0, 0.1], [False, False, True, False]),
        ([1, 0, 1e-3, 1], [0.1, 1.0, 1.0, 0.2], [False, True, True, False]),  # half of them
        ([0, 0, 1e-3, 1], [1.0, 1.0, 1.0, 0.2], [False] * 4),  # most of them: the pattern may be an accident
        ([1, 1, 0, 1], [0.9, 1.0, 1.0, 1.0], [False] * 4),  # there is nothing to learn
        ([1, 1, 1, 1], [0.1, 0.2, 9.0, 0.1], [False] * 4),  # one fold holds an extreme value
        ([0, 0, 0, 0], [1.0, 1.0, 1.0, 1.0], [False] * 4),
    ],
)
@pytest.mark.parametrize("n_outputs", [1, 3])
def test_which_networks_are_stuck(spreads, losses, expected, n_outputs):
    found = stuck_networks(raw_outputs(spreads, n_outputs), FOLDS, np.array(losses))
    np.testing.assert_array_equal(found, expected)


def test_a_stuck_network_becomes_a_copy_of_the_best():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_ROWS, 3))
    settings = {"n_estimators": N_NETWORKS, "early_stopping": "folds", "max_iter": 4, "random_state": 0}
    network = BackpropRegressor(8, **settings).fit(X, X[:, 0])._model.network
    before = [part.copy() for part in parts(network)]
    found = OutOfFold(raw_outputs([1, 1, 0, 1]), FOLDS, X[:, 0], None)
    assert replace_stuck_networks(network, found, lambda: np.array([0.2, 0.3, 1.0, 0.1]))
    for part, old in zip(parts(network), before, strict=True):
        np.testing.assert_array_equal(part, old[[0, 1, 0, 3]])  # network 3 has another a^0


@pytest.mark.parametrize("kind", ["periodic", "piecewise", "mixed"])
def test_a_copy_computes_the_same_as_the_original(kind):
    """With pieces, every second network has another a^0."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_ROWS, 3))
    settings = {"n_estimators": N_NETWORKS, "early_stopping": False, "max_iter": 20, "random_state": 0}
    model = (
        BackpropRegressor(8, recipe=Recipe(input_layer=kind), **settings).fit(X, np.sin(5 * X[:, 0]))._model
    )
    network, trained = model.network, model.network.theta.copy()
    raw = raw_predictions(network, X, None).reshape(N_ROWS, N_NETWORKS)
    for e, donor in product(range(N_NETWORKS), repeat=2):
        network.theta[...] = trained
        for part in parts(network):
            part[e] = part[donor]
        copied = raw_predictions(network, X, None).reshape(N_ROWS, N_NETWORKS)[:, e]
        if can_take_over(network.input_layer, e, donor):
            np.testing.assert_allclose(copied, raw[:, donor], rtol=1e-12, atol=1e-12)
    assert can_take_over(network.input_layer, 3, 0) == (kind == "periodic")


@pytest.mark.parametrize("spreads", [(1, 0, 1, 1), (1, 0, 1, 0)])
def test_a_network_that_cannot_be_copied_is_not(spreads):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_ROWS, 3))
    settings = {"n_estimators": N_NETWORKS, "early_stopping": "folds", "max_iter": 4, "random_state": 0}
    network = BackpropRegressor(8, **settings).fit(X, X[:, 0])._model.network
    before = [part.copy() for part in parts(network)]
    found = OutOfFold(raw_outputs(spreads), FOLDS, X[:, 0], None)
    losses = np.where(np.array(spreads) == 0, 9.0, [0.1, 9.0, 0.1, 0.2])
    assert replace_stuck_networks(network, found, lambda: losses) == (spreads[3] == 1)
    chosen = [0, 3, 2, 3] if spreads[3] else range(4)
    for part, old in zip(parts(network), before, strict=True):
        np.testing.assert_array_equal(part, old[chosen])


def test_losses_are_measured_only_where_a_network_might_be_stuck():
    found = OutOfFold(raw_outputs([1, 1, 1, 1]), FOLDS, None, None)
    network = SimpleNamespace(n_networks=N_NETWORKS)
    replace_stuck_networks(network, found, lambda: pytest.fail("a pass over all rows"))


@pytest.mark.parametrize("estimator", [BackpropRegressor, BackpropClassifier])
def test_a_network_that_collapses_does_not_spoil_the_predictions(estimator, monkeypatch):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((600, 3))
    y = X[:, 0] + X[:, 1] ** 2
    if estimator is BackpropClassifier:
        y = y > 1
    settings = {"n_estimators": 5, "early_stopping": "folds", "max_iter": 30, "random_state": 0}
    whole = estimator((32, 32), **settings).fit(X[:400], y[:400])

    run = Training.run

    def run_and_collapse(training, *arguments, **options):
        reason = run(training, *arguments, **options)
        for part in parts(training.network):
            part[2:4] = 0
        return reason

    monkeypatch.setattr(Training, "run", run_and_collapse)
    collapsed = estimator((32, 32), **settings).fit(X[:400], y[:400])
    assert collapsed.oof_score_ < whole.oof_score_ - 0.1  # they predicted these rows
    assert collapsed.score(X[400:], y[400:]) > whole.score(X[400:], y[400:]) - 0.05
