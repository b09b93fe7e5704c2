"""What a user of scikit-learn's network expects to be able to do, each ability by itself."""

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from scipy.sparse import csr_array
from scipy.special import expit, log_expit
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_multilabel_classification
from sklearn.metrics import accuracy_score, get_scorer, log_loss, mean_squared_error
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.network.losses import (
    BinaryCrossEntropy,
    Huber,
    Poisson,
    SoftmaxCrossEntropy,
    SquaredError,
)
from skbackprop.network.losses.protocol import check_loss

# Trained for few epochs on purpose.
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

PLAIN = {"recipe": "textbook", "random_state": 0}


@pytest.fixture(scope="module")
def halves():
    X, y = load_breast_cancer(return_X_y=True)
    return train_test_split(X, y, test_size=0.5, random_state=0, stratify=y)


# Watching and stopping.


def test_the_best_epoch_on_the_given_rows_is_kept(halves):
    X, X_val, y, y_val = halves
    model = BackpropClassifier(50, **PLAIN, learning_rate=0.05, max_iter=60).fit(
        X, y, X_val=X_val, y_val=y_val
    )
    curve = model.validation_loss_curve_
    assert len(curve) == model.n_iter_
    assert int(np.argmin(curve)) < len(curve) - 1  # else nothing was there to restore
    assert model.best_loss_ == min(curve)
    assert log_loss(y_val, model.predict_proba(X_val)) == pytest.approx(min(curve), rel=1e-6)


def test_validation_rows_have_weights(halves):
    X, X_val, y, y_val = halves
    w = np.random.default_rng(0).uniform(0, 3, len(y_val))
    model = BackpropClassifier(20, **PLAIN, max_iter=5)
    model.fit(X, y, X_val=X_val, y_val=y_val, sample_weight_val=w)
    last = log_loss(y_val, model.predict_proba(X_val), sample_weight=w)
    assert last == pytest.approx(model.best_loss_, rel=1e-6)


def test_validation_rows_are_not_trained_on(halves):
    X, X_val, y, y_val = halves
    settings = {**PLAIN, "max_iter": 3, "n_iter_no_change": None}
    without = BackpropClassifier(20, **settings).fit(X, y)
    watched = BackpropClassifier(20, **settings).fit(X, y, X_val=X_val, y_val=y_val)
    assert watched.loss_curve_ == without.loss_curve_


@pytest.mark.parametrize("scoring", ["accuracy", "roc_auc", "neg_log_loss", get_scorer("f1")], ids=str)
def test_any_score_can_be_watched(scoring, halves):
    X, X_val, y, y_val = halves
    model = BackpropClassifier(20, **PLAIN, learning_rate=0.02, max_iter=15, scoring=scoring)
    model.fit(X, y, X_val=X_val, y_val=y_val)
    scorer = get_scorer(scoring) if isinstance(scoring, str) else scoring
    assert len(model.validation_scores_) == model.n_iter_
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert scorer(model, X_val, y_val) == pytest.approx(model.best_validation_score_, abs=1e-12)


def test_a_function_can_be_watched():
    X, y = load_diabetes(return_X_y=True)

    def minus_squared_error(estimator, X, y):
        return -mean_squared_error(y, estimator.predict(X))

    model = BackpropRegressor(10, **PLAIN, max_iter=20, early_stopping=True, scoring=minus_squared_error)
    model.fit(X, y)
    assert model.best_validation_score_ == max(model.validation_scores_)
    assert max(model.validation_scores_) < 0


def test_rows_of_one_batch_stop_by_their_patience(halves):
    X, _, y, _ = halves
    model = BackpropClassifier(20, **PLAIN, learning_rate=1e-9, n_iter_no_change=4, tol=1e-2, max_iter=50)
    assert model.fit(X, y).n_iter_ == 1 + 4  # the first is an improvement on nothing


@pytest.mark.parametrize("schedule", ["constant", "cosine", "one_cycle", "coslog4", "flat_cos"])
@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw"])
def test_every_schedule_trains_with_every_solver(schedule, solver, halves):
    X, X_val, y, y_val = halves
    rate = 0.05 if solver == "sgd" else 0.01
    model = BackpropClassifier(20, **PLAIN, solver=solver, schedule=schedule, learning_rate=rate, max_iter=30)
    assert model.fit(X, y).score(X_val, y_val) > 0.93


