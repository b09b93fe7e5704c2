"""The constraints and descriptions of the parameters.

The constraints that ``fit`` checks, the docstrings of the estimators and the table of the recipes are
generated from the tables in this file. Defaults are written in the signature of ``__init__`` only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import ClassVar

import numpy as np
from sklearn.utils._param_validation import (
    InvalidParameterError,
    Options,
    StrOptions,
    validate_parameter_constraints,
)

from skbackprop.estimators.constraints import ArrayOf, Choice, Function, Instance, Number
from skbackprop.model.layers import nearest
from skbackprop.model.recipes import RECIPES
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.initialization import INITIALIZATIONS
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES
from skbackprop.network.optimizers import OPTIMIZERS
from skbackprop.network.schedules import SCHEDULES
from skbackprop.tables.scaling import SCALINGS


@dataclass(frozen=True)
class Parameter:
    """A constructor parameter, either :class:`Fixed` or :class:`Changeable`, which set ``fixed``.

    Parameters
    ----------
    name : str
    constraints : list
        Allowed values, as constraints of :mod:`sklearn.utils._param_validation`.
    description : str
        Description in the docstrings.
    items : str, default=""
        Types of the items of an array-like, for the docstrings.
    """

    name: str
    constraints: Sequence
    description: str
    items: str = ""
    fixed: ClassVar[bool]


class Fixed(Parameter):
    """A parameter that defines the network: it keeps its value when training continues."""

    fixed = True


class Changeable(Parameter):
    """A parameter that may change when training continues."""

    fixed = False


RATE = Number(Real, 0, 1, closed="left")
FRACTION = Number(Real, 0, 1, closed="neither")
POSITIVE = Number(Real, 0, None, closed="neither")
NOT_NEGATIVE = Number(Real, 0, None, closed="left")
COUNT = Number(Integral, 1, None, closed="left")
# A custom loss: an object with the protocol of skbackprop.network.losses.
CUSTOM_LOSS = Instance(
    ["value", "delta", "inverse_link"],
    "object",
    "an object with the methods value, delta and inverse_link (not a class)",
)
AUTO = Choice("auto")


# The parameters of Recipe; those of the estimators follow below.
RECIPE = [
    Fixed("base", [Choice(*RECIPES)], 'The recipe for all values that are left at "auto".'),
    Changeable(
        "regularization_schedule",
        [Choice("auto", *SCHEDULES), Function(1)],
        """
        Factor on dropout and alpha as a function of the fraction of training done: a name of
        :mod:`skbackprop.network.schedules` or a callable. "flat_cos" fades both out in the second half.
        """,
    ),
    Fixed(
        "initialization",
        [Choice("auto", *INITIALIZATIONS), Function(3)],
        """
        Scheme of the initial weights (see :mod:`skbackprop.network.initialization`). "auto" chooses it by the
        activation of each layer: he for rectifiers, lecun for selu, glorot for sigmoid and tanh; with the
        parametrization "ntk", it is lecun, and zeros for the output layer. A callable is called for each
        layer as ``initialization(rng, n_in, n_out)`` and returns weights of shape (n_in, n_out) and biases of
        shape (n_out,).
        """,
    ),
    Changeable("clip_norm", [POSITIVE, None], "Upper bound on the norm of the gradient."),
    Changeable("max_norm", [POSITIVE, None], "Upper bound on the norm of the incoming weights of each unit."),
    Fixed(
        "parametrization",
        [Choice("auto", "standard", "ntk")],
        """
        "ntk" (neural tangent parametrization) scales the learning rate of each layer by its number of inputs,
        with matching initial weights; `learning_rate` is that of a layer of 256 inputs.
        """,
    ),
    Fixed(
        "input_layer",
        [Choice("auto", "scale", "piecewise", "periodic", "mixed"), None],
        """
        The transformation before the first layer (see :mod:`skbackprop.network.input_layer`): "scale" is a
        learned factor for each input, "periodic" adds periodic embeddings of the numeric inputs, "piecewise"
        adds a piecewise linear encoding of them in every second network, and "mixed" adds periodic embeddings
        in the others as well. A single network has what is added to any of several. Dense inputs only.
        """,
    ),
    Changeable(
        "label_smoothing",
        [AUTO, RATE],
        """
        Classifier only: e in [0, 1); the targets are (1 - e) Y + e pi instead of Y, where pi are the shares
        of the classes in the weighted rows.
        """,
    ),
    Changeable(
        "clip_predictions",
        [AUTO, "boolean"],
        """
        Regressor only: whether predictions are clipped to the range of the training y, extended by half of
        its length on each side.
        """,
    ),
    Fixed(
        "numbers_as_categories",
        [AUTO, "boolean"],
        """
        Whether `fit` looks for columns of numbers whose single values matter, such as the numbers of shops,
        and encodes them as categories in addition (see :mod:`skbackprop.tables.numbers_as_categories`).
        Without effect if `categorical_features` names columns or is None, in streams, and for arrays on disk
        and tables of more than 1,000 columns.
        """,
    ),
]

NETWORK = [
    Fixed(
        "hidden_layer_sizes",
        [AUTO, COUNT, ArrayOf(COUNT)],
        "Number of units of each hidden layer; () is a linear model.",
        items="int",
    ),
    Fixed(
        "activation",
        [Choice("auto", *ACTIVATIONS), ArrayOf(str)],
        "Activation sigma of the hidden layers: one name, or one for each layer.",
        items="str",
    ),
    # The parts of a Recipe that define the network are Fixed in its own table.
    Changeable(
        "recipe",
        [Choice(*RECIPES), Instance(["base_and_changes"], "Recipe", "a skbackprop.Recipe")],
        """
        The values of parameters that are left at "auto". "tabular" was chosen by measurements on many data
        sets; "best" trains more and wider networks, in ten times the time; "fast" trains fewer and smaller
        ones; "textbook" is the plain network of scikit-learn. A :class:`Recipe` also sets options that are
        not parameters of the estimator.
        """,
    ),
    Fixed(
        "n_estimators",
        [AUTO, COUNT],
        """
        Number of networks trained side by side, each with its own initial weights, dropout masks and, if
        they hold out folds, training rows; predictions are the mean over the networks.
        """,
    ),
]
TRAINING = [
    Fixed(
        "dropout",
        [AUTO, RATE, ArrayOf(RATE)],
        """
        Probability of dropping a hidden unit in training, in [0, 1): one value for all hidden layers or one
        for each. With one more value than hidden layers, the first is for the inputs.
        """,
        items="float",
    ),
    Fixed(
        "solver",
        [Choice("auto", *OPTIMIZERS, "lbfgs")],
        """
        The optimizer. "lbfgs" uses all rows in every step; it suits small data and cannot be used with
        dropout. With "sgd" and "lbfgs", other parameters at "auto" take the values of the recipe "textbook".
        """,
    ),
    Changeable("learning_rate", [AUTO, POSITIVE], 'Step size eta; not used by the solver "lbfgs".'),
    Changeable(
        "schedule",
        [Choice("auto", *SCHEDULES, "invscaling", "adaptive"), Function(1)],
        """
        Schedule of the learning rate: a function of the fraction of max_iter done (a name of
        :mod:`skbackprop.network.schedules`, or a callable that returns a factor), "invscaling" (divided by
        epoch ** power_t) or "adaptive" (divided by 5 if the loss has not fallen for n_iter_no_change epochs).
        """,
    ),
    Changeable("power_t", [NOT_NEGATIVE], 'Exponent of the schedule "invscaling".'),
    Changeable(
        "alpha",
        [AUTO, NOT_NEGATIVE],
        """
        L2 penalty: adds ``alpha / 2 * sum(W ** 2)`` to the mean loss of every batch. The solver
        "adamw" multiplies the weights by ``1 - learning_rate * alpha`` at each step instead.
        """,
    ),
    Changeable(
        "batch_size",
        [AUTO, COUNT],
        'Rows per step. The solver "lbfgs" sums over blocks of this many rows.',
    ),
    Changeable("max_iter", [AUTO, COUNT], 'Number of epochs; of iterations for the solver "lbfgs".'),
    Changeable("max_fun", [COUNT], 'Largest number of evaluations of the loss by "lbfgs".'),
    Changeable("momentum", [RATE], 'Momentum of the solver "sgd", in [0, 1).'),
    Changeable("nesterov", ["boolean"], 'Whether the momentum of "sgd" is Nesterov\'s.'),
    Changeable("beta_1", [RATE], 'Decay rate of the first moment of "adam" and "adamw", in [0, 1).'),
    Changeable("beta_2", [AUTO, RATE], 'Decay rate of the second moment of "adam" and "adamw", in [0, 1).'),
    Changeable("epsilon", [POSITIVE], 'Added to the root of the second moment in "adam" and "adamw".'),
    Fixed(
        "scaling",
        [Choice("auto", *SCALINGS), None],
        """
        Scaling of the inputs: "standard" to mean 0 and variance 1, "robust" by quartiles, with compressed
        outliers; numbers in groups far apart are then encoded by rank in addition
        (:mod:`skbackprop.tables.ranks`). A regressor's target is scaled in a way that suits the loss. None
        scales neither.
        """,
    ),
    Fixed(
        "categorical_features",
        [Choice("from_dtype"), ArrayOf("boolean", Integral, str), None],
        """
        The categorical columns of X, which are encoded one-hot: "from_dtype" for the columns of a data frame
        with a suitable type (strings, categorical, enum), or a mask, positions or names. Categories are
        compared by value: 1, 1.0 and True are the same category, "1" is another. Unknown categories are
        encoded as zeros, and missing values are a separate category. Missing numbers are replaced by the
        median, with an indicator for each column that had some in fit. With "from_dtype", columns of text
        that are dates, numbers with units, or many names with common words are also encoded as numbers; in
        columns that are named here, text is a category only.
        """,
        items="bool, int or str",
    ),
    Fixed(
        "max_categories",
        [AUTO, Number(Integral, 2, None, closed="left"), None],
        """
        Largest number of inputs for a categorical column. If it has more categories, the most frequent ones
        have one input each, and the rare ones share one input with categories that are unknown in fit. Such a
        column, and every column with more than 100 categories, is also encoded by the target. None is no
        limit; "auto" is 100, or one for every 10 rows up to 1,000, each for a category of at least 10 rows.
        With "auto", a warning names the columns in which more than half of the rows have a category of one
        or two rows and no dates or numbers are read from the text.
        """,
    ),
    Fixed(
        "min_frequency",
        [COUNT, FRACTION, None],
        "Smallest number or fraction of rows of a category that is not rare.",
    ),
    Fixed(
        "dtype",
        [Choice("auto", "float32", "float64")],
        """
        Dtype of the computations. "auto" is float32 for float32 input and if X has more than 20,000 numbers,
        else float64. Predictions have the dtype of X; intervals are float64.
        """,
    ),
]
STOPPING = [
    Changeable(
        "early_stopping",
        [Choice("auto", "folds"), "boolean"],
        """
        Whether to hold out rows and to keep the weights of the epoch with the best result on them. True: all
        networks hold out the same fraction of the rows. "folds": each of the `n_estimators` networks holds
        out a different fold and keeps its own best epoch, so that every row is trained on by all networks but
        one. The rows are stratified by class. From 100,000 rows on there are at least eight folds (or as many
        as groups); if these are more than the networks, no network holds out the rows of the other folds.
        """,
    ),
    Changeable(
        "validation_fraction", [FRACTION], "Fraction of the rows held out by early_stopping=True, in (0, 1)."
    ),
    Changeable(
        "n_iter_no_change",
        [Choice("auto", "cycle"), COUNT, Options(Real, {np.inf}), None],
        """
        Training stops after this many consecutive epochs without an improvement by `tol`; None and np.inf
        switch this off. "cycle" stops it after the third of the four cycles of the schedule "coslog4" if
        rows are held out and this cycle lowered their loss by less than 5 %; not with robust losses, nor if
        some networks have lowered their loss much and others hardly.
        """,
    ),
    Changeable(
        "tol",
        [NOT_NEGATIVE],
        """
        Smallest improvement that counts, of the validation if there is one, else of the loss with the
        penalty. The solver "lbfgs" stops when no component of the gradient is larger.
        """,
    ),
    Changeable(
        "scoring",
        [str, Function(3)],
        'The metric on the validation rows: "loss", or a scorer as in scikit-learn.',
    ),
    Changeable(
        "warm_start",
        ["boolean"],
        """
        Whether fit continues the last fit, with its weights, optimizer state and random generator. Parameters
        of the training (max_iter, learning_rate, schedule, alpha, batch_size and similar ones) may change
        between two fits; those that define the network keep their values.
        """,
    ),
    Changeable("shuffle", ["boolean"], "Whether each epoch passes over the rows in a new order."),
    Changeable(
        "random_state",
        ["random_state"],
        "Determines the initial weights, the order of the rows, dropout and the held-out rows.",
    ),
    Changeable(
        "verbose",
        ["boolean", Number(Integral, 0, None, closed="left")],
        "Whether to print a line per epoch, and the epoch that was kept.",
    ),
]
SHARED = [*NETWORK, *TRAINING, *STOPPING]
CLASSIFIER = [
    *SHARED,
    Fixed(
        "loss",
        [Choice(*CLASSIFIER_LOSSES), CUSTOM_LOSS],
        """
        The loss to minimize. "log_loss": cross-entropy, with a sigmoid for two classes and a softmax for
        more. "bce": a sigmoid for each class, each with binary cross-entropy. "squared_error": a sigmoid for
        each class with half the squared error. An object with the methods that
        :mod:`skbackprop.network.losses` describes is a custom loss.
        """,
    ),
    Changeable(
        "class_weight",
        [Choice("balanced"), dict, list, None],
        """
        Weights of the classes, which multiply the sample weights; a class that is not in the dict has weight
        1. "balanced" gives every class the same total weight. For a multilabel y, a list of one dict per
        label.
        """,
    ),
]
REGRESSOR = [
    *SHARED,
    Fixed(
        "loss",
        [Choice(*REGRESSOR_LOSSES), CUSTOM_LOSS],
        """
        The loss to minimize, of the scaled target. "squared_error" predicts the mean, "absolute_error" the
        median, "huber" a value in between, "poisson" the mean of counts (y >= 0), "gamma" the mean of
        positive amounts (y > 0), "tweedie" the mean of amounts with many zeros (y >= 0), "quantile" the
        quantile `quantile`. An object with the methods that :mod:`skbackprop.network.losses` describes is a
        custom loss. ``Huber(threshold)`` and ``Tweedie(power)`` of that module are "huber" with a threshold
        other than 1.35 and "tweedie" with a power other than 1.5.
        """,
    ),
    Fixed(
        "quantile",
        [FRACTION, ArrayOf(FRACTION)],
        """
        The quantile that loss="quantile" predicts, in (0, 1). For a y of one column it can be a sequence in
        increasing order; the predictions then have shape (n_samples, n_quantiles) and increase in every row.
        """,
        items="float",
    ),
]


def constraints(parameters):
    """Return the constraints of a table of parameters by name, in scikit-learn's form."""
    return {parameter.name: list(parameter.constraints) for parameter in parameters}


def validate(allowed, values, owner):
    """Raise InvalidParameterError for the first value that is not allowed.

    Parameters
    ----------
    allowed : dict
        Constraints by name.
    values : dict
        Values by name.
    owner : str
        The class of the parameters, for the message.
    """
    for name, value in values.items():
        try:
            validate_parameter_constraints({name: allowed[name]}, {name: value}, caller_name=owner)
        except InvalidParameterError as error:
            raise InvalidParameterError(f"{error}{nearest(value, choices(allowed[name]))}") from None


def choices(allowed):
    """Return the sorted strings that the constraints `allowed` accept."""
    return sorted(option for each in allowed if isinstance(each, StrOptions) for option in each.options)


def refuse_word_as_rate(learning_rate):
    """Raise if `learning_rate` is the name of a schedule, as in scikit-learn's MLPClassifier."""
    if isinstance(learning_rate, str) and learning_rate != "auto":
        raise InvalidParameterError(
            f"The 'learning_rate' parameter must be a number, the step size. Got {learning_rate!r} "
            f"instead; the name of a schedule goes into the 'schedule' parameter: "
            f"schedule={learning_rate!r}."
        )
