"""How far a training under way has come."""

from dataclasses import dataclass

import numpy as np

from skbackprop.training.stopping import Stopping


@dataclass
class Run:
    """How far one call of :meth:`Training.run` has come: what to save with a training under way.

    ``data`` identifies the rows that it trains on, None where nothing asked for it.
    """

    max_iter: int
    stopping: Stopping
    held: bool
    epoch: int = 0
    best_theta: np.ndarray | None = None
    validated: bool = False
    data: str | None = None
