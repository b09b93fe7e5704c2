"""Checks of what comes from a file: complete, and of the right shapes."""

import numpy as np

from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.kernels.parameter_layout import ParameterLayout

# What a saved network and its input layer must have.
NETWORK_STATE = ("layer_sizes", "n_networks", "activation_names", "dropout", "input_layer", "theta")
INPUT_LAYER_STATE = ("n_inputs", "columns", "n_outputs", "shapes")


def require(instance, state, names):
    """Raise where a state from a file is not a dict that has all of `names`."""
    kind = type(instance).__name__
    if not isinstance(state, dict):
        raise ValueError(
            f"A saved {kind} must be a dict of its attributes. Got {type(state).__name__} instead: the file "
            "is damaged, or is something else."
        )
    missing = [name for name in names if name not in state]
    if missing:
        raise ValueError(
            f"A saved {kind} must have {missing}, which this one lacks; it has {sorted(map(str, state))}: "
            "the file is damaged, or is something else."
        )


def check_network(network, state):
    """Raise where `state` is not that of a Network whose parameters have the size of its layers."""
    require(network, state, NETWORK_STATE)
    input_layer = state["input_layer"]
    if input_layer is not None:
        require(input_layer, vars(input_layer), INPUT_LAYER_STATE)
    unknown = sorted(set(state["activation_names"]) - set(ACTIVATIONS))
    if unknown:
        raise ValueError(
            f"A saved Network has the activations {unknown}, which are not registered in "
            "skbackprop.network.ACTIVATIONS; register them before the file is opened."
        )
    shapes = {} if input_layer is None else input_layer.shapes
    size = ParameterLayout(state["layer_sizes"], state["n_networks"], shapes).size
    if np.shape(state["theta"]) != (size,):
        raise ValueError(
            f"A saved Network of the layers {state['layer_sizes']} needs {size} parameters, but this one has "
            f"an array of shape {np.shape(state['theta'])}: the file is damaged."
        )
