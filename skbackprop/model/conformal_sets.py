"""Sets of classes from the probabilities of held-out rows (adaptive prediction sets with CV+).

For the class probabilities p of a row and a number u in [0, 1), the score of class y is the probability of
all more probable classes, plus the fraction u of its own probability:

    s(p, y, u) = sum_{j: p_j > p_y} p_j + u p_y

Of E networks, k(i) is the one that held out row i, p^k are the probabilities of network k, and s_i is the
score of the true class of row i by network k(i). For m held-out rows and the level c
(:mod:`.conformal_level`), the set of a new row x is

    { y : the number of i with s_i < s(p^{k(i)}(x), y, u) is less than c (m + 1) }

Romano, Sesia & Candes (2020), "Classification with valid and adaptive coverage", NeurIPS.

In the paper u is drawn at random; with a constant u, the sets would contain the true class too often. Here u
is computed from the low-order digits of the row's own outputs, so that the set of a row is always the same
and does not depend on the other rows.
"""

import numpy as np

# u takes all values of [0, 1) when an output changes by this much, which hardly changes the probabilities
# but is far more than the rounding errors of float32.
PERIOD = 2.0**-10


def adaptive_scores(probabilities, u):
    """Return s(p, y, u) of each row and class y.

    Parameters
    ----------
    probabilities : ndarray of shape (n_rows, n_classes)
    u : ndarray of shape (n_rows,)

    Returns
    -------
    scores : ndarray of shape (n_rows, n_classes)
    """
    descending = np.argsort(-probabilities, axis=1, kind="stable")
    p = np.take_along_axis(probabilities, descending, axis=1)
    more_probable = np.cumsum(p, axis=1) - p
    scores = np.empty_like(p)
    np.put_along_axis(scores, descending, more_probable + u[:, None] * p, axis=1)
    return scores


def low_order_digits(raw):
    """Return a number u in [0, 1) for each row, uniformly distributed and determined by the row's outputs.

    Parameters
    ----------
    raw : ndarray of shape (n_rows, n_outputs)
        Outputs z_1, ..., z_n of all networks.

    Returns
    -------
    u : ndarray of shape (n_rows,)
        The fractional part of (1 z_1 + 2 z_2 + ... + n z_n) / (n PERIOD).
    """
    n_outputs = raw.shape[1]
    return raw @ np.arange(1, n_outputs + 1) / (n_outputs * PERIOD) % 1.0


def adaptive_sets(scores, probabilities, u, coverage):
    """Return which classes the set of each new row contains.

    Parameters
    ----------
    scores : FoldScores
        s_i.
    probabilities : list of ndarray of shape (n_new, n_classes)
        p^k(x), of each network.
    u : ndarray of shape (n_new,)
    coverage : float
        Between 0 and 1; it determines c.

    Returns
    -------
    contained : ndarray of bool of shape (n_new, n_classes)
    """
    weight = scores.weight_of_coverage(coverage)
    return scores.weight_below(adaptive_scores(p, u) for p in probabilities) < weight
