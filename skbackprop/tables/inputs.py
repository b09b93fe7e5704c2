"""A user's X, y and weights: checked as scikit-learn does, and encoded into numbers."""

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_regressor
from sklearn.utils.validation import (
    _check_sample_weight,
    _check_y,
    check_consistent_length,
    validate_data,
)

from skbackprop.tables.encoding import Encoder, categorical_columns
from skbackprop.tables.rows_on_disk import StoredRows, is_stored


def check_training_data(estimator, X, y, sample_weight, *, reset, encoder=None):
    """Return X as an array of numbers, y, the weights, and what encoded X (None: nothing did).

    Parameters
    ----------
    estimator : BaseBackprop
        With `reset` its n_features_in_ and feature_names_in_ are set.
    X, y, sample_weight
        As the user gave them.
    reset : bool
        Whether this data decides what columns there are, and which are categories.
    encoder : Encoder, default=None
        What encoded the data of the fit, without `reset`.
    """
    checks = {"multi_output": True, "y_numeric": is_regressor(estimator)}
    if is_stored(X):
        return check_stored_training_data(estimator, X, y, sample_weight, checks, reset, encoder)
    X = as_table(X)
    if reset:
        categorical = categorical_columns(X, estimator.categorical_features)
    if categorical.any() if reset else has_categories(encoder):
        validate_data(estimator, X, skip_check_array=True, reset=reset)
        y = _check_y(y, **checks, estimator=estimator)
        check_consistent_length(X, y)
    else:
        X, y = validate_data(estimator, X, y, **input_checks(X), **checks, order="C", reset=reset)
    sample_weight = check_weights(sample_weight, X, "sample_weight")
    if reset and (categorical.any() or has_gaps(X)):
        names = getattr(estimator, "feature_names_in_", None)
        encoder = Encoder(X, categorical, sample_weight, names)
    return encode(X, encoder, estimator.dtype), y, sample_weight, encoder


def check_stored_training_data(estimator, X, y, sample_weight, checks, reset, encoder):
    """Do what :func:`check_training_data` does, for an X on disk."""
    refuse_stored_categories(estimator)
    validate_data(estimator, X, skip_check_array=True, reset=reset)
    y = _check_y(y, **checks, estimator=estimator)
    check_consistent_length(X, y)
    sample_weight = check_weights(sample_weight, y, "sample_weight")
    rows = StoredRows(X)
    gaps = rows.find_gaps()
    if reset and gaps.any():
        sample, weights = rows.sample(sample_weight)
        encoder = Encoder(sample, np.zeros(X.shape[1], bool), weights, gaps=gaps)
    return encode(rows, encoder, estimator.dtype), y, sample_weight, encoder


def refuse_stored_categories(estimator):
    """Raise where columns of an X on disk are to be categories: all of them would have to be seen at once."""
    chosen = estimator.categorical_features
    if chosen is not None and not isinstance(chosen, str) and np.size(chosen):
        raise ValueError(
            f"The 'categorical_features' parameter is {chosen!r}, but X is a large array on disk, whose "
            "columns are all taken as numbers. Encode its categories before, or pass an array in memory."
        )


def check_inputs(estimator, X, encoder, scaling):
    """Return the X of a prediction as an array of numbers, and the dtype of the results."""
    if is_stored(X):
        # The blocks are checked when they are read.
        rows = StoredRows(X, lambda block: check_inputs(estimator, block, encoder, scaling)[0])
        return rows, result_dtype(X)
    if is_right(estimator, X):
        return encode(X, encoder, estimator.dtype), X.dtype
    X = as_table(X)
    if has_categories(encoder):
        validate_data(estimator, X, skip_check_array=True, reset=False)
        return encode(X, encoder, estimator.dtype), np.dtype(np.float64)
    X = validate_data(estimator, X, **input_checks(X), reset=False)
    dtype = result_dtype(X)
    if encoder is None and has_gaps(X):
        # No row of the fit had a gap: the centre of the column stands in for the number.
        X = np.where(np.isnan(X), 0.0 if scaling is None else scaling.center, X)
    return encode(X, encoder, estimator.dtype), dtype


def is_right(estimator, X):
    """Whether X is an array in which :func:`validate_data` would find nothing to do or to say.

    For one row its many questions take longer than the network.
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
        return bool(np.isfinite(X.sum()))  # a sum that overflows is looked at number by number


def result_dtype(X):
    """Return the dtype of the predictions for an X of numbers."""
    return X.dtype if X.dtype in (np.float32, np.float64) else np.dtype(np.float64)


def encode(X, encoder, dtype):
    """Return X as `encoder` makes it, X itself without one."""
    if encoder is None:
        return X
    dtype = np.float32 if dtype == "float32" else np.float64
    if isinstance(X, StoredRows):
        return X.then(lambda block: encoder.transform(block, dtype))
    return encoder.transform(X, dtype)


def input_checks(X):
    """Return what scikit-learn's validation is to check of numeric inputs."""
    finite = True if issparse(X) else "allow-nan"
    return {"accept_sparse": "csr", "dtype": "numeric", "ensure_all_finite": finite}


def as_table(X):
    """Return X itself where it is a frame, an array or a sparse matrix, else as an array."""
    return X if hasattr(X, "shape") else np.asarray(X)


def has_categories(encoder):
    """Whether there is an encoder with categorical columns."""
    return encoder is not None and encoder.categorical.size > 0


def has_gaps(X):
    """Whether a dense array has a NaN; the minimum finds it without an array of booleans."""
    return isinstance(X, np.ndarray) and X.dtype.kind == "f" and bool(np.isnan(X.min()))


def check_weights(sample_weight, X, name):
    """Return `sample_weight` as a float64 array, or None; not negative and not all zero."""
    if sample_weight is None:
        return None
    sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if (sample_weight < 0).any():
        raise ValueError(f"Negative values in {name}: the smallest is {sample_weight.min():g}.")
    if not sample_weight.any():
        raise ValueError(f"{name} is zero for every row; at least one must be positive.")
    # Only their ratios count. A power of two changes these by nothing, and sums stay finite.
    exponent = np.frexp(sample_weight.max())[1]
    return sample_weight if abs(exponent) < 64 else np.ldexp(sample_weight, -exponent)
