"""A random forest as a reference: how much of a target the inputs explain."""

import numpy as np
from scipy.sparse import issparse
from sklearn import config_context
from sklearn.tree import ExtraTreeRegressor
from sklearn.utils import check_array

N_TREES = 60
LEAST_LEAF = 3
# Columns per split: a third, as is usual for regression (Breiman, 2001), but at least five, since most
# columns of a table may be useless.
LEAST_COLUMNS = 5


class ReferenceForest:
    """Extremely randomized trees and their out-of-bag predictions, by trees that were not grown on the row.

    Parameters
    ----------
    X : ndarray or CSR matrix of shape (n_samples, n_features)
    T : ndarray of shape (n_samples, n_outputs)
        The targets.
    w : ndarray of shape (n_samples,) or None
        Weights of the rows.

    Attributes
    ----------
    predictions : ndarray of shape (n_samples, n_outputs)
    share_explained : float
        1 - sum (T - predictions)^2 / sum (T - mean T)^2, over all outputs; 0 or less if nothing was found.
    importances : ndarray of shape (n_features,)
    """

    def __init__(self, X, T, w=None):
        n_columns = X.shape[1]
        # A dense X is checked once for all trees: for a small table, this takes longer than growing them.
        each_time = issparse(X)
        X = X if each_time else check_array(X, dtype=np.float32, order="C")
        rng = np.random.default_rng(0)
        w = np.ones(T.shape[0]) if w is None else w
        candidates = np.flatnonzero(w)
        sums, n_trees = np.zeros(T.shape), np.zeros((T.shape[0], 1))
        self.importances = np.zeros(n_columns)
        with config_context(skip_parameter_validation=True):  # the parameters are the same in all trees
            for seed in range(N_TREES):
                # Rows are drawn with equal probabilities, and their weights enter the means and the splits.
                # scikit-learn's forests draw heavy rows more often, so that these are never out of the bag.
                drawn = np.bincount(rng.choice(candidates, candidates.size), minlength=T.shape[0])
                tree = ExtraTreeRegressor(
                    min_samples_leaf=LEAST_LEAF,
                    max_features=min(n_columns, max(LEAST_COLUMNS, n_columns // 3)),
                    random_state=seed,
                )
                tree.fit(X, T, drawn * w, check_input=each_time)
                self.importances += tree.feature_importances_ / N_TREES
                out = np.flatnonzero(drawn == 0)
                if out.size:
                    sums[out] += tree.predict(X[out], check_input=each_time).reshape(out.size, -1)
                    n_trees[out] += 1
        self.predictions = sums / np.maximum(n_trees, 1)
        self.share_explained = share_explained(T, self.predictions, w)


def share_explained_by_neighbors(x, T):
    """Return the share of T that a single input explains: each row is predicted by its two neighbors in x."""
    T = T[np.argsort(x, kind="stable")]
    before, after = np.vstack((T[1:2], T[:-1])), np.vstack((T[1:], T[-2:-1]))
    return share_explained(T, (before + after) / 2)


def share_explained(T, predictions, w=None):
    """Return 1 - sum (T - predictions)^2 / sum (T - mean T)^2; 0 if T is constant."""
    left = weighted_squares(T - predictions, w)
    total = weighted_squares(T - np.average(T, axis=0, weights=w), w)
    return 1 - left / total if total > 0 else 0.0


def weighted_squares(a, w):
    """Return the weighted sum of squares."""
    squares = (a * a).sum(axis=1)
    return float(squares.sum() if w is None else w @ squares)
