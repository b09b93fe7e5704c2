"""Encoded rows: numbers and codes of categories, which are made one-hot block by block."""

import numpy as np


class EncodedRows:
    """The encoded rows of a table with categories.

    A row consists of its numbers and, for each category column, of an indicator for each code. The
    indicators take far more memory than the codes, so they are made when rows are indexed, by a slice, by
    row numbers or by (rows, a slice of columns).

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
        out = np.zeros((numbers.shape[0], self.shape[1]), self.dtype)
        out[:, : numbers.shape[1]] = numbers
        out[self.ones(rows)] = 1
        return out

    def ones(self, rows):
        """Return the positions of the indicators that are 1 in the `rows`: (rows, columns of all columns)."""
        codes = self.codes[rows]
        first = self.numbers.shape[1] + np.cumsum(self.n_codes) - self.n_codes
        places, columns = np.nonzero(codes >= 0)
        return places, first[columns] + codes[places, columns]

    def indicator_ranges(self, sample_weight=None):
        """Return the smallest and the largest value of each indicator, in rows of positive weight."""
        codes = self.codes if sample_weight is None else self.codes[sample_weight > 0]
        counts = [np.bincount(c[c >= 0], minlength=n) for c, n in zip(codes.T, self.n_codes, strict=True)]
        counts = np.concatenate(counts)
        return (counts == len(codes)).astype(np.float64), (counts > 0).astype(np.float64)
