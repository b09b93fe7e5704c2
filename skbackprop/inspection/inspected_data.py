"""Validation of the estimator and the data to inspect, and their conversion to the network's inputs."""

from __future__ import annotations

from numbers import Real
from typing import TYPE_CHECKING, TypeAlias

from sklearn.utils.validation import _num_samples

from skbackprop.estimators.base import BaseBackprop, fitted_model, network_inputs
from skbackprop.estimators.constraints import Number
from skbackprop.estimators.rows import check_groups
from skbackprop.model.prediction import scaled_block
from skbackprop.tables.inputs import check_targets, check_training_data, named_if
from skbackprop.tables.rows_on_disk import in_memory
from skbackprop.tables.sparse_rows import SparseRows
from skbackprop.tables.user_warnings import warn

if TYPE_CHECKING:
    from skbackprop.estimators.classifier import BackpropClassifier
    from skbackprop.estimators.regressor import BackpropRegressor

Estimator: TypeAlias = "BackpropClassifier | BackpropRegressor"
# The allowed values of a tolerance; infinity accepts any error.
TOLERANCE = Number(Real, 0, None, closed="right")


def check_estimator(estimator):
    """Raise TypeError unless `estimator` is a BackpropClassifier or a BackpropRegressor."""
    if not isinstance(estimator, BaseBackprop):
        raise TypeError(
            "The 'estimator' parameter must be a BackpropClassifier or a BackpropRegressor. Of a pipeline or "
            "a search, pass that step or the best estimator, with the X that it receives. "
            f"Got {estimator!r} instead."
        )


def encoded_inputs(estimator, X):
    """Return the model of a fitted estimator, the encoded X, and the dtype of the results.

    An X on disk is read into memory, because the inspection uses all rows at once.
    """
    check_estimator(estimator)
    model, X, dtype = network_inputs(estimator, X)
    return model, X if isinstance(X, SparseRows) else in_memory(X), dtype


def encoded_rows(estimator, X, y, sample_weight, validation=False):
    """Return the model of a fitted estimator, the encoded X, the validated y, and the weights of the rows.

    The weights have mean 1 and include the class weights; None if all rows have the same weight.
    `validation` is whether error messages name the data X_val, y_val and sample_weight_val.
    """
    with named_if(validation, "X_val"):
        model, X, _ = encoded_inputs(estimator, X)
    y, sample_weight = check_targets(estimator, X, y, sample_weight, validation)
    return model, X, y, mean_one(model.row_weights(y, sample_weight))


def training_rows(estimator, X, y, sample_weight, groups):
    """Return what :func:`encoded_rows` returns, with the inputs that the rows had in training.

    They differ for target encodings: the encoding for prediction contains the row's own target, the encoding
    in training does not contain those of its group.
    """
    check_estimator(estimator)
    model = fitted_model(estimator)
    groups = None if groups is None else check_groups(groups, _num_samples(X))
    if model.encoder is None or not model.encoder.by_target:
        return encoded_rows(estimator, X, y, sample_weight)
    if model.encoder.grouped and groups is None:
        names = ", ".join(repr(column.name) for column in model.encoder.by_target)
        warn(
            f"The fit had groups, on which the target encodings of its rows depend (columns {names}). Pass "
            "the same groups; without them, the diagnosis is that of other inputs than those of the fit."
        )
    X, y, sample_weight, _ = check_training_data(
        estimator,
        X,
        y,
        sample_weight,
        reset=False,
        encoder=model.encoder,
        fill_values=model.fill_values,
        continuation="resumed",
        groups=groups,
    )
    return model, X, y, mean_one(model.row_weights(y, sample_weight))


def mean_one(sample_weight):
    """Return the weights divided by their mean."""
    return None if sample_weight is None else sample_weight / sample_weight.mean()


def network_batch(model, X, Y, w, dtype):
    """Return (X, Y, w) in the form of a training's batches: all rows as one batch, with X scaled."""
    X = scaled_block(in_memory(X), model.scaling, dtype)
    return X, Y, None if w is None else w.astype(dtype)
