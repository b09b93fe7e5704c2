"""Dates, times of day and durations as numbers: how far, and where in the year, the week and the day.

What goes round in a circle is a point on it, (sin, cos), so that December is next to January.
"""

import numpy as np

from skbackprop.tables.columns import DATE, DURATION, TIME

DAY = np.timedelta64(1, "D")
EPOCH = np.datetime64("1970-01-01", "us")


def days(t):
    """Return how many days `t` is long, or is after 1970."""
    return (t - EPOCH if t.dtype.kind == "M" else t) / DAY


def year(t):
    """Return the calendar year."""
    return t.astype("datetime64[Y]").astype(np.float64) + 1970


def day_of_year(t):
    """Return which fraction of its year has passed at the beginning of the day, on a circle."""
    first = t.astype("datetime64[Y]")
    start, stop = first.astype("datetime64[D]"), (first + 1).astype("datetime64[D]")
    return circle((t.astype("datetime64[D]") - start) / (stop - start))


def weekday(t):
    """Return the day of the week, from Monday, on a circle."""
    since_thursday = t.astype("datetime64[D]").astype(np.int64)  # 1970 began with a Thursday
    return circle((since_thursday + 3) % 7 / 7)


def hour(t):
    """Return which fraction of its day has passed, on a circle."""
    return circle(days(t) % 1)


def circle(fraction):
    """Return a point for each fraction of a turn."""
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
        Where it is in X.
    sample_weight : ndarray of shape (n_rows,), default=None
        Rows of weight 0 are not looked at.

    Attributes
    ----------
    parts : list of str
        The number "days", and those parts of the calendar that vary.
    feature_names : list of str
        Names of the numbers that a value becomes.
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
        self.feature_names = []
        for part in self.parts:
            on_circle = self._numbers(part, t[:1]).shape[1] == 2
            ends = ("_sin", "_cos") if on_circle else ("",)
            self.feature_names += [f"{self.name}_{part}{end}" for end in ends]

    def transform(self, column):
        """Return the numbers of each row, NaN where it is missing.

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
    """Whether there are different rows, missing ones left aside."""
    present = numbers[~np.isnan(numbers[:, 0])]
    return bool(present.size and (present != present[0]).any())
