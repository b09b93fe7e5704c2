"""Knots of the piecewise linear encoding: quantiles of the scaled numbers."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from skbackprop.tables import knots as module
from skbackprop.tables.knots import LEAST_WIDTH, MOST_INTERVALS, quantile_knots
from skbackprop.tables.scaling import robust_scaling


@pytest.fixture
def X():
    return np.random.default_rng(0).gamma(2, size=(5000, 3)) * [1, 1e6, 1e-6] + [0, 1e9, 0]


def test_intervals_have_equally_many_rows(X):
    scaling = robust_scaling(X)
    knots = quantile_knots(X, None, scaling, range(3))
    scaled = np.empty(X.shape)
    scaling.apply(X, scaled)
    for j, t in knots.items():
        assert len(t) == MOST_INTERVALS + 1
        assert t[[0, -1]] == pytest.approx([scaled[:, j].min(), scaled[:, j].max()])
        counts, _ = np.histogram(scaled[:, j], t)
        assert np.ptp(counts) <= 2


def test_a_weight_of_two_is_two_rows(X):
    weights = np.random.default_rng(1).integers(0, 4, len(X))
    repeated = np.repeat(X, weights, axis=0)
    scaling = robust_scaling(repeated)
    knots = quantile_knots(X, weights.astype(float), scaling, range(3))
    for j, t in quantile_knots(repeated, None, scaling, range(3)).items():
        np.testing.assert_array_equal(knots[j], t)


def test_columns_of_few_values_have_none_and_equal_quantiles_are_one_knot():
    steps = np.arange(900)
    X = np.column_stack((steps % 2, steps % 19, np.full(900, 7.0), np.maximum(0, steps - 600), steps % 20))
    knots = quantile_knots(X, None, None, range(5))
    assert knots.keys() == {3, 4}
    assert knots[3].tolist() == [0, 149, 299]
    assert len(knots[4]) == MOST_INTERVALS + 1


def test_knots_are_far_enough_apart_for_float32():
    X = np.concatenate((np.linspace(0, 1e-6, 500), np.linspace(1, 2, 500)))[:, None]
    (t,) = quantile_knots(X, None, None, [0]).values()
    assert np.diff(t).min() >= LEAST_WIDTH


def test_sparse_rows_have_the_same_knots(X):
    X[np.random.default_rng(2).random(X.shape) < 0.4] = 0
    scaling = robust_scaling(X)
    dense, sparse = (quantile_knots(rows, None, scaling, range(3)) for rows in (X, csr_array(X)))
    assert all((dense[j] == sparse[j]).all() for j in range(3))


def test_many_columns_have_fewer_intervals_and_very_many_none():
    X = np.random.default_rng(0).normal(size=(500, 200))
    for n_columns, n_intervals in ((20, 6), (64, 4), (128, 2)):
        assert {len(t) - 1 for t in quantile_knots(X, None, None, range(n_columns)).values()} == {n_intervals}
    assert quantile_knots(X, None, None, range(129)) == {}


def test_the_quantiles_of_many_rows_are_those_of_a_random_sample(X, monkeypatch):
    monkeypatch.setattr(module, "MOST_ROWS", 1000)
    ordered = X[np.argsort(X[:, 0])]
    (t,) = quantile_knots(ordered, None, None, [0]).values()
    shares = np.searchsorted(ordered[:, 0], t) / len(X)
    assert np.abs(shares - np.arange(7) / 6).max() < 0.05
