"""Rows held out for early stopping."""

import numpy as np
from sklearn.model_selection import GroupShuffleSplit, train_test_split

from skbackprop.tables.row_sampling import present_rows


def split_rows(n_samples, fraction, random_state, strata=None, sample_weight=None, groups=None):
    """Return the indices of the training rows and of the validation rows; (None, None) if either has none.

    Parameters
    ----------
    n_samples : int
    fraction : float
        Fraction of the rows to hold out.
    random_state : RandomState
    strata : ndarray of int of shape (n_samples,), default=None
        The same fraction of each stratum (class) is held out. A stratum of one row stays in the
        training rows. If there would be fewer held-out rows than strata, the rows are drawn
        without stratification.
    sample_weight : ndarray of shape (n_samples,), default=None
        Rows of weight 0 are in neither part.
    groups : ndarray of shape (n_samples,), default=None
        Rows of the same group are in the same part; a fraction of the groups is held out, independently of
        the strata.
    """
    rows = present_rows(n_samples, sample_weight)
    if groups is not None:
        if np.unique(groups[rows]).size < 2:
            return None, None
        splitter = GroupShuffleSplit(1, test_size=fraction, random_state=random_state)
        kept, held_out = next(splitter.split(rows, groups=groups[rows]))
        return rows[kept], rows[held_out]
    if strata is None:
        strata = np.zeros(n_samples, dtype=np.intp)
    sizes = np.bincount(strata[rows])
    alone = sizes[strata[rows]] == 1
    rows, singles = rows[~alone], rows[alone]
    n_strata = np.count_nonzero(sizes > 1)
    n_validation = int(np.ceil(fraction * rows.size))
    if not 0 < n_validation < rows.size:
        return None, None
    if n_strata < 2 or min(n_validation, rows.size - n_validation) < n_strata:
        kept, held_out = train_test_split(rows, test_size=fraction, random_state=random_state)
    else:
        kept, held_out = train_test_split(
            rows, test_size=fraction, random_state=random_state, stratify=strata[rows]
        )
    return np.concatenate((kept, singles)), held_out
