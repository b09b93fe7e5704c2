"""The way back to the last whole epoch."""

import numpy as np


class Snapshot:
    """A copy of a training after its last whole epoch, to return to when the next one cannot be finished.

    Parameters
    ----------
    training : Training
    run : Run
        How far its present run has come.
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
        self._stopping_state = run.stopping.best, run.stopping.n_stalled
        self._progress = run.epoch, run.best, training.best_epoch
        self._complete = True

    def restore(self):
        """Go back to the state that was copied last.

        Where the copying itself was interrupted there is nothing to go back to, and no need: the
        present state is that of a whole epoch.
        """
        if not self._complete:
            return
        training, run = self._training, self._run
        np.copyto(training.network.theta, self._theta)
        training.optimizer.restore_state(self._optimizer_state)
        training.rng.bit_generator.state = self._rng_state
        training.history.restore_state(self._history_state)
        run.stopping.best, run.stopping.n_stalled = self._stopping_state
        run.epoch, run.best, training.best_epoch = self._progress