def test_a_schedule_may_be_a_function_of_the_fraction_done(halves):
    X, _, y, _ = halves
    seen = []

    def schedule(t):
        seen.append(t)
        return 1 - t

    BackpropClassifier(4, **PLAIN, schedule=schedule, batch_size=len(y), max_iter=4).fit(X, y)
    assert seen == [0, 0.25, 0.5, 0.75]


def test_adaptive_divides_by_five_when_the_loss_stalls(halves):
    X, _, y, _ = halves
    model = BackpropClassifier(4, **PLAIN, solver="sgd", schedule="adaptive", learning_rate=1e-4)
    model.set_params(tol=10.0, n_iter_no_change=2, max_iter=100, momentum=0).fit(X, y)
    # 1e-4, 2e-5, 4e-6 and 8e-7, which is below the end: four times two epochs, and the first.
    assert model.n_iter_ == 1 + 4 * 2


def test_lbfgs_keeps_to_its_evaluations():
    X, y = load_iris(return_X_y=True)
    few = BackpropClassifier(10, **PLAIN, solver="lbfgs", max_fun=5)
    with pytest.warns(match="max_fun"):
        few.fit(X, y)
    assert few.n_iter_ <= 5
    with pytest.raises(ValueError, match="dropout"):
        BackpropClassifier(10, **PLAIN, solver="lbfgs", dropout=0.1).fit(X, y)


# Streams.


def test_partial_fit_of_sparse_labels_with_weights():
    X, Y = make_multilabel_classification(200, 30, n_classes=4, random_state=0)
    w = np.repeat([0.0, 1.0], 100)
    settings = {**PLAIN, "shuffle": False, "batch_size": 100, "scaling": None, "learning_rate": 0.02}
    dense, sparse, half = (BackpropClassifier(20, **settings) for _ in range(3))
    for _ in range(5):
        dense.partial_fit(X, Y, sample_weight=w)
        sparse.partial_fit(csr_array(X), csr_array(Y), sample_weight=w)
    np.testing.assert_allclose(sparse.predict_proba(csr_array(X)), dense.predict_proba(X), rtol=1e-9)
    half.fit(X[100:], Y[100:])
    assert accuracy_score(Y[100:], dense.predict(X[100:])) > accuracy_score(Y[:100], dense.predict(X[:100]))


def test_classes_are_given_once():
    X, y = load_iris(return_X_y=True)
    model = BackpropClassifier(10, **PLAIN, learning_rate=0.02, batch_size=50)
    model.partial_fit(X[:50], y[:50], classes=[0, 1, 2])
    for _ in range(100):
        model.partial_fit(X, y)
    assert model.score(X, y) > 0.95
    with pytest.raises(ValueError, match="classes"):
        model.partial_fit(X, y, classes=[0, 1])


# Weights, smoothing, bounds.


@pytest.mark.parametrize("weights", ["balanced", {0: 3.0, 1: 0.5, 2: 1.0}], ids=str)
def test_class_weights_are_weights_of_the_rows(weights):
    X, y = load_iris(return_X_y=True)
    X, y = X[20:], y[20:]
    factors = weights
    if weights == "balanced":
        factors = dict(enumerate(compute_class_weight("balanced", classes=np.arange(3), y=y)))
    rows = np.array([factors[label] for label in y])
    settings = {**PLAIN, "max_iter": 10, "scaling": None}
    by_class = BackpropClassifier(8, **settings, class_weight=weights).fit(X, y)
    by_row = BackpropClassifier(8, **settings).fit(X, y, sample_weight=rows)
    np.testing.assert_allclose(by_class.coefs_[0], by_row.coefs_[0], rtol=1e-9)


