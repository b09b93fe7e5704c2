"""Losses of a batch, of an epoch and of a whole data set."""

import numpy as np
from scipy.optimize import minimize

from skbackprop.network.kernels.constant_arrays import constant
from skbackprop.network.kernels.denormals import flush_denormals
from skbackprop.network.losses import combine
from skbackprop.network.workspace import Workspace


class LossMeter:
    """Sums the loss over an epoch.

    The raw outputs of small batches are collected, because one call of the loss for a thousand
    rows takes hardly longer than one for a batch of thirty.
    """

    ROWS = 1024

    def __init__(self, loss, network, batches):
        dtype = network.theta.dtype
        shape = (max(self.ROWS, batches.batch_size * network.n_networks), network.n_outputs)
        self._loss = loss
        self._Y, self._z, self._scratch = (np.empty(shape, dtype) for _ in range(3))
        self._w = np.ones(shape[0], dtype)
        self._filled = 0
        self._total = 0.0

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

    def total(self):
        """Return the sum over all rows that were added."""
        self._empty()
        return self._total

    def _empty(self):
        n = self._filled
        values = self._loss.value(self._Y[:n], self._z[:n], self._scratch[:n])
        self._total += weighted_sum(values, self._w[:n])
        self._filled = 0


def mean_loss(network, loss, batches):
    """Return the weighted mean loss over `batches`, as in prediction (without dropout).

    Where it is larger than numbers can be, it is infinite or NaN, without a warning.
    """
    total, workspace = 0.0, None
    with np.errstate(over="ignore", invalid="ignore"):
        for X, Y, w in batches.epoch():
            if workspace is None or workspace.ones.size != Y.shape[0]:
                workspace = Workspace(network, Y.shape[0])
                scratch = np.empty_like(Y)
            z = combine(loss, network.forward(X, workspace), network.n_networks)
            total += weighted_sum(loss.value(Y, z, scratch), w)
    return total / batches.n_rows


def write_output_delta(loss, Y, z, w, out, n_networks=1):
    """Write delta^L of the mean loss over the rows of a batch into `out`.

    Several networks have several rows for each example; each learns as if it were alone.
    """
    loss.delta(Y, z, out)
    if w is not None:
        out *= w[:, None]
    out *= constant(n_networks / Y.shape[0], out.dtype)
    flush_denormals(out)  # the deltas of rows that are certainly right


def weighted_sum(values, w):
    """Return sum_i w_i values_i, with weights of 1 where `w` is None."""
    return float(values.sum() if w is None else values @ w)


def least_constant_loss(loss, Y, w):
    """Return the smallest weighted mean loss of raw outputs that are the same for all rows."""
    raw, out = np.empty_like(Y), np.empty_like(Y)
    w = np.ones(Y.shape[0]) if w is None else w
    w = w / w.sum()

    def objective(z):
        raw[...] = z
        value = weighted_sum(loss.value(Y, raw, out), w)
        loss.delta(Y, raw, out)
        return value, w @ out

    return minimize(objective, np.zeros(Y.shape[1]), jac=True, method="L-BFGS-B").fun
