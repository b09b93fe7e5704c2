"""The textbook in plain NumPy: nothing is preallocated, nothing is clever, one equation a line.

The fast core must agree with this.
"""

import numpy as np
from scipy.special import erf, expit


def normal_cdf(z):
    return (1 + erf(z / np.sqrt(2))) / 2


def normal_pdf(z):
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)


def softplus(z):
    return np.logaddexp(0, z)


SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772

SIGMA = {
    "identity": lambda z: z,
    "sigmoid": expit,
    "logistic": expit,
    "tanh": np.tanh,
    "relu": lambda z: np.where(z > 0, z, 0),
    "leaky_relu": lambda z: np.where(z > 0, z, 0.01 * z),
    "elu": lambda z: np.where(z > 0, z, np.exp(z) - 1),
    "selu": lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * (np.exp(z) - 1)),
    "softplus": softplus,
    "silu": lambda z: z * expit(z),
    "gelu": lambda z: z * normal_cdf(z),
    "mish": lambda z: z * np.tanh(softplus(z)),
}
SIGMA_PRIME = {
    "identity": lambda z: np.ones_like(z),
    "sigmoid": lambda z: expit(z) * (1 - expit(z)),
    "logistic": lambda z: expit(z) * (1 - expit(z)),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "relu": lambda z: np.where(z > 0, 1.0, 0.0),
    "leaky_relu": lambda z: np.where(z > 0, 1.0, 0.01),
    "elu": lambda z: np.where(z > 0, 1.0, np.exp(z)),
    "selu": lambda z: SELU_SCALE * np.where(z > 0, 1.0, SELU_ALPHA * np.exp(z)),
    "softplus": expit,
    "silu": lambda z: expit(z) + z * expit(z) * (1 - expit(z)),
    "gelu": lambda z: normal_cdf(z) + z * normal_pdf(z),
    "mish": lambda z: np.tanh(softplus(z)) + z * (1 - np.tanh(softplus(z)) ** 2) * expit(z),
}


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def forward(X, W, b, activation, masks=None):
    """Return the lists z^1..z^L and a^0..a^{L-1} (the latter as the next layer sees them)."""
    masks = masks or [1.0] * len(W)
    a, z = [X * masks[0]], []
    for l in range(len(W)):
        z.append(a[l] @ W[l] + b[l])
        if l < len(W) - 1:
            a.append(SIGMA[activation](z[l]) * masks[l + 1])
    return z, a


def backward(delta, z, a, W, activation, masks=None):
    """Return dL/dW and dL/db, from delta^L of each row of the mean loss."""
    masks = masks or [1.0] * len(W)
    dW, db = [None] * len(W), [None] * len(W)
    for l in reversed(range(len(W))):
        dW[l] = a[l].T @ delta
        db[l] = delta.sum(axis=0)
        if l > 0:
            delta = (delta @ W[l].T) * masks[l] * SIGMA_PRIME[activation](z[l - 1])
    return dW, db


def sgd_step(theta, g, state, eta, momentum, nesterov):
    v = momentum * state.get("v", 0) - eta * g
    state["v"] = v
    return theta + (momentum * v - eta * g if nesterov else v)


def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] = state.get("t", 0) + 1
    m = state["m"] = beta_1 * state.get("m", 0) + (1 - beta_1) * g
    v = state["v"] = beta_2 * state.get("v", 0) + (1 - beta_2) * g**2
    m_hat = m / (1 - beta_1**t)
    v_hat = v / (1 - beta_2**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon)
