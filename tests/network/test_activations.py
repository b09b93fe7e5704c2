import numpy as np
import pytest

from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.textbook import SIGMA, SIGMA_PRIME


def forward(activation, z):
    a = z.copy()
    activation.forward(a, np.empty_like(z))
    return a


def derivative(activation, z):
    return activation.value_and_slope(z)[1]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_formula_and_derivative_are_the_textbooks(name):
    z = np.linspace(-6, 6, 240).reshape(12, 20)  # has no 0, where the rectifiers have a kink
    np.testing.assert_allclose(forward(ACTIVATIONS[name], z), SIGMA[name](z), rtol=1e-12, atol=1e-14)
    expected = SIGMA_PRIME[name](z)
    np.testing.assert_allclose(derivative(ACTIVATIONS[name], z), expected, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_do_not_depend_on_whether_slopes_are_computed(name, dtype):
    z = np.random.default_rng(0).normal(0, 20, (50, 20)).astype(dtype)
    np.testing.assert_array_equal(ACTIVATIONS[name].value_and_slope(z)[0], forward(ACTIVATIONS[name], z))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivative_is_the_slope(name):
    z, h = np.linspace(-4, 4, 100).reshape(10, 10), 1e-6
    slope = (forward(ACTIVATIONS[name], z + h) - forward(ACTIVATIONS[name], z - h)) / (2 * h)
    np.testing.assert_allclose(derivative(ACTIVATIONS[name], z), slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_huge_inputs_are_finite_and_right(name, dtype):
    z = np.array([[-1e4, -100, 100, 1e4]], dtype)
    expected = {
        "sigmoid": [0, 0, 1, 1],
        "logistic": [0, 0, 1, 1],
        "tanh": [-1, -1, 1, 1],
        "identity": z[0],
        "elu": [-1, -1, 100, 1e4],
        "leaky_relu": [-100, -1, 100, 1e4],
        "selu": 1.0507009873554805 * np.array([-1.6732632423543772, -1.6732632423543772, 100, 1e4]),
    }.get(name, [0, 0, 100, 1e4])
    a = forward(ACTIVATIONS[name], z)
    assert a.dtype == dtype
    np.testing.assert_allclose(a[0], expected, rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slopes_of_huge_inputs_are_right(name, dtype):
    z = np.array([[-1e15, -1e4, -100, 30, 45, 100, 1e4, 1e15]], dtype)
    left, right = {
        "sigmoid": (0, 0),
        "logistic": (0, 0),
        "tanh": (0, 0),
        "identity": (1, 1),
        "leaky_relu": (0.01, 1),
        "selu": (0, 1.0507009873554805),
    }.get(name, (0, 1))
    expected = np.where(z < 0, left, right)
    np.testing.assert_allclose(derivative(ACTIVATIONS[name], z), expected, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if ACTIVATIONS[name].sign_suffices])
def test_where_the_sign_suffices_a_may_be_dropped(name):
    z, scratch, booleans = np.linspace(-4, 4, 60).reshape(6, 10), np.empty((6, 10)), np.empty((6, 10), bool)
    mask = np.tile([0.0, 4.0, 0.0], 20).reshape(6, 10)
    delta = mask.copy()
    ACTIVATIONS[name].backward(delta, mask * forward(ACTIVATIONS[name], z), z.copy(), scratch, booleans)
    np.testing.assert_array_equal(delta, mask * derivative(ACTIVATIONS[name], z))


def test_saturated_sigmoid_passes_no_gradient():
    assert derivative(ACTIVATIONS["sigmoid"], np.array([[-20.0, 20.0]])).max() < 1e-8
