"""Gathering: the rows of a batch, cast and scaled, in arrays that are allocated once.

A small table is cast and scaled as a whole before the first batch, because each of its rows is in a batch of
every epoch, and of several networks. A large one is not copied: its rows are cast and scaled in each batch.
"""

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.encoded_rows import EncodedRows
from skbackprop.tables.sparse_rows import scaled_sparse

# Maximum size of the scaled rows of a table that is scaled as a whole.
SCALED_BYTES = 2**26
# Number of rows that are scaled in one call.
SCALED_TOGETHER = 1024


def in_memory(X, rows, n_gathered, dtype, scaling):
    """Return a ScaledOnce for a small X, a SparseGather for a sparse one, and else the :func:`gather_of` X.

    Parameters
    ----------
    X : ndarray, SparseRows, EncodedRows or CSR array of shape (n_samples, n_features)
    rows : ndarray of int
        The rows that can be gathered.
    n_gathered : int
        Maximum number of rows of a call.
    dtype : dtype
    scaling : Scaling or None
    """
    if issparse(X):
        return SparseGather(X, dtype, scaling)
    unchanged = scaling is None and isinstance(X, np.ndarray) and X.dtype == dtype
    small = rows.size * X.shape[1] * np.dtype(dtype).itemsize <= SCALED_BYTES
    if small and not unchanged:
        return ScaledOnce(X, rows, n_gathered, dtype, scaling)
    return gather_of(X, n_gathered, dtype, scaling)


def gather_of(X, n_gathered, dtype, scaling):
    """Return an EncodedGather for EncodedRows, and a DenseGather for others."""
    kind = EncodedGather if isinstance(X, EncodedRows) else DenseGather
    return kind(X, n_gathered, dtype, scaling)


class DenseGather:
    """Gathers rows of an array; a call returns them cast and scaled, and is valid until the next one."""

    def __init__(self, X, n_gathered, dtype, scaling):
        self._X = X
        self._scaling = scaling
        self._raw = np.empty((n_gathered, X.shape[1]), X.dtype)
        same = scaling is None and X.dtype == dtype
        self._batch = self._raw if same else np.empty(self._raw.shape, dtype)
        if scaling is not None:
            self._wide = np.empty(self._raw.shape)

    def __call__(self, rows):
        raw, batch = self._raw[: rows.size], self._batch[: rows.size]
        # mode="clip" writes directly into `out`; the default mode gathers into a copy first.
        self._X.take(rows, axis=0, out=raw, mode="clip")
        if self._scaling is not None:
            self._scaling.apply(raw, batch, self._wide[: rows.size])
        elif batch.dtype != raw.dtype:
            np.copyto(batch, raw, casting="same_kind")
        return batch


class EncodedGather:
    """Gathers the same as a DenseGather, but scales the numbers only: indicators of 0 remain 0."""

    def __init__(self, X, n_gathered, dtype, scaling):
        self._X = X
        self._scaling = scaling
        self._numbers = DenseGather(X.numbers, n_gathered, dtype, scaling)
        self._batch = np.empty((n_gathered, X.shape[1]), dtype)

    def __call__(self, rows):
        batch, n_numbers = self._batch[: rows.size], self._X.numbers.shape[1]
        batch[:, :n_numbers] = self._numbers(rows)
        batch[:, n_numbers:] = 0
        places, columns = self._X.ones(rows)
        values = np.ones(columns.size)
        if self._scaling is not None:  # 1, except in columns that did not vary in training
            values = self._scaling.apply_to_values(values, columns)
        batch[places, columns] = values
        return batch


class ScaledOnce:
    """Gathers the same as a DenseGather, from rows that are all cast and scaled at the first call."""

    def __init__(self, X, rows, n_gathered, dtype, scaling):
        self._source = X, dtype, scaling
        self._rows = rows
        self._scaled = None
        self._batch = np.empty((n_gathered, X.shape[1]), dtype)

    def __call__(self, rows):
        if self._scaled is None:
            self._scale()
        places = self._places.take(rows, mode="clip")
        return self._scaled.take(places, axis=0, out=self._batch[: rows.size], mode="clip")

    def _scale(self):
        X, dtype, scaling = self._source
        self._places = np.empty(X.shape[0], np.int32)
        self._places[self._rows] = np.arange(self._rows.size)
        self._scaled = np.empty((self._rows.size, X.shape[1]), dtype)
        gather = gather_of(X, min(SCALED_TOGETHER, self._rows.size), dtype, scaling)
        for start in range(0, self._rows.size, SCALED_TOGETHER):
            together = slice(start, start + SCALED_TOGETHER)
            self._scaled[together] = gather(self._rows[together])


class SparseGather:
    """Gathers rows of a CSR array; a call returns them cast and scaled, but not dense."""

    def __init__(self, X, dtype, scaling):
        self._X = X
        self._dtype = dtype
        self._scaling = scaling

    def __call__(self, rows):
        return scaled_sparse(self._X[rows], self._scaling, self._dtype)
