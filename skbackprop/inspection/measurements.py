"""What a diagnosis measures: activations, gradients, steps and losses of a fitted network."""

from functools import cached_property

import numpy as np
from scipy.optimize import minimize
from scipy.special import logit

from skbackprop.inspection.gradient_check import in_float64
from skbackprop.inspection.inspected_data import encoded_rows, mean_one, network_batch
from skbackprop.inspection.kept_epoch import kept_epoch
from skbackprop.inspection.layer_activations import network_activations
from skbackprop.inspection.layer_gradients import backpropagate
from skbackprop.inspection.saturation import saturation
from skbackprop.model.prediction import raw_predictions, scaled_block
from skbackprop.model.recipes import make_optimizer
from skbackprop.network.initialization import initialize
from skbackprop.network.losses import combine
from skbackprop.tables.batches import Batches
from skbackprop.training.epoch_loss import mean_loss, weighted_sum
from skbackprop.training.training import clip_norm

# Activations and gradients are taken of so many rows, drawn where there are more: shares of them
# are known to a hundredth then.
MAX_ROWS = 5000
# Steps whose mean length is measured: after ten the averages of momentum=0.9 and beta_1=0.9 over
# the last gradients are filled to two thirds.
FIRST_STEPS = 10
BATCH_ROWS = 1024
# Targets of 0 and 1 belong to infinite raw outputs; these have a loss of 1e-12.
SURE = 1e-12
# The raw outputs whose prediction is Y, by the activation of the output layer.
LINKS = {
    "identity": lambda Y: Y,
    "exp": lambda Y: np.log(np.maximum(Y, SURE)),
    "softmax": lambda Y: np.log(np.maximum(Y, SURE)),
    "logistic": lambda Y: logit(np.clip(Y, SURE, 1 - SURE)),
}


