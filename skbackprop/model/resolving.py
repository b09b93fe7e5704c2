"""Resolving: the value that each parameter left at "auto" gets, from the recipe, the data and the others."""

import math

import numpy as np

from skbackprop.model.recipes import RECIPES, TEXTBOOK, Settings
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES

# Epochs: those of the recipe, or up to MOST_EPOCHS until there are LEAST_STEPS steps. Large tables need fewer
# epochs: all epochs together process at most ROWS_PASSED rows, but there are at least
# EPOCHS_OF_LARGE_TABLES / sqrt(n_rows).
LEAST_STEPS, MOST_EPOCHS = 250, 256
ROWS_PASSED = 3_200_000
EPOCHS_OF_LARGE_TABLES = {"classifier": 9_000, "regressor": 8_000}
# Smallest and largest batch size; small data needs small batches to have enough steps.
BATCH_BOUNDS, BATCH_BOUNDS_OF_LARGE_TABLES = (32, 256), (256, 1024)

# Label smoothing of calibrated networks, whose temperature removes its bias.
SMOOTHING = 0.1

# Numbers of rows for which a single network of a classifier holds out a tenth to find the best epoch, because
# later epochs learn noise. Of fewer rows a tenth is too small to find it; of more rows it is worth more in
# training. Networks on folds have no upper bound, because every row is trained on.
SMALL_TABLE = range(100, 2000)

# From LARGE_TABLE rows on, more epochs help more than more networks, so there are fewer networks, and a
# single decay of the learning rate helps more than four cycles. Few epochs do not learn single rows by heart,
# so there is only the dropout that Monte Carlo dropout needs. Each network holds out an eighth of the rows,
# which suffices for validation; all networks train on the rows that none of them holds out.
LARGE_TABLE = 100_000
SINGLE_DECAY = "flat_cos"
OF_LARGE_TABLES = {"schedule": SINGLE_DECAY, "dropout": 0.02, "batches": 512}
FEWEST_NETWORKS, FOLDS_OF_LARGE_TABLES = 2, 8

# The first cycle of "coslog4" is a fifteenth of the training and begins with a rate of 0: a training of fewer
# steps has a single decay.
STEPS_OF_CYCLES = 15


def is_auto(value):
    """Return whether a parameter is left at "auto"; an array of names is not."""
    return isinstance(value, str) and value == "auto"


