"""The network: its parameters, and the two passes of backpropagation.

Notation, as in the textbooks: a^0 = X, one example a row; layer l = 1..L has the weights W^l
(n_{l-1} x n_l) and the biases b^l (n_l); delta^l = dL/dz^l.

State has two homes here. The *parameters* are one flat vector theta, and every W^l and b^l is a
view into it, so that an optimizer is a few operations on whole vectors. The *transients* (z, a,
delta, masks and the flat gradient) live in a :class:`Workspace` that is allocated once a fit.
"""

import math
from itertools import pairwise

import numpy as np
from scipy.sparse import issparse

from skbackprop.activations import ACTIVATIONS
from skbackprop.dropout import Dropout
from skbackprop.front import FrontTransients

NTK_BIAS_RATE = 0.1
NTK_FRONT_RATES = {"s": 6.0, "f": 0.1, "p": 0.1, "A": 0.1, "q": 0.1}


class Network:
    """A multilayer perceptron whose output layer is linear; the loss owns what follows z^L.

    Parameters
    ----------
    layer_sizes : sequence of int
        n_0, ..., n_L: inputs, hidden units, outputs.
    activations : sequence of str
        A name for each of the L - 1 hidden layers.
    dropout : sequence of float, default=()
        A rate for each of a^0, ..., a^{L-1}; empty is none.
    dtype : dtype, default=float64
        Of the parameters and of everything computed.
    front : Front, default=None
        What turns the inputs into a^0; None is a^0 = X. Its outputs are the n_0 of layer_sizes.
    n_networks : int, default=1
        E networks of these sizes, trained side by side: a^0 is common to them, and beyond it the E
        n_l columns of every array are those of the first network, then those of the second, and so on.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
        All weights, then all biases, then the front; zeros until they are initialised.
    W, b : list of ndarray
        Views of theta, one for each layer. With several networks W^1 is n_0 x E n_1, the others are
        E x n_{l-1} x n_l, and b^l has E n_l numbers.
    front_parameters : dict of str to ndarray
        Views of theta, by the names of ``front.shapes``; empty without a front.
    n_weights : int
        How much of theta is weights: ``theta[:n_weights]`` is what weight decay acts on.
    """

    def __init__(self, layer_sizes, activations, dropout=(), dtype=np.float64, front=None, n_networks=1):
        self.layer_sizes = tuple(layer_sizes)
        self.n_networks = n_networks
        self.activation_names = tuple(activations)
        self.dropout = tuple(dropout)
        self.front = front
        self.n_weights = n_networks * sum(n_in * n_out for n_in, n_out in pairwise(self.layer_sizes))
        n_front = 0 if front is None else sum(math.prod(shape) for shape in front.shapes.values())
        n_parameters = self.n_weights + sum(self.widths[1:]) + n_front
        self.theta = np.zeros(n_parameters, dtype=dtype)
        self._bind()

    def _bind(self):
        self.activations = [ACTIVATIONS[name] for name in self.activation_names]
        self.W, self.b, self.front_parameters = self.split(self.theta)

    def __getstate__(self):
        # A pickled view would be a second copy of the parameters, and no longer a view.
        state = self.__dict__.copy()
        for name in ("W", "b", "front_parameters", "activations"):
            del state[name]
        return state

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._bind()

    @property
    def widths(self):
        """Columns of a^0, z^1, ..., z^L."""
        first, *others = self.layer_sizes
        return (first, *(self.n_networks * n_units for n_units in others))

    @property
    def n_outputs(self):
        """Outputs of one network."""
        return self.layer_sizes[-1]

    @property
    def n_inputs(self):
        """Columns of X: n_0, or what the front takes."""
        return self.layer_sizes[0] if self.front is None else self.front.n_inputs

    def split(self, vector):
        """Return views of `vector` (theta, or a gradient of its shape): W, b, front parameters."""
        start = 0

        def take(*shape):
            nonlocal start
            view = vector[start : start + math.prod(shape)].reshape(shape)
            start += view.size
            return view

        E = self.n_networks
        first, *others = pairwise(self.layer_sizes)
        W = [take(first[0], E * first[1])]
        W += [take(*shape) if E == 1 else take(E, *shape) for shape in others]
        b = [take(width) for width in self.widths[1:]]
        shapes = {} if self.front is None else self.front.shapes
        return W, b, {name: take(*shape) for name, shape in shapes.items()}

    def ntk_rates(self):
        """Return (slice of theta, factor on the learning rate) of each part, for the "ntk".

        In the neural tangent parametrisation z = a w / sqrt(n_{l-1}) + b, with w of variance 1. W
        = w / sqrt(n_{l-1}) is kept here, and 1 / sqrt(n_{l-1}) goes into its learning rate; the
        factors of the other parts are those of RealMLP (Holzmueller et al., 2024).
        """
        factors = [1 / math.sqrt(W.shape[-2]) for W in self.W]
        factors += [NTK_BIAS_RATE] * len(self.b)
        factors += [NTK_FRONT_RATES[name] for name in self.front_parameters]
        sizes = [part.size for part in (*self.W, *self.b, *self.front_parameters.values())]
        stops = np.cumsum(sizes).tolist()
        return [
            (slice(stop - size, stop), factor)
            for size, stop, factor in zip(sizes, stops, factors, strict=True)
        ]

    def sum_of_squared_weights(self):
        """Return sum W^2 over all layers, which the penalty alpha / 2 sum W^2 needs."""
        weights = self.theta[: self.n_weights]
        return float(weights @ weights)

    def constrain(self, max_norm):
        """Shorten in place the incoming weights of every unit to the norm `max_norm`."""
        for W in self.W:
            norms = np.sqrt(np.einsum("...ij,...ij->...j", W, W))
            W *= (max_norm / np.maximum(norms, max_norm))[..., None, :]

    def forward(self, X, workspace, rng=None):
        """Return z^L, leaving in `workspace` what :meth:`backward` needs.

        Its shape is (n_rows, n_outputs), with several networks (n_rows * n_networks, n_outputs):
        for each row the outputs of one network below those of the other.

        Parameters
        ----------
        X : ndarray or CSR matrix of shape (n_rows, n_inputs)
            a^0, or what the front makes a^0 of (an ndarray, then).
        workspace : Workspace
            Of n_rows rows; overwritten.
        rng : numpy.random.Generator, default=None
            Draws the dropout masks; None predicts, without dropout.
        """
        a = X if rng is None else workspace.drop_inputs(X, rng)
        if self.front is not None:
            a = self.front.forward(a, self.front_parameters, workspace.front)
        for W, b, activation, layer in zip(self.W, self.b, self.activations, workspace.hidden, strict=False):
            layer.input = a
            linear(a, W, b, out=layer.z)  # z^l = a^{l-1} W^l + b^l
            activation.forward(layer.z, layer.a, layer.scratch)  # a^l = sigma(z^l)
            a = layer.a if rng is None else layer.drop(rng)
        workspace.output.input = a
        linear(a, self.W[-1], self.b[-1], out=workspace.output.z)  # z^L
        return workspace.output.z.reshape(-1, self.n_outputs)

    def backward(self, workspace):
        """Write dL/dtheta into ``workspace.grad``.

        ``workspace.output.delta`` must hold delta^L, already divided by the number of rows, so
        that the sums over rows below are means.
        """
        output, ones = workspace.output, workspace.ones
        gradient_product(output.input, output.delta, out=output.dW)  # dL/dW^L = a^T delta^L
        np.dot(ones, output.delta, out=output.db)  # dL/db^L = sum over the rows of delta^L
        delta = output.delta
        for l in reversed(range(len(self.activations))):
            layer = workspace.hidden[l]
            delta_product(delta, self.W[l + 1], out=layer.delta)  # delta^{l+1} (W^{l+1})^T
            delta = layer.delta
            if layer.dropout is not None:
                delta *= layer.dropout.mask  # the mask of the forward pass
            self.activations[l].backward(delta, layer.a, layer.z, layer.scratch, layer.mask)
            gradient_product(layer.input, delta, out=layer.dW)  # dL/dW^l = (a^{l-1})^T delta^l
            np.dot(ones, delta, out=layer.db)  # dL/db^l = sum over the rows of delta^l
        if self.front is not None:
            front = workspace.front
            np.dot(delta, self.W[0].T, out=front.delta)  # dL/da^0 = delta^1 (W^1)^T
            self.front.backward(self.front_parameters, workspace.front_gradients, front)


