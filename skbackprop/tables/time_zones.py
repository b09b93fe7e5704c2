"""Time zones: dates in UTC and in local time, the same for all libraries that hold them."""

import contextlib
import datetime
from zoneinfo import ZoneInfo

import numpy as np

# Libraries differ in the local time of other years: some know no daylight saving time after 2037, and some no
# change of zones before 1902.
FIRST, LAST = np.datetime64("1902-01-01"), np.datetime64("2037-01-01")


def is_zone(name):
    """Return whether `name` is that of a time zone in the zone database, not only an offset."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def in_zone(value, zone):
    """Return a datetime with a time zone in another `zone`, without it.

    At the ends of the calendar, as in 9999-12-31 for "never", it is the value in its own zone.
    """
    with contextlib.suppress(OverflowError):
        value = value.astimezone(zone)
    return value.replace(tzinfo=None)


def local_times(in_utc, by_library, zone):
    """Return dates in local time of `zone`.

    Parameters
    ----------
    in_utc : ndarray of shape (n_rows,), datetime64[us]
    by_library : callable
        Returns the local times according to the library that holds the dates, which is faster.
    zone : str
    """
    if not ((in_utc < FIRST) | (in_utc >= LAST)).any():  # NaT is neither
        return by_library()
    values, places = np.unique(in_utc, return_inverse=True)
    return np.array([local_time(value, zone) for value in values], in_utc.dtype)[places]


def local_time(in_utc, zone):
    """Return a date in UTC, a datetime64[us], in local time.

    NaT, and dates in years that Python's dates do not have, are returned unchanged.
    """
    value = in_utc.item()
    if not isinstance(value, datetime.datetime):
        return in_utc
    return in_zone(value.replace(tzinfo=datetime.UTC), ZoneInfo(zone))
