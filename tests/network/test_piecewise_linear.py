"""The piecewise linear encoding against its definition, np.interp."""

import numpy as np
import pytest

from skbackprop.network.piecewise_linear import PiecewiseLinear

KNOTS = {1: np.array([-2.0, -0.5, 0.0, 3.0]), 4: np.array([0.0, 1.0, 1.25])}


@pytest.fixture
def x():
    return np.random.default_rng(0).normal(size=(200, 3, 5)) * 3  # rows x networks x inputs


def encoded(pieces, x):
    h = np.empty((*x.shape[:-1], pieces.columns.size))
    pieces.forward(x, h)
    return h


def test_each_piece_interpolates_between_its_knots(x):
    h = encoded(PiecewiseLinear.between(KNOTS), x)
    intervals = [(j, *t[k : k + 2]) for j, t in KNOTS.items() for k in range(len(t) - 1)]
    expected = [np.interp(x[..., j], (low, high), (-1, 1)) for j, low, high in intervals]
    np.testing.assert_allclose(h, np.stack(expected, axis=-1), rtol=1e-12, atol=1e-12)


def test_a_linear_function_of_the_pieces_is_any_piecewise_linear_function(x):
    t, values = KNOTS[1], np.array([3.0, -1.0, 4.0, 1.0])
    h = encoded(PiecewiseLinear.between({1: t}), x)
    weights = np.diff(values) / 2
    bias = values[0] + weights.sum()
    np.testing.assert_allclose(h @ weights + bias, np.interp(x[..., 1], t, values), rtol=1e-12, atol=1e-12)


def test_the_gradient_is_the_slope(x):
    pieces = PiecewiseLinear.between(KNOTS)
    weights = np.random.default_rng(1).normal(size=pieces.columns.size)
    slopes = encoded(pieces, x)
    pieces.overwrite_by_slopes(slopes)
    gradient = np.zeros_like(x)
    pieces.add_input_gradient(weights, slopes, gradient)
    for j in range(5):
        step = np.zeros(5)
        step[j] = 1e-6
        difference = (encoded(pieces, x + step) - encoded(pieces, x - step)) @ weights / 2e-6
        np.testing.assert_allclose(gradient[..., j], difference, atol=1e-6)


def test_masked_inputs(x):
    mask = np.array([0, 2.5, 1, 0, 0.0])
    pieces = PiecewiseLinear.between(KNOTS)
    np.testing.assert_allclose(encoded(pieces.masked(mask), x), encoded(pieces, x * mask), atol=1e-12)


def test_pieces_are_numbered_by_input():
    assert PiecewiseLinear.between(KNOTS).numbered() == [(1, 1), (1, 2), (1, 3), (4, 1), (4, 2)]


def test_initial_weights_make_a_function_that_is_linear_between_the_first_and_the_last_knot():
    pieces = PiecewiseLinear.between(KNOTS)
    H = np.random.default_rng(0).normal(size=(2, 5, 7))  # of two networks
    first = H[:, [0, 3]].copy()
    pieces.start_linear(H)
    for j, t in KNOTS.items():
        x = np.zeros((t.size, 5))
        x[:, j] = t
        own = pieces.columns == j
        outputs = encoded(pieces, x)[:, own] @ H[:, own]
        slopes = np.diff(outputs, axis=1) / np.diff(t)[:, None]
        np.testing.assert_allclose(slopes, slopes[:, :1] + np.zeros_like(slopes), rtol=1e-12)
        norms = np.linalg.norm(H[:, own], axis=1)
        np.testing.assert_allclose(norms, np.abs(first[:, [1, 4].index(j)]), rtol=1e-12)
