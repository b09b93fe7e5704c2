"""The user's X as a table, an array of numbers or a sparse matrix."""

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.frames import ArrayTable, Frame, as_frame, is_sparse_frame, with_common_type
from skbackprop.tables.kinds import DATES, has_objects_of, with_nan
from skbackprop.tables.refusals import (
    as_array,
    in_float64,
    refuse_arrays,
    refuse_collections,
    refuse_masked,
    with_python_strings,
)
from skbackprop.tables.sparse_rows import canonical


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


def has_gaps(X):
    """Return whether X is a dense array with NaN; the minimum finds it without an array of booleans."""
    return isinstance(X, np.ndarray) and X.dtype.kind == "f" and bool(np.isnan(X.min()))


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


def result_dtype(X):
    """Return the dtype of the predictions for a numeric X."""
    return X.dtype if X.dtype in (np.float32, np.float64) else np.dtype(np.float64)
