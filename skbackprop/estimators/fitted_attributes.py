"""The attributes of fitted estimators, all read from the model, so that they exist together or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from skbackprop.estimators.parameters import RECIPE
from skbackprop.network.initialization import schemes_of_layers
from skbackprop.network.losses import output_activation
from skbackprop.tables.column_report import report_columns, report_numbers

if TYPE_CHECKING:
    from collections.abc import Callable

    from skbackprop.estimators.types import Array
    from skbackprop.tables.column_report import ColumnReports


class FittedAttributes:
    """The attributes of a fitted estimator, read from its ``_model``; an AttributeError before fitting.

    Their descriptions in the docstrings of the estimators are in :mod:`skbackprop.estimators.documentation`.
    """

    # Defined by scikit-learn's BaseEstimator.
    n_features_in_: int
    _get_param_names: Callable[[], list[str]]

    def _fitted_model(self):
        # AttributeError if there is no model, so that hasattr(estimator, "coefs_") is False.
        try:
            return self._model
        except AttributeError:
            raise AttributeError(f"This {type(self).__name__} instance is not fitted yet.") from None

    @property
    def coefs_(self) -> list[Array]:
        """List of ndarray of shape (n_{l-1}, n_l): the weights W^l, views that may be written to.

        With several networks their shape is (n_estimators, n_{l-1}, n_l).
        """
        return self._fitted_model().network.W

    @property
    def intercepts_(self) -> list[Array]:
        """List of ndarray of shape (n_l,): the biases b^l, views that may be written to.

        With several networks their shape is (n_estimators, n_l).
        """
        return self._fitted_model().network.b

    @property
    def resolved_params_(self) -> dict[str, Any]:
        """Dict of the parameters of the last fit, with the values that replaced "auto"."""
        model = self._fitted_model()
        settings, network = model.settings, model.network
        names = [*self._get_param_names(), *(parameter.name for parameter in RECIPE)]
        resolved = {name: getattr(settings, name) for name in names if hasattr(settings, name)}
        resolved["dtype"] = network.theta.dtype.name
        if isinstance(settings.initialization, str):
            resolved["initialization"] = schemes_of_layers(settings.initialization, network)
        return resolved

    @property
    def columns_(self) -> ColumnReports:
        """Interpretation of each column of X (:class:`skbackprop.tables.column_report.ColumnReport`)."""
        encoder = self._fitted_model().encoder
        if encoder is not None:
            return report_columns(encoder)
        return report_numbers(
            getattr(self, "feature_names_in_", [f"x{j}" for j in range(self.n_features_in_)])
        )

    def _out_of_fold(self):
        # AttributeError if no fold was held out in all training, so that hasattr is False.
        found = self._fitted_model().out_of_fold
        if found is None:
            raise AttributeError(
                f"This {type(self).__name__} has no out-of-fold predictions: it was not fitted with "
                'early_stopping="folds" (which "auto" selects for several networks and 100 rows in memory), '
                "or with X_val, which replaces the folds, or partial_fit has trained it further, or a warm "
                "start has trained it on other rows or other folds, so that networks were trained on rows "
                "that they hold out; fit it on all rows, without X_val and warm_start."
            )
        return found

    @property
    def n_iter_(self) -> int:
        """Number of complete epochs (with "lbfgs": iterations)."""
        return self._fitted_model().history.n_epochs

    @property
    def n_layers_(self) -> int:
        """Number of layers, including the inputs and the outputs."""
        return len(self._fitted_model().network.layer_sizes)

    @property
    def n_outputs_(self) -> int:
        """Number of units of the last layer."""
        return self._fitted_model().targets.n_outputs

    @property
    def out_activation_(self) -> str:
        """Name of the activation of the last layer, "custom" with a user-defined loss."""
        return output_activation(self._fitted_model().loss)

    @property
    def loss_curve_(self) -> list[float]:
        """The loss of each epoch."""
        return self._fitted_model().history.loss

    @property
    def penalty_curve_(self) -> list[float]:
        """The penalty at the end of each epoch."""
        return self._fitted_model().history.penalty

    @property
    def validation_loss_curve_(self) -> list[float]:
        """The validation loss at the end of each epoch; empty without validation."""
        return self._fitted_model().history.validation_loss

    @property
    def validation_scores_(self) -> list[float]:
        """The score, by the last scorer, at the end of each epoch with validation."""
        return self._fitted_model().history.validation_score

    @property
    def validation_epochs_(self) -> list[int]:
        """The epochs, counted from 1 within ``loss_curve_``, at whose end there was a validation."""
        history = self._fitted_model().history
        return [epoch - history.n_dropped for epoch in history.validation_epochs]

    @property
    def loss_(self) -> float:
        """The loss of the last epoch."""
        losses = self._fitted_model().history.loss
        return losses[-1] if losses else np.inf

    @property
    def best_loss_(self) -> float:
        """The validation loss of the weights that were kept; without validation the smallest loss."""
        return self._fitted_model().history.best_loss

    @property
    def best_validation_score_(self) -> float | None:
        """The largest validation score; None without validation scores."""
        return max(self._fitted_model().history.validation_score, default=None)
