"""The scores of held-out rows, sorted by fold: how much of their weight lies below a value.

Conformal prediction compares a new row with the m rows that were held out. If all m + 1 rows are
exchangeable, every rank of the new row's score is equally likely, so the fraction c of new rows have a score
among the c (m + 1) smallest.
"""

import math
from numbers import Real

import numpy as np

from skbackprop.model.conformal_level import level
from skbackprop.model.sorted_scores import SortedScores


class FoldScores:
    """Scores s_i of held-out rows and their weights w_i, for each fold sorted by score.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,)
    folds : ndarray of int of shape (n_rows,)
        The network that held out each row.
    sample_weight : ndarray of shape (n_rows,), default=None
        Scaled to a mean of 1; a new row has the weight 1.
    rank_quantiles : ndarray, default=None
        Those of :mod:`.conformal_level`; None if the level is the coverage.

    Attributes
    ----------
    n_rows : int
        Number of held-out rows, which is also the sum of their weights.
    """

    def __init__(self, scores, folds, sample_weight=None, rank_quantiles=None):
        self.n_rows = folds.size
        weights = np.ones(folds.size) if sample_weight is None else sample_weight / sample_weight.mean()
        self._all = SortedScores(scores, weights)
        self._folds = sorted_by_fold(scores, folds, weights)
        self._rank_quantiles = rank_quantiles

    def weight_up_to(self, values):
        """Return the sum of the w_i with s_i <= v_k, for the v_k of each fold k that `values` yields."""
        return sum(fold.weight(v, "right") for fold, v in zip(self._folds, values, strict=False))

    def weight_below(self, values):
        """Return the sum of the w_i with s_i < v_k, for the v_k of each fold k that `values` yields."""
        return sum(fold.weight(v, "left") for fold, v in zip(self._folds, values, strict=False))

    def quantile(self, weight):
        """Return the smallest s_i such that the weights of all scores up to it sum to at least `weight`."""
        return self._all.quantile(weight)

    def weight_of_coverage(self, coverage):
        """Return level(c) (m + 1), the weight of the held-out rows that a set of coverage c needs.

        Raises
        ------
        ValueError
            If c is not a number between 0 and 1, or too close to 1 for m rows.
        """
        if not isinstance(coverage, Real) or not 0 < coverage < 1:
            raise ValueError(
                "The 'coverage' parameter must be a number between 0 and 1, for instance 0.9. Got "
                f"{coverage!r} instead."
            )
        n = self.n_rows
        rounding = 1 - 1e-12  # must not make 0.7 * 10 more than 7
        if coverage * (n + 1) * rounding > n:
            least = math.ceil(coverage / (1 - coverage) - 1e-9)
            raise ValueError(
                f"coverage={coverage} needs at least {least} held-out rows, but the fit held out {n}; "
                f"use a coverage of at most {n / (n + 1):.6g}, or fit with more rows."
            )
        if self._rank_quantiles is not None:
            coverage = level(coverage, n, self._rank_quantiles)
        return coverage * (n + 1) * rounding


def sorted_by_fold(scores, folds, weights):
    """Return the SortedScores of each fold, as a list."""
    by_fold = [folds == k for k in range(folds.max() + 1)]
    return [SortedScores(scores[rows], weights[rows]) for rows in by_fold]
