"""Every derivative against central differences, and whole passes against the textbook."""

import copy
import pickle
from itertools import product

import numpy as np
import pytest
from effort import thinned
from scipy.sparse import csr_array

from skbackprop.network import textbook
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.input_layer import InputLayer
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES, BinaryCrossEntropy
from skbackprop.network.network import Network
from skbackprop.network.norms import constrain_units
from skbackprop.network.piecewise_linear import PiecewiseLinear
from skbackprop.network.workspace import Workspace
from skbackprop.training.epoch_loss import mean_penalty, weighted_sum, write_output_delta

ALPHA = 0.03
TASKS = {
    "binary": (1, [BinaryCrossEntropy, CLASSIFIER_LOSSES["squared_error"]]),
    "multiclass": (3, list(CLASSIFIER_LOSSES.values())),
    "multilabel": (3, [BinaryCrossEntropy, CLASSIFIER_LOSSES["squared_error"]]),
    "regression": (1, list(REGRESSOR_LOSSES.values())),
    "multi-output": (2, list(REGRESSOR_LOSSES.values())),
}
CASES = [(task, loss) for task, (_, losses) in TASKS.items() for loss in losses]
HIDDEN = {"none": (), "one": (5,), "three": (5, 4, 4)}
PIECES = PiecewiseLinear.between({0: np.array([-1, 0, 0.5]), 3: np.array([-2, -0.3, 0.2, 1])})


def make(activation, hidden, n_outputs, dropout, input_layer=None, seed=0):
    rng = np.random.default_rng(seed)
    n_inputs = 4 if input_layer is None else input_layer.n_outputs
    rates = [0.2] + [0.5] * len(hidden) if dropout else []
    network = Network(
        [n_inputs, *hidden, n_outputs], [activation] * len(hidden), rates, np.float64, input_layer
    )
    network.theta[...] = rng.normal(size=network.theta.size) * 0.6
    if input_layer is not None:
        input_layer.initialize(network.input_parameters, rng)
        network.input_parameters["s"][...] = rng.uniform(0.5, 2, input_layer.n_outputs)
        for name in input_layer.shapes.keys() & {"A", "q"}:
            network.input_parameters[name][...] = rng.normal(size=input_layer.shapes[name])
    return network


def data(task, n_rows=7, seed=1):
    rng = np.random.default_rng(seed)
    n_outputs = TASKS[task][0]
    X = rng.normal(size=(n_rows, 4))
    if task == "multiclass":
        Y = np.eye(3)[rng.integers(0, 3, n_rows)]
    elif task in ("binary", "multilabel"):
        Y = rng.integers(0, 2, (n_rows, n_outputs)).astype(float)
    else:
        Y = rng.poisson(2.0, (n_rows, n_outputs)) + 0.37
    return X, Y, rng.uniform(0.2, 3, n_rows)


def objective(network, loss, X, Y, w, rng_state):
    """The weighted mean loss plus penalty, with the masks that `rng_state` gives."""
    workspace = Workspace(network, len(Y))
    z = network.forward(X, workspace, generator(rng_state))
    total = weighted_sum(loss.value(Y, z, np.empty_like(z)), w) / len(Y)
    return total + mean_penalty(network, ALPHA)


def generator(state):
    if state is None:
        return None
    rng = np.random.Generator(np.random.SFC64(0))
    rng.bit_generator.state = state
    return rng


def analytic(network, loss, X, Y, w, rng_state):
    workspace = Workspace(network, len(Y), np.empty_like(network.theta))
    network.forward(X, workspace, generator(rng_state))
    write_output_delta(loss, Y, w, workspace)
    network.backward(workspace)
    workspace.grad[: network.n_weights] += ALPHA * network.theta[: network.n_weights]
    return workspace.grad


def numeric(network, function, h=1e-5):
    gradient = np.empty_like(network.theta)
    for i, theta in enumerate(network.theta.copy()):
        network.theta[i] = theta + h
        above = function()
        network.theta[i] = theta - h
        gradient[i] = (above - function()) / (2 * h)
        network.theta[i] = theta
    return gradient


@pytest.mark.parametrize("dropout", [False, True], ids=["plain", "dropout"])
@pytest.mark.parametrize(
    ("activation", "hidden"),
    [("identity", HIDDEN["none"]), *product(ACTIVATIONS, [HIDDEN["one"], HIDDEN["three"]])],
)
def test_gradient_is_the_slope(activation, hidden, dropout):
    state = np.random.Generator(np.random.SFC64(5)).bit_generator.state if dropout else None
    for task, make_loss in thinned(CASES, 11):
        loss = make_loss()
        network = make(activation, hidden, TASKS[task][0], dropout)
        X, Y, w = data(task)
        exact = analytic(network, loss, X, Y, w, state)
        slope = numeric(network, lambda: objective(network, loss, X, Y, w, state))  # noqa: B023
        error = np.abs(exact - slope).max() / np.abs(slope).max()
        assert error < 1e-6, (task, make_loss.__name__)


@pytest.mark.parametrize("fixed", [(), (1,)], ids=["learned scales", "one fixed scale"])
@pytest.mark.parametrize("pieces", [None, PIECES], ids=["", "pieces"])
@pytest.mark.parametrize("columns", [(), (0, 2, 3)], ids=["scale", "periodic"])
def test_gradient_of_the_input_layer_is_the_slope(columns, pieces, fixed):
    layer = InputLayer(4, columns, fixed=fixed, pieces=pieces)
    network = make("tanh", (5, 4), 3, dropout=False, input_layer=layer)
    X, Y, w = data("multiclass")
    loss = CLASSIFIER_LOSSES["log_loss"]()
    exact = analytic(network, loss, X, Y, w, None)
    slope = numeric(network, lambda: objective(network, loss, X, Y, w, None))
    network.layout.split(slope)[2]["s"][layer.is_fixed] = 0
    assert np.abs(exact - slope).max() / np.abs(slope).max() < 1e-6


