"""Weighted inputs and activations of every layer for given rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from skbackprop.inspection.inspected_data import encoded_inputs
from skbackprop.model.prediction import forward_blocks
from skbackprop.network.kernels.products import affine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from skbackprop.estimators.types import MatrixLike
    from skbackprop.inspection.inspected_data import Estimator


class LayerActivations(NamedTuple):
    """The weighted inputs and the activations of one layer.

    Attributes
    ----------
    z : ndarray of shape (n_samples, n_units)
        z^l = a^{l-1} W^l + b^l.
    a : ndarray of shape (n_samples, n_units)
        a^l = sigma(z^l). In the output layer, the inverse link of the loss (softmax, sigmoid, ...)
        applied to z^L.
    """

    z: NDArray[np.floating[Any]]
    a: NDArray[np.floating[Any]]


def hidden_activations(estimator: Estimator, X: MatrixLike) -> list[LayerActivations]:
    """Return z^l and a^l of every layer, including the output layer, without dropout.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted estimator; it is not modified.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Inputs, as for ``predict``.

    Returns
    -------
    layers : list of LayerActivations
        In the order of ``coefs_``: the hidden layers from the first to the last, then the output
        layer. z and a have the shape (n_samples, n_units). With several networks
        (``n_estimators``) the units of the networks are concatenated: n_units is then
        ``n_estimators`` times the size of the layer, and
        ``a.reshape(n_samples, n_estimators, -1)`` separates the networks.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    TypeError
        If the estimator is not a BackpropClassifier or a BackpropRegressor.

    See Also
    --------
    skbackprop.HiddenLayerTransformer : One hidden layer as features, in a pipeline.

    Notes
    -----
    z^1 is computed from the scaled inputs. The output layer is that of the network as well: for two
    classes it has one neuron, and the outputs of a regressor are in the scaled units of y.

    References
    ----------
    Nielsen (2015). Neural Networks and Deep Learning, chapter 2. Determination Press.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.inspection import hidden_activations
    >>> X, y = load_iris(return_X_y=True)
    >>> model = BackpropClassifier((20, 5), "relu", n_estimators=1, random_state=0).fit(X, y)
    >>> layers = hidden_activations(model, X)
    >>> [layer.a.shape for layer in layers]
    [(150, 20), (150, 5), (150, 3)]
    >>> bool((layers[0].a == layers[0].z.clip(min=0)).all())
    True
    """
    model, X, dtype = encoded_inputs(estimator, X)
    return network_activations(model, X, dtype)


def network_activations(model: Any, X: Any, dtype: Any) -> list[LayerActivations]:
    """Return the LayerActivations of every layer for encoded inputs."""
    network = model.network
    layers = [
        LayerActivations(*(np.empty((X.shape[0], width), dtype) for _ in range(2)))
        for width in network.widths[1:]
    ]
    for rows, raw, workspace in forward_blocks(network, X, model.scaling):
        for W, b, layer, kept in zip(network.W, workspace.biases, workspace.hidden, layers, strict=False):
            kept.a[rows] = layer.a
            affine(layer.input, W, b, out=layer.delta)  # z^l is recomputed, since a^l may have overwritten it
            kept.z[rows] = layer.delta
        layers[-1].z[rows] = workspace.output.z
        a = np.empty_like(raw)
        model.loss.inverse_link(raw, out=a)
        layers[-1].a[rows] = a.reshape(workspace.output.z.shape)
    return layers
