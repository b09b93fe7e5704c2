"""The explained function F of the raw outputs of all networks, and its Jacobian dF/dz^L."""

from __future__ import annotations

import numpy as np
from sklearn.base import is_classifier

from skbackprop.model.predicted_values import numbers, probabilities
from skbackprop.network.losses import combine, combine_backward
from skbackprop.network.losses.differences import central_differences

KINDS = {"classifier": ("raw", "probability"), "regressor": ("prediction",)}


class ExplainedOutput:
    """The function F from raw outputs z^L to the result of a method of the estimator.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
    model : Model
        The model of the estimator.
    kind : {"auto", "raw", "probability", "prediction"}
        See :func:`.attributions`.

    Attributes
    ----------
    kind : str
        "auto" resolved.
    names : list of str or None
        A name for each output.

    Raises
    ------
    ValueError
        If `kind` is not available for the estimator.
    """

    def __init__(self, estimator, model, kind):
        available = KINDS["classifier" if is_classifier(estimator) else "regressor"]
        if kind not in ("auto", *available):
            raise ValueError(
                f"The 'output' parameter must be one of {('auto', *available)} for a "
                f"{type(estimator).__name__}. Got {kind!r} instead."
            )
        self.kind = available[0] if kind == "auto" else kind
        self._estimator = estimator
        self._model = model
        self.names = self._names()

    def _names(self):
        classes = [str(label) for label in getattr(self._estimator, "classes_", ())]
        targets = self._model.targets
        # Predictions of a list of a single quantile are a matrix of one column.
        if targets.n_outputs > 1 or not getattr(targets, "one_dimensional", True):
            return classes or [f"y{k}" for k in range(targets.n_outputs)]
        return classes if self.kind == "probability" else None

    def predict(self, X):
        """Return the explained output of the estimator for X, in float64."""
        method = {"raw": "decision_function", "probability": "predict_proba", "prediction": "predict"}
        return np.asarray(getattr(self._estimator, method[self.kind])(X), dtype=np.float64)

    def __call__(self, z):
        """Return F(z) of shape (n_rows, n_functions).

        Parameters
        ----------
        z : ndarray of shape (n_rows, n_networks * n_outputs), float64
        """
        network = self._model.network
        combined = combine(self._model.loss, z.reshape(-1, network.n_outputs).copy(), network.n_networks)
        return self._of_combined(combined).reshape(z.shape[0], -1)

    def _of_combined(self, c):
        """Return F as a function of the combined raw outputs c."""
        if self.kind == "probability":
            return probabilities(self._model, c)
        return numbers(self._model, c) if self.kind == "prediction" else c

    def with_jacobian(self, z):
        """Return F(z), and dF/dz of shape (n_functions, n_rows, n_networks * n_outputs), by the chain rule.

        With c the combined raw outputs of the networks, dF/dz = dF/dc dc/dz.
        """
        network, loss = self._model.network, self._model.loss
        E, k = network.n_networks, network.n_outputs
        by_network = z.reshape(-1, E, k)
        combined = combine(loss, by_network.reshape(-1, k).copy(), E)
        delta = self._delta(combined)  # dF/dc
        jacobian = combine_backward(loss, by_network, E, delta).reshape(len(delta), *z.shape)  # dF/dc dc/dz
        return self._of_combined(combined).reshape(len(z), -1), jacobian

    def _delta(self, c):
        """Return dF/dc of shape (n_functions, n_rows, n_outputs).

        Central differences are used because the inverse link may be a user's function without a derivative;
        c has few columns.
        """
        if self.kind == "raw":
            return np.broadcast_to(np.eye(c.shape[1])[:, None], (c.shape[1], *c.shape))
        return central_differences(lambda c: self._of_combined(c).reshape(len(c), -1), c)
