"""Views of the arrays of several networks side by side, and of their W^1."""


def by_network(a, n_networks):
    """Return a view of `a`, rows x columns of E networks, as E x rows x columns of one network."""
    n_rows, width = a.shape
    return a.reshape(n_rows, n_networks, width // n_networks).transpose(1, 0, 2)  # the width may be 0


def side_by_side(W):
    """Return W^1 of several networks, E x n_0 x n_1, as a view of the n_0 x E n_1 matrix in theta."""
    return W if W.ndim == 2 else W.transpose(1, 0, 2).reshape(W.shape[1], len(W) * W.shape[2])


def one_below_the_other(W):
    """Return W^1 of several networks as a view of the n_0 E x n_1 matrix in theta: E rows for each input."""
    return W if W.ndim == 2 else W.transpose(1, 0, 2).reshape(-1, W.shape[2])
