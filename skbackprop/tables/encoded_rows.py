"""Encoded rows: numbers and codes of categories, which are made one-hot block by block."""

import numpy as np


class EncodedRows:
    """The encoded rows of a table with categories.

    A row consists of its numbers and, for each category column, of an indicator for each code. The
    indicators take far more memory than the codes, so they are made when rows are indexed, by a slice, by
    row numbers or by (rows, a slice of columns), or gathered by :meth:`take`.

    Parameters
    ----------
    numbers : ndarray of shape (n_samples, n_numbers)
    codes : ndarray of shape (n_samples, n_category_columns), int32
        Code of each category column; -1 has no indicator.
    n_codes : sequence of int
        Number of codes of each category column.

    Attributes
    ----------
    shape, dtype
        Those of an ndarray of all columns.
    """

    def __init__(self, numbers, codes, n_codes):
        self.numbers = numbers
        self.codes = codes
        self.n_codes = np.asarray(n_codes)
        self.shape = (numbers.shape[0], numbers.shape[1] + int(self.n_codes.sum()))
        self.dtype = numbers.dtype

    def __getitem__(self, rows):
        if isinstance(rows, tuple):
            rows, columns = rows
            if columns.indices(self.shape[1])[1] <= self.numbers.shape[1]:
                return self.numbers[rows, columns]
            return self[rows][:, columns]
        numbers = self.numbers[rows]
        out = np.empty((numbers.shape[0], self.shape[1]), self.dtype)
        return self._fill(out, numbers, self.codes[rows])

    def take(self, rows, axis=0, out=None, mode="raise"):
        """Write the rows with the indices `rows` into `out`, like :meth:`numpy.ndarray.take`."""
        return self._fill(
            out, self.numbers.take(rows, axis=0, mode=mode), self.codes.take(rows, 0, mode=mode)
        )

    def _fill(self, out, numbers, codes):
        n_numbers = numbers.shape[1]
        out[:, :n_numbers] = numbers
        out[:, n_numbers:] = 0
        first = n_numbers + np.cumsum(self.n_codes) - self.n_codes
        rows, columns = np.nonzero(codes >= 0)
        out[rows, first[columns] + codes[rows, columns]] = 1
        return out
