"""The layers of a network: its input layer, and sizes, activations and dropout rates of the hidden layers."""

import math
from difflib import get_close_matches

import numpy as np

from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.input_layer import InputLayer
from skbackprop.network.piecewise_linear import PiecewiseLinear
from skbackprop.tables.knots import quantile_knots
from skbackprop.tables.row_sampling import present_rows

# A column is embedded if it has more than two values in the first rows of positive weight, this many.
ROWS_OF_VALUES = 1000

# If a column has more categories than this, the scales of its indicators are fixed, and their weights start
# at 0. The first number is for all networks, the second for half of them. Learned scales amplify the noise
# of the few rows of each category. Classifiers lose more by this than they gain. For regressors it depends on
# the table, and networks of both kinds together are nearly as good as those of the better kind (see the page
# on defaults).
MOST_CATEGORIES = {"classifier": (20, 20), "regressor": (math.inf, 8)}

# In the message about 'dropout', which may have one more value.
INPUTS_FIRST = ", optionally preceded by that of the inputs"


def make_input_layer(settings, X, sample_weight, scaling, encoder=None):
    """Return the InputLayer of the networks of `settings`, for encoded inputs like X, or None.

    It encodes the numeric columns, except points on a circle, which are periodic already, and numbers that
    have a rank, which is encoded instead.
    """
    if settings.input_layer is None:
        return None
    n_numeric, others = X.shape[1], ()
    if encoder is not None:
        n_numeric, others = encoder.n_numeric, np.union1d(encoder.on_circle, encoder.with_ranks)
    columns = np.setdiff1d(np.arange(n_numeric), others)
    numbers = X[:, :n_numeric]  # without indicators, which are many
    embedded, pieces = (), None
    if settings.input_layer in ("periodic", "mixed"):
        rows = present_rows(X.shape[0], sample_weight)
        sample = numbers[rows[:ROWS_OF_VALUES]]
        embedded = [j for j in columns if np.unique(sample[:, j]).size > 2]
    if settings.input_layer in ("piecewise", "mixed"):
        knots = quantile_knots(numbers, sample_weight, scaling, columns)
        pieces = PiecewiseLinear.between(knots) if knots else None
    fixed, in_half = inputs_of_fixed_scale(encoder, settings.kind)
    n_networks = settings.n_estimators
    return InputLayer(
        X.shape[1], embedded, n_networks=n_networks, fixed=fixed, fixed_in_half=in_half, pieces=pieces
    )


def inputs_of_fixed_scale(encoder, kind):
    """Return the inputs whose scale is fixed in all networks, and those in half of them.

    These are indicators in columns of many categories; those of columns that are also encoded by the target
    are fixed in all networks.
    """
    if encoder is None:
        return (), ()
    fixed, in_half = map(encoder.codes_of_many, MOST_CATEGORIES[kind])
    return fixed, np.setdiff1d(in_half, fixed)


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
        return [value[()] if isinstance(value, np.ndarray) else value] * n_layers
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
    return rates if any(rates) else []


def nearest(value, known):
    """Return " Did you mean ...?" with the known name most similar to `value`, "" if none is similar."""
    close = get_close_matches(value.lower(), known, n=1) if isinstance(value, str) else []
    return f" Did you mean {close[0]!r}?" if close else ""
