"""The temperature, against scikit-learn's log-loss."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import expit, softmax
from sklearn.datasets import load_digits
from sklearn.metrics import log_loss

from skbackprop import BackpropClassifier, Recipe
from skbackprop.network.losses import BinaryCrossEntropy, SoftmaxCrossEntropy
from skbackprop.training.temperature import inverse_temperature


@pytest.mark.parametrize("sureness", [0.3, 1.0, 4.0])
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize("weighted", [False, True])
def test_it_minimizes_the_log_loss(n_classes, sureness, weighted):
    rng = np.random.default_rng(0)
    z = rng.standard_normal((500, n_classes if n_classes > 2 else 1))
    probabilities = softmax(z, axis=1) if n_classes > 2 else np.c_[1 - expit(z), expit(z)]
    y = np.array([rng.choice(n_classes, p=p) for p in probabilities])
    w = rng.integers(1, 4, 500) * 1.0 if weighted else None
    Y = np.eye(n_classes)[y] if n_classes > 2 else y[:, None] * 1.0
    loss = SoftmaxCrossEntropy() if n_classes > 2 else BinaryCrossEntropy()

    def loss_at(log_b):
        raw = np.exp(log_b) * sureness * z
        p = softmax(raw, axis=1) if n_classes > 2 else expit(raw[:, 0])
        if n_classes == 2:
            p = np.c_[1 - p, p]
        # Platt's targets: a share of 2 / (n + 2) of each row has any class.
        weights = np.ones(500) if w is None else w
        rest = np.average(-np.log(p).mean(axis=1), weights=weights)
        return 500 / 502 * log_loss(y, p, sample_weight=w) + 2 / 502 * rest

    best = np.exp(minimize_scalar(loss_at, bounds=(-4, 4), method="bounded").x)
    assert inverse_temperature(loss, Y, sureness * z, w) == pytest.approx(best, rel=0.01)
    assert best == pytest.approx(1 / sureness, rel=0.2)  # y was drawn from the probabilities of z


def test_outputs_that_are_never_wrong_are_as_sure_as_their_number_allows():
    # Four right rows of two classes: the probability 5 / 6, whose logit ln 5 is the difference of b and -b.
    Y = np.eye(2)[[0, 1, 0, 1]]
    for size in (1, 100):
        b = inverse_temperature(SoftmaxCrossEntropy(), Y, size * (2 * Y - 1))
        assert size * b == pytest.approx(np.log(5) / 2, rel=0.01)
    Y = np.array([[0.0], [1.0], [0.0], [1.0]])
    assert inverse_temperature(BinaryCrossEntropy(), Y, 2 * Y - 1) == pytest.approx(np.log(5), rel=0.01)


def test_outputs_worse_than_a_constant_are_left_alone():
    Y = np.eye(2)[[0, 1, 0, 1]]
    assert inverse_temperature(SoftmaxCrossEntropy(), Y, 1 - 2 * Y) == 1
    assert inverse_temperature(SoftmaxCrossEntropy(), Y, np.full((4, 2), np.nan)) == 1


X, Y = load_digits(return_X_y=True)
SETTINGS = {"hidden_layer_sizes": (30,), "n_estimators": 1, "max_iter": 15, "random_state": 0}


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_given_rows_calibrate_a_network(smoothing):
    """No other temperature is better on them; label smoothing is undone."""
    model = BackpropClassifier(**SETTINGS, recipe=Recipe("tabular", label_smoothing=smoothing))
    model.fit(X[:900], Y[:900], X_val=X[900:], y_val=Y[900:])
    raw = model.decision_function(X[900:])
    losses = [log_loss(Y[900:], softmax(b * raw, axis=1)) for b in (0.8, 1.0, 1 / 0.8)]
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
