"""Encoding of a column of categories by integer codes, and by the target."""

import contextlib
import copy
import datetime
from collections import Counter
from numbers import Integral

import numpy as np

from skbackprop.tables.category_values import category_of, matched, order
from skbackprop.tables.kinds import CATEGORY, DURATION, REMEDIES, kind_of_type
from skbackprop.tables.target_encoding import TargetEncoding
from skbackprop.tables.user_warnings import LARGEST_LOSS, warn_of_another_type

# With max_categories="auto", a column of more than LEAST_LIMIT categories has codes for categories of at
# least ROWS_FOR_CODE rows, at most one for every ROWS_PER_CODE rows of the table, within these bounds. In
# addition to the target encoding, a code lets the network learn interactions with other columns: on synthetic
# tables with 15 rows per category it doubles the R^2 if slopes differ between categories; fewer rows are not
# enough.
LEAST_LIMIT, LARGEST_LIMIT = 100, 1000
ROWS_FOR_CODE, ROWS_PER_CODE = 10, 10
# From at most this many rows, the mean of the target in a category is hardly known.
FEW_ROWS = 2
# Kinds of values whose categories, numbers and text, do not show what the values were, in words.
WORDS = {DURATION: "durations", **{kind: kind for kind in REMEDIES}}


class CategoryColumn:
    """Encodes a column of categories.

    Categories are compared by value: 1, 1.0 and True are the same category, "1" is another one. Missing
    values are a category if there were some in fit.

    Parameters
    ----------
    column : Column
    position : int
        Index of the column in X.
    sample_weight : ndarray of shape (n_rows,), default=None
    max_categories : int, "auto" or None, default=None
        Largest number of codes. If there are more categories, the most frequent ones have one code each, and
        the rare ones share the last. "auto" gives a code to every category of a column of up to 100
        categories, else to those of at least 10 rows, but at most one for every 10 rows of the table (at
        least 100, at most 1,000).
    min_frequency : int, float or None, default=None
        Categories of fewer rows, or of a smaller fraction of the rows, are rare.

    Attributes
    ----------
    categories : list
        The category of each code: an int, a float, a str, or None for missing values. Numbers come
        before text; categories that first occurred later in a stream follow.
    kinds : sequence of str
        The kinds of the values so far.
    has_rare : bool
        Whether there is an additional code for rare and unknown categories.
    rare_share, missing_share : float
        Fractions of the rows with a rare category and with a missing value.
    target_encoding : TargetEncoding or None
        The target encoding of all categories, including rare ones; None if there are few categories.
    """

    kinds = (*REMEDIES, CATEGORY)  # unknown for columns that version 1.0.0rc1 saved: none is refused

    def __init__(self, column, position, sample_weight=None, max_categories=None, min_frequency=None):
        self.name = column.name
        self.kind = CATEGORY
        self.position = position
        self.max_categories = max_categories
        self.min_frequency = min_frequency
        self.categories, self.kinds = [], []
        self.target_encoding = None
        self._counts, self._n_rows = {}, 0
        self._add_rows(column, sample_weight)

    def __getstate__(self):
        # skops does not support dicts with the key None, the category of missing values.
        return {**vars(self), "_counts": [list(self._counts), list(self._counts.values())]}

    def __setstate__(self, state):
        vars(self).update({**state, "_counts": dict(zip(*state["_counts"], strict=True))})

    def grown(self, column, sample_weight=None, anew=False):
        """Return a copy after further rows: categories keep their codes, and new ones follow.

        With `anew`, the rows of earlier calls are not counted: a category that had no code gets one by its
        rows in `column` alone.

        Raises
        ------
        ValueError
            If `column` has values of a kind that earlier rows did not have, and that cannot be read.
        """
        column.refuse_kinds(self.kinds)
        other = copy.copy(self)
        if anew:
            other._counts, other._n_rows = dict.fromkeys(self._counts, 0), 0
        other._add_rows(column, sample_weight)
        return other

    def _add_rows(self, column, sample_weight):
        """Count the rows, and choose the categories that have a code."""
        counts = dict(self._counts)
        new = count(column, sample_weight)
        for category, weight in zip(matched(new, counts), new.values(), strict=True):
            counts[category] = counts.get(category, 0) + weight
        self._counts = counts
        self.kinds = sorted({*self.kinds, *column.kinds})
        self._n_rows += column.size if sample_weight is None else np.count_nonzero(sample_weight)
        total = sum(counts.values())
        kept = set(self.categories)
        new = [category for category in self.most_frequent() if counts[category] and category not in kept]
        least, most = self.min_frequency, self.limit
        if least is not None:
            least = least if isinstance(least, Integral) else least * total
            new = [category for category in new if counts[category] >= least]
        if self.max_categories == "auto" and len(counts) > LEAST_LIMIT:
            least = ROWS_FOR_CODE * total / self._n_rows
            new = [category for category in new if counts[category] >= least]
        n_frequent = len(kept) + len(new)
        if most is not None and n_frequent + (n_frequent < len(counts)) > most:
            new = new[: max(0, most - 1 - len(kept))]
        self.categories = self.categories + sorted(new, key=order)
        self.has_rare = len(self.categories) < len(counts)
        with_code = sum(counts[category] for category in self.categories)
        self.rare_share = 1 - with_code / total if self.has_rare else 0.0
        self.missing_share = counts.get(None, 0) / total

    def most_frequent(self):
        """Return all categories, the most frequent first."""
        return [category for category, _ in sorted(self._counts.items(), key=by_frequency)]

    @property
    def limit(self):
        """Largest number of codes; None for any number."""
        if self.max_categories == "auto":
            return int(np.clip(self._n_rows // ROWS_PER_CODE, LEAST_LIMIT, LARGEST_LIMIT))
        return self.max_categories

    def origins(self, earlier):
        """Return for each code the code of its category in an `earlier` state of this column, -1 for none."""
        codes = list(range(len(earlier.categories)))
        rare = len(codes) if earlier.has_rare else -1
        return codes + [rare] * (self.n_codes - len(codes))

    @property
    def n_codes(self):
        """Number of codes."""
        return len(self.categories) + self.has_rare

    def names_of_codes(self, others=()):
        """Return the names of the codes.

        Text is in quotes if its name would be that of another code (the text "1" and the number 1, the text
        "missing" and missing values) or one of `others`, the names of the other inputs of the column.
        """
        rare, quoted = [f"{self.name}_rare"] * self.has_rare, set()
        while True:
            names = [name_of(category, category in quoted) for category in self.categories]
            names = [f"{self.name}_{name}" for name in names]
            n_equal = Counter([*names, *rare, *others])
            named = zip(self.categories, names, strict=True)
            equal = {text for text, name in named if isinstance(text, str) and n_equal[name] > 1}
            if equal <= quoted:
                return names + rare
            quoted |= equal  # and once more: other text may already be in quotes

    def transform(self, column):
        """Return the code of each row; -1 if its category is unknown and there is no code for rare ones.

        Parameters
        ----------
        column : Column

        Returns
        -------
        codes : ndarray of shape (n_rows,), int32
        """
        code_of = {category: code for code, category in enumerate(self.categories)}
        unknown = len(self.categories) if self.has_rare else -1
        codes = look_up(column, code_of, unknown)
        with_code = (codes != unknown) & (codes != code_of.get(None, unknown))
        if np.count_nonzero(codes == unknown) > np.count_nonzero(with_code):
            self._warn_of_another_type(column)
        return codes

    def _warn_of_another_type(self, column):
        """Warn if most values of `column` are unknown and have another type than the known categories."""
        values, places = column.distinct()
        categories, rows = matched(map(category_of, values), self._counts), column.count(places)
        n_rows = sum(rows[k] for k, category in enumerate(categories) if category is not None)
        unknown = [k for k, each in enumerate(categories) if each is not None and each not in self._counts]
        if rows[unknown].sum() <= LARGEST_LOSS * n_rows:
            return
        known = self._counts.keys() - {None}
        in_fit = forms(self.kinds, known)
        found = {k: form_of_value(values[k]) for k in unknown if rows[k]}
        lost = {k: form for k, form in found.items() if form not in in_fit}
        n_lost = rows[list(lost)].sum()
        if known and n_lost > LARGEST_LOSS * n_rows:
            now = " and ".join(sorted(set(lost.values())))
            warn_of_another_type(self.name, now, " and ".join(sorted(in_fit)), n_lost, n_rows)

    @property
    def lost_share(self):
        """Fraction of the rows whose category is rare and has too few rows for a target encoding."""
        if self.target_encoding is None:
            return self.rare_share
        total = sum(self._counts.values())
        few = FEW_ROWS * total / self._n_rows
        kept = set(self.categories)
        return sum(n for category, n in self._counts.items() if n <= few and category not in kept) / total

    @property
    def wants_target(self):
        """Whether there are so many categories that a target encoding helps."""
        return self.has_rare or self.n_codes > LEAST_LIMIT

    def target_numbers(self, column):
        """Return the target encoding of rows for prediction, of shape (n_rows, n_targets)."""
        return self.target_encoding.transform(self._places(column))

    def learn_target(self, column, Y, sample_weight, anew, groups=None):
        """Update the target encoding with training rows, and return the encoding of these rows in training.

        Parameters
        ----------
        column : Column
        Y : ndarray of shape (n_rows, n_targets)
        sample_weight : ndarray of shape (n_rows,)
        anew : bool
            Whether to forget the targets of earlier rows.
        groups : ndarray of shape (n_rows,), int, default=None
            See :meth:`.TargetEncoding.add_rows`.
        """
        encoding = TargetEncoding(Y.shape[1]) if anew else copy.copy(self.target_encoding)
        self.target_encoding = encoding
        return encoding.add_rows(self._places(column), Y, sample_weight, len(self._counts), groups)

    @property
    def known_categories(self):
        """All known categories, including rare ones, in the order of ``target_encoding.encodings``."""
        return list(self._counts)

    def _places(self, column):
        """Return the index of each row's category in ``known_categories``; -1 for an unknown one."""
        return look_up(column, {category: place for place, category in enumerate(self.known_categories)}, -1)


def name_of(category, quoted):
    """Return the name of a category, with quotes if it is text that is `quoted`."""
    if category is None:
        return "missing"
    return repr(category) if quoted else str(category)


def look_up(column, code_of, unknown):
    """Return the code of each row's category by the dict `code_of`, `unknown` if it has none."""
    distinct, places = distinct_categories(column)
    categories = matched(distinct, code_of)
    return np.array([code_of.get(category, unknown) for category in categories], np.int32)[places]


def count(column, sample_weight):
    """Return a dict with the weight of the rows of each category, if it is not 0."""
    categories, places = distinct_categories(column)
    weights = np.bincount(places, sample_weight, minlength=len(categories))
    counts = {}
    for category, weight in zip(categories, weights.tolist(), strict=True):
        if weight > 0:
            counts[category] = counts.get(category, 0) + weight
    return counts


def distinct_categories(column):
    """Return the categories of the distinct values of `column`, and the index of each row's value in them."""
    values, places = column.distinct()
    return [category_of(value) for value in values], places


def forms(kinds, categories):
    """Return in words what the values of some kinds are, whose categories are `categories`."""
    named = {WORDS[kind] for kind in kinds if kind in WORDS}
    return named if len(named) == len(kinds) else named | set(map(form_of, categories))


def form_of_value(value):
    """Return in words what a value is."""
    return WORDS.get(kind_of_type(type(value))) or form_of(category_of(value))


def form_of(category):
    """Return in words what a category from :func:`category_of` is: numbers, dates, times of day or text."""
    if not isinstance(category, str):
        return "numbers"
    for kind, form in ((datetime.datetime, "dates"), (datetime.time, "times of day")):
        with contextlib.suppress(ValueError):
            moment = kind.fromisoformat(category)
            if str(moment) == category:
                return form if moment.tzinfo is None else f"{form} with a time zone"
    return "text"


def by_frequency(item):
    """Return the key that sorts (category, weight): the most frequent first."""
    category, weight = item
    return -weight, order(category)
