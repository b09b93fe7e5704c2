"""Backpropagation in plain NumPy, one equation per line. Read this file first.

It is a complete implementation: forward pass, losses, backward pass, dropout, optimizers, and the function
:func:`train`, which combines them. Nothing is optimized: every line allocates a new array. The other modules
of this folder compute the same numbers without allocating memory, and the tests compare them with this file.

Notation, for m examples and the layers l = 1..L:

    X         the inputs, m x n_0, one example per row; a^0 = X
    W^l, b^l  weights, n_{l-1} x n_l, and biases, n_l, of layer l
    z^l, a^l  weighted inputs and activations of layer l, m x n_l
    delta^l   dL/dz^l, m x n_l
    eta       the learning rate

Lists count from 0: ``W[0]`` is W^1, ``z[0]`` is z^1, ``a[0]`` is a^0.

Run ``python -m skbackprop.network.textbook``: it prints every number of one step on the XOR problem, trains
the network and prints its predictions.
"""

from itertools import pairwise

import numpy as np
from scipy.special import erf, xlogy


# Activation functions sigma(z) and their derivatives sigma'(z).
def sigmoid(z):
    """1 / (1 + exp(-z))."""
    return 1 / (1 + np.exp(-z))


def softplus(z):
    """ln(1 + exp(z))."""
    return np.logaddexp(0, z)


def normal_cdf(z):
    """Phi(z), the normal distribution function; its derivative is exp(-z^2 / 2) / sqrt(2 pi)."""
    return (1 + erf(z / np.sqrt(2))) / 2


SELU_LAMBDA, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

SIGMA = {
    "identity": lambda z: z,
    "sigmoid": sigmoid,
    "logistic": sigmoid,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "selu": lambda z: SELU_LAMBDA * np.where(z > 0, z, SELU_ALPHA * (np.exp(z) - 1)),
    "softplus": softplus,
    "silu": lambda z: z * sigmoid(z),
    "gelu": lambda z: z * normal_cdf(z),
    "mish": lambda z: z * np.tanh(softplus(z)),
}
SIGMA_PRIME = {
    "identity": lambda z: np.ones_like(z),
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "logistic": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: np.where(z > 0, 1.0, 0.0),
    "leaky_relu": lambda z: np.where(z > 0, 1.0, 0.01),
    "elu": lambda z: np.where(z > 0, 1.0, np.exp(z)),
    "selu": lambda z: SELU_LAMBDA * np.where(z > 0, 1.0, SELU_ALPHA * np.exp(z)),
    "softplus": sigmoid,
    "silu": lambda z: sigmoid(z) + z * sigmoid(z) * (1 - sigmoid(z)),
    "gelu": lambda z: normal_cdf(z) + z * np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi),
    "mish": lambda z: np.tanh(softplus(z)) + z * (1 - np.tanh(softplus(z)) ** 2) * sigmoid(z),
}


# Losses. Each has its output activation a^L = g(z^L), its value L(y, a) for each example, and
# delta^L = dL/da g'(z^L), in which most of the factors cancel.
def softmax(z):
    """exp(z_j) / sum_i exp(z_i); the largest z is subtracted first, which changes nothing."""
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


OUTPUT = {
    **dict.fromkeys(["SquaredError", "AbsoluteError", "Huber", "Quantile"], lambda z: z),
    **dict.fromkeys(["BinaryCrossEntropy", "SigmoidSquaredError"], sigmoid),
    "SoftmaxCrossEntropy": softmax,
    **dict.fromkeys(["Poisson", "Gamma", "Tweedie"], np.exp),
}
HUBER_THRESHOLD, QUANTILE = 1.35, 0.5
LOSS = {
    "SquaredError": lambda y, a: 1 / 2 * np.sum((a - y) ** 2, axis=1),
    "SigmoidSquaredError": lambda y, a: 1 / 2 * np.sum((a - y) ** 2, axis=1),
    "BinaryCrossEntropy": lambda y, a: -np.sum(y * np.log(a) + (1 - y) * np.log(1 - a), axis=1),
    "SoftmaxCrossEntropy": lambda y, a: -np.sum(y * np.log(a), axis=1),
    "AbsoluteError": lambda y, a: np.sum(np.abs(a - y), axis=1),
    "Huber": lambda y, a: np.sum(huber(np.abs(a - y), HUBER_THRESHOLD), axis=1),
    "Quantile": lambda y, a: np.sum(np.maximum(QUANTILE * (y - a), (1 - QUANTILE) * (a - y)), axis=1),
    "Poisson": lambda y, a: np.sum(xlogy(y, y / a) - y + a, axis=1),
    "Gamma": lambda y, a: np.sum(y / a - 1 - np.log(y / a), axis=1),
    "Tweedie": lambda y, a: 2 * np.sum(np.sqrt(a) + y / np.sqrt(a) - 2 * np.sqrt(y), axis=1),  # p = 1.5
}
DELTA = {
    "SquaredError": lambda y, a: a - y,
    "SigmoidSquaredError": lambda y, a: (a - y) * a * (1 - a),
    "BinaryCrossEntropy": lambda y, a: a - y,
    "SoftmaxCrossEntropy": lambda y, a: a - y,
    "AbsoluteError": lambda y, a: np.sign(a - y),
    "Huber": lambda y, a: np.clip(a - y, -HUBER_THRESHOLD, HUBER_THRESHOLD),
    "Quantile": lambda y, a: np.where(a > y, 1 - QUANTILE, -QUANTILE),
    "Poisson": lambda y, a: a - y,
    "Gamma": lambda y, a: 1 - y / a,
    "Tweedie": lambda y, a: np.sqrt(a) - y / np.sqrt(a),
}