def test_class_weights_of_labels():
    X, Y = make_multilabel_classification(100, 10, n_classes=2, random_state=0)
    weights = [{0: 1.0, 1: 2.0}, {0: 3.0, 1: 1.0}]
    rows = np.array([1.0, 2.0])[Y[:, 0]] * np.array([3.0, 1.0])[Y[:, 1]]
    settings = {**PLAIN, "max_iter": 5, "scaling": None}
    by_class = BackpropClassifier(8, **settings, class_weight=weights).fit(X, Y)
    by_row = BackpropClassifier(8, **settings).fit(X, Y, sample_weight=rows)
    np.testing.assert_allclose(by_class.coefs_[0], by_row.coefs_[0], rtol=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_smoothed_labels_bound_the_confidence(n_classes):
    """With targets of 1 - e + e / k the best probability of a certain row is just that."""
    X = np.repeat(np.eye(n_classes), 10, axis=0)
    y = np.repeat(np.arange(n_classes), 10)
    recipe = Recipe("textbook", label_smoothing=0.1)
    model = BackpropClassifier(16, recipe=recipe, solver="lbfgs", alpha=0, tol=1e-8, random_state=0)
    probabilities = model.fit(X, y).predict_proba(X)
    expected = 1 - 0.1 + 0.1 / n_classes
    np.testing.assert_allclose(probabilities[np.arange(len(y)), y], expected, rtol=1e-4)


def test_max_norm_bounds_the_incoming_weights(halves):
    X, _, y, _ = halves
    free = BackpropClassifier(20, **PLAIN, learning_rate=0.1, max_iter=10).fit(X, y)
    recipe = Recipe("textbook", max_norm=0.5)
    bound = BackpropClassifier(20, recipe=recipe, learning_rate=0.1, max_iter=10, random_state=0).fit(X, y)
    assert max(np.linalg.norm(W, axis=0).max() for W in free.coefs_) > 1
    assert max(np.linalg.norm(W, axis=0).max() for W in bound.coefs_) <= 0.5 * (1 + 1e-9)


def test_clip_norm_bounds_the_step():
    X, y = load_diabetes(return_X_y=True)
    settings = {**PLAIN, "solver": "sgd", "momentum": 0, "alpha": 0, "learning_rate": 0.1}
    settings |= {"batch_size": len(y), "scaling": None, "warm_start": True, "max_iter": 1}

    def step_length(clip_norm):
        model = BackpropRegressor(5, **{**settings, "recipe": Recipe("textbook", clip_norm=clip_norm)})
        model.set_params(learning_rate=1e-300).fit(X, y)
        model.set_params(learning_rate=0.1)
        before = np.concatenate([a.ravel().copy() for a in model.coefs_ + model.intercepts_])
        model._model.training.learning_rate = 0.1
        model.fit(X, y)
        after = np.concatenate([a.ravel() for a in model.coefs_ + model.intercepts_])
        return np.linalg.norm(after - before)

    assert step_length(None) > 1
    assert step_length(2.0) == pytest.approx(0.1 * 2.0)


def test_each_layer_has_its_activation(halves):
    X, _, y, _ = halves
    model = BackpropClassifier((5, 4, 3), ["relu", "tanh", "sigmoid"], **PLAIN, scaling=None, max_iter=2)
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    model.fit(X, y)
    a = np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0)
    a = np.tanh(a @ model.coefs_[1] + model.intercepts_[1])
    a = expit(a @ model.coefs_[2] + model.intercepts_[2])
    z = a @ model.coefs_[3] + model.intercepts_[3]
    np.testing.assert_allclose(model.decision_function(X), z[:, 0], rtol=1e-9, atol=1e-12)


# Losses.


LOSSES_OF_ONE_NUMBER = {
    "squared_error": lambda a, y: (a - y) ** 2 / 2,
    "absolute_error": lambda a, y: np.abs(a - y),
    "huber": lambda a, y: np.where(np.abs(a - y) <= 1, (a - y) ** 2 / 2, np.abs(a - y) - 0.5),
    "poisson": lambda a, y: a - y * np.log(a),
    "gamma": lambda a, y: np.log(a) + y / a,
    "tweedie": lambda a, y: np.sqrt(a) + y / np.sqrt(a),
    "quantile": lambda a, y: np.maximum(0.9 * (y - a), 0.1 * (a - y)),
}


