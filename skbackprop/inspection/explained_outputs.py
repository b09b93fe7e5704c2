"""What is explained: a function F of the raw outputs of all networks, and its Jacobian dF/dz^L."""

from __future__ import annotations

import numpy as np
from sklearn.base import is_classifier

from skbackprop.network.losses import combine

# The step of the central differences dF/dz: near the cube root of eps, where the sum of the truncation and
# the rounding error is smallest.
STEP = float(np.cbrt(np.finfo(np.float64).eps))
KINDS = {"classifier": ("raw", "probability"), "regressor": ("prediction",)}


class ExplainedOutput:
    """F: from raw outputs z^L to what a method of the estimator returns.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
    model : Model
        Of the estimator.
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
        if targets.n_outputs > 1:
            return classes or [f"y{k}" for k in range(targets.n_outputs)]
        return classes if self.kind == "probability" else None

    def predict(self, X):
        """Return what the estimator itself predicts for X, in float64."""
        method = {"raw": "decision_function", "probability": "predict_proba", "prediction": "predict"}
        return np.asarray(getattr(self._estimator, method[self.kind])(X), dtype=np.float64)

    def __call__(self, z):
        """Return F(z) of shape (n_rows, n_functions).

        Parameters
        ----------
        z : ndarray of shape (n_rows, n_networks * n_outputs), float64
        """
        network = self._model.network
        raw = combine(self._model.loss, z.reshape(-1, network.n_outputs).copy(), network.n_networks)
        if self.kind == "probability":
            raw = self._estimator._probabilities(raw)
        elif self.kind == "prediction":
            raw = self._estimator._predictions(raw)
        return raw.reshape(z.shape[0], -1)

    def jacobian(self, z):
        """Return dF/dz of shape (n_functions, n_rows, n_networks * n_outputs), by central differences.

        z has a few columns, and the link and the mean over the networks may be a user's own functions, of
        which only values are known.
        """
        columns = []
        for j in range(z.shape[1]):
            h = STEP * np.maximum(1, np.abs(z[:, j]))
            above, below = z.copy(), z.copy()
            above[:, j] += h
            below[:, j] -= h
            step = above[:, j] - below[:, j]  # 2h as float64 has it
            columns.append((self(above) - self(below)).T / step)  # dF/dz_j = (F(z + h) - F(z - h)) / 2h
        return np.stack(columns, axis=-1)
