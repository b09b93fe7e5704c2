"""Prediction intervals from the residuals of held-out rows (CV+).

Of E networks, k(i) is the one that held out row i, and R_i = |y_i - mu_{k(i)}(x_i)|. For m held-out rows
and the level c (:mod:`.conformal_level`), the interval of a new row x is

    upper(x) =   the ceil(c (m + 1))-th smallest of   mu_{k(i)}(x) + R_i,    i = 1, ..., m
    lower(x) = - the ceil(c (m + 1))-th smallest of - mu_{k(i)}(x) + R_i

Barber, Candes, Ramdas & Tibshirani (2021), "Predictive inference with the jackknife+", Annals of Statistics
49.

These are quantiles of E sorted lists of residuals, the k-th shifted by mu_k(x). They are found by bisection,
without a matrix of all sums: with W_k(r) the weight of the residuals of fold k that are at most r,

    upper(x) = the smallest v with sum_k W_k(v - mu_k(x)) >= c (m + 1)

If c >= 1/2, some row i is counted for both bounds, so lower(x) <= mu_{k(i)}(x) - R_i <= upper(x). If c < 1/2,
the bounds may cross: where the networks differ by more than their errors, no y is close to most of them. The
interval is then widened to contain an interval of the plain form, prediction +- quantile of the errors:

    center(x) +- min(q, half(x)),   q the ceil(c (m + 1))-th smallest R_i

where center(x) and half(x) are the midpoint and half the width of the interval for c = 1/2. So intervals of
larger coverages contain those of smaller ones.
"""

import numpy as np

# The error of the bounds is the largest difference between two networks' predictions times 2 ** -HALVINGS.
HALVINGS = 36


def intervals(residuals, predictions, coverage):
    """Return lower(x) and upper(x) of each new row.

    Parameters
    ----------
    residuals : FoldScores
        R_i.
    predictions : ndarray of shape (n_new, n_networks)
        mu_k(x).
    coverage : float
        Between 0 and 1; it determines c.

    Returns
    -------
    bounds : ndarray of shape (n_new, 2)
    """
    weight, half_of_all = residuals.weight_of_coverage(coverage), 0.5 * (residuals.n_rows + 1)
    lower, upper = cv_plus(residuals, predictions, weight)
    if weight < half_of_all:
        first, last = cv_plus(residuals, predictions, half_of_all)
        center, half = 0.5 * (first + last), 0.5 * (last - first)
        half = np.minimum(residuals.quantile(weight), half)
        lower, upper = np.minimum(lower, center - half), np.maximum(upper, center + half)
    return np.stack((lower, upper), axis=1)


def cv_plus(residuals, predictions, weight):
    """Return lower(x) and upper(x) of CV+, where `weight` is c (m + 1); they may cross if c < 1/2."""
    return -upper_bounds(residuals, -predictions, weight), upper_bounds(residuals, predictions, weight)


def upper_bounds(residuals, predictions, weight):
    """Return for each row the smallest v with sum_k W_k(v - mu_k(x)) >= `weight`."""
    # v lies between q + min_k mu_k(x) and q + max_k mu_k(x), where q is the quantile of all R_i.
    q = residuals.quantile(weight)
    low, high = q + predictions.min(axis=1), q + predictions.max(axis=1)
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        enough = residuals.weight_up_to(middle - mu for mu in predictions.T) >= weight
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
