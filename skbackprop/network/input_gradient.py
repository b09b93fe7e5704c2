"""The gradient of a function of the outputs with respect to the inputs: backpropagation one layer further.

With F any function of the raw outputs z^L, delta^l = dF/dz^l and, for l = L-1, ..., 1,

    delta^l = (delta^{l+1} (W^{l+1})^T) * sigma'(z^l)
    delta^0 = dF/da^0 = delta^1 (W^1)^T
    dF/dX = delta^0, passed through the input layer if there is one

This is the gradient of a prediction: it has no dropout and no gradients of the weights.
"""

import numpy as np

from skbackprop.network.kernels.products import times_transpose


def compute_slopes(network, workspace):
    """Overwrite a^l by sigma'(z^l) in all hidden layers of a `workspace` that a forward pass has filled.

    The workspace must have been created with ``slopes=True``.
    The slopes can be used for the gradients of several functions of the same outputs.
    """
    for layer in workspace.hidden:
        layer.delta.fill(1)
        layer.multiply_by_slope()  # 1 * sigma'(z^l)
        np.copyto(layer.a, layer.delta)
    if network.input_layer is not None:
        network.input_layer.compute_slopes(network.input_parameters, workspace.input_layer)


def input_gradient(network, workspace, output_delta):
    """Return dF/dX of every row, a new array, after :func:`compute_slopes`.

    Parameters
    ----------
    network : Network
    workspace : Workspace
        Its deltas are overwritten.
    output_delta : ndarray of shape (n_rows, n_networks * n_outputs)
        delta^L = dF/dz^L of each row: the outputs of the first network, then those of the second, and so on.
    """
    np.copyto(workspace.output.delta, output_delta)
    for l in reversed(range(len(workspace.hidden))):
        layer, following = workspace.layers[l : l + 2]
        times_transpose(following.delta, network.W[l + 1], out=layer.delta)  # delta^{l+1} (W^{l+1})^T
        layer.delta *= layer.a  # * sigma'(z^l)
    delta = np.empty((workspace.n_rows, network.widths[0]), network.theta.dtype)
    times_transpose(workspace.layers[0].delta, network.W[0], out=delta)  # delta^0 = delta^1 (W^1)^T
    if network.input_layer is None:
        return delta
    return network.input_layer.input_gradient(delta, network.input_parameters, workspace.input_layer)
