"""What cannot be X or y, named in one sentence that says what to do."""

import sys
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from datetime import date, time, timedelta

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.columns import NUMBER, is_missing, kind_of_type, types_present

# Objects of Python that are dates or durations, as NumPy's datetime64 and timedelta64 are.
DATES = (date, time, timedelta, np.datetime64, np.timedelta64)
# How messages go on about integers and fractions of Python, which have no largest number.
BEYOND_FLOATS = (
    f"beyond {sys.float_info.max:.2g}, the largest that float64 holds; divide by a constant, or correct it."
)


def refuse_collections(values, name):
    """Raise where `values` is a collection that has no rows in an order."""
    kind = type(values).__name__
    if isinstance(values, (Set, Iterator)):
        reason = "has no order" if isinstance(values, Set) else "can be read only once"
        raise TypeError(f"{name} is a {kind}, which {reason}; pass a list or an array, such as list({name}).")
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{name} is a {kind}; pass an array or a frame with one row for each sample.")


def refuse_masked(values, name):
    """Raise where `values` is a masked array with masked values, whose mask np.asarray would drop."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ValueError(
            f"{name} is a masked array with {np.ma.count_masked(values)} masked values; fill them, for "
            f"instance with {name}.astype(float).filled(numpy.nan), or drop their rows."
        )


def refuse_arrays(X, name="X"):
    """Raise where an array X has numbers or axes that the estimators have no use for."""
    if X.dtype.kind == "c":
        raise ValueError(
            f"Complex data not supported: {name} holds complex numbers ({X.dtype}); pass their real and "
            "imaginary parts as columns of their own."
        )
    if X.dtype.kind == "V":
        fields = f" with the fields {list(X.dtype.names)}" if X.dtype.names else ""
        raise ValueError(
            f"{name} is a structured array{fields}; make a frame of it, for instance with "
            f"pandas.DataFrame({name})."
        )
    if X.ndim > 2:
        raise ValueError(
            f"{name} has {X.ndim} dimensions (shape {X.shape}), of which the estimators take 2, (n_samples, "
            f"n_features); flatten each sample, for instance with {name}.reshape(len({name}), -1)."
        )


def as_array(values, name):
    """Return `values` as an array; None and rows of different lengths are refused."""
    if values is None:
        raise ValueError(
            f"{name} is None: pass an array of shape (n_samples, n_features), a sparse matrix or a frame."
        )
    try:
        return np.asarray(values)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(
            f"{name} is a list of rows of different lengths ({error}); all rows must have the same number of "
            "values."
        ) from error


def refuse_dates_for_numbers(X):
    """Raise where an array X of dates comes to columns that were numbers in fit."""
    if X.dtype.kind in "Mm":
        raise ValueError(
            f"X holds {'dates' if X.dtype.kind == 'M' else 'durations'} ({X.dtype}), but its columns were "
            "numbers in fit; pass numbers, or fit on an array or a frame with these columns."
        )


def refuse_as_numbers(y):
    """Raise where the target of a regressor is not numbers."""
    if y is None or hasattr(y, "dask"):
        return
    if issparse(y):
        raise TypeError("y is a sparse matrix, and a regressor needs dense numbers; pass y.toarray().")
    refuse_collections(y, "y")
    refuse_masked(y, "y")
    if isinstance(y, Mapping):
        raise TypeError(f"y is a {type(y).__name__}; pass its values as an array, such as list(y.values()).")
    y = as_array(y, "y")
    refuse_arrays(y, "y")
    objects = y.ravel().tolist() if y.dtype.kind == "O" else []
    first = next((value for value in objects if not is_missing(value)), None)
    if y.dtype.kind in "US" or isinstance(first, (str, bytes)):
        shown = first if first is not None else y.ravel()[0]
        raise ValueError(
            f"y holds text ({str(shown)!r}), and a regressor needs numbers; convert it, for instance with "
            "y.astype(float), or use BackpropClassifier for classes."
        )
    if y.dtype.kind in "Mm" or isinstance(first, DATES):
        kind = y.dtype if first is None else type(first).__name__
        raise ValueError(
            f"y holds dates or durations ({kind}), not numbers; divide durations by a unit, as in "
            "(y - y.min()) / numpy.timedelta64(1, 'D')."
        )
    if any(map(is_missing, objects)):
        raise ValueError("Input y contains NaN or None; drop the rows whose target is missing.")
    others = sorted(t.__name__ for t in types_present(objects) if kind_of_type(t) != NUMBER)
    if others:
        raise ValueError(
            f"y holds objects of the types {others}, and a regressor needs numbers; convert them, for "
            "instance with y.astype(float)."
        )
    try:
        np.array(objects, dtype=np.float64)
    except OverflowError as error:
        raise ValueError(f"y has a number {BEYOND_FLOATS}") from error


def checked_labels(y):
    """Return the labels of a classifier, in an array of their own type where they are not sparse.

    scikit-learn makes float64 of pandas' nullable integers and booleans.

    Raises
    ------
    ValueError
        Where labels are missing, or are objects that are not text.
    """
    if y is None or issparse(y) or hasattr(y, "dask"):
        return y
    refuse_collections(y, "y")
    refuse_masked(y, "y")
    array = as_array(y, "y")
    refuse_arrays(array, "y")
    labels = array.ravel()
    if array.dtype.kind == "U" and isinstance(y, (list, tuple)):
        # NumPy makes text of all labels: "nan" of NaN, "1" of 1, and "C.RE" of the Enum member C.RED = "red".
        labels = np.array(y, dtype=object).ravel()
        texts = [str.__str__(label) if isinstance(label, str) else label for label in labels]
        array = np.array(texts).reshape(array.shape)
    if labels.dtype.kind != "O":
        return array
    missing = np.flatnonzero([is_missing(label) for label in labels])
    if missing.size:
        raise ValueError(
            f"y has no label in {missing.size} of {labels.size} rows (in row {missing[0]} it is "
            f"{labels[missing[0]]!r}); drop the rows whose label is missing."
        )
    types = sorted({type(label).__name__ for label in labels if not isinstance(label, (str, bytes))})
    if types:
        also = " beside text" if any(isinstance(label, str) for label in labels) else ""
        raise ValueError(
            f"Unknown label type: y is an array of objects of the types {types}{also}. Convert it to one "
            "type, for instance with y.astype(int) or y.astype(str)."
        )
    return array


@contextmanager
def numbers_expected(X):
    """Within this, errors about an array of text or of other objects say what to do with it."""
    try:
        yield
    except OverflowError as error:
        raise ValueError(f"X has a number {BEYOND_FLOATS}") from error
    except (ValueError, TypeError) as error:
        kind = np.asarray(X).dtype.kind
        if isinstance(error, TypeError) and kind == "O":
            raise TypeError(
                f"X is an array of objects that are not all numbers ({error}). Pass a data frame, whose "
                "columns have types of their own, or numbers."
            ) from error
        if kind not in "OUS" or (kind == "O" and "could not convert string" not in str(error)):
            raise
        raise ValueError(
            f"X is an array with text ({error}). Pass a data frame, whose columns have types of their own, "
            "or name the columns that are categories in the 'categorical_features' parameter."
        ) from error
