"""Validation of the user's X and y, as in scikit-learn, and encoding into numbers."""

from contextlib import nullcontext
from functools import partial

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier, is_regressor
from sklearn.utils import check_array
from sklearn.utils.validation import check_consistent_length, validate_data

from skbackprop.tables.columns import DATES, LARGEST_EXACT, has_objects_of, with_nan
from skbackprop.tables.encoding import Encoder, categorical_columns, numeric_and_date_columns
from skbackprop.tables.frames import ArrayTable, Frame, as_frame, is_sparse_frame, weighted, with_common_type
from skbackprop.tables.numbers_as_categories import columns_as_categories, no_columns
from skbackprop.tables.refusals import (
    as_array,
    checked_labels,
    in_float64,
    named,
    numbers_expected,
    refuse_arrays,
    refuse_as_numbers,
    refuse_collections,
    refuse_dates_for_numbers,
    refuse_masked,
    with_python_strings,
)
from skbackprop.tables.rows_on_disk import StoredRows, is_stored
from skbackprop.tables.sample_weights import check_weights, without_targets_of_weight_0
from skbackprop.tables.sparse_rows import canonical
from skbackprop.tables.target_columns import TargetColumns
from skbackprop.tables.targets import refuse_other_than_classes
from skbackprop.tables.user_warnings import (
    warn_of_large_integers,
    warn_of_rare_categories,
)

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
    finds_categories=False,
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
    finds_categories : bool, default=False
        With `reset`, whether to look for numbers that are encoded as categories in addition.

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
        encoder, rows = fit_encoder(estimator, X, y, sample_weight, classes, groups, finds_categories)
    elif continuation is not None and encoder is not None and encoder.categories:
        table = as_columns(X)
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


def encode_stored(rows, sample_weight, reset, encoder, fill_values):
    """Return the encoded `rows` of an array on disk, and their encoder (None if no column has gaps)."""
    gaps = rows.find_gaps()
    if reset:
        warn_of_large_integers(lossy_columns_of_stored(rows))
    if reset and gaps.any():
        sample, weights = rows.sample(sample_weight)
        encoder = Encoder(ArrayTable(sample), np.zeros(rows.shape[1], bool), weights, gaps=gaps)
    if encoder is not None or gaps.any():
        rows = encode(rows, encoder, fill_values)
    return rows, encoder


def fit_encoder(estimator, X, y, sample_weight, classes, groups, finds_categories):
    """Return the Encoder of the first training rows, and these rows encoded.

    The encoder is None if all columns are only numbers, and none is missing. The rows are None if no category
    is encoded by the target, for then training rows are encoded like any others.
    """
    chosen = estimator.categorical_features
    targets = TargetColumns(y, is_regressor(estimator), classes)
    search = no_columns
    if finds_categories and isinstance(chosen, str):
        search = partial(
            columns_as_categories, y=y, targets=targets, sample_weight=sample_weight, groups=groups
        )
    if issparse(X) and not search(X).size:
        names = getattr(estimator, "feature_names_in_", range(X.shape[1]))
        warn_of_large_integers([names[j] for j in lossy_columns_of_sparse(X)])
        return None, None
    table = as_columns(X)
    categorical = categorical_columns(table, chosen)
    warn_of_large_integers(lossy_columns(table, np.flatnonzero(~categorical)))
    numeric, _ = numeric_and_date_columns(table, categorical)
    only_numbers = numeric.size == table.shape[1]
    numbers = all_numbers(X) if only_numbers else table.numbers(numeric)
    as_categories = numeric[search(numbers)]
    if only_numbers and not as_categories.size and not has_gaps(numbers):
        return None, None
    encoder = Encoder(
        table,
        categorical,
        sample_weight,
        getattr(estimator, "feature_names_in_", None),
        reads_text=isinstance(chosen, str),
        as_categories=as_categories,
        max_categories=estimator.max_categories,
        min_frequency=estimator.min_frequency,
    )
    rows = None
    if any(column.wants_target for column in encoder.categories):
        encoder, rows = encoder.learn_targets(table, y, sample_weight, targets, groups)
    warn_of_rare_categories(encoder)
    return encoder, rows


def grow_encoder(encoder, table, sample_weight, anew):
    """Return a copy of `encoder` that has learned the new categories of further training rows.

    With `anew`, as in a warm start, which gets all rows each time, the rows of earlier calls are not counted.
    """
    grown = encoder.grown(table, sample_weight, anew)
    warn_of_rare_categories(grown, earlier=encoder)
    return grown


def lossy_columns(table, positions):
    """Return the names of the columns of a table, of those at `positions`, with integers beyond 2^53."""
    return [table.names[j] for j in positions if table.column(j).has_lossy_integers]


def lossy_columns_of_sparse(X):
    """Return the indices of the columns of a CSR matrix with integers beyond 2^53."""
    if X.dtype.kind not in "iu":
        return []
    return np.unique(X.indices[(X.data > LARGEST_EXACT) | (X.data < -LARGEST_EXACT)]).tolist()


