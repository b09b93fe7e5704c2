"""Columns whose values lie in groups far apart: encoded by rank in addition."""

import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import rankdata

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.tables.ranks import RankColumn, knots_of_ranks

FAST = {"recipe": "fast", "random_state": 0}


def two_groups(n_rows, share=0.5, gap=1e4, seed=0):
    """Return numbers of two groups, and a target that depends on the differences within them."""
    rng = np.random.default_rng(seed)
    u = rng.random(n_rows)
    other = rng.random(n_rows) < share
    return u + gap * other, np.sin(6 * u) + 0.05 * rng.standard_normal(n_rows), other


@pytest.mark.parametrize("gap", [100, 1e4, 1e8])
@pytest.mark.parametrize("share", [0.1, 0.3, 0.5])
def test_differences_within_groups_are_learned(share, gap):
    x, y, other = two_groups(2400, share, gap)
    model = BackpropRegressor(recipe="tabular" if share < 0.2 else "fast", random_state=0)
    model.fit(x[:1200, None], y[:1200])
    error = y[1200:] - model.predict(x[1200:, None])
    for group in (other[1200:], ~other[1200:]):
        assert np.mean(error[group] ** 2) < 0.1 * np.var(y)


UNITS = {
    "grams and kilograms": lambda u, other: np.where(other, 1000, 1) * (50 + 50 * u),
    "seconds and milliseconds": lambda u, other: np.where(other, 1000, 1) * (1.7e9 + 3e7 * u),
    "two ranges of numbers": lambda u, other: np.where(other, 1000, 9_000_000) + np.floor(100 * u),
    "years of two and four digits": lambda u, other: np.where(other, 1900, 0) + np.floor(100 * u),
}


@pytest.mark.parametrize("name", UNITS)
def test_two_units_in_one_column(name):
    rng = np.random.default_rng(0)
    u, other = rng.random(2000), rng.random(2000) < 0.4
    x, y = UNITS[name](u, other)[:, None], np.sin(6 * u)
    model = BackpropRegressor(**FAST).fit(x[:1000], y[:1000])
    assert model.columns_[0].inputs == ("x0", "x0_rank")
    assert model.score(x[1000:], y[1000:]) > 0.9


SHAPES = {
    "uniform": lambda rng: rng.random(2000),
    "normal": lambda rng: rng.standard_normal(2000),
    "exponential": lambda rng: rng.exponential(size=2000),
    "log-normal": lambda rng: np.exp(rng.standard_normal(2000)),
    "counts": lambda rng: rng.poisson(30, 2000).astype(float),
    "outliers": lambda rng: np.where(rng.random(2000) < 0.02, 1e6, 1) * rng.standard_normal(2000),
    "a code for missing": lambda rng: np.where(rng.random(2000) < 0.2, -999, rng.random(2000)),
    "two near groups": lambda rng: rng.random(2000) + 2 * (rng.random(2000) < 0.5),
    "rounding errors": lambda rng: np.arange(2000) % 25 + 1e-15 * rng.standard_normal(2000),
    "few rows": lambda rng: rng.random(40),
}


@pytest.mark.parametrize("name", SHAPES)
def test_usual_distributions_need_no_ranks(name):
    for seed in range(20):
        x = SHAPES[name](np.random.default_rng(seed))
        assert not knots_of_ranks(x[:, None])


def test_ranks_are_those_of_the_rows():
    x, _, _ = two_groups(1000)
    (knots,) = knots_of_ranks(x[:, None]).values()
    column = FakeColumn(np.concatenate((x, [np.nan, -1e9, 1e9])))
    ranks = RankColumn("x", 0, knots).transform(column)[:, 0]
    np.testing.assert_allclose(ranks[:1000], (rankdata(x) - 1) / 999, atol=0.011)
    np.testing.assert_array_equal(ranks[1000:], [np.nan, 0, 1])


class FakeColumn:
    def __init__(self, values):
        self.values = values

    def numbers(self):
        return self.values


def test_a_weight_of_two_is_the_row_twice():
    x, _, _ = two_groups(500)
    weights = np.random.default_rng(0).integers(0, 3, 500)
    weighted, twice = knots_of_ranks(x[:, None], weights), knots_of_ranks(np.repeat(x, weights)[:, None])
    np.testing.assert_array_equal(weighted[0], twice[0])


def table(n_rows=600):
    x, y, _ = two_groups(n_rows)
    rng = np.random.default_rng(1)
    return np.column_stack((rng.standard_normal(n_rows), x, rng.integers(0, 3, n_rows))), y


def test_in_frames_with_gaps_and_categories():
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    X, y = table()
    frame = pd.DataFrame({"a": X[:, 0], "x": X[:, 1], "c": np.array(["u", "v", "w"])[X[:, 2].astype(int)]})
    frame.loc[::11, "x"] = np.nan
    model = BackpropRegressor(**FAST).fit(frame, y)
    assert model.columns_[1].inputs == ("x", "x_rank")
    names = model._model.encoder.feature_names
    assert names[:4] == ["a", "x", "x_rank", "x_missing"]
    assert len(names) == len(set(names)) == len(model._model.encoder.owners)
    expected = model.predict(frame)
    np.testing.assert_array_equal(model.predict(pl.from_pandas(frame)), expected)
    np.testing.assert_allclose(
        [model.predict(frame.iloc[[i]])[0] for i in range(20)], expected[:20], rtol=1e-5
    )
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).predict(frame), expected)


def test_a_sparse_table_has_the_same_ranks():
    X, y = table()
    dense, sparse = (BackpropRegressor(**FAST).fit(container, y) for container in (X, csr_array(X)))
    assert sparse.columns_[1].inputs == ("x1", "x1_rank")
    np.testing.assert_array_equal(sparse.predict(csr_array(X)), dense.predict(X))


def test_other_scalings_and_streams_have_none():
    X, y = table()
    for settings in ({"scaling": "standard"}, {"recipe": "textbook", "max_iter": 300}):
        assert BackpropRegressor(**{**FAST, **settings}).fit(X, y).columns_[1].inputs == ("x1",)
    assert BackpropRegressor(**FAST).partial_fit(X, y).columns_[1].inputs == ("x1",)


def test_a_warm_start_keeps_the_ranks():
    X, y = table()
    model = BackpropClassifier(**FAST, warm_start=True, max_iter=3).fit(X, y > 0)
    other = X + np.array([0, 5e4, 0])
    assert model.fit(other, y > 0).columns_[1].inputs == ("x1", "x1_rank")
