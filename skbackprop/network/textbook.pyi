# The types of textbook.py, apart from it, so that the equations there can be read.
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, Any]
# What an optimizer keeps from step to step, by the symbols of its equations.
State: TypeAlias = dict[str, Any]

SELU_LAMBDA: float
SELU_ALPHA: float
HUBER_THRESHOLD: float
QUANTILE: float
SIGMA: dict[str, Callable[[Array], Array]]
SIGMA_PRIME: dict[str, Callable[[Array], Array]]
OUTPUT: dict[str, Callable[[Array], Array]]
LOSS: dict[str, Callable[[Array, Array], Array]]
DELTA: dict[str, Callable[[Array, Array], Array]]
OPTIMIZERS: dict[str, Callable[..., Array]]

def sigmoid(z: Array) -> Array: ...
def softplus(z: Array) -> Array: ...
def normal_cdf(z: Array) -> Array: ...
def softmax(z: Array) -> Array: ...
def huber(r: Array, t: float) -> Array: ...
def forward(
    X: Array, W: list[Array], b: list[Array], activation: str, masks: list[Any] | None = None
) -> tuple[list[Array], list[Array]]: ...
def backward(
    delta: Array,
    z: list[Array],
    a: list[Array],
    W: list[Array],
    activation: str,
    masks: list[Any] | None = None,
) -> tuple[list[Array], list[Array]]: ...
def draw_mask(shape: tuple[int, ...], p: float, rng: np.random.Generator) -> Array: ...
def gradient_descent(theta: Array, g: Array, state: State, eta: float) -> Array: ...
def momentum(theta: Array, g: Array, state: State, eta: float, mu: float = 0.9) -> Array: ...
def nesterov(theta: Array, g: Array, state: State, eta: float, mu: float = 0.9) -> Array: ...
def adam(
    theta: Array,
    g: Array,
    state: State,
    eta: float,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
) -> Array: ...
def update(W: Array, dW: Array, state: State, eta: float, optimizer: str, alpha: float) -> Array: ...
def initialize(layer_sizes: Sequence[int], rng: np.random.Generator) -> tuple[list[Array], list[Array]]: ...
def train(
    X: Array,
    Y: Array,
    hidden_layer_sizes: Sequence[int] = (10,),
    *,
    activation: str = "tanh",
    loss: str = "BinaryCrossEntropy",
    optimizer: str = "sgd",
    eta: float = 0.5,
    alpha: float = 0.0,
    dropout: float = 0.0,
    batch_size: int = 32,
    n_epochs: int = 100,
    seed: int = 0,
) -> tuple[list[Array], list[Array], list[float]]: ...
def predict(
    X: Array, W: list[Array], b: list[Array], activation: str = "tanh", loss: str = "BinaryCrossEntropy"
) -> Array: ...
def print_one_step(
    X: Array, Y: Array, W: list[Array], b: list[Array], activation: str, loss: str, eta: float
) -> None: ...
def main() -> None: ...
