"""The input layer, which computes a^0 from the inputs: periodic embeddings and learned scales.

With x the scaled inputs of a row, and for each embedded input x_j its own small parameters:

    u_j = f_j x_j + p_j                 n_frequencies numbers
    c_j = cos(u_j)
    e_j = A_j c_j + q_j                 n_components numbers
    a^0 = s * (x, e_1, e_2, ...)        s: the learned scale

The parameters are stored as their transposes, f_j and p_j as rows. In the transients u, c and e the rows of X
are the last axis: the products and sums then run over long contiguous rows.

The embedding ("PBLD") and the scale are from Holzmueller et al. (2024), "Better by default"; periodic
embeddings from Gorishniy et al. (2022). The textbook's network has no such layer: there a^0 = X.
"""

import copy
import math

import numpy as np

from skbackprop.network.kernels.partly_sparse import PartlySparse
from skbackprop.network.kernels.products import dense_rows, times_transpose

# Chosen on synthetic tables: with 1 more noise is learned, with 1/4 less of the signal.
FIXED_SCALE = 0.5


class InputLayer:
    """Shapes of the parameters, which are part of the network's theta, and the two passes.

    Each of several networks side by side has its own parameters (the first axis is the network), and a^0
    has the columns of the first network, then those of the second, and so on.

    Parameters
    ----------
    n_inputs : int
        Number of inputs x.
    columns : sequence of int, default=()
        Indices of the embedded inputs.
    n_frequencies : int, default=16
        Length of f_j.
    n_components : int, default=3
        Length of e_j.
    n_networks : int, default=1
        Number E of networks side by side.
    fixed : sequence of int, default=()
        Indices of the inputs whose scale is FIXED_SCALE instead of learned. For inputs that differ from 0 in
        few rows only, a learned scale would amplify the noise of these rows.
    fixed_in_half : sequence of int, default=()
        Indices of the inputs whose scale is fixed in every second network only, if there are several.

    Attributes
    ----------
    n_outputs : int
        Length of a^0 of one network.
    shapes : dict of str to tuple
        The shapes of the parameters "s" and, with embedded columns, "f", "p", "A", "q".
    """

    fixed = fixed_in_half = np.zeros(0, dtype=np.intp)  # for layers saved before these were introduced

    def __init__(
        self,
        n_inputs,
        columns=(),
        n_frequencies=16,
        n_components=3,
        n_networks=1,
        fixed=(),
        fixed_in_half=(),
    ):
        self.n_inputs = n_inputs
        self.fixed = np.asarray(fixed, dtype=np.intp)
        self.fixed_in_half = np.asarray(fixed_in_half if n_networks > 1 else (), dtype=np.intp)
        self.columns = np.asarray(columns, dtype=np.intp)
        n_columns = self.columns.size
        self.n_outputs = n_inputs + n_columns * n_components
        networks = () if n_networks == 1 else (n_networks,)
        self.shapes = {"s": (*networks, self.n_outputs)}
        if n_columns:
            self.shapes["f"] = self.shapes["p"] = (*networks, n_columns, 1, n_frequencies)
            self.shapes["A"] = (*networks, n_columns, n_frequencies, n_components)
            self.shapes["q"] = (*networks, n_columns, 1, n_components)

    @property
    def n_transients(self):
        """Number of elements of all u_j and c_j for one row in one network."""
        return 2 * math.prod(self.shapes["A"][-3:-1]) if self.columns.size else 0

    def of_one_network(self):
        """Return the input layer of a single one of the networks."""
        sizes = self.shapes["A"][-2:] if self.columns.size else ()
        return InputLayer(self.n_inputs, self.columns, *sizes, fixed=self.fixed)

    @property
    def is_fixed(self):
        """Whether each scale is fixed, in the shape of s."""
        fixed = np.zeros(self.shapes["s"], bool)
        fixed[..., self.fixed] = True
        if self.fixed_in_half.size:
            fixed[::2, self.fixed_in_half] = True
        return fixed

    @property
    def initial_scales(self):
        """The scales s before training."""
        return np.where(self.is_fixed, FIXED_SCALE, 1)

    def widened(self, origins, fixed=(), fixed_in_half=()):
        """Return a copy with additional inputs, which are not embedded.

        `origins` holds for each input of the copy the present input that it comes from, -1 for a new one;
        the scales of the inputs `fixed` and `fixed_in_half` are fixed if these are new.
        """
        layer = copy.copy(self)
        layer.n_inputs = len(origins)
        layer.n_outputs = self.n_outputs - self.n_inputs + layer.n_inputs
        new = np.flatnonzero(origins < 0)
        layer.fixed = descendants(origins, self.fixed, np.intersect1d(new, fixed))
        layer.fixed_in_half = descendants(origins, self.fixed_in_half, np.intersect1d(new, fixed_in_half))
        layer.shapes = {**self.shapes, "s": (*self.shapes["s"][:-1], layer.n_outputs)}
        return layer

    def initialize(self, parameters, rng, deviation=0.1):
        """Overwrite `parameters`: s = 1 or fixed, f ~ 2 pi N(0, deviation^2), p uniform, A = q = 0.

        With A = q = 0 the embeddings start at 0, and training begins as if there were none.
        """
        parameters["s"][...] = self.initial_scales
        if self.columns.size:
            parameters["f"][...] = 2 * np.pi * deviation * rng.standard_normal(self.shapes["f"])
            parameters["p"][...] = rng.uniform(-np.pi, np.pi, self.shapes["p"])
            parameters["A"][...] = 0
            parameters["q"][...] = 0

    def forward(self, X, parameters, transients):
        """Return a^0 of the rows of X: an array, with fixed scales a PartlySparse."""
        t, s = transients, parameters["s"]
        X = X.reshape(X.shape[0], -1, self.n_inputs)  # the same rows for all networks, or rows of each
        if self.columns.size:
            f, p, A, q = (transposed(parameters[name]) for name in "fpAq")
            t.f_and_p[..., :1], t.f_and_p[..., 1:] = f, p
            t.x_embedded[...] = np.moveaxis(X[..., self.columns], 0, -1)
            np.matmul(t.f_and_p, t.x_and_1, out=t.u)  # u_j = f_j x_j + p_j
            np.cos(t.u, out=t.c)
            np.matmul(A, t.c, out=t.e)
            t.e += q  # e_j = A_j c_j + q_j
            t.embedded[...] = t.e
        t.x[...] = X[..., t.learned_inputs]
        np.multiply(t.inputs, s[..., t.learned], out=t.scaled)  # a^0 = s * (x, e)
        if self.fixed.size:
            of_every_network = s.reshape(-1, self.n_outputs)[0, self.fixed]
            t.a.set_sparse(X[..., t.fixed], of_every_network)
        return t.a

    def backward(self, parameters, gradients, transients):
        """Write the gradients of the parameters into `gradients`, from ``transients.delta`` = dL/da^0."""
        t = transients
        gradients["s"][..., self.fixed] = 0
        gradients["s"][..., t.learned] = np.einsum("i...,i...->...", t.delta_scaled, t.inputs)  # dL/ds
        if self.fixed_in_half.size:
            gradients["s"][::2, self.fixed_in_half] = 0
        if not self.columns.size:
            return
        f, p, A, q = (transposed(gradients[name]) for name in "fpAq")
        t.delta_scaled *= parameters["s"][..., t.learned]  # dL/d(x, e)
        t.e[...] = t.delta_embedded  # dL/de, which overwrites e
        np.matmul(t.e, transposed(t.c), out=A)  # dL/dA_j = dL/de_j c_j^T
        np.matmul(t.e, t.ones, out=q)  # dL/dq_j, the sum over the rows
        np.matmul(-parameters["A"], t.e, out=t.c)  # -dL/dc_j = -A_j^T dL/de_j
        np.sin(t.u, out=t.u)
        t.u *= t.c  # dL/du_j = -sin(u_j) dL/dc_j
        np.matmul(t.u, transposed(t.x_and_1), out=t.f_and_p)  # dL/du_j (x_j, 1)^T, which overwrites f and p
        f[...] = t.f_and_p[..., :1]  # dL/df_j = dL/du_j x_j^T
        p[...] = t.f_and_p[..., 1:]  # dL/dp_j = dL/du_j 1^T

    def compute_slopes(self, parameters, transients):
        """Overwrite e_j by de_j/dx_j in the `transients` of a forward pass."""
        t = transients
        if self.columns.size:
            f, A = (transposed(parameters[name]) for name in "fA")
            np.sin(t.u, out=t.c)
            t.c *= -f  # dc_j/dx_j = -sin(u_j) f_j
            np.matmul(A, t.c, out=t.e)  # de_j/dx_j = A_j dc_j/dx_j

    def input_gradient(self, delta, parameters, transients):
        """Return dF/dx of the rows from `delta` = dF/da^0, after :meth:`compute_slopes`."""
        delta = delta.reshape(-1, *parameters["s"].shape) * parameters["s"]  # dF/d(x, e)
        gradient = delta[..., : self.n_inputs]
        if self.columns.size:
            embedded = by_column(delta[..., self.n_inputs :], self.columns.size)
            through_e = np.einsum("...kr,...kr->...r", embedded, transients.e)  # dF/de_j de_j/dx_j
            gradient[..., self.columns] += np.moveaxis(through_e, -1, 0)
        return gradient.reshape(len(delta), -1, self.n_inputs).sum(axis=1)  # over the networks


