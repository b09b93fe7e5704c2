"""a^0 whose last components, h, exist in networks 1, 3, ... of several: the others do not compute them.

With r the components before h, and R and H their rows of W^1,

    a^0 W^1 = r R + h H                  h H in networks 1, 3, ... only
    dL/dW^1 = r^T delta^1 above h^T delta^1
    dL/dh = delta^1 H^T
"""

import numpy as np


class WithPieces:
    """The components of a^0 in two parts.

    Parameters
    ----------
    rest : ndarray of shape (n_rows, n_networks * n_rest) or PartlySparse
        r, of all networks.
    h : ndarray of shape (n_rows, n_pieces), or (n_rows, n_networks // 2, n_pieces) for several networks
    n_rest : int
        Number of components of r of one network.
    """

    def __init__(self, rest, h, n_rest):
        self.rest = rest
        self.h = by_network(h)
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
        """Write h^T delta^1 into the rows of `dW`."""
        dW[..., self.n_rest :, :] = 0  # in the networks without h
        np.matmul(self.h.swapaxes(-1, -2), with_pieces(delta, dW), out=self._rows_of_pieces(dW))

    def write_delta(self, delta, W, out):
        """Write dL/dh into `out`, of shape (n_rows, networks that have h, n_pieces)."""
        H = self._rows_of_pieces(W)
        np.matmul(
            with_pieces(delta, W), H.swapaxes(-1, -2), out=by_network(out if W.ndim == 3 else out[:, 0])
        )

    def _rows_of_pieces(self, W):
        """Return the rows of `W` for h in the networks that have h, a view."""
        return W[self.n_rest :] if W.ndim == 2 else W[1::2, self.n_rest :]


def by_network(a):
    """Return a view of `a` whose first axis is the network, if there are several."""
    return a if a.ndim == 2 else a.swapaxes(0, 1)


def with_pieces(a, W):
    """Return the part of `a`, the columns of all networks, of the networks that have h, a view by network."""
    return a if W.ndim == 2 else a.reshape(len(a), len(W), -1).swapaxes(0, 1)[1::2]
