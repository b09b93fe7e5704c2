"""From raw outputs z^L to probabilities, labels and predictions, as in :mod:`skbackprop.network.losses`.

Only the two functions of the loss that predict are converted: ``inverse_link`` and ``combine``. A custom loss
can therefore be converted if it takes them from one of the package's links.
"""

import numpy as np

from skbackprop.network import losses
from skbackprop.onnx.activations import sigmoid, softplus
from skbackprop.onnx.graph import (
    argmax,
    clip,
    concatenate,
    cumulative_sum,
    exp,
    log,
    log_mean_exp,
    log_softmax,
    mean,
    softmax,
    where,
)


def log_sigmoid(z):
    """Return ln(1 / (1 + exp(-z))) = -ln(1 + exp(-z))."""
    return -softplus(-z)


class Link:
    """The inverse link of a loss, and the combination of the raw outputs of several networks.

    Parameters
    ----------
    loss : object
        A loss with this link.
    """

    def __init__(self, loss):
        self.loss = loss


class IdentityLink(Link):
    """a = z; combined is the mean z."""

    def combine(self, z, n_networks):
        return mean(z)

    def inverse(self, z):
        return z


class LogLink(Link):
    """a = exp(z); combined is ln of the mean a."""

    def combine(self, z, n_networks):
        return log_mean_exp(z, n_networks)

    def inverse(self, z):
        return exp(z)


class LogisticLink(Link):
    """a = 1 / (1 + exp(-z)); combined is ln(a / (1 - a)) of the mean a."""

    def combine(self, z, n_networks):
        log_a = log_mean_exp(log_sigmoid(z), n_networks)
        log_rest = log_mean_exp(log_sigmoid(-z), n_networks)
        return log_a - log_rest

    def inverse(self, z):
        return sigmoid(z)


class SoftmaxLink(Link):
    """a = softmax(z); combined is ln of the mean a."""

    def combine(self, z, n_networks):
        return log_mean_exp(log_softmax(z), n_networks)

    def inverse(self, z):
        return softmax(z)


class OrderedLink(Link):
    """The middle raw output is a quantile; the others are mapped to distances between neighbors."""

    def combine(self, z, n_networks):
        d = mean(softplus(z))
        return self.where_middle(mean(z), d + log(1 - exp(-d)))

    def inverse(self, z):
        loss = self.loss
        c, k = loss.middle, loss.n_outputs
        parts = self.where_middle(z, softplus(z)) * loss.steps(z.dtype)
        lower = cumulative_sum(parts.take(range(c, -1, -1), axis=1)).take(range(c, -1, -1), axis=1)
        upper = cumulative_sum(parts.take(range(c, k), axis=1)).take(range(1, k - c), axis=1)
        return concatenate([lower, upper] if c < k - 1 else [lower])

    def where_middle(self, x, y):
        """Return x in the column in the middle, else y."""
        is_middle = np.arange(self.loss.n_outputs) == self.loss.middle
        return where(x.graph.constant(is_middle), x, y)


LINKS = {
    losses.IdentityLink: IdentityLink,
    losses.LogLink: LogLink,
    losses.LogisticLink: LogisticLink,
    losses.SoftmaxCrossEntropy: SoftmaxLink,
    losses.Quantiles: OrderedLink,
}


def link_of(loss):
    """Return the link with the ``inverse_link`` and ``combine`` of `loss`."""
    for kind, link in LINKS.items():
        if all(method_of(loss, name) is vars(kind).get(name) for name in ("inverse_link", "combine")):
            return link(loss)
    raise ValueError(
        f"loss={loss!r} has a custom inverse_link or combine, which cannot be converted to ONNX. Take these "
        f"methods from one of {', '.join(f'skbackprop.network.losses.{kind.__name__}' for kind in LINKS)}."
    )


def method_of(loss, name):
    """Return the function behind a method of `loss`, or None."""
    method = getattr(loss, name, None)
    return getattr(method, "__func__", method)


def combined(z, loss, n_networks):
    """Return the raw outputs of the mean of the networks: (m, k) from (E, m, k)."""
    return z if n_networks == 1 else link_of(loss).combine(z, n_networks)


def probabilities(raw, loss, targets, dtype):
    """Return the probability of each class or label in `dtype`, clipped to the open interval (0, 1)."""
    if targets.constant:
        return softmax(raw.astype(dtype))  # of one column: 1
    link = link_of(loss)
    if not isinstance(link, (LogisticLink, SoftmaxLink)):
        raise ValueError(
            f"The outputs of loss={loss!r} are not probabilities. For conversion to ONNX the loss of a "
            "classifier needs the inverse_link of skbackprop.network.losses.LogisticLink or of "
            "skbackprop.network.losses.SoftmaxCrossEntropy."
        )
    if targets.multilabel:
        a = link.inverse(raw)
    elif targets.n_outputs == 1:
        a = concatenate([link.inverse(-raw), link.inverse(raw)])
    elif isinstance(link, LogisticLink):
        a = softmax(log_sigmoid(raw))  # a_j / sum_i a_i, accurate for small a
    else:
        a = link.inverse(raw)
    limits = np.finfo(dtype)
    return clip(a.astype(dtype), limits.tiny, 1 - limits.epsneg)


def raw_scores(raw, targets, two_columns):
    """Return z^L, one column for two classes; with `two_columns` these are -z and z."""
    if two_columns and targets.n_outputs == 1 and not targets.constant:
        return concatenate([-raw, raw])
    return raw


def labels(raw, targets, classes):
    """Return the class of each row, from the array `classes`, or an indicator for each label."""
    if targets.multilabel:
        return (raw > 0).astype(np.int64)
    binary = targets.n_outputs == 1 and not targets.constant
    codes = (raw > 0).astype(np.int64).reshape(-1) if binary else argmax(raw)
    return raw.graph.constant(classes).apply("Gather", codes, axis=0)


def predictions(raw, loss, targets):
    """Return predictions of shape (m, k) in the units of y, in float64."""
    a = link_of(loss).inverse(raw).astype(np.float64)
    y = a * targets.scaling.scale + targets.scaling.center
    return clip(y, *targets.bounds) if targets.clip_predictions else y
