"""Rows of positive weight, and random samples of them."""

import numpy as np


def present_rows(n_rows, sample_weight=None):
    """Return the indices of the rows of positive weight, ascending."""
    return np.arange(n_rows) if sample_weight is None else np.flatnonzero(sample_weight)


def random_rows(n_rows, sample_weight, most):
    """Return at most `most` of the rows of positive weight, ascending.

    They are drawn at random, so that a regular order of the rows does not matter, and always the same ones.
    """
    rows = present_rows(n_rows, sample_weight)
    if rows.size <= most:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, most, replace=False, shuffle=False))
