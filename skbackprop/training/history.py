"""What was measured in each epoch of a training."""

from dataclasses import dataclass, field, fields

import numpy as np


@dataclass
class History:
    """What was measured after each epoch.

    ``loss`` is the weighted mean of the data loss over the batches of the epoch, each taken just
    before its own step (and with dropout, where there is any); ``penalty`` is alpha / 2 sum W^2
    at the end of the epoch; ``validation_loss`` and ``validation_score`` are taken at the end of
    the epoch, without dropout. Of a long stream only the last epochs are kept; ``n_dropped`` are
    not, and ``best_dropped`` is the smallest of their losses. ``validation_epochs`` are the epochs, counted
    from 1, after which there was a validation, and ``kept_validation`` is the (loss, score) of the weights
    that it chose; ``kept_epochs`` are their epochs, one of all networks or one of each.
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
        """Whole epochs done."""
        return self.n_dropped + len(self.loss)

    @property
    def best_loss(self):
        """The validation loss of the weights that were kept; without validation the smallest loss."""
        if self.kept_validation is not None:
            return self.kept_validation[0]
        return min([self.best_dropped, *self.loss])

    def drop_all_but(self, n_kept):
        """Keep the losses of the last `n_kept` epochs only."""
        dropped = self.loss[:-n_kept]
        if dropped:
            self.n_dropped += len(dropped)
            self.best_dropped = min(self.best_dropped, *dropped)
            del self.loss[:-n_kept], self.penalty[:-n_kept]

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
