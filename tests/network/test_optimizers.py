"""The update equations against the textbook and against PyTorch, and the tricks around them."""

import numpy as np
import pytest

from skbackprop.network import textbook
from skbackprop.network.kernels.optimizer_blocks import BLOCK
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES, BinaryCrossEntropy
from skbackprop.network.network import Network
from skbackprop.network.optimizers import OPTIMIZERS, SGD, Adam, AdamW
from skbackprop.tables.batches import Batches
from skbackprop.training.history import History
from skbackprop.training.loop import Training
from skbackprop.training.stopping import Stopping

NEVER = Stopping(0, None)
SOLVERS = {
    "plain": (SGD, {"momentum": 0.0}, lambda t, g, s: textbook.gradient_descent(t, g, s, 0.1)),
    "momentum": (
        SGD,
        {"momentum": 0.8, "nesterov": False},
        lambda t, g, s: textbook.momentum(t, g, s, 0.1, 0.8),
    ),
    "nesterov": (SGD, {"momentum": 0.8}, lambda t, g, s: textbook.nesterov(t, g, s, 0.1, 0.8)),
    "adam": (Adam, {}, lambda t, g, s: textbook.adam(t, g, s, 0.1)),
}


@pytest.mark.parametrize("name", SOLVERS)
def test_steps_are_the_textbooks(name):
    make, parameters, book_step = SOLVERS[name]
    rng = np.random.default_rng(0)
    theta = rng.normal(size=50)
    book, state, optimizer = theta.copy(), {}, make(**parameters)
    for _ in range(20):
        g = rng.normal(size=50)
        book = book_step(book, g, state)
        optimizer.step(theta, g.copy(), 0.1)
    np.testing.assert_allclose(theta, book, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("decay", [0.0, 1e-4, 0.5, 0.9])
def test_a_decay_may_be_anything_and_change_on_the_way(decay):
    """Long enough for the scales of the states to have begun anew several times."""
    rng = np.random.default_rng(0)
    momentum, adam = rng.normal(size=(2, 50))
    book_momentum, book_adam, states = momentum.copy(), adam.copy(), ({}, {})
    sgd, of_adam = SGD(momentum=0.9), Adam(beta_1=0.9)
    for t in range(200):
        if t == 30:
            sgd.momentum = of_adam.beta_1 = decay
        mu, g = (0.9 if t < 30 else decay), rng.normal(size=50)
        book_momentum = textbook.nesterov(book_momentum, g, states[0], 0.1, mu)
        m, v = (states[1].get(name, 0) for name in "mv")
        m, v = mu * m + (1 - mu) * g, 0.999 * v + 0.001 * g**2
        states[1].update(m=m, v=v)
        corrected = m / (1 - mu ** (t + 1)), v / (1 - 0.999 ** (t + 1))
        book_adam = book_adam - 0.1 * corrected[0] / (np.sqrt(corrected[1]) + 1e-8)
        sgd.step(momentum, g.copy(), 0.1)
        of_adam.step(adam, g.copy(), 0.1)
    np.testing.assert_allclose(momentum, book_momentum, rtol=1e-11, atol=1e-13)
    np.testing.assert_allclose(adam, book_adam, rtol=1e-11, atol=1e-13)


def test_weight_decay():
    theta, g = np.ones(4), np.zeros(4)
    SGD(momentum=0, alpha=0.5, n_weights=2).step(theta, g.copy(), 0.1)
    np.testing.assert_allclose(theta, [0.95, 0.95, 1, 1])  # 1 - 0.1 * 0.5 * 1
    theta = np.ones(4)
    AdamW(alpha=0.5, n_weights=2).step(theta, g.copy(), 0.1)
    np.testing.assert_allclose(theta, [0.95, 0.95, 1, 1])  # Adam's step is 0


def test_factors_on_the_learning_rate_are_another_parametrization():
    # With theta = r w, a step of w is what a step of theta with the factor r is.
    r, rng = 0.25, np.random.default_rng(0)
    for make in (lambda **k: SGD(momentum=0.9, **k), lambda **k: Adam(epsilon=1e-300, **k)):
        w = rng.normal(size=6)
        theta = r * w
        of_w, of_theta = make(), make(rates=[(slice(0, 6), r)])
        for _ in range(5):
            target = rng.normal(size=6)
            g = r * w - target  # of |theta - target|^2 / 2, by theta
            of_w.step(w, r * g, 0.1)
            of_theta.step(theta, g.copy(), 0.1)
        np.testing.assert_allclose(theta, r * w, rtol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_blocks_change_nothing(name):
    n = 3 * BLOCK + 17
    rng = np.random.default_rng(0)
    whole = rng.normal(size=n)
    piece = slice(n // 3 - 5, n // 3 + 5)  # around a change of the factor
    small = whole[piece].copy()
    rates = [(slice(0, n // 3), 0.5), (slice(n // 3, n), 2.0)]
    in_blocks = OPTIMIZERS[name](alpha=0.1, n_weights=n // 2, rates=rates)
    alone = OPTIMIZERS[name](alpha=0.1, n_weights=10, rates=[(slice(0, 5), 0.5), (slice(5, 10), 2.0)])
    for _ in range(3):
        g = rng.normal(size=n)
        alone.step(small, g[piece].copy(), 0.01)
        in_blocks.step(whole, g, 0.01)
    np.testing.assert_allclose(whole[piece], small, rtol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_moments_of_a_dead_unit_never_become_denormal(dtype):
    theta, optimizer = np.ones(4, dtype), Adam(beta_2=0.9)
    optimizer.step(theta, np.ones(4, dtype), 1e-3)
    g, smallest = np.zeros(4, dtype), np.finfo(dtype).tiny
    for _ in range(20_000):
        g[...] = 0
        optimizer.step(theta, g, 1e-3)
        for moment in optimizer.moments:
            assert not ((moment.array != 0) & (np.abs(moment.array) < smallest)).any()


def book_of(network, Y, book_step, X, n_steps, alpha):
    """Train a copy of the network's weights by the reference; return the flat parameters."""
    theta, state = network.theta.copy(), {}
    for _ in range(n_steps):
        W, b, _ = network.layout.split(theta)
        z, a = textbook.forward(X, W, b, "tanh")
        dW, db = textbook.backward((textbook.softmax(z[-1]) - Y) / len(Y), z, a, W, "tanh")
        dW = [gradient + alpha * weights for gradient, weights in zip(dW, W, strict=True)]
        g = np.concatenate([part.ravel() for part in dW + db])
        theta = book_step(theta, g, state)
    return theta


@pytest.mark.parametrize("name", SOLVERS)
def test_whole_training_runs_are_the_textbooks(name):
    make, parameters, book_step = SOLVERS[name]
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(30, 4)), np.eye(3)[rng.integers(0, 3, 30)]
    network = Network([4, 6, 5, 3], ["tanh", "tanh"])
    network.theta[...] = rng.normal(size=network.theta.size) * 0.5
    book = book_of(network, Y, book_step, X, 20, alpha=0.05)
    optimizer = make(**parameters, alpha=0.05, n_weights=network.n_weights)
    training = Training(
        network,
        CLASSIFIER_LOSSES["log_loss"](),
        optimizer,
        np.random.default_rng(0),
        History(),
        learning_rate=0.1,
    )
    training.run(Batches(X, Y, batch_size=30, dtype=np.float64), 20, NEVER)
    np.testing.assert_allclose(network.theta, book, rtol=0, atol=1e-10)


TORCH_LOSSES = {
    "log_loss": (CLASSIFIER_LOSSES["log_loss"], lambda F, z, y: F.cross_entropy(z, y)),
    "bce": (
        BinaryCrossEntropy,
        lambda F, z, y: F.binary_cross_entropy_with_logits(z, y, reduction="sum") / 40,
    ),
    "squared_error": (
        REGRESSOR_LOSSES["squared_error"],
        lambda F, z, y: F.mse_loss(z, y, reduction="sum") / 80,
    ),
    "absolute_error": (
        REGRESSOR_LOSSES["absolute_error"],
        lambda F, z, y: F.l1_loss(z, y, reduction="sum") / 40,
    ),
    "huber": (
        REGRESSOR_LOSSES["huber"],
        lambda F, z, y: F.huber_loss(z, y, reduction="sum", delta=1.35) / 40,
    ),
    "poisson": (
        REGRESSOR_LOSSES["poisson"],
        lambda F, z, y: F.poisson_nll_loss(z, y, reduction="sum") / 40,
    ),
}
TORCH_SOLVERS = {
    "sgd": (lambda o, p: o.SGD(p, lr=0.05), SGD, {"momentum": 0.0}),
    "momentum": (lambda o, p: o.SGD(p, lr=0.05, momentum=0.9), SGD, {"nesterov": False}),
    "nesterov": (lambda o, p: o.SGD(p, lr=0.05, momentum=0.9, nesterov=True), SGD, {}),
    "adam": (lambda o, p: o.Adam(p, lr=0.05), Adam, {}),
    "adamw": (lambda o, p: o.AdamW(p, lr=0.05), AdamW, {}),
}


@pytest.mark.parametrize("loss_name", TORCH_LOSSES)
@pytest.mark.parametrize("solver", TORCH_SOLVERS)
def test_hundred_steps_are_pytorchs(solver, loss_name):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    make_theirs, make_ours, parameters = TORCH_SOLVERS[solver]
    make_loss, torch_loss = TORCH_LOSSES[loss_name]
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(40, 4)), np.eye(3)[rng.integers(0, 3, 40)]
    network = Network([4, 8, 3], ["tanh"])
    network.theta[...] = rng.normal(size=network.theta.size) * 0.3
    W = [torch.tensor(w.copy(), requires_grad=True) for w in network.W]
    b = [torch.tensor(v.copy(), requires_grad=True) for v in network.b]
    theirs = make_theirs(
        torch.optim, [{"params": W, "weight_decay": 0.01}, {"params": b, "weight_decay": 0.0}]
    )
    for _ in range(100):
        theirs.zero_grad()
        z = torch.tanh(torch.tensor(X) @ W[0] + b[0]) @ W[1] + b[1]
        torch_loss(torch.nn.functional, z, torch.tensor(Y)).backward()
        theirs.step()
    ours = make_ours(**parameters, alpha=0.01, n_weights=network.n_weights)
    training = Training(network, make_loss(), ours, rng, History(), learning_rate=0.05)
    training.run(Batches(X, Y, batch_size=40, dtype=np.float64), 100, NEVER)
    for mine, their in zip(network.W + network.b, W + b, strict=True):
        np.testing.assert_allclose(mine, their.detach().numpy(), rtol=0, atol=1e-6)


def test_patience_is_exact():
    stopping = Stopping(tol=0.1, patience=5)
    for i, value in enumerate([1.0, 0.8, 0.75, 0.74, 0.79, 0.75, 0.74]):
        stopping.update(value)
        assert stopping.exhausted == (i == 6)  # five in a row after the second
    assert stopping.best == 0.74


def test_the_gradient_is_the_weighted_mean_whatever_the_batch_size():
    rng = np.random.default_rng(0)
    X, Y, weight = rng.normal(size=(12, 3)), rng.normal(size=(12, 1)), rng.uniform(0.5, 3, 12)
    book = X.T @ (weight[:, None] * (0 - Y)) / weight.sum()  # of a linear network of zeros
    for batch_size in (1, 3, 12):
        total = np.zeros((3, 1))
        batches = Batches(X, Y, weight, batch_size=batch_size, dtype=np.float64)
        for x, y, w in batches.epoch():
            total += x.T @ (w[:, None] * (0 - y)) / len(y) * (batch_size / 12)
        np.testing.assert_allclose(total, book, rtol=1e-12)
