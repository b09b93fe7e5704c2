"""Moments kept as a number times an array are those of plain Adam, to rounding."""

import numpy as np
import pytest

from skbackprop.network.kernels.moments import Moment, MomentBlock
from skbackprop.network.optimizers import Adam

ETA, EPSILON, N_STEPS = 1e-3, 1e-8, 400
ALL = slice(None)


def gradients(n=200):
    """Draw from a normal distribution of mean 1: sums of numbers that cancel have no relative accuracy."""
    rng = np.random.default_rng(0)
    return 1 + 0.2 * rng.normal(size=(N_STEPS, n))


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 0.999])
def test_a_moment_is_its_recurrence(beta):
    moment, v = Moment(np.zeros(200)), np.zeros(200)
    block = MomentBlock(moment, ALL)
    for x in gradients():
        v = beta * v + (1 - beta) * x
        moment.shrink(beta)
        block.add(1 - beta, x)
    # As many roundings in each of the two as there are steps, which add up like a random walk.
    tolerance = N_STEPS**0.5 * np.finfo(np.float64).eps
    np.testing.assert_allclose(moment.scale * moment.array, v, rtol=tolerance)


def test_adam_is_plain_adam_for_400_steps():
    theta = np.random.default_rng(1).uniform(1, 2, 200)
    plain, m, v = theta.copy(), np.zeros(200), np.zeros(200)
    adam = Adam(epsilon=EPSILON)
    for t, g in enumerate(gradients(), start=1):
        m = 0.9 * m + (1 - 0.9) * g
        v = 0.999 * v + (1 - 0.999) * g**2
        plain = plain - ETA * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + EPSILON)
        adam.step(theta, g.copy(), ETA)
    np.testing.assert_allclose(theta, plain, rtol=2e-15)
