"""Initial weights: normal, with a variance that preserves the size of the signal from layer to layer.

| scheme  | variance of W^l           | use                                        |
|---------|---------------------------|--------------------------------------------|
| he      | 2 / n_{l-1}               | rectifiers (He et al., 2015)               |
| glorot  | 2 / (n_{l-1} + n_l)       | sigmoid, tanh (Glorot & Bengio, 2010)      |
| lecun   | 1 / n_{l-1}               | selu, and Nielsen's book (LeCun, 1998)     |
| normal  | 1                         | the first chapters of Nielsen's book       |
| zeros   | 0                         | an output layer whose first outputs are 0  |

Biases start at zero, except with "ntk". A callable can define another scheme.
"""

import math
from itertools import pairwise

import numpy as np

from skbackprop.network.kernels.parameter_layout import in_order_of_storage

INITIALIZATIONS = {
    "he": lambda fan_in, fan_out: math.sqrt(2 / fan_in),
    "glorot": lambda fan_in, fan_out: math.sqrt(2 / (fan_in + fan_out)),
    "lecun": lambda fan_in, fan_out: math.sqrt(1 / fan_in),
    "normal": lambda fan_in, fan_out: 1.0,
    "zeros": lambda fan_in, fan_out: 0.0,
}


def initialize(network, rng, scheme="auto", rarely_used=(), in_half=()):
    """Overwrite the parameters of `network`; "auto" takes each layer's scheme from its activation.

    "ntk" is lecun with biases from N(0, 1) and an output layer of zeros, for the parametrization of
    that name (Holzmueller et al., 2024). Its weights of the inputs `rarely_used` start at 0: these inputs
    differ from 0 in few rows only, so training changes their weights little, and random initial weights
    would remain in the outputs as noise. Those of the inputs `in_half` start at 0 in every second network.

    A callable is called for each layer in turn, as ``scheme(rng, n_in, n_out)``, and returns its W of shape
    (n_in, n_out) and its b of shape (n_out,).
    """
    if callable(scheme):
        initialize_by(scheme, network, rng)
    else:
        initialize_by_name(scheme, network, rng)
    if isinstance(scheme, str) and scheme == "ntk":
        network.W[0][..., rarely_used, :] = 0
        if network.n_networks > 1:
            network.W[0][::2, in_half] = 0
    layer = network.input_layer
    if layer is not None:
        layer.initialize(network.input_parameters, rng)
    if layer is not None and layer.pieces is not None and not callable(scheme):
        layer.pieces.start_linear(network.W[0][..., layer.n_rest :, :])


def schemes_of_layers(scheme, network):
    """Return the name of the scheme of each layer of `network`."""
    *hidden, _ = network.activations
    if scheme == "auto":
        return [activation.initialization for activation in hidden] + ["glorot"]
    if scheme == "ntk":
        return ["lecun"] * len(hidden) + ["zeros"]
    return [scheme] * len(network.W)


def initialize_by_name(scheme, network, rng):
    """Overwrite the weights and biases of `network` by a scheme of this module."""
    fans = pairwise(network.layer_sizes)
    for W, b, name, fan in zip(network.W, network.b, schemes_of_layers(scheme, network), fans, strict=True):
        W = in_order_of_storage(W)
        W[...] = rng.standard_normal(W.shape)
        W *= INITIALIZATIONS[name](*fan)
        b[...] = rng.standard_normal(b.shape) if scheme == "ntk" and name != "zeros" else 0


def initialize_by(scheme, network, rng):
    """Overwrite the weights and biases of `network` by a user's function."""
    for W, b, fan in zip(network.W, network.b, pairwise(network.layer_sizes), strict=True):
        for W_own, b_own in zip(W.reshape(-1, *fan), b.reshape(-1, fan[1]), strict=True):
            W_own[...], b_own[...] = checked_parameters(scheme(rng, *fan), fan)


def checked_parameters(returned, fan):
    """Return the weights and biases that a user's function returned for a layer, as arrays.

    Raises
    ------
    ValueError
        If they are not finite numbers, or of other shapes.
    """
    try:
        W, b = (np.asarray(each).astype(np.float64, casting="same_kind") for each in returned)
    except (TypeError, ValueError):
        W = b = np.array(np.nan)
    fits = W.shape == fan and b.shape == fan[1:]
    if not fits or not (np.isfinite(W).all() and np.isfinite(b).all()):
        found = repr(returned) if fits or not W.ndim else f"the shapes {W.shape} and {b.shape}"
        raise ValueError(
            f"The 'initialization' parameter must return finite weights of shape {fan} and biases of shape "
            f"{fan[1:]} for a layer of {fan[0]} inputs and {fan[1]} units. Got {found} instead."
        )
    return W, b
