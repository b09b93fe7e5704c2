"""The gradient of the loss on a user's rows, layer by layer."""

from typing import NamedTuple

import numpy as np

from skbackprop.inspection.inspected_data import encoded_rows, network_batch
from skbackprop.network.network import by_network
from skbackprop.network.workspace import Workspace
from skbackprop.training.epoch_loss import write_output_delta


class LayerGradients(NamedTuple):
    """What backpropagation finds in one layer, with L the mean loss over the rows.

    Attributes
    ----------
    dW : ndarray of shape (n_{l-1}, n_l)
        dL/dW^l = (a^{l-1})^T delta^l.
    db : ndarray of shape (n_l,)
        dL/db^l, the sum of delta^l over the rows.
    delta : ndarray of shape (n_samples, n_l)
        delta^l = dL/dz^l of each row; the 1 / n_samples of the mean is in it.
    """

    dW: np.ndarray
    db: np.ndarray
    delta: np.ndarray


def gradients(estimator, X, y, sample_weight=None):
    """Return dL/dW^l, dL/db^l and delta^l of every layer, for the mean loss over these rows.

    They come from the backward pass of the training itself, over all rows as one batch and without
    dropout.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted; it is not changed.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Inputs.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets, as ``fit`` takes them.
    sample_weight : array-like of shape (n_samples,), default=None
        L is the weighted mean then.

    Returns
    -------
    layers : list of LayerGradients
        In the order of ``coefs_``, the output layer last, in the dtype that the network computes
        in. dW and db have the shapes of ``coefs_`` and ``intercepts_``. With several networks
        (``n_estimators``) every one has a loss of its own, as in training; the deltas of one stand
        after those of the other: delta is of shape (n_samples, n_estimators * n_l).

    Raises
    ------
    sklearn.exceptions.NotFittedError
        Where the estimator is not fitted.
    TypeError
        Where the estimator is none of this package's.
    ValueError
        Where X or y does not fit to what was fitted.

    Notes
    -----
    L is the loss of the data as it is trained on: with ``class_weight`` and ``label_smoothing``,
    and for a regressor in the units of the scaled y. The penalty is not in it; its gradient is
    ``alpha * coefs_[l]``. The parameters of a front (the learned scale and the periodic embeddings
    of the inputs) are none of a layer's.

    References
    ----------
    Rumelhart, Hinton & Williams (1986). Learning representations by back-propagating errors.
    Nature 323, 533-536.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.inspection import gradients
    >>> X, y = load_iris(return_X_y=True)
    >>> model = BackpropClassifier((20, 5), n_estimators=1, random_state=0).fit(X, y)
    >>> layers = gradients(model, X, y)
    >>> [layer.dW.shape for layer in layers]
    [(4, 20), (20, 5), (5, 3)]
    >>> layers[-1].delta.shape
    (150, 3)
    """
    model, X, y, w = encoded_rows(estimator, X, y, sample_weight)
    network = model.network
    dtype = network.theta.dtype
    X, Y, w = network_batch(model, X, model.encode_for_training(y, dtype), w, dtype)
    workspace = backpropagate(network, model.loss, X, Y, w)
    dW, db, _ = network.split(workspace.grad)
    E = network.n_networks
    if E > 1:
        dW[0] = by_network(dW[0], E)
        db = [part.reshape(E, -1) for part in db]
    layers = [*workspace.hidden, workspace.output]
    return [LayerGradients(*parts, layer.delta) for *parts, layer in zip(dW, db, layers, strict=True)]


def backpropagate(network, loss, X, Y, w):
    """Return the workspace of a pass forward and back over all rows, without dropout.

    Parameters
    ----------
    network : Network
    loss : object
        See :mod:`skbackprop.network.losses`.
    X : ndarray or CSR matrix of shape (n_samples, n_inputs)
        Scaled.
    Y : ndarray of shape (n_samples * n_networks, n_outputs)
    w : ndarray of shape (n_samples * n_networks,) or None
        Weights of mean 1.
    """
    workspace = Workspace(network, X.shape[0], np.empty_like(network.theta))
    raw = network.forward(X, workspace)
    workspace.raw_delta.fill(np.nan)  # what a loss leaves unwritten shows
    write_output_delta(loss, Y, raw, w, workspace.raw_delta, network.n_networks)
    for layer in workspace.hidden:
        layer.dropout = None  # no mask was drawn
    network.backward(workspace)
    return workspace
