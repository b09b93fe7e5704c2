"""The arrays that the passes of a network write, allocated once and overwritten by every batch."""

import numpy as np
from scipy.sparse import issparse

from skbackprop.network.dropout import Dropout
from skbackprop.network.input_transients import InputTransients
from skbackprop.network.kernels.threads import scipy_has_its_own_blas

# Upper bound on the workspace of a block of rows, counted as four arrays (z, a, delta and scratch). A forward
# pass uses at most half of it, which stays in the cache.
BLOCK_BYTES = 2**22
# In blocks of fewer rows, the calls would take longer than the cache saves.
FEWEST_BLOCK_ROWS = 32


def rows_in_cache(network):
    """Return the number of rows of which a forward pass stays in the processor's cache."""
    layer = network.input_layer
    numbers = sum(network.widths) + (0 if layer is None else network.n_networks * layer.n_transients)
    return max(FEWEST_BLOCK_ROWS, BLOCK_BYTES // (4 * numbers * network.theta.dtype.itemsize))


class Workspace:
    """The arrays that a forward and a backward pass over `n_rows` rows write.

    A workspace is never pickled, and never shared by two threads.

    Parameters
    ----------
    network : Network
    n_rows : int
        Number of rows of the batches; batches of another size need another workspace.
    grad : ndarray like ``network.theta``, default=None
        The output of :meth:`.Network.backward`; None if there is no backward pass.
    slopes : bool, default=False
        Whether the forward pass also computes what sigma'(z) is computed from, without `grad`: for
        :mod:`.input_gradient`.

    Attributes
    ----------
    layers : list of Layer
        One for each layer with weights.
    output : Layer
        The last layer: ``z`` is the raw output, ``delta`` is filled by the loss.
    hidden : list of Layer
        All layers except the last.
    ones : ndarray of shape (n_rows,)
        A product with ones is a sum over the rows.
    ones_for_blas : ndarray of shape (n_rows,) or None
        ``ones`` during training if SciPy has its own BLAS (see :class:`Workspaces`), else None.
    raw, raw_delta, raw_scratch : ndarray of shape (n_rows * n_networks, n_outputs)
        Views of z, the delta and the scratch of the last layer, for the loss.
    biases : list of ndarray
        b^1, ..., b^L as :meth:`.Network.forward` adds them: one row, or one for each row of the batch.
    input_layer : InputTransients or None
    """

    def __init__(self, network, n_rows, grad=None, slopes=False):
        dtype = network.theta.dtype
        widths = network.widths[1:]
        no_gradients = [None] * len(widths), [None] * len(widths), {}
        dW, db, self.input_gradients = no_gradients if grad is None else network.layout.split(grad)
        # One array of floats and one of booleans serve as scratch of all layers in turn.
        scratch = np.empty(n_rows * max(widths), dtype)
        flags = np.empty(scratch.size, bool)
        self._input_rate, *rates = network.dropout or (0,) * len(widths)
        self.n_rows = n_rows
        self.ones = np.ones(n_rows, dtype)
        self.ones_for_blas = None
        self.grad = grad
        self.layers = [
            Layer(n_rows, network.n_networks, *layer, scratch, flags, slopes or grad is not None)
            for layer in zip(widths, dW, db, network.activations, [*rates, 0], strict=True)
        ]
        *self.hidden, self.output = self.layers
        # The loss sees one output of one network per row.
        E, shape = network.n_networks, (-1, network.n_outputs)
        self.raw = self.output.z.reshape(shape)
        self.raw_delta = self.output.delta.reshape(shape)
        self.raw_scratch = self.output.scratch.reshape(shape)
        self.biases = [b.reshape(-1) for b in network.b]
        self.input_layer = network.input_layer and InputTransients(network.input_layer, n_rows, dtype)
        self._targets = None if E == 1 else np.empty((n_rows, E, network.n_outputs), dtype)
        self._strength = 1.0
        self._input_dropout = None

    def repeat_biases(self, network):
        """Store the present biases once for each row, which halves the time to add them."""
        self.biases = [np.tile(b.reshape(-1), (self.n_rows, 1)) for b in network.b]

    def for_each_network(self, Y, w):
        """Return the targets and weights of a batch for each network, in the order of ``raw``.

        They are repeated, unless `Y` or `w` has the columns of each network side by side.
        """
        if self._targets is None:
            return Y, w
        np.copyto(self._targets, Y.reshape(self.n_rows, -1, self.raw.shape[1]))
        if w is not None:
            w = w.ravel() if w.ndim == 2 else w.repeat(self._targets.shape[1])
        return self._targets.reshape(self.raw.shape), w

    def fade_dropout(self, strength):
        """Set the dropout rates of the hidden layers to `strength` times their original values."""
        if strength != self._strength:
            self._strength = strength
            for layer in self.hidden:
                if layer.dropout is not None:
                    layer.dropout.fade(strength)

    def drop_inputs(self, X, rng):
        """Return X with dropout: X * mask / (1 - p)."""
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
    """The workspaces of a network by their numbers of rows, each created at its first use.

    Parameters
    ----------
    network : Network
    grad : ndarray like ``network.theta``, default=None
        The gradient, written by all of them; None if there is no backward pass.
    """

    def __init__(self, network, grad=None):
        super().__init__()
        self._network = network
        self.grad = grad

    def __missing__(self, n_rows):
        workspace = self[n_rows] = Workspace(self._network, n_rows, self.grad)
        # SciPy's own BLAS runs on one thread in training (see `suited_threads`); one shared with NumPy might
        # start others, which takes longer than the work.
        if self.grad is not None and scipy_has_its_own_blas():
            workspace.ones_for_blas = workspace.ones
        return workspace


class Layer:
    """The transients of one layer for a batch: z, a, delta, dL/dW, dL/db, the dropout mask and scratch.

    z and a are one array unless the activation stores its slope in z, which it does with `slopes` only.
    `scratch` (floats) and `flags` (booleans) are flat arrays that all layers share; each uses the beginning
    of them.
    """

    def __init__(self, n_rows, n_networks, n_units, dW, db, activation, rate, scratch, flags, slopes):
        shape, dtype = (n_rows, n_units), scratch.dtype
        self.activation = activation
        self.input = None  # a^{l-1}, stored by forward for backward
        self.z = np.empty(shape, dtype)
        self.a = np.empty(shape, dtype) if slopes and activation.stores_slope else self.z
        self.delta = np.empty(shape, dtype)
        self.dW, self.db = dW, None if db is None else db.reshape(-1)
        self.scratch = scratch[: n_rows * n_units].reshape(shape)
        self.flags = flags[: n_rows * n_units].reshape(shape)
        self.dropout = Dropout(rate, shape, dtype, n_networks) if rate else None
        # Unless its sign suffices, sigma' needs the a before dropout.
        self.dropped = np.empty(shape, dtype) if rate and not activation.sign_suffices else self.a

    def activate(self):
        """Compute a^l = sigma(z^l), and sigma'(z^l) if the activation stores its slope."""
        if self.a is self.z:
            self.activation.forward(self.z, self.scratch)
        else:
            self.activation.forward_with_slope(self.z, self.a, self.scratch)

    def multiply_by_slope(self):
        """Multiply delta by sigma'(z^l)."""
        self.activation.backward(self.delta, self.a, self.z, self.scratch, self.flags)

    def drop(self, rng):
        """Return a^l with dropout: a * mask / (1 - p)."""
        if self.dropout is None:
            return self.a
        np.multiply(self.a, self.dropout.draw(rng), out=self.dropped)
        return self.dropped

    def drop_delta(self):
        """Multiply delta by the mask / (1 - p) of the forward pass."""
        if self.dropout is not None:
            self.delta *= self.dropout.mask
