"""Measurements for a diagnosis: activations, gradients, steps and losses of a fitted network."""

import math
from functools import cached_property

import numpy as np
from scipy.sparse import issparse
from scipy.sparse import vstack as stack
from sklearn.metrics import roc_auc_score

from skbackprop.inspection.column_groups import column_groups
from skbackprop.inspection.gradient_check import in_float64
from skbackprop.inspection.inspected_data import encoded_rows, mean_one, network_batch, training_rows
from skbackprop.inspection.layer_activations import network_activations
from skbackprop.inspection.layer_gradients import backpropagate
from skbackprop.inspection.reference_forest import ReferenceForest, share_explained_by_neighbors
from skbackprop.inspection.saturation import saturation
from skbackprop.model.layers import inputs_of_fixed_scale
from skbackprop.model.optimization import make_optimizer
from skbackprop.model.predicted_values import labels
from skbackprop.model.prediction import raw_predictions, scaled_block
from skbackprop.model.recipes import Settings
from skbackprop.network.initialization import initialize
from skbackprop.network.losses import combine
from skbackprop.network.losses.links import LINKS
from skbackprop.network.norms import clip_norm
from skbackprop.tables.batches import Batches
from skbackprop.tables.containers import as_table
from skbackprop.tables.rows_on_disk import in_memory
from skbackprop.tables.sparse_rows import CenteredRows, mean_squares
from skbackprop.training.epoch_loss import least_constant_loss, mean_loss, weighted_sum

# Activations and gradients are computed on at most this number of rows, drawn at random, which gives shares
# to within 0.01.
MAX_ROWS = 5000
# Rows of the reference forests, which take longer.
FOREST_ROWS = 2000
# Number of steps whose mean length is measured: after ten steps the moving averages of the gradients with
# momentum=0.9 and beta_1=0.9 have reached two thirds of their final weight.
FIRST_STEPS = 10
BATCH_ROWS = 1024


