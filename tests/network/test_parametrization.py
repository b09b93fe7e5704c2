"""Learning rates "ntk" against a network that is written in the neural tangent parametrization."""

from itertools import pairwise

import numpy as np
import pytest

from skbackprop.network import textbook
from skbackprop.network.losses import REGRESSOR_LOSSES
from skbackprop.network.network import Network
from skbackprop.network.optimizers import SGD, Adam
from skbackprop.network.parametrization import UNIT_INPUTS, ntk_rates
from skbackprop.tables.batches import Batches
from skbackprop.training.history import History
from skbackprop.training.loop import Training
from skbackprop.training.stopping import Stopping

SIZES = [5, 16, 9, 2]
ETA, N_STEPS = 0.05, 6
NEVER = Stopping(0, None)
RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(30, 5)), RNG.normal(size=(30, 2))
SHAPES = [*pairwise(SIZES)] + [(n,) for n in SIZES[1:]]
# Epsilon is no part of the parametrization: it is compared with the gradient by w here, by W there.
EPSILON = 1e-30
SOLVERS = {
    "sgd": (
        lambda **rates: SGD(momentum=0.0, **rates),
        textbook.gradient_descent,
        lambda torch, w: torch.optim.SGD([w], lr=ETA),
    ),
    "momentum": (
        lambda **rates: SGD(nesterov=False, **rates),
        textbook.momentum,
        lambda torch, w: torch.optim.SGD([w], lr=ETA, momentum=0.9),
    ),
    "adam": (
        lambda **rates: Adam(epsilon=EPSILON, **rates),
        lambda w, g, state, eta: textbook.adam(w, g, state, eta, epsilon=EPSILON),
        lambda torch, w: torch.optim.Adam([w], lr=ETA, eps=EPSILON),
    ),
}


def parts(w):
    """Return the weights and the biases that the vector w holds, each of variance 1 at first."""
    pieces, start = [], 0
    for shape in SHAPES:
        size = int(np.prod(shape))
        pieces.append(w[start : start + size].reshape(shape))
        start += size
    return pieces[: len(SIZES) - 1], pieces[len(SIZES) - 1 :]


def loss_of(w, X, Y, tanh):
    """Return the squared error of z^l = a^{l-1} w^l / sqrt(n_{l-1}) + 0.1 b^l."""
    a = X
    for l, (weights, bias) in enumerate(zip(*parts(w), strict=True)):
        z = a @ weights / SIZES[l] ** 0.5 + 0.1 * bias
        a = tanh(z)
    return ((z - Y) ** 2).sum() / 2 / len(X)


def gradient_by_complex_steps(w, h=1e-30):
    """Return Im L(w + i h) / h for each number of w, which is exact to rounding for an analytic L."""
    return np.array([loss_of(w + 1j * h * e, X, Y, np.tanh).imag / h for e in np.eye(w.size)])


def theta_of(w):
    """Return the same network's parameters in the standard parametrization."""
    weights, biases = parts(w)
    W = [part / n_in**0.5 for part, n_in in zip(weights, SIZES[:-1], strict=True)]
    return np.concatenate([part.ravel() for part in W + [0.1 * part for part in biases]])


def trained_by_rates(w, make):
    """Return theta after training in the standard parametrization, with the factors on the learning rate."""
    network = Network(SIZES, ["tanh"] * (len(SIZES) - 2))
    network.theta[...] = theta_of(w)
    loss, optimizer = REGRESSOR_LOSSES["squared_error"](), make(rates=ntk_rates(network))
    # The unit: a layer of UNIT_INPUTS inputs has the factor 1.
    eta = ETA / np.sqrt(UNIT_INPUTS) ** optimizer.rate_power
    training = Training(network, loss, optimizer, RNG, History(), learning_rate=eta)
    training.run(Batches(X, Y, batch_size=len(X), dtype=np.float64), N_STEPS, NEVER)
    return network.theta


@pytest.mark.parametrize("solver", SOLVERS)
def test_rates_are_the_parametrization(solver):
    make, step, _ = SOLVERS[solver]
    first = w = np.random.default_rng(1).normal(size=sum(map(np.prod, SHAPES)))
    state = {}
    for _ in range(N_STEPS):
        w = step(w, gradient_by_complex_steps(w), state, ETA)
    np.testing.assert_allclose(trained_by_rates(first, make), theta_of(w), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("solver", SOLVERS)
def test_rates_are_the_parametrization_of_pytorchs_network(solver):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    make, _, make_theirs = SOLVERS[solver]
    first = np.random.default_rng(1).normal(size=sum(map(np.prod, SHAPES)))
    w = torch.tensor(first, requires_grad=True)
    theirs = make_theirs(torch, w)
    for _ in range(N_STEPS):
        theirs.zero_grad()
        loss_of(w, torch.tensor(X), torch.tensor(Y), torch.tanh).backward()
        theirs.step()
    np.testing.assert_allclose(
        trained_by_rates(first, make), theta_of(w.detach().numpy()), rtol=1e-9, atol=1e-12
    )


def test_factors_by_hand():
    """16 / sqrt(n_{l-1}) for weights, and 16 times RealMLP's 0.1 for biases."""
    network = Network([4, 25, 1], ["relu"])
    ends = np.cumsum([100, 25, 25, 1])
    starts = [0, *ends[:-1]]
    expected = zip(starts, ends, [8.0, 3.2, 1.6, 1.6], strict=True)
    assert [(part.start, part.stop, rate) for part, rate in ntk_rates(network)] == list(expected)
