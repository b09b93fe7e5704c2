"""Monte Carlo dropout: predictions with dropout left on, whose spread is the model's uncertainty.

Each pass is a draw from an approximate posterior over networks (Gal & Ghahramani, 2016, "Dropout
as a Bayesian approximation").
"""

import numpy as np
from scipy.sparse import issparse, vstack

from skbackprop.model.prediction import scaled_block
from skbackprop.network.workspace import Workspace
from skbackprop.tables.sparse_rows import CenteredRows

# What the transients of a block of passes may take.
BLOCK_BYTES = 2**22


def sample_raw_predictions(network, X, scaling, n_samples, rng, dtype=np.float64):
    """Return z^L of every row in `n_samples` passes, each with its own masks.

    Parameters
    ----------
    network : Network
        With dropout.
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    scaling : Scaling or None
    n_samples : int
    rng : numpy.random.Generator
        Draws the masks.
    dtype : dtype, default=float64
        Of the result.

    Returns
    -------
    raw : ndarray of shape (n_samples, n_rows, n_outputs)
        With several networks n_rows * n_networks rows, as :meth:`Network.forward` has them.
    """
    if not network.dropout:
        raise ValueError(
            "Monte Carlo dropout needs a network that was trained with dropout: set the 'dropout' "
            "parameter to a rate, for instance dropout=0.1."
        )
    compute_dtype = network.theta.dtype
    row_bytes = 6 * sum(network.widths) * compute_dtype.itemsize
    block_rows = max(32, BLOCK_BYTES // row_bytes)
    raw = np.empty((n_samples, X.shape[0], network.widths[-1]), dtype)
    # A block is some passes over some rows: all rows where they are few, else one pass.
    n_rows = min(X.shape[0], block_rows)
    n_passes = min(n_samples, max(1, block_rows // n_rows))
    workspaces = {}
    for first_row in range(0, X.shape[0], n_rows):
        rows = slice(first_row, first_row + n_rows)
        block = scaled_block(X[rows], scaling, compute_dtype)
        for first_pass in range(0, n_samples, n_passes):
            passes = slice(first_pass, min(first_pass + n_passes, n_samples))
            repeated = repeat_rows(block, passes.stop - passes.start)
            size = repeated.shape[0]
            if size not in workspaces:
                workspaces[size] = Workspace(network, size)
            z = network.forward(repeated, workspaces[size], rng)
            raw[passes, rows] = z.reshape(passes.stop - passes.start, block.shape[0], -1)
    return raw.reshape(n_samples, -1, network.n_outputs)


def repeat_rows(block, n_times):
    """Return the rows of `block`, `n_times` one after the other."""
    if n_times == 1:
        return block
    if isinstance(block, CenteredRows):
        return CenteredRows(repeat_rows(block.S, n_times), block.z)
    if issparse(block):
        return vstack([block] * n_times, format="csr")
    return np.tile(block, (n_times, 1))
