"""Prediction intervals from the residuals of held-out rows (CV+).

Of E networks, k(i) is the one that held out row i, and R_i = |y_i - mu_{k(i)}(x_i)|. For m held-out rows
and a coverage c, the interval of a new row x is

    upper(x) =   the ceil(c (m + 1))-th smallest of   mu_{k(i)}(x) + R_i,    i = 1, ..., m
    lower(x) = - the ceil(c (m + 1))-th smallest of - mu_{k(i)}(x) + R_i

Barber, Candes, Ramdas & Tibshirani (2021), "Predictive inference with the jackknife+", Annals of Statistics
49.

These are quantiles of E sorted lists of residuals, the k-th shifted by mu_k(x). They are found by bisection,
without a matrix of all sums: with W_k(r) the weight of the residuals of fold k that are at most r,

    upper(x) = the smallest v with sum_k W_k(v - mu_k(x)) >= c (m + 1)
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
        c, between 0 and 1.

    Returns
    -------
    bounds : ndarray of shape (n_new, 2)
    """
    weight = residuals.weight_of_coverage(coverage)
    lower = -upper_bounds(residuals, -predictions, weight)
    return np.stack((lower, upper_bounds(residuals, predictions, weight)), axis=1)


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
