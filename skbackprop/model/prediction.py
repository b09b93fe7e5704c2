"""Raw outputs for any number of rows, in blocks that stay in the cache."""

import numpy as np
from scipy.sparse import issparse

from skbackprop.network.workspace import Workspace, rows_in_cache
from skbackprop.tables.encoded_rows import EncodedRows
from skbackprop.tables.gathering import EncodedGather
from skbackprop.tables.sparse_rows import scaled_sparse


def raw_predictions(network, X, scaling=None, dtype=np.float64, chosen=None):
    """Return z^L of the rows of X, in the shape of :meth:`Network.forward`.

    Parameters
    ----------
    network : Network
    X : ndarray or CSR matrix of shape (n_samples, n_features)
    scaling : Scaling, default=None
        Applied to the inputs, block by block.
    dtype : dtype, default=float64
        Dtype of the result, if its range suffices; the network computes in its own dtype.
    chosen : ndarray of int, default=None
        The rows to predict, which are read block by block; None for all.

    Raises
    ------
    ValueError
        If an output is not finite.
    """
    n_rows = X.shape[0] if chosen is None else chosen.size
    raw = np.empty((n_rows, network.widths[-1]), np.result_type(dtype, network.theta.dtype))
    # `refuse_overflow` raises one clear error instead of NumPy's warnings.
    with np.errstate(over="ignore", invalid="ignore"):
        for rows, _, workspace in forward_blocks(network, X, scaling, chosen):
            raw[rows] = workspace.output.z
    refuse_overflow(raw, network)
    return narrow(raw, dtype).reshape(-1, network.n_outputs)


def raw_of_each_network(network, X, scaling=None, dtype=np.float64, chosen=None):
    """Return z^L by each network, of shape (n_networks, n_rows, n_outputs) (see :func:`raw_predictions`)."""
    raw = raw_predictions(network, X, scaling, dtype, chosen)
    return np.moveaxis(raw.reshape(-1, network.n_networks, network.n_outputs), 1, 0)


def narrow(values, dtype):
    """Return finite `values` in `dtype`, or unchanged if they exceed its range."""
    fits = np.abs(values).max(initial=0) <= np.finfo(dtype).max
    return values.astype(dtype, copy=False) if fits else values


def refuse_overflow(raw, network):
    """Raise ValueError if an output is not finite."""
    finite = np.isfinite(raw)
    if not finite.all():
        row, dtype = finite.all(axis=1).argmin(), network.theta.dtype
        wider = "dtype='float64' or " if dtype != np.float64 else ""
        raise ValueError(
            f"The outputs for row {row} of X are not finite: its numbers or the weights are so large that "
            f"their products overflow {dtype.name}. Scale the inputs, or fit with {wider}a smaller "
            "learning_rate."
        )


def layer_outputs(network, X, scaling=None, dtype=np.float64, *, layer):
    """Return a^l of every row of X, for a hidden `layer` counted from 0 (see :func:`raw_predictions`)."""
    shape = X.shape[0], network.widths[1:-1][layer]
    a = np.empty(shape, np.result_type(dtype, network.theta.dtype))
    with np.errstate(over="ignore", invalid="ignore"):
        for rows, _, workspace in forward_blocks(network, X, scaling):
            a[rows] = workspace.hidden[layer].a
    refuse_overflow(a, network)
    return narrow(a, dtype)


def forward_blocks(network, X, scaling, chosen=None):
    """Yield the slice of rows of each block of X, their z^L and the workspace of their forward pass.

    With `chosen`, X is replaced by its rows `chosen`.
    Every call has its own workspace, so that threads can share a network.
    """
    n_samples, dtype = X.shape[0] if chosen is None else chosen.size, network.theta.dtype
    block_rows = min(n_samples, rows_in_cache(network))
    workspace = Workspace(network, block_rows)
    if n_samples > block_rows:
        workspace.repeat_biases(network)
    encoded = EncodedGather(X, block_rows, dtype, scaling) if isinstance(X, EncodedRows) else None
    shape = block_rows, X.shape[1]
    buffers = None if scaling is None or encoded or issparse(X) else (np.empty(shape, dtype), np.empty(shape))
    for start in range(0, n_samples, block_rows):
        rows = slice(start, min(start + block_rows, n_samples))
        if rows.stop - rows.start != block_rows:
            workspace = Workspace(network, rows.stop - rows.start)
        if encoded:
            block = encoded(np.arange(rows.start, rows.stop) if chosen is None else chosen[rows])
        else:
            block = scaled_block(X[rows if chosen is None else chosen[rows]], scaling, dtype, buffers)
        yield rows, network.forward(block, workspace), workspace


def scaled_block(block, scaling, dtype, buffers=None):
    """Return a block of rows, cast and scaled; the block itself if nothing changes.

    `buffers` are two arrays of at least as many rows, the first of `dtype` and the second float64, which save
    allocating new ones; the result is in the first.
    """
    if issparse(block):
        return scaled_sparse(block, scaling, dtype)
    if scaling is not None:
        n = block.shape[0]
        scaled, wide = buffers or (np.empty(block.shape, dtype), None)
        scaling.apply(block, scaled[:n], wide if wide is None else wide[:n])
        return scaled[:n]
    return np.ascontiguousarray(block, dtype=dtype)
