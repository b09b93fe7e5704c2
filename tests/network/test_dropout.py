"""The masks of dropout against what the binomial distribution says."""

import tracemalloc

import numpy as np
import pytest

from skbackprop.network.dropout import Dropout

# Rates of one, two and four binary digits, of eight, and of more.
RATES = [0.5, 0.25, 0.75, 0.0625, 0.9375, 1 / 256, 0.1, 0.15, 0.999]
# Units in a number that neither 8 nor 64 divides, a single one, and several pieces of memory.
SHAPES = [(7, 13), (1, 1), (300, 251)]


def deviations(n_successes, n, p):
    """Return by how many standard deviations a number of successes differs from its expectation."""
    return (n_successes - n * p) / np.sqrt(n * p * (1 - p))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_unit_is_dropped_with_its_probability(rate, shape):
    rng = np.random.default_rng(0)
    dropout = Dropout(rate, shape, np.float64)
    n_draws = 4000 if shape[0] < 100 else 50
    n_dropped = np.zeros(shape)
    for _ in range(n_draws):
        mask = dropout.draw(rng)
        assert set(np.unique(mask)) <= {0.0, dropout.scale}
        n_dropped += mask == 0
    assert abs(dropout.scale * (1 - rate) - 1) < 2**-16 / (1 - rate)
    rounded = 1 - 1 / dropout.scale
    assert abs(deviations(n_dropped.sum(), n_draws * n_dropped.size, rounded)) < 4
    if n_draws * rounded * (1 - rounded) > 20:  # as many as the normal distribution needs
        assert np.abs(deviations(n_dropped, n_draws, rounded)).max() < 5


@pytest.mark.parametrize("rate", [0.5, 0.25, 0.3])
def test_units_are_dropped_independently_of_each_other(rate):
    rng = np.random.default_rng(0)
    dropout, n = Dropout(rate, (64, 1024), np.float32), 64 * 1024
    first, second = ((dropout.draw(rng) == 0).ravel() for _ in range(2))
    both = rate**2
    assert abs(deviations((first & second).sum(), n, both)) < 4
    for distance in (1, 2, 7, 8, 63, 64, 1024, 32 * 1024):
        together = (first & np.roll(first, distance)).sum()
        assert abs(deviations(together, n, both)) < 4


@pytest.mark.parametrize("rate", [0.5, 0.25, 0.15])
@pytest.mark.parametrize("n_rows, n_networks, n_units", [(50, 4, 37), (1, 3, 8), (7, 1, 13)])
def test_networks_side_by_side_share_random_numbers_of_other_rows_only(rate, n_rows, n_networks, n_units):
    rng = np.random.default_rng(0)
    dropout = Dropout(rate, (n_rows, n_networks * n_units), np.float64, n_networks)
    n_draws = 2000
    dropped = np.array([dropout.draw(rng).reshape(n_rows, n_networks, n_units) == 0 for _ in range(n_draws)])
    p = 1 - 1 / dropout.scale
    assert np.abs(deviations(dropped.sum(axis=0), n_draws, p)).max() < 5
    # Within a network, and within a row, any two units are dropped independently.
    for units in (dropped[:, :, 0].reshape(n_draws, -1), dropped[:, 0].reshape(n_draws, -1)):
        others = np.roll(units, 5, axis=1)
        assert abs(deviations((units & others).sum(), units.size, p**2)) < 5
    for e in range(1, n_networks):
        np.testing.assert_array_equal(dropped[:, 1:, e - 1], dropped[:, :-1, e])


@pytest.mark.parametrize("rate", [0.5, 0.25, 0.15])
def test_fading_drops_with_the_smaller_rate(rate):
    rng = np.random.default_rng(0)
    dropout = Dropout(rate, (400, 500), np.float32)
    for factor in (1.0, 0.5, 0.3, 1e-3, 0.0, 1.0):
        dropout.fade(factor)
        p = factor * rate
        n_dropped = (dropout.draw(rng) == 0).sum()
        assert abs(n_dropped - 200_000 * p) <= 4 * np.sqrt(200_000 * p * (1 - p)) + 200_000 * 2**-17


def test_fading_allocates_nothing_that_grows_with_the_layer():
    rng = np.random.default_rng(0)
    dropout = Dropout(0.5, (400, 500), np.float32)

    def fade_and_draw(factors):
        for factor in factors:
            dropout.fade(factor)
            dropout.draw(rng)

    fade_and_draw([1, 1 / 16, 0.3])  # few digits, 8 bits, 16 bits
    tracemalloc.start()
    fade_and_draw(np.linspace(1, 0, 100))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2**16
