"""Validation of a training: on rows held out, or on rows that the user gave."""

import copy
import inspect
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import check_scoring
from sklearn.utils import _safe_indexing, check_random_state

from skbackprop.tables.inputs import check_training_data
from skbackprop.tables.rows_on_disk import in_memory, is_stored
from skbackprop.tables.sparse_rows import SparseRows, arrange
from skbackprop.tables.user_warnings import warn
from skbackprop.tables.validation_split import split_rows
from skbackprop.training.epoch_loss import mean_loss
from skbackprop.training.loop import ValidationError


@dataclass
class Rows:
    """Rows of a data set: as they are computed with, and as the user gave them.

    Attributes
    ----------
    X, y, sample_weight
        Checked; X as numbers.
    given_X
        The user's own X.
    numbers : ndarray of int or None
        Which rows of `given_X` these are; None is all.
    """

    X: Any
    y: Any
    sample_weight: Any
    given_X: Any
    numbers: Any = None

    def take(self, rows):
        """Return some of the rows."""
        numbers = rows if self.numbers is None else self.numbers[rows]
        weights = None if self.sample_weight is None else self.sample_weight[rows]
        return Rows(self.X[rows], self.y[rows], weights, self.given_X, numbers)

    def with_weight(self):
        """Return the rows of positive weight; weights that are all equal become None."""
        if self.sample_weight is None:
            return self
        rows = self.take(np.flatnonzero(self.sample_weight > 0))
        if np.ptp(rows.sample_weight) == 0:
            rows.sample_weight = None
        return rows

    def in_memory(self):
        """Return X as an array, or as a sparse matrix."""
        return self.X.matrix if isinstance(self.X, SparseRows) else in_memory(self.X)

    def as_given(self):
        """Return these rows of the user's own X; of an X on disk, an array in memory."""
        if is_stored(self.given_X):
            return self.in_memory()
        given = self.given_X if hasattr(self.given_X, "shape") else np.asarray(self.given_X)
        given = given.tocsr() if issparse(given) else given  # COO has no rows to take
        return given if self.numbers is None else _safe_indexing(given, self.numbers)


def make_validation(estimator, model, training, X_val, y_val, sample_weight_val):
    """Return the rows to train on (None: all), and a function that validates, or None.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        What is being trained.
    training : Rows
    X_val, y_val, sample_weight_val
        As the user gave them.
    """
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val must be given together, or neither of them.")
    if model.settings.solver == "lbfgs":
        return None, None
    if X_val is not None:
        X, *checked, _ = check_training_data(
            estimator,
            X_val,
            y_val,
            sample_weight_val,
            reset=False,
            encoder=model.encoder,
            scaling=model.scaling,
        )
        X = arrange(X, model.settings.sparse_rows)
        validated, rows, held_out = Rows(X, *checked, X_val), None, None
        if model.settings.kind == "regressor":
            warn_of_foreign_targets(training.y, validated.y)
    elif model.settings.early_stopping:
        validated = training
        rows, held_out = split_rows(
            training.X.shape[0],
            estimator.validation_fraction,
            check_random_state(model.split_seed),
            model.targets.strata(training.y),
            model.row_weights(training.y, training.sample_weight),
        )
        if held_out is None:
            warn(
                f"early_stopping has too few rows: validation_fraction={estimator.validation_fraction:g} of "
                f"{training.X.shape[0]} rows (a class with a single row is not held out) leaves no row to "
                "hold out, or none to train on. Training goes without a validation. Use early_stopping=False "
                "or another validation_fraction, or pass X_val and y_val to fit."
            )
            return None, None
    else:
        return None, None
    batches = model.validation_batches(validated.X, validated.y, validated.sample_weight, held_out)
    score = None
    if estimator.scoring != "loss":
        score = make_scoring(estimator, model, validated if held_out is None else validated.take(held_out))
    n_done = 0

    def validate():
        nonlocal n_done
        loss = mean_loss(model.network, model.loss, batches)
        try:
            result = loss, None if score is None else score()
        except Exception as error:
            if n_done == 0:  # a scorer that never worked
                raise
            raise ValidationError from error
        n_done += 1
        return result

    return rows, validate


def make_scoring(estimator, model, rows):
    """Return a function that scores the network of `model` on some rows, with their weights.

    A named scorer gets the encoded inputs, which are at hand, and an estimator for these. A callable gets the
    user's own rows of X.
    """
    rows = rows.with_weight()
    fitted = copy.copy(estimator)
    if callable(estimator.scoring):
        fitted._model, X = model, rows.as_given()
    else:
        fitted._model, X = replace(model, encoder=None), rows.in_memory()
        fitted.n_features_in_ = X.shape[1]
        fitted.__dict__.pop("feature_names_in_", None)
    scorer = check_scoring(fitted, estimator.scoring)
    if rows.sample_weight is None:
        return lambda: scorer(fitted, X, rows.y)
    if takes_weights(scorer):
        return lambda: scorer(fitted, X, rows.y, sample_weight=rows.sample_weight)
    warn(
        f"scoring={estimator.scoring!r} takes no sample_weight: all validation rows of positive weight count "
        "equally."
    )
    return lambda: scorer(fitted, X, rows.y)


def takes_weights(scorer):
    """Whether a scorer takes `sample_weight`, and does not request (metadata routing) to go without."""
    if hasattr(scorer, "get_metadata_routing"):
        requests = scorer.get_metadata_routing().score.requests
        if requests.get("sample_weight") is False:
            return False
    function = getattr(scorer, "_score_func", scorer)
    return "sample_weight" in inspect.signature(function).parameters


def warn_of_foreign_targets(y, y_val):
    """Warn if no value of `y_val` lies within the range of `y`: they are not in the same units."""
    if y.ndim != y_val.ndim or (y_val.max() >= y.min() and y_val.min() <= y.max()):
        return
    warn(
        f"No value of y_val (from {y_val.min():g} to {y_val.max():g}) lies within the range of y (from "
        f"{y.min():g} to {y.max():g}). Both must be in the same units: TransformedTargetRegressor transforms "
        "y and not y_val, so pass it a y_val that is transformed already."
    )
