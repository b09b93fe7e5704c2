"""The way back to the last whole epoch."""

import numpy as np


class Snapshot:
    """A copy of the last whole epoch, to return to when the next one cannot be finished."""

    def __init__(self, network, optimizer, rng):
        self._network, self._optimizer, self._rng = network, optimizer, rng
        self._theta = np.empty_like(network.theta)
        self.take()

    def take(self):
        """Copy the present state."""
        np.copyto(self._theta, self._network.theta)
        self._optimizer_state = self._optimizer.copy_state()
        self._rng_state = self._rng.bit_generator.state

    def restore(self):
        """Go back to the state that was copied last."""
        np.copyto(self._network.theta, self._theta)
        self._optimizer.restore_state(self._optimizer_state)
        self._rng.bit_generator.state = self._rng_state
