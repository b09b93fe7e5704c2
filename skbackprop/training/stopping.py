"""When a training has come to its end: the value that it watches falls no more."""

import math


class Stopping:
    """Ends the training when a value has not fallen by more than `tol` for `patience` epochs.

    Attributes
    ----------
    best : float
        The smallest value so far.
    n_stalled : int
        Epochs since the value last fell by more than `tol`.
    """

    def __init__(self, tol, patience):
        self.tol = tol
        self.patience = patience
        self.best = math.inf
        self.n_stalled = 0

    def update(self, value):
        """Take the value of an epoch; return whether it is the best so far."""
        self.n_stalled = 0 if value < self.best - self.tol else self.n_stalled + 1
        improved = value < self.best
        self.best = min(value, self.best)
        return improved

    @property
    def exhausted(self):
        """Whether the patience has run out."""
        return self.patience is not None and self.n_stalled >= self.patience
