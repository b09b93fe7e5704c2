"""Dates written as text: recognising their format, and encoding them like other dates.

A column of text whose values are all dates in one format remains a column of categories, and gets the numbers
of its dates in addition: so neighbouring days are neighbours, and a day that was not in fit is known.
"""

import datetime
import itertools
import re

import numpy as np

from skbackprop.tables.category_column import distinct_categories
from skbackprop.tables.columns import Column
from skbackprop.tables.date_column import DateColumn
from skbackprop.tables.user_warnings import warn_of_another_format

# ISO 8601, which the standard library reads with any precision and time zone. If only some dates of a column
# have a zone, none is read: the zone of the others is unknown.
ISO, ISO_WITH_ZONE = "ISO 8601", "ISO 8601 with a time zone"
ISO_BEGINNING = re.compile(r"\d{4}-\d\d-\d\d")
# Other formats of dates, which a time may follow.
DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y",
    "%d %b %Y", "%b %d, %Y", "%d-%b-%Y", "%d-%b-%y", "%a, %d %b %Y",
)  # fmt: skip
MONTHS = ("%Y-%m", "%b %Y")
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
FORMATS = (*map("".join, itertools.product(DAYS, TIMES)), *MONTHS)

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
    if len(texts) < FEWEST_DATES:
        return None
    formats = (ISO, ISO_WITH_ZONE, *FORMATS)
    for tried in (texts[:FIRST], texts):
        formats = [written for written in formats if all(parse(text, written) for text in tried)]
    # In the dates 01/01/2024 to 12/12/2024 the day may be the month, and later dates would differ.
    return formats[0] if len(formats) == 1 else None


def parse(text, written):
    """Return the date that `text` is in the format `written`, without a zone (UTC if it has one), or None."""
    text = text.strip()
    try:
        if written in FORMATS:
            return parse_by_format(text, written)
        if not ISO_BEGINNING.match(text):
            return None
        date = datetime.datetime.fromisoformat(text)
        if (date.tzinfo is not None) != (written == ISO_WITH_ZONE):
            return None
        return date.astimezone(datetime.UTC).replace(tzinfo=None) if date.tzinfo else date
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
    """

    read_as = "date"

    def __init__(self, column, position, sample_weight, written):
        self.written = written
        super().__init__(self._parsed(column), position, sample_weight)

    def transform(self, column):
        """Return the numbers of each row, NaN if its value is not a date in the format of fit."""
        dates = self._parsed(column)
        if np.isnat(dates.array).all():
            texts = [
                each for each in distinct_categories(column)[0] if isinstance(each, str) and each.strip()
            ]
            if texts:
                warn_of_another_format(self.name, texts[0], self.written)
        return super().transform(dates)

    def _parsed(self, column):
        """Return the column of the dates; other values become missing."""
        categories, places = distinct_categories(column)
        dates = [parse(each, self.written) if isinstance(each, str) else None for each in categories]
        return Column(column.name, np.array([date or "NaT" for date in dates], "datetime64[us]")[places])


def written_dates(rows, column, categories, sample_weight):
    """Return the :class:`WrittenDates` of a CategoryColumn, None if its `categories` are not all dates.

    Empty text is a missing date. `rows` is the Column.
    """
    present = [category for category in categories if category is not None]
    if not all(isinstance(text, str) for text in present):
        return None
    written = date_format([text for text in present if text.strip()])
    return written and WrittenDates(rows, int(column.position), sample_weight, written)
