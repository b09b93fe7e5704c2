"""a^0 whose last components, h, exist in networks 1, 3, ... of several: the others do not compute them.

With r the components before h, and R and H their rows of W^1,

    a^0 W^1 = r R + h H                  h H in networks 1, 3, ... only
    dL/dW^1 = r^T delta^1 above h^T delta^1
    dL/dh = delta^1 H^T
"""

import numpy as np

from skbackprop.network.kernels.side_by_side import by_network

# Of several networks, those that have h, and the others.
WITH_PIECES, WITHOUT_PIECES = slice(1, None, 2), slice(0, None, 2)


class WithPieces:
    """The components of a^0 in two parts.

    Parameters
    ----------
    rest : ndarray of shape (n_rows, n_networks * n_rest) or PartlySparse
        r, of all networks.
    h, delta_h : ndarray of shape (n_rows, n_pieces), or (n_networks // 2, n_rows, n_pieces)
        h and dL/dh of one network, or of those of several that have h.
    n_rest : int
        Number of components of r of one network.
    """

    def __init__(self, rest, h, delta_h, n_rest):
        self.rest = rest
        self.h = h
        self.delta_h = delta_h
        self.n_rest = n_rest
        self._product = None

    def rows_of_rest(self, W):
        """Return R, a view of `W`."""
        return W[..., : self.n_rest, :]

    def add_product(self, W, out):
        """Add h H to `out`, the columns of all networks."""
        if self._product is None:
            self._product = np.empty((*self.h.shape[:-1], W.shape[-1]), W.dtype)
        np.matmul(self.h, self._rows_of_pieces(W), out=self._product)
        of_pieces = with_pieces(out, W)
        of_pieces += self._product

    def write_gradient(self, delta, dW):
        """Write dL/dH = h^T delta^1 into its rows of `dW`, and 0 in the networks without h."""
        if dW.ndim == 3:
            dW[WITHOUT_PIECES, self.n_rest :] = 0
        np.matmul(self.h.swapaxes(-1, -2), with_pieces(delta, dW), out=self._rows_of_pieces(dW))

    def write_delta(self, delta, W):
        """Write dL/dh = delta^1 H^T into ``delta_h``."""
        H = self._rows_of_pieces(W)
        np.matmul(with_pieces(delta, W), H.swapaxes(-1, -2), out=self.delta_h)

    def _rows_of_pieces(self, W):
        """Return H, a view of `W`, of the networks that have h."""
        return W[self.n_rest :] if W.ndim == 2 else W[WITH_PIECES, self.n_rest :]


def with_pieces(a, W):
    """Return the part of `a`, the columns of all networks, of the networks that have h, a view by network."""
    return a if W.ndim == 2 else by_network(a, len(W))[WITH_PIECES]
