"""Is the gradient right? Backpropagation against differences of the loss, for a loss of one's own."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import _is_fitted

from skbackprop.estimators.base import untrained_model
from skbackprop.inspection.inspected_data import check_estimator, encoded_rows, mean_one, network_batch
from skbackprop.inspection.layer_gradients import backpropagate
from skbackprop.network.network import Network
from skbackprop.network.workspace import Workspace
from skbackprop.tables.rows_on_disk import in_memory
from skbackprop.training.epoch_loss import weighted_sum

# h: the truncation error h^2 f''' / 6 of a central difference and its rounding error eps f / h are
# together smallest near the third root of eps.
STEP = float(np.cbrt(np.finfo(np.float64).eps))
# Errors are relative to the derivative itself, or to this share of the layer's largest one: the
# smallest derivatives of a layer are differences of much larger numbers.
SMALL_SHARE = 1e-3
# ... or to this share of the loss: of a derivative smaller than that the rounding error eps f / h,
# 4e-11 f, would be more than 4e-6.
ROUNDING_SHARE = 1e-5
# Rows that are looked at: more do not show more, and every difference passes over all of them.
MAX_ROWS = 200
# Noise on the initial weights of an unfitted estimator: an output layer that starts at zero would
# hide the gradients of all others, and biases of zero lie on the kink of a rectifier.
INITIAL_NOISE = 0.1


@dataclass(frozen=True)
class GradientCheck:
    """What :func:`check_gradients` found.

    Attributes
    ----------
    layer_errors : tuple of float
        The largest relative error among the weights and biases of each layer, in the order of
        ``coefs_``; NaN where the loss left part of its delta unwritten.
    front_error : float or None
        The same for the learned front of the inputs; None where the network has none.
    tolerance : float
        What an error may be at most.
    n_compared : int
        Parameters whose derivative was compared.
    """

    layer_errors: tuple[float, ...]
    front_error: float | None
    tolerance: float
    n_compared: int

    @property
    def largest_error(self):
        """The largest relative error of all, NaN where one is."""
        return float(np.max([*self.layer_errors, 0.0 if self.front_error is None else self.front_error]))

    @property
    def passed(self):
        """Whether no error is larger than the tolerance."""
        return self.largest_error <= self.tolerance

    def __str__(self):
        verdict = "the gradient is right" if self.passed else "the gradient is wrong"
        lines = [
            f"{verdict}: largest relative error {self.largest_error:.1e} (tolerance {self.tolerance:.1e}) "
            f"in {self.n_compared} derivatives"
        ]
        lines += [f"  layer {l}: {error:.1e}" for l, error in enumerate(self.layer_errors)]
        if self.front_error is not None:
            lines.append(f"  front: {self.front_error:.1e}")
        return "\n".join(lines)


def check_gradients(
    estimator, X, y, sample_weight=None, *, tolerance=1e-4, max_parameters=50, random_state=0
):
    """Compare the gradient that backpropagation finds with differences of the loss, in float64.

    A loss of your own has a derivative of your own; here it shows whether the two belong together.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        It is not changed. A fitted one is checked at its weights. An unfitted one is not trained: it
        is checked at the weights that ``fit`` would start from, with a little noise added (an
        output layer that starts at zero would hide the gradients of the others).
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Inputs; of more than 200 rows 200 are drawn.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows.
    tolerance : float, default=1e-4
        The largest relative error that passes. Rounding leaves less than 1e-5, a mistake makes
        much more.
    max_parameters : int, default=50
        Of so many weights and so many biases of each layer the derivative is compared, drawn
        where there are more.
    random_state : int, default=0
        Decides what is drawn.

    Returns
    -------
    check : GradientCheck
        With ``passed``, ``largest_error`` and ``layer_errors``; it prints as a report.

    Raises
    ------
    TypeError
        Where the estimator is none of this package's.
    ValueError
        Where ``value`` of the loss does not return one number for each row.

    Notes
    -----
    Each derivative is compared with the central difference (L(theta + h) - L(theta - h)) / 2h. Where
    the loss has a kink between theta - h and theta + h (rectifiers, absolute errors) its slopes on
    the two sides differ, and any number between them is taken for right. An error is relative to the
    derivative, or to a thousandth of the layer's largest one where that is more. Dropout is off and the
    penalty left out: neither is the loss's.

    References
    ----------
    Bengio (2012). Practical recommendations for gradient-based training of deep architectures,
    section 3.1. arXiv:1206.5533.

    Examples
    --------
    A squared error whose derivative has lost its sign:

    >>> import numpy as np
    >>> from skbackprop import BackpropRegressor
    >>> from skbackprop.inspection import check_gradients
    >>> class Wrong:
    ...     def value(self, y_true, raw_prediction, scratch):
    ...         return 0.5 * ((raw_prediction - y_true) ** 2).sum(axis=1)
    ...     def delta(self, y_true, raw_prediction, out):
    ...         out[:] = y_true - raw_prediction
    ...     def inverse_link(self, raw_prediction, out):
    ...         out[:] = raw_prediction
    >>> class Right(Wrong):
    ...     def delta(self, y_true, raw_prediction, out):
    ...         out[:] = raw_prediction - y_true
    >>> X = np.random.default_rng(0).normal(size=(50, 3))
    >>> check_gradients(BackpropRegressor(10, loss=Wrong()), X, X[:, 0]).passed
    False
    >>> check_gradients(BackpropRegressor(10, loss=Right()), X, X[:, 0]).passed
    True
    """
    check_estimator(estimator)
    if not tolerance > 0:
        raise ValueError(f"The 'tolerance' parameter must be a positive number. Got {tolerance!r} instead.")
    if not max_parameters >= 1:
        raise ValueError(
            f"The 'max_parameters' parameter must be a positive int. Got {max_parameters!r} instead."
        )
    rng = np.random.default_rng(random_state)
    fitted = _is_fitted(estimator)
    prepare = encoded_rows if fitted else untrained_rows
    model, X, y, w = prepare(estimator, X, y, sample_weight)
    network = in_float64(model.network)
    if not fitted:
        network.theta += INITIAL_NOISE * rng.standard_normal(network.theta.size)
    rows = rng.permutation(X.shape[0])[:MAX_ROWS]
    Y = model.encode_for_training(y, np.float64)[rows]
    batch = network_batch(model, X[rows], Y, None if w is None else mean_one(w[rows]), np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        analytic = backpropagate(network, model.loss, *batch).grad.copy()
        objective = MeanLoss(network, model.loss, *batch)
        W, b, front = network.split(np.arange(network.theta.size))  # where in theta they stand
        groups = [(W[l], b[l]) for l in range(len(W))]
        if front:
            groups.append(tuple(front.values()))
        drawn = [np.concatenate([draw(rng, part, max_parameters) for part in group]) for group in groups]
        errors = [largest_error(objective, analytic, where) for where in drawn]
    front_error = errors.pop() if front else None
    return GradientCheck(tuple(errors), front_error, tolerance, sum(map(len, drawn)))


def untrained_rows(estimator, X, y, sample_weight):
    """Return what encoded_rows does, with the model that the fit of an unfitted estimator begins with."""
    model, X, y, sample_weight = untrained_model(clone(estimator), X, y, sample_weight)
    return model, in_memory(X), y, mean_one(model.row_weights(y, sample_weight))


def in_float64(network):
    """Return a copy of `network` that computes in float64, without dropout."""
    copy = Network(
        network.layer_sizes,
        network.activation_names,
        front=network.front,
        n_networks=network.n_networks,
    )
    copy.theta[...] = network.theta
    return copy


def draw(rng, positions, n_most):
    """Return at most `n_most` of `positions`."""
    return rng.permutation(positions.ravel())[:n_most]


class MeanLoss:
    """The mean loss over a batch as a function of the parameters; of several networks the sum."""

    def __init__(self, network, loss, X, Y, w):
        self.theta = network.theta
        self._network, self._loss = network, loss
        self._X, self._Y, self._w = X, Y, w
        self._workspace = Workspace(network, X.shape[0])

    def __call__(self):
        """Return the loss at the present ``theta``."""
        raw = self._network.forward(self._X, self._workspace)
        values = self._loss.value(self._Y, raw, self._workspace.raw_scratch)
        if np.shape(values) != (raw.shape[0],):
            raise ValueError(
                "The 'loss' parameter must have a value() that returns one number for each row, here of "
                f"shape ({raw.shape[0]},). Got shape {np.shape(values)} instead."
            )
        return weighted_sum(values, self._w) / self._X.shape[0]


def largest_error(objective, analytic, where):
    """Return the largest relative error of the `analytic` derivatives at the positions `where`."""
    here = objective()
    below, above = np.array([one_sided_slopes(objective, here, i) for i in where]).T
    derivative, central = analytic[where], (below + above) / 2
    # At a kink the slopes of the two sides differ, and what lies between them is right.
    error = np.maximum(np.abs(derivative - central) - np.abs(above - below) / 2, 0)
    size = np.maximum(np.abs(derivative), np.abs(central))
    floor = max(SMALL_SHARE * size.max(), ROUNDING_SHARE * max(1.0, abs(here)))
    return float((error / np.maximum(size, floor)).max())


def one_sided_slopes(objective, here, i):
    """Return the difference quotients below and above theta_i; `here` is the objective at theta."""
    theta, present = objective.theta, objective.theta[i]
    theta[i] = present - STEP
    below = (here - objective()) / STEP
    theta[i] = present + STEP
    above = (objective() - here) / STEP
    theta[i] = present
    return below, above
