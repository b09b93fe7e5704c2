"""The progress of a training run, and its best weights so far."""

from dataclasses import dataclass

import numpy as np

from skbackprop.network.members import copy_members
from skbackprop.training.stopping import Stopping


@dataclass
class Validated:
    """The result of a validation after an epoch.

    Attributes
    ----------
    losses : ndarray of shape (1,) or (n_networks,)
        The loss of all networks together, or of each network on its own rows.
    scores : ndarray like `losses`, or None
        Larger is better; None if the loss is monitored.
    shares : ndarray like `losses`
        The fraction of the rows of each, which sum to 1.
    """

    losses: np.ndarray
    scores: np.ndarray | None
    shares: np.ndarray

    @property
    def watched(self):
        """The monitored values, the losses or the negative scores; smaller is better."""
        return self.losses if self.scores is None else -self.scores

    @property
    def mean_watched(self):
        """The mean of the monitored values over all rows; smaller is better."""
        return float(self.shares @ self.watched)

    @property
    def mean_loss(self):
        """The mean loss over all rows."""
        return float(self.shares @ self.losses)

    @property
    def mean_score(self):
        """The mean score over all rows, or None."""
        return None if self.scores is None else float(self.shares @ self.scores)


@dataclass
class Best:
    """The best weights so far, of all networks together or of each network.

    Attributes
    ----------
    theta : ndarray like ``network.theta``
    validated : Validated
        The validation of these weights.
    epochs : ndarray of int, like ``validated.losses``
        The epochs of these weights, counted from 1.
    """

    theta: np.ndarray
    validated: Validated
    epochs: np.ndarray

    def updated(self, network, validated, epoch):
        """Return the better ones of these weights and of the present weights of `network`, after `epoch`.

        Any weights are better than those whose validation overflows.
        """
        before = self.validated.watched
        improved = (validated.watched < before) | ~(before < np.inf)
        if not improved.any():
            return self
        theta = network.theta.copy()
        if not improved.all():
            theta = self.theta.copy()
            copy_members(network, theta, improved)
        losses = np.where(improved, validated.losses, self.validated.losses)
        scores = validated.scores
        if scores is not None:
            scores = np.where(improved, scores, self.validated.scores)
        epochs = np.where(improved, epoch, self.epochs)
        return Best(theta, Validated(losses, scores, validated.shares), epochs)


@dataclass
class Run:
    """The progress of one call of :meth:`Training.run`, which is saved with an unfinished training.

    ``streaming`` is True for one piece of a stream of unknown length. ``data`` is a digest of the training
    rows, None if nothing needs it. ``best`` is None before the first validation.
    """

    max_iter: int
    stopping: Stopping
    streaming: bool
    epoch: int = 0
    best: Best | None = None
    validated: bool = False
    data: str | None = None