class Measurements:
    """Measurements on the training data, computed on demand; the estimator is not modified.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted.
    X, y, sample_weight
        The training data, as given by the user.
    X_val, y_val, sample_weight_val
        The validation data, or None.
    groups
        The groups of the training, or None.

    Attributes
    ----------
    model, settings, history
        Those of the estimator.
    network : Network
        A copy of the estimator's network in float64, without dropout.
    X, y, w
        The encoded inputs, as in training; the targets; the weights with mean 1, or None.
    """

    def __init__(self, estimator, X, y, sample_weight, X_val, y_val, sample_weight_val, groups=None):
        self.estimator = estimator
        self.model, self.X, self.y, self.w = training_rows(estimator, X, y, sample_weight, groups)
        self.settings, self.history = self.model.settings, self.model.history
        self.network = in_float64(self.model.network)
        self._inputs = X
        self._validation = None
        if X_val is not None:
            _, *self._validation = encoded_rows(estimator, X_val, y_val, sample_weight_val, validation=True)
        # A separate generator: using that of the estimator would change its next fit.
        self._rng = np.random.default_rng(0)

    # Inputs and activations.

    @cached_property
    def rows(self):
        """Indices of the rows on which activations and gradients are computed, in random order."""
        return self._rng.permutation(self.X.shape[0])[:MAX_ROWS]

    @cached_property
    def input_sizes(self):
        """The root mean square of every column of the scaled X."""
        return np.sqrt(mean_squares(scaled_block(self.X[self.rows], self.model.scaling, np.float64)))

    @cached_property
    def saturated(self):
        """For each hidden layer, where its activations are saturated: arrays of shape (n_rows, n_units)."""
        layers = network_activations(self.model, self.X[self.rows], np.float64)
        names = self.network.activation_names
        return [saturation(name, layer.z) for name, layer in zip(names, layers, strict=False)]

    def y_value(self, row):
        """Return the value of y of a row that is furthest from 0, in the units of y."""
        values = np.atleast_1d(self.y[row])
        return float(values[np.abs(values).argmax()])

    # Gradients and steps.

    @cached_property
    def Y(self):
        """Encoded targets of all rows, as used in training."""
        return self.model.encode_for_training(self.y, np.float64)

    @cached_property
    def delta_norms(self):
        """The root mean square over the rows of ||delta^l||, for every layer.

        An initialization by fan-in preserves the norm over the units from layer to layer, for all widths.
        """
        return self._delta_norms(self.network)

    @cached_property
    def initial_delta_norms(self):
        """The same before the first step."""
        return self._delta_norms(self.initial_network)

    def _delta_norms(self, network):
        workspace = self._backpropagate(network, self.rows)
        return [norm(layer.delta) * np.sqrt(self.rows.size) for layer in workspace.layers]

    @cached_property
    def initial_network(self):
        """A newly initialized network with the same parameters."""
        network = in_float64(self.model.network)
        fixed_scales = inputs_of_fixed_scale(self.model.encoder, self.settings.kind)
        initialize(network, self._rng, self.settings.initialization, *fixed_scales)
        return network

    @cached_property
    def update_ratios(self):
        """The mean norm of the first steps of W^l, relative to ||W^l||; None for "lbfgs".

        The steps are those of a newly initialized network with the full learning rate and without the
        penalty, because steps near the end of a training are small in any case. NaN for layers whose initial
        weights are zero.
        """
        if self.settings.solver == "lbfgs":
            return None
        first = [norm(W) for W in self.initial_network.W]
        lengths = [
            [norm(step) for step in self.initial_network.layout.split(step)[0]]
            for _, _, step in self.first_steps
        ]
        ratios = np.mean(lengths, axis=0) / first
        ratios[np.isnan(ratios)] = np.inf  # the first steps diverge
        ratios[np.equal(first, 0)] = np.nan
        return ratios

    @cached_property
    def penalty_ratio(self):
        """The norm of the penalty's part of the first steps, relative to that of the loss.

        Over all weights, with W the initial ones, because steps that are too large would enlarge the weights
        and the penalty. For "adamw" this is ||eta alpha W|| / ||step||, otherwise ||alpha W|| / ||dL/dW||.
        It is 0 if the loss does not move the weights at all, which the penalty does not cause.
        """
        settings, weights = self.settings, slice(self.initial_network.n_weights)
        if not settings.alpha:
            return 0.0
        decoupled = settings.solver == "adamw"
        W = norm(self.initial_network.theta[weights])
        penalty = settings.alpha * W * (settings.learning_rate if decoupled else 1)
        moves = [step if decoupled else gradient for _, gradient, step in self.first_steps]
        data = np.mean([norm(move[weights]) for move in moves])
        return penalty / data if data > 0 else 0.0

    @cached_property
    def first_steps(self):
        """(theta, gradient, step) of the first steps without penalty; for "lbfgs" a single step of 0."""
        network = in_float64(self.initial_network)
        optimizer = make_optimizer(Settings(**{**vars(self.settings), "alpha": 0.0}), network)
        steps = []
        for i in range(1 if optimizer is None else FIRST_STEPS):
            gradient = self._backpropagate(network, self._batch(i)).grad
            if self.settings.clip_norm is not None:
                clip_norm(gradient, self.settings.clip_norm)
            before, kept = network.theta.copy(), gradient.copy()
            if optimizer is not None:
                optimizer.step(network.theta, gradient, self.settings.learning_rate)
            steps.append((before, kept, network.theta - before))
        return steps

    @property
    def n_steps(self):
        """Number of training steps."""
        return self.history.n_epochs * math.ceil(self.X.shape[0] / self.settings.batch_size)

    def _batch(self, i):
        """Return the row indices of batch `i`; the first batch follows the last one."""
        size = self.settings.batch_size
        start = i * size % self.rows.size
        return self.rows[start : start + size]

    def _backpropagate(self, network, rows):
        """Return the workspace of a forward and a backward pass over `rows`."""
        w = None if self.w is None or not self.w[rows].any() else mean_one(self.w[rows])
        batch = network_batch(self.model, self.X[rows], self.Y[rows], w, np.float64)
        return backpropagate(network, self.model.loss, *batch)

    # Losses.

    @cached_property
    def Y_to_predict(self):
        """Targets of the predictions: without label smoothing if the network is calibrated."""
        return self._plain_targets(self.y) if self.settings.calibrated else self.Y

    @cached_property
    def losses(self):
        """Mean losses over all rows: (of the network, of the best constant, the least possible one)."""
        Y = self.Y_to_predict
        loss = self._loss_of_predictions(self.X, Y, self.w)
        return loss, least_constant_loss(self.model.loss, Y, self.w), self._least_loss(Y)

    @cached_property
    def least_training_loss(self):
        """The least possible loss of a training, with label smoothing."""
        return self._least_loss(self.Y)

    @cached_property
    def learned_share(self):
        """The decrease of the loss from that of the best constant, as a share of the largest possible one.

        None if the best constant already has the least possible loss.
        """
        loss, constant, least = self.losses
        possible = constant - least
        return (constant - loss) / possible if possible > 1e-9 * max(1, abs(constant)) else None

    def _least_loss(self, Y):
        """Return the loss of predictions equal to the targets; 0 for a custom loss."""
        link = LINKS.get(getattr(self.model.loss, "activation", "custom"))
        if link is None:
            return 0.0
        values = self.model.loss.value(Y, link(Y), np.empty_like(Y))
        return weighted_sum(values, self.w) / Y.shape[0]

    @cached_property
    def plain_losses(self):
        """Mean losses: (of the network on X, of the network on validation rows, of the best constant on X).

        Without label smoothing, as in any validation. None if there are no validation rows and the last
        training had none.
        """
        if self._validation is not None:
            X, y, w = self._validation
            validated = self._loss_of_predictions(X, self._plain_targets(y, "y_val"), w)
        elif self.history.kept_validation is not None:
            validated, _ = self.history.kept_validation
        else:
            return None
        Y = self._plain_targets(self.y)
        trained = self._loss_of_predictions(self.X, Y, self.w)
        return trained, validated, least_constant_loss(self.model.loss, Y, self.w)

    def _plain_targets(self, y, name="y"):
        return self.model.targets.encode(y, np.float64, name)

    def _loss_of_predictions(self, X, Y, w):
        batches = Batches(
            X, Y, w, batch_size=BATCH_ROWS, dtype=np.dtype(np.float64), scaling=self.model.scaling
        )
        return mean_loss(self.network, self.model.loss, batches)

    # Reference forests.

    @cached_property
    def sample(self):
        """The rows of the reference forests: (X scaled, Y without label smoothing, weights or None)."""
        rows = self.rows[:FOREST_ROWS]
        w = None if self.w is None or not self.w[rows].any() else mean_one(self.w[rows])
        return self._scaled_for_forests(self.X[rows]), self._plain_targets(self.y)[rows], w

    def _scaled_for_forests(self, rows):
        """Return encoded rows, scaled, as an array or a CSR array.

        Trees do not depend on the origin of an input, so that of sparse rows can stay at 0.
        """
        X = scaled_block(in_memory(rows), self.model.scaling, np.float64)
        return X.S if isinstance(X, CenteredRows) else X

    @cached_property
    def target_forest(self):
        """The ReferenceForest that predicts y."""
        return ReferenceForest(*self.sample)

    @cached_property
    def unlearned_share(self):
        """The share of the possible decrease of the loss that X explains, but the network has not learned.

        It is the fraction of the loss that remains, times the fraction of its gradients (Y - a for most
        losses) that a forest predicts. It is close to 0 if the rest is noise.
        """
        learned = self.learned_share
        if learned is None or np.isnan(learned):
            return None
        X, _, w = self.sample
        rows = self.rows[:FOREST_ROWS]
        raw = combine(
            self.model.loss,
            raw_predictions(self.network, self.X, self.model.scaling),
            self.network.n_networks,
        )
        residuals = np.empty((rows.size, raw.shape[1]))
        self.model.loss.delta(self.Y_to_predict[rows], raw[rows], residuals)
        return ReferenceForest(X, residuals, w).share_explained * np.clip(1 - learned, 0, 1)

    def explained_by(self, inputs):
        """Return the share of y that some inputs explain: a single one by neighbors, several by a forest."""
        X, Y, w = self.sample
        X = X[:, inputs]
        if inputs.size == 1:
            x = X.toarray() if issparse(X) else X
            return share_explained_by_neighbors(x.ravel(), Y)
        return ReferenceForest(X, Y, w).share_explained

    def explained_without(self, inputs):
        """Return the share of y that all other inputs explain."""
        return self.explained_by(np.setdiff1d(np.arange(self.X.shape[1]), inputs))

    def right_by_certainty(self, part):
        """Return the shares of rows with the predicted label, among the most certain rows and the next ones.

        Both are `part` of all rows, sorted by the largest class probability of the forest.
        """
        _, Y, _ = self.sample
        P = self.target_forest.predictions
        if Y.shape[1] == 1:
            Y, P = np.hstack((1 - Y, Y)), np.hstack((1 - P, P))
        right = (P.argmax(axis=1) == Y.argmax(axis=1))[np.argsort(-P.max(axis=1), kind="stable")]
        n = max(1, int(part * right.size))
        return right[:n].mean(), right[n : 2 * n].mean()

    @property
    def n_validation_rows(self):
        """Number of the rows that were passed as validation rows; without them infinity."""
        return np.inf if self._validation is None else self.validation_X.shape[0]

    @property
    def validation_X(self):
        """The encoded validation inputs, or None."""
        return None if self._validation is None else self._validation[0]

    @cached_property
    def adversarial_validation(self):
        """The area under the ROC curve of a forest that separates X from the validation rows.

        It is followed by the importances of the inputs. Equal numbers of both kinds of rows are used.
        """
        new = self._rng.permutation(self.validation_X.shape[0])[: FOREST_ROWS // 2]
        old = self.rows[: new.size]
        new = new[: old.size]
        X = [self._scaled_for_forests(rows) for rows in (self.X[old], self.validation_X[new])]
        is_new = np.repeat((0.0, 1.0), old.size)
        forest = ReferenceForest(stack(X) if issparse(X[0]) else np.vstack(X), is_new[:, None])
        return roc_auc_score(is_new, forest.predictions[:, 0]), forest.importances

    # The columns of X.

    @cached_property
    def column_groups(self):
        """The ColumnGroup of each column of X."""
        return column_groups(self.estimator, self.model.encoder)

    def distinct_shares(self):
        """Yield the name of each column learned by category alone, and its distinct values per row."""
        encoder = self.model.encoder
        if encoder is None or not encoder.categories:
            return
        table = as_table(self._inputs, by_column=True)
        for category in encoder.categories:
            if encoder.text_read_as(category) or category.position in encoder.as_categories:
                continue
            values, places = table.column(category.position).distinct()
            yield str(category.name), len(values) / len(places)

    def number_columns(self):
        """Yield (ColumnGroup, values) of the columns of X that are numbers."""
        X = getattr(self.X, "numbers", self.X)
        if not isinstance(X, np.ndarray):
            return
        encoder = self.model.encoder
        n_numbers = X.shape[1] if encoder is None else encoder.numeric.size
        for group in self.column_groups:
            if group.inputs.size and group.inputs[0] < n_numbers:
                yield group, X[:, group.inputs[0]]

    # Predictions.

    @cached_property
    def class_counts(self):
        """(total weight in y, number of predictions) of each class or label, for a classifier."""
        targets = self.model.targets
        raw = raw_predictions(self.network, self.X, self.model.scaling)
        predicted = labels(self.model, combine(self.model.loss, raw, self.network.n_networks))
        if targets.multilabel:
            w = np.ones(self.X.shape[0]) if self.w is None else self.w
            return w @ self._plain_targets(self.y), predicted.sum(axis=0)
        n_classes = len(targets.classes)
        return (
            np.bincount(targets.codes(self.y), self.w, minlength=n_classes),
            np.bincount(targets.codes(predicted), minlength=n_classes),
        )


def norm(a):
    """Return the root of the sum of squares."""
    return float(np.linalg.norm(a.ravel()))
