"""What the parameters of the two estimators may be, in scikit-learn's own terms."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, InvalidParameterError, StrOptions

from skbackprop.activations import ACTIVATIONS
from skbackprop.initialization import INITIALIZATIONS
from skbackprop.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES
from skbackprop.optimizers import OPTIMIZERS
from skbackprop.recipes import RECIPES
from skbackprop.scaling import SCALINGS
from skbackprop.schedules import SCHEDULES

RATE = Interval(Real, 0, 1, closed="left")
FRACTION = Interval(Real, 0, 1, closed="neither")
POSITIVE = Interval(Real, 0, None, closed="neither")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")
# A loss of the user's own: an object with the protocol of skbackprop.losses.
CUSTOM_LOSS = HasMethods(["value", "delta", "inverse_link"])

AUTO = StrOptions({"auto"})

SHARED = {
    "recipe": [StrOptions(set(RECIPES))],
    "n_estimators": [AUTO, COUNT],
    "hidden_layer_sizes": [AUTO, COUNT, "array-like"],
    "activation": [AUTO, StrOptions(set(ACTIVATIONS)), "array-like"],
    "dropout": [AUTO, RATE, "array-like"],
    "input_dropout": [RATE],
    "solver": [AUTO, StrOptions({*OPTIMIZERS, "lbfgs"})],
    "learning_rate": [AUTO, POSITIVE],
    "schedule": [AUTO, StrOptions({*SCHEDULES, "invscaling", "adaptive"}), callable],
    "power_t": [NOT_NEGATIVE],
    "alpha": [AUTO, NOT_NEGATIVE],
    "max_norm": [POSITIVE, None],
    "clip_norm": [POSITIVE, None],
    "batch_size": [StrOptions({"auto"}), COUNT],
    "max_iter": [AUTO, COUNT],
    "max_fun": [COUNT],
    "momentum": [RATE],
    "nesterov": ["boolean"],
    "beta_1": [RATE],
    "beta_2": [AUTO, RATE],
    "epsilon": [POSITIVE],
    "regularization_schedule": [AUTO, StrOptions(set(SCHEDULES)), callable],
    "parametrization": [StrOptions({"auto", "standard", "ntk"})],
    "front": [StrOptions({"auto", "scale", "periodic"}), None],
    "initialization": [StrOptions({"auto", *INITIALIZATIONS}), callable],
    "scaling": [AUTO, StrOptions(set(SCALINGS)), None],
    "categorical_features": [StrOptions({"from_dtype"}), "array-like", None],
    "dtype": [StrOptions({"auto", "float32", "float64"})],
    "early_stopping": [AUTO, "boolean"],
    "validation_fraction": [FRACTION],
    "n_iter_no_change": [AUTO, COUNT, None],
    "tol": [NOT_NEGATIVE],
    "scoring": [str, callable],
    "warm_start": ["boolean"],
    "shuffle": ["boolean"],
    "random_state": ["random_state"],
    "verbose": ["verbose"],
}
CLASSIFIER = {
    **SHARED,
    "loss": [StrOptions(set(CLASSIFIER_LOSSES)), CUSTOM_LOSS],
    "class_weight": [StrOptions({"balanced"}), dict, list, None],
    "label_smoothing": [AUTO, RATE],
}
REGRESSOR = {
    **SHARED,
    "loss": [StrOptions(set(REGRESSOR_LOSSES)), CUSTOM_LOSS],
    "quantile": [FRACTION],
    "huber_threshold": [POSITIVE],
    "clip_predictions": [AUTO, "boolean"],
}


def refuse_word_as_rate(learning_rate):
    """Raise where scikit-learn's learning_rate, the name of a schedule, is meant."""
    if isinstance(learning_rate, str) and learning_rate != "auto":
        raise InvalidParameterError(
            f"The 'learning_rate' parameter must be a number, the step size. Got {learning_rate!r} "
            f"instead; the name of a schedule goes into the 'schedule' parameter: "
            f"schedule={learning_rate!r}."
        )


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
