"""The size of a block of rows: what a forward pass writes must stay in the cache."""

import numpy as np
import pytest

from skbackprop.network.input_layer import InputLayer
from skbackprop.network.network import Network
from skbackprop.network.workspace import BLOCK_BYTES, FEWEST_BLOCK_ROWS, Workspace, rows_in_cache


@pytest.mark.parametrize("n_networks", [1, 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("embedded", [None, 0, 5, 20])
def test_a_forward_pass_over_a_block_fills_at_most_half_of_its_bytes(n_networks, dtype, embedded):
    layer = None if embedded is None else InputLayer(50, range(embedded), n_networks=n_networks)
    n_inputs = 50 if layer is None else layer.n_outputs
    network = Network((n_inputs, 64, 64, 1), ["mish", "mish"], (), dtype, layer, n_networks)
    n_rows = rows_in_cache(network)
    assert n_rows > FEWEST_BLOCK_ROWS
    written = [each.z for each in Workspace(network, n_rows).layers]
    if layer is not None:
        t = Workspace(network, n_rows).input_layer
        written += [t.inputs, t.scaled] + ([t.u, t.c, t.e] if embedded else [])
    n_bytes = sum(array.nbytes for array in written)
    assert BLOCK_BYTES / 6 < n_bytes <= BLOCK_BYTES / 2
