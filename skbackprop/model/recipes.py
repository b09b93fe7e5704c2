"""Recipes: tables of the values of the parameters that are left at "auto".

A recipe never changes a parameter that the user has set. "tabular" is the default, chosen by measurements on
many data sets (see the page on defaults); "best" trains more and wider networks in ten times the time; "fast"
trains fewer and smaller ones; "textbook" is the plain network of scikit-learn's MLPClassifier.
:mod:`.resolving` adapts these values to the data and to the parameters that the user has set.
"""

from types import SimpleNamespace

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
    "numbers_as_categories": False,
}
TABULAR_CLASSIFIER = {
    "n_estimators": 8,
    "hidden_layer_sizes": (128, 128, 128),
    "activation": "relu",
    "dropout": 0.05,
    "solver": "adamw",
    "learning_rate": 0.0035,
    "schedule": "coslog4",
    "alpha": 0.32,
    "batch_size": "auto",
    "batches": 32,  # per epoch, if their size is then within BATCH_BOUNDS of resolving.py
    "max_iter": "auto",
    "epochs": 40,  # more for small tables, fewer for large ones (see resolving.py)
    "beta_2": 0.95,
    "scaling": "robust",
    "early_stopping": "auto",
    "n_iter_no_change": "cycle",
    "regularization_schedule": "flat_cos",
    "parametrization": "ntk",
    "input_layer": "piecewise",
    "label_smoothing": "auto",
    "clip_predictions": True,
    "numbers_as_categories": True,
}
TABULAR_REGRESSOR = {
    **TABULAR_CLASSIFIER,
    "n_estimators": 6,
    "hidden_layer_sizes": (96, 96, 96),
    "activation": "mish",
    "dropout": 0.1,
    "batches": 64,
    "epochs": 72,
    "learning_rate": 0.004,
    "input_layer": "mixed",
}
# Fewer and smaller networks, without periodic embeddings.
FAST = {
    "n_estimators": 4,
    "hidden_layer_sizes": (64, 64, 64),
    "activation": "relu",
    "input_layer": "piecewise",
}
# More and wider networks.
BEST = {"n_estimators": 16, "hidden_layer_sizes": (256, 256, 256), "input_layer": "mixed"}
# On clean tables, larger batches, smaller steps and more epochs are better for these wide networks of
# classifiers, and fewer of them suffice.
BEST_CLASSIFIER = {
    **BEST,
    "n_estimators": 12,
    "activation": "selu",
    "learning_rate": 0.0025,
    "batches": 8,
    "epochs": 60,
}
RECIPES = {
    "tabular": (TABULAR_CLASSIFIER, TABULAR_REGRESSOR),
    "best": ({**TABULAR_CLASSIFIER, **BEST_CLASSIFIER}, {**TABULAR_REGRESSOR, **BEST}),
    "fast": ({**TABULAR_CLASSIFIER, **FAST}, {**TABULAR_REGRESSOR, **FAST, "batches": 32}),
    "textbook": (TEXTBOOK, TEXTBOOK),
}


class Settings(SimpleNamespace):
    """The resolved parameters of an estimator as attributes.

    The class belongs to this package so that loaders that accept trusted types only can trust it. Saved
    models contain the name of this module, so it stays here.
    """
