"""Activations, gradients and the gradient check, compared with the textbook and with hand computations."""

from itertools import product

import numpy as np
import pytest
from effort import thinned
from scipy.sparse import csr_matrix
from sklearn.datasets import load_diabetes, load_iris
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.inspection import check_gradients, gradients, hidden_activations
from skbackprop.network import textbook
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES

X, y = load_iris(return_X_y=True)
SCALED = StandardScaler().fit_transform(X)
PLAIN = {"recipe": "textbook", "max_iter": 5, "schedule": "cosine", "random_state": 0}


def one_network(model, e):
    """Return the weights and biases of network number `e` of several."""
    return [W[e] for W in model.coefs_], [b[e] for b in model.intercepts_]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_activations_agree_with_the_textbook(activation):
    model = BackpropClassifier((6, 4), activation, dropout=0.5, **PLAIN).fit(X, y)
    z, a = textbook.forward(SCALED, model.coefs_, model.intercepts_, activation)
    layers = hidden_activations(model, X)
    for l in range(3):
        np.testing.assert_allclose(layers[l].z, z[l], rtol=1e-9, atol=1e-12)
    for l in range(2):
        np.testing.assert_allclose(layers[l].a, a[l + 1], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(layers[2].a, textbook.softmax(z[2]), rtol=1e-9)
    np.testing.assert_allclose(layers[2].a, model.predict_proba(X), rtol=1e-9)


def test_activations_of_several_networks_are_concatenated():
    model = BackpropClassifier((6, 4), "tanh", n_estimators=3, **PLAIN).fit(X, y)
    layers = hidden_activations(model, X)
    for e in range(3):
        z, a = textbook.forward(SCALED, *one_network(model, e), "tanh")
        for l, width in enumerate((6, 4)):
            columns = slice(e * width, (e + 1) * width)
            np.testing.assert_allclose(layers[l].z[:, columns], z[l], rtol=1e-9)
            np.testing.assert_allclose(layers[l].a[:, columns], a[l + 1], rtol=1e-9)
        np.testing.assert_allclose(layers[2].a[:, 3 * e : 3 * e + 3], textbook.softmax(z[2]), rtol=1e-9)


def test_activations_of_many_rows_of_a_sparse_matrix_and_of_a_linear_model():
    many = np.vstack([X] * 300)  # several blocks
    model = BackpropClassifier((50, 40), "relu", **PLAIN).fit(csr_matrix(X), y)
    dense, sparse = hidden_activations(model, many), hidden_activations(model, csr_matrix(many))
    for layer, other in zip(dense, sparse, strict=True):
        assert layer.z.shape[0] == 45_000
        np.testing.assert_allclose(layer.z, other.z, rtol=1e-9, atol=1e-12)
    linear = BackpropClassifier((), **PLAIN).fit(X, y)
    (output,) = hidden_activations(linear, X)
    np.testing.assert_allclose(output.z, SCALED @ linear.coefs_[0] + linear.intercepts_[0], rtol=1e-9)


def test_activations_have_the_dtype_of_predictions():
    model = BackpropClassifier(5, **PLAIN).fit(X.astype(np.float32), y)
    assert {layer.a.dtype for layer in hidden_activations(model, X.astype(np.float32))} == {np.dtype("f4")}


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("activation", ["sigmoid", "relu", "tanh", "gelu"])
def test_gradients_agree_with_the_textbook(activation, weighted):
    model = BackpropClassifier((6, 4), activation, dropout=[0.2, 0.5, 0.5], **PLAIN).fit(X, y)
    w = np.random.default_rng(0).integers(0, 3, 150) if weighted else np.ones(150)
    z, a = textbook.forward(SCALED, model.coefs_, model.intercepts_, activation)
    delta = (textbook.softmax(z[-1]) - np.eye(3)[y]) * w[:, None] / w.sum()
    dW, db = textbook.backward(delta, z, a, model.coefs_, activation)
    layers = gradients(model, X, y, w if weighted else None)
    np.testing.assert_allclose(layers[-1].delta, delta, rtol=1e-9, atol=1e-15)
    for l, layer in enumerate(layers):
        np.testing.assert_allclose(layer.dW, dW[l], rtol=1e-8, atol=1e-13)
        np.testing.assert_allclose(layer.db, db[l], rtol=1e-8, atol=1e-13)
        np.testing.assert_allclose(layer.delta.sum(axis=0), db[l], rtol=1e-8, atol=1e-13)


def test_gradients_of_several_networks_have_the_shapes_of_their_weights():
    model = BackpropClassifier((6, 4), "tanh", n_estimators=3, **PLAIN).fit(X, y)
    layers = gradients(model, X, y)
    assert [layer.dW.shape for layer in layers] == [W.shape for W in model.coefs_]
    assert [layer.db.shape for layer in layers] == [b.shape for b in model.intercepts_]
    for e in range(3):
        W, b = one_network(model, e)
        z, a = textbook.forward(SCALED, W, b, "tanh")
        delta = (textbook.softmax(z[-1]) - np.eye(3)[y]) / 150
        dW, db = textbook.backward(delta, z, a, W, "tanh")
        np.testing.assert_allclose(layers[-1].delta[:, 3 * e : 3 * e + 3], delta, rtol=1e-9, atol=1e-15)
        for l in range(3):
            np.testing.assert_allclose(layers[l].dW[e], dW[l], rtol=1e-8, atol=1e-13)
            np.testing.assert_allclose(layers[l].db[e], db[l], rtol=1e-8, atol=1e-13)


def test_gradients_of_one_neuron_by_hand():
    # Two rows, one input, squared error: L = (1/2 (w - 1)^2 + 1/2 (2 w - 0)^2) / 2 at b = 0.
    model = BackpropRegressor((), scaling=None, solver="sgd", **PLAIN).fit([[1.0], [2.0]], [1.0, 0.0])
    model.coefs_[0][...], model.intercepts_[0][...] = 3.0, 0.0
    (layer,) = gradients(model, [[1.0], [2.0]], [1.0, 0.0])
    assert layer.delta.tolist() == [[1.0], [3.0]]  # (3 - 1) / 2 and (6 - 0) / 2
    assert layer.dW.tolist() == [[7.0]]  # 1 * 1 + 2 * 3
    assert layer.db.tolist() == [4.0]


def test_a_row_of_weight_zero_has_no_gradient_and_may_have_any_target():
    amounts, weights = y + 1.0, np.r_[np.ones(149), 0.0]
    model = BackpropRegressor(6, loss="gamma", learning_rate=0.02, **{**PLAIN, "max_iter": 40}).fit(
        X, amounts
    )
    expected = gradients(model, X[:149], amounts[:149])
    found = gradients(model, X, np.r_[amounts[:149], -1e9], sample_weight=weights)
    np.testing.assert_allclose(found[0].dW, expected[0].dW, rtol=1e-9, atol=1e-12)


def test_gradients_include_class_weights_and_label_smoothing():
    smooth = Recipe("textbook", label_smoothing=0.3)
    settings = {**PLAIN, "class_weight": {0: 1, 1: 2, 2: 4}, "recipe": smooth}
    model = BackpropClassifier((), **settings).fit(X, y)
    z = SCALED @ model.coefs_[0] + model.intercepts_[0]
    w = np.array([1, 2, 4])[y]
    base_rates = np.array([1, 2, 4]) / 7  # of 50 rows each, with their weights
    smoothed = 0.7 * np.eye(3)[y] + 0.3 * base_rates
    delta = (textbook.softmax(z) - smoothed) * (w / w.sum())[:, None]
    (layer,) = gradients(model, X, y)
    np.testing.assert_allclose(layer.delta, delta, rtol=1e-9)
    np.testing.assert_allclose(layer.dW, SCALED.T @ delta, rtol=1e-9)


@pytest.mark.parametrize("inspect", [hidden_activations, lambda model, X: gradients(model, X, y)])
def test_the_estimator_is_not_changed(inspect):
    settings = {"n_estimators": 2, "dropout": 0.5, "max_iter": 5, "warm_start": True, "random_state": 0}
    model = BackpropClassifier((6, 4), **settings).fit(X, y)
    twin = BackpropClassifier((6, 4), **settings).fit(X, y)
    inspect(model, X)
    np.testing.assert_array_equal(model._model.network.theta, twin._model.network.theta)
    assert vars(model).keys() == vars(twin).keys()
    # Neither is a later fit: it continues as without the inspection.
    np.testing.assert_array_equal(model.fit(X, y).predict_proba(X), twin.fit(X, y).predict_proba(X))


@pytest.mark.parametrize("inspect", [hidden_activations, lambda model, X: gradients(model, X, y)])
def test_invalid_estimators_and_inputs_raise(inspect):
    with pytest.raises(NotFittedError):
        inspect(BackpropClassifier(), X)
    with pytest.raises(TypeError, match=r"'estimator' parameter must be a BackpropClassifier.*LogisticReg"):
        inspect(LogisticRegression(), X)
    with pytest.raises(ValueError, match="X has 3 features, but BackpropClassifier is expecting 4"):
        inspect(BackpropClassifier(5, **PLAIN).fit(X, y), X[:, :3])


def test_invalid_targets_and_weights_raise():
    model = BackpropClassifier(5, **PLAIN).fit(X, y)
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[150, 149\]"):
        gradients(model, X, y[:-1])
    with pytest.raises(ValueError, match=r"y has the label 7, which is not among the classes"):
        gradients(model, X, np.where(y == 2, 7, y))
    with pytest.raises(ValueError, match="Negative values in sample_weight"):
        gradients(model, X, y, -np.ones(150))


# The gradient check.

DIABETES = load_diabetes(return_X_y=True)
SOME = DIABETES[0][:100, :4], DIABETES[1][:100]  # each derivative needs two passes over the rows
QUICK = {"hidden_layer_sizes": (8, 6), "n_estimators": 1, "max_iter": 3, "random_state": 0}


class OwnSquaredError:
    """Half the squared error; the subclasses have wrong derivatives."""

    def value(self, y_true, raw_prediction, scratch):
        return 0.5 * ((raw_prediction - y_true) ** 2).sum(axis=1)

    def delta(self, y_true, raw_prediction, out):
        out[:] = raw_prediction - y_true

    def inverse_link(self, raw_prediction, out):
        out[:] = raw_prediction


class WrongSign(OwnSquaredError):
    def delta(self, y_true, raw_prediction, out):
        out[:] = y_true - raw_prediction


class WrongByAPercent(OwnSquaredError):
    def delta(self, y_true, raw_prediction, out):
        out[:] = 1.01 * (raw_prediction - y_true)


class WrittenNowhere(OwnSquaredError):
    def delta(self, y_true, raw_prediction, out):
        out = raw_prediction - y_true  # a new array: nothing is written  # noqa: F841


class MeanOfAllRows(OwnSquaredError):
    def value(self, y_true, raw_prediction, scratch):
        return 0.5 * ((raw_prediction - y_true) ** 2).mean()


def moved(model):
    """Return the model with its weights changed so that no layer has small derivatives."""
    model._model.network.theta += 0.3 * np.random.default_rng(1).normal(size=model._model.network.theta.size)
    return model


# A short run has every activation once: fitted or not, and with both recipes in turn.
KINDS = list(product([False, True], ["tabular", "textbook"]))
ACTIVATIONS_AND_KINDS = [(name, *kind) for name, kind in product(ACTIVATIONS, KINDS)]


@pytest.mark.parametrize(("activation", "fitted", "recipe"), thinned(ACTIVATIONS_AND_KINDS, 7))
def test_the_gradient_of_every_activation_passes(activation, recipe, fitted):
    settings = {**QUICK, "n_estimators": 2, "schedule": "cosine"}
    model = BackpropRegressor(activation=activation, recipe=recipe, **settings)
    check = check_gradients(model.fit(*SOME) if fitted else model, *SOME)
    assert check.passed, check
    assert len(check.layer_errors) == 3
    assert (check.input_layer_error is None) == (recipe == "textbook")
    assert check.n_compared > 100


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize("loss", REGRESSOR_LOSSES)
def test_the_gradient_of_every_regressors_loss_passes(loss, fitted):
    model = BackpropRegressor(loss=loss, **QUICK)
    check = check_gradients(model.fit(*SOME) if fitted else model, *SOME)
    assert check.passed, check


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize("loss", CLASSIFIER_LOSSES)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_the_gradient_of_every_classifiers_loss_passes(loss, fitted, n_classes):
    rows = y < n_classes
    w = np.random.default_rng(0).uniform(0.5, 2, rows.sum())
    model = BackpropClassifier(loss=loss, class_weight="balanced", schedule="cosine", **QUICK)
    check = check_gradients(model.fit(X[rows], y[rows]) if fitted else model, X[rows], y[rows], w)
    assert check.passed, check


@pytest.mark.parametrize("fitted", [False, True])
@pytest.mark.parametrize(
    ("loss", "passes"),
    [(OwnSquaredError(), True), (WrongSign(), False), (WrongByAPercent(), False), (WrittenNowhere(), False)],
    ids=lambda value: type(value).__name__,
)
def test_a_wrong_derivative_of_a_custom_loss_is_found(loss, passes, fitted):
    model = BackpropRegressor(loss=loss, **QUICK)
    if fitted:  # fit with the correct derivative, then replace it by the wrong one
        model.set_params(loss=OwnSquaredError()).fit(*SOME)
        moved(model)._model.loss = loss
    check = check_gradients(model, *SOME)
    assert check.passed == passes
    assert ("the gradient is correct" in str(check)) == passes


def test_the_reported_error_is_that_of_the_derivative():
    check = check_gradients(BackpropRegressor(loss=WrongByAPercent(), **QUICK), *SOME)
    # |1.01 g - g| / (1.01 g)
    np.testing.assert_allclose(check.layer_errors, 0.01 / 1.01, rtol=1e-2)
    assert check.largest_error == max(*check.layer_errors, check.input_layer_error)
    assert check_gradients(BackpropRegressor(loss=WrongByAPercent(), **QUICK), *SOME, tolerance=0.02).passed


def test_a_layer_whose_backward_pass_is_wrong_is_named(monkeypatch):
    monkeypatch.setattr(type(ACTIVATIONS["tanh"]), "backward", lambda self, *arrays: None)
    check = check_gradients(BackpropRegressor(activation=["tanh", "sigmoid"], **QUICK), *SOME)
    right = [error <= check.tolerance for error in check.layer_errors]
    assert right == [False, True, True]


def test_a_kink_exactly_at_the_weights_passes():
    # With biases of 0 and rows of zeros, z is exactly 0, where the rectifier has no derivative.
    zeros = np.zeros((20, 3))
    model = BackpropRegressor(5, "relu", scaling=None, **PLAIN).fit(zeros, np.ones(20))
    for b in model.intercepts_:
        b[...] = 0
    model.coefs_[1][...] = 1
    assert check_gradients(model, zeros, np.ones(20)).passed


def test_the_check_has_no_side_effects_and_is_reproducible():
    model = BackpropRegressor(loss=OwnSquaredError(), **QUICK)
    first = check_gradients(model, *DIABETES, max_parameters=10)
    assert "_model" not in vars(model)
    assert not hasattr(model, "n_features_in_")
    assert first == check_gradients(model, *DIABETES, max_parameters=10)
    fitted = BackpropRegressor(**QUICK).fit(*DIABETES)
    before = fitted._model.network.theta.copy()
    check_gradients(fitted, *DIABETES, max_parameters=10)
    np.testing.assert_array_equal(fitted._model.network.theta, before)


def test_sparse_inputs_and_labels_can_be_checked():
    labels = (DIABETES[0][:, :3] > 0).astype(int)
    model = BackpropClassifier(**QUICK)
    assert check_gradients(model, csr_matrix(DIABETES[0]), labels).passed


def test_invalid_arguments_of_the_check_raise():
    with pytest.raises(ValueError, match=r"value\(\) that returns one number per row.*Got .*shape \(\)"):
        check_gradients(BackpropRegressor(loss=MeanOfAllRows(), **QUICK), *SOME)
    with pytest.raises(TypeError, match="'estimator' parameter must be a BackpropClassifier"):
        check_gradients(LogisticRegression(), *SOME)
    for tolerance in (0, "tight", [[1], [1, 2]], np.nan):
        with pytest.raises(ValueError, match="'tolerance' parameter of check_gradients must be a float"):
            check_gradients(BackpropRegressor(), *SOME, tolerance=tolerance)
    for max_parameters in (0, 1.5, "all", None):
        with pytest.raises(ValueError, match="'max_parameters' parameter of check_gradients must be an int"):
            check_gradients(BackpropRegressor(), *SOME, max_parameters=max_parameters)
    for seed in (-1, 1.5, "one"):
        with pytest.raises(ValueError, match=f"'random_state' parameter of check_gradients .* Got {seed!r}"):
            check_gradients(BackpropRegressor(), *SOME, random_state=seed)
    with pytest.raises(ValueError, match="'n_estimators' parameter"):
        check_gradients(BackpropRegressor(n_estimators=0), *SOME)
