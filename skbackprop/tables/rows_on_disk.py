"""Rows of arrays on disk (memory maps, HDF5 datasets, Zarr arrays and similar ones), read block by block."""

import math
import mmap
from pathlib import Path

import numpy as np
from scipy.sparse import issparse

from skbackprop.tables.row_sampling import random_rows

# Arrays on disk up to this size are treated like arrays in memory.
SMALL_BYTES = 2**27
# Smallest number of bytes that are read at once, in complete chunks of a chunked array.
BLOCK_BYTES = 2**18
# Largest number of bytes that are read at once, even if a chunk is then read several times.
LARGEST_BLOCK_BYTES = 2**25
# Beginning of the names of the folders in which joblib stores the arrays of its workers.
JOBLIB_FOLDER = "joblib_memmapping_folder_"
# Largest size of a sample of the rows.
SAMPLE_BYTES = 2**26


def is_stored(X):
    """Return whether X is a large array of numbers on disk: a memory map, or indexed like an ndarray."""
    if issparse(X) or (isinstance(X, np.ndarray) and not is_file_of_the_user(X)):
        return False
    shape, dtype = getattr(X, "shape", ()), getattr(X, "dtype", None)
    if len(shape) != 2 or not isinstance(dtype, np.dtype) or not hasattr(X, "__getitem__"):
        return False
    return dtype.kind in "biuf" and shape[0] * shape[1] * dtype.itemsize > SMALL_BYTES


def is_file_of_the_user(array):
    """Return whether an ndarray is a memory map of a file that was not written by joblib.

    joblib passes large arrays in memory to its workers as memory maps of temporary files. A fit must not
    depend on whether it runs in a worker, so these count as arrays in memory. A memory map that the user
    made refers to the same file in the workers.
    """
    filename = getattr(array, "filename", None)  # None: an array in memory, computed from a memory map
    if not isinstance(array, np.memmap) or filename is None:
        return False
    return not any(part.startswith(JOBLIB_FOLDER) for part in Path(filename).parts)


class StoredRows:
    """The rows of an array on disk, encoded when they are read.

    They are indexed by a slice of rows, by row numbers, or by (all rows, a slice of columns). There is no
    ``__array__``, so that the array is not copied as a whole by accident.

    Parameters
    ----------
    array : array-like of shape (n_samples, n_features)
        Must have ``shape``, ``dtype`` and slices of rows.
    prepare : callable, default=None
        Maps an array of stored rows to the encoded rows.

    Attributes
    ----------
    shape, dtype
        Those of an ndarray of the prepared rows.
    block_rows : int
        Number of rows that are read at once.
    """

    def __init__(self, array, prepare=None):
        self._array = array
        self._prepare = prepare
        self._pages = pages_of(array)
        self.block_rows = rows_of_a_block(array)
        self._last = (None, None)  # the index of the block that was read last, and the block
        self.shape = array.shape
        first = self.block(0)
        self.shape, self.dtype = (array.shape[0], first.shape[1]), first.dtype

    @property
    def n_blocks(self):
        """Number of blocks."""
        return math.ceil(self.shape[0] / self.block_rows)

    def block(self, k):
        """Return the rows of block `k`, a cached array that must not be changed."""
        number, rows = self._last
        if number != k:
            rows = self._read(slice(k * self.block_rows, min((k + 1) * self.block_rows, self.shape[0])))
            self._last = (k, rows)
        return rows

    def _read(self, rows):
        if self._pages is None:
            block = np.asarray(self._array[rows])
        else:
            block = np.array(self._array[rows])
            # Release the pages, else everything that was read counts as this process's memory. They stay in
            # the cache of the file system.
            self._pages.madvise(mmap.MADV_DONTNEED)
        return block if self._prepare is None else self._prepare(block)

    def __getitem__(self, rows):
        if isinstance(rows, tuple):  # X[:, columns]
            return self.then(lambda block: block[rows])
        if not isinstance(rows, slice):
            return self._take(np.asarray(rows))
        start, stop, _ = rows.indices(self.shape[0])
        first, last = start // self.block_rows, max(start, stop - 1) // self.block_rows
        parts = [self.block(k) for k in range(first, last + 1)]
        joined = parts[0] if len(parts) == 1 else np.concatenate(parts)
        offset = first * self.block_rows
        return joined[start - offset : stop - offset]

    def _take(self, rows):
        """Return the rows with the indices `rows`, in their order, as an array."""
        order = np.argsort(rows, kind="stable")
        taken = np.empty((rows.size, self.shape[1]), self.dtype)
        for k, part in self.split(rows[order]):
            taken[order[part]] = self.block(k)[rows[order[part]] - k * self.block_rows]
        return taken

    def split(self, rows):
        """Return (k, slice of `rows`) of each block k that contains some of the ascending `rows`."""
        edges = np.searchsorted(rows, np.arange(self.n_blocks + 1) * self.block_rows)
        return [(k, slice(*edges[k : k + 2])) for k in np.flatnonzero(np.diff(edges)).tolist()]

    def then(self, prepare):
        """Return these rows with `prepare` applied to them in addition."""
        before = self._prepare
        both = prepare if before is None else lambda block: prepare(before(block))
        return StoredRows(self._array, both)

    def sample(self, sample_weight=None):
        """Return rows drawn at random, and their weights (None: all 1).

        All rows of positive weight are equally likely, and the draw is deterministic.
        """
        most = max(1, SAMPLE_BYTES // (self.shape[1] * self.dtype.itemsize))
        rows = random_rows(self.shape[0], sample_weight, most)
        return self[rows], None if sample_weight is None else sample_weight[rows]

    def find_gaps(self):
        """Return for each column whether it has a NaN.

        Raises
        ------
        ValueError
            If a number is infinite.
        """
        gaps = np.zeros(self.shape[1], bool)
        if self.dtype.kind != "f":
            return gaps
        for k in range(self.n_blocks):
            block = self.block(k)
            if np.isfinite(block).all():
                continue
            if np.isinf(block).any():
                row = k * self.block_rows + np.isinf(block).any(axis=1).argmax()
                raise ValueError(
                    f"Input X contains infinity or a value too large for {self.dtype!r}, first in row {row}."
                )
            gaps |= np.isnan(block).any(axis=0)
        return gaps


def in_memory(X):
    """Return X if it is an array or a sparse matrix, else all its rows as an array."""
    return X if isinstance(X, np.ndarray) or issparse(X) else X[:]


def rows_of_a_block(array):
    """Return the number of rows of `array` to read at once: complete chunks, if it has any."""
    row_bytes = max(1, array.shape[1] * array.dtype.itemsize)
    n_rows = max(1, BLOCK_BYTES // row_bytes)
    chunks = getattr(array, "chunks", None)
    if chunks is not None:
        # For a Dask array, these are the sizes of all chunks.
        chunk_rows = int(np.max(chunks[0]))
        n_rows = math.ceil(n_rows / chunk_rows) * chunk_rows
        n_rows = min(n_rows, max(1, LARGEST_BLOCK_BYTES // row_bytes))
    return min(n_rows, array.shape[0])


def pages_of(array):
    """Return the memory map that holds `array`, None if there is none whose pages may be released.

    Pages of mode "c" may not be released, because they hold the user's changes.
    """
    if not isinstance(array, np.memmap) or array.mode == "c" or not hasattr(mmap, "MADV_DONTNEED"):
        return None
    while isinstance(array, np.ndarray):
        array = array.base
    return array if isinstance(array, mmap.mmap) else None
