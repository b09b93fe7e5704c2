"""The network: its parameters, and the two passes of backpropagation.

Notation, as in the textbooks: a^0 = X, one example a row; layer l = 1..L has the weights W^l
(n_{l-1} x n_l) and the biases b^l (n_l); delta^l = dL/dz^l.

State has two homes here. The *parameters* are one flat vector theta, and every W^l and b^l is a
view into it, so that an optimizer is a few operations on whole vectors. The *transients* (z, a,
delta, masks and the flat gradient) live in a :class:`~skbackprop.network.workspace.Workspace` that is
allocated once a fit.
"""

import math
from itertools import pairwise

import numpy as np
from scipy.linalg.blas import dger, sger

from skbackprop.network.activations import ACTIVATIONS

GER = {"f": sger, "d": dger}

NTK_BIAS_RATE = 0.1
NTK_FRONT_RATES = {"s": 6.0, "f": 0.1, "p": 0.1, "A": 0.1, "q": 0.1}

# What a saved network and its front must have.
STATE = ("layer_sizes", "n_networks", "activation_names", "dropout", "front", "n_weights", "theta")
FRONT_STATE = ("n_inputs", "columns", "n_outputs", "shapes")


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
        self.theta = np.zeros(self.n_parameters, dtype=dtype)
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
        require(self, state, STATE)
        self.__dict__.update(state)
        if self.front is not None:
            require(self.front, vars(self.front), FRONT_STATE)
        unknown = sorted(set(self.activation_names) - set(ACTIVATIONS))
        if unknown:
            raise ValueError(
                f"A saved Network has the activations {unknown}, which are not registered in "
                "skbackprop.network.activations.ACTIVATIONS; register them before the file is opened."
            )
        if np.shape(self.theta) != (self.n_parameters,):
            raise ValueError(
                f"A saved Network of the layers {self.layer_sizes} needs {self.n_parameters} parameters, but "
                f"this one has an array of shape {np.shape(self.theta)}: the file is damaged."
            )
        self._bind()

    @property
    def n_parameters(self):
        """Length of theta."""
        shapes = {} if self.front is None else self.front.shapes
        return self.n_weights + sum(self.widths[1:]) + sum(math.prod(shape) for shape in shapes.values())

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
        ones = workspace.ones_for_blas
        a = X if rng is None else workspace.drop_inputs(X, rng)
        if self.front is not None:
            a = self.front.forward(a, self.front_parameters, workspace.front)
        biases = workspace.biases
        for W, b, activation, layer in zip(self.W, biases, self.activations, workspace.hidden, strict=False):
            layer.input = a
            linear(a, W, b, layer.z, ones)  # z^l = a^{l-1} W^l + b^l
            activation.forward(layer.z, layer.a, layer.scratch)  # a^l = sigma(z^l)
            a = layer.a if rng is None else layer.drop(rng)
        workspace.output.input = a
        linear(a, self.W[-1], biases[-1], workspace.output.z, ones)  # z^L
        return workspace.raw

    def backward(self, workspace):
        """Write dL/dtheta into ``workspace.grad``.

        ``workspace.output.delta`` must hold delta^L, already divided by the number of rows, so
        that the sums over rows below are means.
        """
        output, ones = workspace.output, workspace.ones
        gradient_product(output.input, output.delta, out=output.dW)  # dL/dW^L = a^T delta^L
        ones.dot(output.delta, out=output.db)  # dL/db^L = sum over the rows of delta^L
        delta = output.delta
        for l in reversed(range(len(self.activations))):
            layer = workspace.hidden[l]
            delta_product(delta, self.W[l + 1], out=layer.delta)  # delta^{l+1} (W^{l+1})^T
            delta = layer.delta
            if layer.dropout is not None:
                delta *= layer.dropout.mask  # the mask of the forward pass
            self.activations[l].backward(delta, layer.a, layer.z, layer.scratch, layer.mask)
            gradient_product(layer.input, delta, out=layer.dW)  # dL/dW^l = (a^{l-1})^T delta^l
            ones.dot(delta, out=layer.db)  # dL/db^l = sum over the rows of delta^l
        if self.front is not None:
            front = workspace.front
            delta.dot(self.W[0].T, out=front.delta)  # dL/da^0 = delta^1 (W^1)^T
            self.front.backward(self.front_parameters, workspace.front_gradients, front)


def require(instance, state, names):
    """Raise where a state from a file is not a dict that has all of `names`."""
    kind = type(instance).__name__
    if not isinstance(state, dict):
        raise ValueError(
            f"A saved {kind} must be a dict of its attributes. Got {type(state).__name__} instead: the file "
            "is damaged, or is something else."
        )
    missing = [name for name in names if name not in state]
    if missing:
        raise ValueError(
            f"A saved {kind} must have {missing}, which this one lacks; it has {sorted(map(str, state))}: "
            "the file is damaged, or is something else."
        )


def linear(a, W, b, out, ones=None):
    """Write a W + b into `out`; `a` is an array or a CSR matrix.

    With `ones`, one for each row, b is added as the product 1 b^T by BLAS's ger, in half of NumPy's time.
    """
    if W.ndim == 3:
        np.matmul(by_network(a, len(W)), W, out=by_network(out, len(W)))
    elif isinstance(a, np.ndarray):
        a.dot(W, out=out)
    else:
        out[...] = a @ W
    if ones is None:
        out += b
    else:
        GER[out.dtype.char](1.0, b, ones, a=out.T, overwrite_a=True)


def delta_product(delta, W, out):
    """Write delta W^T into `out`."""
    if W.ndim == 3:
        np.matmul(by_network(delta, len(W)), W.transpose(0, 2, 1), out=by_network(out, len(W)))
    else:
        delta.dot(W.T, out=out)


def gradient_product(a, delta, out):
    """Write a^T delta into `out`; `a` is an array or a CSR matrix."""
    if out.ndim == 3:
        np.matmul(by_network(a, len(out)).transpose(0, 2, 1), by_network(delta, len(out)), out=out)
    elif isinstance(a, np.ndarray):
        a.T.dot(delta, out=out)
    else:
        out[...] = a.T @ delta


def by_network(a, n_networks):
    """Return a view of `a`, rows x columns of E networks, as E x rows x columns of one network."""
    return a.reshape(a.shape[0], n_networks, -1).transpose(1, 0, 2)
