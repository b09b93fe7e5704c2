"""Networks side by side are so many networks by themselves, and their predictions the mean of theirs."""

from functools import partial

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.input_layer import FIXED_SCALE, InputLayer
from skbackprop.network.losses import (
    CLASSIFIER_LOSSES,
    REGRESSOR_LOSSES,
    Quantiles,
    combine,
    combine_backward,
)
from skbackprop.network.members import member
from skbackprop.network.network import Network
from skbackprop.network.piecewise_linear import PiecewiseLinear
from skbackprop.network.workspace import Workspace
from skbackprop.training.epoch_loss import write_output_delta

E = 3
PIECES = PiecewiseLinear.between({0: np.array([-1, 0, 0.5]), 2: np.array([-2, -0.3, 0.2, 1])})


def passes(network, X, Y, w):
    workspace = Workspace(network, len(X), np.empty_like(network.theta))
    z = network.forward(X, workspace)
    write_output_delta(CLASSIFIER_LOSSES["log_loss"](), *workspace.for_each_network(Y, w), workspace)
    network.backward(workspace)
    return z, network.layout.split(workspace.grad)


def without_embeddings(input_layer, parameters):
    """Names of the parameters of the embeddings, if networks 1, 3, ... have none."""
    return parameters.keys() & set("fpAq") if input_layer.pieces is not None else ()


