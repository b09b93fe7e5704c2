"""The network: its parameters theta, and the two passes of backpropagation.

:mod:`skbackprop.network.textbook` computes the same in plain NumPy; read that first.

Notation: a^0 = X, one example per row; layer l = 1..L has the weights W^l (n_{l-1} x n_l) and the biases b^l
(n_l); delta^l = dL/dz^l. The lists W, b, ... count from 0: ``W[l]`` is W^{l+1}.

The *parameters* are one flat vector theta, and every W^l and b^l is a view into it: an optimizer is a few
operations on whole vectors. The *transients* (z, a, delta, masks, gradient) are in a :class:`.Workspace`.
"""

import numpy as np

from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.file_checks import check_network
from skbackprop.network.kernels.parameter_layout import ParameterLayout
from skbackprop.network.kernels.products import affine, column_sums, times_transpose, transpose_times


class Network:
    """A multilayer perceptron with a linear output layer; the loss owns what follows z^L.

    Parameters
    ----------
    layer_sizes : sequence of int
        n_0, ..., n_L: inputs, hidden units, outputs.
    activations : sequence of str
        A name for each of the L - 1 hidden layers.
    dropout : sequence of float, default=()
        A rate for each of a^0, ..., a^{L-1}; empty for no dropout.
    dtype : dtype, default=float64
        Dtype of the parameters and of all computations.
    input_layer : InputLayer, default=None
        Computes a^0, with n_0 columns, from the inputs; None for a^0 = X.
    n_networks : int, default=1
        Number E of networks of these sizes, trained side by side on the same X.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
        All weights, then all biases, then the parameters of the input layer; zeros at first.
    W, b : list of ndarray
        Views of theta, one for each layer: n_{l-1} x n_l and n_l; with several networks E x n_{l-1} x n_l and
        E x n_l.
    input_parameters : dict of str to ndarray
        Views of theta, by the names of ``input_layer.shapes``; empty without an input layer.
    activations : list of Activation
        sigma of each layer; the identity for the output layer.
    layout : ParameterLayout
        ``layout.split`` gives the same views of a gradient.
    """

    def __init__(
        self, layer_sizes, activations, dropout=(), dtype=np.float64, input_layer=None, n_networks=1
    ):
        self.layer_sizes = tuple(layer_sizes)
        self.n_networks = n_networks
        self.activation_names = tuple(activations)
        self.dropout = tuple(dropout)
        self.input_layer = input_layer
        self._bind(np.zeros(self._layout().size, dtype))

    def _layout(self):
        shapes = {} if self.input_layer is None else self.input_layer.shapes
        return ParameterLayout(self.layer_sizes, self.n_networks, shapes)

    def _bind(self, theta):
        self.theta, self.layout = theta, self._layout()
        self.W, self.b, self.input_parameters = self.layout.split(theta)
        self.activations = [ACTIVATIONS[name] for name in (*self.activation_names, "identity")]

    def __getstate__(self):
        # A pickled view would be a second copy of the parameters, and no longer a view.
        views = ("layout", "W", "b", "input_parameters", "activations")
        return {name: value for name, value in self.__dict__.items() if name not in views}

    def __setstate__(self, state):
        check_network(self, state)
        self.__dict__.update(state)
        self._bind(self.theta)

    @property
    def n_weights(self):
        """Number of weights: weight decay acts on ``theta[:n_weights]``."""
        return self.layout.n_weights

    @property
    def widths(self):
        """Numbers of columns of a^0, z^1, ..., z^L, over all networks."""
        n_inputs = self.layer_sizes[0] * (1 if self.input_layer is None else self.n_networks)
        return (n_inputs, *(b.size for b in self.b))

    @property
    def n_outputs(self):
        """Number of outputs of one network."""
        return self.layer_sizes[-1]

    @property
    def n_inputs(self):
        """Number of columns of X: n_0, or the number of inputs of the input layer."""
        return self.layer_sizes[0] if self.input_layer is None else self.input_layer.n_inputs

    def forward(self, X, workspace, rng=None):
        """Return z^L, and store in `workspace` what :meth:`backward` needs.

        The shape of z^L is (n_rows, n_outputs); with several networks it is (n_rows * n_networks, n_outputs):
        for each row the outputs of the first network, below them those of the second, and so on.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_rows, n_inputs)
            a^0, or the inputs of the input layer (then an ndarray). An ndarray of shape (n_rows, n_networks *
            n_inputs) has other rows for each network, side by side.
        workspace : Workspace
            A workspace for n_rows rows; overwritten.
        rng : numpy.random.Generator, default=None
            Draws the dropout masks; None for prediction, without dropout.
        """
        ones = workspace.ones_for_blas
        a = X if rng is None else workspace.drop_inputs(X, rng)
        if self.input_layer is not None:
            a = self.input_layer.forward(a, self.input_parameters, workspace.input_layer)
        for W, b, layer in zip(self.W, workspace.biases, workspace.layers, strict=True):
            layer.input = a
            affine(a, W, b, layer.z, ones)  # z^l = a^{l-1} W^l + b^l
            layer.activate()  # a^l = sigma(z^l)
            a = layer.a if rng is None else layer.drop(rng)  # a^l * mask / (1 - p)
        return workspace.raw

    def backward(self, workspace):
        """Write dL/dtheta into ``workspace.grad``.

        ``workspace.output.delta`` must hold delta^L, already divided by the number of rows, so that the
        sums over rows below are means.
        """
        layers, W, ones = workspace.layers, self.W, workspace.ones
        for l in reversed(range(len(layers))):
            layer = layers[l]
            if layer is not workspace.output:
                times_transpose(layers[l + 1].delta, W[l + 1], out=layer.delta)  # delta^{l+1} (W^{l+1})^T
                layer.drop_delta()  # * mask / (1 - p)
                layer.multiply_by_slope()  # * sigma'(z^l)
            transpose_times(layer.input, layer.delta, out=layer.dW)  # dL/dW^l = (a^{l-1})^T delta^l
            column_sums(layer.delta, ones, out=layer.db)  # dL/db^l = sum over the rows of delta^l
        if self.input_layer is not None:
            transients = workspace.input_layer
            transients.set_delta(layers[0].delta, W[0])  # dL/da^0 = delta^1 (W^1)^T
            self.input_layer.backward(self.input_parameters, workspace.input_gradients, transients)
