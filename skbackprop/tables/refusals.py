"""Errors for values that cannot be X or y, with their remedies."""

import sys
from collections.abc import Iterator, Mapping, Set
from contextlib import contextmanager
from datetime import UTC, date, time, timedelta
from decimal import Decimal

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.frames import is_frame, refuse_equal_names, refuse_lazy
from skbackprop.tables.kinds import NUMBER, is_missing, kind_of_type, types_present
from skbackprop.tables.time_zones import in_zone
from skbackprop.tables.user_warnings import shown

# Types of dates and durations.
DATES = (date, time, timedelta, np.datetime64, np.timedelta64)


def refuse_collections(values, name):
    """Raise TypeError if `values` is a set, an iterator or text, which have no ordered rows.

    Raise ValueError if it is lazy.
    """
    refuse_lazy(values, name)
    kind = type(values).__name__
    if isinstance(values, (Set, Iterator)):
        reason = "has no order" if isinstance(values, Set) else "can be read only once"
        raise TypeError(f"{name} is a {kind}, which {reason}; pass a list or an array, such as list({name}).")
    if isinstance(values, (str, bytes)):
        raise TypeError(f"{name} is a {kind}; pass an array or a frame with one row for each sample.")


def refuse_masked(values, name):
    """Raise ValueError if `values` has masked values, because np.asarray would drop the mask."""
    if isinstance(values, np.ma.MaskedArray) and np.ma.is_masked(values):
        raise ValueError(
            f"{name} is a masked array with {np.ma.count_masked(values)} masked values; fill them, for "
            f"instance with {name}.astype(float).filled(numpy.nan), or drop their rows."
        )


def refuse_arrays(X, name="X"):
    """Raise ValueError if an array X is complex, structured, or has more than two dimensions."""
    if X.dtype.kind == "c":
        raise ValueError(
            f"Complex data not supported: {name} holds complex numbers ({X.dtype}); pass their real and "
            "imaginary parts as separate columns."
        )
    if X.dtype.kind == "V":
        fields = f" with the fields {list(X.dtype.names)}" if X.dtype.names else ""
        raise ValueError(
            f"{name} is a structured array{fields}; make a frame of it, for instance with "
            f"pandas.DataFrame({name})."
        )
    if X.ndim > 2:
        raise ValueError(
            f"{name} has {X.ndim} dimensions (shape {X.shape}), but the estimators need 2, (n_samples, "
            f"n_features); flatten each sample, for instance with {name}.reshape(len({name}), -1)."
        )


def as_array(values, name):
    """Return `values` as an array; raise ValueError for None and for rows of different lengths."""
    if values is None:
        raise ValueError(
            f"{name} is None: pass an array of shape (n_samples, n_features), a sparse matrix or a frame."
        )
    try:
        array = np.asarray(values)
    except ValueError as error:
        if "inhomogeneous" not in str(error):
            raise
        raise ValueError(
            f"{name} is a list of rows of different lengths ({error}); all rows must have the same number of "
            "values."
        ) from error
    return with_python_strings(array)


def with_python_strings(array):
    """Return an array with objects instead of NumPy's strings of variable width."""
    return array.astype(object) if array.dtype.kind == "T" else array


def in_float64(X):
    """Return an array of longer floats in float64, with infinity for larger numbers; others unchanged."""
    if X.dtype.kind != "f" or X.dtype.itemsize <= 8:
        return X
    with np.errstate(over="ignore"):
        return X.astype(np.float64)


def own_values(values, name):
    """Return labels or groups as an array in which each value has its own type.

    Raises
    ------
    TypeError, ValueError
        If they have no order, have masked values, or are rows of different lengths.
    """
    refuse_collections(values, name)
    refuse_masked(values, name)
    array = as_array(values, name)
    if array.dtype.kind == "U" and isinstance(values, (list, tuple)):
        # NumPy makes text of all: "nan" of NaN, "1" of 1, and "C.RE" of the Enum member C.RED = "red".
        return np.array(values, dtype=object)
    return array


