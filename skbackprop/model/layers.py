"""Sizes, activations and dropout rates of the hidden layers, from one value for all or one for each."""

from difflib import get_close_matches

import numpy as np

from skbackprop.network.activations import ACTIVATIONS

# In the message about 'dropout', which may have one more value.
INPUTS_FIRST = ", optionally preceded by that of the inputs"


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
            f"layers{INPUTS_FIRST if name == 'dropout' else ''}. Got {len(values)} values: {value!r}."
        )
    return values


def activation_list(activation, n_layers):
    """Return the names of the activations of the hidden layers."""
    names = value_per_layer("activation", activation, n_layers)
    for name in names:
        if name not in ACTIVATIONS:
            raise ValueError(
                f"The 'activation' parameter has the unknown name {name!r}; the known ones are "
                f"{sorted(ACTIVATIONS)}.{nearest(name, sorted(ACTIVATIONS))}"
            )
    return [str(name) for name in names]  # the elements of an array are of NumPy's type str_


def dropout_list(dropout, n_layers):
    """Return the dropout rates of a^0 and of the hidden layers; an empty list if all are 0."""
    if np.ndim(dropout) == 1 and len(dropout) == n_layers + 1:
        rates = list(dropout)
    else:
        rates = [0.0, *value_per_layer("dropout", dropout, n_layers)]
    rates = [float(rate) for rate in rates]
    for rate in rates:
        if not 0 <= rate < 1:
            raise ValueError(
                f"The 'dropout' parameter must have its rates in [0, 1). Got {dropout!r} instead."
            )
    return rates if any(rates) else []


def nearest(value, known):
    """Return " Did you mean ...?" with the known name most similar to `value`, "" if none is similar."""
    close = get_close_matches(value.lower(), known, n=1) if isinstance(value, str) else []
    return f" Did you mean {close[0]!r}?" if close else ""
