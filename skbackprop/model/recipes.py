"""Recipes: what "auto" means.

A parameter that is left at "auto" takes its value from the recipe; one that is set is what it is
set to, whatever the recipe. "tabular" is the default, found by measuring on many data sets (see
the page on defaults); "best" trains more and wider networks in ten times the time; "fast" trains
fewer and smaller ones; "textbook" is the plain network that scikit-learn's MLPClassifier has too.
"""

import math
from types import SimpleNamespace

import numpy as np

from skbackprop.network.input_layer import InputLayer
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES
from skbackprop.network.optimizers import OPTIMIZERS
from skbackprop.network.parametrization import ntk_rates

# Rows among which a column must have more than two values to be embedded.
SAMPLE_ROWS = 1000

TEXTBOOK = {
    "n_estimators": 1,
    "hidden_layer_sizes": (100,),
    "activation": "relu",
    "dropout": 0.0,
    "solver": "adam",
    "learning_rate": 0.001,
    "schedule": "constant",
    "alpha": 1e-4,
    "batch_size": 200,
    "max_iter": 200,
    "beta_2": 0.999,
    "scaling": "standard",
    "early_stopping": False,
    "n_iter_no_change": 10,
    "regularization_schedule": "constant",
    "parametrization": "standard",
    "input_layer": None,
    "label_smoothing": 0.0,
    "clip_predictions": False,
}
TABULAR_CLASSIFIER = {
    "n_estimators": 8,
    "hidden_layer_sizes": (128, 128, 128),
    "activation": "relu",
    "dropout": 0.05,
    "solver": "adamw",
    "learning_rate": 0.0025,
    "schedule": "coslog4",
    "alpha": 0.32,
    "batch_size": "auto",
    "batches": 8,  # an epoch, where that makes their size one within BATCH_BOUNDS
    "max_iter": "auto",
    "beta_2": 0.95,
    "scaling": "robust",
    "early_stopping": "auto",
    "n_iter_no_change": "cycle",
    "regularization_schedule": "flat_cos",
    "parametrization": "ntk",
    "input_layer": "scale",
    "label_smoothing": "auto",
    "clip_predictions": True,
}
TABULAR_REGRESSOR = {
    **TABULAR_CLASSIFIER,
    "n_estimators": 6,
    "hidden_layer_sizes": (96, 96, 96),
    "activation": "mish",
    "dropout": 0.1,
    "batches": 64,
    "learning_rate": 0.004,
    "input_layer": "periodic",
}
# Fewer and smaller networks, and for the regressor no embeddings.
FAST = {"n_estimators": 4, "hidden_layer_sizes": (64, 64, 64), "activation": "relu", "input_layer": "scale"}
# More and wider networks.
BEST = {"n_estimators": 16, "hidden_layer_sizes": (256, 256, 256), "input_layer": "periodic"}
RECIPES = {
    "tabular": (TABULAR_CLASSIFIER, TABULAR_REGRESSOR),
    "best": ({**TABULAR_CLASSIFIER, "activation": "selu", **BEST}, {**TABULAR_REGRESSOR, **BEST}),
    "fast": ({**TABULAR_CLASSIFIER, **FAST}, {**TABULAR_REGRESSOR, **FAST, "batches": 32}),
    "textbook": (TEXTBOOK, TEXTBOOK),
}

# Epochs of the tabular recipes: these, or as many as LEAST_STEPS need, up to MOST_EPOCHS. The more rows there
# are, the fewer times each has to be seen: all epochs together pass at most ROWS_PASSED rows, but there are
# FEWEST_EPOCHS.
EPOCHS = {"classifier": 48, "regressor": 72}
LEAST_STEPS, MOST_EPOCHS = 250, 256
ROWS_PASSED, FEWEST_EPOCHS = 3_200_000, 4
# Rows of a batch: small data needs small ones, for steps enough.
BATCH_BOUNDS = (32, 256)

# Label smoothing, where the temperature undoes it.
SMOOTHING = 0.1

# Tables with these numbers of rows are small. A single network, of several classes, then holds out a tenth
# to find the best epoch, because what is learned after it is noise; with fewer rows a tenth tells nothing,
# with more it is worth more in training. Networks on folds need no upper bound: all rows are trained on.
SMALL_TABLE = range(100, 2000)

# From LARGE_TABLE rows on more epochs bring more than more networks do, so that there are fewer of these, and
# one pass from large steps to small ones brings more than four. Each network holds out an eighth of the rows,
# which is enough to validate on; the others are for all.
LARGE_TABLE = 100_000
SCHEDULE_OF_LARGE_TABLES = "flat_cos"
FEWEST_NETWORKS, FOLDS_OF_LARGE_TABLES = 2, 8


