"""The level at which CV+ contains a new y with a given probability, for networks that differ.

Network k predicts a new row x, and p_k(y) is the fraction of the scores of the rows that it held out that are
below the score of y. If all rows are exchangeable, p_k is uniform on [0, 1] for the true y, so a single
network that accepts all y with p_k(y) < c contains it with probability c. CV+ with E networks compares the
mean,

    p(y) = (p_1(y) + ... + p_E(y)) / E < c

which varies less than each p_k, the less the more the networks differ. It is then rarely as large as c: CV+
contains more than the fraction c of new y, and its intervals and sets are too large. It would be right at the
level q, the c-quantile of p(y).

The distribution of p(y) can only be observed in the rows of the fit. For row i, the network that held it out
gives p_k as for a new row. The other networks were trained on it, so their scores are too small; their p_k is
the rank of row i among the scores of all rows that network k was trained on. The c-quantile q of these means
is too small, for two reasons. Each network also learns the noise of its rows in its own way, so that the
networks differ more on these rows than on new ones: about half of the correction is right. And each network
chose its best epoch by the rows that it held out, so their scores are too small as well, which matters for
few rows. Hence the level for m held-out rows is

    level(c) = c - w (c - q),   w = m / (2 (m + 150))

The two constants were chosen on 14 clean tables and 11 raw frames, cut to 150 to 2,000 rows; the page
"Uncertainty and calibration" of the guide has the coverages that result.
"""

import numpy as np

from skbackprop.model.sorted_scores import SortedScores
from skbackprop.tables.statistics import weighted_quantiles

# w is LARGEST_SHARE for many rows, and half of it for HALF_AT rows.
LARGEST_SHARE, HALF_AT = 0.5, 150
# The coverages for which q is kept in a model; others are interpolated.
COVERAGES = np.linspace(0, 1, 201)


def rank_quantiles(scores, folds, weights, held_out):
    """Return the quantiles q of p(y) at the COVERAGES, from rows of the fit.

    Parameters
    ----------
    scores : ndarray of shape (n_rows, n_networks)
        The score of each row of the fit, at its true y, by each network.
    folds : ndarray of int of shape (n_rows,)
        The network that held out each row.
    weights : ndarray of shape (n_rows,)
    held_out : list of SortedScores
        For each network, the scores of all rows that it held out.

    Returns
    -------
    q : ndarray of shape (n_coverages,)
    """
    total = sum(fold.total for fold in held_out)
    p = np.zeros(folds.size)
    for k, fold in enumerate(held_out):
        own = folds == k
        trained = SortedScores(scores[~own, k], weights[~own])
        p_k = np.where(own, fold.rank(scores[:, k]), trained.rank(scores[:, k]))
        p += fold.total / total * p_k
    return weighted_quantiles(p, COVERAGES, weights)


def level(coverage, n_rows, quantiles):
    """Return level(c) for the coverage c, `n_rows` held-out rows m, and the quantiles q at the COVERAGES."""
    w = LARGEST_SHARE * n_rows / (n_rows + HALF_AT)
    return coverage - w * (coverage - np.interp(coverage, COVERAGES, quantiles))
