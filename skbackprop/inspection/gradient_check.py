"""Gradient check: compare backpropagation with finite differences, for instance for a custom loss."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import _is_fitted

from skbackprop.estimators.base import untrained_model
from skbackprop.estimators.constraints import Number
from skbackprop.estimators.parameters import COUNT, validate
from skbackprop.inspection.inspected_data import (
    TOLERANCE,
    check_estimator,
    encoded_rows,
    mean_one,
    network_batch,
)
from skbackprop.inspection.layer_gradients import backpropagate
from skbackprop.network.losses.differences import STEP
from skbackprop.network.losses.protocol import check_values
from skbackprop.network.members import in_dtype
from skbackprop.network.workspace import Workspace
from skbackprop.tables.rows_on_disk import in_memory
from skbackprop.training.epoch_loss import weighted_sum

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from skbackprop.estimators.types import MatrixLike
    from skbackprop.inspection.inspected_data import Estimator

# Errors are relative to the derivative, or to this share of the largest derivative of the layer if that is
# larger: the smallest derivatives of a layer are differences of much larger numbers.
SMALL_SHARE = 1e-3
# ... or to this share of the loss f if that is larger: for smaller derivatives the relative rounding error,
# with eps f / h = 4e-11 f, would exceed 4e-6.
ROUNDING_SHARE = 1e-5
# Number of rows used: more rows do not make the check stricter, and each difference needs a pass over them.
MAX_ROWS = 200
# Noise added to the initial weights of an unfitted estimator: with an output layer of zeros the gradients of
# all other layers are zero, and biases of zero lie on the kink of a rectifier.
INITIAL_NOISE = 0.1
SEED = Number(Integral, 0, None, closed="left")


@dataclass(frozen=True)
class GradientCheck:
    """The result of :func:`check_gradients`.

    Attributes
    ----------
    layer_errors : tuple of float
        The largest relative error among the weights and biases of each layer, in the order of
        ``coefs_``; NaN if the loss did not write all of its delta.
    input_layer_error : float or None
        The same for the parameters of the input layer; None if the network has none.
    tolerance : float
        The largest error that passes.
    n_compared : int
        Number of parameters whose derivatives were compared.
    """

    layer_errors: tuple[float, ...]
    input_layer_error: float | None
    tolerance: float
    n_compared: int

    @property
    def largest_error(self) -> float:
        """The largest relative error over all layers; NaN if one of them is NaN."""
        return float(np.max([*self.layer_errors, self.input_layer_error or 0.0]))

    @property
    def passed(self) -> bool:
        """Whether all errors are within the tolerance."""
        return self.largest_error <= self.tolerance

    def __str__(self) -> str:
        verdict = "the gradient is correct" if self.passed else "the gradient is wrong"
        lines = [
            f"{verdict}: largest relative error {self.largest_error:.1e} (tolerance {self.tolerance:.1e}) "
            f"in {self.n_compared} derivatives"
        ]
        lines += [f"  layer {l}: {error:.1e}" for l, error in enumerate(self.layer_errors, 1)]
        if self.input_layer_error is not None:
            lines.append(f"  input layer: {self.input_layer_error:.1e}")
        return "\n".join(lines)


def check_gradients(
    estimator: Estimator,
    X: MatrixLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    tolerance: float = 1e-4,
    max_parameters: int = 50,
    random_state: int | None = 0,
) -> GradientCheck:
    """Compare the gradient of backpropagation with finite differences of the loss, in float64.

    This verifies, for instance, that the derivative of a custom loss matches its value.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        The estimator is not modified. A fitted estimator is checked at its weights. An unfitted
        estimator is not trained: it is checked at the initial weights of ``fit``, with a little noise
        added (with an output layer of zeros, the gradients of the other layers would be zero).
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        Inputs; at most 200 rows, drawn at random, are used.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Targets.
    sample_weight : array-like of shape (n_samples,), default=None
        Weights of the rows.
    tolerance : float, default=1e-4
        The largest relative error that passes. Rounding errors are below 1e-5; errors of a wrong
        derivative are much larger.
    max_parameters : int, default=50
        The derivatives of at most this number of weights, and of biases, are compared in each layer.
        They are drawn at random if there are more.
    random_state : int or None, default=0
        Determines the random selection of rows and parameters.

    Returns
    -------
    check : GradientCheck
        Has the attributes ``passed``, ``largest_error`` and ``layer_errors``; printing it gives a report.

    Raises
    ------
    TypeError
        If the estimator is not a BackpropClassifier or a BackpropRegressor.
    ValueError
        If ``value`` of the loss does not return one number per row.

    Notes
    -----
    Each derivative is compared with the central difference (L(theta + h) - L(theta - h)) / 2h. If
    the loss has a kink between theta - h and theta + h (rectifiers, absolute errors), its slopes on
    the two sides differ, and any value between them is accepted. An error is relative to the
    derivative, or to a thousandth of the largest derivative of the layer if that is larger. The check
    is made without dropout and without the penalty.

    References
    ----------
    Bengio (2012). Practical recommendations for gradient-based training of deep architectures,
    section 3.1. arXiv:1206.5533.

    Examples
    --------
    A squared error whose derivative has the wrong sign:

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
    allowed = {"tolerance": [TOLERANCE], "max_parameters": [COUNT], "random_state": [SEED, None]}
    given = {"tolerance": tolerance, "max_parameters": max_parameters, "random_state": random_state}
    validate(allowed, given, "check_gradients")
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
        positions = np.arange(network.theta.size)
        W, b, input_parameters = network.layout.split(positions)
        groups = [(W[l], b[l]) for l in range(len(W))]
        if input_parameters:
            input_parameters["s"] = input_parameters["s"][~network.input_layer.is_fixed]
            groups.append(tuple(input_parameters.values()))
        drawn = [np.concatenate([draw(rng, part, max_parameters) for part in group]) for group in groups]
        errors = [largest_error(objective, analytic, where) for where in drawn]
    input_layer_error = errors.pop() if input_parameters else None
    return GradientCheck(tuple(errors), input_layer_error, tolerance, sum(map(len, drawn)))