@pytest.mark.parametrize("loss", LOSSES_OF_ONE_NUMBER)
def test_without_inputs_the_minimiser_of_the_loss_is_predicted(loss):
    """On inputs that say nothing the best prediction is the number that SciPy finds."""
    y = np.random.default_rng(0).gamma(2.0, 1.0, 501)
    X = np.zeros((501, 1))
    model = BackpropRegressor((), loss=loss, **PLAIN, schedule="cosine", alpha=0, batch_size=501)
    model.set_params(scaling=None, learning_rate=0.05, max_iter=1500, n_iter_no_change=None)
    model.set_params(**{"huber": {"loss": Huber(1.0)}, "quantile": {"quantile": 0.9}}.get(loss, {}))
    value = LOSSES_OF_ONE_NUMBER[loss]
    best = minimize_scalar(lambda a: value(a, y).mean(), bounds=(1e-3, 20), method="bounded")
    assert model.fit(X, y).predict(X[:1])[0] == pytest.approx(best.x, abs=5e-3)


class FocalLoss:
    """-(1 - p)^2 ln p for two classes (Lin et al., 2017): what a user would write."""

    def value(self, y_true, raw_prediction, scratch):
        signed = np.where(y_true > 0.5, raw_prediction, -raw_prediction)
        return (-((1 - expit(signed)) ** 2) * log_expit(signed)).sum(axis=1)

    def delta(self, y_true, raw_prediction, out):
        sign = np.where(y_true > 0.5, 1.0, -1.0)
        p = expit(sign * raw_prediction)
        out[...] = sign * (2 * p * (1 - p) ** 2 * np.log(p) - (1 - p) ** 3)

    def inverse_link(self, raw_prediction, out):
        expit(raw_prediction, out=out)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_loss_of_the_users_own(solver, halves):
    X, X_val, y, y_val = halves
    model = BackpropClassifier(20, **PLAIN, loss=FocalLoss(), solver=solver, max_iter=60, learning_rate=0.01)
    model.fit(X, y)
    assert model.score(X_val, y_val) > 0.93
    p = model.predict_proba(X)[np.arange(len(y)), y]
    easy = log_loss(y, model.predict_proba(X))
    assert (-((1 - p) ** 2) * np.log(p)).mean() < easy


class HalfSquaredError:
    """Half the squared error; the subclasses do not keep to the protocol of the losses."""

    def value(self, y_true, raw_prediction, scratch):
        return ((raw_prediction - y_true) ** 2).sum(axis=1) / 2

    def delta(self, y_true, raw_prediction, out):
        out[...] = raw_prediction - y_true

    def inverse_link(self, raw_prediction, out):
        out[...] = raw_prediction


class ReturnsDelta(HalfSquaredError):
    def delta(self, y_true, raw_prediction, out):
        return raw_prediction - y_true


class AddsToOut(HalfSquaredError):
    def delta(self, y_true, raw_prediction, out):
        out += raw_prediction - y_true


class WritesOneColumn(HalfSquaredError):
    def delta(self, y_true, raw_prediction, out):
        out[:, 0] = raw_prediction[:, 0] - y_true[:, 0]


class ReturnsPredictions(HalfSquaredError):
    def inverse_link(self, raw_prediction, out):
        return raw_prediction


class ValueOfEachColumn(HalfSquaredError):
    def value(self, y_true, raw_prediction, scratch):
        return (raw_prediction - y_true) ** 2 / 2


class ValueOfAllRows(HalfSquaredError):
    def value(self, y_true, raw_prediction, scratch):
        return ((raw_prediction - y_true) ** 2).mean()


class ReturnsAList(HalfSquaredError):
    def value(self, y_true, raw_prediction, scratch):
        return list(((raw_prediction - y_true) ** 2).sum(axis=1) / 2)


class ReturnsText(HalfSquaredError):
    def value(self, y_true, raw_prediction, scratch):
        return np.full(len(y_true), "1")


class CombinesIntoAList(HalfSquaredError):
    def combine(self, raw_predictions):
        return raw_predictions.mean(axis=1).tolist()


class CombinesTooMuch(HalfSquaredError):
    def combine(self, raw_predictions):
        return raw_predictions.mean(axis=(1, 2))


