"""What the displays read from a fitted estimator."""

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted


def last_step(estimator):
    """Return the fitted estimator itself, or the last step of a pipeline.

    Raises
    ------
    NotFittedError
        Where it is not fitted.
    """
    check_is_fitted(estimator)
    return estimator[-1] if isinstance(estimator, Pipeline) else estimator


def inputs_of_last_step(estimator, X):
    """Return X as the last step of a pipeline gets it; X itself without a pipeline."""
    if isinstance(estimator, Pipeline) and len(estimator) > 1:
        return estimator[:-1].transform(X)
    return X


def weights_of(estimator, network):
    """Return the weights W^l of a fitted estimator, one array of shape (n_{l-1}, n_l) for each layer.

    Parameters
    ----------
    estimator : estimator with ``coefs_``
    network : int
        Which one, where the estimator holds several networks side by side.

    Raises
    ------
    TypeError
        Where the estimator has no ``coefs_``.
    ValueError
        Where it has no network of that number.
    """
    if not hasattr(estimator, "coefs_"):
        raise TypeError(f"The estimator must have coefs_, as a BackpropClassifier has. Got {estimator!r}.")
    coefs = [W if W.ndim == 3 else W[None] for W in estimator.coefs_]
    n_networks = len(coefs[0])
    if network not in range(n_networks):
        raise ValueError(f"network must be an int from 0 to {n_networks - 1}. Got {network!r}.")
    return [W[network] for W in coefs]


def input_names(estimator):
    """Return a name for each component of a^0, or None where the estimator knows none.

    Periodic embeddings of a feature "age" are "age~1", "age~2" and so on.
    """
    names = getattr(estimator, "feature_names_in_", None)
    if names is None:
        return None
    names = [str(name) for name in names]
    front = estimator._model.network.front if hasattr(estimator, "_model") else None
    if front is not None and front.columns.size:
        n_components = (front.n_outputs - front.n_inputs) // front.columns.size
        names += [f"{names[j]}~{k + 1}" for j in front.columns for k in range(n_components)]
    # Encoded categories have columns of their own.
    return names if len(names) == estimator.coefs_[0].shape[-2] else None


def output_names(estimator):
    """Return a name for each output of a classifier, or None for a regressor."""
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return None
    n_outputs = estimator.coefs_[-1].shape[-1]
    # The one output of two classes is the probability of the second.
    names = [str(label) for label in classes][-n_outputs:]
    return names if len(names) == n_outputs else None
