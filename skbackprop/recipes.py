"""Recipes: what "auto" means.

A parameter that is left at "auto" takes its value from the recipe; one that is set is what it is
set to, whatever the recipe. "tabular" is the default, found by measuring on many data sets (see
the page on defaults); "fast" is for the hurried; "textbook" is the plain network that
scikit-learn's MLPClassifier has too.
"""

from types import SimpleNamespace

import numpy as np
from scipy.sparse import issparse
from sklearn.base import is_classifier

from skbackprop.front import Front
from skbackprop.optimizers import OPTIMIZERS

# Rows among which a column must have more than two values to be embedded.
SAMPLE_ROWS = 1000

TEXTBOOK = {
    "hidden_layer_sizes": (100,),
    "activation": "relu",
    "dropout": 0.0,
    "solver": "adam",
    "learning_rate": 0.001,
    "schedule": "constant",
    "alpha": 1e-4,
    "regularization_schedule": "constant",
    "batch_size": 200,
    "max_iter": 200,
    "beta_2": 0.999,
    "parametrization": "standard",
    "front": None,
    "scaling": "standard",
    "label_smoothing": 0.0,
    "n_iter_no_change": 10,
    "clip_predictions": False,
}
TABULAR = {
    "hidden_layer_sizes": (256, 256, 256),
    "activation": "selu",
    "dropout": 0.15,
    "solver": "adamw",
    "learning_rate": 0.04,
    "schedule": "coslog4",
    "alpha": 0.02,
    "regularization_schedule": "flat_cos",
    "batch_size": 256,
    "max_iter": 32,
    "beta_2": 0.95,
    "parametrization": "ntk",
    "front": "periodic",
    "scaling": "robust",
    "label_smoothing": 0.05,
    "n_iter_no_change": None,
    "clip_predictions": True,
}
RECIPES = {"tabular": TABULAR, "textbook": TEXTBOOK}


def resolve(estimator, X, streaming=False):
    """Return the parameters of `estimator` with every "auto" replaced, for data like X.

    What one parameter is set to decides about others that are left at "auto": solver="sgd" or
    "lbfgs" makes them the textbook's, which suit such solvers, and so does squared error over
    sigmoid outputs, which saturate at large steps; the weight decay of "adamw" is none for "adam";
    and without scaling there is no front, which needs inputs of size 1. A stream of batches
    (`streaming`) is scaled by statistics that move with it, for which scaling must be linear.
    """
    settings = SimpleNamespace(**estimator.get_params(deep=False))
    saturates = is_classifier(estimator) and settings.loss == "squared_error"
    plain = saturates or settings.solver in ("sgd", "lbfgs")
    recipe = RECIPES["textbook" if plain else settings.recipe]
    if settings.solver not in ("auto", recipe["solver"]):
        recipe = {**recipe, "alpha": TEXTBOOK["alpha"]}
    if streaming:
        recipe = {**recipe, "scaling": "standard", "front": None}
    if settings.scaling is None:
        recipe = {**recipe, "front": None}
    for name, value in recipe.items():
        if getattr(settings, name, None) == "auto":
            setattr(settings, name, value)
    settings.batch_size = min(settings.batch_size, X.shape[0])
    if settings.initialization == "auto" and settings.parametrization == "ntk":
        settings.initialization = "ntk"
    return settings


def make_front(kind, X):
    """Return the Front of a network for inputs like X, or None."""
    if kind is None or issparse(X):
        return None
    if kind == "scale":
        return Front(X.shape[1])
    sample = X[:SAMPLE_ROWS]
    columns = [j for j in range(X.shape[1]) if np.unique(sample[:, j]).size > 2]
    return Front(X.shape[1], columns)


def make_optimizer(settings, network, n_threads):
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
        rates=network.ntk_rates() if settings.parametrization == "ntk" else (),
        n_threads=n_threads,
    )
