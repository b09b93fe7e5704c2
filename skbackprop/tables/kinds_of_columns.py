"""Which columns of a table are categorical, numeric or dates."""

from numbers import Integral

import numpy as np

from skbackprop.tables.frames import Frame
from skbackprop.tables.kinds import CATEGORY, DATES
from skbackprop.tables.user_warnings import shown


def categorical_columns(table, categorical_features):
    """Return for each column of a table whether it is categorical.

    Parameters
    ----------
    table : Frame or ArrayTable
    categorical_features : "from_dtype", None, or array-like of bool, int or str
        As in HistGradientBoostingClassifier; with "from_dtype", strings are categorical as well.
    """
    n_columns = table.shape[1]
    if categorical_features is None:
        return np.zeros(n_columns, bool)
    if isinstance(categorical_features, str):
        if not isinstance(table, Frame):
            return np.zeros(n_columns, bool)
        return np.array([not table.plain[j] and table.column(j).kind == CATEGORY for j in range(n_columns)])
    mixed = isinstance(categorical_features, (list, tuple))  # of which NumPy would make text
    chosen = np.asarray(categorical_features, dtype=object if mixed else None)
    if (
        chosen.dtype == object
        and chosen.size
        and all(isinstance(item, (bool, np.bool_)) for item in chosen.flat)
    ):
        chosen = chosen.astype(bool)
    if chosen.dtype == bool:
        if chosen.shape != (n_columns,):
            raise ValueError(
                f"The 'categorical_features' parameter is a mask of {chosen.size} values, but X has "
                f"{n_columns} columns."
            )
        return chosen
    names = [name for name in table.names if isinstance(name, str)]
    mask = np.zeros(n_columns, bool)
    for item in chosen.ravel().tolist():
        position = table.names.index(item) if item in names else item
        is_index = isinstance(position, Integral) and not isinstance(position, bool)
        if not is_index or not 0 <= position < n_columns:
            raise ValueError(
                f"The 'categorical_features' parameter names {shown(item)}, which is not a column of X; X "
                f"has {names if names else f'the columns 0 to {n_columns - 1}'}."
            )
        mask[position] = True
    return mask


def numeric_and_date_columns(table, categorical):
    """Return the indices of the columns of numbers and those of dates, of the columns not `categorical`."""
    others = np.flatnonzero(~categorical)
    is_date = np.array([not table.plain[j] and table.column(j).kind in DATES for j in others], bool)
    return others[~is_date], others[is_date]
