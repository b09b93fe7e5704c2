import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import norm
from sklearn.metrics import log_loss, mean_pinball_loss, mean_tweedie_deviance

from skbackprop.network import textbook
from skbackprop.network.losses import (
    CLASSIFIER_LOSSES,
    REGRESSOR_LOSSES,
    BinaryCrossEntropy,
    Gamma,
    Huber,
    Poisson,
    Quantile,
    Quantiles,
    SigmoidSquaredError,
    Tweedie,
)

LOSSES = {f"classifier {n}": c for n, c in CLASSIFIER_LOSSES.items()}
LOSSES |= {f"regressor {n}": c for n, c in REGRESSOR_LOSSES.items()}
# The losses with a logarithmic link and the powers of their deviances.
POWERS = {"Poisson": (Poisson(), 1), "Gamma": (Gamma(), 2)}
POWERS |= {f"Tweedie {power}": (Tweedie(power), power) for power in (1.01, 1.5, 1.99)}


def call(loss, y, z):
    delta = np.empty_like(z)
    loss.delta(y, z, delta)
    return loss.value(y, z, np.empty_like(z)), delta


def example(dtype=np.float64):
    rng = np.random.default_rng(0)
    z = rng.normal(size=(40, 3)) * 2
    y = np.eye(3)[rng.integers(0, 3, 40)]
    return y.astype(dtype), z.astype(dtype)


