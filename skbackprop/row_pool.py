"""Batches of rows that stay on disk, in an order that is nearly random."""

import numpy as np

# What the pool may take.
POOL_BYTES = 2**26


class RowPool:
    """Blocks of rows in random order fill a pool in memory, from which batches are drawn at random.

    Single rows at random would be read ten times as slowly or worse, and without a detour the rows
    would come in the order of the file, which may be sorted. This is CorgiPile (Xu et al., 2022,
    "In-Database Machine Learning with CorgiPile: Stochastic Gradient Descent without Full Data
    Shuffle").

    Parameters
    ----------
    X : StoredRows of shape (n_samples, n_features)
    rows : ndarray of int
        The rows to use.
    batch_size : int
    """

    def __init__(self, X, rows, batch_size):
        self._X = X
        self._rows = np.sort(rows)
        self._batch_size = batch_size
        # A block must fit beside what a batch left.
        self._least = batch_size - 1 + X.block_rows
        n_rows = max(self._least, POOL_BYTES // (X.shape[1] * X.dtype.itemsize))
        self._numbers = np.empty(min(n_rows, rows.size), rows.dtype)
        self.rows = np.empty((self._numbers.size, X.shape[1]), X.dtype)

    def batches(self, rng=None):
        """Yield (numbers, places) of the rows of every batch: in X, and in ``self.rows``.

        The places are valid until the next batch is asked for. Without `rng` the rows come in the
        order of X.
        """
        X = self._X
        parts = X.split(self._rows)
        room = self._numbers.size
        if rng is None:
            room = min(room, self._least)
        else:
            rng.shuffle(parts)
        n_waiting = 0
        for k, part in parts:
            rows = self._rows[part]
            if n_waiting + rows.size > room:
                n_waiting = yield from self._draw(n_waiting, rng)
            places = slice(n_waiting, n_waiting + rows.size)
            self._numbers[places] = rows
            self.rows[places] = X.block(k)[rows - k * X.block_rows]
            n_waiting = places.stop
        yield from self._draw(n_waiting, rng, last=True)

    def _draw(self, n_waiting, rng, last=False):
        """Yield the whole batches in the pool; keep the rest, and return how many rows it has."""
        order = np.arange(n_waiting)
        if rng is not None:
            rng.shuffle(order)
        n_drawn = n_waiting if last else n_waiting - n_waiting % self._batch_size
        for start in range(0, n_drawn, self._batch_size):
            places = order[start : min(start + self._batch_size, n_drawn)]
            yield self._numbers[places], places
        rest = order[n_drawn:]
        self._numbers[: rest.size] = self._numbers[rest]
        self.rows[: rest.size] = self.rows[rest]
        return rest.size
