"""Batches of rows in memory: each row once an epoch, with its target and its weight."""

import tracemalloc

import numpy as np
import pytest
from scipy.sparse import csr_array

from skbackprop.tables import batches, gathering
from skbackprop.tables.batches import Batches
from skbackprop.tables.encoded_rows import EncodedRows
from skbackprop.tables.scaling import SCALINGS, no_scaling, standard_scaling
from skbackprop.tables.statistics import column_ranges

N_ROWS = 103
X = np.arange(N_ROWS * 3, dtype=float).reshape(N_ROWS, 3)
Y = np.arange(N_ROWS, dtype=np.float32)[:, None]
WEIGHTS = np.linspace(1, 2, N_ROWS)


@pytest.mark.parametrize("together", [0, 500, 10**6])
@pytest.mark.parametrize("batch_size", [1, 8, 103, 500])
@pytest.mark.parametrize("make", [np.asarray, csr_array])
def test_every_row_comes_once_with_its_target_and_weight(make, batch_size, together, monkeypatch):
    monkeypatch.setattr(batches, "GATHERED_BYTES", together)
    some = Batches(make(X), Y, WEIGHTS, batch_size=batch_size, dtype=np.dtype(np.float32))
    for rng in (None, np.random.default_rng(0)):
        order, sizes = [], []
        for X_batch, Y_batch, w in some.epoch(rng):
            numbers = Y_batch[:, 0].astype(int)
            dense = X_batch if make is np.asarray else X_batch.toarray()
            np.testing.assert_array_equal(dense, X[numbers])
            np.testing.assert_allclose(w, (WEIGHTS / 1.5)[numbers], rtol=1e-6)
            order += numbers.tolist()
            sizes.append(numbers.size)
        assert sorted(order) == list(range(N_ROWS))
        assert (order == sorted(order)) == (rng is None)
        assert len(sizes) == some.n_batches == np.ceil(N_ROWS / batch_size)
        assert max(sizes) == some.batch_size <= batch_size
        assert max(sizes) - min(sizes) <= 1


def test_how_many_rows_are_gathered_at_once_does_not_change_their_order(monkeypatch):
    orders = []
    for together in (0, 500, 10**6):
        monkeypatch.setattr(batches, "GATHERED_BYTES", together)
        some = Batches(X, Y, batch_size=8, dtype=np.dtype(np.float64))
        orders.append(np.concatenate([y.copy() for _, y, _ in some.epoch(np.random.default_rng(0))]))
    np.testing.assert_array_equal(orders[0], orders[1])
    np.testing.assert_array_equal(orders[0], orders[2])


CODES = np.stack([np.arange(N_ROWS) % 5 - 1, np.zeros(N_ROWS)], axis=1).astype(np.int32)
ONE_HOT = np.concatenate([CODES[:, :1] == np.arange(6), CODES[:, 1:] == np.arange(2)], axis=1)


@pytest.mark.parametrize("scaled_bytes", [0, 2**20])
@pytest.mark.parametrize("weights", [None, np.arange(N_ROWS) % 5 > 1])
@pytest.mark.parametrize("kind", [*SCALINGS, None])
def test_encoded_rows_are_gathered_like_the_array_of_their_indicators(
    kind, weights, scaled_bytes, monkeypatch
):
    monkeypatch.setattr(gathering, "SCALED_BYTES", scaled_bytes)
    encoded = EncodedRows(X, CODES, [6, 2])  # indicators 4 and 5 are 0 in all rows, 6 is 1 in all rows
    dense = np.concatenate([X, ONE_HOT], axis=1)
    scaling = no_scaling(dense, weights)
    if kind is not None:
        scaling = SCALINGS[kind](X, weights).widen(dense, weights)
    for found, expected in zip(column_ranges(encoded, weights), column_ranges(dense, weights), strict=True):
        np.testing.assert_array_equal(found, expected)
    for given in (scaling, None):
        settings = {"batch_size": 8, "dtype": np.dtype(np.float32), "scaling": given}
        found, expected = (
            [part[0].copy() for part in Batches(rows, **settings).epoch(np.random.default_rng(0))]
            for rows in (encoded, dense)
        )
        np.testing.assert_array_equal(np.concatenate(found), np.concatenate(expected))