def lossy_columns_of_stored(rows):
    """Return the indices of the columns of StoredRows with integers beyond 2^53."""
    if rows.dtype.kind not in "iu" or np.iinfo(rows.dtype).max <= LARGEST_EXACT:
        return []
    blocks = map(rows.block, range(rows.n_blocks))
    lossy = [((block < -LARGEST_EXACT) | (block > LARGEST_EXACT)).any(axis=0) for block in blocks]
    return np.flatnonzero(np.any(lossy, axis=0)).tolist()


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


def result_dtype(X):
    """Return the dtype of the predictions for a numeric X."""
    return X.dtype if X.dtype in (np.float32, np.float64) else np.dtype(np.float64)


def encode(X, encoder, fill_values):
    """Return X encoded and without missing values.

    Parameters
    ----------
    X : Frame, ArrayTable, ndarray, CSR matrix or StoredRows
    encoder : Encoder or None
    fill_values : float or ndarray of shape (n_features,)
        Without an encoder, the numbers that replace missing ones.
    """
    if isinstance(X, StoredRows):
        return X.then(lambda block: encode(block, encoder, fill_values))
    if encoder is not None:
        return encoder.transform(as_columns(X))
    X = all_numbers(X)
    if isinstance(X, np.ndarray):
        refuse_dates_for_numbers(X)
    if has_gaps(X):
        X = np.where(np.isnan(X), fill_values, X)
    return X


def as_table(X, by_column):
    """Return X as a table if it is a frame, has objects that are dates, or `by_column` is true.

    Otherwise return it as an array or a sparse matrix.
    """
    refuse_collections(X, "X")
    if isinstance(X, np.ma.MaskedArray):
        X = with_gaps(X)
    if issparse(X):
        X = in_float64(X)
    if not by_column and is_sparse_frame(X):
        return with_common_type(X)
    frame = as_frame(X)
    if frame is not None:
        return frame
    if not hasattr(X, "shape"):
        X = as_rows(X, by_column)
    if isinstance(X, np.ndarray):
        X = in_float64(with_python_strings(X))
        refuse_arrays(X)
        # As a number, a date of NumPy would be the count of its unit: 19723 days or 1704067200 seconds.
        by_column = by_column or has_objects_of(DATES, X)
        X = X if by_column else with_nan(X)
    if not by_column or X.ndim != 2 or 0 in X.shape:
        return X  # the validation reports invalid shapes
    if issparse(X):
        raise ValueError(
            "X is sparse and has no categories, but the 'categorical_features' parameter names columns, or "
            "the fit had category columns: pass a dense array or a frame, or set categorical_features=None."
        )
    return ArrayTable(np.asarray(X))


def as_rows(X, by_column):
    """Return rows given as lists as an array, of objects if they are read by column or hold dates.

    As one array of a common type, NaN beside text is the word "nan", and 3 beside a duration of NumPy is a
    duration of three units.
    """
    array = as_array(X, "X")
    if not by_column and array.dtype.kind not in "mM":
        return array
    if isinstance(X, (list, tuple)):  # NumPy makes integers of arrays of nanoseconds
        X = [list(row) if isinstance(row, np.ndarray) else row for row in X]
    return np.array(X, dtype=object)


def with_gaps(X):
    """Return a masked array as an array with NaN for masked values."""
    if X.dtype.kind in "biuf" and np.ma.is_masked(X):
        return X.astype(result_dtype(X)).filled(np.nan)
    refuse_masked(X, "X")
    return X.data


def is_table(X):
    """Return whether X is a Frame or an ArrayTable."""
    return isinstance(X, (Frame, ArrayTable))


def as_columns(X):
    """Return X as a table: itself, or an array or a sparse matrix as an ArrayTable."""
    return X if is_table(X) else ArrayTable(X.toarray() if issparse(X) else X)


def all_numbers(X):
    """Return X, or the columns of a table, all of them numeric, as an array."""
    return X.numbers(np.arange(X.shape[1])) if is_table(X) else X


def needs_columns(encoder):
    """Return whether an encoder has columns that may not be numeric."""
    return encoder is not None and bool(encoder.categorical.size or encoder.dates)


def names_columns(categorical_features):
    """Return whether the parameter names categorical columns."""
    named = categorical_features is not None and not isinstance(categorical_features, str)
    return named and np.size(categorical_features) > 0


def check_sparse(X):
    """Return a CSR matrix in canonical form.

    Raises
    ------
    ValueError
        If a stored value is NaN.
    """
    X = canonical(X)
    missing = np.flatnonzero(np.isnan(X.data)) if X.dtype.kind == "f" else ()
    if len(missing):
        raise ValueError(
            f"X is sparse and has NaN in column {X.indices[missing[0]]}. Missing values are only supported "
            "in a dense X: pass a dense array or a frame, or impute them first."
        )
    return X


def has_gaps(X):
    """Return whether X is a dense array with NaN; the minimum finds it without an array of booleans."""
    return isinstance(X, np.ndarray) and X.dtype.kind == "f" and bool(np.isnan(X.min()))
