"""Dates, times of day and durations as numbers.

A date becomes its distance from 1970 and its position in the year, the week and the day. Periodic parts are
points (sin, cos) on a circle, so that December is next to January.
"""

import numpy as np

from skbackprop.tables.kinds import DATE, DURATION, TIME

DAY = np.timedelta64(1, "D")
EPOCH = np.datetime64("1970-01-01", "us")


def days(t):
    """Return the length of durations `t` in days, or the days of dates `t` since 1970."""
    return (t - EPOCH if t.dtype.kind == "M" else t) / DAY


def year(t):
    """Return the calendar year."""
    return t.astype("datetime64[Y]").astype(np.float64) + 1970


def day_of_year(t):
    """Return the fraction of the year that has passed at the beginning of the day, on a circle."""
    first = t.astype("datetime64[Y]")
    start, stop = first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]")
    return circle((t.astype("datetime64[D]") - start) / (stop - start))


def weekday(t):
    """Return the day of the week, from Monday, on a circle."""
    since_thursday = t.astype("datetime64[D]").astype(np.int64)  # 1970 began with a Thursday
    return circle((since_thursday + 3) % 7 / 7)


def hour(t):
    """Return the fraction of the day that has passed, on a circle."""
    return circle(days(t) % 1)


def circle(fraction):
    """Return the point (sin, cos) for each fraction of a turn."""
    return np.column_stack((np.sin(2 * np.pi * fraction), np.cos(2 * np.pi * fraction)))


PARTS = {
    DATE: {"days": days, "year": year, "day_of_year": day_of_year, "weekday": weekday, "hour": hour},
    TIME: {"days": days, "hour": hour},
    DURATION: {"days": days},
}


class DateColumn:
    """Encodes a column of dates, times of day or durations.

    Parameters
    ----------
    column : Column
    position : int
        Index of the column in X.
    sample_weight : ndarray of shape (n_rows,), default=None
        Rows of weight 0 are ignored.

    Attributes
    ----------
    parts : list of str
        "days", and the other parts that vary.
    feature_names : list of str
        Names of the encoded columns.
    on_circle : list of bool
        Whether each encoded column is a coordinate of a point on a circle.
    """

    def __init__(self, column, position, sample_weight=None):
        self.name = column.name
        self.position = position
        self.kind = column.kind
        self.zone = column.zone if self.kind == DATE else None
        t = column.moments(self.kind, self.zone)
        if sample_weight is not None:
            t = t[sample_weight > 0]
        self.missing_share = float(np.isnat(t).mean())
        self.parts = list(PARTS[self.kind])
        self.parts = [part for part in self.parts if part == "days" or varies(self._numbers(part, t))]
        self.feature_names, self.on_circle = [], []
        for part in self.parts:
            is_point = self._numbers(part, t[:1]).shape[1] == 2
            ends = ("_sin", "_cos") if is_point else ("",)
            self.feature_names += [f"{self.name}_{part}{end}" for end in ends]
            self.on_circle += [is_point] * len(ends)

    def transform(self, column):
        """Return the numbers of each row, NaN if its value is missing.

        Parameters
        ----------
        column : Column

        Returns
        -------
        numbers : ndarray of shape (n_rows, n_parts)
        """
        t = column.moments(self.kind, self.zone)
        return np.hstack([self._numbers(part, t) for part in self.parts])

    def _numbers(self, part, t):
        numbers = PARTS[self.kind][part](np.where(np.isnat(t), np.zeros(1, t.dtype), t)).reshape(t.size, -1)
        numbers[np.isnat(t)] = np.nan
        return numbers


def varies(numbers):
    """Return whether rows that are not missing differ."""
    present = numbers[~np.isnan(numbers[:, 0])]
    return bool(present.size and (present != present[0]).any())
