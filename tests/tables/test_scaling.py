"""The statistics of columns against numbers worked out by hand."""

import math

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.ensemble import HistGradientBoostingRegressor

from skbackprop import BackpropRegressor
from skbackprop.tables.outliers import bounded, compressed
from skbackprop.tables.scaling import no_scaling, robust_scaling, standard_scaling
from skbackprop.tables.statistics import distribution, target_center_and_scale


@pytest.mark.parametrize(
    ("column", "center", "scale"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], 4, 4),  # quartiles 2 and 6, median 4
        ([0, 0, 0, 0, 1], 0, 0.5),  # zeros and ones: half of their distance
        ([0] * 12 + [1, 2, 3, 4], 2, 2),  # without the zeros: quartiles 1 and 3, median 2
        ([-999, -999, -999, 1, 2, 3, 4], 2, 2),  # a code, interquartile range 1002 with it
        ([-999] * 4 + [777] * 4 + [1, 2, 3, 4], 2, 2),  # two codes
        ([5, 5, 5, 5], 5, np.inf),
        ([0.1 + 0.2, 0.3, 0.3], 0.3, np.inf),  # varies by rounding only
    ],
)
def test_robust_center_and_scale(column, center, scale):
    scaling = robust_scaling(np.array(column, dtype=float)[:, None])
    np.testing.assert_allclose([scaling.center[0], scaling.scale[0]], [center, scale], rtol=1e-12)


@pytest.mark.parametrize("weights", [None, np.arange(60) % 3])
def test_robust_scaling_of_a_sparse_matrix_is_that_of_the_array(weights):
    X = np.random.default_rng(0).poisson(0.7, size=(60, 9)).astype(float)
    dense, sparse = robust_scaling(X, weights), robust_scaling(csr_array(X), weights)
    np.testing.assert_array_equal(sparse.center, dense.center)
    np.testing.assert_array_equal(sparse.scale, dense.scale)


def test_a_weight_of_two_is_the_value_twice():
    column, weights = np.array([3.0, -999.0, 1.0, 2.0, 4.0]), np.array([1.0, 3.0, 1.0, 0.0, 2.0])
    weighted = robust_scaling(column[:, None], weights)
    repeated = robust_scaling(np.repeat(column, weights.astype(int))[:, None])
    np.testing.assert_array_equal(weighted.center, repeated.center)
    np.testing.assert_array_equal(weighted.scale, repeated.scale)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_outliers_are_compressed(dtype):
    """9 / 4 is 3 sinh(ln 2); numbers beyond 1e9 are clipped."""
    x = np.array([-1e30, -12.0, -1e-20, 0.0, 2.25, 12.0, 1e9], dtype)
    u = 3 * np.array([-math.asinh(1e9 / 3), -math.asinh(4), -1e-20 / 3, 0, math.log(2), math.asinh(4), 1])
    u[-1] = -u[0]
    np.testing.assert_allclose(compressed(x), u / np.sqrt(1 + (u / 7) ** 2), rtol=8 * np.finfo(dtype).eps)


def test_the_bound_of_earlier_versions():
    """x / sqrt(1 + (x / 3)^2): 0 at 0, 4 / (5 / 3) at 4, and 3 far out."""
    np.testing.assert_allclose(bounded(np.array([0.0, 4.0, -4.0, 1e30])), [0, 2.4, -2.4, 3], rtol=1e-12)


def test_targets_of_robust_losses():
    """(6 - 2) / 1.3489795 is the interquartile range of 1 to 8 in standard deviations of the normal one."""
    center, scale = target_center_and_scale(*distribution(np.arange(1.0, 9.0)))
    np.testing.assert_allclose([center, scale], [4, 4 / 1.3489795003921634], rtol=1e-12)
    assert target_center_and_scale(*distribution(np.array([0.0, 0, 0, 0, 0, 2, -3, 4]))) == (0, 3)
    assert target_center_and_scale(*distribution(np.array([7.0, 7, 7]))) == (7, 1)


def test_a_constant_column_stays_constant_in_a_warm_start_with_the_same_rows():
    X = np.column_stack((np.arange(300.0), np.full(300, 0.1)))  # the mean in float64 is not 0.1
    settings = {"recipe": "textbook", "max_iter": 1, "warm_start": True, "random_state": 0}
    model = BackpropRegressor(4, **settings).fit(X, X[:, 0]).fit(X, X[:, 0])
    other = X + np.array([0, 1])
    np.testing.assert_array_equal(model.predict(other), model.predict(X))


def test_columns_without_variation_become_zero():
    X = np.array([[1.0, 5.0], [3.0, 5.0]])
    later = np.array([[2.0, 1e9]])
    for scaling, first in ((standard_scaling(X), 0.0), (no_scaling(X), 2.0)):
        out = np.empty((1, 2))
        scaling.apply(later, out)
        np.testing.assert_array_equal(out, [[first, 0.0]])


def test_columns_with_heavy_tails_are_learned_better_than_by_trees():
    def incomes(seed, n):
        rng = np.random.default_rng(seed)
        X = np.exp(1.5 * rng.normal(size=(n, 4)))
        return X, X[:, 0] / (X[:, 1] + 1) + X[:, 2] + 0.3 * rng.normal(size=n)

    X, y = incomes(0, 1500)
    new = incomes(1, 4000)
    trees = HistGradientBoostingRegressor(random_state=0).fit(X, y).score(*new)
    assert BackpropRegressor(recipe="fast", random_state=0).fit(X, y).score(*new) > trees + 0.1