def linear(a, W, b, out):
    """Write a W + b into `out`; `a` is an array or a CSR matrix."""
    if W.ndim == 3:
        np.matmul(by_network(a, len(W)), W, out=by_network(out, len(W)))
    elif isinstance(a, np.ndarray):
        np.dot(a, W, out=out)
    else:
        out[...] = a @ W
    out += b


def delta_product(delta, W, out):
    """Write delta W^T into `out`."""
    if W.ndim == 3:
        np.matmul(by_network(delta, len(W)), W.transpose(0, 2, 1), out=by_network(out, len(W)))
    else:
        np.dot(delta, W.T, out=out)


def gradient_product(a, delta, out):
    """Write a^T delta into `out`; `a` is an array or a CSR matrix."""
    if out.ndim == 3:
        np.matmul(by_network(a, len(out)).transpose(0, 2, 1), by_network(delta, len(out)), out=out)
    elif isinstance(a, np.ndarray):
        np.dot(a.T, delta, out=out)
    else:
        out[...] = a.T @ delta


def by_network(a, n_networks):
    """Return a view of `a`, rows x columns of E networks, as E x rows x columns of one network."""
    return a.reshape(a.shape[0], n_networks, -1).transpose(1, 0, 2)


class Workspace:
    """Everything that a forward and a backward pass over `n_rows` rows write, allocated once.

    A workspace is never pickled, and never shared by two threads.

    Parameters
    ----------
    network : Network
    n_rows : int
        Rows of the batches that will be passed; smaller batches need a workspace of their own.
    grad : ndarray like ``network.theta``, default=None
        Where :meth:`Network.backward` writes; None gives a workspace for prediction alone.

    Attributes
    ----------
    hidden : list of Layer
        One for each hidden layer.
    output : Layer
        The last layer: ``z`` is the raw output, ``delta`` is filled by the loss.
    raw_delta, raw_scratch : ndarray of shape (n_rows * n_networks, n_outputs)
        Views of the delta and the scratch of the last layer, for the loss.
    front : FrontTransients or None
    """

    def __init__(self, network, n_rows, grad=None):
        dtype = network.theta.dtype
        widths = network.widths
        n_layers = len(widths) - 1
        dW, db, self.front_gradients = (
            ([None] * n_layers, [None] * n_layers, {}) if grad is None else network.split(grad)
        )
        # One scratch array serves all layers in turn.
        scratch = np.empty(n_rows * max(widths[1:]), dtype)
        mask = np.empty(scratch.size, bool)
        rates = network.dropout or (0,) * n_layers
        self.ones = np.ones(n_rows, dtype)
        self.grad = grad
        self.hidden = [
            Layer(n_rows, n_units, dW[l], db[l], activation.needs_z, rate, scratch, mask)
            for l, (n_units, activation, rate) in enumerate(
                zip(widths[1:-1], network.activations, rates[1:], strict=True)
            )
        ]
        self.output = Layer(n_rows, widths[-1], dW[-1], db[-1], False, 0, scratch, mask)
        # One output a row: several networks have several rows for each example.
        shape = (-1, network.n_outputs)
        self.raw_delta, self.raw_scratch = (
            a.reshape(shape) for a in (self.output.delta, self.output.scratch)
        )
        self.front = network.front and FrontTransients(network.front, n_rows, dtype)
        self._fading = 1.0
        self._input_rate = rates[0]
        self._input_dropout = None

    def fade_dropout(self, factor):
        """Drop with `factor` times the rates from now on."""
        if factor != self._fading:
            self._fading = factor
            for layer in self.hidden:
                if layer.dropout is not None:
                    layer.dropout.fade(factor)

    def drop_inputs(self, X, rng):
        """Return a^0 as the first layer sees it in training: X * mask / (1 - p)."""
        if not self._input_rate:
            return X
        if issparse(X):
            X = X.copy()
            kept = rng.random(X.data.size, dtype=np.float32) >= self._input_rate
            X.data *= kept
            X.data /= 1 - self._input_rate
            return X
        if self._input_dropout is None:
            self._input_dropout = Dropout(self._input_rate, X.shape, X.dtype)
            self._dropped_inputs = np.empty_like(X)
        np.multiply(X, self._input_dropout.draw(rng), out=self._dropped_inputs)
        return self._dropped_inputs


