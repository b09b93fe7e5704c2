"""When a training has come to its end: the value that it watches falls no more."""

import math

# The ends of the second and of the third cycle of the schedule "coslog4", as fractions of the training.
SECOND_CYCLE, THIRD_CYCLE = 3 / 15, 7 / 15
# The share of the value by which the third cycle has to lower it, for the last one to be worth its time.
LEAST_GAIN = 0.05


def make_stopping(patience, tol):
    """Return the stopping of a training: a CycleStopping where `patience` is "cycle"."""
    return CycleStopping() if patience == "cycle" else Stopping(tol, patience)


class Stopping:
    """Ends the training when a value has not fallen by more than `tol` for `patience` epochs.

    Attributes
    ----------
    best : float
        The smallest value so far.
    n_stalled : int
        Epochs since the value last fell by more than `tol`.
    reason : str
        The reason for the end, a key of :data:`.progress.ENDS`.
    """

    reason = "stalled"

    def __init__(self, tol, patience):
        self.tol = tol
        self.patience = patience
        self.best = math.inf
        self.n_stalled = 0

    def update(self, value, done=0.0):
        """Take the value of an epoch, after the fraction `done`; return whether it is the best so far."""
        self.n_stalled = 0 if value < self.best - self.tol else self.n_stalled + 1
        improved = value < self.best
        if improved:
            self.best = value
        return improved

    @property
    def exhausted(self):
        """Whether the patience has run out."""
        return self.patience is not None and self.n_stalled >= self.patience


class CycleStopping(Stopping):
    """Ends the training after the third cycle of "coslog4" where that brought little.

    Within a cycle the learning rate is high and the value tells little; at the ends of two cycles it can be
    compared. The last cycle takes more than half of all epochs. Where the third one lowered the value by less
    than the share LEAST_GAIN, what is left is noise, which the last one would learn.

    Attributes
    ----------
    after_two : float
        The best value until the end of the second cycle.
    gain : float or None
        By how much the third cycle lowered it; None before its end.
    """

    reason = "cycle"

    def __init__(self):
        super().__init__(tol=0.0, patience=None)
        self.after_two = math.inf
        self.gain = None

    def update(self, value, done=0.0):
        """Take the value of an epoch, after the fraction `done`; return whether it is the best so far."""
        improved = super().update(value)
        if done <= SECOND_CYCLE:
            self.after_two = self.best
        elif done >= THIRD_CYCLE and self.gain is None:
            self.gain = self.after_two - self.best
        return improved

    @property
    def exhausted(self):
        """Whether the third cycle brought little."""
        return self.gain is not None and self.gain < LEAST_GAIN * abs(self.after_two)
