"""Piecewise linear encoding of numbers (Gorishniy et al., 2022): where a number is between given knots.

For each interval k between two neighboring knots of an input x_j,

    h_k = clip(g_k x_j + o_k, -1, 1)        -1 below the interval, 1 above it

with slope g_k = 2 / width and offset o_k. A weighted sum of the h_k is piecewise linear in x_j, so that the
first layer can learn any piecewise linear function of x_j with these knots, also one that varies rapidly.
"""

import numpy as np


class PiecewiseLinear:
    """The pieces h_k of a row, which have no parameters to be learned.

    Parameters
    ----------
    columns : ndarray of shape (n_pieces,), int
        Ascending; the index j of the input of each piece.
    slopes, offsets : ndarray of shape (n_pieces,)
        g_k and o_k.
    """

    def __init__(self, columns, slopes, offsets):
        self.columns = columns
        self.slopes = slopes
        self.offsets = offsets

    @classmethod
    def between(cls, knots):
        """Return the pieces between `knots`: for each input by its index, ascending numbers, at least two."""
        columns = [np.full(len(t) - 1, j, dtype=np.intp) for j, t in knots.items()]
        widths = np.concatenate([np.diff(t) for t in knots.values()])
        middles = np.concatenate([(t[1:] + t[:-1]) / 2 for t in knots.values()])
        return cls(np.concatenate(columns), 2 / widths, -2 * middles / widths)

    @property
    def first_of_input(self):
        """For each piece, the index of the first piece of its input."""
        return np.searchsorted(self.columns, self.columns)

    def numbered(self):
        """Return for each piece the index of its input, and its number among the pieces of this input."""
        return list(zip(self.columns, np.arange(self.columns.size) - self.first_of_input + 1, strict=True))

    def start_linear(self, H):
        """Overwrite the initial weights H of the pieces, (..., n_pieces, n_1), by proportional ones.

        With H_k = w_k H_first for the pieces of each input, where w_k is proportional to the width of the
        interval, the sum of the h_k H_k is linear in x_j between the first and the last knot. Independent
        weights would begin with a random function of each input, and learn functions of sums of inputs less
        well. The sum of the w_k^2 of an input is 1.
        """
        first = self.first_of_input
        widths = 1 / self.slopes
        w = widths / np.sqrt(np.bincount(first, widths**2)[first])
        H[...] = w[:, None] * H[..., first, :]

    def forward(self, X, out):
        """Write h of X, whose last axis is the input, into `out`, which may have more networks."""
        dtype = out.dtype.type
        h = X.take(self.columns, axis=-1)
        h *= self.slopes.astype(dtype)
        h += self.offsets.astype(dtype)
        np.clip(h, -1, 1, out=out)

    def overwrite_by_slopes(self, h):
        """Overwrite h_k by dh_k/dx_j: g_k between the knots, else 0."""
        np.multiply(np.abs(h) < 1, self.slopes, out=h, casting="same_kind")

    def add_input_gradient(self, delta, slopes, gradient):
        """Add dF/dh_k dh_k/dx_j to the `gradient` dF/dx, from `delta` = dF/dh and the slopes dh_k/dx_j."""
        columns, first = np.unique(self.columns, return_index=True)
        gradient[..., columns] += np.add.reduceat(delta * slopes, first, axis=-1)

    def masked(self, mask):
        """Return the pieces of the inputs m_j x_j, where `mask` is m: m_j g_k x_j + o_k."""
        return PiecewiseLinear(self.columns, self.slopes * mask[self.columns], self.offsets)
