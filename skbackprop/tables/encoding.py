"""Encoding of tables: from columns of all kinds to the numbers that a network takes.

The encoded columns are, in this order: the numeric columns, the numbers of dates, the ranks of numbers, the
target encodings of columns with many categories, a 0/1 indicator for each number or date that had missing
values in fit, and the indicators of the categories.
"""

import copy

import numpy as np

from skbackprop.tables.category_column import CategoryColumn
from skbackprop.tables.columns import Column
from skbackprop.tables.date_column import DateColumn
from skbackprop.tables.encoded_columns import EncodedColumns
from skbackprop.tables.encoded_rows import EncodedRows
from skbackprop.tables.kinds import NUMBER
from skbackprop.tables.kinds_of_columns import numeric_and_date_columns
from skbackprop.tables.ranks import RankColumn
from skbackprop.tables.statistics import weighted_quantiles
from skbackprop.tables.text_encoding import text_encoding
from skbackprop.tables.written_dates import written_dates
from skbackprop.tables.written_numbers import written_numbers


class Encoder(EncodedColumns):
    """Encodes tables with the columns of the table that it was fitted on.

    Parameters
    ----------
    table : Frame or ArrayTable
    categorical : ndarray of bool
        Whether each column is categorical.
    sample_weight : ndarray, default=None
        Weights for the medians and the counts of categories.
    names : sequence of str, default=None
        Names of the columns.
    gaps : ndarray of bool, default=None
        Whether each numeric column has missing values, if the table is only a sample of the rows.
    reads_text : bool, default=False
        Whether dates and numbers that are written as text, and the text of columns with many categories, are
        encoded in addition.
    as_categories : sequence of int, default=()
        Indices of numeric columns whose values are encoded as categories in addition.
    knots : dict of int to ndarray, default=None
        For numeric columns that are encoded by rank in addition, the knots of :class:`.RankColumn`.
    **limits
        `max_categories` and `min_frequency` of :class:`.CategoryColumn`.

    Attributes
    ----------
    categorical, numeric : ndarray of int
        Indices of the categorical and of the numeric columns of X.
    dates : list of DateColumn
    as_categories : ndarray of int
        Indices of the numeric columns that have categories as well.
    categories : list of CategoryColumn
        Those of categorical columns, and of numbers as categories.
    written : list of WrittenDates and WrittenNumbers
    texts : list of TextEncoding
    ranks : list of RankColumn
    n_numeric : int
        Number of encoded columns that are numbers to scale; the others are 0 and 1.
    medians : ndarray
        The values that replace missing numbers, without target encodings.
    targets : TargetColumns or None
        Converts y to numbers, if categories are encoded by the target.
    grouped : bool
        Whether the target encodings of the last training rows were computed from other groups.
    without_values : ndarray of int
        Indices of the numeric columns that had no value in fit, so that their kind is unknown.
    indicated : ndarray of int
        Indices of the numbers that have an indicator of missing values.
    """

    written = texts = ranks = as_categories = (
        without_values
    ) = ()  # encoders that were saved by earlier versions have none
    grouped = False  # encoders that were saved by version 1.0.0rc1 lack it

    def __init__(
        self,
        table,
        categorical,
        sample_weight=None,
        names=None,
        gaps=None,
        reads_text=False,
        as_categories=(),
        knots=None,
        **limits,
    ):
        self.names = [f"x{j}" for j in range(table.shape[1])] if names is None else list(map(str, names))
        self.categorical = np.flatnonzero(categorical)
        self.numeric, dates = numeric_and_date_columns(table, categorical)
        self.dates = [DateColumn(table.column(j), j, sample_weight) for j in dates.tolist()]
        self.as_categories = np.array(as_categories, np.intp)
        self.categories = [
            CategoryColumn(self._column(table, j), j, sample_weight, **limits)
            for j in np.union1d(self.categorical, self.as_categories).tolist()
        ]
        self.ranks = [RankColumn(self.names[j], j, ends) for j, ends in (knots or {}).items()]
        self.written, self.texts = [], []
        if reads_text:
            self._read_text(table, sample_weight)
        numbers = self._numbers(table)
        self.n_numeric = numbers.shape[1]
        missing = np.isnan(numbers)
        self.medians = np.array(
            [median(x, lost, sample_weight) for x, lost in zip(numbers.T, missing.T, strict=True)]
        )
        weights = np.ones(table.shape[0]) if sample_weight is None else sample_weight
        known = ~missing[weights > 0][:, : self.numeric.size].all(axis=0)
        self.without_values = self.numeric[~known]
        self.missing_shares = weights @ missing / weights.sum()
        self.indicated = np.flatnonzero(missing[weights > 0].any(axis=0) if gaps is None else gaps)
        self.indicated = self.indicated[np.isin(self.indicated, self._first_numbers())]
        self.indicated = np.setdiff1d(self.indicated, self._numbers_with_code_of_missing())
        self.targets = None

    def _column(self, table, j):
        """Return column `j` of a table, as numbers if it is also one of numbers: the text "1.0" is 1."""
        if j in self.as_categories:
            return Column(self.names[j], table.numbers(np.array([j]))[:, 0])
        return table.column(j)

    def _read_text(self, table, sample_weight):
        """Add the encodings of the text of category columns."""
        for column in self.categories:
            if column.position in self.as_categories:
                continue
            categories = column.most_frequent()
            rows = table.column(column.position)
            written = written_dates(rows, column, categories, sample_weight) or written_numbers(
                column, categories
            )
            if written is not None:
                self.written.append(written)
            elif column.wants_target:
                self.texts += filter(None, [text_encoding(column, categories)])

    @property
    def needed(self):
        """Whether encoding changes anything, or the table is all numbers without missing values."""
        return bool(self.dates or self.categories or self.ranks or self.indicated.size)

    def learn_targets(self, table, y, sample_weight=None, targets=None, groups=None):
        """Return a copy of this encoder with updated target encodings, and the encoded rows for training.

        Parameters
        ----------
        table : Frame or ArrayTable
        y : ndarray
        sample_weight : ndarray, default=None
        targets : TargetColumns, default=None
            Converts y to numbers. If given, the targets of earlier rows are forgotten.
        groups : ndarray of int, default=None
            The number of a row is computed from rows of other groups.
        """
        other = copy.copy(self)
        other.categories = [copy.copy(column) for column in self.categories]
        other.targets = targets or self.targets
        other.grouped = groups is not None
        Y = other.targets(y)
        weights = np.ones(len(Y)) if sample_weight is None else sample_weight
        chosen = self.by_target or [column for column in self.categories if column.wants_target]
        numbers = []
        for column in other.categories:
            if column.position in {each.position for each in chosen}:
                rows = self._column(table, column.position)
                numbers.append(column.learn_target(rows, Y, weights, targets is not None, groups))
        if not self.by_target:
            other.n_numeric += Y.shape[1] * len(numbers)
        return other, other.transform(table, numbers)

    def grown(self, table, sample_weight=None, anew=False):
        """Return a copy of this encoder after further rows, which may have new categories.

        With `anew`, the rows of earlier calls are not counted (see :meth:`.CategoryColumn.grown`).
        """
        other = copy.copy(self)
        other.categories = [
            column.grown(self._column(table, column.position), sample_weight, anew)
            for column in self.categories
        ]
        return other

    def transform(self, table, by_target=None):
        """Return the encoded rows of a table.

        Parameters
        ----------
        table : Frame or ArrayTable
        by_target : list of ndarray, default=None
            The target encodings for training; those for prediction would contain the rows' own targets.

        Returns
        -------
        rows : ndarray of shape (n_samples, n_encoded), or EncodedRows
            EncodedRows if there are categories.

        Raises
        ------
        ValueError
            If a column has values of a kind that it did not have in fit, and that cannot be read.
        """
        columns = {column.position: self._column(table, column.position) for column in self.categories}
        for column in self.categories:
            columns[column.position].refuse_kinds(column.kinds)
        numbers = self._numbers(table)
        missing = np.isnan(numbers)
        if by_target is None:
            by_target = [column.target_numbers(columns[column.position]) for column in self.by_target]
        texts = [text.transform(table.column(text.position)) for text in self.texts]
        parts = [np.where(missing, self.medians, numbers), *by_target, missing[:, self.indicated], *texts]
        # In C order, because taking rows of another order copies the whole array first.
        numbers = np.ascontiguousarray(np.hstack([part for part in parts if part.shape[1]] or parts))
        if not self.categories:
            return numbers
        codes = np.empty((table.shape[0], len(self.categories)), np.int32)
        for k, column in enumerate(self.categories):
            codes[:, k] = column.transform(columns[column.position])
        return EncodedRows(numbers, codes, [column.n_codes for column in self.categories])

    def columns_of_new_kinds(self, table):
        """Return the indices of the columns that had no value in fit and now have others than numbers."""
        return [j for j in self.without_values if not is_numeric(table, j)]

    def _numbers(self, table):
        """Return the numbers of a table as an array with NaN for missing ones; raise if one is infinite."""
        ignored = self.columns_of_new_kinds(table)
        parts = [table.numbers(np.setdiff1d(self.numeric, ignored))]
        if ignored:
            of_others, parts[0] = parts[0], np.full((table.shape[0], self.numeric.size), np.nan)
            parts[0][:, ~np.isin(self.numeric, ignored)] = of_others
        parts += [each.transform(table.column(each.position)) for each in self._derived]
        return parts[0] if len(parts) == 1 else np.hstack(parts)


def is_numeric(table, j):
    """Return whether column `j` of a table is numeric."""
    return table.plain[j] or table.column(j).kind == NUMBER


def median(x, missing, sample_weight):
    """Return the weighted median of the numbers that are not missing, 0 if there are none."""
    weights = None if sample_weight is None else sample_weight[~missing]
    if missing.all() or (weights is not None and not weights.any()):
        return 0.0
    return float(weighted_quantiles(x[~missing], (0.5,), weights)[0])