def test_the_indicators_of_a_batch_are_in_memory_once():
    n_rows, n_categories = 256, 100_000
    codes = np.arange(n_rows, dtype=np.int32)[:, None]
    rows = EncodedRows(np.zeros((n_rows, 1)), codes, [n_categories])
    batch_bytes = 4 * 128 * n_categories
    tracemalloc.start()
    try:
        scaling = standard_scaling(rows.numbers).widen(rows)
        some = Batches(rows, batch_size=128, dtype=np.dtype(np.float32), scaling=scaling)
        sums = [X_batch[:, 1:].sum() for X_batch, _, _ in some.epoch()]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sums == [128, 128]
    assert peak < 1.2 * batch_bytes


@pytest.mark.parametrize("n_rows", [255, 256, 257, 449])
def test_one_row_more_makes_no_batch_of_one_row(n_rows):
    some = Batches(np.zeros((n_rows, 1)), batch_size=64, dtype=np.dtype(np.float64))
    sizes = [X_batch.shape[0] for X_batch, _, _ in some.epoch(np.random.default_rng(0))]
    assert sorted(sizes) == sorted(part.size for part in np.array_split(np.arange(n_rows), len(sizes)))


@pytest.mark.parametrize("weights", [None, WEIGHTS])
@pytest.mark.parametrize("together", [0, 10**6])
def test_each_network_gets_its_own_rows(together, weights, monkeypatch):
    monkeypatch.setattr(batches, "GATHERED_BYTES", together)
    own = [np.arange(N_ROWS)[np.arange(N_ROWS) % 4 != e] for e in range(3)]
    own[1] = own[1][:50]
    some = Batches(X, Y, weights, batch_size=20, dtype=np.dtype(np.float32), rows=own)
    assert some.n_rows == N_ROWS
    for rng in (None, np.random.default_rng(0)):
        parts = [(x.copy(), y.copy(), w) for x, y, w in some.epoch(rng)]
        assert len(parts) == some.n_batches == 6  # as many as all rows need
        sizes = [len(x) for x, _, _ in parts]
        assert max(sizes) - min(sizes) <= 1
        numbers = np.concatenate([y for _, y, _ in parts]).astype(int)
        dense = np.concatenate([x for x, _, _ in parts])
        np.testing.assert_array_equal(dense.reshape(-1, 3, 3), X[numbers])
        for e in (0, 2):
            assert sorted(numbers[:, e]) == own[e].tolist()
        # The shorter list begins again.
        assert sorted(numbers[:50, 1]) == own[1].tolist()
        np.testing.assert_array_equal(numbers[50:, 1], numbers[: len(numbers) - 50, 1])
        if weights is not None:
            w = np.concatenate([w for _, _, w in parts])
            means = [WEIGHTS[rows].mean() for rows in own]
            np.testing.assert_allclose(w, WEIGHTS[numbers] / means, rtol=1e-6)
        if rng is not None:
            assert (numbers[:, 0] != numbers[:, 2]).any()
            assert (np.diff(numbers, axis=0) < 0).any(axis=0).all()


@pytest.mark.parametrize("batch_size", [1, 2, 3])
def test_no_batch_of_own_rows_is_empty(batch_size):
    own = [np.arange(0, 10), np.arange(10, 20)]
    some = Batches(X, Y, batch_size=batch_size, dtype=np.dtype(np.float64), rows=own)
    assert {len(y) for _, y, _ in some.epoch()} <= {1, 2}
    assert sum(len(y) for _, y, _ in some.epoch()) == 10


def test_a_small_table_is_scaled_once_like_the_rows_of_a_large_one(monkeypatch):
    rng = np.random.default_rng(0)
    scaling = SCALINGS["robust"](X + rng.normal(size=X.shape), None)
    results = []
    for size in (10**6, 0):
        monkeypatch.setattr(gathering, "SCALED_BYTES", size)
        monkeypatch.setattr(gathering, "SCALED_TOGETHER", 7)
        rows = np.arange(1, N_ROWS, 2)
        some = Batches(X, Y, batch_size=8, dtype=np.dtype(np.float32), scaling=scaling, rows=rows)
        results.append(np.concatenate([x.copy() for x, _, _ in some.epoch(np.random.default_rng(0))]))
    assert results[0].dtype == np.float32
    np.testing.assert_array_equal(*results)
