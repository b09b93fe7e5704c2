"""Batches of rows that stay on disk, in an order that is nearly random."""

import numpy as np

# What the pool may take.
POOL_BYTES = 2**26


class RowPool:
    """Blocks of rows in random order fill a pool in memory, from which rows are drawn at random.

    Single rows at random would be read ten times as slowly or worse, and without a detour the rows
    would come in the order of the file, which may be sorted. This is CorgiPile (Xu et al., 2022,
    "In-Database Machine Learning with CorgiPile: Stochastic Gradient Descent without Full Data
    Shuffle"), but that the blocks of each filling come from all parts of the file.

    Parameters
    ----------
    X : StoredRows of shape (n_samples, n_features)
    rows : ndarray of int
        The rows to use.
    n_gathered : int
        Rows drawn at a time: a batch, or several small ones.
    """

    def __init__(self, X, rows, n_gathered):
        self._X = X
        self._rows = np.sort(rows)
        self._n_gathered = n_gathered
        # The blocks of a filling must have room beside what a draw left.
        n_rows = POOL_BYTES // (X.shape[1] * X.dtype.itemsize)
        self._n_blocks = max(1, (n_rows - n_gathered) // X.block_rows)
        n_rows = min(n_gathered + self._n_blocks * X.block_rows, rows.size)
        self._numbers = np.empty(n_rows, rows.dtype)
        self.rows = np.empty((n_rows, X.shape[1]), X.dtype)

    def batches(self, rng=None):
        """Yield (numbers, places) of so many rows at a time: in X, and in ``self.rows``.

        The places are valid until the next are asked for. Without `rng` the rows come in the
        order of X.
        """
        X = self._X
        parts = X.split(self._rows)
        if rng is None:
            fillings = [[part] for part in parts]
        else:
            fillings = spread(parts, -(-len(parts) // self._n_blocks), rng)
        n_waiting = 0
        for i, filling in enumerate(fillings, start=1):
            for k, part in filling:
                rows = self._rows[part]
                places = slice(n_waiting, n_waiting + rows.size)
                self._numbers[places] = rows
                self.rows[places] = X.block(k)[rows - k * X.block_rows]
                n_waiting = places.stop
            n_waiting = yield from self._draw(n_waiting, rng, last=i == len(fillings))

    def _draw(self, n_waiting, rng, last=False):
        """Yield the whole draws in the pool; keep the rest, and return how many rows it has."""
        order = np.arange(n_waiting)
        if rng is not None:
            rng.shuffle(order)
        n_drawn = n_waiting if last else n_waiting - n_waiting % self._n_gathered
        for start in range(0, n_drawn, self._n_gathered):
            places = order[start : min(start + self._n_gathered, n_drawn)]
            yield self._numbers[places], places
        rest = order[n_drawn:]
        self._numbers[: rest.size] = self._numbers[rest]
        self.rows[: rest.size] = self.rows[rest]
        return rest.size


def spread(parts, n_fillings, rng):
    """Return for each filling of the pool some of the `parts`, drawn at random from all over them.

    Of every `n_fillings` neighbours each filling gets one, so that a sorted file is as good as any:
    each filling has its share of every class.
    """
    fillings = [[] for _ in range(n_fillings)]
    for start in range(0, len(parts), n_fillings):
        neighbours = parts[start : start + n_fillings]
        for filling, i in zip(fillings, rng.permutation(n_fillings), strict=True):
            filling += neighbours[i : i + 1]  # the last neighbours may be fewer
    return fillings
