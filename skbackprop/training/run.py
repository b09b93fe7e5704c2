"""How far a training under way has come."""

from dataclasses import dataclass

import numpy as np

from skbackprop.training.stopping import Stopping


@dataclass
class Run:
    """The progress of one call of :meth:`Training.run`, which is saved with an unfinished training.

    ``streaming`` is True for one piece of a stream of unknown length. ``data`` identifies the rows that it
    trains on, None where nothing asked for it.
    """

    max_iter: int
    stopping: Stopping
    streaming: bool
    epoch: int = 0
    best_theta: np.ndarray | None = None
    validated: bool = False
    data: str | None = None
