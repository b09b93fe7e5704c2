"""Raw outputs for any number of rows, in blocks that stay in the cache."""

import numpy as np
from scipy.sparse import issparse
from sklearn.utils import gen_batches

from skbackprop.network import Workspace

# What the transients of a block may take.
BLOCK_BYTES = 2**21


def raw_predictions(network, X, scaling=None, dtype=np.float64):
    """Return z^L of every row of X, in `dtype` and in the shape that :meth:`Network.forward` has.

    Every call has a workspace of its own, so that threads can share a network.

    Parameters
    ----------
    network : Network
    X : ndarray or CSR matrix of shape (n_samples, n_features)
    scaling : Scaling, default=None
        Applied to the inputs, block by block.
    dtype : dtype, default=float64
        Of the result; the network computes in its own.
    """
    n_samples = X.shape[0]
    compute_dtype = network.theta.dtype
    row_bytes = 4 * sum(network.widths) * compute_dtype.itemsize
    block_rows = min(n_samples, max(32, BLOCK_BYTES // row_bytes))
    E = network.n_networks
    raw = np.empty((n_samples * E, network.n_outputs), dtype)
    workspace = Workspace(network, block_rows)
    for rows in gen_batches(n_samples, block_rows):
        if rows.stop - rows.start != block_rows:
            workspace = Workspace(network, rows.stop - rows.start)
        raw[E * rows.start : E * rows.stop] = network.forward(
            scaled_block(X[rows], scaling, compute_dtype), workspace
        )
    return raw


def scaled_block(block, scaling, dtype):
    """Return a block of rows, cast and scaled; the block itself where there is nothing to do."""
    if issparse(block):
        block = block.astype(dtype)  # a copy: the values are scaled in place
        if scaling is not None:
            scaling.apply_to_values(block.data, block.indices)
        return block
    if scaling is not None:
        scaled = np.empty(block.shape, dtype)
        scaling.apply(block, out=scaled)
        return scaled
    return np.ascontiguousarray(block, dtype=dtype)
