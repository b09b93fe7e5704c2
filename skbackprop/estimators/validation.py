"""Validation of a training: on rows held out, or on rows that the user gave."""

import copy
import inspect
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import check_scoring
from sklearn.utils import _safe_indexing, check_random_state, column_or_1d

from skbackprop.network.members import copy_member, member
from skbackprop.tables.folds import deal_folds
from skbackprop.tables.inputs import check_training_data
from skbackprop.tables.rows_on_disk import in_memory, is_stored
from skbackprop.tables.sparse_rows import SparseRows, arrange
from skbackprop.tables.user_warnings import warn
from skbackprop.tables.validation_split import split_rows
from skbackprop.training.epoch_loss import mean_loss, raw_outputs, weighted_sum
from skbackprop.training.loop import ValidationError
from skbackprop.training.run import Validated
from skbackprop.training.temperature import apply_temperature, inverse_temperature


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


def check_groups(groups, n_rows):
    """Return `groups` as numbers from 0, or None.

    Raises
    ------
    ValueError
        Where it does not have one value for each row of X.
    """
    if groups is None:
        return None
    groups = column_or_1d(groups)
    if groups.shape[0] != n_rows:
        raise ValueError(
            f"groups must have one value for each of the {n_rows} rows of X. Got {groups.size} values."
        )
    return np.unique(groups, return_inverse=True)[1]


@dataclass
class Validation:
    """What is held out, and how it is validated.

    Attributes
    ----------
    rows : ndarray of int or None
        The rows to train on; None is all.
    folds : ndarray of int or None
        The network that holds out each row (see :func:`.deal_folds`); None where the networks train on the
        same rows.
    validate : Watch or None
        None where nothing is held out.
    """

    rows: Any = None
    folds: Any = None
    validate: Any = None


def make_validation(estimator, model, training, X_val, y_val, sample_weight_val, groups=None):
    """Return the Validation that the parameters of `estimator` ask for.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        What is being trained.
    training : Rows
    X_val, y_val, sample_weight_val
        As the user gave them.
    groups : ndarray of shape (n_samples,), default=None
        Rows of the same group are held out together.
    """
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val must be given together, or neither of them.")
    if model.settings.solver == "lbfgs":
        return Validation()
    if X_val is None and model.settings.early_stopping == "folds":
        return validation_on_folds(estimator, model, training, groups)
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
            groups,
        )
        if held_out is None:
            warn(
                f"early_stopping has too few rows: validation_fraction={estimator.validation_fraction:g} of "
                f"{training.X.shape[0]} rows (a class with a single row is not held out) leaves no row to "
                "hold out, or none to train on. Training goes without a validation. Use early_stopping=False "
                "or another validation_fraction, or pass X_val and y_val to fit."
            )
            return Validation()
    else:
        return Validation()
    batches = model.validation_batches(validated.X, validated.y, validated.sample_weight, [held_out])
    watch = Watch([model.network], batches, model.loss)
    if estimator.scoring != "loss":
        held_out_rows = validated if held_out is None else validated.take(held_out)
        watch.scores = [make_scoring(estimator, model, held_out_rows)]
    watch.calibrated = model.network.n_networks == 1 and is_calibrated(estimator, model)
    return Validation(rows, None, watch)


def is_calibrated(estimator, model):
    """Whether a temperature is applied: not with a scorer, nor where training goes on from the weights."""
    calibrated = getattr(model.loss, "calibrated_by_temperature", False)
    # A checkpoint is resumed with warm_start=True: what counts is how the fit began.
    return calibrated and estimator.scoring == "loss" and not model.settings.warm_start


