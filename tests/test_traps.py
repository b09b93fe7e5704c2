"""Traps of scikit-learn's network that its users fell into, each shown there and closed here."""

import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skbackprop import BackpropClassifier, BackpropRegressor

PLAIN = {"recipe": "textbook", "schedule": "cosine", "random_state": 0}


def quietly(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y)


def not_here_any_more():
    pytest.skip("this scikit-learn has mended the trap")


def test_a_class_with_one_member_does_not_stop_early_stopping():
    """Early stopping raises because one class is rare."""
    X, y = load_iris(return_X_y=True)
    y[0] = 3
    try:
        MLPClassifier((5,), early_stopping=True, max_iter=2, random_state=0).fit(X, y)
        trapped = False
    except ValueError:
        trapped = True
    except UserWarning:
        trapped = False
    model = BackpropClassifier(5, **PLAIN, early_stopping=True, max_iter=5).fit(X, y)
    assert model.classes_.tolist() == [0, 1, 2, 3]
    if not trapped:
        not_here_any_more()


def test_patience_is_what_it_says():
    """n_iter_no_change=5 stops after seven epochs."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), np.arange(40) % 2
    settings = {"solver": "sgd", "tol": 1e6, "n_iter_no_change": 5, "max_iter": 50, "random_state": 0}
    theirs = quietly(MLPClassifier(hidden_layer_sizes=(4,), **settings), X, y)
    ours = BackpropClassifier(4, recipe="textbook", **settings).fit(X, y)
    # The first epoch falls from infinity, which no tolerance forbids; five more do not fall.
    assert ours.n_iter_ == 6
    assert theirs.n_iter_ > 6


def test_a_seed_does_not_replay_the_same_epoch_for_ever():
    """With an integer random_state every partial_fit shuffles in the same way."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % 2
    settings = {"batch_size": 20, "random_state": 0}
    model = BackpropClassifier(4, recipe="textbook", **settings).partial_fit(X, y)
    first = model._model.training.rng.bit_generator.state
    model.partial_fit(X, y)
    assert str(model._model.training.rng.bit_generator.state) != str(first)
    assert model.n_iter_ == 2


def test_float32_stays_float32_whatever_y_is():
    """float32 X with float64 y silently trains in float64."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)).astype(np.float32), rng.normal(size=60)
    ours = BackpropRegressor(4, **PLAIN, max_iter=3).fit(X, y)
    assert ours.coefs_[0].dtype == ours.predict(X).dtype == np.float32
    theirs = quietly(MLPRegressor(hidden_layer_sizes=(4,), max_iter=3, random_state=0), X, y)
    if theirs.coefs_[0].dtype == np.float32 and theirs.predict(X).dtype == np.float32:
        not_here_any_more()


def test_log_probabilities_of_a_sure_network_are_finite():
    """predict_log_proba gives -inf for a confident network."""
    X, y = load_iris(return_X_y=True)
    ours = BackpropClassifier(5, **PLAIN, max_iter=3).fit(X, y)
    theirs = quietly(MLPClassifier((5,), max_iter=3, random_state=0), X, y)
    ours.coefs_[-1][...] *= 1e5
    theirs.coefs_[-1] *= 1e5
    assert np.isfinite(ours.predict_log_proba(X)).all()
    with np.errstate(divide="ignore"):
        assert np.isneginf(theirs.predict_log_proba(X)).any()


def test_first_weights_fit_the_activation():
    """Rectifiers start from Glorot's variance, and biases from noise."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 400)), np.arange(50) % 2
    tiny_step = {"recipe": "textbook", "learning_rate": 1e-12, "max_iter": 1, "random_state": 0}
    variances = {"relu": 2 / 400, "sigmoid": 2 / 700, "tanh": 2 / 700, "selu": 1 / 400}
    for activation, variance in variances.items():
        model = BackpropClassifier(300, activation, schedule="cosine", **tiny_step).fit(X, y)
        assert model.coefs_[0].var() == pytest.approx(variance, rel=0.03)
        assert np.abs(model.intercepts_[0]).max() < 1e-9
    theirs = quietly(MLPClassifier((300,), max_iter=1, learning_rate_init=1e-12, random_state=0), X, y)
    assert theirs.coefs_[0].var() < 0.8 * variances["relu"]
    assert np.abs(theirs.intercepts_[0]).max() > 1e-3


def test_the_penalty_does_not_depend_on_the_batch_size():
    """alpha is divided by the batch size, so that small batches are regularised more."""
    X, y = np.zeros((64, 2)), np.arange(64) % 2
    settings = {"recipe": "textbook", "solver": "sgd", "momentum": 0, "max_iter": 1, "random_state": 0}
    settings |= {"scaling": None, "schedule": lambda t: 1.0}
    start = BackpropClassifier(3, "identity", **settings, learning_rate=1e-12).fit(X, y)
    for batch_size in (1, 64):
        eta = 0.01 / 64 * batch_size
        model = BackpropClassifier(
            3, "identity", **settings, learning_rate=eta, alpha=0.5, batch_size=batch_size
        ).fit(X, y)
        # No input, no gradient: the first layer only decays, in 64 small steps or in a large one.
        decay = (1 - eta * 0.5) ** (64 // batch_size)
        np.testing.assert_allclose(model.coefs_[0], decay * start.coefs_[0], rtol=1e-10)


def test_the_kept_weights_are_not_overwritten_by_a_warm_start():
    """warm_start with early_stopping spoils the best weights in place."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5))
    y = (X[:, 0] + rng.normal(size=300) > 0).astype(int)
    held_out = X[200:], y[200:]
    model = BackpropClassifier(
        20, **PLAIN, learning_rate=0.05, max_iter=10, warm_start=True, scoring="accuracy"
    )
    for _ in range(3):
        model.fit(X[:200], y[:200], X_val=held_out[0], y_val=held_out[1])
        kept = max(model.validation_scores_[-10:])
        assert model.score(*held_out) == pytest.approx(kept)


def test_several_columns_of_classes_are_refused_by_name():
    """Several outputs of several classes each end in a message that helps nobody."""
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="MultiOutputClassifier"):
        BackpropClassifier(5, **PLAIN).fit(X, np.column_stack((y, y[::-1])))
