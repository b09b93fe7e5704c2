"""How far a training under way has come, and the best weights so far."""

from dataclasses import dataclass

import numpy as np

from skbackprop.network.members import copy_members
from skbackprop.training.stopping import Stopping


@dataclass
class Validated:
    """What a validation found after an epoch.

    Attributes
    ----------
    losses : ndarray of shape (1,) or (n_networks,)
        The loss of all networks together, or of each network on rows of its own.
    scores : ndarray like `losses`, or None
        Larger is better; None where the loss decides.
    shares : ndarray like `losses`
        The shares of the rows, which sum to 1.
    """

    losses: np.ndarray
    scores: np.ndarray | None
    shares: np.ndarray

    @property
    def watched(self):
        """What decides, smaller is better."""
        return self.losses if self.scores is None else -self.scores

    @property
    def mean_watched(self):
        """The mean over all rows of what decides, smaller is better."""
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
    """The best weights so far, of all networks together or of each.

    Attributes
    ----------
    theta : ndarray like ``network.theta``
    validated : Validated
        What was found with them.
    epochs : ndarray of int, like ``validated.losses``
        The epochs, counted from 1, after which it was found.
    """

    theta: np.ndarray
    validated: Validated
    epochs: np.ndarray

    def updated(self, network, validated, epoch):
        """Return the best of these and of the weights that `network` has now, after `epoch`."""
        before = self.validated.watched
        improved = (validated.watched < before) | np.isnan(before)
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

    ``streaming`` is True for one piece of a stream of unknown length. ``data`` identifies the rows that it
    trains on, None where nothing asked for it. ``best`` is None before the first validation.
    """

    max_iter: int
    stopping: Stopping
    streaming: bool
    epoch: int = 0
    best: Best | None = None
    validated: bool = False
    data: str | None = None
