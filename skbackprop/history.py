"""What a training tells of its epochs."""

from dataclasses import dataclass, field

import numpy as np


@dataclass
class History:
    """What was measured after each epoch.

    ``loss`` is the weighted mean of the data loss over the batches of the epoch, each taken just
    before its own step (and with dropout, where there is any); ``penalty`` is alpha / 2 sum W^2
    at the end of the epoch; ``validation_loss`` and ``validation_score`` are taken at the end of
    the epoch, without dropout. Of a long stream only the last epochs are kept; ``n_dropped`` are
    not, and ``best_dropped`` is the smallest of their losses.
    """

    loss: list = field(default_factory=list)
    penalty: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_score: list = field(default_factory=list)
    n_dropped: int = 0
    best_dropped: float = np.inf

    @property
    def n_epochs(self):
        """Whole epochs done."""
        return self.n_dropped + len(self.loss)

    @property
    def best_loss(self):
        """The smallest loss: of the validation, where there was one."""
        return min(self.validation_loss or [self.best_dropped, *self.loss])

    def drop_all_but(self, n_kept):
        """Keep the losses of the last `n_kept` epochs only."""
        dropped = self.loss[:-n_kept]
        if dropped:
            self.n_dropped += len(dropped)
            self.best_dropped = min(self.best_dropped, *dropped)
            del self.loss[:-n_kept], self.penalty[:-n_kept]