class Measurements:
    """Measured on demand, on data as it was trained on; the estimator is not changed.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted.
    X, y, sample_weight
        As the user gave them.
    X_val, y_val, sample_weight_val
        The same for the validation, or None.

    Attributes
    ----------
    model, settings, history
        The estimator's.
    network : Network
        A copy of the estimator's that computes in float64, without dropout.
    X, y, w
        Inputs as numbers; targets; weights of mean 1, or None.
    """

    def __init__(self, estimator, X, y, sample_weight, X_val, y_val, sample_weight_val):
        self.estimator = estimator
        self.model, self.X, self.y, self.w = encoded_rows(estimator, X, y, sample_weight)
        self.settings, self.history = self.model.settings, self.model.history
        self.network = in_float64(self.model.network)
        self._validation = None
        if X_val is not None:
            _, *self._validation = encoded_rows(
                estimator, X_val, y_val, sample_weight_val, "sample_weight_val"
            )
        # Its own generator: whoever has looked into the estimator's has changed what it does next.
        self._rng = np.random.default_rng(0)

    # Inputs and activations.

    @cached_property
    def rows(self):
        """Numbers of the rows that are looked at one by one, in random order."""
        return self._rng.permutation(self.X.shape[0])[:MAX_ROWS]

    @cached_property
    def input_sizes(self):
        """The root mean square of every column of X as the network sees it."""
        X = scaled_block(self.X[self.rows], self.model.scaling, np.float64)
        squares = X.multiply(X) if hasattr(X, "multiply") else X * X
        return np.sqrt(np.asarray(squares.mean(axis=0)).ravel())

    @cached_property
    def saturated(self):
        """Where the slope of each hidden layer's activation is (nearly) 0, of shape (rows, units)."""
        layers = network_activations(self.model, self.X[self.rows], np.float64)
        names = self.network.activation_names
        return [saturation(name, layer.z) for name, layer in zip(names, layers, strict=False)]

    # Gradients and steps.

    @cached_property
    def Y(self):
        """Targets as they are trained on, of all rows."""
        return self.model.encode_for_training(self.y, np.float64)

    @cached_property
    def delta_norms(self):
        """The root mean square over the rows of ||delta^l||, for every layer.

        The norm over the units is what an initialisation by fan-in hands from layer to layer, whatever
        their widths.
        """
        workspace = self._backpropagate(self.network, self.rows)
        return [
            norm(layer.delta) * np.sqrt(self.rows.size) for layer in (*workspace.hidden, workspace.output)
        ]

    @cached_property
    def update_ratios(self):
        """The mean length of the first steps of W^l, relative to ||W^l||; None for "lbfgs".

        A new network of the same kind makes these steps, at the whole learning rate: near its end a
        training makes small ones, as it should. NaN where the weights start at zero.
        """
        settings = self.settings
        network = in_float64(self.model.network)
        optimizer = make_optimizer(settings, network)
        if optimizer is None:
            return None
        initialize(network, self._rng, settings.initialization)
        first = [norm(W) for W in network.W]
        lengths = []
        for i in range(FIRST_STEPS):
            gradient = self._backpropagate(network, self._batch(i)).grad
            if settings.clip_norm is not None:
                clip_norm(gradient, settings.clip_norm)
            before = network.theta.copy()
            optimizer.step(network.theta, gradient, settings.learning_rate)
            lengths.append([norm(step) for step in network.split(network.theta - before)[0]])
        ratios = np.mean(lengths, axis=0) / first
        ratios[np.isnan(ratios)] = np.inf  # what diverges at once
        ratios[np.equal(first, 0)] = np.nan
        return ratios

    @property
    def n_steps(self):
        """Steps that the training made."""
        return len(self.history.loss) * -(-self.X.shape[0] // self.settings.batch_size)

    def _batch(self, i):
        """Return the row numbers of batch `i`; after the last one the first follows."""
        size = self.settings.batch_size
        start = i * size % self.rows.size
        return self.rows[start : start + size]

    def _backpropagate(self, network, rows):
        """Return the workspace of a pass forward and back over some rows."""
        w = None if self.w is None or not self.w[rows].any() else mean_one(self.w[rows])
        batch = network_batch(self.model, self.X[rows], self.Y[rows], w, np.float64)
        return backpropagate(network, self.model.loss, *batch)

    # Losses.

    @cached_property
    def losses(self):
        """(of the network, of the best constant, the least possible), each the mean over all rows.

        They are of what is trained on, but without dropout.
        """
        loss = self._loss_of_predictions(self.X, self.Y, self.w)
        return loss, least_constant_loss(self.model.loss, self.Y, self.w), self._least_loss()

    def _least_loss(self):
        """Return the loss of predictions that are the targets; 0 for a loss of one's own."""
        link = LINKS.get(getattr(self.model.loss, "activation", "custom"))
        if link is None:
            return 0.0
        values = self.model.loss.value(self.Y, link(self.Y), np.empty_like(self.Y))
        return weighted_sum(values, self.w) / self.Y.shape[0]

    @cached_property
    def plain_losses(self):
        """(of the network on X, the same on the validation rows, of the best constant on X).

        Without label smoothing, which no validation has. None without validation rows or curve.
        """
        if self._validation is not None:
            X, y, w = self._validation
            validated = self._loss_of_predictions(X, self._plain_targets(y), w)
        elif self.history.validation_loss:
            validated = self.history.validation_loss[kept_epoch(self.estimator) - 1]
        else:
            return None
        Y = self._plain_targets(self.y)
        trained = self._loss_of_predictions(self.X, Y, self.w)
        return trained, validated, least_constant_loss(self.model.loss, Y, self.w)

    def _plain_targets(self, y):
        return self.model.targets.encode(y, np.float64)

    def _loss_of_predictions(self, X, Y, w):
        batches = Batches(
            X, Y, w, batch_size=BATCH_ROWS, dtype=np.dtype(np.float64), scaling=self.model.scaling
        )
        return mean_loss(self.network, self.model.loss, batches)

    # Predictions.

    @cached_property
    def class_counts(self):
        """(weight of y, number of predictions) of each class, or of each label (classifier only)."""
        targets = self.model.targets
        raw = raw_predictions(self.network, self.X, self.model.scaling)
        predicted = targets.decode(combine(self.model.loss, raw, self.network.n_networks))
        if targets.multilabel:
            w = np.ones(self.X.shape[0]) if self.w is None else self.w
            return w @ self._plain_targets(self.y), predicted.sum(axis=0)
        n_classes = len(targets.classes)
        return (
            np.bincount(targets.codes(self.y), self.w, minlength=n_classes),
            np.bincount(targets.codes(predicted), minlength=n_classes),
        )


def least_constant_loss(loss, Y, w):
    """Return the least weighted mean loss of raw outputs that are the same for all rows."""
    raw, out = np.empty_like(Y), np.empty_like(Y)
    w = np.ones(Y.shape[0]) if w is None else w
    w = w / w.sum()

    def objective(z):
        raw[...] = z
        value = weighted_sum(loss.value(Y, raw, out), w)
        loss.delta(Y, raw, out)
        return value, w @ out

    return minimize(objective, np.zeros(Y.shape[1]), jac=True, method="L-BFGS-B").fun


def norm(a):
    """Return the root of the sum of squares."""
    return float(np.linalg.norm(a.ravel()))
