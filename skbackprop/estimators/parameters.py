"""The parameters: what each may be and what it does, written once.

The constraints that ``fit`` checks, the docstrings of the estimators and the table of the recipes are made
from the tables in this file; a default is written in the signature of ``__init__`` and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    InvalidParameterError,
    Options,
    StrOptions,
    validate_parameter_constraints,
)

from skbackprop.model.layers import nearest
from skbackprop.model.recipes import RECIPES
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.initialization import INITIALIZATIONS
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES
from skbackprop.network.optimizers import OPTIMIZERS
from skbackprop.network.schedules import SCHEDULES
from skbackprop.tables.scaling import SCALINGS


class Choice(StrOptions):
    """One of some strings, which messages name in sorted order."""

    def __init__(self, *options):
        super().__init__(set(options))

    def __str__(self):
        return f"a str among {{{', '.join(repr(option) for option in sorted(self.options))}}}"


@dataclass(frozen=True)
class Parameter:
    """A constructor parameter.

    Parameters
    ----------
    name : str
    constraints : list
        What it may be, in the terms of :mod:`sklearn.utils._param_validation`.
    description : str
        What it does, as the docstrings have it.
    items : str, default=""
        What an array-like consists of.
    """

    name: str
    constraints: Sequence
    description: str
    items: str = ""


RATE = Interval(Real, 0, 1, closed="left")
FRACTION = Interval(Real, 0, 1, closed="neither")
POSITIVE = Interval(Real, 0, None, closed="neither")
NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
COUNT = Interval(Integral, 1, None, closed="left")
# A custom loss: an object with the protocol of skbackprop.network.losses.
CUSTOM_LOSS = HasMethods(["value", "delta", "inverse_link"])
AUTO = Choice("auto")


class RecipeConstraint(HasMethods):
    """The name of a recipe, or a Recipe."""

    def __init__(self):
        super().__init__(["base_and_changes"])

    def __str__(self):
        return "a skbackprop.Recipe"


# What a Recipe changes; the parameters of both estimators follow below.
RECIPE = [
    Parameter("base", [Choice(*RECIPES)], 'The recipe that decides what is left at "auto".'),
    Parameter(
        "regularization_schedule",
        [Choice("auto", *SCHEDULES), callable],
        """
        Factor on dropout and alpha as a function of the fraction of the training done: a name of
        :mod:`skbackprop.network.schedules` or a callable. "flat_cos" fades both out in the second half.
        """,
    ),
    Parameter(
        "initialization",
        [Choice("auto", *INITIALIZATIONS), callable],
        """
        Scheme of the initial weights (see :mod:`skbackprop.network.initialization`); "auto" takes each
        layer's from its activation: he for the rectifiers, lecun for selu, glorot for sigmoid and tanh; with
        the parametrization "ntk" lecun, and zeros for the output layer. A callable is called for each layer
        as ``initialization(rng, n_in, n_out)`` and returns its weights of shape (n_in, n_out) and its biases
        of shape (n_out,).
        """,
    ),
    Parameter("clip_norm", [POSITIVE, None], "Upper bound on the norm of the gradient."),
    Parameter("max_norm", [POSITIVE, None], "Upper bound on the norm of the incoming weights of each unit."),
    Parameter(
        "parametrization",
        [Choice("auto", "standard", "ntk")],
        """
        "ntk" (neural tangent parametrization) gives each layer a learning rate that fits its width, and
        initial weights to match; `learning_rate` is that of a layer of 256 inputs.
        """,
    ),
    Parameter(
        "input_layer",
        [Choice("auto", "scale", "periodic"), None],
        """
        What precedes the first layer (see :mod:`skbackprop.network.input_layer`): "scale" is a learned factor
        for each input, "periodic" the same with periodic embeddings of the numeric inputs. Dense inputs only.
        """,
    ),
    Parameter(
        "label_smoothing",
        [AUTO, RATE],
        "Classifier only: e in [0, 1); training learns (1 - e) Y + e / k in place of Y, for k classes.",
    ),
    Parameter(
        "clip_predictions",
        [AUTO, "boolean"],
        """
        Regressor only: whether predictions are confined to the range of the y of the training, widened by
        half of its length on each side.
        """,
    ),
]

NETWORK = [
    Parameter(
        "hidden_layer_sizes",
        [AUTO, COUNT, "array-like"],
        "Number of units of each hidden layer; () is a linear model.",
        items="int",
    ),
    Parameter(
        "activation",
        [Choice("auto", *ACTIVATIONS), "array-like"],
        "Activation sigma of the hidden layers: one name, or one for each layer.",
        items="str",
    ),
    Parameter(
        "recipe",
        [Choice(*RECIPES), RecipeConstraint()],
        """
        What "auto" means for the parameters left at it. "tabular" was chosen by measurements on many data
        sets; "best" trains more and wider networks, in ten times the time; "fast" trains fewer and smaller
        ones; "textbook" is the plain network that scikit-learn has too. A :class:`Recipe` also sets what has
        no parameter of its own.
        """,
    ),
    Parameter(
        "n_estimators",
        [AUTO, COUNT],
        """
        Number of networks trained side by side on the same batches, each with its own initial weights and
        dropout masks; predictions are the mean of theirs.
        """,
    ),
]
TRAINING = [
    Parameter(
        "dropout",
        [AUTO, RATE, "array-like"],
        """
        Probability of dropping a hidden unit in training, in [0, 1): one for all hidden layers or one for
        each. With one more value than hidden layers, the first is that of the inputs.
        """,
        items="float",
    ),
    Parameter(
        "solver",
        [Choice("auto", *OPTIMIZERS, "lbfgs")],
        """
        How the gradient becomes a step. "lbfgs" uses all rows at once: for small data, and without dropout.
        With "sgd" and "lbfgs", "auto" takes the values of the recipe "textbook" for the other parameters.
        """,
    ),
    Parameter("learning_rate", [AUTO, POSITIVE], 'Step size eta; without effect for the solver "lbfgs".'),
    Parameter(
        "schedule",
        [Choice("auto", *SCHEDULES, "invscaling", "adaptive"), callable],
        """
        How the learning rate changes: a function of the fraction of max_iter done (a name of
        :mod:`skbackprop.network.schedules`, or a callable that returns a factor), "invscaling" (divided by
        epoch ** power_t) or "adaptive" (divided by 5 if the loss has not fallen for n_iter_no_change epochs).
        """,
    ),
    Parameter("power_t", [NOT_NEGATIVE], 'Exponent of the schedule "invscaling".'),
    Parameter(
        "alpha",
        [AUTO, NOT_NEGATIVE],
        """
        L2 penalty: adds ``alpha / 2 * sum(W ** 2)`` to the mean loss, whatever the batch size. The solver
        "adamw" instead multiplies the weights by ``1 - learning_rate * alpha`` at each step.
        """,
    ),
    Parameter(
        "batch_size",
        [AUTO, COUNT],
        'Rows per step. The solver "lbfgs" sums over blocks of this many rows.',
    ),
    Parameter("max_iter", [AUTO, COUNT], 'Number of epochs; of iterations for the solver "lbfgs".'),
    Parameter("max_fun", [COUNT], 'Upper bound on the evaluations of the loss by "lbfgs".'),
    Parameter("momentum", [RATE], 'Momentum of the solver "sgd", in [0, 1).'),
    Parameter("nesterov", ["boolean"], 'Whether the momentum of "sgd" is Nesterov\'s.'),
    Parameter("beta_1", [RATE], 'Decay rate of the first moment of "adam" and "adamw", in [0, 1).'),
    Parameter("beta_2", [AUTO, RATE], "Decay rate of their second moment, in [0, 1)."),
    Parameter("epsilon", [POSITIVE], 'Added to the root of the second moment in "adam" and "adamw".'),
    Parameter(
        "scaling",
        [Choice("auto", *SCALINGS), None],
        """
        How the inputs, and a regressor's target, are scaled: "standard" to mean 0 and variance 1, "robust" by
        quartiles with a smooth bound on outliers (the target: as "standard"). None scales nothing.
        """,
    ),
    Parameter(
        "categorical_features",
        [Choice("from_dtype"), "array-like", None],
        """
        Which columns of X are categories, to be encoded one-hot: by their type in a data frame (strings,
        categorical, enum), or a mask, positions or names. They are matched by value: 1, 1.0 and True are one
        category, "1" is another. Unknown categories are all zeros, missing ones a category of their own.
        Missing numbers are replaced by the median, with an indicator for each column that had some in fit.
        """,
        items="bool, int or str",
    ),
    Parameter(
        "max_categories",
        [AUTO, Interval(Integral, 2, None, closed="left"), None],
        """
        Upper limit on the inputs that a column of categories becomes. If it has more, the most frequent have
        an input each, and the rare ones share one with those that are unknown in fit; the column becomes a
        number by the target as well, as do all with more than 100 categories. None is no limit; "auto" is
        100, or one for every 10 rows up to 1,000, of which each has at least 10 rows. A warning names the
        columns in which more than half of the rows are too rare.
        """,
    ),
    Parameter(
        "min_frequency",
        [COUNT, FRACTION, None],
        """
        Least number of rows, or share of the rows, of a category that is not rare.
        """,
    ),
    Parameter(
        "dtype",
        [Choice("auto", "float32", "float64")],
        """
        What the network computes in. "auto": float32 for float32 input and if X has more than 20,000 numbers,
        else float64. Results have the dtype of X.
        """,
    ),
]
STOPPING = [
    Parameter(
        "early_stopping",
        [Choice("auto", "folds"), "boolean"],
        """
        Whether rows are held out, and the weights of the epoch with the best result on them are kept. True: a
        share of the rows, the same for all networks. "folds": each of the `n_estimators` networks holds out
        a fold of its own, so that every row is trained on by all networks but one, and keeps its own best
        epoch. Classes are held out in equal shares. From 100,000 rows on there are at least eight folds (or
        as many as groups); with fewer networks than folds, the other rows are held out by none.
        """,
    ),
    Parameter("validation_fraction", [FRACTION], "The share, in (0, 1)."),
    Parameter(
        "n_iter_no_change",
        [Choice("auto", "cycle"), COUNT, Options(Real, {np.inf}), None],
        """
        Training stops after this many epochs in a row without an improvement by `tol`; None and np.inf
        switch this off. "cycle" stops it after the third of the four cycles of the schedule "coslog4", if
        rows are held out and this cycle lowered their loss by less than 5 %; not with robust losses.
        """,
    ),
    Parameter(
        "tol",
        [NOT_NEGATIVE],
        """
        Least improvement, of the validation if there is one, else of the loss with the penalty. For the
        solver "lbfgs": the largest component of the gradient at which it stops.
        """,
    ),
    Parameter(
        "scoring",
        [str, callable],
        'What is measured on the validation rows: "loss", or a scorer as in scikit-learn.',
    ),
    Parameter(
        "warm_start",
        ["boolean"],
        """
        Whether fit continues from the last fit: weights, optimizer and random numbers. Parameters of the
        training (max_iter, learning_rate, schedule, alpha, batch_size and the like) may change in between;
        those that the network is made of stay as they were.
        """,
    ),
    Parameter("shuffle", ["boolean"], "Whether each epoch takes the rows in a new order."),
    Parameter(
        "random_state",
        ["random_state"],
        "Determines the initial weights, the order of the rows, dropout and the held-out rows.",
    ),
    Parameter("verbose", ["verbose"], "Whether to print a line per epoch, and which was kept."),
]
SHARED = [*NETWORK, *TRAINING, *STOPPING]
CLASSIFIER = [
    *SHARED,
    Parameter(
        "loss",
        [Choice(*CLASSIFIER_LOSSES), CUSTOM_LOSS],
        """
        What is minimised. "log_loss": cross-entropy, with a sigmoid for two classes and a softmax for more.
        "bce": a sigmoid for each class, each with binary cross-entropy. "squared_error": a sigmoid for each
        class with half the squared error. An object with the methods that :mod:`skbackprop.network.losses`
        describes is a custom loss.
        """,
    ),
    Parameter(
        "class_weight",
        [Choice("balanced"), dict, list, None],
        """
        Weights of the classes, by which the sample weights are multiplied; a class that a dict does not name
        has weight 1. "balanced" weights every class to the same total. A list has a dict for each label of a
        multilabel y.
        """,
    ),
]
REGRESSOR = [
    *SHARED,
    Parameter(
        "loss",
        [Choice(*REGRESSOR_LOSSES), CUSTOM_LOSS],
        """
        What is minimised, over the scaled target. "squared_error" predicts the mean, "absolute_error" the
        median, "huber" a value in between, "poisson" the mean of counts (y >= 0), "gamma" the mean of
        positive amounts (y > 0), "tweedie" the mean of amounts that are often 0 (y >= 0), "quantile" the
        quantile `quantile`. An object with the methods that :mod:`skbackprop.network.losses` describes is a
        custom loss; of that module, ``Huber(threshold)`` is "huber" with a threshold other than 1.35, and
        ``Tweedie(power)`` is "tweedie" with a power other than 1.5.
        """,
    ),
    Parameter(
        "quantile",
        [FRACTION, "array-like"],
        """
        The quantile that loss="quantile" predicts, in (0, 1). Of several, in increasing order, for a y of one
        column, the predictions have shape (n_samples, n_quantiles) and are in this order in every row.
        """,
        items="float",
    ),
]


def constraints(parameters):
    """Return the constraints of a table of parameters by name, as scikit-learn has them."""
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
        Whose parameters they are, for the message.
    """
    for name, value in values.items():
        try:
            validate_parameter_constraints({name: allowed[name]}, {name: value}, caller_name=owner)
        except InvalidParameterError as error:
            raise InvalidParameterError(f"{error}{nearest(value, choices(allowed[name]))}") from None


def choices(allowed):
    """Return all strings that some constraints allow, sorted."""
    return sorted(option for each in allowed if isinstance(each, StrOptions) for option in each.options)


def refuse_word_as_rate(learning_rate):
    """Raise if `learning_rate` is the name of a schedule, as scikit-learn's parameter of this name is."""
    if isinstance(learning_rate, str) and learning_rate != "auto":
        raise InvalidParameterError(
            f"The 'learning_rate' parameter must be a number, the step size. Got {learning_rate!r} "
            f"instead; the name of a schedule goes into the 'schedule' parameter: "
            f"schedule={learning_rate!r}."
        )
