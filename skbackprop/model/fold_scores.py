"""The scores of held-out rows, sorted by fold: how much of their weight lies below a value.

Conformal prediction compares a new row with the rows that were held out. Of m such rows and a new one, all
exchangeable, each place of the new row's score among the m + 1 is equally likely, so a share c of new rows
has a score that is among the c (m + 1) smallest.
"""

import math
from numbers import Real

import numpy as np


class FoldScores:
    """Scores s_i of held-out rows and their weights w_i, for each fold sorted by score.

    Parameters
    ----------
    scores : ndarray of shape (n_rows,)
    folds : ndarray of int of shape (n_rows,)
        The network that held out each row.
    sample_weight : ndarray of shape (n_rows,), default=None
        Scaled to a mean of 1; a new row has the weight 1.

    Attributes
    ----------
    n_rows : int
        Held-out rows, and so the sum of their weights.
    """

    def __init__(self, scores, folds, sample_weight=None):
        self.n_rows = folds.size
        weights = np.ones(folds.size) if sample_weight is None else sample_weight / sample_weight.mean()
        self._all = SortedScores(scores, weights)
        by_fold = [folds == k for k in range(folds.max() + 1)]
        self._folds = [SortedScores(scores[rows], weights[rows]) for rows in by_fold]

    def weight_up_to(self, values):
        """Return the sum of the w_i with s_i <= v_k, for the v_k of each fold k that `values` yields."""
        return sum(fold.weight(v, "right") for fold, v in zip(self._folds, values, strict=False))

    def weight_below(self, values):
        """Return the sum of the w_i with s_i < v_k, for the v_k of each fold k that `values` yields."""
        return sum(fold.weight(v, "left") for fold, v in zip(self._folds, values, strict=False))

    def quantile(self, weight):
        """Return the smallest s_i of all folds up to which the w_i sum to at least `weight`."""
        place = np.searchsorted(self._all.cumulative[1:], weight)
        return self._all.scores[min(place, self.n_rows - 1)]

    def weight_of_coverage(self, coverage):
        """Return c (m + 1), the weight that a set of coverage c needs, of m held-out rows and a new one.

        Raises
        ------
        ValueError
            Where c is no number between 0 and 1, or too near to 1 for m rows.
        """
        if not isinstance(coverage, Real) or not 0 < coverage < 1:
            raise ValueError(
                "The 'coverage' parameter must be a number between 0 and 1, for instance 0.9. Got "
                f"{coverage!r} instead."
            )
        weight = coverage * (self.n_rows + 1)
        weight -= 1e-12 * weight  # 0.7 * 10 is not to be more than 7 by rounding
        if weight > self.n_rows:
            least, n = math.ceil(coverage / (1 - coverage) - 1e-9), self.n_rows
            raise ValueError(
                f"coverage={coverage} needs at least {least} held-out rows, and the fit held out {n}; "
                f"ask for at most {n / (n + 1):.6g}, or fit with more rows."
            )
        return weight


class SortedScores:
    """Scores in ascending order, and the sums of the weights of the first 0, 1, 2, ... of them."""

    def __init__(self, scores, weights):
        order = np.argsort(scores)
        self.scores = scores[order]
        self.cumulative = np.concatenate(([0.0], np.cumsum(weights[order])))

    def weight(self, values, side):
        """Return the weight of the scores below `values`, with the equal ones if `side` is "right"."""
        return self.cumulative[np.searchsorted(self.scores, values, side=side)]
