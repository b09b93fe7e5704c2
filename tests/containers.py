"""The same numbers in other containers."""

import tempfile

import numpy as np
from scipy.sparse import csr_array


def read_only(X):
    X = X.copy()
    X.flags.writeable = False
    return X


def on_disk(X):
    with tempfile.TemporaryFile() as file:  # the mapping outlasts its file
        stored = np.memmap(file, dtype=X.dtype, mode="w+", shape=X.shape)
    stored[...] = X
    return stored


def with_duplicates(X):
    """Return X as CSR in which every number is the sum of two halves, as SciPy allows."""
    S = csr_array(X)
    halves = np.repeat(S.data / 2, 2)
    return csr_array((halves, np.repeat(S.indices, 2), S.indptr * 2), shape=S.shape)


def read_only_csr(X):
    S = csr_array(X)
    for part in (S.data, S.indices, S.indptr):
        part.flags.writeable = False
    return S