def untrained_rows(estimator, X, y, sample_weight):
    """Return the same as encoded_rows for an unfitted estimator, with the initial model of its fit."""
    model, X, y, sample_weight = untrained_model(clone(estimator), X, y, sample_weight)
    return model, in_memory(X), y, mean_one(model.row_weights(y, sample_weight))


def in_float64(network):
    """Return a copy of `network` in float64, without dropout."""
    copied = in_dtype(network, np.float64)
    copied.dropout = ()
    return copied


def draw(rng, positions, n_most):
    """Return at most `n_most` of `positions`, drawn at random."""
    return rng.permutation(positions.ravel())[:n_most]


class MeanLoss:
    """The mean loss over a batch as a function of the parameters, summed over several networks."""

    def __init__(self, network, loss, X, Y, w):
        self.theta = network.theta
        self._network, self._loss = network, loss
        self._workspace = Workspace(network, X.shape[0])
        self._X, (self._Y, self._w) = X, self._workspace.for_each_network(Y, w)

    def __call__(self):
        """Return the loss at the current ``theta``."""
        raw = self._network.forward(self._X, self._workspace)
        values = self._loss.value(self._Y, raw, self._workspace.raw_scratch)
        check_values(values, raw.shape[0])
        return weighted_sum(values, self._w) / self._X.shape[0]


def largest_error(objective, analytic, where):
    """Return the largest relative error of the `analytic` derivatives at the positions `where`."""
    here = objective()
    below, above = np.array([one_sided_slopes(objective, here, i) for i in where]).T
    derivative, central = analytic[where], (below + above) / 2
    # At a kink the slopes of the two sides differ, and any value between them is correct.
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
