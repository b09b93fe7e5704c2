"""Batches: rows in a random order, gathered into arrays that are allocated once.

X itself is never shuffled: a batch is a list of row indices. The rows of several small batches are gathered
in one call, which takes hardly longer for a hundred rows than for ten.

The sizes of the batches of an epoch differ by at most one row. A smaller last batch would make a complete
step from a few rows, whose gradient is mostly noise.
"""

import math
from itertools import accumulate, pairwise

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.gathering import DenseGather, in_memory
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.shuffling import RowPool

# Maximum size of the rows that are gathered in one call, so that they are still in the cache when used.
GATHERED_BYTES = 2**17


class Batches:
    """The rows of a data set, in batches.

    Parameters
    ----------
    X : ndarray, StoredRows, SparseRows, EncodedRows or CSR array of shape (n_samples, n_features)
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
    rows : ndarray of int or list of them, default=None
        The rows to use; None for all. Rows of weight 0 are always omitted. A list has the rows of each of
        several networks, which are shuffled independently; X is then in memory and not sparse. A network that
        has fewer rows than another begins its rows again at the end of an epoch.

    Attributes
    ----------
    n_rows : int
        Number of different rows.
    total_weight : float
        Sum of their weights.
    n_batches : int
        Number of batches of an epoch.
    batch_size : int
        Number of rows of the largest batch, for each network.
    """

    def __init__(self, X, Y=None, sample_weight=None, *, batch_size, dtype, scaling=None, rows=None):
        lists = rows if isinstance(rows, list) else [np.arange(X.shape[0]) if rows is None else rows]
        if sample_weight is not None:
            counts = (sample_weight > 0).reshape(X.shape[0], -1).any(axis=1)
            lists = [each[counts[each]] for each in lists]
        all_rows = lists[0] if len(lists) == 1 else np.unique(np.concatenate(lists))
        self.n_rows = all_rows.size
        self.total_weight = self.n_rows if sample_weight is None else sample_weight[all_rows].sum()
        self._Y = Y
        self._n_lists = len(lists)
        self._sample_weights = None
        if sample_weight is not None:
            scaled = [sample_weight / sample_weight[each].mean(axis=0) for each in lists]
            self._sample_weights = [each.astype(dtype) for each in scaled]
        n_longest = max(each.size for each in lists)
        self.n_batches = min(math.ceil(self.n_rows / batch_size), n_longest)
        self.batch_size = math.ceil(n_longest / self.n_batches)
        batch_bytes = self.batch_size * self._n_lists * X.shape[1] * X.dtype.itemsize
        n_together = 1 if issparse(X) else max(1, GATHERED_BYTES // batch_bytes)
        # Each group of batches that are gathered together, as the row offsets at which its batches begin and
        # the last one ends.
        edges = [i * n_longest // self.n_batches for i in range(self.n_batches + 1)]
        self._groups = [edges[i : i + n_together + 1] for i in range(0, self.n_batches, n_together)]
        sizes = [group[-1] - group[0] for group in self._groups]
        n_gathered = max(sizes) * self._n_lists
        self._Y_gathered = None if Y is None else np.empty((n_gathered, Y.shape[1]), Y.dtype)
        if isinstance(X, StoredRows):
            self._source = RowPool(X, all_rows.astype(np.int32), sizes)
            self._gather = DenseGather(self._source.rows, n_gathered, dtype, scaling)
        else:
            self._source = InMemory(lists, sizes)
            self._gather = in_memory(X, all_rows, n_gathered, dtype, scaling)

    def epoch(self, rng=None):
        """Yield (X, Y, sample_weight) of every batch, in an order drawn from `rng` (None: in order).

        If each of several networks has its own rows, the three arrays have their columns side by side. The
        arrays are valid until the next batch is requested.
        """
        for edges, (numbers, places) in zip(self._groups, self._source.batches(rng), strict=True):
            X, Y, w = self._side_by_side(self._gather(places)), None, None
            if self._Y is not None:
                Y = self._Y.take(numbers, axis=0, out=self._Y_gathered[: numbers.size], mode="clip")
                Y = self._side_by_side(Y)
            if self._sample_weights is not None:
                w = self._weights(numbers)
            if len(edges) == 2:  # a single batch; CenteredRows cannot be sliced
                yield X, Y, w
                continue
            for start, stop in pairwise(edges):
                rows = slice(start - edges[0], stop - edges[0])
                yield X[rows], None if Y is None else Y[rows], None if w is None else w[rows]

    def _side_by_side(self, gathered):
        return gathered if self._n_lists == 1 else gathered.reshape(-1, self._n_lists * gathered.shape[1])

    def _weights(self, numbers):
        weights = [each[numbers[e :: self._n_lists]] for e, each in enumerate(self._sample_weights)]
        return weights[0] if self._n_lists == 1 else np.stack(weights, axis=1)


class InMemory:
    """The rows of an array in memory, fully shuffled; :class:`RowPool` is for arrays on disk.

    Parameters
    ----------
    lists : list of ndarray of int
        The rows to use, a list for each network that has its own. Shorter ones begin again at their end.
    sizes : list of int
        The numbers of rows of the successive draws from each list.
    """

    def __init__(self, lists, sizes):
        self._lists = [each.astype(np.int32) for each in lists]
        self._edges = [0, *accumulate(sizes)]
        self._order = np.empty((self._edges[-1], len(lists)), np.int32)

    def batches(self, rng=None):
        """Yield (numbers, places), the indices of the next rows in X, and where they are gathered: in X too.

        They are the first row of each list, then the second, and so on.
        """
        for rows, order in zip(self._lists, self._order.T, strict=True):
            order[: rows.size] = rows
            if rng is not None:
                rng.shuffle(order[: rows.size])
            order[rows.size :] = np.resize(order[: rows.size], order.size - rows.size)
        for start, stop in pairwise(self._edges):
            numbers = self._order[start:stop].reshape(-1)
            yield numbers, numbers