@pytest.mark.parametrize("dropout", [False, True], ids=["plain", "dropout"])
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_both_passes_are_the_textbooks(activation, hidden, dropout):
    network = make(activation, hidden, 3, dropout)
    X, Y, _ = data("multiclass")
    workspace = Workspace(network, len(Y), np.empty_like(network.theta))
    rng = np.random.Generator(np.random.SFC64(3)) if dropout else None
    z = network.forward(X, workspace, rng)
    masks = None
    if dropout:
        input_mask = np.divide(workspace.hidden[0].input if hidden else workspace.output.input, X)
        masks = [input_mask] + [layer.dropout.mask for layer in workspace.hidden]
    z_book, a_book = textbook.forward(X, network.W, network.b, activation, masks)
    np.testing.assert_allclose(z, z_book[-1], rtol=1e-12, atol=1e-14)
    delta = (textbook.softmax(z_book[-1]) - Y) / len(Y)
    dW, db = textbook.backward(delta, z_book, a_book, network.W, activation, masks)
    write_output_delta(CLASSIFIER_LOSSES["log_loss"](), Y, None, workspace)
    network.backward(workspace)
    dW_ours, db_ours, _ = network.layout.split(workspace.grad)
    for ours, book in zip(dW_ours + db_ours, dW + db, strict=True):
        np.testing.assert_allclose(ours, book, rtol=1e-10, atol=1e-13)


def test_one_step_on_a_2_2_1_network_by_hand():
    network = Network([2, 2, 1], ["sigmoid"])
    network.W[0][...] = [[0.1, 0.2], [0.3, 0.4]]
    network.b[0][...] = [0.5, 0.6]
    network.W[1][...] = [[0.7], [0.8]]
    network.b[1][...] = [0.9]
    X, Y, eta = np.array([[1.0, 2.0]]), np.array([[1.0]]), 0.5

    z1 = (1 * 0.1 + 2 * 0.3 + 0.5, 1 * 0.2 + 2 * 0.4 + 0.6)  # 1.2, 1.6
    a1 = [1 / (1 + np.exp(-z)) for z in z1]
    z2 = a1[0] * 0.7 + a1[1] * 0.8 + 0.9
    delta2 = 1 / (1 + np.exp(-z2)) - 1  # a - y
    delta1 = [delta2 * 0.7 * a1[0] * (1 - a1[0]), delta2 * 0.8 * a1[1] * (1 - a1[1])]

    grad = np.empty_like(network.theta)
    workspace = Workspace(network, 1, grad)
    z = network.forward(X, workspace)
    assert z[0, 0] == pytest.approx(z2, rel=1e-14)
    write_output_delta(BinaryCrossEntropy(), Y, None, workspace)
    network.backward(workspace)
    network.theta -= eta * grad
    expected_W1 = [
        [0.1 - eta * 1 * delta1[0], 0.2 - eta * 1 * delta1[1]],
        [0.3 - eta * 2 * delta1[0], 0.4 - eta * 2 * delta1[1]],
    ]
    np.testing.assert_allclose(network.W[0], expected_W1, rtol=1e-14)
    np.testing.assert_allclose(network.b[0], [0.5 - eta * delta1[0], 0.6 - eta * delta1[1]], rtol=1e-14)
    expected_W2 = [[0.7 - eta * a1[0] * delta2], [0.8 - eta * a1[1] * delta2]]
    np.testing.assert_allclose(network.W[1], expected_W2, rtol=1e-14)
    np.testing.assert_allclose(network.b[1], [0.9 - eta * delta2], rtol=1e-14)


def test_sparse_rows_give_what_dense_rows_give():
    network = make("relu", (5,), 3, dropout=False)
    X, Y, w = data("multiclass")
    X[X < 0.3] = 0
    loss = CLASSIFIER_LOSSES["log_loss"]()
    dense = analytic(network, loss, X, Y, w, None)
    sparse = analytic(network, loss, csr_array(X), Y, w, None)
    np.testing.assert_allclose(sparse, dense, rtol=1e-12, atol=1e-15)


def test_training_output_is_the_prediction_on_average():
    network = make("identity", (6,), 2, dropout=True)
    X, *_ = data("multi-output")
    workspace = Workspace(network, len(X))
    prediction = network.forward(X, workspace).copy()
    rng = np.random.Generator(np.random.SFC64(0))
    passes = np.stack([network.forward(X, workspace, rng).copy() for _ in range(20_000)])
    error = passes.std(axis=0) / np.sqrt(len(passes))
    assert (np.abs(passes.mean(axis=0) - prediction) < 5 * error).all()


def test_the_views_survive_pickle_and_copy():
    network = make("relu", (5,), 3, dropout=False)
    for twin in (pickle.loads(pickle.dumps(network)), copy.deepcopy(network)):
        twin.theta[...] = 7
        assert (twin.W[0] == 7).all()
        assert not (network.W[0] == 7).any()


def test_constrain_bounds_each_units_incoming_weights():
    network = make("relu", (5,), 3, dropout=False)
    before = [W.copy() for W in network.W]
    constrain_units(network.W, 0.8)
    for W, old in zip(network.W, before, strict=True):
        norms = np.linalg.norm(old, axis=0)
        np.testing.assert_allclose(W, old * np.minimum(1, 0.8 / norms), rtol=1e-12)
