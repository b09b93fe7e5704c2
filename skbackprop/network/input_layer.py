"""The input layer, which computes a^0 from the inputs: periodic embeddings, pieces and learned scales.

With x the scaled inputs of a row, and for each embedded input x_j its own small parameters:

    u_j = f_j x_j + p_j                 n_frequencies numbers
    c_j = cos(u_j)
    e_j = A_j c_j + q_j                 n_components numbers
    a^0 = s * (x, e_1, e_2, ..., h)     s: the learned scale

where h is the piecewise linear encoding of some inputs (:mod:`.piecewise_linear`).

The parameters are stored as their transposes, f_j and p_j as rows. In the transients u, c and e the rows of X
are the last axis: the products and sums then run over long contiguous rows.

The embedding ("PBLD") and the scale are from Holzmueller et al. (2024), "Better by default"; periodic
embeddings from Gorishniy et al. (2022). The textbook's network has no such layer: there a^0 = X.
"""

import copy
import math

import numpy as np

from skbackprop.network.input_transients import by_column
from skbackprop.network.kernels.with_pieces import WITH_PIECES, WITHOUT_PIECES

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
    n_frequencies : int, default=8
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
    pieces : PiecewiseLinear, default=None
        Computes h. Several networks then differ, because none is best on every table: networks 1, 3, ... have
        h, and networks 0, 2, ... the embeddings, if any. The scales of what a network does not have are fixed
        at 0.

    Attributes
    ----------
    n_outputs : int
        Length of a^0 of one network.
    shapes : dict of str to tuple
        The shapes of the parameters "s" and, with embedded columns, "f", "p", "A", "q".
    """

    # For layers saved before these were introduced.
    fixed = fixed_in_half = np.zeros(0, dtype=np.intp)
    pieces = None

    def __init__(
        self,
        n_inputs,
        columns=(),
        n_frequencies=8,
        n_components=3,
        n_networks=1,
        fixed=(),
        fixed_in_half=(),
        pieces=None,
    ):
        self.n_inputs = n_inputs
        self.fixed = np.asarray(fixed, dtype=np.intp)
        self.fixed_in_half = np.asarray(fixed_in_half if n_networks > 1 else (), dtype=np.intp)
        self.columns = np.asarray(columns, dtype=np.intp)
        self.pieces = pieces
        n_columns = self.columns.size
        self.n_outputs = n_inputs + n_columns * n_components + self.n_pieces
        networks = () if n_networks == 1 else (n_networks,)
        self.shapes = {"s": (*networks, self.n_outputs)}
        if n_columns:
            self.shapes["f"] = self.shapes["p"] = (*networks, n_columns, 1, n_frequencies)
            self.shapes["A"] = (*networks, n_columns, n_frequencies, n_components)
            self.shapes["q"] = (*networks, n_columns, 1, n_components)

    @property
    def n_pieces(self):
        """Length of h."""
        return 0 if self.pieces is None else self.pieces.columns.size

    @property
    def n_rest(self):
        """Length of (x, e_1, e_2, ...), the components of a^0 before h."""
        return self.n_outputs - self.n_pieces

    @property
    def computed_inputs(self):
        """The index of x_j and a suffix ("~1", ..., "[1]", ...) for each component of a^0 that follows x."""
        n_components = self.shapes["A"][-1] if self.columns.size else 0
        embedded = [(j, f"~{k + 1}") for j in self.columns for k in range(n_components)]
        pieces = [] if self.pieces is None else [(j, f"[{k}]") for j, k in self.pieces.numbered()]
        return embedded + pieces

    @property
    def alternates(self):
        """Whether there are several networks, and every second one has another a^0."""
        return bool(self.n_pieces) and len(self.shapes["s"]) == 2

    def with_embeddings(self, a):
        """Return the part of `a`, whose first axis is the network, of the networks that have embeddings."""
        return a[WITHOUT_PIECES] if self.alternates else a

    def with_pieces(self, a):
        """Return the part of `a`, whose second axis is the network, of the networks that have h."""
        return a[:, WITH_PIECES] if self.alternates and a.shape[1] > 1 else a  # or the same for all networks

    @property
    def n_transients(self):
        """Number of elements of all u_j and c_j for one row in one network."""
        return 2 * math.prod(self.shapes["A"][-3:-1]) if self.columns.size else 0

    def of_one_network(self):
        """Return the input layer of a single one of the networks."""
        sizes = self.shapes["A"][-2:] if self.columns.size else ()
        return InputLayer(self.n_inputs, self.columns, *sizes, fixed=self.fixed, pieces=self.pieces)

    @property
    def is_fixed(self):
        """Whether each scale is fixed, in the shape of s."""
        fixed = self.is_absent
        fixed[..., self.fixed] = True
        if self.fixed_in_half.size:
            fixed[::2, self.fixed_in_half] = True
        return fixed

    @property
    def is_absent(self):
        """Whether each component of a^0 is 0 because another network has it, in the shape of s."""
        absent = np.zeros(self.shapes["s"], bool)
        if self.alternates:
            absent[WITHOUT_PIECES, self.n_rest :] = True
            absent[WITH_PIECES, self.n_inputs : self.n_rest] = True
        return absent

    @property
    def initial_scales(self):
        """The scales s before training: where fixed, 0 or FIXED_SCALE, else 1 or more.

        The initial weights of layer 1, and their learning rate in the neural tangent parametrization,
        decrease with the length of a^0. Larger scales make up for components that a network lacks.
        """
        n_absent = np.count_nonzero(self.is_absent, axis=-1, keepdims=True)
        learned = np.sqrt(self.n_outputs / (self.n_outputs - n_absent))
        scales = np.where(self.is_fixed, FIXED_SCALE, learned)
        return np.where(self.is_absent, 0, scales)

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
        """Return a^0 of the rows of X: an array, with fixed scales a PartlySparse, with h WithPieces."""
        t, s = transients, parameters["s"]
        X = X.reshape(X.shape[0], -1, self.n_inputs)  # the same rows for all networks, or rows of each
        if self.columns.size:
            f, p, A, q = (transposed(self.with_embeddings(parameters[name])) for name in "fpAq")
            t.f_and_p[..., :1], t.f_and_p[..., 1:] = f, p
            x_j = np.moveaxis(X[..., self.columns], 0, -1)
            t.x_embedded[...] = x_j if len(x_j) == 1 else self.with_embeddings(x_j)
            np.matmul(t.f_and_p, t.x_and_1, out=t.u)  # u_j = f_j x_j + p_j
            np.cos(t.u, out=t.c)
            np.matmul(A, t.c, out=t.e)
            t.e += q  # e_j = A_j c_j + q_j
            t.embedded[...] = t.e
        if self.pieces is not None:
            self.pieces.forward(self.with_pieces(X), t.pieces)
            np.multiply(t.pieces, self.with_pieces(s[None, ..., self.n_rest :]), out=t.h)
        t.x[...] = X[..., t.learned_inputs]
        np.multiply(t.inputs, s[..., t.learned], out=t.scaled)  # a^0 = s * (x, e, h)
        if self.fixed.size:
            of_every_network = s.reshape(-1, self.n_outputs)[0, self.fixed]
            t.rest.set_sparse(X[..., t.fixed], of_every_network)
        return t.a

    def backward(self, parameters, gradients, transients):
        """Write the gradients of the parameters into `gradients`, from ``transients.delta`` = dL/da^0."""
        t = transients
        gradients["s"][..., t.learned] = np.einsum("i...,i...->...", t.delta_scaled, t.inputs)  # dL/ds
        if self.pieces is not None:
            of_pieces = self.with_pieces(gradients["s"][None, ..., self.n_rest :])
            of_pieces[...] = np.einsum("iek,iek->ek", t.delta_h, t.pieces)
        gradients["s"][t.is_fixed] = 0
        if not self.columns.size:
            return
        for name in "fpAq" if self.alternates else ():
            gradients[name][WITH_PIECES] = 0  # these networks have no embeddings
        f, p, A, q = (transposed(self.with_embeddings(gradients[name])) for name in "fpAq")
        t.delta_scaled *= parameters["s"][..., t.learned]  # dL/d(x, e)
        t.e[...] = t.delta_embedded  # dL/de, which overwrites e
        np.matmul(t.e, transposed(t.c), out=A)  # dL/dA_j = dL/de_j c_j^T
        np.matmul(t.e, t.ones, out=q)  # dL/dq_j, the sum over the rows
        np.matmul(-self.with_embeddings(parameters["A"]), t.e, out=t.c)  # -dL/dc_j = -A_j^T dL/de_j
        np.sin(t.u, out=t.u)
        t.u *= t.c  # dL/du_j = -sin(u_j) dL/dc_j
        np.matmul(t.u, transposed(t.x_and_1), out=t.f_and_p)  # dL/du_j (x_j, 1)^T, which overwrites f and p
        f[...] = t.f_and_p[..., :1]  # dL/df_j = dL/du_j x_j^T
        p[...] = t.f_and_p[..., 1:]  # dL/dp_j = dL/du_j 1^T

    def compute_slopes(self, parameters, transients):
        """Overwrite e_j by de_j/dx_j and h_k by dh_k/dx_j in the `transients` of a forward pass."""
        t = transients
        if self.pieces is not None:
            self.pieces.overwrite_by_slopes(t.pieces)
        if self.columns.size:
            f, A = (transposed(self.with_embeddings(parameters[name])) for name in "fA")
            np.sin(t.u, out=t.c)
            t.c *= -f  # dc_j/dx_j = -sin(u_j) f_j
            np.matmul(A, t.c, out=t.e)  # de_j/dx_j = A_j dc_j/dx_j

    def input_gradient(self, delta, parameters, transients):
        """Return dF/dx of the rows from `delta` = dF/da^0, after :meth:`compute_slopes`."""
        delta = delta.reshape(-1, *parameters["s"].shape) * parameters["s"]  # dF/d(x, e, h)
        delta = delta.reshape(len(delta), -1, self.n_outputs)
        gradient = delta[..., : self.n_inputs]
        if self.pieces is not None:
            of_pieces = self.with_pieces(delta[..., self.n_rest :]), transients.pieces
            self.pieces.add_input_gradient(*of_pieces, self.with_pieces(gradient))
        if self.columns.size:
            embedded = self.with_embeddings(
                by_column(delta[..., self.n_inputs : self.n_rest], self.columns.size)
            )
            through_e = np.einsum("...kr,...kr->...r", embedded, transients.e)  # dF/de_j de_j/dx_j
            of_networks = self.with_embeddings(gradient.swapaxes(0, 1)).swapaxes(0, 1)
            of_networks[..., self.columns] += np.moveaxis(through_e, -1, 0)
        return gradient.sum(axis=1)  # over the networks


def descendants(origins, inputs, new):
    """Return the indices of the inputs that come from `inputs`, and of the `new` ones."""
    return np.union1d(np.flatnonzero(np.isin(origins, inputs)), new).astype(np.intp)


def transposed(a):
    """Return a view of `a` with its last two axes exchanged."""
    return a.swapaxes(-1, -2)
