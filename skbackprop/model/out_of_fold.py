"""Predictions for training rows, each by the network that did not train on the row."""

from dataclasses import dataclass

import numpy as np

from skbackprop.model.conformal_level import rank_quantiles
from skbackprop.model.conformal_scores import conformal_scores, has_scores
from skbackprop.model.fold_scores import FoldScores, sorted_by_fold
from skbackprop.model.prediction import raw_of_each_network, raw_predictions
from skbackprop.network.members import member
from skbackprop.tables.row_sampling import random_rows

# The level of CV+ is determined by at most so many rows.
MOST_ROWS = 2000


@dataclass
class OutOfFold:
    """The outputs of the networks for the rows that they held out.

    Attributes
    ----------
    raw : ndarray of shape (n_rows, n_outputs)
        The raw outputs; NaN for rows that no network held out.
    folds : ndarray of int of shape (n_rows,)
        The network that held out each row, -1 for none.
    targets : ndarray of shape (n_rows,) or (n_rows, n_outputs)
        Indices of classes, labels, or the y of a regressor.
    sample_weight : ndarray of shape (n_rows,) or None
    rank_quantiles : ndarray or None
        Determine the level of CV+ (:mod:`.conformal_level`); None if there are no intervals or sets, and in
        models that were saved by earlier versions.
    """

    raw: np.ndarray
    folds: np.ndarray
    targets: np.ndarray
    sample_weight: np.ndarray | None
    rank_quantiles: np.ndarray | None = None

    @property
    def held_out(self):
        """For each row, whether a network held it out."""
        return self.folds >= 0

    def score(self, metric, predicted):
        """Return `metric` of the targets of the held-out rows and the values `predicted` for them."""
        return float(metric(self.targets[self.held_out], predicted, sample_weight=self._weights()))

    def fold_scores(self, model):
        """Return the FoldScores of the held-out rows, for conformal prediction."""
        return FoldScores(self.scores(model), self.folds[self.held_out], self._weights(), self.rank_quantiles)

    def scores(self, model):
        """Return the conformal score of each held-out row, by the network that held it out."""
        rows = self.held_out
        return conformal_scores(model, self.raw[None, rows], self.targets[rows]).ravel()

    def _weights(self):
        return None if self.sample_weight is None else self.sample_weight[self.held_out]


def out_of_fold(model, X, y, sample_weight, folds):
    """Return the OutOfFold of a trained `model`.

    Parameters
    ----------
    model : Model
    X : ndarray or CSR matrix of shape (n_rows, n_features)
        Encoded inputs.
    y, sample_weight
        Checked targets and weights.
    folds : ndarray of int of shape (n_rows,)
        See :func:`.deal_folds`.
    """
    network = model.network
    raw = np.full((X.shape[0], network.n_outputs), np.nan, network.theta.dtype)
    for e in range(network.n_networks):
        rows = np.flatnonzero(folds == e)
        raw[rows] = raw_predictions(member(network, e), X, model.scaling, raw.dtype, rows)
    # Copies: the model must not change with arrays of the user that were y and the weights.
    weights = None if sample_weight is None else sample_weight.copy()
    found = OutOfFold(raw, folds, model.targets.plain(y).copy(), weights)
    if has_scores(model):
        found.rank_quantiles = ranks_of_the_fit(found, model, X)
    return found


def ranks_of_the_fit(found, model, X):
    """Return the rank quantiles of an OutOfFold, from the outputs of all networks for some of its rows."""
    weights = np.ones(found.folds.size) if found.sample_weight is None else found.sample_weight
    rows = random_rows(found.folds.size, found.held_out * weights, MOST_ROWS)
    raw = raw_of_each_network(model.network, X, model.scaling, found.raw.dtype, rows)
    scores = conformal_scores(model, raw, found.targets[rows])
    own = found.held_out
    held_out = sorted_by_fold(found.scores(model), found.folds[own], weights[own])
    return rank_quantiles(scores, found.folds[rows], weights[rows], held_out)