def refuse_dates_for_numbers(X):
    """Raise ValueError if X is an array of dates, for columns that were numbers in fit."""
    if X.dtype.kind in "Mm":
        raise ValueError(
            f"X holds {'dates' if X.dtype.kind == 'M' else 'durations'} ({X.dtype}), but its columns were "
            "numbers in fit; pass numbers, or fit on an array or a frame with these columns."
        )


def refuse_as_numbers(y, name):
    """Raise if `y`, the target of a regressor, is not numeric."""
    if y is None or hasattr(y, "dask"):
        return
    if issparse(y):
        raise TypeError(f"{name} is a sparse matrix, but a regressor needs an array; pass {name}.toarray().")
    refuse_collections(y, name)
    refuse_masked(y, name)
    refuse_equal_names(y, name)
    if isinstance(y, Mapping):
        raise TypeError(
            f"{name} is a {type(y).__name__}; pass its values as an array, such as list({name}.values())."
        )
    y = as_array(y, name)
    refuse_arrays(y, name)
    objects = y.ravel().tolist() if y.dtype.kind == "O" else []
    first = next((value for value in objects if not is_missing(value)), None)
    if y.dtype.kind in "US" or isinstance(first, (str, bytes)):
        shown = first if first is not None else y.ravel()[0]
        raise ValueError(
            f"{name} holds text ({str(shown)!r}), but a regressor needs numbers; convert it, for instance "
            f"with {name}.astype(float), or use BackpropClassifier for classes."
        )
    if y.dtype.kind in "Mm" or isinstance(first, DATES):
        kind = y.dtype if first is None else type(first).__name__
        raise ValueError(
            f"{name} holds dates or durations ({kind}), not numbers; divide durations by a unit, as in "
            f"({name} - {name}.min()) / numpy.timedelta64(1, 'D')."
        )
    if any(map(is_missing, objects)):
        raise ValueError(f"Input {name} contains NaN or None; drop the rows whose target is missing.")
    others = sorted(t.__name__ for t in types_present(objects) if kind_of_type(t) != NUMBER)
    if others:
        raise ValueError(
            f"{name} holds objects of the types {others}, but a regressor needs numbers; convert them, for "
            f"instance with {name}.astype(float)."
        )
    with within_floats(name):
        np.array(objects, dtype=np.float64)


