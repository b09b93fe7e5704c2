"""Rows of a data set, encoded and in the user's form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from scipy.sparse import issparse
from sklearn.utils import _safe_indexing

from skbackprop.tables.category_values import category_of, order
from skbackprop.tables.columns import Column
from skbackprop.tables.equal_rows import merge_equal_rows
from skbackprop.tables.frames import is_frame, is_of_pyarrow
from skbackprop.tables.refusals import own_values
from skbackprop.tables.rows_on_disk import StoredRows, in_memory, is_stored
from skbackprop.tables.sparse_rows import SparseRows
from skbackprop.tables.user_warnings import shown


@dataclass
class Rows:
    """Rows of a data set, encoded and in the user's form.

    Attributes
    ----------
    X, y, sample_weight
        Checked data, X as numbers.
    given_X
        The user's X.
    numbers : ndarray of int or None
        Indices of these rows in `given_X`; None for all.
    """

    X: Any
    y: Any
    sample_weight: Any
    given_X: Any
    numbers: Any = None

    @property
    def data(self):
        """The checked X, y and sample_weight, as a tuple."""
        return self.X, self.y, self.sample_weight

    def take(self, rows):
        """Return the rows with the indices `rows`."""
        numbers = rows if self.numbers is None else self.numbers[rows]
        weights = None if self.sample_weight is None else self.sample_weight[rows]
        return Rows(self.X[rows], self.y[rows], weights, self.given_X, numbers)

    def without_equal_rows(self):
        """Return the distinct rows, with their total weights (see :mod:`.equal_rows`)."""
        X, y, sample_weight, numbers = merge_equal_rows(*self.data)
        return Rows(X, y, sample_weight, self.given_X, numbers)

    def with_weight(self):
        """Return the rows of positive weight; weights that are all equal become None."""
        if self.sample_weight is None:
            return self
        rows = self.take(np.flatnonzero(self.sample_weight > 0))
        if np.ptp(rows.sample_weight) == 0:
            rows.sample_weight = None
        return rows

    def in_memory(self):
        """Return X as an array, or as a sparse matrix."""
        return self.X.matrix if isinstance(self.X, SparseRows) else in_memory(self.X)

    def as_given(self):
        """Return these rows of the user's X, their values unchanged; for an X on disk, an array in memory."""
        if is_stored(self.given_X):
            stored = StoredRows(self.given_X)
            return in_memory(stored) if self.numbers is None else stored[self.numbers]
        return self.given_X if self.numbers is None else rows_of(self.given_X, self.numbers)


def rows_of(X, rows):
    """Return the rows of the user's X with the indices `rows`, in the container and with the types of X."""
    if issparse(X):
        return X.tocsr()[rows]  # COO does not support indexing
    if isinstance(getattr(X, "dtype", None), np.dtype):
        return np.asanyarray(X)[rows]  # a small file is read, because HDF5 needs ascending indices
    if is_of_pyarrow(X):
        return X.take(rows)
    if nw.to_native(X, pass_through=True) is not X:  # a frame of narwhals
        return X[rows]
    if is_frame(X) or (isinstance(X, Sequence) and not isinstance(X, memoryview)):
        return _safe_indexing(X, rows)
    return np.asarray(X)[rows]  # which is what `fit` reads; not all such objects support an array of indices


def check_groups(groups, n_rows):
    """Return `groups` as integers from 0, in the order of their values.

    Raises
    ------
    TypeError, ValueError
        If it does not have one value for each row of X.
    """
    groups = own_values(groups, "groups")
    groups = groups.ravel() if groups.shape[1:] == (1,) else groups
    if groups.shape != (n_rows,):
        raise ValueError(
            f"groups must have one value for each of the {n_rows} rows of X. Got an array of shape "
            f"{groups.shape}."
        )
    values, places = Column("groups", groups).distinct()
    categories = [category_of(value) for value in values]
    if None in categories:
        missing = categories.index(None)
        raise ValueError(
            f"groups has no value in row {np.argmax(places == missing)} ({shown(values[missing])}); give "
            "each row a group, one of its own where it belongs to no other row."
        )
    number = {category: k for k, category in enumerate(sorted(set(categories), key=order))}
    return np.array([number[category] for category in categories])[places]
