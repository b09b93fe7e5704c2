"""Validation of the user's X and y, as in scikit-learn, and their encoding into numbers."""

from contextlib import nullcontext

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import check_array
from sklearn.utils.validation import check_consistent_length, validate_data

from skbackprop.tables.containers import as_columns, as_table, check_sparse, is_table, result_dtype
from skbackprop.tables.encoders import (
    encode,
    encode_stored,
    fit_encoder,
    grow_encoder,
    lossy_columns,
    needs_columns,
    refuse_new_kinds,
)
from skbackprop.tables.frames import ArrayTable, weighted, without_sparse_columns
from skbackprop.tables.refusals import checked_labels, named, numbers_expected, refuse_as_numbers
from skbackprop.tables.rows_on_disk import StoredRows, is_stored
from skbackprop.tables.sample_weights import check_weights, without_targets_of_weight_0
from skbackprop.tables.targets import refuse_other_than_classes
from skbackprop.tables.user_warnings import warn_of_large_integers

# Arguments of scikit-learn's validation of numeric inputs.
INPUT_CHECKS = {"accept_sparse": "csr", "dtype": "numeric", "ensure_all_finite": "allow-nan"}


def check_training_data(
    estimator,
    X,
    y,
    sample_weight,
    *,
    reset,
    encoder=None,
    fill_values=0.0,
    continuation=None,
    classes=None,
    groups=None,
    in_addition=(),
):
    """Return X as numbers, y, the weights, and the encoder of X (None if none is needed).

    Parameters
    ----------
    estimator : BaseBackprop
        With `reset` its n_features_in_ and feature_names_in_ are set.
    X, y, sample_weight
        As the user gave them.
    reset : bool
        Whether these data determine the columns and their kinds.
    encoder : Encoder, default=None
        Without `reset`, the encoder of the fit.
    fill_values : float or ndarray of shape (n_features,), default=0.0
        Without `reset`, the numbers that replace missing ones if there is no encoder. In the first fit, only
        rows of weight 0 may then have missing numbers.
    continuation : {"fit", "stream", "resumed"}, default=None
        The training that continues with these rows: a warm start and a stream learn new categories, where a
        stream adds the rows to those so far; an interrupted fit has the same rows again. None for validation
        rows.
    classes : array-like, default=None
        All classes, if `y` may lack some of them.
    groups : ndarray of int, default=None
        The target encoding of a row is computed from rows of other groups.
    in_addition : set of {"categories", "ranks"}, default=()
        With `reset`, how numbers may be encoded in addition.

    Returns
    -------
    X : ndarray, CSR matrix, StoredRows or EncodedRows of shape (n_samples, n_encoded)
    y : ndarray
    sample_weight : ndarray or None
    encoder : Encoder or None
    """
    validation = not (reset or continuation)
    stored = is_stored(X)
    with named_if(validation, "X_val"):
        X = check_X(estimator, X, stored, reset, encoder)
    y, sample_weight = check_targets(estimator, X, y, sample_weight, validation)
    if is_table(X):
        X = weighted(X, sample_weight)
    if reset and is_classifier(estimator):
        refuse_other_than_classes(y)
    if stored:
        with named_if(validation, "X_val"):
            rows, encoder = encode_stored(StoredRows(X), sample_weight, reset, encoder, fill_values)
        return rows, y, sample_weight, encoder
    rows = None
    if reset:
        encoder, rows = fit_encoder(estimator, X, y, sample_weight, classes, groups, in_addition)
    elif continuation is not None and encoder is not None:
        table = as_columns(X)
        refuse_new_kinds(encoder, table)
        if continuation != "resumed":
            encoder = grow_encoder(encoder, table, sample_weight, anew=continuation == "fit")
        if encoder.by_target:
            targets = None if continuation == "stream" else encoder.targets
            encoder, rows = encoder.learn_targets(table, y, sample_weight, targets, groups)
    if rows is None:
        with named_if(validation, "X_val"):
            rows = encode(X, encoder, fill_values)
    return rows, y, sample_weight, encoder


