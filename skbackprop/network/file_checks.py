"""Checks of objects loaded from files: all attributes present, shapes consistent."""

import numpy as np

from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.kernels.parameter_layout import ParameterLayout

# Attributes that a saved network and its input layer must have.
NETWORK_STATE = ("layer_sizes", "n_networks", "activation_names", "dropout", "input_layer", "theta")
INPUT_LAYER_STATE = ("n_inputs", "columns", "n_outputs", "shapes")


def require(instance, state, names):
    """Raise ValueError unless the `state` of `instance`, from a file, is a dict with all of `names`."""
    kind = type(instance).__name__
    if not isinstance(state, dict):
        raise ValueError(
            f"A saved {kind} must be a dict of its attributes. Got {type(state).__name__} instead: the file "
            "is damaged or of another kind."
        )
    missing = [name for name in names if name not in state]
    if missing:
        raise ValueError(
            f"A saved {kind} must have {missing}. Got only {sorted(map(str, state))}: the file is damaged "
            "or of another kind."
        )


def check_network(network, state):
    """Raise ValueError unless `state` is that of a Network and theta has the size that its layers need."""
    require(network, state, NETWORK_STATE)
    input_layer = state["input_layer"]
    if input_layer is not None:
        require(input_layer, vars(input_layer), INPUT_LAYER_STATE)
    unknown = sorted(set(state["activation_names"]) - set(ACTIVATIONS))
    if unknown:
        raise ValueError(
            f"A saved Network has the activations {unknown}, which are not registered in "
            "skbackprop.network.ACTIVATIONS; register them before opening the file."
        )
    shapes = {} if input_layer is None else input_layer.shapes
    size = ParameterLayout(state["layer_sizes"], state["n_networks"], shapes).size
    if np.shape(state["theta"]) != (size,):
        raise ValueError(
            f"A saved Network with the layer sizes {state['layer_sizes']} must have {size} parameters. Got "
            f"an array of shape {np.shape(state['theta'])} instead: the file is damaged."
        )