def huber(r, t):
    """r^2 / 2 up to the threshold t, linear beyond it."""
    return np.where(r <= t, r**2 / 2, t * (r - t / 2))


# The two passes.
def forward(X, W, b, activation, masks=None):
    """Return the lists z^1..z^L and a^0..a^{L-1}.

    With dropout, masks[l] is that of a^l: 0 with probability p, else 1 / (1 - p). The list a then has
    a * mask, which is what the next layer sees.
    """
    masks = masks or [1.0] * len(W)
    a, z = [X * masks[0]], []
    for l in range(len(W)):
        z.append(a[l] @ W[l] + b[l])
        if l < len(W) - 1:
            a.append(SIGMA[activation](z[l]) * masks[l + 1])
    return z, a


def backward(delta, z, a, W, activation, masks=None):
    """Return the lists dL/dW and dL/db, from delta^L of each example divided by m."""
    masks = masks or [1.0] * len(W)
    dW, db = [None] * len(W), [None] * len(W)
    for l in reversed(range(len(W))):
        dW[l] = a[l].T @ delta
        db[l] = delta.sum(axis=0)
        if l > 0:
            delta = (delta @ W[l].T) * masks[l] * SIGMA_PRIME[activation](z[l - 1])
    return dW, db


def draw_mask(shape, p, rng):
    """Return a dropout mask: 0 with probability p, else 1 / (1 - p)."""
    return (rng.random(shape) >= p) / (1 - p)


# The optimizers. Each returns the new theta (a W^l or b^l) from the gradient g. `state` is a dict that begins
# empty, in which an optimizer keeps its running sums from step to step.
def gradient_descent(theta, g, state, eta):
    """Plain gradient descent."""
    return theta - eta * g


def momentum(theta, g, state, eta, mu=0.9):
    """Gradient descent with momentum."""
    v = state["v"] = mu * state.get("v", 0) - eta * g
    return theta + v


def nesterov(theta, g, state, eta, mu=0.9):
    """Nesterov's momentum (Sutskever et al., 2013)."""
    v = state["v"] = mu * state.get("v", 0) - eta * g
    return theta + mu * v - eta * g