def check_X(estimator, X, stored, reset, encoder=None):
    """Return X, validated as in scikit-learn, as a table, an array, or a CSR matrix.

    Parameters
    ----------
    estimator : BaseBackprop
        With `reset` its n_features_in_ and feature_names_in_ are set.
    X
        As the user gave it.
    stored : bool
        Whether X is an array on disk, which is returned as it is: its numbers are checked when they are read.
    reset : bool
    encoder : Encoder, default=None
        Without `reset`, the encoder of the fit.
    """
    if stored:
        refuse_stored_categories(estimator)
        validate_data(estimator, X, skip_check_array=True, reset=reset)
        return X
    chosen = estimator.categorical_features if reset else None
    X = as_table(X, needs_columns(encoder) or names_columns(chosen))
    if is_table(X):
        validate_data(estimator, X.native, skip_check_array=True, reset=reset)
        return X
    of_objects = isinstance(X, np.ndarray) and X.ndim == 2 and X.dtype.kind == "O"
    lossy = lossy_columns(ArrayTable(X), range(X.shape[1])) if reset and of_objects else []
    with numbers_expected(X):
        X = validate_data(estimator, X, **INPUT_CHECKS, order="C", reset=reset)
    warn_of_large_integers(lossy)
    return check_sparse(X) if issparse(X) else X


def check_targets(estimator, X, y, sample_weight, validation=False):
    """Return y and the weights of the rows of a checked X, validated.

    `validation` is whether error messages name them y_val and sample_weight_val.
    """
    y = check_y(estimator, y, "y_val" if validation else "y")
    with named_if(validation, "X_val and y_val"):
        check_consistent_length(getattr(X, "native", X), y)
    sample_weight = check_weights(sample_weight, y, "sample_weight_val" if validation else "sample_weight")
    return without_targets_of_weight_0(y, sample_weight) if is_regressor(estimator) else y, sample_weight


def check_y(estimator, y, name="y"):
    """Return the labels of a classifier, in their own type, or the targets of a regressor, in float64.

    A regressor computes in float64, so that the type of y does not change sums and differences.
    """
    if y is None:
        raise ValueError(
            f"This {type(estimator).__name__} estimator requires {name} to be passed, but the target {name} "
            "is None."
        )
    if is_regressor(estimator):
        refuse_as_numbers(y, name)
        y = without_sparse_columns(y)
    else:
        y = checked_labels(y, name)
    with np.errstate(over="ignore", invalid="ignore"):  # in the sum of scikit-learn's first check
        y = check_array(
            y,
            accept_sparse="csr",
            ensure_2d=False,
            ensure_min_samples=0,
            ensure_min_features=0,
            dtype=np.float64 if is_regressor(estimator) else None,
            input_name=name,
            estimator=estimator,
        )
    if y.ndim == 0 or 0 in y.shape:
        raise ValueError(f"{name} must have a target for each row. Got an array of shape {y.shape} instead.")
    return y


def named_if(condition, name):
    """Return a context that puts `name` before errors if the `condition` holds (see :func:`.named`)."""
    return named(name) if condition else nullcontext()


def refuse_stored_categories(estimator):
    """Raise if columns of an X on disk should be categories, which would have to be read as a whole."""
    chosen = estimator.categorical_features
    if chosen is not None and not isinstance(chosen, str) and np.size(chosen):
        raise ValueError(
            f"The 'categorical_features' parameter is {chosen!r}, but X is a large array on disk, whose "
            "columns must all be numbers. Encode its categories first, or pass an array in memory."
        )


def check_inputs(estimator, X, encoder, fill_values):
    """Return an X for prediction as numbers, and the dtype of the results."""
    if is_stored(X):
        # The blocks are checked when they are read.
        rows = StoredRows(X, lambda block: check_inputs(estimator, block, encoder, fill_values)[0])
        return rows, result_dtype(X)
    if needs_no_check(estimator, X):
        return X if encoder is None else encode(X, encoder, fill_values), X.dtype
    X = as_table(X, needs_columns(encoder))
    if is_table(X):
        validate_data(estimator, X.native, skip_check_array=True, reset=False)
        return encode(X, encoder, fill_values), X.dtype
    with numbers_expected(X):
        X = validate_data(estimator, X, **INPUT_CHECKS, reset=False)
    X = check_sparse(X) if issparse(X) else X
    return encode(X, encoder, fill_values), result_dtype(X)


def needs_no_check(estimator, X):
    """Return whether X is an array that :func:`validate_data` would accept and return unchanged.

    For a single row, its checks take longer than the network.
    """
    if (
        type(X) is not np.ndarray
        or X.dtype not in (np.float32, np.float64)
        or hasattr(estimator, "feature_names_in_")
    ):
        return False
    if X.ndim != 2 or not X.size or X.shape[1] != estimator.n_features_in_:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(X.sum()))  # if only the sum overflows, validate_data checks each number


def names_columns(categorical_features):
    """Return whether the parameter names categorical columns."""
    named = categorical_features is not None and not isinstance(categorical_features, str)
    return named and np.size(categorical_features) > 0