class Layer:
    """The transients of one layer for a batch: z, a, delta, dL/dW, dL/db, masks and scratch.

    z and a are one array unless the derivative of the activation needs z. `scratch` and `mask`
    are flat arrays, shared with the other layers, of which this one uses the beginning.
    """

    def __init__(self, n_rows, n_units, dW, db, needs_z, rate, scratch, mask):
        shape, dtype = (n_rows, n_units), scratch.dtype
        self.input = None  # a^{l-1}, which forward leaves for backward
        self.z = np.empty(shape, dtype)
        self.a = np.empty(shape, dtype) if needs_z else self.z
        self.delta = np.empty(shape, dtype)
        self.dW, self.db = dW, db
        self.scratch = scratch[: n_rows * n_units].reshape(shape)
        self.mask = mask[: n_rows * n_units].reshape(shape)
        self.dropout = Dropout(rate, shape, dtype) if rate else None
        # Kept beside a, because sigma' is computed from the a before dropout.
        self.dropped = np.empty(shape, dtype) if rate else None

    def drop(self, rng):
        """Return a^l as the next layer sees it in training: a * mask / (1 - p)."""
        if self.dropout is None:
            return self.a
        np.multiply(self.a, self.dropout.draw(rng), out=self.dropped)
        return self.dropped
