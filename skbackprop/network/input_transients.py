"""The arrays that the two passes of an input layer write, allocated once for batches of one size."""

import math

import numpy as np

from skbackprop.network.kernels.partly_sparse import PartlySparse
from skbackprop.network.kernels.products import dense_rows, times_transpose
from skbackprop.network.kernels.with_pieces import WithPieces


class InputTransients:
    """The arrays that the two passes of an input layer write for a batch of `n_rows` rows.

    ``a`` is a^0: the columns of all networks side by side. ``scaled`` is the same array with an axis for the
    networks, if there are several; ``delta`` and ``delta_scaled`` are dL/da^0 likewise. Inputs of fixed
    scale are the sparse columns of ``a``, and have no columns in the other arrays. ``pieces``
    is h before it is multiplied by its scale to give ``h``, and ``delta_h`` is dL/dh, of shape (n_rows,
    networks that have h, n_pieces).
    """

    def __init__(self, input_layer, n_rows, dtype):
        fixed, n_rest = input_layer.fixed, input_layer.n_rest
        networks = input_layer.shapes["s"][:-1]
        n_networks = math.prod(networks)
        shape = (n_rows, *networks, n_rest - fixed.size)
        self.scaled = np.empty(shape, dtype)
        self.delta_scaled = np.empty(shape, dtype)
        width = n_networks * shape[-1]
        self.rest, self.delta = self.scaled.reshape(n_rows, width), self.delta_scaled.reshape(n_rows, width)
        self.learned, self.learned_inputs = slice(0, n_rest), slice(None)
        self.fixed, self.is_fixed = as_slice(fixed), input_layer.is_fixed
        if fixed.size:
            self.rest = PartlySparse(self.rest, n_networks, n_rest, fixed)
            self.learned = self.rest.dense_columns
            self.learned_inputs = as_slice(np.setdiff1d(np.arange(input_layer.n_inputs), fixed))
        self.a = self.rest
        if input_layer.n_pieces:
            n_with_pieces = input_layer.with_pieces(np.empty((1, n_networks))).size
            self.pieces, self.h, self.delta_h = np.empty(
                (3, n_rows, n_with_pieces, input_layer.n_pieces), dtype
            )
            by_network = (a.swapaxes(0, 1) if networks else a[:, 0] for a in (self.h, self.delta_h))
            self.a = WithPieces(self.rest, *by_network, n_rest)
        n_columns, n_inputs = input_layer.columns.size, input_layer.n_inputs - fixed.size
        self.inputs = np.zeros(shape, dtype)  # (x, e_1, e_2, ...)
        self.x = self.inputs.reshape(n_rows, n_networks, shape[-1])[..., :n_inputs]
        if not n_columns:
            return
        n_frequencies, n_components = input_layer.shapes["A"][-2:]
        networks = input_layer.with_embeddings(np.empty(networks)).shape
        self.f_and_p = np.empty((*networks, n_columns, n_frequencies, 2), dtype)
        self.x_and_1 = np.ones((*networks, n_columns, 2, n_rows), dtype)
        self.x_embedded = self.x_and_1.reshape(-1, n_columns, 2, n_rows)[:, :, 0]
        self.ones = np.ones((n_rows, 1), dtype)  # a product with ones is a sum, ten times as fast as np.sum
        self.u = np.empty((*networks, n_columns, n_frequencies, n_rows), dtype)
        self.c = np.empty_like(self.u)
        self.e = np.empty((*networks, n_columns, n_components, n_rows), dtype)
        # Views of the embedded part of the rows of `inputs` and `delta`, with the axes of `e`.
        self.embedded, self.delta_embedded = (
            input_layer.with_embeddings(by_column(a[..., n_inputs:], n_columns))
            for a in (self.inputs, self.delta_scaled)
        )

    def set_delta(self, delta, W):
        """Write dL/da^0 = delta^1 (W^1)^T."""
        times_transpose(delta, dense_rows(W, self.a), out=self.delta)
        if self.a is not self.rest:
            self.a.write_delta(delta, W)


def as_slice(indices):
    """Return sorted `indices` as a slice, which selects without a copy, if there are none between them."""
    if indices.size and np.ptp(indices) == indices.size - 1:
        return slice(indices[0], indices[-1] + 1)
    return indices


def by_column(a, n_columns):
    """Return a view of `a`, rows x networks x e_1, e_2, ..., as networks x columns x components x rows."""
    *strides, last = a.strides
    n_components = a.shape[-1] // n_columns
    shape = (*a.shape[:-1], n_columns, n_components)
    view = np.lib.stride_tricks.as_strided(a, shape, (*strides, n_components * last, last))
    return np.moveaxis(view, 0, -1)
