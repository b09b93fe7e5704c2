"""Encoders of the user's X: fitted to the first rows, grown by further ones, and applied."""

from functools import partial

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_regressor

from skbackprop.tables.columns import LARGEST_EXACT
from skbackprop.tables.containers import all_numbers, as_columns, has_gaps
from skbackprop.tables.encoding import Encoder
from skbackprop.tables.frames import ArrayTable
from skbackprop.tables.kinds_of_columns import categorical_columns, numeric_and_date_columns
from skbackprop.tables.numbers_as_categories import columns_as_categories, no_columns
from skbackprop.tables.ranks import knots_of_ranks, no_knots
from skbackprop.tables.refusals import refuse_dates_for_numbers
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.target_columns import TargetColumns
from skbackprop.tables.user_warnings import warn_of_large_integers, warn_of_rare_categories


def fit_encoder(estimator, X, y, sample_weight, classes, groups, in_addition):
    """Return the Encoder of the first training rows, and these rows encoded.

    The encoder is None if all columns are numbers without missing values, and none of them is encoded in
    addition. The rows are None if no category is encoded by the target, for then training rows are encoded
    like any others.
    """
    chosen = estimator.categorical_features
    targets = TargetColumns(y, is_regressor(estimator), classes)
    search = no_columns
    if "categories" in in_addition and isinstance(chosen, str):
        search = partial(
            columns_as_categories, y=y, targets=targets, sample_weight=sample_weight, groups=groups
        )
    rank = partial(knots_of_ranks, sample_weight=sample_weight) if "ranks" in in_addition else no_knots
    if issparse(X) and not search(X).size and not rank(X):
        names = getattr(estimator, "feature_names_in_", range(X.shape[1]))
        warn_of_large_integers([names[j] for j in lossy_columns_of_sparse(X)])
        return None, None
    table = as_columns(X)
    categorical = categorical_columns(table, chosen)
    warn_of_large_integers(lossy_columns(table, np.flatnonzero(~categorical)))
    numeric, _ = numeric_and_date_columns(table, categorical)
    only_numbers = numeric.size == table.shape[1]
    numbers = all_numbers(X) if only_numbers else table.numbers(numeric)
    as_categories = numeric[search(numbers)]
    knots = rank(numbers)
    if only_numbers and not as_categories.size and not knots and not has_gaps(numbers):
        return None, None
    encoder = Encoder(
        table,
        categorical,
        sample_weight,
        getattr(estimator, "feature_names_in_", None),
        reads_text=isinstance(chosen, str),
        as_categories=as_categories,
        knots={int(numeric[j]): ends for j, ends in knots.items()},
        max_categories=estimator.max_categories,
        min_frequency=estimator.min_frequency,
    )
    if not encoder.needed:  # numbers are missing in rows of weight 0 only
        return None, None
    rows = None
    if any(column.wants_target for column in encoder.categories):
        encoder, rows = encoder.learn_targets(table, y, sample_weight, targets, groups)
    warn_of_rare_categories(encoder)
    return encoder, rows


def refuse_new_kinds(encoder, table):
    """Raise ValueError if a column without values so far has other values than numbers in training rows."""
    for j in encoder.columns_of_new_kinds(table):
        raise ValueError(
            f"Column {encoder.names[j]!r} of X had no value in the first training rows, so it is read as "
            f"numbers, but now it holds the kind {table.column(j).kind}; fit anew with rows that have a "
            "value in this column."
        )


def grow_encoder(encoder, table, sample_weight, anew):
    """Return a copy of `encoder` that has learned the new categories of further training rows.

    With `anew`, as in a warm start, which gets all rows each time, the rows of earlier calls are not counted.
    """
    grown = encoder.grown(table, sample_weight, anew)
    warn_of_rare_categories(grown, earlier=encoder)
    return grown


def encode_stored(rows, sample_weight, reset, encoder, fill_values):
    """Return the encoded `rows` of an array on disk, and their encoder (None if no column has gaps)."""
    gaps = rows.find_gaps()
    if reset:
        warn_of_large_integers(lossy_columns_of_stored(rows))
    if reset and gaps.any():
        sample, weights = rows.sample(sample_weight)
        encoder = Encoder(ArrayTable(sample), np.zeros(rows.shape[1], bool), weights, gaps=gaps)
    if encoder is not None or gaps.any():
        rows = encode(rows, encoder, fill_values)
    return rows, encoder


def encode(X, encoder, fill_values):
    """Return X encoded and without missing values.

    Parameters
    ----------
    X : Frame, ArrayTable, ndarray, CSR matrix or StoredRows
    encoder : Encoder or None
    fill_values : float or ndarray of shape (n_features,)
        Without an encoder, the numbers that replace missing ones.
    """
    if isinstance(X, StoredRows):
        return X.then(lambda block: encode(block, encoder, fill_values))
    if encoder is not None:
        return encoder.transform(as_columns(X))
    X = all_numbers(X)
    if isinstance(X, np.ndarray):
        refuse_dates_for_numbers(X)
    if has_gaps(X):
        X = np.where(np.isnan(X), fill_values, X)
    return X


def needs_columns(encoder):
    """Return whether an encoder has columns that may not be numeric."""
    return encoder is not None and bool(encoder.categorical.size or encoder.dates)


def lossy_columns(table, positions):
    """Return the names of the columns of a table, of those at `positions`, with integers beyond 2^53."""
    return [table.names[j] for j in positions if table.column(j).has_lossy_integers]


def lossy_columns_of_sparse(X):
    """Return the indices of the columns of a CSR matrix with integers beyond 2^53."""
    if X.dtype.kind not in "iu":
        return []
    return np.unique(X.indices[(X.data > LARGEST_EXACT) | (X.data < -LARGEST_EXACT)]).tolist()


def lossy_columns_of_stored(rows):
    """Return the indices of the columns of StoredRows with integers beyond 2^53."""
    if rows.dtype.kind not in "iu" or np.iinfo(rows.dtype).max <= LARGEST_EXACT:
        return []
    blocks = map(rows.block, range(rows.n_blocks))
    lossy = [((block < -LARGEST_EXACT) | (block > LARGEST_EXACT)).any(axis=0) for block in blocks]
    return np.flatnonzero(np.any(lossy, axis=0)).tolist()
