"""Predictions for training rows, each by the network that did not train on the row."""

from dataclasses import dataclass

import numpy as np

from skbackprop.model.fold_scores import FoldScores
from skbackprop.model.prediction import raw_predictions
from skbackprop.network.members import member


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
    """

    raw: np.ndarray
    folds: np.ndarray
    targets: np.ndarray
    sample_weight: np.ndarray | None

    @property
    def held_out(self):
        """For each row, whether a network held it out."""
        return self.folds >= 0

    def score(self, metric, predicted):
        """Return `metric` of the targets of the held-out rows and the values `predicted` for them."""
        return float(metric(self.targets[self.held_out], predicted, sample_weight=self._weights()))

    def fold_scores(self, scores):
        """Return the FoldScores of the `scores` of the held-out rows, for conformal prediction."""
        return FoldScores(scores, self.folds[self.held_out], self._weights())

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
    return OutOfFold(raw, folds, model.targets.plain(y).copy(), weights)
