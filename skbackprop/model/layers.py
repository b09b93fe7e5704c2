"""What each hidden layer is made of, from one value for all layers or one for each."""

import numpy as np

from skbackprop.network.activations import ACTIVATIONS


def layer_list(hidden_layer_sizes):
    """Return the sizes of the hidden layers as a list of int."""
    sizes = np.atleast_1d(np.asarray(hidden_layer_sizes))
    whole = sizes.size == 0 or np.issubdtype(sizes.dtype, np.integer)
    if not whole or sizes.ndim > 1 or (sizes <= 0).any():
        raise ValueError(
            "The 'hidden_layer_sizes' parameter must be a positive int or a sequence of them "
            f"(() is a linear model). Got {hidden_layer_sizes!r} instead."
        )
    return sizes.astype(int).tolist()


def value_per_layer(name, value, n_layers):
    """Return one value for each hidden layer, from one for all or a sequence of them."""
    if isinstance(value, str) or np.ndim(value) == 0:
        return [value] * n_layers
    values = list(value)
    if len(values) != n_layers:
        raise ValueError(
            f"The {name!r} parameter must be one value or one for each of the {n_layers} hidden "
            f"layers. Got {len(values)} values: {value!r}."
        )
    return values


def activation_list(activation, n_layers):
    """Return the names of the activations of the hidden layers."""
    names = value_per_layer("activation", activation, n_layers)
    for name in names:
        if name not in ACTIVATIONS:
            raise ValueError(
                f"The 'activation' parameter has the unknown name {name!r}; the known ones are "
                f"{sorted(ACTIVATIONS)}."
            )
    return names


def dropout_list(input_dropout, dropout, n_layers):
    """Return the rates of a^0 and of the hidden layers, empty where there is no dropout."""
    rates = [float(rate) for rate in value_per_layer("dropout", dropout, n_layers)]
    for rate in rates:
        if not 0 <= rate < 1:
            raise ValueError(
                f"The 'dropout' parameter must have its rates in [0, 1). Got {dropout!r} instead."
            )
    rates = [float(input_dropout), *rates]
    return rates if any(rates) else []
