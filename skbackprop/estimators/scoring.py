"""Scorers of scikit-learn, applied to a network during training."""

import copy
import inspect
import math
from dataclasses import replace

from sklearn.metrics import check_scoring

from skbackprop.tables.user_warnings import warn


def make_scoring(estimator, model, rows):
    """Return a function that scores the network of `model` on some rows, with their weights.

    A named scorer gets the encoded inputs and an estimator that accepts them, so that they are encoded once.
    A callable gets rows of the user's X. The function raises ValueError if the scorer fails or returns NaN.
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
    weights = {} if rows.sample_weight is None else {"sample_weight": rows.sample_weight}
    if weights and not takes_weights(scorer):
        weights = {}
        warn(
            f"scoring={estimator.scoring!r} takes no sample_weight: all validation rows of positive weight "
            "count equally."
        )
    return lambda: checked_score(estimator.scoring, scorer, fitted, X, rows.y, **weights)


def checked_score(scoring, scorer, estimator, X, y, **weights):
    """Return the score of a `scorer` on held-out rows; raise ValueError if it fails or is NaN."""
    remedy = (
        "A scorer may need rows of every class, or one predicted number per row: use scoring='loss' or "
        "another scorer, or pass suitable rows as X_val and y_val."
    )
    try:
        score = float(scorer(estimator, X, y, **weights))
    except Exception as error:
        raise ValueError(
            f"scoring={scoring!r} failed on the held-out rows ({type(error).__name__}: {error}). {remedy}"
        ) from error
    if math.isnan(score):
        raise ValueError(f"scoring={scoring!r} is NaN on the held-out rows. {remedy}")
    return score


def takes_weights(scorer):
    """Return whether a scorer takes `sample_weight` and does not decline it by metadata routing."""
    if hasattr(scorer, "get_metadata_routing"):
        requests = scorer.get_metadata_routing().score.requests
        if requests.get("sample_weight") is False:
            return False
    function = getattr(scorer, "_score_func", scorer)
    return "sample_weight" in inspect.signature(function).parameters
