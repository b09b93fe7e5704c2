"""The measurements of each epoch of a training."""

from dataclasses import dataclass, field, fields

import numpy as np


@dataclass
class History:
    """The measurements of each epoch.

    Attributes
    ----------
    loss : list of float
        Weighted mean of the data loss over the batches of each epoch, each computed before its own step
        and with dropout.
    penalty : list of float
        alpha / 2 sum W^2 at the end of each epoch.
    validation_loss : list of float
        Computed at the end of an epoch, without dropout.
    validation_score : list of float
        Those of the last validations, all by the same scorer.
    validation_epochs : list of int
        The epochs, counted from 1, after which there was a validation.
    kept_validation : tuple of (float, float or None) or None
        Validation loss and score of the best weights; None if the last training had no validation.
    kept_epochs : list of int or None
        The epochs of the best weights: one for all networks, or one for each network.
    n_dropped : int
        Number of epochs that are no longer in the lists; of a long stream only the last epochs are kept.
    best_dropped : float
        The smallest loss of the dropped epochs.
    """

    loss: list = field(default_factory=list)
    penalty: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_score: list = field(default_factory=list)
    validation_epochs: list = field(default_factory=list)
    kept_validation: tuple | None = None
    kept_epochs: list | None = None
    n_dropped: int = 0
    best_dropped: float = np.inf

    @property
    def n_epochs(self):
        """Number of complete epochs."""
        return self.n_dropped + len(self.loss)

    @property
    def best_loss(self):
        """The validation loss of the weights that were kept; without validation the smallest loss."""
        if self.kept_validation is not None:
            return self.kept_validation[0]
        return min([self.best_dropped, *self.loss])

    def append(self, loss, penalty, validated=None):
        """Add an epoch; `validated` is the :class:`.Validated` at its end, None without validation."""
        self.loss.append(loss)
        self.penalty.append(penalty)
        if validated is None:
            return
        self.validation_epochs.append(self.n_epochs)
        self.validation_loss.append(validated.mean_loss)
        if validated.scores is not None:
            self.validation_score.append(validated.mean_score)

    def drop_all_but(self, n_kept):
        """Keep the last `n_kept` epochs only, and their validations."""
        dropped = self.loss[:-n_kept]
        if not dropped:
            return
        self.n_dropped += len(dropped)
        self.best_dropped = min(self.best_dropped, *dropped)
        del self.loss[:-n_kept], self.penalty[:-n_kept]
        n_validations = sum(epoch > self.n_dropped for epoch in self.validation_epochs)
        for values in (self.validation_epochs, self.validation_loss, self.validation_score):
            del values[: max(0, len(values) - n_validations)]

    def copied(self):
        """Return a copy with lists of its own."""
        return History(*self.copy_state())

    def copy_state(self):
        """Return a copy of everything, for :meth:`restore_state`."""
        values = [getattr(self, entry.name) for entry in fields(self)]
        return [value.copy() if isinstance(value, list) else value for value in values]

    def restore_state(self, copied):
        """Go back to what :meth:`copy_state` returned; the lists stay the same objects."""
        for entry, value in zip(fields(self), copied, strict=True):
            if isinstance(value, list):
                getattr(self, entry.name)[:] = value
            else:
                setattr(self, entry.name, value)
