"""Dates written as text: recognizing their format, and encoding them like other dates.

A column of text whose values are all dates in one format remains a column of categories, and gets the numbers
of its dates in addition: so neighboring days are neighbors, and a day that was not in fit is known.
"""

import datetime
import itertools
import re

import numpy as np

from skbackprop.tables.category_column import distinct_categories
from skbackprop.tables.columns import Column
from skbackprop.tables.date_column import DateColumn
from skbackprop.tables.time_zones import in_zone
from skbackprop.tables.user_warnings import (
    LARGEST_LOSS,
    warn_of_another_format,
    warn_of_another_order,
    warn_of_uncertain_century,
)

# ISO 8601, with any precision and time zone. If only some dates of a column have a zone, none is read: the
# zone of the others is unknown. The standard library also reads a time after any other character
# (2021-01-01-17), and fractions of hours and minutes (17.5) as those of a second.
ISO, ISO_WITH_ZONE = "ISO 8601", "ISO 8601 with a time zone"
ISO_DAY, ISO_TIME, ISO_ZONE = r"\d{4}-\d\d-\d\d", r"\d\d(:?\d\d(:?\d\d([.,]\d+)?)?)?", r" ?(Z|[+-][\d:]+)"
ISO_FORM = re.compile(rf"{ISO_DAY}([Tt\s]{ISO_TIME}({ISO_ZONE})?)?")
# Other formats of dates, which a time may follow.
DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y",
    "%d %b %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%a, %d %b %Y",
)  # fmt: skip
MONTHS = ("%Y-%m", "%b %Y")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS = (*map("".join, itertools.product(DAYS, TIMES)), *MONTHS)
# All formats have a year, so other texts need not be tried, which takes a millisecond for each format.
DIGIT = re.compile(r"\d")

# Python, like POSIX and pandas, reads the years 69 to 99 as 1969 to 1999, and 00 to 68 as 2000 to 2068. A
# wrong century is a constant if all dates of a column have it, but not if only some have it: of birthdays
# from 1930 to 1995 the oldest would be the latest. If all dates lie within half a century, any other century
# of one of them would be farther from the rest. Other columns are not read; other later dates are missing.
TWO_DIGITS, HALF_A_CENTURY = "%y", 50

# Fewer dates say no more than their categories.
FEWEST_DATES = 3
# The formats that fit so many texts are tried on all of them.
FIRST = 20


def date_format(texts):
    """Return the format in which all `texts` are dates, None if there is none or the day may be the month.

    Parameters
    ----------
    texts : list of str
        Distinct.
    """
    if len(texts) < FEWEST_DATES or not all(map(DIGIT.search, texts)):
        return None
    formats = (ISO, ISO_WITH_ZONE, *FORMATS)
    for tried in (texts[:FIRST], texts):
        formats = [written for written in formats if all(parse(text, written) for text in tried)]
    # In the dates 01/01/2024 to 12/12/2024 the day may be the month, and later dates would differ.
    return formats[0] if len(formats) == 1 else None


def two_digit_years(texts, written):
    """Return the first and the last year of dates, if their format `written` has two digits for it."""
    if TWO_DIGITS not in written:
        return ()
    years = [parse(text, written).year for text in texts]
    return min(years), max(years)


def within_half_a_century(years):
    """Return whether years differ by less than 50."""
    return max(years, default=0) - min(years, default=0) < HALF_A_CENTURY


def parse(text, written):
    """Return the date that `text` is in the format `written`, without a zone (UTC if it has one), or None."""
    text = text.strip()
    try:
        if written in FORMATS:
            return parse_by_format(text, written)
        if not ISO_FORM.fullmatch(text):
            return None
        date = datetime.datetime.fromisoformat(text)
        if (date.tzinfo is not None) != (written == ISO_WITH_ZONE):
            return None
        return in_zone(date, datetime.UTC) if date.tzinfo else date
    except (ValueError, OverflowError):
        return None


def parse_by_format(text, written):
    """Return the date of `text` in a format of FORMATS, with the name of the month in short or in full."""
    try:
        return datetime.datetime.strptime(text, written)
    except ValueError:
        if "%b" not in written:
            raise
        return datetime.datetime.strptime(text, written.replace("%b", "%B"))


def in_other_order(text, written):
    """Return whether `text` is a date in the format `written` with the day and the month exchanged."""
    if not ("%d" in written and "%m" in written):
        return False
    try:
        return bool(parse_by_format(text.strip(), written.translate(str.maketrans("dm", "md"))))
    except ValueError:
        return False


class WrittenDates(DateColumn):
    """Encodes a column of dates that are written as text.

    Parameters
    ----------
    column : Column
    position : int
        Index of the column in X.
    sample_weight : ndarray of shape (n_rows,), default=None
    written : str
        From :func:`date_format`.
    years : tuple of int
        The first and the last year of the fit, if they have two digits. Dates that are not within half a
        century with both are missing.
    """

    read_as = "date"

    def __init__(self, column, position, sample_weight, written, years):
        self.written, self.years = written, years
        categories, places = distinct_categories(column)
        dates = column_of_dates(column.name, self._parsed(categories), places)
        super().__init__(dates, position, sample_weight)

    def transform(self, column):
        """Return the numbers of each row, NaN if its value is not a date in the format of fit."""
        categories, places = distinct_categories(column)
        dates = self._parsed(categories)
        self._warn_of_other_formats(categories, dates, column.count(places))
        return super().transform(column_of_dates(column.name, dates, places))

    def _parsed(self, categories):
        """Return the dates of categories, None for other values."""
        dates = [parse(each, self.written) if isinstance(each, str) else None for each in categories]
        if not self.years:
            return dates
        return [date if date and within_half_a_century((*self.years, date.year)) else None for date in dates]

    def _warn_of_other_formats(self, categories, dates, n_rows):
        """Warn if most texts are not read, or some have the day and the month in the other order.

        `n_rows` are the rows of each category.
        """
        rows = list(zip(categories, dates, n_rows.tolist(), strict=True))
        lost = {
            text: n for text, date, n in rows if n and not date and isinstance(text, str) and text.strip()
        }
        n_lost, n_read = sum(lost.values()), sum(n for _, date, n in rows if date)
        swapped = next((text for text in lost if in_other_order(text, self.written)), None)
        if swapped is not None and n_read:
            warn_of_another_order(self.name, swapped, self.written)
        elif n_lost > LARGEST_LOSS * (n_lost + n_read):
            warn_of_another_format(self.name, next(iter(lost)), self.written, n_lost, n_lost + n_read)


def column_of_dates(name, dates, places):
    """Return the Column of the date of each row, the one of `dates` at its place."""
    return Column(name, np.array([date or "NaT" for date in dates], "datetime64[us]")[places])


def written_dates(rows, column, categories, sample_weight):
    """Return the :class:`WrittenDates` of a CategoryColumn, None if its `categories` are not all dates.

    Empty text is a missing date. If the century of the dates is not certain, a warning says so. `rows` is the
    Column.
    """
    present = [category for category in categories if category is not None]
    if not all(isinstance(text, str) for text in present):
        return None
    texts = [text for text in present if text.strip()]
    written = date_format(texts)
    if written is None:
        return None
    years = two_digit_years(texts, written)
    if not within_half_a_century(years):
        warn_of_uncertain_century(column.name, texts[0])
        return None
    return WrittenDates(rows, int(column.position), sample_weight, written, years)
