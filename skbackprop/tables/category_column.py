"""Categories as row numbers: which of the categories of the fit a value is."""

import datetime
from decimal import Decimal
from numbers import Integral, Real

import numpy as np

from skbackprop.tables.columns import CATEGORY, is_missing

# With max_categories="auto" a column has a code for so many rows each, within these bounds.
ROWS_PER_CATEGORY = 20
LEAST_LIMIT, LARGEST_LIMIT = 100, 1000


class CategoryColumn:
    """Encodes a column of categories.

    Values are matched by value: 1, 1.0 and True are one category, "1" is another one. Missing values are
    a category, where there were some in the fit.

    Parameters
    ----------
    column : Column
    position : int
        Where it is in X.
    sample_weight : ndarray of shape (n_rows,), default=None
    max_categories : int or None, default=None
        Where there are more, the most frequent have a code each, and the rare ones share the last.
    min_frequency : int, float or None, default=None
        Categories of fewer rows, or of a smaller share of the rows, are rare too.

    Attributes
    ----------
    categories : list
        The category of each code: an int, a float, a str, or None for missing values. Numbers come
        before text.
    has_rare : bool
        Whether one further code stands for rare and for unknown categories.
    rare_share, missing_share : float
        Which share of the rows is rare, and missing.
    """

    def __init__(self, column, position, sample_weight=None, max_categories=None, min_frequency=None):
        self.name = column.name
        self.kind = CATEGORY
        self.position = position
        counts = count(column, sample_weight)
        total = sum(counts.values())
        frequent = [category for category, _ in sorted(counts.items(), key=by_frequency)]
        if min_frequency is not None:
            least = min_frequency if isinstance(min_frequency, Integral) else min_frequency * total
            frequent = [category for category in frequent if counts[category] >= least]
        if max_categories is not None and len(frequent) + (len(frequent) < len(counts)) > max_categories:
            frequent = frequent[: max_categories - 1]
        self.categories = sorted(frequent, key=order)
        self.has_rare = len(frequent) < len(counts)
        self.rare_share = 1 - sum(counts[category] for category in frequent) / total if self.has_rare else 0.0
        self.missing_share = counts.get(None, 0) / total

    @property
    def n_codes(self):
        """How many codes there are."""
        return len(self.categories) + self.has_rare

    @property
    def feature_names(self):
        """Names of the codes."""
        names = ["missing" if category is None else str(category) for category in self.categories]
        return [f"{self.name}_{name}" for name in names + ["rare"] * self.has_rare]

    def transform(self, column):
        """Return the code of each row; -1 where its category is unknown and none is rare.

        Parameters
        ----------
        column : Column

        Returns
        -------
        codes : ndarray of shape (n_rows,), int32
        """
        code_of = {category: code for code, category in enumerate(self.categories)}
        unknown = len(self.categories) if self.has_rare else -1
        values, places = column.distinct()
        return np.array([code_of.get(category_of(value), unknown) for value in values], np.int32)[places]


def limit_of_categories(n_rows):
    """Return what max_categories="auto" is for a table of so many rows."""
    return int(np.clip(n_rows // ROWS_PER_CATEGORY, LEAST_LIMIT, LARGEST_LIMIT))


def count(column, sample_weight):
    """Return the weight of the rows of each category, where it is not 0."""
    values, places = column.distinct()
    weights = np.bincount(places, sample_weight, minlength=len(values))
    counts = {}
    for value, weight in zip(values, weights.tolist(), strict=True):
        if weight > 0:
            category = category_of(value)
            counts[category] = counts.get(category, 0) + weight
    return counts


def category_of(value):
    """Return what is the same for equal values of all types: an int, a float, a str, or None for missing."""
    if is_missing(value):
        return None
    if isinstance(value, np.generic):
        value = value.astype("datetime64[us]").item() if value.dtype.kind == "M" else value.item()
    if isinstance(value, datetime.timedelta):
        value = value.total_seconds()
    if isinstance(value, (Real, Decimal)):
        number = float(value)
        return int(value) if number.is_integer() else number
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = value.astimezone(datetime.UTC)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    return str(value)


def order(category):
    """Return what sorts categories: numbers, text, missing."""
    if category is None:
        return 2, 0
    return (1, category) if isinstance(category, str) else (0, category)


def by_frequency(item):
    """Return what sorts (category, weight): the most frequent first."""
    category, weight = item
    return -weight, order(category)