class InputTransients:
    """The arrays that the two passes of an input layer write for a batch of `n_rows` rows.

    ``a`` is a^0: the columns of all networks side by side. ``scaled`` is the same array with an axis for the
    networks, if there are several; ``delta`` and ``delta_scaled`` are dL/da^0 likewise. Inputs of fixed
    scale are the sparse columns of ``a``, and have no columns in the other arrays.
    """

    def __init__(self, input_layer, n_rows, dtype):
        fixed, n_outputs = input_layer.fixed, input_layer.n_outputs
        networks = input_layer.shapes["s"][:-1]
        n_networks = math.prod(networks)
        shape = (n_rows, *networks, n_outputs - fixed.size)
        self.scaled = np.empty(shape, dtype)
        self.delta_scaled = np.empty(shape, dtype)
        width = n_networks * shape[-1]
        self.a, self.delta = self.scaled.reshape(n_rows, width), self.delta_scaled.reshape(n_rows, width)
        self.learned = self.learned_inputs = slice(None)
        self.fixed = as_slice(fixed)
        if fixed.size:
            self.a = PartlySparse(self.a, n_networks, n_outputs, fixed)
            self.learned = self.a.dense_columns
            self.learned_inputs = as_slice(np.setdiff1d(np.arange(input_layer.n_inputs), fixed))
        n_columns, n_inputs = input_layer.columns.size, input_layer.n_inputs - fixed.size
        self.inputs = np.empty(shape, dtype)  # (x, e_1, e_2, ...)
        self.x = self.inputs.reshape(n_rows, n_networks, shape[-1])[..., :n_inputs]
        if not n_columns:
            return
        n_frequencies, n_components = input_layer.shapes["A"][-2:]
        self.f_and_p = np.empty((*networks, n_columns, n_frequencies, 2), dtype)
        self.x_and_1 = np.ones((*networks, n_columns, 2, n_rows), dtype)
        self.x_embedded = self.x_and_1.reshape(n_networks, n_columns, 2, n_rows)[:, :, 0]
        self.ones = np.ones((n_rows, 1), dtype)  # a product with ones is a sum, ten times as fast as np.sum
        self.u = np.empty((*networks, n_columns, n_frequencies, n_rows), dtype)
        self.c = np.empty_like(self.u)
        self.e = np.empty((*networks, n_columns, n_components, n_rows), dtype)
        # Views of the embedded part of the rows of `inputs` and `delta`, with the axes of `e`.
        self.embedded = by_column(self.inputs[..., n_inputs:], n_columns)
        self.delta_embedded = by_column(self.delta_scaled[..., n_inputs:], n_columns)

    def set_delta(self, delta, W):
        """Write dL/da^0 = delta^1 (W^1)^T."""
        times_transpose(delta, dense_rows(W, self.a), out=self.delta)


def descendants(origins, inputs, new):
    """Return the indices of the inputs that come from `inputs`, and of the `new` ones."""
    return np.union1d(np.flatnonzero(np.isin(origins, inputs)), new).astype(np.intp)


def as_slice(indices):
    """Return sorted `indices` as a slice, which selects without a copy, if there are none between them."""
    if indices.size and np.ptp(indices) == indices.size - 1:
        return slice(indices[0], indices[-1] + 1)
    return indices


def transposed(a):
    """Return a view of `a` with its last two axes exchanged."""
    return a.swapaxes(-1, -2)


def by_column(a, n_columns):
    """Return a view of `a`, rows x networks x e_1, e_2, ..., as networks x columns x components x rows."""
    *strides, last = a.strides
    n_components = a.shape[-1] // n_columns
    shape = (*a.shape[:-1], n_columns, n_components)
    view = np.lib.stride_tricks.as_strided(a, shape, (*strides, n_components * last, last))
    return np.moveaxis(view, 0, -1)
