"""Traps of scikit-learn's network that its users fell into, each shown there and closed here."""

import importlib
import pickle
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification
from sklearn.metrics import log_loss
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.utils import shuffle

from skbackprop import BackpropClassifier, BackpropRegressor

PLAIN = {"recipe": "textbook", "schedule": "cosine", "random_state": 0}


def quietly(model, X, y, **fit_parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y, **fit_parameters)


def not_here_any_more():
    pytest.skip("this scikit-learn has mended the trap")


def held_out_by(module_name, monkeypatch, model, X, y):
    """Return the labels that `model` holds out when it is fitted, by watching train_test_split."""
    module, parts = importlib.import_module(module_name), []

    def watched(*arrays, **options):
        parts.append(train_test_split(np.arange(len(y)), **options))
        return train_test_split(*arrays, **options)

    monkeypatch.setattr(module, "train_test_split", watched)
    quietly(model, X, y)
    return y[parts[0][1]]


def test_held_out_rows_have_the_shares_of_the_classes(monkeypatch):
    """The validation split of several classes is not stratified, though the documentation says so."""
    X, y = np.random.default_rng(0).normal(size=(300, 3)), np.repeat([0, 1, 2], [240, 40, 20])
    even, theirs = [24, 4, 2], []
    for seed in range(5):
        ours = BackpropClassifier(3, **{**PLAIN, "random_state": seed}, early_stopping=True, max_iter=2)
        held_out = held_out_by("skbackprop.tables.validation_split", monkeypatch, ours, X, y)
        assert np.bincount(held_out, minlength=3).tolist() == even
        mlp = MLPClassifier((3,), early_stopping=True, max_iter=2, random_state=seed)
        name = "sklearn.neural_network._multilayer_perceptron"
        theirs.append(np.bincount(held_out_by(name, monkeypatch, mlp, X, y), minlength=3).tolist())
    assert any(shares != even for shares in theirs)


def test_a_class_with_one_member_does_not_stop_early_stopping():
    """Early stopping raises because one of two classes has a single member."""
    X, y = np.random.default_rng(0).normal(size=(50, 3)), np.arange(50) == 0
    with pytest.raises(ValueError, match="least populated class"):
        MLPClassifier((5,), early_stopping=True, max_iter=2, random_state=0).fit(X, y)
    model = BackpropClassifier(5, **PLAIN, early_stopping=True, max_iter=5).fit(X, y)
    assert model.classes_.tolist() == [False, True]
    assert len(model.validation_loss_curve_) == 5


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


