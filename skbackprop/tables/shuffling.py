"""Batches of rows of an array on disk, in nearly random order."""

import math
from collections import deque

import numpy as np

# Maximum size of the pool.
POOL_BYTES = 2**26


class RowPool:
    """A pool in memory that is filled with blocks of rows in random order, and from which rows are drawn.

    Reading single rows in random order would be at least ten times slower, and reading sequentially would
    give the rows in the order of the file, which may be sorted. This is CorgiPile (Xu et al., 2022,
    "In-Database Machine Learning with CorgiPile: Stochastic Gradient Descent without Full Data
    Shuffle"), except that the blocks of each filling come from all parts of the file.

    Parameters
    ----------
    X : StoredRows of shape (n_samples, n_features)
    rows : ndarray of int
        The rows to use.
    sizes : list of int
        The numbers of rows of the successive draws, each one batch or several small ones; in total all rows.
    """

    def __init__(self, X, rows, sizes):
        self._X = X
        self._rows = np.sort(rows)
        self._sizes = sizes
        n_gathered = max(sizes)
        # The pool must hold the blocks of a filling in addition to the rest of the previous one.
        n_rows = POOL_BYTES // (X.shape[1] * X.dtype.itemsize)
        self._n_blocks = max(1, (n_rows - n_gathered) // X.block_rows)
        n_rows = min(n_gathered + self._n_blocks * X.block_rows, rows.size)
        self._numbers = np.empty(n_rows, rows.dtype)
        self.rows = np.empty((n_rows, X.shape[1]), X.dtype)

    def batches(self, rng=None):
        """Yield (numbers, places), the indices of the next rows in X and in ``self.rows``.

        The places are valid until the next ones are requested. Without `rng` the rows are in the
        order of X.
        """
        X = self._X
        parts = X.split(self._rows)
        if rng is None:
            fillings = [[part] for part in parts]
        else:
            fillings = spread(parts, math.ceil(len(parts) / self._n_blocks), rng)
        n_waiting, sizes = 0, deque(self._sizes)
        for filling in fillings:
            for k, part in filling:
                rows = self._rows[part]
                places = slice(n_waiting, n_waiting + rows.size)
                self._numbers[places] = rows
                self.rows[places] = X.block(k)[rows - k * X.block_rows]
                n_waiting = places.stop
            n_waiting = yield from self._draw(n_waiting, rng, sizes)

    def _draw(self, n_waiting, rng, sizes):
        """Yield the draws for which the pool has enough rows, and remove their sizes from `sizes`.

        Keep the remaining rows and return their number.
        """
        order = np.arange(n_waiting)
        if rng is not None:
            rng.shuffle(order)
        n_drawn = 0
        while sizes and n_drawn + sizes[0] <= n_waiting:
            places = order[n_drawn : n_drawn + sizes[0]]
            n_drawn += sizes.popleft()
            yield self._numbers[places], places
        rest = order[n_drawn:]
        self._numbers[: rest.size] = self._numbers[rest]
        self.rows[: rest.size] = self.rows[rest]
        return rest.size


def spread(parts, n_fillings, rng):
    """Divide the `parts` at random among the fillings of the pool.

    Each filling gets one of every `n_fillings` successive parts, so that it has rows of every class even if
    the file is sorted.
    """
    fillings = [[] for _ in range(n_fillings)]
    for start in range(0, len(parts), n_fillings):
        neighbors = parts[start : start + n_fillings]
        for filling, i in zip(fillings, rng.permutation(n_fillings), strict=True):
            filling += neighbors[i : i + 1]  # the last group may be smaller
    return fillings