@pytest.mark.parametrize("name", LOSSES)
def test_delta_is_the_slope_of_the_value(name):
    loss, h = LOSSES[name](), 1e-6
    y, z = example()
    if isinstance(loss, Gamma):
        y += 0.5
    _, delta = call(loss, y, z)
    for j in range(3):
        step = h * np.eye(3)[j]
        slope = (call(loss, y, z + step)[0] - call(loss, y, z - step)[0]) / (2 * h)
        np.testing.assert_allclose(delta[:, j], slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", LOSSES)
def test_value_and_delta_are_the_textbooks(name):
    loss, book = LOSSES[name](), LOSSES[name].__name__
    y, z = example()
    if isinstance(loss, Gamma):
        y += 0.5
    a = np.empty_like(z)
    loss.inverse_link(z, a)
    value, delta = call(loss, y, z)
    np.testing.assert_allclose(a, textbook.OUTPUT[book](z), rtol=1e-12)
    np.testing.assert_allclose(value, textbook.LOSS[book](y, a), rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(delta, textbook.DELTA[book](y, a), rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("levels", [(0.3,), (0.1, 0.5, 0.9), (0.6, 0.7, 0.99), (0.01, 0.2, 0.4)], ids=str)
def test_several_quantiles_are_the_sum_of_their_pinball_losses(levels):
    loss, rng = Quantiles(levels), np.random.default_rng(0)
    y = rng.normal(size=(60, 1)).repeat(len(levels), axis=1)
    z = 2 * rng.normal(size=y.shape)
    a = np.empty_like(z)
    loss.inverse_link(z, a)
    assert (np.diff(a, axis=1) > 0).all()
    value, delta = call(loss, y, z)
    each = [mean_pinball_loss(y[:, j], a[:, j], alpha=q) for j, q in enumerate(levels)]
    assert value.mean() == pytest.approx(sum(each), rel=1e-12)
    for j, step in enumerate(1e-6 * np.eye(len(levels))):
        slope = (call(loss, y, z + step)[0] - call(loss, y, z - step)[0]) / 2e-6
        np.testing.assert_allclose(delta[:, j], slope, rtol=1e-6, atol=1e-8)


def test_raw_outputs_of_0_are_quantiles_of_the_normal_distribution():
    levels = (0.05, 0.5, 0.7, 0.99)
    a = np.zeros((1, 4))
    Quantiles(levels).inverse_link(a, a)
    np.testing.assert_allclose(a[0], norm.ppf(levels), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_several_quantiles_are_finite_and_in_order_far_out(dtype):
    loss = Quantiles((0.1, 0.5, 0.6, 0.9))
    z = np.array([[1e4, 3, -1e4, -200], [-1e4, -1e4, 1e4, 1e4]], dtype)
    a = np.empty_like(z)
    loss.inverse_link(z, a)
    assert np.isfinite(a).all()
    assert (np.diff(a, axis=1) >= 0).all()
    combined = loss.combine(np.stack((z, z), axis=1))
    loss.inverse_link(combined, out=combined)
    np.testing.assert_allclose(combined, a, rtol=1e-6)


def test_squared_error_over_sigmoid_by_hand():
    a, y = np.array([[0.3, 0.5]]), np.array([[0.0, 1.0]])
    z = np.log(a / (1 - a))
    _, delta = call(SigmoidSquaredError(), y, z)
    np.testing.assert_allclose(delta, [[0.063, -0.125]], rtol=1e-12)


def test_cross_entropy_is_its_long_form():
    y, z = example()
    a = expit(z)
    long_form = (-y / a + (1 - y) / (1 - a)) * a * (1 - a)
    np.testing.assert_allclose(call(BinaryCrossEntropy(), y, z)[1], long_form, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(call(BinaryCrossEntropy(), y, z)[1], a - y, rtol=1e-12, atol=1e-15)


def test_values_are_scikit_learns():
    y, z = example()
    softmax = CLASSIFIER_LOSSES["log_loss"]()
    a = np.empty_like(z)
    softmax.inverse_link(z, a)
    assert call(softmax, y, z)[0].mean() == pytest.approx(log_loss(y.argmax(1), a), rel=1e-12)
    pinball = REGRESSOR_LOSSES["quantile"](quantile=0.2)
    expected = mean_pinball_loss(y[:, 0], z[:, 0], alpha=0.2)
    assert call(pinball, y[:, :1], z[:, :1])[0].mean() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", ["log_loss", "bce", "squared_error"])
def test_certain_outputs_are_finite_and_right(name, dtype):
    loss = CLASSIFIER_LOSSES[name]()
    z = np.array([[1e4, -1e4], [-1e4, 1e4]], dtype)
    y = np.array([[1, 0], [1, 0]], dtype)
    value, delta = call(loss, y, z)
    right = {"log_loss": [0, 2e4], "bce": [0, 2e4], "squared_error": [0, 1]}[name]
    np.testing.assert_allclose(value, right, rtol=1e-6)
    assert np.isfinite(delta).all()
    a = np.empty_like(z)
    loss.inverse_link(z, a)
    np.testing.assert_allclose(a, [[1, 0], [0, 1]], atol=1e-30)


@pytest.mark.parametrize(("loss", "power"), POWERS.values(), ids=POWERS)
def test_losses_with_a_logarithmic_link_are_half_deviances(loss, power):
    rng = np.random.default_rng(0)
    y, z = rng.gamma(2.0, size=(50, 1)), rng.normal(size=(50, 1))
    if power < 2:
        y[:20] = 0
    deviance = mean_tweedie_deviance(y.ravel(), np.exp(z).ravel(), power=power)
    assert call(loss, y, z)[0].mean() == pytest.approx(deviance / 2, rel=1e-9)
    assert call(loss, y[20:], np.log(y[20:]))[0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("loss", "power"), POWERS.values(), ids=POWERS)
def test_their_delta_is_that_of_the_deviance(loss, power):
    """d/dz of half the deviance is (a - y) / V(a) da/dz, with the variance function V(a) = a^p."""
    rng = np.random.default_rng(0)
    y, z = rng.gamma(2.0, size=(50, 40)), rng.normal(size=(50, 40))  # more than one block of rows
    a = np.exp(z)
    np.testing.assert_allclose(call(loss, y, z)[1], (a - y) / a**power * a, rtol=1e-10, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("loss", "y", "z", "value", "delta"),
    [
        (Poisson(), 1, -1e4, 1e4 - 1, -1),
        (Poisson(), 0, -1e4, 0, 0),
        (Gamma(), 1, 1e4, 1e4 - 1, 1),
        (Tweedie(), 0, -1e4, 0, 0),
        (Tweedie(1.99), 0, -1e4, 0, 0),
    ],
)
def test_logarithmic_links_are_right_far_out(loss, y, z, value, delta, dtype):
    got = call(loss, np.array([[y]], dtype), np.array([[z]], dtype))
    np.testing.assert_allclose(got[0], value, rtol=1e-6, atol=1e-30)
    np.testing.assert_allclose(got[1], [[delta]], rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize(
    ("make", "wrong", "right"),
    [
        (Huber, 0, "positive"),
        (Huber, "1", "positive"),
        (Quantile, 1.0, r"in \(0, 1\)"),
        (Tweedie, 1, r"in \(1, 2\)"),
        (Tweedie, 3, r"in \(1, 2\)"),
    ],
)
def test_impossible_parameters_of_losses_are_named(make, wrong, right):
    with pytest.raises(ValueError, match=rf"parameter of {make.__name__} must be .*{right}.*Got {wrong!r}"):
        make(wrong)


def test_squared_error_stalls_where_cross_entropy_does_not():
    y, z = np.array([[0.0]]), np.array([[20.0]])  # as wrong as can be
    assert call(SigmoidSquaredError(), y, z)[1][0, 0] < 1e-8
    assert call(BinaryCrossEntropy(), y, z)[1][0, 0] == pytest.approx(1)
