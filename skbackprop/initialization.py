"""Initial weights: normal, with a variance that keeps the signal's size from layer to layer.

| scheme  | variance of W^l           | made for                                   |
|---------|---------------------------|--------------------------------------------|
| he      | 2 / n_{l-1}               | rectifiers (He et al., 2015)               |
| glorot  | 2 / (n_{l-1} + n_l)       | sigmoid, tanh (Glorot & Bengio, 2010)      |
| lecun   | 1 / n_{l-1}               | selu, and Nielsen's book (LeCun, 1998)     |
| normal  | 1                         | the first chapters of Nielsen's book       |
| zeros   | 0                         | an output layer that starts undecided      |

Biases start at zero, but for "ntk".
"""

import math
from itertools import pairwise

INITIALIZATIONS = {
    "he": lambda fan_in, fan_out: math.sqrt(2 / fan_in),
    "glorot": lambda fan_in, fan_out: math.sqrt(2 / (fan_in + fan_out)),
    "lecun": lambda fan_in, fan_out: math.sqrt(1 / fan_in),
    "normal": lambda fan_in, fan_out: 1.0,
    "zeros": lambda fan_in, fan_out: 0.0,
}


def initialize(network, rng, scheme="auto"):
    """Overwrite the parameters of `network`; "auto" takes each layer's scheme from its activation.

    "ntk" is lecun with biases from N(0, 1) and an output layer of zeros, as the parametrisation of
    that name wants it (Holzmueller et al., 2024).
    """
    n_hidden = len(network.activations)
    if scheme == "auto":
        schemes = [activation.initialization for activation in network.activations] + ["glorot"]
    elif scheme == "ntk":
        schemes = ["lecun"] * n_hidden + ["zeros"]
    else:
        schemes = [scheme] * (n_hidden + 1)
    fans = pairwise(network.layer_sizes)
    for W, b, name, fan in zip(network.W, network.b, schemes, fans, strict=True):
        W[...] = rng.standard_normal(W.shape)
        W *= INITIALIZATIONS[name](*fan)
        b[...] = rng.standard_normal(b.shape) if scheme == "ntk" and name != "zeros" else 0
    if network.front is not None:
        network.front.initialize(network.front_parameters, rng)