@pytest.mark.parametrize("own_rows", [False, True])
@pytest.mark.parametrize(
    "input_layer",
    [
        None,
        InputLayer(4, n_networks=E),
        InputLayer(4, [0, 2], n_networks=E),
        InputLayer(4, [0, 2], n_networks=E, fixed=[1, 3]),
        InputLayer(4, n_networks=E, fixed=range(4)),
        InputLayer(4, n_networks=E, pieces=PIECES),
        InputLayer(4, [0, 2], n_networks=E, fixed=[1, 3], pieces=PIECES),
    ],
    ids=["plain", "scale", "periodic", "fixed scales", "all fixed", "pieces", "periodic and pieces"],
)
@pytest.mark.parametrize("hidden", [(), (5,), (5, 4, 3)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_passes_are_those_of_each_alone(activation, hidden, input_layer, own_rows):
    rng = np.random.default_rng(0)
    sizes = [4 if input_layer is None else input_layer.n_outputs, *hidden, 3]
    network = Network(sizes, [activation] * len(hidden), input_layer=input_layer, n_networks=E)
    network.theta[...] = rng.normal(size=network.theta.size) * 0.5
    if input_layer is not None:
        network.input_parameters["s"][:, input_layer.fixed] = FIXED_SCALE
        network.input_parameters["s"][input_layer.is_absent] = 0
        for name in without_embeddings(input_layer, network.input_parameters):
            network.input_parameters[name][1::2] = 0
    n_sets = E if own_rows else 1
    X, w = rng.normal(size=(7, n_sets, 4)), rng.uniform(0.5, 2, (7, n_sets))
    Y = np.eye(3)[rng.integers(0, 3, (7, n_sets))]
    weights = w if own_rows else w[:, 0]
    z, (dW, db, d_input) = passes(network, X.reshape(7, -1), Y.reshape(7, -1), weights)
    for e in range(E):
        own = e % n_sets
        z_alone, gradients = passes(member(network, e), X[:, own], Y[:, own], w[:, own])
        np.testing.assert_allclose(z[e::E], z_alone, rtol=1e-12)
        dW_alone, db_alone, d_input_alone = gradients
        if input_layer is not None:
            d_input_alone["s"][input_layer.is_absent[e]] = 0
            for name in without_embeddings(input_layer, d_input_alone) if e % 2 else ():
                d_input_alone[name][...] = 0
        for of_all, alone in zip(
            [*dW, *db, *d_input.values()], [*dW_alone, *db_alone, *d_input_alone.values()], strict=True
        ):
            np.testing.assert_allclose(of_all[e], alone, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize(
    "make_loss",
    [*CLASSIFIER_LOSSES.values(), *REGRESSOR_LOSSES.values(), partial(Quantiles, (0.1, 0.4, 0.8, 0.9))],
)
def test_combined_outputs_predict_the_mean(make_loss):
    loss, raw = make_loss(), np.random.default_rng(0).normal(size=(5 * E, 4)) * 3
    single = np.empty_like(raw)
    loss.inverse_link(raw, out=single)
    combined = combine(loss, raw, E)
    loss.inverse_link(combined, out=combined)
    np.testing.assert_allclose(combined, single.reshape(5, E, 4).mean(axis=1), rtol=1e-12)


def test_scales_that_are_fixed_in_half_of_the_networks_have_no_slope_there():
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(7, 4)), np.tile(np.eye(3)[rng.integers(0, 3, 7)], E)
    slopes = []
    for in_half in ((), (1, 3)):
        layer = InputLayer(4, [0, 2], n_networks=E, fixed_in_half=in_half)
        network = Network([layer.n_outputs, 5, 3], ["tanh"], input_layer=layer, n_networks=E)
        network.theta[...] = np.random.default_rng(1).normal(size=network.theta.size)
        slopes.append(passes(network, np.tile(X, E), Y, np.ones(7))[1][2]["s"].copy())
    assert slopes[0].all()
    np.testing.assert_array_equal(slopes[1][::2, [1, 3]], 0)
    np.testing.assert_array_equal(slopes[1][1::2], slopes[0][1::2])
    np.testing.assert_array_equal(
        slopes[1][::2, [0, 2, *range(4, 10)]], slopes[0][::2, [0, 2, *range(4, 10)]]
    )


def test_combined_outputs_of_sure_networks_are_finite():
    for name in ("log_loss", "bce"):
        raw = np.array([[800.0, -800.0], [900.0, -700.0]])
        assert np.isfinite(combine(CLASSIFIER_LOSSES[name](), raw, 2)).all()


def test_a_loss_without_combine_averages_raw_outputs():
    assert combine(object(), np.array([[1.0], [3.0]]), 2).tolist() == [[2.0]]


class OtherMean(CLASSIFIER_LOSSES["log_loss"]):
    """A user's loss with another mean than that of its class, and without a derivative of it."""

    def combine(self, raw_predictions):
        """Return a function that is not the same for each network."""
        return np.tanh(raw_predictions[:, 0]) + raw_predictions[:, 1:].sum(axis=1)


@pytest.mark.parametrize(
    "make_loss",
    [
        *CLASSIFIER_LOSSES.values(),
        *REGRESSOR_LOSSES.values(),
        partial(Quantiles, (0.1, 0.4, 0.8, 0.9)),
        OtherMean,
    ],
)
@pytest.mark.parametrize("n_networks", [1, E])
def test_the_derivative_of_the_mean_is_that_of_its_differences(make_loss, n_networks):
    loss, rng, h = make_loss(), np.random.default_rng(0), 1e-5
    z, direction = rng.normal(size=(2, 5, n_networks, 4)) * 2
    delta = rng.normal(size=(2, 5, 4))  # dF/dc of two linear functions F of c

    def F(z):
        return (delta * combine(loss, z.reshape(-1, 4).copy(), n_networks)).sum(axis=2)

    slopes = (F(z + h * direction) - F(z - h * direction)) / (2 * h)
    gradient = combine_backward(loss, z, n_networks, delta)
    assert gradient.shape == (2, 5, n_networks, 4)
    np.testing.assert_allclose((gradient * direction).sum(axis=(2, 3)), slopes, rtol=1e-7, atol=1e-8)


def test_derivatives_of_the_mean_of_sure_networks_are_finite():
    z = np.array([[[800.0, -800.0], [900.0, -700.0]]])
    for name in ("log_loss", "bce"):
        assert np.isfinite(combine_backward(CLASSIFIER_LOSSES[name](), z, 2, np.ones((1, 1, 2)))).all()


@pytest.mark.parametrize("solver", ["adam", "adamw", "sgd", "lbfgs"])
@pytest.mark.parametrize("hidden", [(), (6, 5)])
def test_training_is_that_of_each_alone(solver, hidden):
    X, y = load_iris(return_X_y=True)
    plain = {"recipe": "textbook", "solver": solver, "schedule": "cosine", "random_state": 0}
    if solver == "lbfgs":
        plain |= {"alpha": 0.1, "tol": 1e-9}
    else:
        plain |= {"recipe": Recipe("textbook", max_norm=1.5), "alpha": 0.01}
    plain |= {"warm_start": True, "batch_size": 40, "shuffle": False, "dtype": "float64"}
    several = BackpropClassifier(hidden, "tanh", n_estimators=E, max_iter=1, **plain).fit(X, y)
    singles = [
        BackpropClassifier(hidden, "tanh", n_estimators=1, max_iter=1, **plain).fit(X, y) for _ in range(E)
    ]
    n_more = 500 if solver == "lbfgs" else 3
    for e, single in enumerate(singles):
        for ours, its in ((several.coefs_, single.coefs_), (several.intercepts_, single.intercepts_)):
            for stacked, array in zip(ours, its, strict=True):
                array[...] = stacked[e]
        training = single._model.training
        if training is not None and training.optimizer is not None:
            network = single._model.network
            for own, of_all in zip(
                training.optimizer.moments, several._model.training.optimizer.moments, strict=True
            ):
                its, theirs = (
                    network.layout.split(own.array),
                    several._model.network.layout.split(of_all.array),
                )
                own.scale = of_all.scale
                for kind in range(2):  # W, b
                    for part, stacked in zip(its[kind], theirs[kind], strict=True):
                        part[...] = stacked[e]
    for model in (several, *singles):
        model.set_params(max_iter=n_more).fit(X, y)
    mean = np.mean([single.predict_proba(X) for single in singles], axis=0)
    # The solvers by steps take the same steps; "lbfgs" finds the same minimum where it is one.
    tolerance = 1e-9 if solver != "lbfgs" else 1e-4
    if solver != "lbfgs" or not hidden:
        np.testing.assert_allclose(several.predict_proba(X), mean, atol=tolerance)
    np.testing.assert_allclose(several.predict_proba(X).sum(axis=1), 1)
    assert (several.predict(X) == several.decision_function(X).argmax(axis=1)).all()


def test_the_attributes_have_a_network_each():
    X, y = load_breast_cancer(return_X_y=True)
    model = BackpropClassifier(
        (5, 4), n_estimators=2, max_iter=2, recipe=Recipe("tabular", input_layer=None), random_state=0
    ).fit(X, y)
    assert [W.shape for W in model.coefs_] == [(2, 30, 5), (2, 5, 4), (2, 4, 1)]
    assert [b.shape for b in model.intercepts_] == [(2, 5), (2, 4), (2, 1)]
    before = model.predict_proba(X)
    model.coefs_[0][1] *= 2  # a view
    assert not np.allclose(model.predict_proba(X), before)


def test_samples_and_predictions_of_several_regressors():
    X, y = load_diabetes(return_X_y=True)
    model = BackpropRegressor(10, n_estimators=2, dropout=0.2, max_iter=20, random_state=0).fit(X, y)
    samples = model.sample_y(X[:5], n_samples=400)
    assert samples.shape == (5, 400)
    spread = samples.std(axis=1)
    assert (np.abs(samples.mean(axis=1) - model.predict(X[:5])) < spread).all()