def test_a_seed_does_not_replay_the_same_epoch_for_ever(monkeypatch):
    """With an integer random_state every partial_fit shuffles in the same way."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % 2
    settings = {"batch_size": 20, "random_state": 0}
    # Without learning, what an epoch returns depends on the order and on the masks alone.
    model = BackpropClassifier(4, recipe="textbook", dropout=0.5, learning_rate=1e-15, alpha=0, **settings)
    losses = [model.partial_fit(X, y).loss_ for _ in range(4)]
    assert len(set(losses)) == 4
    assert model.n_iter_ == 4
    orders = []

    def watched(indices, random_state):
        orders.append(shuffle(indices, random_state=random_state).tolist())
        return orders[-1]

    monkeypatch.setattr("sklearn.neural_network._multilayer_perceptron.shuffle", watched)
    theirs = MLPClassifier((4,), **settings)
    for _ in range(4):
        theirs.partial_fit(X, y, classes=[0, 1])
    assert orders[1] == orders[2] == orders[3]
    assert theirs.n_iter_ == 1


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
    """alpha is divided by the batch size, so that small batches are regularized more."""
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
        kept = max(model.validation_scores_)  # the best of all fits: each begins with that of the last
        assert model.score(*held_out) == pytest.approx(kept)
    theirs = MLPClassifier((20,), early_stopping=True, warm_start=True, random_state=0)
    quietly(theirs.set_params(learning_rate_init=0.05, max_iter=30, tol=0), X, y)
    quietly(theirs.set_params(learning_rate_init=0.5, max_iter=3), X, y)
    # The best score is that of weights which are no longer there.
    assert theirs.best_validation_score_ > max(theirs.validation_scores_[-3:])


def test_several_columns_of_classes_are_refused_by_name():
    """Several outputs of several classes each end in a message that helps nobody."""
    X, y = load_iris(return_X_y=True)
    with pytest.raises(ValueError, match="MultiOutputClassifier"):
        BackpropClassifier(5, **PLAIN).fit(X, np.column_stack((y, y[::-1])))


def test_patience_begins_anew_with_a_warm_start():
    """The counter of epochs without improvement survives a warm start: the second fit ends after one."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5))
    y = (X[:, 0] + 0.5 * rng.normal(size=300) > 0).astype(int)
    settings = {"warm_start": True, "max_iter": 500, "tol": 1e-3, "n_iter_no_change": 5, "random_state": 0}
    theirs = quietly(MLPClassifier((20,), **settings), X, y)
    n_first = theirs.n_iter_
    assert quietly(theirs, X, y).n_iter_ - n_first <= 1 or theirs.n_iter_ == 1
    ours = BackpropClassifier(20, recipe="textbook", **settings).fit(X, y)
    n_first = ours.n_iter_
    assert ours.fit(X, y).n_iter_ - n_first >= 5


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("schedule", ["constant", "invscaling", "adaptive"])
@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw"])
def test_ten_fits_of_one_epoch_are_one_fit_of_ten(solver, schedule, dropout):
    """The optimizer is rebuilt on every fit, so that its moments are lost."""
    X, y = load_iris(return_X_y=True)
    settings = {"recipe": "textbook", "solver": solver, "schedule": schedule, "dropout": dropout}
    settings |= {"batch_size": 40, "random_state": 0, "n_iter_no_change": None}
    ten_fits = BackpropClassifier(5, **settings, max_iter=1, warm_start=True)
    for _ in range(10):
        ten_fits.fit(X, y)
    one_fit = quietly(BackpropClassifier(5, **settings, max_iter=10), X, y)
    for ours, theirs in zip(ten_fits.coefs_, one_fit.coefs_, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert ten_fits.loss_curve_ == one_fit.loss_curve_


def test_ten_fits_of_one_epoch_are_not_one_of_ten_there():
    """The counterpart of the above in scikit-learn."""
    X, y = load_iris(return_X_y=True)
    ten_fits = MLPClassifier((5,), max_iter=1, warm_start=True, random_state=0)
    for _ in range(10):
        quietly(ten_fits, X, y)
    one_fit = quietly(MLPClassifier((5,), max_iter=10, random_state=0), X, y)
    assert not np.allclose(ten_fits.coefs_[0], one_fit.coefs_[0])


def test_partial_fit_is_not_there_with_lbfgs():
    """The regressor has partial_fit with solver="lbfgs", and does a whole fit."""
    X, y = load_diabetes(return_X_y=True)
    theirs = MLPRegressor(hidden_layer_sizes=(3,), solver="lbfgs", random_state=0)
    if hasattr(theirs, "partial_fit"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert theirs.partial_fit(X, y).n_iter_ > 1
    for model in (BackpropRegressor(solver="lbfgs"), BackpropClassifier(solver="lbfgs")):
        assert not hasattr(model, "partial_fit")
        with pytest.raises(AttributeError, match="partial_fit") as error:
            model.partial_fit(X, y)
        assert "solver='adam'" in str(error.value.__cause__)


@pytest.mark.parametrize("batch_size", [1, 5, 50])
def test_weights_count_whatever_the_batch_size(batch_size):
    """Sample weights are normalized inside each batch: with batch_size=1 they vanish."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(50, 3)), np.arange(50) % 2
    w = rng.uniform(0, 5, 50)
    settings = {
        "solver": "sgd",
        "momentum": 0,
        "alpha": 0,
        "shuffle": False,
        "max_iter": 1,
        "random_state": 0,
    }
    eta = 1e-5  # so small that the steps of an epoch are all taken at one place, nearly

    def fitted(batch_size, learning_rate, weights):
        model = BackpropClassifier(4, "tanh", recipe="textbook", schedule="cosine", scaling=None, **settings)
        model.set_params(batch_size=batch_size, learning_rate=learning_rate, schedule=lambda t: 1.0)
        return model.fit(X, y, sample_weight=weights).coefs_[0]

    start = fitted(50, 1e-300, None)
    n_steps = 50 // batch_size
    mean_step = (fitted(batch_size, eta, w) - start) / n_steps
    np.testing.assert_allclose(mean_step, fitted(50, eta, w) - start, rtol=2e-3, atol=1e-9)
    theirs = MLPClassifier((4,), **settings, batch_size=batch_size, learning_rate_init=0.1)
    try:
        weighted = quietly(theirs, X, y, sample_weight=w).coefs_[0].copy()
    except TypeError:
        return  # a scikit-learn whose network takes no weights
    if batch_size == 1:
        np.testing.assert_allclose(weighted, quietly(theirs, X, y).coefs_[0], rtol=1e-9)


def test_a_batch_of_zero_weights_is_no_harm():
    """A batch all of whose weights are zero divides by zero."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.arange(60) % 2
    w = np.repeat([0.0, 1.0], 30)
    settings = {"batch_size": 10, "shuffle": False, "max_iter": 2, "random_state": 0}
    ours = BackpropClassifier(4, **{**PLAIN, **settings}).fit(X, y, sample_weight=w)
    without = BackpropClassifier(4, **{**PLAIN, **settings}).fit(X[30:], y[30:])
    np.testing.assert_array_equal(ours.coefs_[0], without.coefs_[0])
    try:
        theirs = quietly(MLPClassifier((4,), **settings), X, y, sample_weight=w)
    except (TypeError, ZeroDivisionError):
        return
    assert np.isnan(theirs.coefs_[0]).any()


@pytest.mark.parametrize("change", [lambda y: y + 1e5, lambda y: y * 1e-4], ids=["far", "tiny"])
def test_the_units_of_the_target_do_not_matter(change):
    """A target far from zero, or tiny, is not learned at all."""
    X, y = load_diabetes(return_X_y=True)
    X = StandardScaler().fit_transform(X)
    assert quietly(MLPRegressor(random_state=0), X, change(y)).score(X, change(y)) < 0
    ours = [BackpropRegressor(100, **PLAIN).fit(X, target).score(X, target) for target in (y, change(y))]
    assert ours[1] == pytest.approx(ours[0], abs=1e-4)
    assert ours[1] > 0.5


@pytest.mark.parametrize("make", [BackpropClassifier, BackpropRegressor])
def test_stopping_watches_the_loss(make):
    """The classifier stops on accuracy, which is full of ties, and the regressor on R^2."""
    X, y = load_iris(return_X_y=True)
    model = make(5, **{**PLAIN, "schedule": "constant"}, max_iter=400, early_stopping=True)
    model.set_params(n_iter_no_change=7, tol=1e-3, learning_rate=0.01).fit(X, y)
    curve = model.validation_loss_curve_
    best, stalled = np.inf, 0
    for epoch, loss in enumerate(curve, start=1):
        stalled = 0 if loss < best - 1e-3 else stalled + 1
        best = min(best, loss)
        assert (stalled == 7) == (epoch == len(curve))
    assert model.best_loss_ == min(curve)
    assert model.validation_scores_ == []
    theirs = quietly(MLPClassifier((5,), early_stopping=True, max_iter=60, random_state=0), X, y)
    assert len(set(theirs.validation_scores_)) < len(theirs.validation_scores_) / 2  # ties


def test_the_loss_curve_is_the_data_loss_and_the_penalty_apart():
    """loss_curve_ has the penalty mixed in, and is a mean over weights that change."""
    X, y = load_iris(return_X_y=True)
    settings = {"batch_size": 150, "shuffle": False, "random_state": 0, "alpha": 1.0}
    models = [BackpropClassifier(5, **{**PLAIN, **settings}, max_iter=n) for n in (3, 4)]
    before, after = (model.set_params(schedule=lambda t: 1.0).fit(X, y) for model in models)
    # One batch an epoch: the loss of the fourth epoch is that of the weights after the third.
    assert after.loss_curve_[3] == pytest.approx(log_loss(y, before.predict_proba(X)), rel=1e-12)
    penalty = 0.5 * sum((W**2).sum() for W in before.coefs_)
    assert before.penalty_curve_[2] == pytest.approx(penalty, rel=1e-12)
    settings = {"batch_size": 150, "shuffle": False, "random_state": 0, "solver": "sgd"}
    theirs = quietly(
        MLPClassifier((5,), alpha=1000.0, learning_rate_init=1e-12, max_iter=1, **settings), X, y
    )
    assert theirs.loss_ > 2 * log_loss(y, theirs.predict_proba(X))


def test_invscaling_counts_epochs():
    """The learning rate falls with every row: 0.1 is 0.0024 after three epochs."""
    X, y = np.zeros((600, 2)), np.arange(600) % 2
    settings = {"solver": "sgd", "momentum": 0, "alpha": 1.0, "random_state": 0, "max_iter": 4}
    ours = BackpropClassifier(3, "identity", **{**PLAIN, **settings}, scaling=None, learning_rate=0.1)
    ours.set_params(schedule="invscaling", batch_size=600, max_iter=1, warm_start=True).fit(X, y)
    sizes = [np.abs(ours.coefs_[0]).sum()]
    sizes.extend(np.abs(ours.fit(X, y).coefs_[0]).sum() for _ in range(3))
    # No input, no gradient: the first layer shrinks by eta alpha at each step.
    rates = 1 - np.divide(sizes[1:], sizes[:-1])
    np.testing.assert_allclose(rates, 0.1 / np.sqrt([2, 3, 4]), rtol=1e-10)
    theirs = MLPClassifier((3,), learning_rate="invscaling", learning_rate_init=0.1, solver="sgd", max_iter=3)
    assert quietly(theirs, X, y)._optimizer.learning_rate < 0.0025


@pytest.mark.parametrize("hidden", [(500,), (300, 300), (2000,)])
@pytest.mark.parametrize("make", [BackpropClassifier, BackpropRegressor])
def test_a_pickle_is_the_parameters(make, hidden):
    """A pickle holds four times the parameters."""
    X, y = load_iris(return_X_y=True)
    model = make(hidden, **PLAIN, max_iter=2).fit(X, y)
    n_bytes = sum(array.nbytes for array in model.coefs_ + model.intercepts_)
    assert len(pickle.dumps(model)) < 1.05 * n_bytes + 8192
    theirs = quietly(MLPClassifier(hidden, max_iter=2, random_state=0), X, y)
    n_bytes = sum(array.nbytes for array in theirs.coefs_ + theirs.intercepts_)
    assert len(pickle.dumps(theirs)) > 3.9 * n_bytes


def test_partial_fit_of_labels_is_an_epoch_of_fit():
    """A multilabel target is learned otherwise by partial_fit than by fit."""
    X, y = make_multilabel_classification(100, 6, n_classes=3, random_state=0)
    settings = {"batch_size": 30, "random_state": 0}
    one_epoch = quietly(BackpropClassifier(5, recipe="textbook", max_iter=1, **settings), X, y)
    partial = BackpropClassifier(5, recipe="textbook", **settings).partial_fit(X, y)
    np.testing.assert_allclose(partial.predict_proba(X), one_epoch.predict_proba(X), rtol=1e-12)
    assert partial.predict(X).shape == y.shape
    mlp = MLPClassifier((5,), max_iter=1, **settings)
    there = quietly(mlp, X, y).predict_proba(X)
    mlp = MLPClassifier((5,), **settings).partial_fit(X, y, classes=[0, 1, 2])
    if np.allclose(mlp.predict_proba(X), there):
        not_here_any_more()