def checked_labels(y, name="y"):
    """Return the labels of a classifier as an array of their own type, unless they are sparse.

    scikit-learn would convert pandas' nullable integers and booleans to float64.

    Raises
    ------
    ValueError
        If labels are missing, or are objects other than text, whole Decimals, and dates with a time zone.
    """
    if y is None or issparse(y) or hasattr(y, "dask"):
        return y
    array = own_values(y, name)
    refuse_arrays(array, name)
    if array.dtype.kind not in "OMm":
        return array
    labels = array.ravel()
    missing = np.flatnonzero([is_missing(label) for label in labels])
    if missing.size:
        rows = np.unique(missing // (labels.size // len(array)))
        raise ValueError(
            f"{name} has no label in {rows.size} of {len(array)} rows (in row {rows[0]} it is "
            f"{shown(labels[missing[0]])}); drop the rows whose label is missing."
        )
    if is_frame(y) and all(kind_of_type(t) == NUMBER for t in types_present(labels)):
        array = np.array(array.tolist())  # columns of nullable or different types become objects in NumPy
    array = in_type_of_numpy(array)
    if array.dtype.kind != "O":
        return array
    refuse_objects_other_than_text(array, name)
    if isinstance(y, (list, tuple)):
        return as_text(array)
    return array


def as_text(labels):
    """Return strings in NumPy's type of text, or as objects if that type drops NUL characters at an end."""
    texts = np.array([str.__str__(label) for label in labels.flat], dtype=object).reshape(labels.shape)
    shortened = texts.astype(str)
    return shortened if (shortened == texts).all() else texts


def checked_classes(classes):
    """Return the classes of a stream as an array of their own type.

    Raises
    ------
    TypeError, ValueError
        If they have no order, are not one-dimensional, or one is missing, a fraction, or an object other than
        text.
    """
    array = own_values(classes, "classes")
    if not array.size or (array.ndim != 1 and array.shape[1:] != (1,)):
        raise ValueError(
            "The 'classes' parameter must be a one-dimensional array-like of all classes, such as [0, 1]. "
            f"Got {classes!r} instead."
        )
    missing = [value for value in array.ravel() if is_missing(value)]
    if missing:
        raise ValueError(
            f"The 'classes' parameter has the value {shown(missing[0])}, which is not a label: rows whose "
            "label is missing cannot be learned. Remove it."
        )
    array = in_type_of_numpy(array)
    if array.dtype.kind == "O":
        refuse_objects_other_than_text(array, "classes")
    fractions = array[array != np.trunc(array)] if array.dtype.kind == "f" else ()
    if len(fractions):
        raise ValueError(
            f"The 'classes' parameter has the fraction {fractions[0]:g}, which is not a label; use integers "
            "or text."
        )
    return array


def in_type_of_numpy(labels):
    """Return an array of Decimals, if they are whole, as integers, and of dates with a time zone as UTC.

    NumPy has no type for them. It converts the dates of polars and Arrow in the same way, but not those of
    pandas. Other arrays are returned unchanged.
    """
    if labels.dtype.kind != "O":
        return labels
    types = types_present(labels.ravel())
    if Decimal in types and types <= {Decimal, int}:
        integers = as_integers(labels)
        return labels if integers is None else integers
    if all(getattr(label, "tzinfo", None) is not None for label in labels.flat):
        in_utc = [in_zone(label, UTC) for label in labels.flat]
        return np.array(in_utc, "datetime64[us]").reshape(labels.shape)
    return labels


def as_integers(labels):
    """Return an array of objects as int64, None if this would change a value."""
    try:
        integers = labels.astype(np.int64)
    except (TypeError, ValueError, OverflowError):
        return None
    return integers if (integers == labels).all() else None


def refuse_objects_other_than_text(labels, name):
    """Raise ValueError if an array of objects has labels that are not text."""
    types = sorted({type(label).__name__ for label in labels.flat if not isinstance(label, (str, bytes))})
    if types:
        also = " and text" if any(isinstance(label, str) for label in labels.flat) else ""
        remedies = [f"np.asarray({name}).astype(str)"]
        if as_integers(labels) is not None:
            remedies.insert(0, f"np.asarray({name}).astype(int)")
        raise ValueError(
            f"Unknown label type: {name} is an array of objects of the types {types}{also}. Convert them, "
            f"for instance with {' or '.join(remedies)}."
        )


@contextmanager
def within_floats(name):
    """Return a context in which an integer too large for float64 raises an error that names `name`.

    A longer float becomes infinite without NumPy's warning, because infinite numbers are refused afterwards.
    """
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            yield
    except OverflowError as error:
        raise ValueError(
            f"{name} has a number beyond {sys.float_info.max:.2g}, the largest that float64 holds; divide by "
            "a constant, or correct it."
        ) from error


@contextmanager
def named(name):
    """Return a context that puts `name` before the errors about data that their messages call X."""
    try:
        yield
    except (ValueError, TypeError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(f"{name}: {error}") from error


@contextmanager
def numbers_expected(X):
    """Return a context that adds a remedy to errors about an array X of text or of other objects.

    To errors about infinite numbers it adds their first column.
    """
    try:
        with within_floats("X"):
            yield
    except (ValueError, TypeError) as error:
        if "contains infinity" in str(error):
            raise ValueError(f"{str(error).removesuffix('.')}, in column {infinite_column(X)}.") from error
        kind = np.asarray(X).dtype.kind
        if isinstance(error, TypeError) and kind == "O":
            raise TypeError(
                f"X is an array of objects that are not all numbers ({error}). Pass numbers, or a data "
                "frame, in which each column has its own type."
            ) from error
        if kind not in "OUS" or (kind == "O" and "could not convert string" not in str(error)):
            raise
        raise ValueError(
            f"X is an array with text ({error}). Pass a data frame, in which each column has its own type, "
            "or name the categorical columns in the 'categorical_features' parameter."
        ) from error


def infinite_column(X):
    """Return the index of the first column of an array or a sparse matrix that has an infinite number."""
    if issparse(X):
        X = X.tocoo()
        return X.col[np.isinf(X.data)].min()
    return np.isinf(X.astype(np.float64)).any(axis=0).argmax()
