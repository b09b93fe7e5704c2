"""What is predicted from raw outputs: probabilities, labels, or numbers in the units of y."""

import numpy as np
from scipy.special import expit, log_expit, log_softmax

from skbackprop.model.prediction import narrow
from skbackprop.network.losses import output_activation

# The links of which small probabilities and logarithms are computed without a loss of digits.
EXACT_LINKS = ("logistic", "softmax")


def probabilities(model, raw):
    """Return the probabilities of the classes or labels, from raw outputs of shape (n_rows, n_outputs).

    They are clipped to the open interval (0, 1), so that log p is finite.
    """
    if model.targets.constant:
        return np.ones_like(raw)
    p = shares(model, raw)
    limits = np.finfo(p.dtype)
    return np.clip(p, limits.tiny, 1 - limits.epsneg, out=p)


def shares(model, raw):
    """Return a^L of each class, or of each label; those of the classes of a row have the sum 1."""
    link, binary, multilabel = output_activation(model.loss), is_binary(model), model.targets.multilabel
    if link == "logistic" and not binary and not multilabel:
        return np.exp(log_shares(raw))
    a = np.empty_like(raw)
    model.loss.inverse_link(raw, out=a)
    if binary:
        # 1 / (1 + exp(z)) instead of 1 - a, which is 0 for all small probabilities.
        return np.hstack((expit(-raw) if link == "logistic" else 1 - a, a))
    if link in EXACT_LINKS or multilabel:
        return a
    a = np.maximum(a, np.finfo(a.dtype).tiny)
    return a / a.sum(axis=1, keepdims=True)


def log_probabilities(model, raw):
    """Return the logarithms of the probabilities, which are always finite."""
    p, link = probabilities(model, raw), output_activation(model.loss)
    if link not in EXACT_LINKS or model.targets.constant:
        return np.log(p)
    if is_binary(model):
        exact = log_expit(np.hstack((-raw, raw)))
    elif link == "softmax":
        exact = log_softmax(raw, axis=1)
    else:
        exact = log_expit(raw) if model.targets.multilabel else log_shares(raw)
    # For probabilities near 1, `exact` has digits that the probability has lost by rounding; use the
    # logarithm of the probability instead, so that it agrees with predict_proba.
    return np.log(p, out=exact, where=p > 0.5)


def log_shares(raw):
    """Return ln(a_j / sum_i a_i) of each row's sigmoid outputs a, accurate for small a."""
    log_a = log_expit(raw)
    with np.errstate(invalid="ignore"):  # rows that no network held out are NaN
        return log_a - np.logaddexp.reduce(log_a, axis=1, keepdims=True)


def labels(model, raw):
    """Return the labels of the largest probability, or of more than 1/2.

    With a sigmoid or softmax raw outputs have the order of the probabilities, and sigmoids of 0 are 1/2.
    """
    if output_activation(model.loss) in EXACT_LINKS:
        return model.targets.decode(raw)
    p = probabilities(model, raw)
    return model.targets.decode((p[:, 1:] if is_binary(model) else p) - 0.5)


def is_binary(model):
    """Return whether a single output decides between two classes."""
    return model.targets.n_outputs == 1 and not model.targets.multilabel


def numbers(model, raw):
    """Return the predictions of a regressor, in the units of y.

    Raises
    ------
    ValueError
        If a prediction is not finite.
    """
    y = unchecked_numbers(model, raw)
    if not np.isfinite(y).all():
        raise ValueError(
            f"Predictions are not finite: the inverse link of loss={model.settings.loss!r} overflows "
            f"{raw.dtype.name}. Scale the inputs, or fit with a smaller learning_rate."
        )
    return narrow(y, raw.dtype)


def unchecked_numbers(model, raw):
    """Return the predictions of a regressor; they may be infinite."""
    a = np.empty_like(raw)
    with np.errstate(over="ignore"):
        model.loss.inverse_link(raw, out=a)
        return model.targets.decode(a)
