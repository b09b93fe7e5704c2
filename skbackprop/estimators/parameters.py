"""What the parameters of the two estimators may be, in scikit-learn's own terms."""

from numbers import Integral, Real

from sklearn.utils._param_validation import HasMethods, Interval, InvalidParameterError, StrOptions

from skbackprop.model.recipes import RECIPES
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.initialization import INITIALIZATIONS
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES
from skbackprop.network.optimizers import OPTIMIZERS
from skbackprop.network.schedules import SCHEDULES
from skbackprop.tables.scaling import SCALINGS

RATE = Interval(Real, 0, 1, closed="left")
FRACTION = Interval(Real, 0, 1, closed="neither")
POSITIVE = Interval(Real, 0, None, closed="neither")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")
# A loss of the user's own: an object with the protocol of skbackprop.network.losses.
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
