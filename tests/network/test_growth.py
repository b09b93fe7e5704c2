"""Networks that get further inputs: the same function before and after, and the same steps."""

import numpy as np
import pytest

from skbackprop.network.growth import grow_inputs
from skbackprop.network.initialization import initialize
from skbackprop.network.input_layer import InputLayer
from skbackprop.network.network import Network
from skbackprop.network.optimizers import AdamW
from skbackprop.network.parametrization import ntk_rates
from skbackprop.network.piecewise_linear import PiecewiseLinear
from skbackprop.network.workspace import Workspace

# Inputs 3 and 5 are new, 5 with the weights of input 2.
ORIGINS = np.array([0, 1, 2, -1, 3, 2])
PIECES = PiecewiseLinear.between({0: np.array([-1, 0, 0.5]), 1: np.array([-2, -0.3, 0.2, 1])})
INPUT_LAYERS = {
    "none": lambda n, E: None,
    "scale": lambda n, E: InputLayer(n, n_networks=E),
    "periodic": lambda n, E: InputLayer(n, [0, 1], n_networks=E),
    "pieces": lambda n, E: InputLayer(n, [0], n_networks=E, pieces=PIECES),
    "fixed scales": lambda n, E: InputLayer(n, [0, 1], n_networks=E, fixed=[2, 3]),
    "fixed in half": lambda n, E: InputLayer(n, [0, 1], n_networks=E, fixed_in_half=[2, 3]),
}


def step(network, optimizer, X):
    """Make one step on the sum of squares of the outputs; return the outputs before it."""
    grad = np.empty_like(network.theta)
    workspace = Workspace(network, len(X), grad)
    z = network.forward(X, workspace).copy()
    workspace.raw_delta[...] = z
    network.backward(workspace)
    optimizer.step(network.theta, grad, 0.01)
    return z


@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("input_layer", INPUT_LAYERS)
def test_a_grown_network_is_the_same_function_and_learns_as_before(n_networks, input_layer):
    rng = np.random.default_rng(0)
    layer = INPUT_LAYERS[input_layer](4, n_networks)
    network = Network([layer.n_outputs if layer else 4, 5, 2], ["tanh"], (), np.float64, layer, n_networks)
    initialize(network, rng)
    optimizer = AdamW(alpha=0.01, n_weights=network.n_weights, rates=ntk_rates(network))
    X = rng.normal(size=(20, 4))
    for _ in range(3):
        step(network, optimizer, X)
    wide = np.zeros((20, 6))
    wide[:, [0, 1, 4]], wide[:, 5] = X[:, [0, 1, 3]], X[:, 2]
    wide[:, 3] = rng.normal(size=20)  # has no weights
    before = network.forward(X, Workspace(network, 20)).copy()
    grow_inputs(network, optimizer, ORIGINS)
    np.testing.assert_allclose(network.forward(wide, Workspace(network, 20)), before, rtol=1e-12)
    assert optimizer.n_weights == network.n_weights
    assert [where for where, _ in optimizer.rates] == network.layout.slices()
    W = network.W[0].copy()
    losses = [np.square(step(network, optimizer, wide)).sum() for _ in range(30)]
    assert losses[-1] < losses[0]
    assert (network.W[0] != W)[..., [3, 5], :].all()  # the new inputs are learned


def test_weights_are_drawn_where_zeros_could_not_be_learned():
    network = Network([3, 50, 1], ["relu"])
    initialize(network, np.random.default_rng(0))
    deviation = network.W[0].std()
    grow_inputs(network, None, np.array([0, 1, 2, -1]), np.random.default_rng(1))
    assert network.W[0][3].std() == pytest.approx(deviation, rel=0.5)


def test_fixed_scales_stay_fixed_as_the_network_grows():
    layer = InputLayer(4, [0, 1], fixed=[2, 3])
    np.testing.assert_array_equal(layer.widened(ORIGINS).fixed, [2, 4, 5])
    np.testing.assert_array_equal(layer.widened(ORIGINS, fixed=[0, 3]).fixed, [2, 3, 4, 5])
    half = InputLayer(4, n_networks=2, fixed_in_half=[0, 3]).widened(ORIGINS, fixed_in_half=[3])
    np.testing.assert_array_equal(half.is_fixed, [[True, False, False, True, True, False], [False] * 6])
