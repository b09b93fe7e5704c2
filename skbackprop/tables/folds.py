"""Folds: the rows that each of several networks does not train on."""

import numpy as np
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold

from skbackprop.tables.row_sampling import present_rows

# The fold of a row that is never held out.
NEVER = -1


def deal_folds(n_folds, n_rows, rng, strata=None, groups=None, sample_weight=None, n_networks=None):
    """Return the fold of each row; network e holds out the rows of fold e.

    Parameters
    ----------
    n_folds : int
    n_rows : int
    rng : RandomState
    strata : ndarray of int of shape (n_rows,), default=None
        Each fold gets the same fraction of each stratum (class). A stratum of one row is never held out,
        because its class could not be learned from other rows.
    groups : ndarray of shape (n_rows,), default=None
        Rows of the same group are in the same fold.
    sample_weight : ndarray of shape (n_rows,), default=None
        Rows of weight 0 are never held out.
    n_networks : int, default=None
        If there are fewer networks than folds, the rows of the other folds are never held out; None for
        `n_folds`. If there are fewer groups than folds, the number of folds is reduced to that of the groups.

    Returns
    -------
    folds : ndarray of int of shape (n_rows,)
        From 0 to n_networks - 1, or NEVER.

    Raises
    ------
    ValueError
        If there are fewer groups than networks.
    """
    rows = present_rows(n_rows, sample_weight)
    if strata is None:
        strata = np.zeros(n_rows, dtype=np.intp)
    folds = np.full(n_rows, NEVER)
    n_networks = n_folds if n_networks is None else n_networks
    if groups is not None:
        n_folds = max(n_networks, min(n_folds, np.unique(groups[rows]).size))
        for fold, held_out in enumerate(split_groups(n_folds, strata[rows], groups[rows], rng)):
            folds[rows[held_out]] = fold
    else:
        sizes = np.bincount(strata[rows])
        rows = rng.permutation(rows[sizes[strata[rows]] > 1])
        # Deal the rows in turn, one stratum after the other.
        in_order = rows[np.argsort(strata[rows], kind="stable")]
        folds[in_order] = np.arange(rows.size) % n_folds
    return np.where(folds < n_networks, folds, NEVER)


def split_groups(n_folds, strata, groups, rng):
    """Yield the rows of each fold, which consists of whole groups, with similar fractions of the strata."""
    n_groups = np.unique(groups).size
    if n_groups < n_folds:
        counted = "a single group" if n_groups == 1 else f"{n_groups} groups"
        fewer = f"n_estimators to at most {n_groups}, or " if n_groups > 1 else ""
        raise ValueError(
            f"groups has {counted}, but each of the {n_folds} networks must hold out different groups; set "
            f"{fewer}early_stopping=False."
        )
    stratified = np.bincount(strata).max() < strata.size and np.bincount(strata).max() >= n_folds
    kind = StratifiedGroupKFold if stratified else GroupKFold
    for _, held_out in kind(n_folds, shuffle=True, random_state=rng).split(groups, strata, groups):
        yield held_out


def fold_weights(folds, n_folds, sample_weight=None):
    """Return the weight of each row for each network: 0 for the network that holds it out.

    Parameters
    ----------
    folds : ndarray of int of shape (n_rows,)
    n_folds : int
    sample_weight : ndarray of shape (n_rows,), default=None

    Returns
    -------
    weights : ndarray of shape (n_rows, n_folds)
    """
    trained_on = folds[:, None] != np.arange(n_folds)
    return trained_on * (1.0 if sample_weight is None else sample_weight[:, None])
