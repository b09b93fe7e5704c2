"""Early stopping: training ends when the monitored value no longer falls."""

import math

import numpy as np

# The ends of the second and of the third cycle of the schedule "coslog4", as fractions of the training.
SECOND_CYCLE, THIRD_CYCLE = 3 / 15, 7 / 15
# The last cycle is only run if the third one lowers the value by at least this fraction.
LEAST_GAIN = 0.05
# A network that has found a pattern has lowered its value by more than FOUND, and by at least BEHIND times as
# much as a network that has not.
FOUND, BEHIND = 0.5, 4


def make_stopping(patience, tol):
    """Return a CycleStopping if `patience` is "cycle", else a Stopping."""
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

    def update(self, value, done=0.0, of_networks=None):
        """Record the value after the fraction `done` of the epochs; return whether it is the best so far.

        `value` may be the mean of the values `of_networks`.
        """
        self.n_stalled = 0 if value < self.best - self.tol else self.n_stalled + 1
        improved = value < self.best
        if improved:
            self.best = value
        return improved

    def copy_state(self):
        """Return what :meth:`restore_state` needs to count on from here."""
        return self.best, self.n_stalled

    def restore_state(self, copied):
        """Go back to what :meth:`copy_state` returned."""
        self.best, self.n_stalled = copied

    @property
    def exhausted(self):
        """Whether the patience has run out."""
        return self.patience is not None and self.n_stalled >= self.patience


class CycleStopping(Stopping):
    """Ends the training after the third cycle of "coslog4" if that cycle hardly lowered the value.

    Within a cycle the learning rate is high and values are not comparable; at the ends of two cycles they
    are. If the third cycle lowered the value by less than the fraction LEAST_GAIN, the last cycle, which
    takes more than half of all epochs, would mostly learn noise.

    It is run nevertheless if some networks have found a pattern that others have not (see FOUND): these may
    find it in a longer cycle.

    Attributes
    ----------
    after_two : float
        The best value until the end of the second cycle.
    ends : bool or None
        Whether training ends after the third cycle; None before that. It is decided once: a network that
        catches up in the last cycle must not end it, because the learning rate is high then.
    """

    reason = "cycle"

    def __init__(self):
        super().__init__(tol=0.0, patience=None)
        self.after_two = math.inf
        self.ends = None
        self.first_of_networks = self.best_of_networks = None

    def update(self, value, done=0.0, of_networks=None):
        """Record the value after the fraction `done` of the epochs; return whether it is the best so far."""
        improved = super().update(value)
        if of_networks is not None:
            if self.first_of_networks is None:
                self.first_of_networks = self.best_of_networks = of_networks
            self.best_of_networks = np.minimum(self.best_of_networks, of_networks)
        if done <= SECOND_CYCLE:
            self.after_two = self.best
        elif done >= THIRD_CYCLE and self.ends is None:
            brought_little = self.after_two - self.best < LEAST_GAIN * abs(self.after_two)
            self.ends = brought_little and not self._some_are_far_behind()
        return improved

    @property
    def exhausted(self):
        """Whether the third cycle lowered the value by less than LEAST_GAIN, and no network is far behind."""
        return bool(self.ends)

    def _some_are_far_behind(self):
        first = self.first_of_networks
        if first is None:
            return False
        with np.errstate(divide="ignore", invalid="ignore"):  # a loss may be 0 or infinite
            gains = (first - self.best_of_networks) / np.abs(first)
        return gains.max() > max(FOUND, BEHIND * gains.min())
