"""Gradients of the loss on given rows, layer by layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skbackprop.inspection.inspected_data import encoded_rows, network_batch
from skbackprop.network.workspace import Workspace
from skbackprop.training.epoch_loss import write_output_delta

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from skbackprop.estimators.types import MatrixLike
    from skbackprop.inspection.inspected_data import Estimator


class LayerGradients(NamedTuple):
    """The gradients of one layer, where L is the mean loss over the rows.

    Attributes
    ----------
    dW : ndarray of shape (n_{l-1}, n_l)
        dL/dW^l = (a^{l-1})^T delta^l.
    db : ndarray of shape (n_l,)
        dL/db^l, the sum of delta^l over the rows.
    delta : ndarray of shape (n_samples, n_l)
        delta^l = dL/dz^l of each row, including the factor 1 / n_samples of the mean.
    """

    dW: NDArray[np.floating[Any]]
    db: NDArray[np.floating[Any]]
    delta: NDArray[np.floating[Any]]


def gradients(
    estimator: Estimator, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None
) -> list[LayerGradients]:
    """Return dL/dW^l, dL/db^l and delta^l of every layer, for the mean loss over these rows.

    They are computed by the backward pass that training uses, on all rows as one batch and without
    dropout.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted estimator; it is not modified.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Inputs.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets, as for ``fit``.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows; L is then the weighted mean.

    Returns
    -------
    layers : list of LayerGradients
        In the order of ``coefs_``, the output layer last, in the dtype of the network. dW and db have
        the shapes of ``coefs_`` and ``intercepts_``. With several networks (``n_estimators``) each
        network has a separate loss, as in training, and the deltas of the networks are concatenated:
        delta has the shape (n_samples, n_estimators * n_l).

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    TypeError
        If the estimator is not a BackpropClassifier or a BackpropRegressor.
    ValueError
        If X or y is inconsistent with the data of the fit.

    Notes
    -----
    L is the loss that training minimizes, without the penalty: it includes ``class_weight`` and
    label smoothing, and for a regressor it is in the units of the scaled y. The gradient of the
    penalty is ``alpha * coefs_[l]``. The parameters of the input layer (the learned scale and the
    periodic embeddings of the inputs) belong to no layer of the result.

    References
    ----------
    Rumelhart, Hinton & Williams (1986). Learning representations by back-propagating errors.
    Nature 323, 533-536.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier, Recipe
    >>> from skbackprop.inspection import gradients
    >>> X, y = load_iris(return_X_y=True)
    >>> recipe = Recipe("tabular", input_layer=None)
    >>> model = BackpropClassifier((20, 5), n_estimators=1, recipe=recipe, random_state=0).fit(X, y)
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
    dW, db, _ = network.layout.split(workspace.grad)
    layers = zip(dW, db, workspace.layers, strict=True)
    return [LayerGradients(W, b, layer.delta) for W, b, layer in layers]


def backpropagate(network, loss, X, Y, w):
    """Return the workspace of a forward and a backward pass over all rows, without dropout.

    Parameters
    ----------
    network : Network
    loss : object
        See :mod:`skbackprop.network.losses`.
    X : ndarray or CSR matrix of shape (n_samples, n_inputs)
        Scaled.
    Y : ndarray of shape (n_samples, n_outputs)
    w : ndarray of shape (n_samples,) or None
        Sample weights with mean 1.
    """
    workspace = Workspace(network, X.shape[0], np.empty_like(network.theta))
    Y, w = workspace.for_each_network(Y, w)
    network.forward(X, workspace)
    workspace.raw_delta.fill(np.nan)  # makes visible what a loss does not write
    write_output_delta(loss, Y, w, workspace)
    for layer in workspace.hidden:
        layer.dropout = None  # no mask is drawn
    network.backward(workspace)
    return workspace
