"""A sample of the training rows: which rows it has, whatever holds X."""

import numpy as np
import pytest
from scipy.sparse import csr_array, issparse

from skbackprop import BackpropRegressor
from skbackprop.tables.encoded_rows import EncodedRows
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.sparse_rows import SparseRows

N_ROWS = 3000
RNG = np.random.default_rng(0)
# The first column and the target are the number of the row, from 1.
Y = np.arange(1.0, N_ROWS + 1)
CODES = RNG.integers(0, 2, N_ROWS)
X = np.c_[Y, CODES == 0, CODES == 1].astype(float)
WEIGHTS = RNG.integers(0, 3, N_ROWS).astype(float)


def on_disk(folder):
    np.save(folder / "x.npy", X)
    return StoredRows(np.load(folder / "x.npy", mmap_mode="r"))


CONTAINERS = {
    "array": lambda folder: X,
    "categories": lambda folder: EncodedRows(X[:, :1], CODES[:, None].astype(np.int32), [2]),
    "sparse": lambda folder: csr_array(X),
    "sparse, made dense": lambda folder: SparseRows(csr_array(X)),
    "on disk": on_disk,
}


@pytest.fixture(scope="module")
def model():
    estimator = BackpropRegressor((2,), recipe="textbook", scaling=None, solver="lbfgs", max_iter=1)
    with pytest.warns(UserWarning, match="max_iter"):
        return estimator.fit(X[:100] / N_ROWS, Y[:100] / N_ROWS)._model


def sample(batches):
    """Return X, Y and the weights of all batches."""
    parts = [
        (X.toarray() if issparse(X) else X.copy(), Y.copy(), None if w is None else w.copy())
        for X, Y, w in batches.epoch()
    ]
    X, Y, w = zip(*parts, strict=True)
    return np.concatenate(X), np.concatenate(Y)[:, 0], None if w[0] is None else np.concatenate(w)


@pytest.mark.parametrize("container", CONTAINERS)
def test_the_rows_are_different_and_have_a_weight(model, container, tmp_path):
    drawn, y, w = sample(model.sampled_batches(CONTAINERS[container](tmp_path), Y, WEIGHTS, 1000))
    rows = y.astype(int) - 1
    assert np.unique(rows).size == rows.size == 1000
    np.testing.assert_array_equal(drawn, X[rows])
    assert WEIGHTS[rows].all()
    np.testing.assert_allclose(w, WEIGHTS[rows] / WEIGHTS[rows].mean())
    # From all parts of the table: the standard error of the mean is 27.
    assert abs(rows.mean() - N_ROWS / 2) < 100


def test_without_weights_any_row_may_be_drawn(model):
    _, y, w = sample(model.sampled_batches(X, Y, None, 1000))
    assert w is None
    assert np.unique(y).size == 1000


def test_of_fewer_rows_the_sample_has_all(model):
    _, y, _ = sample(model.sampled_batches(X, Y, np.where(Y <= 40, WEIGHTS, 0), 1000))
    np.testing.assert_array_equal(np.sort(y), Y[:40][WEIGHTS[:40] > 0])
