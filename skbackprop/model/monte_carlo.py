"""Monte Carlo dropout: predictions with dropout, whose spread is the model's uncertainty.

Each pass draws one sub-network from an approximate posterior over networks (Gal & Ghahramani, 2016, "Dropout
as a Bayesian approximation") and predicts all rows with it. With m^l the mask of a^l in this pass, 0 with
probability p and else 1 / (1 - p) for each unit,

    (a^l * m^l) W^{l+1} = a^l (diag(m^l) W^{l+1})

so the sub-network is a network whose weights are masked by row. The prediction of a row does not depend on
the other rows.
"""

import copy

import numpy as np

from skbackprop.model.prediction import forward_blocks, narrow, refuse_overflow

# Bytes of input that all passes process before the next rows are read from a file or decoded.
INPUT_BYTES = 2**26


def sample_raw_predictions(network, X, scaling, n_samples, seed, dtype=np.float64):
    """Return z^L of every row in `n_samples` passes, each of one sub-network.

    Parameters
    ----------
    network : Network
        A network with dropout.
    X : ndarray or CSR matrix of shape (n_rows, n_features)
    scaling : Scaling or None
    n_samples : int
    seed : int
        The masks of pass i are drawn with the seed (seed, i).
    dtype : dtype, default=float64
        Dtype of the result.

    Returns
    -------
    raw : ndarray of shape (n_samples, n_rows, n_outputs)
        With several networks there are n_rows * n_networks rows, in the order of :meth:`Network.forward`.

    Raises
    ------
    ValueError
        If the network has no dropout, or an output is not finite.
    """
    if not network.dropout:
        raise ValueError(
            "Monte Carlo dropout needs a network that was trained with dropout: set the 'dropout' "
            "parameter to a rate, for instance dropout=0.1."
        )
    shape = n_samples, X.shape[0], network.widths[-1]
    raw = np.empty(shape, np.result_type(dtype, network.theta.dtype))
    n_rows = max(32, INPUT_BYTES // (X.shape[1] * X.dtype.itemsize))
    sub_network = copy.deepcopy(network)
    with np.errstate(over="ignore", invalid="ignore"):  # `refuse_overflow` raises one clear error
        for start in range(0, X.shape[0], n_rows):
            inputs = X[start : start + n_rows]
            out = raw[:, start : start + n_rows]
            for i in range(n_samples):
                mask_weights(network, sub_network, np.random.default_rng([seed, i]))
                for rows, _, workspace in forward_blocks(sub_network, inputs, scaling):
                    out[i, rows] = workspace.output.z
        largest = np.abs(raw).max(axis=0)  # NaN where any pass has NaN
    refuse_overflow(largest, network)
    return narrow(raw, dtype).reshape(n_samples, -1, network.n_outputs)


def mask_weights(network, sub_network, rng):
    """Overwrite the weights of `sub_network` with those of `network`, multiplied by new masks.

    Parameters
    ----------
    network, sub_network : Network
        Networks of the same shape.
    rng : numpy.random.Generator
        Draws the masks.
    """
    input_rate, *rates = network.dropout
    if input_rate:
        mask_inputs(network, sub_network, input_rate, rng)
    for l, rate in enumerate(rates, start=1):
        W = network.W[l]
        mask = draw_mask(rng, rate, W.shape[:-1])  # each of several networks has its own masks
        np.multiply(W, mask[..., None], out=sub_network.W[l])  # diag(m^l) W^{l+1}


def mask_inputs(network, sub_network, rate, rng):
    """Mask the parameters that multiply the inputs: rows of W^1, or f_j and part of s of an input layer."""
    input_layer = network.input_layer
    if input_layer is None:
        mask = draw_mask(rng, rate, network.layer_sizes[0])
        np.multiply(network.W[0], mask[:, None], out=sub_network.W[0])  # diag(m^0) W^1
        return
    n_inputs, columns = input_layer.n_inputs, input_layer.columns
    mask = draw_mask(rng, rate, n_inputs)
    parameters, masked = network.input_parameters, sub_network.input_parameters
    np.multiply(parameters["s"][..., :n_inputs], mask, out=masked["s"][..., :n_inputs])  # s * m * x
    if columns.size:
        np.multiply(parameters["f"], mask[columns, None, None], out=masked["f"])  # m_j x_j f_j
    if input_layer.pieces is not None:
        sub_network.input_layer.pieces = input_layer.pieces.masked(mask)


def draw_mask(rng, rate, shape):
    """Return a mask: 0 with probability `rate`, else 1 / (1 - rate), independently for each unit."""
    return (rng.random(shape) >= rate) / (1 - rate)
