"""The gradient with respect to the inputs, against central differences."""

import numpy as np
import pytest

from skbackprop.network.initialization import initialize
from skbackprop.network.input_gradient import compute_slopes, input_gradient
from skbackprop.network.input_layer import FIXED_SCALE, InputLayer
from skbackprop.network.network import Network
from skbackprop.network.workspace import Workspace

STEP = 1e-6


@pytest.mark.parametrize(
    ("columns", "fixed"), [(None, ()), ((), ()), ((0, 2), ()), ((), (1,)), ((0, 2), (1, 3))]
)
@pytest.mark.parametrize("n_networks", [1, 3])
def test_central_differences(n_networks, columns, fixed):
    rng = np.random.default_rng(0)
    layer = None if columns is None else InputLayer(4, columns, n_networks=n_networks, fixed=fixed)
    n_inputs = 4 if layer is None else layer.n_outputs
    network = Network([n_inputs, 6, 5, 2], ["tanh", "mish"], (), np.float64, layer, n_networks)
    initialize(network, rng)
    network.theta += 0.1 * rng.standard_normal(network.theta.size)
    if fixed:
        network.input_parameters["s"][..., fixed] = FIXED_SCALE
    X, direction = rng.standard_normal((7, 4)), rng.standard_normal((7, 2 * n_networks))
    workspace = Workspace(network, 7, slopes=True)

    def function(X):
        network.forward(X, workspace)
        return (workspace.output.z * direction).sum(axis=1)

    expected = np.empty_like(X)
    for j in range(4):
        step = np.zeros(4)
        step[j] = STEP
        expected[:, j] = (function(X + step) - function(X - step)) / (2 * STEP)
    function(X)
    compute_slopes(network, workspace)
    np.testing.assert_allclose(input_gradient(network, workspace, direction), expected, rtol=1e-6, atol=1e-7)
