"""Restore a training to the state after its last complete epoch."""

import numpy as np


class Snapshot:
    """A copy of a training after its last complete epoch, restored if the next one cannot be finished.

    Parameters
    ----------
    training : Training
    run : Run
        The progress of its present run.
    """

    def __init__(self, training, run):
        self._training, self._run = training, run
        self._theta = np.empty_like(training.network.theta)
        self.take()

    def take(self):
        """Copy the present state."""
        training, run = self._training, self._run
        self._complete = False
        np.copyto(self._theta, training.network.theta)
        self._optimizer_state = training.optimizer.copy_state()
        self._rng_state = training.rng.bit_generator.state
        self._history_state = training.history.copy_state()
        self._stopping_state = run.stopping.copy_state()
        self._progress = run.epoch, run.best, training.best_epoch
        self._complete = True

    def restore(self):
        """Go back to the state that was copied last.

        If copying itself was interrupted, do nothing: the present state is that of a complete epoch.
        """
        if not self._complete:
            return
        training, run = self._training, self._run
        np.copyto(training.network.theta, self._theta)
        training.optimizer.restore_state(self._optimizer_state)
        training.rng.bit_generator.state = self._rng_state
        training.history.restore_state(self._history_state)
        run.stopping.restore_state(self._stopping_state)
        run.epoch, run.best, training.best_epoch = self._progress


class NoSnapshot:
    """Restores nothing: for a training that is discarded if its only epoch cannot be finished."""

    def take(self):
        """Do nothing."""

    def restore(self):
        """Do nothing."""
