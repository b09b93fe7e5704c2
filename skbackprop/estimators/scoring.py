"""Scorers of scikit-learn, applied to a network during training."""

import copy
import inspect
from dataclasses import replace

from sklearn.metrics import check_scoring

from skbackprop.tables.user_warnings import warn


def make_scoring(estimator, model, rows):
    """Return a function that scores the network of `model` on some rows, with their weights.

    A named scorer gets the encoded inputs and an estimator that accepts them, so that they are encoded once.
    A callable gets rows of the user's X.
    """
    rows = rows.with_weight()
    fitted = copy.copy(estimator)
    if callable(estimator.scoring):
        fitted._model, X = model, rows.as_given()
    else:
        fitted._model, X = replace(model, encoder=None), rows.in_memory()
        fitted.n_features_in_ = X.shape[1]
        fitted.__dict__.pop("feature_names_in_", None)
    scorer = check_scoring(fitted, estimator.scoring)
    if rows.sample_weight is None:
        return lambda: scorer(fitted, X, rows.y)
    if takes_weights(scorer):
        return lambda: scorer(fitted, X, rows.y, sample_weight=rows.sample_weight)
    warn(
        f"scoring={estimator.scoring!r} takes no sample_weight: all validation rows of positive weight count "
        "equally."
    )
    return lambda: scorer(fitted, X, rows.y)


def takes_weights(scorer):
    """Return whether a scorer takes `sample_weight` and does not decline it by metadata routing."""
    if hasattr(scorer, "get_metadata_routing"):
        requests = scorer.get_metadata_routing().score.requests
        if requests.get("sample_weight") is False:
            return False
    function = getattr(scorer, "_score_func", scorer)
    return "sample_weight" in inspect.signature(function).parameters
