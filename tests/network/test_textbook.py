"""The textbook itself, against calculus and against PyTorch."""

import ast
from pathlib import Path

import numpy as np
import pytest
from processes import output_of

from skbackprop.network import textbook
from skbackprop.network.textbook import DELTA, LOSS, OPTIMIZERS, OUTPUT, SIGMA, SIGMA_PRIME

XOR = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]), np.array([[0.0], [1.0], [1.0], [0.0]])
ETA = 0.05
TORCH_OPTIMIZERS = {
    "sgd": lambda o, p: o.SGD(p, lr=ETA),
    "momentum": lambda o, p: o.SGD(p, lr=ETA, momentum=0.9),
    "nesterov": lambda o, p: o.SGD(p, lr=ETA, momentum=0.9, nesterov=True),
    "adam": lambda o, p: o.Adam(p, lr=ETA),
    "adamw": lambda o, p: o.AdamW(p, lr=ETA),
}


def targets(loss, n_rows, rng):
    """Return targets that the loss is meant for."""
    if loss == "SoftmaxCrossEntropy":
        return np.eye(3)[rng.integers(0, 3, n_rows)]
    return rng.uniform(0.1, 0.9, (n_rows, 3))


def central_differences(function, theta, h=1e-6):
    """Return the slope of `function` by each number of the array `theta`."""
    slope = np.empty_like(theta)
    for i in np.ndindex(theta.shape):
        before = theta[i]
        theta[i] = before + h
        above = function()
        theta[i] = before - h
        slope[i] = (above - function()) / (2 * h)
        theta[i] = before
    return slope


@pytest.mark.parametrize("name", SIGMA)
def test_sigma_prime_is_the_slope(name):
    z, h = np.linspace(-4, 4, 100), 1e-6
    slope = (SIGMA[name](z + h) - SIGMA[name](z - h)) / (2 * h)
    np.testing.assert_allclose(SIGMA_PRIME[name](z), slope, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("loss", LOSS)
def test_delta_is_the_slope_of_the_loss(loss):
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(8, 3)), targets(loss, 8, rng)
    slope = central_differences(lambda: LOSS[loss](y, OUTPUT[loss](z)).sum(), z)
    np.testing.assert_allclose(DELTA[loss](y, OUTPUT[loss](z)), slope, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("p", [0.0, 0.4])
@pytest.mark.parametrize("activation", SIGMA)
def test_gradient_is_the_slope(activation, p):
    rng = np.random.default_rng(1)
    X, y, loss = rng.normal(size=(6, 4)), targets("SoftmaxCrossEntropy", 6, rng), "SoftmaxCrossEntropy"
    W, b = textbook.initialize([4, 5, 4, 3], rng)
    b = [rng.normal(size=each.shape) for each in b]
    masks = [textbook.draw_mask((6, n), p, rng) for n in (4, 5, 4)]

    def mean_loss():
        z, _ = textbook.forward(X, W, b, activation, masks)
        return LOSS[loss](y, OUTPUT[loss](z[-1])).mean()

    z, a = textbook.forward(X, W, b, activation, masks)
    dW, db = textbook.backward(DELTA[loss](y, OUTPUT[loss](z[-1])) / 6, z, a, W, activation, masks)
    for exact, theta in zip(dW + db, W + b, strict=True):
        np.testing.assert_allclose(exact, central_differences(mean_loss, theta), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_training_is_pytorchs(optimizer):
    torch = pytest.importorskip("torch", reason="compares with PyTorch, which is not installed")
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(20, 4)), np.eye(3)[rng.integers(0, 3, 20)]
    W, b, losses = textbook.train(
        X, y, (6,), loss="SoftmaxCrossEntropy", optimizer=optimizer, eta=ETA, alpha=0.01, n_epochs=30
    )
    start = textbook.initialize([4, 6, 3], np.random.default_rng(0))
    W_theirs, b_theirs = ([torch.tensor(each, requires_grad=True) for each in part] for part in start)
    groups = [{"params": W_theirs, "weight_decay": 0.01}, {"params": b_theirs, "weight_decay": 0.0}]
    theirs = TORCH_OPTIMIZERS[optimizer](torch.optim, groups)
    for expected in losses:
        theirs.zero_grad()
        z = torch.tanh(torch.tensor(X) @ W_theirs[0] + b_theirs[0]) @ W_theirs[1] + b_theirs[1]
        loss = torch.nn.functional.cross_entropy(z, torch.tensor(y))
        assert loss.item() == pytest.approx(expected, rel=1e-6)
        loss.backward()
        theirs.step()
    for ours, other in zip(W + b, W_theirs + b_theirs, strict=True):
        np.testing.assert_allclose(ours, other.detach().numpy(), atol=1e-7)


@pytest.mark.parametrize("loss", ["BinaryCrossEntropy", "SigmoidSquaredError", "SquaredError", "Huber"])
def test_training_learns_xor(loss):
    X, y = XOR
    W, b, losses = textbook.train(X, y, (4,), loss=loss, optimizer="adam", eta=0.05, n_epochs=500)
    assert losses[-1] < 0.1 * losses[0]
    np.testing.assert_array_equal(textbook.predict(X, W, b, loss=loss) > 0.5, y > 0.5)


def test_masks_drop_with_their_probability_and_keep_the_mean():
    mask = textbook.draw_mask((1000, 400), 0.3, np.random.default_rng(0))
    np.testing.assert_allclose(np.unique(mask), [0, 1 / 0.7])
    assert mask.mean() == pytest.approx(1, abs=4 * np.sqrt(0.3 / 0.7 / mask.size))


def test_running_the_module_prints_one_step_and_solves_xor():
    printed = output_of("-W", "error", "-m", "skbackprop.network.textbook")
    for symbol in ("z^1 = a^0 W^1 + b^1", "a^1 = sigma(z^1)", "delta^2", "dL/dW^1", "dL/db^2"):
        assert symbol in printed
    outputs = [float(line.rpartition("a = [")[2].rstrip("]")) for line in printed.splitlines()[-4:]]
    np.testing.assert_array_equal(np.round(outputs), XOR[1].ravel())


def test_the_stub_has_the_signatures_of_the_code():
    def parameters(suffix):
        path = Path(textbook.__file__).with_suffix(suffix)
        functions = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)]
        names = {f.name: [a.arg for a in (*f.args.args, *f.args.kwonlyargs)] for f in functions}
        values = {f.name: [ast.dump(d) for d in (*f.args.defaults, *f.args.kw_defaults)] for f in functions}
        return names, values

    assert parameters(".pyi") == parameters(".py")
