"""Kinds of values: which kind a column, a type or a value has, and which values are missing.

========================  =================================================================
kind                      columns
========================  =================================================================
number                    integers, floats, booleans, decimals
category                  strings, and columns that the user names as categories
date, time of day,        dates and datetimes of any unit and zone; times; differences
duration
========================  =================================================================

The kind of columns without a specific type (pandas' object) is that of their values; a missing value (None,
NaN, NaT, pandas' NA) can be of any kind.
"""

import datetime
from decimal import Decimal
from itertools import compress
from numbers import Complex, Real

import narwhals.stable.v2 as nw
import numpy as np

NUMBER, CATEGORY = "number", "category"
DATE, TIME, DURATION = "date", "time of day", "duration"
DATES = (DATE, TIME, DURATION)

# Kinds that are refused, each with its remedy.
REMEDIES = {
    "lists": "make a column of each item, or of numbers computed from them",
    "structs": "make a column of each field",
    "maps": "make a column of each key",
    "bytes": "decode them to text or numbers",
    "complex numbers": "make a column of the real parts and one of the imaginary parts",
    "durations of months and days": "convert them to durations of a fixed length, or to days",
    "periods": "convert them to dates, in pandas with .dt.to_timestamp()",
    "intervals": "convert them to numbers, for instance their midpoints, or to text",
    "objects of other types": "convert them to numbers, dates or text",
}
KIND_OF_DTYPE = {
    nw.Boolean: NUMBER,
    nw.String: CATEGORY,
    nw.Categorical: CATEGORY,
    nw.Enum: CATEGORY,
    nw.Date: DATE,
    nw.Datetime: DATE,
    nw.Time: TIME,
    nw.Duration: DURATION,
    nw.List: "lists",
    nw.Array: "lists",
    nw.Struct: "structs",
    nw.Binary: "bytes",
}
if hasattr(nw, "Map"):  # earlier versions of narwhals do not know it
    KIND_OF_DTYPE[nw.Map] = "maps"
KIND_OF_LETTER = {
    **dict.fromkeys("biuf", NUMBER),
    "M": DATE,
    "m": DURATION,
    "U": CATEGORY,
    "S": "bytes",
    "c": "complex numbers",
}
# The first match counts: NumPy's timedelta64 is also an integer.
KIND_OF_TYPE = (
    ((datetime.timedelta, np.timedelta64), DURATION),
    ((datetime.date, np.datetime64), DATE),
    (datetime.time, TIME),
    ((Real, Decimal, np.bool_), NUMBER),
    (str, CATEGORY),
    (Complex, "complex numbers"),
    ((bytes, bytearray, memoryview), "bytes"),
    (dict, "structs"),
    ((list, tuple, set, frozenset, np.ndarray), "lists"),
)
# Types of pandas and PyArrow, by their names.
KIND_OF_NAMED_TYPE = {
    "Period": "periods",
    "Interval": "intervals",
    "MonthDayNano": "durations of months and days",
}


def kind_of_dtype(values):
    """Return the kind of a column by its type, None if it depends on its values."""
    dtype = values.dtype
    if not isinstance(dtype, np.dtype):
        native = getattr(values.to_native(), "dtype", None)
        if not isinstance(native, np.dtype) or native.kind != "O":
            return NUMBER if dtype.is_numeric() else KIND_OF_DTYPE.get(type(dtype))
        return None
    return KIND_OF_LETTER.get(dtype.kind)


def kind_of_type(t):
    """Return the kind of the values of a Python type."""
    if t.__name__ in KIND_OF_NAMED_TYPE:  # some are tuples
        return KIND_OF_NAMED_TYPE[t.__name__]
    for types, kind in KIND_OF_TYPE:
        if issubclass(t, types):
            return kind
    return "objects of other types"


def types_present(objects):
    """Return the types of the values that are not missing."""
    return {
        t for t in set(map(type, objects)) if any(type(v) is t and not is_missing(v) for v in objects)
    }  # fmt: skip


def without_other_kinds(objects, used):
    """Return `objects` with None for those in rows that are not `used`, if no used row has their kind.

    Dates with and without a time zone are two kinds.
    """
    kinds = {t: kind_of_type(t) for t in set(map(type, objects))}

    def kind(value):
        return kinds[type(value)], getattr(value, "tzinfo", None) is None

    known = {kind(value) for value in compress(objects, used) if not is_missing(value)}
    return [v if is_used or kind(v) in known else None for v, is_used in zip(objects, used, strict=True)]


def has_objects_of(kinds, array):
    """Return whether an array of objects has values of one of the `kinds`."""
    return array.dtype.kind == "O" and any(
        kind_of_type(t) in kinds for t in types_present(array.ravel().tolist())
    )


def is_missing(value):
    """Return whether a value is None, NaN, NaT or pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # a signaling NaN cannot be compared
    return isinstance(value, (float, np.inexact, np.datetime64, np.timedelta64)) and value != value


def with_nan(array):
    """Return an array with NaN for missing objects: NumPy does not convert pandas' NA and NaT to numbers."""
    if array.dtype.kind != "O":
        return array
    missing = np.array(np.frompyfunc(is_missing, 1, 1)(array), dtype=bool)
    nan = np.array(np.nan, dtype=object)  # np.nan itself, so that lists of the values compare as equal
    return np.where(missing, nan, array)
