"""Validation during training, on held-out rows or on rows that the user passed."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.utils import check_random_state

from skbackprop.estimators.rows import Rows
from skbackprop.estimators.scoring import make_scoring
from skbackprop.model.out_of_fold import out_of_fold
from skbackprop.model.stuck_networks import replace_stuck_networks
from skbackprop.network.members import member
from skbackprop.tables.digest import digest
from skbackprop.tables.folds import deal_folds
from skbackprop.tables.inputs import check_training_data
from skbackprop.tables.sparse_rows import arrange
from skbackprop.tables.user_warnings import warn
from skbackprop.tables.validation_split import split_rows
from skbackprop.training.watch import Watch, WatchOnFolds


@dataclass
class Validation:
    """The training rows and the validation of a fit.

    Attributes
    ----------
    rows : ndarray of int or None
        Indices of the training rows; None for all.
    folds : ndarray of int or None
        The network that holds out each row (see :func:`.deal_folds`); None if all networks train on the same
        rows.
    validate : Watch or None
        None without validation.
    """

    rows: Any = None
    folds: Any = None
    validate: Any = None

    def begin(self, model, X, y, first):
        """Record in `model` which rows and folds it is trained on.

        As long as they are the same, no network has been trained on the rows that it holds out. `first` is
        whether the model has not been trained before.
        """
        now = None if self.folds is None else digest(X, y, self.folds)
        model.folds_digest = now if first or now == model.folds_digest else None
        model.out_of_fold = None

    def finish(self, model, X, y, sample_weight):
        """Calibrate the trained `model`, and store its out-of-fold predictions in it."""
        if self.validate is not None and self.validate.calibrated:
            model.history.kept_validation = self.validate.calibrate(model.network), None
        if self.folds is None:
            return
        found = out_of_fold(model, X, y, sample_weight, self.folds)
        if model.folds_digest is not None:
            model.out_of_fold = found
        # With warm_start, a copied network would later be validated on rows that it was trained on.
        if model.settings.is_final and replace_stuck_networks(
            model.network, found, self.validate.plain_losses
        ):
            # A copied network has been trained on the rows that the replaced one held out.
            model.folds_digest = None


def make_validation(estimator, model, training, X_val, y_val, sample_weight_val, groups=None):
    """Return the Validation that the parameters of `estimator` specify.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        The model that is trained.
    training : Rows
    X_val, y_val, sample_weight_val
        As the user gave them.
    groups : ndarray of shape (n_samples,), default=None
        Rows of the same group are held out together.
    """
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val must be given together, or neither of them.")
    if X_val is None and sample_weight_val is not None:
        raise ValueError(
            "sample_weight_val was given without X_val; pass X_val and y_val as well, or leave "
            "sample_weight_val at None."
        )
    if model.settings.solver == "lbfgs":
        return Validation()
    if X_val is not None:
        return validation_on_given_rows(estimator, model, training, X_val, y_val, sample_weight_val)
    if model.settings.early_stopping == "folds":
        return validation_on_folds(estimator, model, training, groups)
    if model.settings.early_stopping:
        return validation_on_fraction(estimator, model, training, groups)
    return Validation()


def validation_on_given_rows(estimator, model, training, X_val, y_val, sample_weight_val):
    """Return the Validation on rows that the user passed."""
    X, y, sample_weight, _ = check_training_data(
        estimator,
        X_val,
        y_val,
        sample_weight_val,
        reset=False,
        encoder=model.encoder,
        fill_values=model.fill_values,
    )
    rows = Rows(arrange(X, model.settings.sparse_rows), y, sample_weight, X_val)
    if model.settings.kind == "regressor":
        warn_of_foreign_targets(training.y, y)
    return Validation(validate=watch_on(estimator, model, rows, name="y_val"))


def validation_on_fraction(estimator, model, training, groups):
    """Return the Validation in which all networks hold out the same fraction of the rows."""
    rows, held_out = split_rows(
        training.X.shape[0],
        model.settings.validation_fraction,
        check_random_state(model.split_seed),
        model.targets.strata(training.y),
        model.row_weights(training.y, training.sample_weight),
        groups,
    )
    if held_out is None:
        warn(
            f"early_stopping has too few rows: validation_fraction={model.settings.validation_fraction:g} of "
            f"{training.X.shape[0]} rows (a class with a single row is not held out) leaves no row to "
            "hold out, or none to train on. Training continues without validation. Use "
            "early_stopping=False or another validation_fraction, or pass X_val and y_val to fit."
        )
        return Validation()
    return Validation(rows, validate=watch_on(estimator, model, training, held_out))


def watch_on(estimator, model, rows, held_out=None, name="y"):
    """Return the Watch of all networks on `rows`, or on those with the indices `held_out`.

    `name` is the name of y in error messages.
    """
    batches = model.validation_batches(*rows.data, model.network, [held_out], name)
    watch = Watch(model.network, batches, model.loss)
    if model.settings.scoring != "loss":
        watch.scores = [make_scoring(estimator, model, rows if held_out is None else rows.take(held_out))]
    watch.calibrated = model.settings.calibrated
    return watch


def validation_on_folds(estimator, model, training, groups):
    """Return the Validation in which each network holds out a different fold."""
    n_networks = model.network.n_networks
    folds = deal_folds(
        model.settings.n_folds,
        training.X.shape[0],
        check_random_state(model.split_seed),
        model.targets.strata(training.y),
        groups,
        model.row_weights(training.y, training.sample_weight),
        n_networks,
    )
    held_out = [np.flatnonzero(folds == e) for e in range(n_networks)]
    if not all(rows.size for rows in held_out):
        warn(
            f"early_stopping='folds' has too few rows: {training.X.shape[0]} rows do not give each of "
            f"{n_networks} networks a row to hold out. Training continues without validation. Use a "
            "smaller n_estimators or early_stopping=False, or pass X_val and y_val to fit."
        )
        return Validation()
    return Validation(folds=folds, validate=watch_on_folds(estimator, model, training, held_out))


def watch_on_folds(estimator, model, training, held_out):
    """Return the Watch of each network on the training rows with its indices of the list `held_out`."""
    one = member(model.network, 0)
    batches = model.validation_batches(*training.data, one, held_out)
    watch = WatchOnFolds(model.network, one, batches, model.loss)
    if model.settings.scoring != "loss":
        model_of_one = replace(model, network=one)
        watch.scores = [make_scoring(estimator, model_of_one, training.take(rows)) for rows in held_out]
    watch.calibrated = model.settings.calibrated
    return watch


def warn_of_foreign_targets(y, y_val):
    """Warn if no value of `y_val` lies within the range of `y`, as happens with different units."""
    if y.ndim != y_val.ndim or (y_val.max() >= y.min() and y_val.min() <= y.max()):
        return
    warn(
        f"No value of y_val (from {y_val.min():g} to {y_val.max():g}) lies within the range of y (from "
        f"{y.min():g} to {y.max():g}). Both must be in the same units: TransformedTargetRegressor transforms "
        "y but not y_val, so pass it a transformed y_val."
    )
