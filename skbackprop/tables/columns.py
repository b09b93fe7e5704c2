"""One column of a user's table: what kind it is, and its values, whichever library holds it.

========================  =================================================================
kind                      columns
========================  =================================================================
number                    integers, floats, booleans, decimals
category                  strings, and whatever the user names as categories
date, time of day,        dates and datetimes of any unit and zone; times; differences
duration
========================  =================================================================

Columns without a type of their own (pandas' object) are what their values are; a missing value (None,
NaN, NaT, pandas' NA) is of any kind.
"""

import datetime
from decimal import Decimal
from functools import cached_property
from numbers import Complex, Real
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
import numpy as np

NUMBER, CATEGORY = "number", "category"
DATE, TIME, DURATION = "date", "time of day", "duration"
DATES = (DATE, TIME, DURATION)

# The other kinds are refused, each with its remedy.
REMEDIES = {
    "lists": "make a column of each item, or of numbers computed from them",
    "structs": "make a column of each field",
    "bytes": "decode them to text or numbers",
    "complex numbers": "make a column of the real parts and one of the imaginary parts",
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
KIND_OF_LETTER = {
    **dict.fromkeys("biuf", NUMBER),
    "M": DATE,
    "m": DURATION,
    "U": CATEGORY,
    "S": "bytes",
    "c": "complex numbers",
}
# The first that fits: datetime is a date, and NumPy's timedelta64 an integer.
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
KIND_OF_PANDAS_TYPE = {"Period": "periods", "Interval": "intervals"}

# Integers that NumPy has no type for.
WIDE = (nw.Int128, nw.UInt128)

# Above this not every integer is a float64.
LARGEST_EXACT = 2**53


class Column:
    """A column of a table.

    Parameters
    ----------
    name : str or int
        For messages.
    values : narwhals Series or ndarray of shape (n_rows,)
    """

    def __init__(self, name, values):
        self.name = name
        self._values = values

    @property
    def size(self):
        """Number of rows."""
        return len(self._values)

    @cached_property
    def kind(self):
        """The kind of the column.

        Raises
        ------
        ValueError
            Where it is a kind that is refused.
        """
        kind = kind_of_dtype(self._values) or self._kind_of_objects()
        if kind in REMEDIES:
            self._refuse(kind)
        return kind

    def _refuse(self, kind):
        raise ValueError(f"Column {self.name!r} of X holds {kind}; {REMEDIES[kind]}.")

    def _kind_of_objects(self):
        kinds = {kind_of_type(t) for t in types_present(self.objects)}
        refused = kinds & set(REMEDIES)
        if refused:
            return min(refused)
        if len(kinds) > 1:
            return CATEGORY
        return kinds.pop() if kinds else NUMBER

    @cached_property
    def array(self):
        """The values as a 1-D array: of numbers or dates where the library has it so, else of objects."""
        if isinstance(self._values, np.ndarray):
            return self._values
        if kind_of_dtype(self._values) in (NUMBER, *DATES) and not isinstance(self._values.dtype, WIDE):
            return self._values.to_numpy()
        return np.fromiter(self.objects, dtype=object, count=len(self.objects))

    @cached_property
    def objects(self):
        """The values as a list of Python objects."""
        if not isinstance(self._values, np.ndarray):
            return self._values.to_list()
        return list(self._values) if self._values.dtype.kind in "mM" else self._values.tolist()

    @property
    def has_lossy_integers(self):
        """Whether there are integers that float64 does not hold."""
        dtype = self._values.dtype
        integer = dtype.kind in "iu" if isinstance(dtype, np.dtype) else dtype.is_integer()
        if not integer and kind_of_dtype(self._values) is not None:
            return False
        if self.array.dtype.kind in "iu":
            return bool(self.array.max() > LARGEST_EXACT or self.array.min() < -LARGEST_EXACT)
        if self.array.dtype.kind == "f":  # because of gaps
            return bool((np.abs(self.array) >= LARGEST_EXACT).any())
        return any(isinstance(v, int) and abs(v) > LARGEST_EXACT for v in self.objects)

    def distinct(self):
        """Return the distinct values as a list, and for each row which of them it has."""
        if self.array.dtype.kind in "biuf" and not self._lost_digits():
            values, places = np.unique(self.array, return_inverse=True)
            return values.tolist(), places
        try:
            values = list(dict.fromkeys(self.objects))
        except TypeError:
            kinds = {kind_of_type(type(value)) for value in self.objects}
            self._refuse(min(kinds & {"lists", "structs"}, default="objects of other types"))
        place = {value: i for i, value in enumerate(values)}
        return values, np.fromiter(map(place.__getitem__, self.objects), np.intp, len(self.objects))

    def _lost_digits(self):
        """Whether integers with gaps came as floats that do not hold them."""
        return self.array.dtype.kind == "f" and self.has_lossy_integers

    def numbers(self):
        """Return the values as float64, NaN where they are missing.

        Raises
        ------
        ValueError
            Where a value is no number.
        """
        if self.array.dtype.kind in "biuf":
            return self.array.astype(np.float64)
        values, places = self.distinct()
        return np.array([self._number(value) for value in values], dtype=np.float64)[places]

    def _number(self, value):
        if is_missing(value):
            return np.nan
        kind = kind_of_type(type(value))
        try:
            if kind in (NUMBER, CATEGORY):
                return float(value)
        except (ValueError, OverflowError):
            pass
        remedy = "name it in the 'categorical_features' parameter, or " if kind == CATEGORY else ""
        raise ValueError(
            f"Column {self.name!r} of X is read as numbers, but has the value {value!r}; {remedy}convert it."
        )

    @cached_property
    def zone(self):
        """Name of the time zone of dates, None where they have none.

        UTC is used for zones that have no name, and for several zones in one column.

        Raises
        ------
        ValueError
            Where only some dates have a time zone.
        """
        dtype = self._values.dtype
        zones = {dtype.time_zone} if isinstance(dtype, nw.Datetime) else self._zones_of_objects()
        if zones <= {None}:
            return None
        if None in zones:
            raise ValueError(
                f"Column {self.name!r} of X has dates with and without a time zone; give all of them one, in "
                "pandas with pandas.to_datetime(column, utc=True)."
            )
        zone = zones.pop()
        return zone if not zones and is_zone(zone) else "UTC"

    def _zones_of_objects(self):
        """Return the names of the time zones of Python's and pandas' objects, None for objects without."""
        if self.array.dtype.kind != "O":
            return set()
        zones = (getattr(value, "tzinfo", None) for value in self.objects if not is_missing(value))
        distinct = {id(zone): zone for zone in zones}  # those of dateutil have no hash
        return {zone and str(zone) for zone in distinct.values()}

    def moments(self, kind, zone):
        """Return dates as datetime64[us], by the clocks of `zone`; times and durations as timedelta64[us].

        Raises
        ------
        ValueError
            Where a value is not of this kind, or where only some dates have a time zone.
        """
        dtype = np.dtype("datetime64[us]" if kind == DATE else "timedelta64[us]")
        other_zone = kind == DATE and self.kind == DATE and (self.zone is None) != (zone is None)
        if (self.kind != kind or other_zone) and not types_present(self.objects):
            return np.full(self.size, "NaT", dtype)
        if self.kind != kind:
            parser = {DATE: "to_datetime", DURATION: "to_timedelta"}.get(kind)
            remedy = f"convert it, in pandas with pandas.{parser}(column)" if parser else "convert it"
            raise ValueError(
                f"Column {self.name!r} of X had values of the kind {kind} in fit, now {self.kind}; {remedy}."
            )
        if other_zone:
            raise ValueError(
                f"The dates in column {self.name!r} of X have the time zone {self.zone}, those of fit had "
                f"{zone}; convert them to the same."
            )
        if self.array.dtype.kind in "mM":
            values = self.array
            if zone is not None:
                values = self._values.dt.convert_time_zone(zone).dt.replace_time_zone(None).to_numpy()
            return self._in_microseconds(values, dtype)
        values, places = self.distinct()
        return np.array([moment(value, zone) for value in values], dtype=dtype)[places]

    def _in_microseconds(self, values, dtype):
        """Return `values`, dates or durations, as `dtype`, whose unit is the microsecond."""
        converted = values.astype(dtype)
        longer_unit = values.dtype != dtype and np.can_cast(values.dtype, dtype, "safe")
        if longer_unit:  # such as seconds: NumPy overflows
            changed = (converted.astype(values.dtype) != values) & ~np.isnat(values)
            if changed.any():
                raise ValueError(
                    f"Column {self.name!r} of X has the value {values[changed.argmax()]}, which is more than "
                    "292,000 years away from 1970, or as long; correct it, or set it to missing."
                )
        return converted


def kind_of_dtype(values):
    """Return the kind that the type of a column decides, None where its values decide."""
    dtype = values.dtype
    if not isinstance(dtype, np.dtype):
        native = getattr(values.to_native(), "dtype", None)
        if not isinstance(native, np.dtype) or native.kind != "O":
            return NUMBER if dtype.is_numeric() else KIND_OF_DTYPE.get(type(dtype))
        return None
    return KIND_OF_LETTER.get(dtype.kind)


def kind_of_type(t):
    """Return the kind of the values of a Python type."""
    for types, kind in KIND_OF_TYPE:
        if issubclass(t, types):
            return kind
    return KIND_OF_PANDAS_TYPE.get(t.__name__, "objects of other types")


def types_present(objects):
    """Return the types of the values that are not missing."""
    return {
        t for t in set(map(type, objects)) if any(type(v) is t and not is_missing(v) for v in objects)
    }  # fmt: skip


def is_missing(value):
    """Whether a value is None, NaN, NaT or pandas' NA."""
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    if isinstance(value, Decimal):
        return value.is_nan()  # a signaling NaN cannot be compared
    return isinstance(value, (float, np.inexact, np.datetime64, np.timedelta64)) and value != value


def is_zone(name):
    """Whether a time zone has a name that all libraries know, not only an offset."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def moment(value, zone):
    """Return a date as a datetime64 as clocks in `zone` show it, a time or a duration as a timedelta64."""
    if is_missing(value):
        return "NaT"
    if isinstance(value, datetime.time):
        midnight = datetime.datetime.min
        return np.timedelta64(
            datetime.datetime.combine(midnight, value.replace(tzinfo=None)) - midnight, "us"
        )
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return value