class ChangesItsArguments(HalfSquaredError):
    def delta(self, y_true, raw_prediction, out):
        raw_prediction -= y_true
        out[...] = raw_prediction


class InheritsAllBut(SquaredError):
    delta = ReturnsDelta.delta


BROKEN_LOSSES = {
    ReturnsDelta: r"method delta\(\) that writes all of its result.*'out'.*ReturnsDelta",
    AddsToOut: r"method delta\(\) that writes all of its result",
    WritesOneColumn: r"method delta\(\) that writes all of its result",
    InheritsAllBut: r"method delta\(\) that writes all of its result",
    ReturnsPredictions: r"method inverse_link\(\) that writes all of its result",
    ValueOfEachColumn: r"method value\(\) that returns one number per row.*Got .*ndarray, shape \(\d+, 2\)",
    ValueOfAllRows: r"method value\(\) that returns one number per row.*Got .*float64, shape \(\)",
    ReturnsAList: r"method value\(\) that returns one number per row.*Got the type list, shape \(\d+,\)",
    ReturnsText: r"method value\(\) that returns one number per row.*dtype <U1 instead",
    CombinesIntoAList: r"method combine\(\) that returns a row of raw outputs per row.*Got the type list",
    CombinesTooMuch: r"method combine\(\) that returns .*\(\d+, 2\)\. Got .* shape \(\d+,\)",
    ChangesItsArguments: r"method delta\(\) that does not change its arguments.*ChangesItsArguments",
}


@pytest.mark.parametrize("kind", BROKEN_LOSSES)
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_loss_that_does_not_keep_to_the_protocol_is_refused(kind, solver):
    X = np.random.default_rng(0).normal(size=(60, 2))
    model = BackpropRegressor(4, recipe="textbook", solver=solver, loss=kind(), max_iter=2)
    for method in [model.fit, *([model.partial_fit] if solver == "adam" else [])]:
        with pytest.raises(ValueError, match=f"The 'loss' parameter must have a {BROKEN_LOSSES[kind]}"):
            method(X, X)
    model.set_params(loss=HalfSquaredError()).fit(X, X)


def test_the_class_of_a_loss_is_not_a_loss():
    X = np.random.default_rng(0).normal(size=(60, 2))
    with pytest.raises(
        ValueError, match=r"'loss' parameter .*\(not a class\).*Got <class .*HalfSquaredError'>"
    ):
        BackpropRegressor(loss=HalfSquaredError).fit(X, X)


def test_the_check_of_a_loss_accepts_results_that_are_nan_and_changes_no_loss():
    class Counted(HalfSquaredError):
        calls = 0

        def delta(self, y_true, raw_prediction, out):
            self.calls += 1
            out[...] = np.where(raw_prediction < 0, np.nan, 1.0)

    loss = Counted()
    check_loss(loss, np.zeros((8, 2)))
    assert loss.calls == 0


class ComplementaryLogLog:
    """Cross-entropy with P(1) = 1 - exp(-exp(z)), a link that is not symmetric."""

    def value(self, y_true, raw_prediction, scratch):
        mean = np.exp(raw_prediction)
        return -(y_true * np.log(-np.expm1(-mean)) - (1 - y_true) * mean).sum(axis=1)

    def delta(self, y_true, raw_prediction, out):
        mean = np.exp(raw_prediction)
        out[...] = (1 - y_true) * mean - y_true * mean / np.expm1(mean)

    def inverse_link(self, raw_prediction, out):
        np.negative(np.expm1(-np.exp(raw_prediction)), out=out)


class InheritedName(BinaryCrossEntropy):
    """Overrides the link of a class whose ``activation`` says "logistic"."""

    inverse_link = ComplementaryLogLog.inverse_link


# The prediction for raw outputs z of each loss.
CUSTOM_LINKS = {
    "complementary log-log": (ComplementaryLogLog(), lambda z: 1 - np.exp(-np.exp(z))),
    "inherited name": (InheritedName(), lambda z: 1 - np.exp(-np.exp(z))),
    "identity": (SquaredError(), lambda z: z),
    "exponential": (Poisson(), np.exp),
    "logistic": (FocalLoss(), lambda z: 1 / (1 + np.exp(-z))),
}