class Settings(SimpleNamespace):
    """The parameters of an estimator as attributes, a class of this package for those who load it."""


def is_auto(value):
    """Whether a parameter is left at "auto"; an array of names is not."""
    return isinstance(value, str) and value == "auto"


def resolve(
    parameters, kind, n_rows, streaming=False, mostly_zeros=False, on_disk=False, given_validation=False
):
    """Return Settings: `parameters` with every "auto" replaced, for training on `n_rows` rows.

    Parameters
    ----------
    parameters : dict
        Values by name, as ``estimator.get_params(deep=False)`` returns them.
    kind : {"classifier", "regressor"}
    n_rows : int
    streaming : bool, default=False
        Whether the rows are the first of a stream of batches. A stream is scaled by statistics that move
        with it, for which scaling must be linear.
    mostly_zeros : bool, default=False
        Whether X has many columns and few numbers other than 0 (see :func:`.mostly_zeros`). Standard scaling
        makes much of the few, and without an input layer products with the zeros can be left out.
    on_disk : bool, default=False
        Whether X is an array on disk, in which reading the rows of a fold takes as long as reading all.
    given_validation : bool, default=False
        Whether the user gave the rows that validate.

    Notes
    -----
    What one parameter is set to decides about others that are left at "auto": solver="sgd" or
    "lbfgs" makes them the textbook's, which suit such solvers, and so does squared error over
    sigmoid outputs, which saturate at large steps; a linear model is convex, and "lbfgs" finds its
    minimum; the weight decay of "adamw" is none for "adam";
    and without scaling there is no input layer, which needs inputs of size 1.
    """
    settings = Settings(**parameters, kind=kind)
    if settings.solver == "auto" and np.size(settings.hidden_layer_sizes) == 0:
        drops_inputs = np.ndim(settings.dropout) == 1 and np.any(settings.dropout)
        needs_batches = streaming or settings.early_stopping not in ("auto", False) or drops_inputs
        settings.solver = "adam" if needs_batches else "lbfgs"
    saturates = kind == "classifier" and settings.loss == "squared_error"
    plain = saturates or settings.solver in ("sgd", "lbfgs")
    recipe = RECIPES["textbook" if plain else settings.recipe][kind == "regressor"]
    if settings.solver not in ("auto", recipe["solver"]):
        recipe = {**recipe, "alpha": TEXTBOOK["alpha"]}
    if streaming or mostly_zeros:
        recipe = {**recipe, "scaling": "standard", "input_layer": None}
    if settings.scaling is None:
        recipe = {**recipe, "input_layer": None}
    large = n_rows >= LARGE_TABLE and recipe["n_estimators"] > 1 and not streaming
    if large:
        recipe = {
            **recipe,
            "schedule": SCHEDULE_OF_LARGE_TABLES,
            "n_estimators": n_networks(recipe["n_estimators"], n_rows),
        }
    for name, value in recipe.items():
        if is_auto(getattr(settings, name, None)):
            setattr(settings, name, value)
    if settings.batch_size == "auto":
        settings.batch_size = int(np.clip(n_rows // recipe["batches"], *BATCH_BOUNDS))
    if settings.max_iter == "auto":
        settings.max_iter = n_epochs(kind, n_rows, settings.batch_size)
    if settings.early_stopping == "auto":
        several = settings.n_estimators > 1 and n_rows >= max(SMALL_TABLE.start, 4 * settings.n_estimators)
        small = kind == "classifier" and n_rows in SMALL_TABLE
        settings.early_stopping = "folds" if several and not (streaming or on_disk) else small
    if settings.early_stopping == "folds" and settings.n_estimators == 1:
        raise ValueError(
            "early_stopping='folds' needs several networks, of which each holds out a fold. Got "
            "n_estimators=1; set it to at least 2, or early_stopping=True."
        )
    settings.n_folds = max(settings.n_estimators, FOLDS_OF_LARGE_TABLES) if large else settings.n_estimators
    settings.calibrated = is_calibrated(settings, streaming, given_validation)
    if settings.n_iter_no_change == "cycle" and not has_cycles(settings, streaming, given_validation):
        settings.n_iter_no_change = None
    if settings.label_smoothing == "auto":
        settings.label_smoothing = SMOOTHING if settings.calibrated else 0.0
    if settings.initialization == "auto" and settings.parametrization == "ntk":
        settings.initialization = "ntk"
    drops_inputs = np.size(settings.dropout) > max(1, np.size(settings.hidden_layer_sizes))
    settings.sparse_rows = mostly_zeros and settings.input_layer is None and not drops_inputs
    return settings


def is_calibrated(settings, streaming, given_validation):
    """Whether a temperature is applied at the end.

    Not without rows that validate by the loss, nor where training goes on from the weights. Of several
    networks that validate on the same rows the mean is validated, which has no raw outputs to apply it to.
    """
    of_classes = getattr(loss_of(settings), "calibrated_by_temperature", False)
    on_folds = settings.early_stopping == "folds" and not given_validation
    on_the_same_rows = settings.early_stopping is True or given_validation
    validated = on_folds or (on_the_same_rows and settings.n_estimators == 1)
    by_loss = settings.scoring == "loss" and settings.solver != "lbfgs"
    return of_classes and validated and by_loss and not streaming and not settings.warm_start


def has_cycles(settings, streaming, given_validation):
    """Whether the training can be ended by what a cycle of its learning rate brought on held-out rows.

    Not with a robust loss: most of it may belong to outliers, of which no cycle takes anything away.
    """
    validated = given_validation or settings.early_stopping
    by_loss = settings.scoring == "loss" and not getattr(loss_of(settings), "robust", False)
    in_cycles = settings.schedule == "coslog4" and settings.solver != "lbfgs"
    whole = not (streaming or settings.warm_start)
    return bool(validated and by_loss and in_cycles and whole)


def loss_of(settings):
    """Return the class of a loss that has a name, else the loss, which is the user's own."""
    named = CLASSIFIER_LOSSES if settings.kind == "classifier" else REGRESSOR_LOSSES
    return named.get(settings.loss) if isinstance(settings.loss, str) else settings.loss


def n_networks(of_recipe, n_rows):
    """Return how many networks are trained on a large table, of as many as the recipe has on smaller ones.

    On a table of LARGE_TABLE rows it is half of them, on one of twice as many rows a quarter.
    """
    return max(FEWEST_NETWORKS, of_recipe * LARGE_TABLE // 2 // n_rows)


def n_epochs(kind, n_rows, batch_size):
    """Return how many epochs the tabular recipes train."""
    steps = math.ceil(n_rows / batch_size)
    enough = int(np.clip(math.ceil(LEAST_STEPS / steps), EPOCHS[kind], MOST_EPOCHS))
    return min(enough, max(FEWEST_EPOCHS, ROWS_PASSED // n_rows))


def auto_value(name, recipe, kind):
    """Return in words what a parameter that is left at "auto" becomes: what :func:`resolve` makes of it."""
    values = RECIPES[recipe][kind == "regressor"]
    value = values[name]
    if name == "n_estimators" and value > 1:
        rows = value * LARGE_TABLE // 2
        return f"{value}; from {LARGE_TABLE} rows on {rows} // n_samples, but at least {FEWEST_NETWORKS}"
    if name == "schedule" and values["n_estimators"] > 1:
        return f'"{value}"; from {LARGE_TABLE} rows on "{SCHEDULE_OF_LARGE_TABLES}"'
    if value not in ("auto", "cycle"):
        return f'"{value}"' if isinstance(value, str) else repr(value)
    if name == "batch_size":
        return f"n_samples // {values['batches']}, from {BATCH_BOUNDS[0]} to {BATCH_BOUNDS[1]}"
    if name == "max_iter":
        return (
            f"{EPOCHS[kind]}, or up to {MOST_EPOCHS} until there are {LEAST_STEPS} steps; at most "
            f"{ROWS_PASSED} / n_samples, but at least {FEWEST_EPOCHS}"
        )
    if name == "n_iter_no_change":
        return f'"{value}" where rows are held out, else None'
    if name == "label_smoothing":
        return f"{SMOOTHING} where a temperature undoes it, else 0"
    return f'"folds" for {SMALL_TABLE.start} rows or more (in memory), else False'  # early_stopping


def make_input_layer(kind, X, n_numeric, n_networks=1, fixed=()):
    """Return the InputLayer of a network for inputs like X, or None; it embeds numeric columns only."""
    if kind is None:
        return None
    if kind == "scale":
        return InputLayer(X.shape[1], n_networks=n_networks, fixed=fixed)
    sample = X[:SAMPLE_ROWS]
    columns = [j for j in range(n_numeric) if np.unique(sample[:, j]).size > 2]
    return InputLayer(X.shape[1], columns, n_networks=n_networks, fixed=fixed)


def make_optimizer(settings, network):
    """Return the optimizer of a network, None for "lbfgs"."""
    if settings.solver == "lbfgs":
        return None
    if settings.solver == "sgd":
        own = {"momentum": settings.momentum, "nesterov": settings.nesterov}
    else:
        own = {name: getattr(settings, name) for name in ("beta_1", "beta_2", "epsilon")}
    return OPTIMIZERS[settings.solver](
        **own,
        alpha=settings.alpha,
        n_weights=network.n_weights,
        rates=ntk_rates(network) if settings.parametrization == "ntk" else (),
    )
