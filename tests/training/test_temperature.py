"""The temperature, against scikit-learn's log-loss."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss

from skbackprop import BackpropClassifier, Recipe
from skbackprop.network.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from skbackprop.network.network import Network
from skbackprop.network.workspace import Workspace
from skbackprop.training.temperature import Temperature, best_temperature


def probabilities(raw):
    """Return the probabilities of all classes; one column of `raw` is for two classes."""
    if raw.shape[1] > 1:
        return softmax(raw, axis=1)
    return np.c_[1 - expit(raw), expit(raw)]


@pytest.mark.parametrize("sureness", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_minimizes_the_log_loss(n_classes, sureness, weighted):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((500, n_classes if n_classes > 2 else 1)) - 1.5 * np.eye(n_classes)[1, -1]
    y = np.array([rng.choice(n_classes, p=p) for p in probabilities(z)])
    w = rng.integers(1, 4, 500) * 1.0 if weighted else np.ones(500)
    Y = np.eye(n_classes)[y] if n_classes > 2 else y[:, None] * 1.0
    loss = SoftmaxCrossEntropy() if n_classes > 2 else BinaryCrossEntropy()
    # Platt's targets: a share of 2 / (n + 2) of each row has any class.
    shares = 500 / 502 * np.bincount(y, w) / w.sum() + 2 / 502 / n_classes
    z_0 = np.log(shares) if n_classes > 2 else np.log(shares[1:] / shares[:1])

    def loss_at(log_b):
        p = probabilities(z_0 + np.exp(log_b) * (sureness * z - z_0))
        rest = np.average(-np.log(p).mean(axis=1), weights=w)
        return 500 / 502 * log_loss(y, p, sample_weight=w) + 2 / 502 * rest

    best = np.exp(minimize_scalar(loss_at, bounds=(-4, 4), method="bounded").x)
    found = best_temperature(loss, Y, sureness * z, w if weighted else None)
    assert found.b == pytest.approx(best, rel=0.01)
    np.testing.assert_allclose(found.z_0, z_0)


@pytest.mark.parametrize("n_classes", [2, 4])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_minimizes_the_log_loss_of_the_mean_of_networks(n_classes, weighted):
    rng = np.random.default_rng(0)
    n_outputs = n_classes if n_classes > 2 else 1
    truth = rng.standard_normal((400, n_outputs))
    y = np.array([rng.choice(n_classes, p=p) for p in probabilities(truth)])
    w = rng.integers(1, 4, 400) * 1.0 if weighted else np.ones(400)
    Y = np.eye(n_classes)[y] if n_classes > 2 else y[:, None] * 1.0
    loss = SoftmaxCrossEntropy() if n_classes > 2 else BinaryCrossEntropy()
    raw = 4 * (truth[:, None] + rng.standard_normal((400, 3, n_outputs)))  # three networks that are too sure
    found = best_temperature(loss, Y, raw.reshape(-1, n_outputs), w if weighted else None, n_networks=3)

    def loss_at(log_b):
        z = found.z_0 + np.exp(log_b) * (raw - found.z_0)
        p = np.mean([probabilities(z[:, e]) for e in range(3)], axis=0)
        rest = np.average(-np.log(p).mean(axis=1), weights=w)
        return 400 / 402 * log_loss(y, p, sample_weight=w) + 2 / 402 * rest

    best = np.exp(minimize_scalar(loss_at, bounds=(-4, 2), method="bounded").x)
    assert found.b == pytest.approx(best, rel=0.01)


def test_outputs_that_are_never_wrong_are_as_sure_as_their_number_allows():
    # Four right rows of two classes: the probability 5 / 6, whose logit ln 5 is the difference of b and -b.
    Y = np.eye(2)[[0, 1, 0, 1]]
    for size in (1, 100):
        b = best_temperature(SoftmaxCrossEntropy(), Y, size * (2 * Y - 1)).b
        assert size * b == pytest.approx(np.log(5) / 2, rel=0.01)
    Y = np.array([[0.0], [1.0], [0.0], [1.0]])
    assert best_temperature(BinaryCrossEntropy(), Y, 2 * Y - 1).b == pytest.approx(np.log(5), rel=0.01)


def test_sigmoids_have_a_rate_each_also_where_every_row_has_one_class():
    rng = np.random.default_rng(0)
    Y, z = np.eye(3)[rng.choice(3, 1000, p=[0.7, 0.2, 0.1])], rng.standard_normal((1000, 3))
    # Platt's targets: a share of 2 / (n + 2) of each row has either value of a sigmoid.
    rates = 1000 / 1002 * Y.mean(axis=0) + 1 / 1002
    np.testing.assert_allclose(best_temperature(BinaryCrossEntropy(), Y, z).z_0, np.log(rates / (1 - rates)))


def test_float32_stays_float32():
    z = np.random.default_rng(0).standard_normal((50, 3)).astype(np.float32)
    found = best_temperature(SoftmaxCrossEntropy(), np.eye(3, dtype=np.float32)[z.argmax(axis=1)], z)
    assert found.raw(z).dtype == np.float32


def test_outputs_worse_than_a_constant_are_left_alone():
    Y = np.eye(2)[[0, 1, 0, 1]]
    assert best_temperature(SoftmaxCrossEntropy(), Y, 1 - 2 * Y).b == 1
    assert best_temperature(SoftmaxCrossEntropy(), Y, np.full((4, 2), np.nan)).b == 1


@pytest.mark.parametrize("rate", [0.002, 0.05])
def test_a_network_that_is_too_sure_of_a_rare_class_comes_to_its_base_rate(rate):
    """Divided by T alone, its raw outputs would come to a probability of 1/2."""
    rng = np.random.default_rng(0)
    y = np.arange(100_000) < rate * 100_000
    centre = np.log(rate / (1 - rate))
    truth = rng.normal(centre - 0.5, 1, y.size) + y  # of two normal distributions, the log-odds are linear
    too_sure = (centre + 3 * (truth - centre))[:, None]
    found = best_temperature(BinaryCrossEntropy(), y[:, None] * 1.0, too_sure)
    assert found.b == pytest.approx(1 / 3, rel=0.1)
    assert expit(found.raw(too_sure)).mean() == pytest.approx(rate, rel=0.05)


def test_it_is_applied_to_the_last_layer():
    network = Network([3, 4, 2], ["relu"], [], np.float64, None, 2)
    network.theta[:] = np.random.default_rng(0).standard_normal(network.theta.size)
    X = np.random.default_rng(1).standard_normal((5, 3))
    before = network.forward(X, Workspace(network, 5)).copy()
    found = Temperature(0.4, np.array([-2.0, 1.0]))
    found.apply(network)
    np.testing.assert_allclose(network.forward(X, Workspace(network, 5)), found.raw(before), rtol=1e-12)


X, Y = load_digits(return_X_y=True)
SETTINGS = {"hidden_layer_sizes": (30,), "n_estimators": 1, "max_iter": 15, "random_state": 0}


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("n_networks", [1, 3])
def test_given_rows_calibrate_the_networks(n_networks, smoothing):
    """No other temperature is better on them; label smoothing is undone."""
    recipe = Recipe("tabular", label_smoothing=smoothing)
    model = BackpropClassifier(**{**SETTINGS, "n_estimators": n_networks}, recipe=recipe)
    model.fit(X[:900], Y[:900], X_val=X[900:], y_val=Y[900:])
    raw = model.decision_function(X[900:])
    losses = [log_loss(Y[900:], softmax(b * raw, axis=1)) for b in (0.8, 1.0, 1 / 0.8)]
    assert losses[1] == min(losses)
    assert model.best_loss_ == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.parametrize("loss", ["bce", BinaryCrossEntropy(), SoftmaxCrossEntropy()])
def test_every_loss_of_probabilities_is_calibrated(loss):
    model = BackpropClassifier(**SETTINGS, loss=loss).fit(X[:900], Y[:900], X_val=X[900:], y_val=Y[900:])
    # After the best temperature there is none that is better.
    found = best_temperature(model._model.loss, np.eye(10)[Y[900:]], model.decision_function(X[900:]))
    assert found.b == pytest.approx(1, abs=0.01)
    assert model._model.targets.label_smoothing == 0.1


def test_a_fit_that_goes_on_with_given_rows_has_the_temperature_of_these_and_not_of_the_folds():
    model = BackpropClassifier(**{**SETTINGS, "n_estimators": 2, "max_iter": 2}).fit(X[:300], Y[:300])
    model.set_params(warm_start=True).fit(X[:300], Y[:300], X_val=X[300:], y_val=Y[300:])
    raw = model.decision_function(X[300:])
    losses = [log_loss(Y[300:], softmax(b * raw, axis=1)) for b in (0.8, 1.0, 1 / 0.8)]
    assert losses[1] == min(losses)
    assert model.best_loss_ == pytest.approx(losses[1], rel=1e-5)


def test_a_warm_start_goes_on_from_the_weights_as_they_were():
    settings = {
        **SETTINGS,
        "schedule": "constant",
        "recipe": Recipe("tabular", regularization_schedule="constant"),
    }
    given = {"X_val": X[900:], "y_val": Y[900:]}
    whole = (
        BackpropClassifier(**settings, warm_start=True).set_params(max_iter=4).fit(X[:900], Y[:900], **given)
    )
    parts = BackpropClassifier(**settings, warm_start=True).set_params(max_iter=2)
    parts.fit(X[:900], Y[:900], **given).fit(X[:900], Y[:900], **given)
    np.testing.assert_array_equal(whole.predict_proba(X), parts.predict_proba(X))
