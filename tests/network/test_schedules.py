"""The schedules against their published formulas, and at points where those are known without a computer."""

import numpy as np
import pytest

from skbackprop.network.schedules import SCHEDULES, factor, invscaling

T = np.linspace(0, 1, 241)
FORMULAS = {
    "constant": lambda t: np.ones_like(t),
    # Loshchilov & Hutter (2017), equation 5, from eta_max = 1 to eta_min = 0 in one period.
    "cosine": lambda t: 0 + (1 - 0) / 2 * (1 + np.cos(np.pi * t)),
    # Smith & Topin (2019), with cosines for lines: from 1 / 25 to 1 and to 1e-4.
    "one_cycle": lambda t: np.where(
        t < 0.3,
        1 / 25 + (1 - 1 / 25) / 2 * (1 - np.cos(np.pi * t / 0.3)),
        1e-4 + (1 - 1e-4) / 2 * (1 + np.cos(np.pi * (t - 0.3) / 0.7)),
    ),
    # Holzmueller et al. (2024), appendix A.
    "coslog4": lambda t: 1 / 2 * (1 - np.cos(2 * np.pi * np.log2(1 + (2**4 - 1) * t))),
    "flat_cos": lambda t: 1 / 2 * (1 + np.cos(np.pi * (np.maximum(1, 2 * t) - 1))),
}
POINTS = {
    "constant": [(0, 1), (1, 1)],
    "cosine": [(0, 1), (1 / 3, 0.75), (1 / 2, 0.5), (2 / 3, 0.25), (1, 0)],
    "one_cycle": [(0, 0.04), (0.1, 0.28), (0.15, 0.52), (0.3, 1), (0.65, 0.50005), (1, 0.0001)],
    # Four cycles, which begin at (2^k - 1) / 15, and are highest at (2^(k + 1/2) - 1) / 15.
    "coslog4": [(0, 0), (1 / 15, 0), (3 / 15, 0), (7 / 15, 0), (1, 0)]
    + [((2 ** (k + 0.5) - 1) / 15, 1) for k in range(4)],
    "flat_cos": [(0, 1), (0.5, 1), (2 / 3, 0.75), (0.75, 0.5), (1, 0)],
}


@pytest.mark.parametrize("name", SCHEDULES)
def test_factors_are_those_of_the_formula(name):
    factors = [SCHEDULES[name](t) for t in T]
    np.testing.assert_allclose(factors, FORMULAS[name](T), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", SCHEDULES)
def test_factors_at_known_points(name):
    for t, expected in POINTS[name]:
        assert SCHEDULES[name](t) == pytest.approx(expected, rel=1e-12, abs=1e-14)


def test_invscaling():
    """1 / epoch^power_t, as scikit-learn's effective_learning_rate."""
    assert [invscaling(epoch, 0.5) for epoch in (1, 4, 25)] == pytest.approx([1, 0.5, 0.2], rel=1e-15)
    assert [invscaling(epoch, 1.0) for epoch in (1, 2, 8)] == pytest.approx([1, 0.5, 0.125], rel=1e-15)
    assert invscaling(7, 0.0) == 1


def test_a_factor_that_numpy_where_returns_is_a_number():
    found = factor(lambda t: np.where(t < 0.5, 1, 0.1), 0.75, "schedule")
    assert found == 0.1
    assert type(found) is float


@pytest.mark.parametrize("returned", [None, "a", -1e-9, np.inf, np.nan, 1j, np.ones(2), [[1], [1, 2]]])
def test_what_is_no_factor_is_named(returned):
    with pytest.raises(ValueError, match=r"'schedule' parameter must return .* Got .* for 0\.25"):
        factor(lambda t: returned, 0.25, "schedule")
