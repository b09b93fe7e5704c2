"""One column of the user's table: its kind and its values, independent of the library that holds it."""

import datetime
from decimal import Decimal
from functools import cached_property, partial
from itertools import compress
from numbers import Integral
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as nw
import numpy as np

from skbackprop.tables.kinds import (
    CATEGORY,
    DATE,
    DATES,
    DURATION,
    NUMBER,
    REMEDIES,
    is_missing,
    kind_of_dtype,
    kind_of_type,
    types_present,
    without_other_kinds,
)
from skbackprop.tables.time_zones import in_zone, is_zone, local_times
from skbackprop.tables.user_warnings import shown

# Integers that NumPy has no type for.
WIDE = (nw.Int128, nw.UInt128)

# Above this, not every integer is exact in float64.
LARGEST_EXACT = 2**53


class Column:
    """A column of a table.

    Parameters
    ----------
    name : str or int
        For messages.
    values : narwhals Series or ndarray of shape (n_rows,)
    used : ndarray of bool of shape (n_rows,), default=None
        The rows of positive weight, None for all. They alone determine the kind and the time zone of a column
        without a specific type: a value of another kind in another row is missing.
    """

    def __init__(self, name, values, used=None):
        self.name = name
        self._values = values
        self.used = used

    @property
    def size(self):
        """Number of rows."""
        return len(self._values)

    @cached_property
    def kinds(self):
        """The kinds of the values, as a set: a single one if the type of the column determines it."""
        if self._has_objects:
            return {kind_of_type(t) for t in types_present(self.objects)}
        return {kind_of_dtype(self._values)}

    @property
    def _has_objects(self):
        """Whether the type of the column, or of its categories, does not determine the kind of the values."""
        return kind_of_dtype(self._values) is None or isinstance(
            self._values.dtype, (nw.Categorical, nw.Enum)
        )

    @cached_property
    def kind(self):
        """The kind of the column.

        Raises
        ------
        ValueError
            If it is a kind that is refused.
        """
        if kind_of_dtype(self._values) == CATEGORY:
            return CATEGORY  # the categories of a categorical column may be of any kind
        self.refuse_kinds()
        if len(self.kinds) > 1:
            return CATEGORY
        return min(self.kinds, default=NUMBER)

    def refuse_kinds(self, accepted=()):
        """Raise ValueError if the column has a kind that is refused, and is not in `accepted`.

        Intervals in a categorical column are those of pandas.cut, the same categories as their text.
        """
        refused = self.kinds & REMEDIES.keys() - set(accepted)
        if kind_of_dtype(self._values) == CATEGORY:
            refused -= {"intervals"}
        if refused:
            self._refuse(min(refused))

    def _refuse(self, kind):
        raise ValueError(f"Column {self.name!r} of X holds {kind}; {REMEDIES[kind]}.")

    @cached_property
    def array(self):
        """The values as a 1-D array, of numbers or dates if the column has such a type, else of objects."""
        if isinstance(self._values, np.ndarray):
            return self._values
        if kind_of_dtype(self._values) in (NUMBER, *DATES) and not isinstance(self._values.dtype, WIDE):
            return self._values.to_numpy()
        return np.fromiter(self.objects, dtype=object, count=len(self.objects))

    @cached_property
    def objects(self):
        """The values as a list of Python objects; None for a signaling NaN, which has no hash."""
        if not isinstance(self._values, np.ndarray):
            objects = self._values.to_list()
        else:
            objects = list(self._values) if self._values.dtype.kind in "mM" else self._values.tolist()
        if kind_of_dtype(self._values) is None:
            objects = [None if isinstance(v, Decimal) and v.is_snan() else v for v in objects]
        if self.used is not None and self._has_objects:
            objects = without_other_kinds(objects, self.used)
        return objects

    @property
    def has_lossy_integers(self):
        """Whether there are integers, or decimals of this size, that are not exact in float64."""
        dtype = self._values.dtype
        integer = dtype.kind in "iu" if isinstance(dtype, np.dtype) else dtype.is_integer()
        if integer and self.array.dtype.kind in "iu":
            # As Python's integers: NumPy 1 compares a number of 64 bits with an int in float64.
            return int(self.array.max()) > LARGEST_EXACT or int(self.array.min()) < -LARGEST_EXACT
        if integer and self.array.dtype.kind == "f":  # because of missing values
            return bool((np.abs(self.array) >= LARGEST_EXACT).any())
        of_objects = integer or isinstance(dtype, nw.Decimal) or kind_of_dtype(self._values) is None
        return of_objects and any(map(is_lossy, self.objects))

    def distinct(self):
        """Return the distinct values as a list, and the index of each row's value in it."""
        if self.array.dtype.kind in "biuf" and not self._lost_digits():
            values, places = np.unique(self.array, return_inverse=True)
            return values.tolist(), places
        try:
            values = list(dict.fromkeys(self.objects))
        except (TypeError, ValueError):  # there is no hash; a ValueError if NumPy's durations have no unit
            kinds = {kind_of_type(type(value)) for value in self.objects}
            self._refuse(min(kinds & {"lists", "structs"}, default="objects of other types"))
        place = {value: i for i, value in enumerate(values)}
        return values, np.fromiter(map(place.__getitem__, self.objects), np.intp, len(self.objects))

    def count(self, places):
        """Return the number of used rows of each distinct value, for the `places` of :meth:`distinct`."""
        return np.bincount(places if self.used is None else places[self.used], minlength=places.max() + 1)

    def _lost_digits(self):
        """Return whether integers with missing values became floats that do not hold them exactly."""
        return self.array.dtype.kind == "f" and self.has_lossy_integers

    def numbers(self):
        """Return the values as float64, with NaN for missing ones.

        Raises
        ------
        ValueError
            If a value is not a number.
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
            f"Column {self.name!r} of X is read as numbers, but has the value {shown(value)}; {remedy}"
            "convert it."
        )

    @cached_property
    def zone(self):
        """Name of the time zone of dates, None if they have none.

        UTC is used for zones without a name, and for several zones in one column.

        Raises
        ------
        ValueError
            If only some dates have a time zone.
        """
        dtype = self._values.dtype
        zones = {dtype.time_zone} if isinstance(dtype, nw.Datetime) else self._zones_of_objects()
        if zones <= {None}:
            return None
        if None in zones:
            raise ValueError(
                f"Column {self.name!r} of X has dates with and without a time zone; give all of them a zone, "
                "in pandas with pandas.to_datetime(column, utc=True)."
            )
        zone = zones.pop()
        return zone if not zones and is_zone(zone) else "UTC"

    def _zones_of_objects(self):
        """Return the names of the time zones of Python's and pandas' objects, None for objects without."""
        if self.array.dtype.kind != "O":
            return set()
        objects = self.objects if self.used is None else compress(self.objects, self.used)
        zones = (getattr(value, "tzinfo", None) for value in objects if not is_missing(value))
        distinct = {id(zone): zone for zone in zones}  # dateutil's zones are not hashable
        return {zone and str(zone) for zone in distinct.values()}

    def moments(self, kind, zone):
        """Return dates as datetime64[us], in local time of `zone`; times and durations as timedelta64[us].

        Raises
        ------
        ValueError
            If a value is not of this kind or has no definite length, or only some dates have a time zone.
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
                f"The dates in column {self.name!r} of X have the time zone {self.zone}, but those of fit "
                f"had {zone}; convert them to the same time zone."
            )
        if self.array.dtype.kind in "mM":
            values = self.array
            if zone is None:
                return self._in_microseconds(values, dtype)
            return local_times(self._in_zone("UTC"), partial(self._in_zone, zone), zone)
        values, places = self.distinct()
        return np.array([self._moment(value, zone, dtype) for value in values], dtype=dtype)[places]

    def _in_zone(self, zone):
        """Return the dates of a type with a time zone as datetime64[us] in local time of `zone`."""
        local = self._values.dt.convert_time_zone(zone).dt.replace_time_zone(None)
        return self._in_microseconds(local.to_numpy(), np.dtype("datetime64[us]"))

    def _moment(self, value, zone, dtype):
        """Return the :func:`moment` of a value; raise ValueError if it is a duration in years or months."""
        found = moment(value, zone)
        if isinstance(found, np.timedelta64) and not np.can_cast(found.dtype, dtype, "same_kind"):
            raise ValueError(
                f"Column {self.name!r} of X has the value {shown(value)}, but years and months have "
                "different lengths; convert it to days."
            )
        if isinstance(found, (np.datetime64, np.timedelta64)):
            return self._in_microseconds(found[None], dtype)[0]
        return found

    def _in_microseconds(self, values, dtype):
        """Return `values`, dates or durations, as `dtype`, which has the unit of microseconds."""
        converted = values.astype(dtype)
        longer_unit = values.dtype != dtype and np.can_cast(values.dtype, dtype, "safe")
        if longer_unit:  # the conversion from seconds, for instance, can overflow
            changed = (converted.astype(values.dtype) != values) & ~np.isnat(values)
            if changed.any():
                raise ValueError(
                    f"Column {self.name!r} of X has the value {values[changed.argmax()]}, which is more than "
                    "292,000 years (from 1970, if it is a date); correct it, or set it to missing."
                )
        return converted


def is_lossy(value):
    """Return whether a value is an integer or a decimal beyond the integers that float64 holds exactly."""
    if isinstance(value, np.timedelta64):  # an Integral
        return False
    if not isinstance(value, (Integral, Decimal)) or is_missing(value):
        return False
    return not -LARGEST_EXACT <= value <= LARGEST_EXACT


def moment(value, zone):
    """Return a date in local time of `zone`, a time of day as a timedelta64, other values unchanged."""
    if is_missing(value):
        return "NaT"
    if isinstance(value, datetime.time):
        midnight = datetime.datetime.min
        return np.timedelta64(
            datetime.datetime.combine(midnight, value.replace(tzinfo=None)) - midnight, "us"
        )
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = in_zone(value, ZoneInfo(zone))
    return value