def validation_on_folds(estimator, model, training, groups):
    """Return the Validation in which each network holds out a fold of its own."""
    network, weights = model.network, model.row_weights(training.y, training.sample_weight)
    folds = deal_folds(
        network.n_networks,
        training.X.shape[0],
        check_random_state(model.split_seed),
        model.targets.strata(training.y),
        groups,
        weights,
    )
    held_out = [np.flatnonzero(folds == e) for e in range(network.n_networks)]
    if not all(rows.size for rows in held_out):
        warn(
            f"early_stopping='folds' has too few rows: {training.X.shape[0]} rows do not give each of "
            f"{network.n_networks} networks a row to hold out. Training goes without a validation. Use a "
            "smaller n_estimators or early_stopping=False, or pass X_val and y_val to fit."
        )
        return Validation()
    members = [member(network, e) for e in range(network.n_networks)]
    batches = model.validation_batches(training.X, training.y, training.sample_weight, held_out)
    watch = WatchOnFolds(members, batches, model.loss, network)
    if estimator.scoring != "loss":
        watch.scores = [
            make_scoring(estimator, replace(model, network=one), training.take(rows))
            for one, rows in zip(members, held_out, strict=True)
        ]
    watch.calibrated = is_calibrated(estimator, model)
    return Validation(None, folds, watch)


class Watch:
    """Validates: calling it returns a :class:`.Validated`.

    Parameters
    ----------
    networks : list of Network
    batches : list of Batches
        The held-out rows of each.
    loss : object

    Attributes
    ----------
    scores : list of callable or None
        The scorer of each network on its rows.
    calibrated : bool
        Whether the losses are those after one temperature for all rows (see :mod:`.temperature`).
    """

    def __init__(self, networks, batches, loss):
        self.networks, self.batches, self.loss = networks, batches, loss
        self.scores = None
        self.calibrated = False
        totals = np.array([each.total_weight for each in batches], dtype=np.float64)
        self.shares = totals / totals.sum()
        self.n_done = 0

    def __call__(self):
        losses = self.calibrated_losses() if self.calibrated else self.plain_losses()
        try:
            scores = (
                None if self.scores is None else np.array([score() for score in self.scores], dtype=float)
            )
        except Exception as error:
            if self.n_done == 0:  # a scorer that never worked
                raise
            raise ValidationError from error
        self.n_done += 1
        return Validated(losses, scores, self.shares)

    def plain_losses(self):
        """Return the loss of each network on its rows, as it is now."""
        self.follow()
        pairs = zip(self.networks, self.batches, strict=True)
        return np.array([mean_loss(network, self.loss, batches) for network, batches in pairs])

    def calibrated_losses(self):
        """Return the same after the best temperature."""
        parts = self.held_out()
        b = pooled_inverse_temperature(self.loss, parts, self.shares)
        return np.array(
            [weighted_sum(self.loss.value(Y, b * raw, np.empty_like(raw)), w) / len(Y) for Y, raw, w in parts]
        )

    def held_out(self):
        """Return the targets, raw outputs and weights of the rows of each network, as it is now."""
        self.follow()
        pairs = zip(self.networks, self.batches, strict=True)
        return [raw_outputs(network, self.loss, batches) for network, batches in pairs]

    def follow(self):
        """Do nothing: the networks are those that are trained."""

    def calibrate(self, network):
        """Apply the best temperature to `network`, which has its final weights; return the loss."""
        apply_temperature(network, pooled_inverse_temperature(self.loss, self.held_out(), self.shares))
        return float(self.shares @ self.plain_losses())


class WatchOnFolds(Watch):
    """Validates each of several networks, as it is now, on rows of its own."""

    def __init__(self, members, batches, loss, network):
        super().__init__(members, batches, loss)
        self.network = network

    def follow(self):
        """Take over the parameters of the networks."""
        for e, one in enumerate(self.networks):
            copy_member(self.network, e, one)


def pooled_inverse_temperature(loss, parts, shares):
    """Return 1 / T for all rows of several networks, (targets, raw outputs, weights) of each."""
    Y = np.concatenate([Y for Y, _, _ in parts])
    raw = np.concatenate([raw for _, raw, _ in parts])
    weights = [
        share / len(Y) * (np.ones(len(Y)) if w is None else w)
        for share, (Y, _, w) in zip(shares, parts, strict=True)
    ]
    return inverse_temperature(loss, Y, raw, np.concatenate(weights).astype(raw.dtype))


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