@pytest.fixture(scope="module")
def rare_in_a_corner():
    """Rows of two columns, and labels of which the first has P(1) = 1 - exp(-exp(x))."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 2))
    return X, np.column_stack((rng.random(300) < 1 - np.exp(-np.exp(X[:, 0])), X[:, 1] > 0)).astype(int)


@pytest.mark.parametrize("name", CUSTOM_LINKS)
@pytest.mark.parametrize("kind", ["two classes", "three classes", "labels"])
def test_predictions_of_any_link_are_those_of_its_probabilities(name, kind, rare_in_a_corner):
    X, Y = rare_in_a_corner
    loss, link = CUSTOM_LINKS[name]
    y = {"two classes": Y[:, 0], "three classes": Y.sum(axis=1), "labels": Y}[kind]
    model = BackpropClassifier(8, recipe="fast", n_estimators=2, max_iter=20, loss=loss, random_state=0)
    model.fit(X, y)
    a, p = link(model.decision_function(X)), model.predict_proba(X)
    if kind == "two classes":
        np.testing.assert_allclose(p, np.clip(np.column_stack((1 - a, a)), 0, 1), atol=1e-12)
    elif kind == "labels":
        np.testing.assert_allclose(p, np.clip(a, 0, 1), atol=1e-12)
    else:
        np.testing.assert_allclose(p, np.maximum(a, 0) / np.maximum(a, 0).sum(axis=1)[:, None], atol=1e-12)
    predicted = (p > 0.5).astype(int) if kind == "labels" else p.argmax(axis=1)
    np.testing.assert_array_equal(model.predict(X), predicted)
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), p)
    held_out = model.oof_decision_function_
    out_of_fold = (held_out > 0.5).astype(int) if kind == "labels" else held_out.argmax(axis=1)
    assert model.oof_score_ == accuracy_score(y, out_of_fold)


def test_a_linear_model_with_another_link_maximizes_the_likelihood(rare_in_a_corner):
    X, Y = rare_in_a_corner

    def probabilities(coefficients):
        not_1 = np.exp(-np.exp(X @ coefficients[:2] + coefficients[2]))
        return np.column_stack((not_1, 1 - not_1))

    best = minimize(lambda c: log_loss(Y[:, 0], probabilities(c)), np.zeros(3)).x
    model = BackpropClassifier((), recipe="textbook", solver="lbfgs", alpha=0.0, loss=ComplementaryLogLog())
    p = model.fit(X, Y[:, 0]).predict_proba(X)
    np.testing.assert_allclose(p, probabilities(best), atol=1e-3)


@pytest.mark.parametrize("kind", ["two classes", "labels"])
def test_a_softmax_of_independent_outputs_is_refused(kind, rare_in_a_corner):
    X, Y = rare_in_a_corner
    with pytest.raises(ValueError, match=f"loss=.*Softmax.* not available for .*{kind}.*'log_loss'"):
        BackpropClassifier(loss=SoftmaxCrossEntropy()).fit(X, {"two classes": Y[:, 0], "labels": Y}[kind])


@pytest.mark.parametrize("solver", ["sgd", "adam", "adamw"])
def test_a_warm_start_takes_new_parameters_of_the_training(solver):
    """A learning rate of 0 moves nothing, and the epochs are those asked for now."""
    X, y = load_iris(return_X_y=True)
    model = BackpropClassifier(4, **PLAIN, solver=solver, momentum=0, max_iter=3, warm_start=True).fit(X, y)
    before = [W.copy() for W in model.coefs_]
    model.set_params(max_iter=2, learning_rate=1e-300).fit(X, y)
    assert model.n_iter_ == 5
    for W, old in zip(model.coefs_, before, strict=True):
        np.testing.assert_array_equal(W, old)
    model.set_params(max_iter=1, learning_rate=0.01, alpha=10.0).fit(X, y)
    assert model.n_iter_ == 6
    assert model.penalty_curve_[-1] > 1000 * model.penalty_curve_[0]