def resolve(
    parameters, kind, n_rows, streaming=False, mostly_zeros=False, on_disk=False, given_validation=False
):
    """Return the Settings: `parameters` with every "auto" replaced, for training on `n_rows` rows.

    Parameters
    ----------
    parameters : dict
        Values by name, as ``estimator.get_params(deep=False)`` returns them. In a continued training,
        "is_final" is that of the first fit: whether it was made without warm_start, so that its weights are
        final.
    kind : {"classifier", "regressor"}
    n_rows : int
    streaming : bool, default=False
        Whether the rows are the first of a stream of batches. The statistics of its scaling are updated with
        each batch, for which the scaling must be linear.
    mostly_zeros : bool, default=False
        Whether X has many columns and few numbers other than 0 (see :func:`.mostly_zeros`). Standard scaling
        makes these few large, and without an input layer products with the zeros can be skipped.
    on_disk : bool, default=False
        Whether X is an array on disk, where reading the rows of a fold takes as long as reading all rows.
    given_validation : bool, default=False
        Whether the user passed validation rows.

    Notes
    -----
    Some parameters affect others that are left at "auto":

    - solver="sgd" or "lbfgs" selects the textbook's values, which suit these solvers; so does squared error
      over sigmoid outputs, which saturate with large steps;
    - a linear model is convex, so its solver is "lbfgs", which finds the minimum;
    - "adam" does not use the weight decay chosen for "adamw";
    - without scaling there is no input layer, because it needs inputs of magnitude 1.
    """
    settings, recipe = settings_and_recipe(parameters, kind, streaming)
    large = n_rows >= LARGE_TABLE and recipe["n_estimators"] > 1 and not streaming
    if streaming or mostly_zeros:
        recipe = {**recipe, "scaling": "standard", "input_layer": None}
    if large:
        n_estimators = n_networks(recipe["n_estimators"], n_rows)
        recipe = {**recipe, **OF_LARGE_TABLES, "n_estimators": n_estimators}
    replace_autos(settings, recipe)
    if settings.batch_size == "auto":
        bounds = BATCH_BOUNDS_OF_LARGE_TABLES if large else BATCH_BOUNDS
        settings.batch_size = int(np.clip(n_rows // recipe["batches"], *bounds))
    if settings.max_iter == "auto":
        settings.max_iter = n_epochs(recipe["epochs"], kind, n_rows, settings.batch_size)
    n_steps = settings.max_iter * math.ceil(n_rows / settings.batch_size)
    if is_auto(parameters["schedule"]) and settings.schedule == "coslog4" and n_steps < STEPS_OF_CYCLES:
        settings.schedule = SINGLE_DECAY
    if settings.early_stopping == "auto":
        settings.early_stopping = early_stopping_for(settings, n_rows, folds=not (streaming or on_disk))
    if settings.early_stopping == "folds":
        refuse_a_single_network(settings)
    settings.n_folds = max(settings.n_estimators, FOLDS_OF_LARGE_TABLES) if large else settings.n_estimators
    settings.is_final = parameters.get("is_final", not settings.warm_start)
    settings.calibrated = is_calibrated(settings, streaming, given_validation)
    if settings.n_iter_no_change == "cycle" and not has_cycles(settings, streaming, given_validation):
        settings.n_iter_no_change = None
    if settings.label_smoothing == "auto":
        settings.label_smoothing = SMOOTHING if settings.calibrated else 0.0
    if settings.initialization == "auto" and settings.parametrization == "ntk":
        settings.initialization = "ntk"
    settings.sparse_rows = mostly_zeros and stays_sparse(settings)
    return settings


def settings_and_recipe(parameters, kind, streaming=False):
    """Return the Settings of `parameters`, still with "auto", and the values of the suited recipe."""
    settings = Settings(**parameters, kind=kind)
    if settings.solver == "auto" and np.size(settings.hidden_layer_sizes) == 0:
        settings.solver = solver_of_linear_model(settings, streaming)
    return settings, suited_recipe(settings)


def encodings_in_addition(parameters, kind):
    """Return how a fit may encode numbers in addition, a set of "categories" and "ranks".

    The arguments are those of :func:`resolve`.
    """
    settings, recipe = settings_and_recipe(parameters, kind)
    replace_autos(settings, recipe)
    possible = {"categories": settings.numbers_as_categories, "ranks": settings.scaling == "robust"}
    return {name for name, wanted in possible.items() if wanted}


def solver_of_linear_model(settings, streaming):
    """Return the solver of a network without hidden layers: "lbfgs", unless its training needs batches."""
    drops_inputs = np.ndim(settings.dropout) == 1 and np.any(settings.dropout)
    needs_batches = streaming or settings.early_stopping not in ("auto", False) or drops_inputs
    return "adam" if needs_batches else "lbfgs"


def suited_recipe(settings):
    """Return the values of the recipe by name, adapted to the parameters that the user has set."""
    saturates = settings.kind == "classifier" and settings.loss == "squared_error"
    plain = saturates or settings.solver in ("sgd", "lbfgs")
    recipe = RECIPES["textbook" if plain else settings.recipe][settings.kind == "regressor"]
    if settings.solver not in ("auto", recipe["solver"]):
        recipe = {**recipe, "alpha": TEXTBOOK["alpha"]}
    if settings.scaling is None:
        recipe = {**recipe, "input_layer": None}
    return recipe


def replace_autos(settings, recipe):
    """Replace every "auto" in `settings` by the value of `recipe`, which may be "auto" as well."""
    for name, value in recipe.items():
        if is_auto(getattr(settings, name, None)):
            setattr(settings, name, value)


def early_stopping_for(settings, n_rows, folds):
    """Return the value of "auto" for `early_stopping`; `folds` is whether rows may be held out in folds."""
    several = settings.n_estimators > 1 and n_rows >= max(SMALL_TABLE.start, 4 * settings.n_estimators)
    if several and folds:
        return "folds"
    return settings.kind == "classifier" and n_rows in SMALL_TABLE


def refuse_a_single_network(settings):
    """Raise ValueError if there is only one network, which cannot be trained on folds."""
    if settings.n_estimators == 1:
        raise ValueError(
            "early_stopping='folds' needs several networks, of which each holds out a fold. Got "
            "n_estimators=1; set it to at least 2, or early_stopping=True."
        )


def stays_sparse(settings):
    """Return whether the network can compute with rows that are sparse."""
    drops_inputs = np.size(settings.dropout) > max(1, np.size(settings.hidden_layer_sizes))
    return settings.input_layer is None and not drops_inputs


def is_calibrated(settings, streaming, given_validation):
    """Return whether temperature scaling is applied at the end of training.

    This requires rows that are validated by the loss, and a training that is not continued from its final
    weights.
    """
    of_classes = getattr(loss_of(settings), "calibrated_by_temperature", False)
    validated = given_validation or settings.early_stopping in ("folds", True)
    by_loss = settings.scoring == "loss" and settings.solver != "lbfgs"
    return of_classes and validated and by_loss and not streaming and settings.is_final


def has_cycles(settings, streaming, given_validation):
    """Return whether training can end early after a cycle that hardly lowered the loss of held-out rows.

    It cannot with a robust loss: most of it may come from outliers, whose loss no cycle lowers.
    """
    validated = given_validation or settings.early_stopping
    by_loss = settings.scoring == "loss" and not getattr(loss_of(settings), "robust", False)
    in_cycles = settings.schedule == "coslog4" and settings.solver != "lbfgs"
    whole = settings.is_final and not streaming
    return bool(validated and by_loss and in_cycles and whole)


def loss_of(settings):
    """Return the class of a named loss, or the user's own loss object."""
    named = CLASSIFIER_LOSSES if settings.kind == "classifier" else REGRESSOR_LOSSES
    return named.get(settings.loss) if isinstance(settings.loss, str) else settings.loss


def n_networks(of_recipe, n_rows):
    """Return the number of networks for a large table, from the number `of_recipe` for smaller ones.

    With LARGE_TABLE rows it is half of that number, with twice as many rows a quarter.
    """
    return max(FEWEST_NETWORKS, of_recipe * LARGE_TABLE // 2 // n_rows)


def n_epochs(of_recipe, kind, n_rows, batch_size):
    """Return the number of epochs, from the number `of_recipe` for tables of medium size."""
    steps = math.ceil(n_rows / batch_size)
    enough = int(np.clip(math.ceil(LEAST_STEPS / steps), of_recipe, MOST_EPOCHS))
    of_large_table = round(EPOCHS_OF_LARGE_TABLES[kind] / math.sqrt(n_rows))
    return min(enough, max(1, ROWS_PASSED // n_rows, of_large_table))


def quoted(value):
    """Return a value as text, with strings in double quotes."""
    return f'"{value}"' if isinstance(value, str) else repr(value)


def auto_value(name, recipe, kind):
    """Return in words the value that :func:`resolve` gives to a parameter left at "auto"."""
    values = RECIPES[recipe][kind == "regressor"]
    value = values[name]
    if name == "n_estimators" and value > 1:
        rows = value * LARGE_TABLE // 2
        return f"{value}; from {LARGE_TABLE} rows on {rows} // n_samples, but at least {FEWEST_NETWORKS}"
    if name in OF_LARGE_TABLES and values["n_estimators"] > 1:
        rows = f"from {LARGE_TABLE} rows on"
        if name == "schedule":
            rows = f"with fewer than {STEPS_OF_CYCLES} steps, and {rows},"
        return f"{quoted(value)}; {rows} {quoted(OF_LARGE_TABLES[name])}"
    if value not in ("auto", "cycle"):
        return quoted(value)
    if name == "batch_size":
        sizes = "n_samples // {}, from {} to {}".format
        small = sizes(values["batches"], *BATCH_BOUNDS)
        if values["n_estimators"] == 1:
            return small
        large = sizes(OF_LARGE_TABLES["batches"], *BATCH_BOUNDS_OF_LARGE_TABLES)
        return f"{small}; from {LARGE_TABLE} rows on {large}"
    if name == "max_iter":
        return (
            f"{values['epochs']}, or up to {MOST_EPOCHS} until there are {LEAST_STEPS} steps; at most the "
            f"larger of {ROWS_PASSED} / n_samples and {EPOCHS_OF_LARGE_TABLES[kind]} / sqrt(n_samples)"
        )
    if name == "n_iter_no_change":
        return f'"{value}" if rows are held out, else None'
    if name == "label_smoothing":
        return f"{SMOOTHING} if the network is calibrated on held-out rows, else 0"
    small = f"{SMALL_TABLE.start} to {SMALL_TABLE.stop - 1} rows"
    alone = f"; for one network True with {small}, else False" if kind == "classifier" else ""
    return f'"folds" for {SMALL_TABLE.start} rows or more (in memory), else False{alone}'  # early_stopping
