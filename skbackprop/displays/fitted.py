"""Functions that extract the data of the displays from fitted estimators."""

from numbers import Integral

from skbackprop.estimators.constraints import Number

# An index: an int, not True, 1.0 or an array.
INT = Number(Integral, None, None, closed="neither")


def weights_of(estimator, network):
    """Return the weights W^l of a fitted estimator, one array of shape (n_{l-1}, n_l) per layer.

    Parameters
    ----------
    estimator : estimator with ``coefs_``
    network : int
        Index of the network, if the estimator holds several.

    Raises
    ------
    TypeError
        If the estimator has no ``coefs_``.
    ValueError
        If there is no network with this index.
    """
    if not hasattr(estimator, "coefs_"):
        raise TypeError(f"The estimator must have the attribute coefs_. Got {estimator!r}.")
    coefs = [W if W.ndim == 3 else W[None] for W in estimator.coefs_]
    n_networks = len(coefs[0])
    if not INT.is_satisfied_by(network) or network not in range(n_networks):
        raise ValueError(f"network must be an int from 0 to {n_networks - 1}. Got {network!r}.")
    return [W[network] for W in coefs]


def input_names(estimator):
    """Return a name for each component of a^0, or None if the estimator has no feature names.

    The inputs of an encoded column have the names in ``columns_``. The periodic embeddings of an input "age"
    are named "age~1", "age~2" and so on, the pieces of its piecewise linear encoding "age[1]", "age[2]" and
    so on.
    """
    if not hasattr(estimator, "feature_names_in_"):
        return None
    names = [str(name) for name in estimator.feature_names_in_]
    if not hasattr(estimator, "_model"):
        return names
    encoder, layer = estimator._model.encoder, estimator._model.network.input_layer
    if encoder is not None:
        names = encoder.feature_names
    if layer is not None:
        names = names + [names[j] + suffix for j, suffix in layer.computed_inputs]
    return names


def output_names(estimator):
    """Return a name for each output of a classifier, or None for a regressor."""
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return None
    n_outputs = estimator.coefs_[-1].shape[-1]
    # With two classes, the only output is the probability of the second class.
    names = [str(label) for label in classes][-n_outputs:]
    return names if len(names) == n_outputs else None
