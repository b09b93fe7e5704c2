"""What the two passes of a network over a batch write: allocated once, overwritten by every batch."""

import numpy as np
from scipy.sparse import issparse

from skbackprop.network.activations import Identity
from skbackprop.network.dropout import Dropout
from skbackprop.network.input_layer import FrontTransients
from skbackprop.network.kernels.threads import scipy_has_its_own_blas


class Workspace:
    """Everything that a forward and a backward pass over `n_rows` rows write, allocated once.

    A workspace is never pickled, and never shared by two threads.

    Parameters
    ----------
    network : Network
    n_rows : int
        Rows of the batches that will be passed; smaller batches need a workspace of their own.
    grad : ndarray like ``network.theta``, default=None
        Where :meth:`.Network.backward` writes; None gives a workspace for prediction alone.

    Attributes
    ----------
    hidden : list of Layer
        One for each hidden layer.
    output : Layer
        The last layer: ``z`` is the raw output, ``delta`` is filled by the loss.
    ones : ndarray of shape (n_rows,)
        The product with them is a sum over the rows.
    ones_for_blas : ndarray of shape (n_rows,) or None
        The same in a training where SciPy brings a BLAS of its own (see :class:`Workspaces`), else None.
    raw, raw_delta, raw_scratch : ndarray of shape (n_rows * n_networks, n_outputs)
        Views of z, the delta and the scratch of the last layer, for the loss.
    biases : list of ndarray
        b^1, ..., b^L as :meth:`.Network.forward` adds them: rows, or as many of them as the batch has.
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
        self.ones_for_blas = None
        self.grad = grad
        self.hidden = [
            Layer(n_rows, n_units, dW[l], db[l], activation, rate, scratch, mask)
            for l, (n_units, activation, rate) in enumerate(
                zip(widths[1:-1], network.activations, rates[1:], strict=True)
            )
        ]
        self.output = Layer(n_rows, widths[-1], dW[-1], db[-1], Identity, 0, scratch, mask)
        # One output a row: several networks have several rows for each example.
        shape = (-1, network.n_outputs)
        self.raw = self.output.z.reshape(shape)
        self.raw_delta = self.output.delta.reshape(shape)
        self.raw_scratch = self.output.scratch.reshape(shape)
        self.biases = network.b
        self.front = network.front and FrontTransients(network.front, n_rows, dtype)
        self._fading = 1.0
        self._input_rate = rates[0]
        self._input_dropout = None

    def repeat_biases(self, network):
        """Take the biases as they are now, once for each row: adding them takes half the time from now on."""
        self.biases = [np.tile(b, (self.ones.size, 1)) for b in network.b]

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


class Workspaces(dict):
    """The workspaces of a training by their numbers of rows, each made when it is first asked for.

    Attributes
    ----------
    grad : ndarray like ``network.theta``
        Where all of them write the gradient.
    """

    def __init__(self, network):
        super().__init__()
        self._network = network
        self.grad = np.empty_like(network.theta)

    def __missing__(self, n_rows):
        workspace = self[n_rows] = Workspace(self._network, n_rows, self.grad)
        if scipy_has_its_own_blas():  # it has one thread in a training; elsewhere it might wake others
            workspace.ones_for_blas = workspace.ones
        return workspace


class Layer:
    """The transients of one layer for a batch: z, a, delta, dL/dW, dL/db, masks and scratch.

    z and a are one array unless the derivative of the activation needs z. `scratch` and `mask`
    are flat arrays, shared with the other layers, of which this one uses the beginning.
    """

    def __init__(self, n_rows, n_units, dW, db, activation, rate, scratch, mask):
        shape, dtype = (n_rows, n_units), scratch.dtype
        self.input = None  # a^{l-1}, which forward leaves for backward
        self.z = np.empty(shape, dtype)
        self.a = np.empty(shape, dtype) if activation.needs_z else self.z
        self.delta = np.empty(shape, dtype)
        self.dW, self.db = dW, db
        self.scratch = scratch[: n_rows * n_units].reshape(shape)
        self.mask = mask[: n_rows * n_units].reshape(shape)
        self.dropout = Dropout(rate, shape, dtype) if rate else None
        # Kept beside a where sigma' is computed from the a before dropout.
        self.dropped = np.empty(shape, dtype) if rate and not activation.sign_suffices else self.a

    def drop(self, rng):
        """Return a^l as the next layer sees it in training: a * mask / (1 - p)."""
        if self.dropout is None:
            return self.a
        np.multiply(self.a, self.dropout.draw(rng), out=self.dropped)
        return self.dropped
