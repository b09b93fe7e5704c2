"""HiddenLayerTransformer: the activations of a hidden layer as features for other estimators."""

from __future__ import annotations

from numbers import Integral
from typing import TYPE_CHECKING, Any, Self

from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    _routing_enabled,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from skbackprop.estimators.base import BaseBackprop, fitted_model, network_inputs
from skbackprop.estimators.documentation_site import DocumentationLinkMixin
from skbackprop.model.prediction import layer_outputs
from skbackprop.network.file_checks import require

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from skbackprop.estimators.types import Array, MatrixLike


class HiddenLayerTransformer(
    ClassNamePrefixFeaturesOutMixin, TransformerMixin, DocumentationLinkMixin, BaseEstimator
):
    """Transform X into the activations a^l of a hidden layer of a network.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        The network; it is cloned, and the clone is fitted. To use a fitted network, wrap it in
        :class:`sklearn.frozen.FrozenEstimator`.
    layer : int, default=-1
        The hidden layer, counted from 0 as in ``coefs_``: 0 is the first one, -1 the last one. Displays and
        messages count layers from 1, like textbooks: their layer 1 is ``layer=0``.

    Attributes
    ----------
    estimator_ : BackpropClassifier or BackpropRegressor
        The fitted network.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the inputs, if X had them.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skbackprop import BackpropClassifier, HiddenLayerTransformer
    >>> X, y = load_iris(return_X_y=True)
    >>> network = BackpropClassifier((20, 5), n_estimators=1, random_state=0)
    >>> model = make_pipeline(HiddenLayerTransformer(network), LogisticRegression()).fit(X, y)
    >>> model[0].transform(X).shape
    (150, 5)
    >>> bool(model.score(X, y) > 0.9)
    True
    """

    def __init__(self, estimator: BaseEstimator, layer: int = -1) -> None:
        self.estimator = estimator
        self.layer = layer

    def fit(self, X: MatrixLike, y: ArrayLike, **fit_params: Any) -> Self:
        """Fit the network.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        y : array-like
            Targets of the network.
        **fit_params
            Passed to the fit of the network; with metadata routing, only those that the network requests.

        Returns
        -------
        self : HiddenLayerTransformer

        Raises
        ------
        TypeError
            If `estimator` is not an estimator of this package.
        ValueError
            If the network has no hidden layer with the index `layer`.
        """
        if _routing_enabled():
            fit_params = process_routing(self, "fit", **fit_params).estimator.fit
        self.estimator_ = clone(self.estimator).fit(X, y, **fit_params)
        self._layer_index()
        return self

    def transform(self, X: MatrixLike) -> Array:
        """Return the activations of the layer, without dropout.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        activations : ndarray of shape (n_samples, n_units)
            With several networks (``n_estimators``), the units of the first network, then those of the
            second, and so on.
        """
        check_is_fitted(self)
        layer = self._layer_index()
        model, X, dtype = network_inputs(self._network(), X)
        return layer_outputs(model.network, X, model.scaling, dtype, layer=layer)

    def get_metadata_routing(self) -> MetadataRouter:
        """Return the router that passes :ref:`metadata <metadata_routing>` on to the network.

        Returns
        -------
        routing : MetadataRouter
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.target_tags = inner.target_tags
        return tags

    def __setstate__(self, state):
        require(self, state, self._get_param_names())
        super().__setstate__(state)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "estimator_")

    @property
    def n_features_in_(self) -> int:
        """Number of inputs."""
        return self._fitted().n_features_in_

    @property
    def feature_names_in_(self) -> Array:
        """Names of the inputs, if X had them."""
        return self._fitted().feature_names_in_

    @property
    def _n_features_out(self):
        return fitted_model(self._network()).network.widths[1:-1][self._layer_index()]

    def _fitted(self):
        # AttributeError before fitting, so that hasattr is False.
        try:
            return self.__dict__["estimator_"]
        except KeyError:
            raise AttributeError("This HiddenLayerTransformer instance is not fitted yet.") from None

    def _network(self):
        """Return the fitted network, without the FrozenEstimator that may wrap it."""
        fitted = self._fitted()
        network = fitted.estimator if isinstance(fitted, FrozenEstimator) else fitted
        if not isinstance(network, BaseBackprop):
            raise TypeError(
                "The 'estimator' parameter must be a BackpropClassifier or a BackpropRegressor. Got "
                f"{network!r} instead."
            )
        return network

    def _layer_index(self):
        n_hidden = self._network().n_layers_ - 2
        if n_hidden == 0:
            raise ValueError(
                "The 'estimator' parameter must be a network with hidden layers, whose activations are the "
                f"features, but its hidden_layer_sizes={self._network().hidden_layer_sizes!r} give none."
            )
        is_int = isinstance(self.layer, Integral) and not isinstance(self.layer, bool)
        if not is_int or not -n_hidden <= self.layer < n_hidden:
            raise ValueError(
                f"The 'layer' parameter must be an int from {-n_hidden} to {n_hidden - 1}, because the "
                f"network has {n_hidden} hidden layers, counted from 0. Got {self.layer!r} instead."
            )
        return self.layer


def model_and_layer(transformer):
    """Return the Model of a fitted HiddenLayerTransformer, and its hidden layer, counted from 0."""
    model = fitted_model(transformer._network())
    return model, range(len(model.network.activation_names))[transformer._layer_index()]
