"""Batches: rows gathered, cast and scaled into arrays that are allocated once.

X itself is never copied, shuffled or cast: a batch is a list of row indices. The rows of several small
batches are gathered in one call, which takes hardly longer for a hundred rows than for ten.

The sizes of the batches of an epoch differ by at most one row. A smaller last batch would make a complete
step from a few rows, whose gradient is mostly noise.
"""

import math
from itertools import accumulate, pairwise

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.shuffling import RowPool
from skbackprop.tables.sparse_rows import scaled_sparse

# Maximum size of the rows that are gathered in one call, so that they are still in the cache when used.
GATHERED_BYTES = 2**17


class Batches:
    """The rows of a data set, in batches.

    Parameters
    ----------
    X : ndarray, StoredRows, SparseRows or CSR array of shape (n_samples, n_features)
    Y : ndarray of shape (n_samples, n_outputs), default=None
        Encoded targets, in the dtype of the network.
    sample_weight : ndarray of shape (n_samples,) or (n_samples, n_networks), default=None
        The weight of each row, or its weight for each of several networks. The weights are scaled to mean 1
        over `rows`, so that for every batch size the sum of weighted gradients of a batch, divided by its
        number of rows, has the weighted mean as its expectation. At least one weight is positive.
    batch_size : int
        Maximum number of rows of a batch: there are as few batches as it allows, of equal sizes.
    dtype : dtype
        Dtype of the batches.
    scaling : Scaling, default=None
    rows : ndarray of int, default=None
        The rows to use; None for all. Rows of weight 0 are always omitted.

    Attributes
    ----------
    n_rows : int
        Number of rows of an epoch.
    total_weight : float
        Sum of their weights.
    n_batches : int
        Number of batches of an epoch.
    batch_size : int
        Number of rows of the largest batch.
    """

    def __init__(self, X, Y=None, sample_weight=None, *, batch_size, dtype, scaling=None, rows=None):
        rows = np.arange(X.shape[0], dtype=np.int32) if rows is None else np.array(rows, np.int32)
        if sample_weight is not None:
            counts = (sample_weight > 0).reshape(X.shape[0], -1).any(axis=1)
            rows = rows[counts[rows]]
            total_weight = sample_weight[rows].sum()
            sample_weight = (sample_weight / sample_weight[rows].mean(axis=0)).astype(dtype)
        self.n_rows = rows.size
        self.total_weight = self.n_rows if sample_weight is None else total_weight
        self.n_batches = math.ceil(self.n_rows / batch_size)
        self.batch_size = math.ceil(self.n_rows / self.n_batches)
        self._Y = Y
        self._sample_weight = sample_weight
        batch_bytes = self.batch_size * X.shape[1] * X.dtype.itemsize
        n_together = 1 if issparse(X) else max(1, GATHERED_BYTES // batch_bytes)
        # Each group of batches that are gathered together, as the row offsets at which its batches begin and
        # the last one ends.
        edges = [i * self.n_rows // self.n_batches for i in range(self.n_batches + 1)]
        self._groups = [edges[i : i + n_together + 1] for i in range(0, self.n_batches, n_together)]
        sizes = [group[-1] - group[0] for group in self._groups]
        n_gathered = max(sizes)
        self._Y_gathered = None if Y is None else np.empty((n_gathered, Y.shape[1]), Y.dtype)
        self._source = (RowPool if isinstance(X, StoredRows) else InMemory)(X, rows, sizes)
        gather = SparseGather if issparse(X) else DenseGather
        self._gather = gather(self._source.rows, n_gathered, dtype, scaling)

    def epoch(self, rng=None):
        """Yield (X, Y, sample_weight) of every batch, in an order drawn from `rng` (None: in order).

        The arrays are valid until the next batch is requested.
        """
        for edges, (numbers, places) in zip(self._groups, self._source.batches(rng), strict=True):
            X, Y, w = self._gather(places), None, None
            if self._Y is not None:
                Y = self._Y.take(numbers, axis=0, out=self._Y_gathered[: numbers.size], mode="clip")
            if self._sample_weight is not None:
                w = self._sample_weight[numbers]
            if len(edges) == 2:  # a single batch; CenteredRows cannot be sliced
                yield X, Y, w
                continue
            for start, stop in pairwise(edges):
                rows = slice(start - edges[0], stop - edges[0])
                yield X[rows], None if Y is None else Y[rows], None if w is None else w[rows]


class InMemory:
    """The rows of an array in memory, fully shuffled; :class:`RowPool` is for arrays on disk.

    `sizes` are the numbers of rows of the successive draws.
    """

    def __init__(self, X, rows, sizes):
        self.rows = X
        self._numbers = rows
        self._order = rows.copy()
        self._edges = [0, *accumulate(sizes)]

    def batches(self, rng=None):
        """Yield (numbers, places), the indices of the next rows in X and in ``self.rows``, here the same."""
        order = self._order
        np.copyto(order, self._numbers)
        if rng is not None:
            rng.shuffle(order)
        for start, stop in pairwise(self._edges):
            numbers = order[start:stop]
            yield numbers, numbers


class DenseGather:
    """Gathers rows of an array; a call returns them cast and scaled."""

    def __init__(self, X, n_gathered, dtype, scaling):
        self._X = X
        self._scaling = scaling
        self._raw = np.empty((n_gathered, X.shape[1]), X.dtype)
        same = scaling is None and X.dtype == dtype
        self._batch = self._raw if same else np.empty(self._raw.shape, dtype)
        if scaling is not None:
            self._wide = np.empty(self._raw.shape)
            self._scratch = np.empty(self._raw.shape, dtype)

    def __call__(self, rows):
        raw, batch = self._raw[: rows.size], self._batch[: rows.size]
        # mode="clip" writes directly into `out`; the default mode gathers into a copy first.
        self._X.take(rows, axis=0, out=raw, mode="clip")
        if self._scaling is not None:
            self._scaling.apply(raw, batch, self._wide[: rows.size], self._scratch[: rows.size])
        elif batch.dtype != raw.dtype:
            np.copyto(batch, raw, casting="same_kind")
        return batch


class SparseGather:
    """Gathers rows of a CSR array; a call returns them cast and scaled, but not dense."""

    def __init__(self, X, n_gathered, dtype, scaling):
        self._X = X
        self._dtype = dtype
        self._scaling = scaling

    def __call__(self, rows):
        return scaled_sparse(self._X[rows], self._scaling, self._dtype)
