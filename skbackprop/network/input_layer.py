"""The input layer, which makes a^0 of the inputs: periodic embeddings and a learned scale for each input.

With x the scaled inputs of a row, and for each embedded input x_j its own small parameters:

    u_j = x_j f_j + p_j                 n_frequencies numbers
    c_j = cos(u_j)
    e_j = c_j A_j + q_j                 n_components numbers
    a^0 = s * (x, e_1, e_2, ...)        s: the learned scale

The embedding ("PBLD") and the scale are from Holzmueller et al. (2024), "Better by default"; periodic
embeddings from Gorishniy et al. (2022). The textbook's network has no such layer: there a^0 = X.
"""

import copy

import numpy as np


class InputLayer:
    """The shapes of its parameters, which are part of the network's theta, and its two passes.

    Parameters
    ----------
    n_inputs : int
        Inputs x of a row.
    columns : sequence of int, default=()
        The inputs that are embedded.
    n_frequencies : int, default=16
        Length of f_j.
    n_components : int, default=3
        Length of e_j.

    Attributes
    ----------
    n_outputs : int
        Length of a^0.
    shapes : dict of str to tuple
        The shapes of the parameters "s" and, with embedded columns, "f", "p", "A", "q".
    """

    def __init__(self, n_inputs, columns=(), n_frequencies=16, n_components=3):
        self.n_inputs = n_inputs
        self.columns = np.asarray(columns, dtype=np.intp)
        n_columns = self.columns.size
        self.n_outputs = n_inputs + n_columns * n_components
        self.shapes = {"s": (self.n_outputs,)}
        if n_columns:
            self.shapes["f"] = self.shapes["p"] = (n_columns, 1, n_frequencies)
            self.shapes["A"] = (n_columns, n_frequencies, n_components)
            self.shapes["q"] = (n_columns, 1, n_components)

    def widened(self, n_inputs):
        """Return this layer for `n_inputs` inputs, of which the first are embedded as here."""
        layer = copy.copy(self)
        layer.n_inputs = n_inputs
        layer.n_outputs = self.n_outputs - self.n_inputs + n_inputs
        layer.shapes = {**self.shapes, "s": (layer.n_outputs,)}
        return layer

    def initialize(self, parameters, rng, deviation=0.1):
        """Overwrite `parameters`: s = 1, f ~ 2 pi N(0, deviation^2), p uniform, A = q = 0.

        With A = q = 0 the embeddings start as zeros: training begins with the network without them.
        """
        parameters["s"][...] = 1
        if self.columns.size:
            parameters["f"][...] = 2 * np.pi * deviation * rng.standard_normal(self.shapes["f"])
            parameters["p"][...] = rng.uniform(-np.pi, np.pi, self.shapes["p"])
            parameters["A"][...] = 0
            parameters["q"][...] = 0

    def forward(self, X, parameters, transients):
        """Return a^0 of the rows of X."""
        t = transients
        t.inputs[:, : self.n_inputs] = X
        if self.columns.size:
            t.x[..., 0] = X[:, self.columns].T
            np.multiply(t.x, parameters["f"], out=t.u)
            t.u += parameters["p"]  # u_j = x_j f_j + p_j
            np.cos(t.u, out=t.c)
            np.matmul(t.c, parameters["A"], out=t.e)
            t.e += parameters["q"]  # e_j = c_j A_j + q_j
            t.embedded[...] = t.e.transpose(1, 0, 2)
        np.multiply(t.inputs, parameters["s"], out=t.a)  # a^0 = s * (x, e)
        return t.a

    def backward(self, parameters, gradients, transients):
        """Write the gradients of the parameters, from ``transients.delta`` = dL/da^0."""
        t = transients
        np.einsum("ij,ij->j", t.delta, t.inputs, out=gradients["s"])  # dL/ds
        if not self.columns.size:
            return
        t.delta *= parameters["s"]  # dL/d(x, e)
        t.e[...] = t.delta_embedded.transpose(1, 0, 2)  # dL/de, which overwrites e
        np.matmul(t.c.transpose(0, 2, 1), t.e, out=gradients["A"])  # dL/dA_j = c_j^T dL/de_j
        np.sum(t.e, axis=1, keepdims=True, out=gradients["q"])  # dL/dq_j
        np.matmul(t.e, parameters["A"].transpose(0, 2, 1), out=t.c)  # dL/dc_j = dL/de_j A_j^T
        np.sin(t.u, out=t.u)
        np.negative(t.u, out=t.u)
        t.u *= t.c  # dL/du_j = -sin(u_j) dL/dc_j
        np.sum(t.u, axis=1, keepdims=True, out=gradients["p"])  # dL/dp_j
        np.matmul(t.x.transpose(0, 2, 1), t.u, out=gradients["f"])  # dL/df_j = x_j^T dL/du_j

    def compute_slopes(self, parameters, transients):
        """Overwrite e_j by de_j/dx_j in the `transients` of a forward pass."""
        t = transients
        if self.columns.size:
            np.sin(t.u, out=t.c)
            np.multiply(t.c, -parameters["f"], out=t.c)  # dc_j/dx_j = -sin(u_j) f_j
            np.matmul(t.c, parameters["A"], out=t.e)  # de_j/dx_j = dc_j/dx_j A_j

    def input_gradient(self, delta, parameters, transients):
        """Return dF/dx of the rows from `delta` = dF/da^0, after :meth:`compute_slopes`."""
        delta = delta * parameters["s"]  # dF/d(x, e)
        gradient = delta[:, : self.n_inputs]
        if self.columns.size:
            by_column = (delta.shape[0], self.columns.size, self.shapes["A"][2])
            embedded = split_columns(delta, self.n_inputs, by_column)
            slopes = transients.e.transpose(1, 0, 2)
            gradient[:, self.columns] += np.einsum("ijk,ijk->ij", embedded, slopes)  # + dF/de_j de_j/dx_j
        return gradient


class InputTransients:
    """The arrays that the two passes of an input layer write for a batch of `n_rows` rows."""

    def __init__(self, input_layer, n_rows, dtype):
        shape = (n_rows, input_layer.n_outputs)
        self.inputs = np.empty(shape, dtype)  # (x, e_1, e_2, ...)
        self.a = np.empty(shape, dtype)
        self.delta = np.empty(shape, dtype)
        n_columns = input_layer.columns.size
        if n_columns:
            self.x = np.empty((n_columns, n_rows, 1), dtype)
            self.u = np.empty((n_columns, n_rows, input_layer.shapes["f"][2]), dtype)
            self.c = np.empty_like(self.u)
            self.e = np.empty((n_columns, n_rows, input_layer.shapes["A"][2]), dtype)
            by_column = (n_rows, n_columns, input_layer.shapes["A"][2])
            # Views of the embedded part of the rows of `inputs` and `delta`.
            self.embedded = split_columns(self.inputs, input_layer.n_inputs, by_column)
            self.delta_embedded = split_columns(self.delta, input_layer.n_inputs, by_column)


def split_columns(a, start, shape):
    """Return a view of ``a[:, start:]`` in which its columns have the two axes of `shape`."""
    view = a[:, start:]
    strides = (view.strides[0], shape[2] * view.strides[1], view.strides[1])
    return np.lib.stride_tricks.as_strided(view, shape, strides)
