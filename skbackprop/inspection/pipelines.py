"""The network within a fitted pipeline or search, and the X that it receives."""

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


def last_step(estimator):
    """Return the last step of a fitted pipeline, that of the best one of a search, or the estimator itself.

    Raises
    ------
    NotFittedError
        If the estimator is not fitted.
    """
    check_is_fitted(estimator)
    estimator = best_of_search(estimator)
    return last_step(estimator[-1]) if isinstance(estimator, Pipeline) else estimator


def inputs_of_last_step(estimator, X):
    """Return X as transformed for the last step of a pipeline, or X itself for another estimator."""
    estimator = best_of_search(estimator)
    if isinstance(estimator, Pipeline) and len(estimator) > 1:
        return estimator[:-1].transform(X)
    return X


def best_of_search(estimator):
    """Return the best estimator of a search, or the estimator itself."""
    return getattr(estimator, "best_estimator_", estimator)