def adam(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    """Adam (Kingma & Ba, 2015)."""
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = beta_1 * state.get("m", 0) + (1 - beta_1) * g
    v = state["v"] = beta_2 * state.get("v", 0) + (1 - beta_2) * g**2
    m_corrected = m / (1 - beta_1**t)
    v_corrected = v / (1 - beta_2**t)
    return theta - eta * m_corrected / (np.sqrt(v_corrected) + epsilon)


OPTIMIZERS = {"sgd": gradient_descent, "momentum": momentum, "nesterov": nesterov, "adam": adam}
OPTIMIZERS["adamw"] = adam  # its weight decay is in `update`


def update(W, dW, state, eta, optimizer, alpha):
    """Return the new weights: the step of the optimizer, with weight decay alpha."""
    if optimizer == "adamw":  # decoupled from Adam's step (Loshchilov & Hutter, 2019)
        W = W - eta * alpha * W
    else:  # the gradient of the penalty alpha / 2 sum W^2
        dW = dW + alpha * W
    return OPTIMIZERS[optimizer](W, dW, state, eta)


def initialize(layer_sizes, rng):
    """Return W, normal with variance 2 / (n_{l-1} + n_l) (Glorot & Bengio, 2010), and b of zeros."""
    fans = list(pairwise(layer_sizes))
    W = [rng.normal(size=(n_in, n_out)) * np.sqrt(2 / (n_in + n_out)) for n_in, n_out in fans]
    b = [np.zeros(n_out) for _, n_out in fans]
    return W, b


def train(
    X, Y, hidden_layer_sizes=(10,), *, activation="tanh", loss="BinaryCrossEntropy", optimizer="sgd", eta=0.5,
    alpha=0.0, dropout=0.0, batch_size=32, n_epochs=100, seed=0,
):  # fmt: skip
    """Train a network and return its parameters and the loss of every epoch.

    Parameters
    ----------
    X : ndarray of shape (n_examples, n_inputs)
    Y : ndarray of shape (n_examples, n_outputs)
        For "SoftmaxCrossEntropy" rows with a single 1, for the other classification losses 0 and 1.
    hidden_layer_sizes : sequence of int
    activation, loss, optimizer : str
        Keys of SIGMA (for the hidden layers), LOSS and OPTIMIZERS.
    eta, alpha, dropout : float
        Learning rate, weight decay, and the probability with which a hidden unit is dropped.
    batch_size, n_epochs : int
    seed : int
        Seed of the initial weights, the order of the examples and the dropout masks.

    Returns
    -------
    W, b : list of ndarray
    losses : list of float
        The mean of the loss over the batches of each epoch.

    Examples
    --------
    >>> X, Y = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([[0], [1], [1], [0]])
    >>> W, b, losses = train(X, Y, (4,), n_epochs=500)
    >>> predict(X, W, b).ravel().round()
    array([0., 1., 1., 0.])
    """
    rng = np.random.default_rng(seed)
    W, b = initialize([X.shape[1], *hidden_layer_sizes, Y.shape[1]], rng)
    states = [({}, {}) for _ in W]
    losses = []
    for _ in range(n_epochs):
        order, total = rng.permutation(len(X)), 0.0
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            x, y, m = X[rows], Y[rows], len(rows)
            masks = [1.0] + [draw_mask((m, n), dropout, rng) for n in hidden_layer_sizes]
            z, a = forward(x, W, b, activation, masks)
            output = OUTPUT[loss](z[-1])
            total += LOSS[loss](y, output).sum()
            dW, db = backward(DELTA[loss](y, output) / m, z, a, W, activation, masks)
            for l, (state_W, state_b) in enumerate(states):
                W[l] = update(W[l], dW[l], state_W, eta, optimizer, alpha)
                b[l] = update(b[l], db[l], state_b, eta, optimizer, 0.0)
        losses.append(total / len(X))
    return W, b, losses


def predict(X, W, b, activation="tanh", loss="BinaryCrossEntropy"):
    """Return a^L: the forward pass without dropout, and the output activation of the loss."""
    z, _ = forward(X, W, b, activation)
    return OUTPUT[loss](z[-1])


def print_one_step(X, Y, W, b, activation, loss, eta):
    """Print every number of one step of gradient descent."""

    def show(symbol, value):
        print(f"{symbol} =", np.array2string(value, prefix=f"{symbol} = "))

    m, L = len(X), len(W)
    show("a^0 = X", X)
    z, a = forward(X, W, b, activation)
    for l in range(L):
        show(f"W^{l + 1}", W[l])
        show(f"b^{l + 1}", b[l])
        show(f"z^{l + 1} = a^{l} W^{l + 1} + b^{l + 1}", z[l])
        if l < L - 1:
            show(f"a^{l + 1} = sigma(z^{l + 1})", a[l + 1])
    output = OUTPUT[loss](z[-1])
    show(f"a^{L}", output)
    show("L", LOSS[loss](Y, output))
    delta = DELTA[loss](Y, output) / m
    dW, db = backward(delta, z, a, W, activation)
    for l in reversed(range(L)):
        if l < L - 1:
            delta = (delta @ W[l + 1].T) * SIGMA_PRIME[activation](z[l])
        show(f"delta^{l + 1} / m", delta)
        show(f"dL/dW^{l + 1}", dW[l])
        show(f"dL/db^{l + 1}", db[l])
    for l in range(L):
        show(f"W^{l + 1} - eta dL/dW^{l + 1}", W[l] - eta * dW[l])
        show(f"b^{l + 1} - eta dL/db^{l + 1}", b[l] - eta * db[l])


def main():
    """Print one step on XOR, train, and print the result."""
    np.set_printoptions(precision=4, suppress=True)
    X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    Y = np.array([[0.0], [1.0], [1.0], [0.0]])
    print("XOR with two inputs, three hidden units (tanh) and one output (sigmoid, cross-entropy)\n")
    W, b = initialize([2, 3, 1], np.random.default_rng(0))
    print_one_step(X, Y, W, b, "tanh", "BinaryCrossEntropy", eta=0.5)
    W, b, losses = train(X, Y, (3,), eta=0.5, n_epochs=1000)
    print(f"\nAfter {len(losses)} steps the loss has fallen from {losses[0]:.4f} to {losses[-1]:.4f}.")
    for x, y, a in zip(X, Y, predict(X, W, b), strict=True):
        print(f"x = {x}, y = {y}, a = {a}")


if __name__ == "__main__":
    main()
