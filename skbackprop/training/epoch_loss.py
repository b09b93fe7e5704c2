"""Losses of a batch, of an epoch and of a whole data set."""

import numpy as np
from scipy.optimize import minimize

from skbackprop.network.kernels.constant_arrays import shared_number
from skbackprop.network.kernels.denormals import flush_denormals
from skbackprop.network.losses import combine
from skbackprop.network.workspace import Workspaces


class LossMeter:
    """Computes the mean loss of an epoch.

    The raw outputs of small batches are collected, because a call of the loss for a thousand rows takes
    hardly longer than a call for a batch of thirty.
    """

    ROWS = 1024

    def __init__(self, loss, network, batches):
        dtype = network.theta.dtype
        shape = (max(self.ROWS, batches.batch_size * network.n_networks), network.n_outputs)
        self._loss = loss
        self._Y, self._z, self._scratch = (np.empty(shape, dtype) for _ in range(3))
        self._w = np.ones(shape[0], dtype)
        self._filled = 0
        self._total, self._n_rows = 0.0, 0

    def add(self, Y, z, w):
        """Add the rows of a batch."""
        if self._filled + Y.shape[0] > self._w.size:
            self._empty()
        rows = slice(self._filled, self._filled + Y.shape[0])
        self._Y[rows] = Y
        self._z[rows] = z
        if w is not None:
            self._w[rows] = w
        self._filled = rows.stop

    def mean(self):
        """Return the mean over all rows that were added."""
        self._empty()
        return self._total / self._n_rows

    def _empty(self):
        n = self._filled
        values = self._loss.value(self._Y[:n], self._z[:n], self._scratch[:n])
        self._total += weighted_sum(values, self._w[:n])
        self._n_rows += n
        self._filled = 0


def predicted_batches(network, loss, batches, rng=None, workspaces=None):
    """Yield (Y, z, w) of every batch, with the raw outputs z of the mean of the networks.

    They are computed without dropout, in an order drawn from `rng`. The arrays are valid until the next batch
    is requested. The `workspaces` of an earlier call can be used again.
    """
    for Y, z, w in raw_batches(network, batches, rng, workspaces):
        yield Y, combine(loss, z, network.n_networks), w


def raw_batches(network, batches, rng=None, workspaces=None):
    """Yield the same as :func:`predicted_batches`, with z of each network (see :meth:`.Network.forward`)."""
    if workspaces is None:
        workspaces = Workspaces(network)
    for X, Y, w in batches.epoch(rng):
        yield Y, network.forward(X, workspaces[Y.shape[0]]), w


def raw_outputs(network, batches, workspaces=None):
    """Return the targets, raw outputs and weights (None: all 1) of all rows of `batches`.

    The raw outputs are those of each network, as :meth:`.Network.forward` returns them.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        parts = [(Y.copy(), z.copy(), w) for Y, z, w in raw_batches(network, batches, workspaces=workspaces)]
    Y, z, w = zip(*parts, strict=True)
    return np.concatenate(Y), np.concatenate(z), None if w[0] is None else np.concatenate(w)


def mean_loss(network, loss, batches, workspaces=None):
    """Return the weighted mean loss over `batches`, as in prediction (without dropout).

    If it overflows, the result is infinite or NaN, without a warning.
    """
    total = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        for Y, z, w in predicted_batches(network, loss, batches, workspaces=workspaces):
            total += weighted_sum(loss.value(Y, z, np.empty_like(z)), w)
    return total / batches.n_rows


def write_output_delta(loss, Y, w, workspace):
    """Write delta^L of the mean loss over the rows of a batch into a `workspace` that holds z^L.

    Each of several networks is trained as if it were the only one: Y and w are those of
    :meth:`.Workspace.for_each_network`, and the mean is over the rows of the batch.
    """
    delta = workspace.raw_delta
    loss.delta(Y, workspace.raw, delta)
    if w is not None:
        delta *= w[:, None]
    delta *= shared_number(1 / workspace.n_rows, delta.dtype)
    flush_denormals(delta)  # almost exact predictions have tiny deltas


def mean_penalty(network, alpha):
    """Return alpha / 2 sum W^2, the mean over the networks if there are several."""
    weights = network.theta[: network.n_weights]
    return alpha / 2 * float(weights @ weights) / network.n_networks


def weighted_sum(values, w):
    """Return sum_i w_i values_i, with weights of 1 where `w` is None."""
    return float(values.sum() if w is None else values @ w)


def least_constant_loss(loss, Y, w):
    """Return the smallest weighted mean loss of raw outputs that are the same for all rows."""
    raw, out = np.empty_like(Y), np.empty_like(Y)
    # float64 for every dtype of the network: SciPy before 1.11 refuses other gradients.
    w = np.ones(Y.shape[0]) if w is None else w.astype(np.float64)
    w = w / w.sum()

    def objective(z):
        raw[...] = z
        value = weighted_sum(loss.value(Y, raw, out), w)
        loss.delta(Y, raw, out)
        return value, w @ out

    return minimize(objective, np.zeros(Y.shape[1]), jac=True, method="L-BFGS-B").fun
