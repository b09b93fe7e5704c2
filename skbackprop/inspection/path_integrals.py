"""Integrated gradients: path integrals of the gradient from background rows to the rows to be explained.

For a row x and a background row b, with F the explained function of the network's inputs (Sundararajan et
al., 2017), c_j(t) = (x_j - b_j) dF/dx_j at b + t (x - b), and

    IG_j(x, b) = int_0^1 c_j(t) dt
    sum_j IG_j(x, b) = F(x) - F(b)                              completeness
    EG_j(x) = mean of IG_j(x, b) over the background rows b     Erion et al. (2021)

Each path is divided into pieces, and the integral over a piece is length (w c_start + (1 - w) c_end).
Completeness holds for every piece: w in [0, 1] is chosen so that it does. For a network of rectifiers, whose
gradient jumps, w is the share of the piece before the jump. Where no w is good enough, the piece is halved,
which needs the gradient at one further point.

Points between the ends may be computed in float32, because their F only divides F(x) - F(b) among the pieces.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from skbackprop.model.prediction import raw_predictions, scaled_block
from skbackprop.network.input_gradient import compute_slopes, input_gradient
from skbackprop.network.members import in_dtype
from skbackprop.network.workspace import Workspace

# Number of points of paths per pass through the network.
POINTS_PER_PASS = 1024
# Largest size of the gradients of the pieces that are processed together.
PIECES_BYTES = 2**26
# A piece is halved at most this number of times.
MOST_HALVINGS = 12
# Rows whose sum is not exact enough are integrated again, at most MOST_REPETITIONS times, each time with a
# limit smaller by FACTOR.
MOST_REPETITIONS, FACTOR = 3, 4
# Weights of n drawn background rows are calibrated to the means of at most n MOST_KNOWN quantities.
MOST_KNOWN = 1 / 4
# Rounding errors of a network in units of those of its last step.
ROUNDING = 64


@dataclass
class Pieces:
    """Pieces of paths, each from b + start (x - b) to b + (start + length) (x - b).

    Attributes
    ----------
    x, b : ndarray of int
        Indices of the row and of the background row of each piece.
    start, length : ndarray
        In units of the path.
    c : ndarray of shape (n_pieces, 2, n_columns, n_functions)
        c_j at both ends, by columns of X.
    F : ndarray of shape (n_pieces, 2, n_functions)
        F at both ends.
    """

    x: np.ndarray
    b: np.ndarray
    start: np.ndarray
    length: np.ndarray
    c: np.ndarray
    F: np.ndarray

    def __len__(self):
        return len(self.x)

    def __getitem__(self, chosen):
        return Pieces(*(getattr(self, each.name)[chosen] for each in fields(self)))

    def integrals(self):
        """Return the integral of c over each piece, and the error of its sum over the columns.

        The integral is length (w c_start + (1 - w) c_end) with the w in [0, 1] for which the sum over the
        columns is nearest to F_end - F_start: the share of the piece before a kink, if there is one.
        """
        start, end = self.c.sum(axis=2).transpose(1, 0, 2)
        slope = (self.F[:, 1] - self.F[:, 0]) / self.length[:, None]
        change = start - end
        w = np.divide(slope - end, change, out=np.full_like(change, 0.5), where=change != 0)
        w = np.clip(w, 0, 1)
        errors = self.length[:, None] * np.abs(w * start + (1 - w) * end - slope)
        w = w[:, None]
        return self.length[:, None, None] * (w * self.c[:, 0] + (1 - w) * self.c[:, 1]), errors

    def halves(self, evaluate):
        """Return the two halves of every piece; `evaluate` returns c and F at points of paths."""
        half = self.length / 2
        middle = self.start + half
        c, F = evaluate(self.x, self.b, middle)
        c, F = np.stack((self.c[:, 0], c, self.c[:, 1]), 1), np.stack((self.F[:, 0], F, self.F[:, 1]), 1)
        return pieces_between(self.x, self.b, np.stack((self.start, middle), 1), half, c, F)


def pieces_between(x, b, start, length, c, F):
    """Return the pieces between consecutive points, at which c and F are known.

    Parameters
    ----------
    x, b : ndarray of int
        Those of n paths, as in :class:`Pieces`.
    start : ndarray of shape (n, n_pieces)
    length : ndarray of shape (n,)
        The length of each piece of a path.
    c, F : ndarrays of shape (n, n_pieces + 1, ...)
    """
    n_pieces = start.shape[1]
    ends = np.arange(n_pieces)[:, None] + [0, 1]
    c, F = c[:, ends], F[:, ends]
    return Pieces(
        np.repeat(x, n_pieces),
        np.repeat(b, n_pieces),
        start.ravel(),
        np.repeat(length, n_pieces),
        c.reshape(-1, *c.shape[2:]),
        F.reshape(-1, *F.shape[2:]),
    )


class PathIntegrals:
    """Expected gradients of a network with respect to its inputs.

    Parameters
    ----------
    model : Model
    output : ExplainedOutput
        F as a function of z^L.
    background : ndarray, EncodedRows or SparseRows of shape (n_background, n_inputs)
        Encoded rows, not scaled.
    drawn : ndarray of int
        The background rows from which paths start.
    members : csr_array of shape (n_columns, n_inputs)
        1 for each input that belongs to a column of X; the integrals of these inputs are added.
    n_steps : int
        Number of pieces of every path, before some are halved.

    Attributes
    ----------
    F_background : ndarray of shape (n_background, n_functions)
        F of all background rows.
    base_values : ndarray of shape (n_functions,)
        Their mean.
    rounding_error : ndarray of shape (n_functions,)
        Errors of this size are due to the dtype of the network.
    """

    def __init__(self, model, output, background, drawn, members, n_steps):
        self._model = model
        self._network = self._inner_network = model.network
        self._output = output
        self._members = members
        self._n_steps = n_steps
        self._inner_workspace = None
        z = raw_predictions(model.network, background, model.scaling).reshape(background.shape[0], -1)
        self.F_background = output(z)
        self.base_values = self.F_background.mean(axis=0)
        self._z_starts, self._F_starts = z[drawn], self.F_background[drawn]
        self.rounding_error = self._rounding_error(model.network.theta.dtype)
        self._starts = self._scaled(background[drawn])
        _, self._gradients = self._backpropagate(self._network, self._starts)
        self._weights = self._weights_of(background, drawn)

    def _weights_of(self, background, drawn):
        """Return the weights of the drawn rows in the mean over the background.

        The weighted means of F, and of the inputs if there are few of them, equal those of all background
        rows.
        """
        known, n_drawn = self.F_background, len(drawn)
        if self._starts.shape[1] + known.shape[1] <= MOST_KNOWN * n_drawn:
            known = np.hstack((known, self._scaled(background[:])))
        return calibrated_weights(known[drawn], known.mean(axis=0))

    def _scaled(self, X):
        return scaled_block(X, self._model.scaling, self._network.theta.dtype)

    def values(self, X):
        """Return F of encoded rows, of shape (n_rows, n_functions)."""
        z = raw_predictions(self._network, X, self._model.scaling)
        return self._output(z.reshape(X.shape[0], -1))

    def expected_gradients(self, X, F, limits):
        """Return the integrals of every row of X, the mean over the background, by columns.

        Parameters
        ----------
        X : ndarray, EncodedRows or SparseRows of shape (n_rows, n_inputs)
            Encoded rows, not scaled.
        F : ndarray of shape (n_rows, n_functions)
            The result of :meth:`values` for X.
        limits : ndarray of shape (n_functions,)
            The largest error of the sum over the columns.

        Returns
        -------
        integrals : ndarray of shape (n_rows, n_columns, n_functions)
        """
        if (self._rounding_error(np.float32) < limits).all():
            self._inner_network = in_dtype(self._network, np.float32)
        integrals = np.zeros((X.shape[0], self._members.shape[0], F.shape[1]))
        path_bytes = 8 * 2 * self._n_steps * integrals[0].size
        rows_at_once = max(1, PIECES_BYTES // (path_bytes * len(self._starts)))
        for first in range(0, X.shape[0], rows_at_once):
            rows = slice(first, first + rows_at_once)
            integrals[rows] = self._of_rows(self._scaled(X[rows]), F[rows], limits)
        return integrals

    def _of_rows(self, X, F, limits):
        """Return the integrals of scaled rows, with errors below `limits` if possible."""
        _, gradients = self._backpropagate(self._network, X)
        integrals = np.zeros((len(X), self._members.shape[0], F.shape[1]))
        rows = np.arange(len(X))
        for repetition in range(MOST_REPETITIONS + 1):
            chosen = X[rows], F[rows], gradients[rows]
            integrals[rows] = self._mean_integrals(*chosen, limits / FACTOR**repetition)
            errors = np.abs(integrals.sum(axis=1) - (F - self.base_values))
            rows = np.flatnonzero((errors > limits).any(axis=1))
            if not rows.size:
                break
        return integrals

    def _mean_integrals(self, X, F, gradients, limits):
        """Return the integrals of scaled rows, the mean over the background.

        The errors e of the pieces have both signs: if each is below limit sqrt(n length), where n is the
        number of paths to a row, the root of the sum of their squares is below n limit.
        """
        sums = np.zeros((len(X), self._members.shape[0], F.shape[1]))
        pieces = self._paths(X, F, gradients)
        for halvings in range(MOST_HALVINGS + 1):
            integrals, errors = pieces.integrals()
            largest = limits * np.sqrt(len(self._starts) * pieces.length)[:, None]
            halved = (errors > largest).any(axis=1) & (halvings < MOST_HALVINGS)
            weighted = self._weights[pieces.b, None, None] * integrals
            np.add.at(sums, pieces.x[~halved], weighted[~halved])
            if not halved.any():
                break
            pieces = pieces[halved].halves(lambda x, b, t: self._evaluate(X, x, b, t))
        return sums

    def _paths(self, X, F, gradients):
        """Return the paths from every drawn background row to every row of X, in `n_steps` pieces each."""
        n = self._n_steps
        x, b = np.indices((len(X), len(self._starts))).reshape(2, -1)
        difference = X[x] - self._starts[b]
        t = np.arange(1, n) / n
        inner = np.repeat(x, n - 1), np.repeat(b, n - 1), np.tile(t, x.size)
        c_inner, F_inner = self._evaluate(X, *inner)
        c_start = self._by_column(difference, self._gradients[b])
        c_end = self._by_column(difference, gradients[x])
        c = np.hstack((c_start[:, None], c_inner.reshape(x.size, n - 1, *c_end.shape[1:]), c_end[:, None]))
        F_inner = F_inner.reshape(x.size, n - 1, F.shape[1])
        F = np.hstack((self._F_starts[b, None], F_inner, F[x, None]))
        start = np.tile(np.arange(n) / n, (x.size, 1))
        return pieces_between(x, b, start, np.full(x.size, 1 / n), c, F)

    def _evaluate(self, X, x, b, t):
        """Return c and F at the points b + t (x - b), where `x` and `b` are indices of rows."""
        network = self._inner_network
        X, B = (ends.astype(network.theta.dtype, copy=False) for ends in (X, self._starts))
        c = np.empty((x.size, self._members.shape[0], self.base_values.size))
        F = np.empty((x.size, self.base_values.size))
        for first in range(0, x.size, POINTS_PER_PASS):
            block = slice(first, first + POINTS_PER_PASS)
            start = B[b[block]]
            difference = X[x[block]] - start
            points = start + t[block, None].astype(start.dtype) * difference
            F[block], gradients = self._backpropagate(network, points)
            c[block] = self._by_column(difference, gradients)
        return c, F

    def _by_column(self, difference, gradients):
        """Return c_j = (x_j - b_j) dF/dx_j, summed over the inputs of each column of X."""
        c = np.empty((len(difference), self._members.shape[0], gradients.shape[2]))
        for k in range(gradients.shape[2]):
            c[:, :, k] = (self._members @ (difference * gradients[:, :, k]).T).T
        return c

    def _backpropagate(self, network, X):
        """Return F and dF/dx of scaled rows, of shape (n_rows, n_functions) and (n_rows, n_inputs, ...)."""
        workspace = self._workspace(network, len(X))
        network.forward(X, workspace)
        z = workspace.output.z.astype(np.float64)
        compute_slopes(network, workspace)
        F, deltas = self._output.with_jacobian(z)  # delta^L = dF_k/dz^L of each function
        gradients = [input_gradient(network, workspace, delta) for delta in deltas]
        return F, np.stack(gradients, axis=-1)

    def _workspace(self, network, n_rows):
        if network is not self._inner_network or n_rows != POINTS_PER_PASS:
            return Workspace(network, n_rows, slopes=True)
        if self._inner_workspace is None:
            self._inner_workspace = Workspace(network, n_rows, slopes=True)
        return self._inner_workspace

    def _rounding_error(self, dtype):
        """Return the largest error of F(z) for z computed in `dtype`: ROUNDING eps sum_j |dF/dz_j z_j|."""
        F, jacobian = self._output.with_jacobian(self._z_starts)
        of_network = np.finfo(dtype).eps * np.abs(jacobian * self._z_starts).sum(axis=2).max(axis=1)
        of_output = np.finfo(np.float64).eps * np.abs(F).max(axis=0)
        return ROUNDING * (of_network + of_output)


def calibrated_weights(drawn, means):
    """Return the weights of drawn rows for which their weighted means are `means`.

    Of all weights that sum to 1 and give these means, they are the nearest to 1 / n (Deville & Särndal,
    1992, "Calibration estimators in survey sampling").

    Parameters
    ----------
    drawn : ndarray of shape (n, n_columns)
    means : ndarray of shape (n_columns,)
    """
    deviations = drawn - drawn.mean(axis=0)
    return 1 / len(drawn) + np.linalg.pinv(deviations.T) @ (means - drawn.mean(axis=0))
