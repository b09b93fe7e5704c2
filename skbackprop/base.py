"""What the two estimators share: from a user's X and y to a trained network."""

import copy
import warnings
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
from sklearn.base import BaseEstimator, is_regressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from skbackprop.batches import Batches
from skbackprop.distinct_rows import merge_equal_rows
from skbackprop.initialization import initialize
from skbackprop.lbfgs import minimize_lbfgs
from skbackprop.monte_carlo import sample_raw_predictions
from skbackprop.network import Network
from skbackprop.parameters import activation_list, dropout_list, layer_list, refuse_word_as_rate
from skbackprop.prediction import raw_predictions
from skbackprop.recipes import make_front, make_optimizer, resolve
from skbackprop.scaling import SCALINGS, RunningScaling, Scaling
from skbackprop.threads import blas_threads, suited_threads
from skbackprop.training import History, Stopping, Training, mean_loss
from skbackprop.validation_split import split_rows

# dtype="auto" computes float64 input in float64 up to this many numbers in X: there speed does
# not matter, and results agree to the last digits that float64 has.
FLOAT64_MAX_SIZE = 20_000
# Schedules that could go on: with the others max_iter is a plan, not a bound.
OPEN_ENDED = ("constant", "invscaling", "adaptive")


@dataclass
class Model:
    """What a fitted estimator keeps.

    ``settings`` are the estimator's parameters with every "auto" resolved (see
    :mod:`skbackprop.recipes`). ``training`` (optimizer states and random generator) is there where warm_start or partial_fit
    may go on with it, and None otherwise.
    """

    network: Network
    loss: object
    targets: object
    scaling: Scaling | None
    history: History
    split_seed: int
    settings: SimpleNamespace
    training: Training | None = None


def stochastic(estimator):
    """Whether `estimator` trains batch by batch; what partial_fit needs."""
    if estimator.solver == "lbfgs":
        raise AttributeError(
            "partial_fit is not available with solver='lbfgs', which needs all rows at once; use "
            "solver='adam', 'adamw' or 'sgd'."
        )
    return True


class BaseBackprop(BaseEstimator):
    """Validates, builds, delegates and stores; the subclasses know their targets and losses."""

    def _validate_params(self):
        refuse_word_as_rate(self.learning_rate)
        super()._validate_params()

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_model")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    # What the subclasses know.

    def _make_targets(self, y, sample_weight, settings, classes=None):
        raise NotImplementedError

    def _make_loss(self, targets):
        raise NotImplementedError

    def _encode_for_training(self, model, y, dtype):
        return model.targets.encode(y, dtype)

    def _row_weights(self, targets, y, sample_weight):
        return sample_weight

    def _strata(self, targets, y):
        return None

    # Fitting.

    def _fit(self, X, y, sample_weight, X_val, y_val, sample_weight_val):
        continuing = self.warm_start and hasattr(self, "_model")
        if not continuing:
            # Should this fit fail, no model of an earlier one may be taken for its result.
            self.__dict__.pop("_model", None)
        X, y, sample_weight = self._check_data(X, y, sample_weight, reset=not continuing)
        settings = self._model.settings if continuing else resolve(self, X)
        if X.shape[0] <= settings.batch_size:
            X, y, sample_weight = merge_equal_rows(X, y, sample_weight)
        model = self._model if continuing else self._build(X, y, sample_weight)
        rows, validate = self._validation(
            model, X, y, sample_weight, X_val, y_val, sample_weight_val
        )
        batches = self._batches(model, X, y, sample_weight, rows)
        with suited_threads(model.network.layer_sizes, batches.batch_size):
            if model.settings.solver == "lbfgs":
                reason = self._minimize(model, batches)
            else:
                reason = self._train(model, batches, validate)
        self._warn_of_the_end(reason, model)
        if not self.warm_start:
            model.training = None
        return self._store(model)

    def _partial_fit(self, X, y, sample_weight, classes=None):
        first = not hasattr(self, "_model")
        X, y, sample_weight = self._check_data(X, y, sample_weight, reset=first)
        if first:
            model = self._build(X, y, sample_weight, classes, streaming=True)
        else:
            model = self._model
            if isinstance(model.scaling, RunningScaling):
                network = model.network
                model.scaling.update(X, sample_weight, network.W[0], network.b[0])
        batches = self._batches(model, X, y, sample_weight, rows=None)
        training = self._training(model)
        # One epoch knows nothing of those that may follow: the schedules of the fraction done
        # do not apply.
        with suited_threads(model.network.layer_sizes, batches.batch_size):
            reason = training.run(
                batches, 1, self._stopping(model), held=True, verbose=self.verbose
            )
        self._warn_of_the_end("partial" if reason == "max_iter" else reason, model)
        return self._store(model)

    def _check_data(self, X, y, sample_weight, reset):
        X, y = validate_data(
            self,
            X,
            y,
            accept_sparse="csr",
            dtype="numeric",
            order="C",
            multi_output=True,
            y_numeric=is_regressor(self),
            reset=reset,
        )
        return X, y, check_weights(sample_weight, X, "sample_weight")

    def _build(self, X, y, sample_weight, classes=None, streaming=False):
        """Return a new model for data of this kind, its weights drawn, nothing trained."""
        settings = resolve(self, X, streaming)
        hidden = layer_list(settings.hidden_layer_sizes)
        activations = activation_list(settings.activation, len(hidden))
        rates = dropout_list(settings.input_dropout, settings.dropout, len(hidden))
        if settings.solver == "lbfgs" and rates:
            raise ValueError(
                "solver='lbfgs' needs a loss that is the same at every evaluation, which dropout "
                f"(dropout={self.dropout!r}, input_dropout={self.input_dropout!r}) does not give; "
                "use solver='adam', 'adamw' or 'sgd' with dropout."
            )
        targets = self._make_targets(y, sample_weight, settings, classes)
        make_scaling = SCALINGS.get(settings.scaling)
        if streaming and settings.scaling == "standard" and settings.front is None:
            make_scaling = RunningScaling
        scaling = make_scaling and make_scaling(X, sample_weight)
        front = make_front(settings.front, X)
        n_inputs = X.shape[1] if front is None else front.n_outputs
        network = Network(
            [n_inputs, *hidden, targets.n_outputs],
            activations,
            rates,
            self._compute_dtype(X),
            front,
        )
        random_state = check_random_state(self.random_state)
        seeds = random_state.randint(np.iinfo(np.int32).max, size=2)
        rng = np.random.Generator(np.random.SFC64(seeds[0]))
        initialize(network, rng, settings.initialization)
        loss = self._make_loss(targets)
        model = Model(network, loss, targets, scaling, History(), seeds[1], settings)
        model.training = self._training(model, rng)
        return model

    def _compute_dtype(self, X):
        if self.dtype != "auto":
            return np.dtype(self.dtype)
        small = X.shape[0] * X.shape[1] <= FLOAT64_MAX_SIZE
        return np.dtype(np.float64 if small and X.dtype != np.float32 else np.float32)

    def _training(self, model, rng=None):
        """Return the model's training, a new one where it was not kept."""
        if model.training is None:
            if rng is None:
                seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
                rng = np.random.Generator(np.random.SFC64(seed))
            settings = model.settings
            model.training = Training(
                model.network,
                model.loss,
                make_optimizer(settings, model.network, blas_threads()),
                rng,
                model.history,
                learning_rate=settings.learning_rate,
                schedule=settings.schedule,
                power_t=settings.power_t,
                regularization_schedule=settings.regularization_schedule,
                clip_norm=settings.clip_norm,
                max_norm=settings.max_norm,
                shuffle=settings.shuffle,
            )
        return model.training

    def _batches(self, model, X, y, sample_weight, rows):
        dtype = model.network.theta.dtype
        n_rows = X.shape[0] if rows is None else rows.size
        batch_size = model.settings.batch_size
        if self.batch_size != "auto" and batch_size > n_rows:
            warnings.warn(
                f"The 'batch_size' parameter is {batch_size}, larger than the {n_rows} rows to "
                f"train on; batches of {n_rows} rows are used.",
                stacklevel=4,
            )
        return Batches(
            X,
            self._encode_for_training(model, y, dtype),
            self._row_weights(model.targets, y, sample_weight),
            batch_size=batch_size,
            dtype=dtype,
            scaling=model.scaling,
            rows=rows,
        )

    def _validation(self, model, X, y, sample_weight, X_val, y_val, sample_weight_val):
        """Return the rows to train on (None: all), and a function that validates, or None."""
        if (X_val is None) != (y_val is None):
            raise ValueError("X_val and y_val must be given together, or neither of them.")
        if model.settings.solver == "lbfgs":
            return None, None
        rows, held_out = None, None
        if X_val is not None:
            X, y, sample_weight = self._check_data(X_val, y_val, sample_weight_val, reset=False)
        elif self.early_stopping:
            random_state = check_random_state(model.split_seed)
            strata = self._strata(model.targets, y)
            rows, held_out = split_rows(X.shape[0], self.validation_fraction, random_state, strata)
        else:
            return None, None
        network, loss, dtype = model.network, model.loss, model.network.theta.dtype
        batches = Batches(
            X,
            model.targets.encode(y, dtype),
            self._row_weights(model.targets, y, sample_weight),
            batch_size=1024,
            dtype=dtype,
            scaling=model.scaling,
            rows=held_out,
        )
        if self.scoring == "loss":
            return rows, lambda: (mean_loss(network, loss, batches), None)
        fitted = copy.copy(self)
        fitted._store(model)
        scorer = check_scoring(fitted, self.scoring)
        if held_out is not None:
            X, y = X[held_out], y[held_out]
        return rows, lambda: (mean_loss(network, loss, batches), scorer(fitted, X, y))

    def _stopping(self, model):
        return Stopping(self.tol, model.settings.n_iter_no_change)

    def _train(self, model, batches, validate):
        training = self._training(model)
        return training.run(
            batches, model.settings.max_iter, self._stopping(model), validate=validate, verbose=self.verbose
        )

    def _minimize(self, model, batches):
        return minimize_lbfgs(
            model.network,
            model.loss,
            batches,
            model.history,
            alpha=model.settings.alpha,
            max_iter=model.settings.max_iter,
            max_fun=self.max_fun,
            tol=self.tol,
        )

    def _warn_of_the_end(self, reason, model):
        n_epochs = len(model.history.loss)
        if reason == "interrupted":
            warnings.warn(
                f"Training was interrupted; the weights after epoch {n_epochs}, the last whole "
                "one, are kept.",
                stacklevel=4,
            )
        elif reason == "diverged":
            message = (
                f"Training diverged in epoch {n_epochs + 1}: the loss or the weights are no "
                f"longer finite. Try a smaller learning_rate (it is {model.settings.learning_rate:g}), "
                "clip_norm=1.0, or scaling='standard'."
            )
            if n_epochs == 0:
                raise ValueError(message)
            warnings.warn(
                f"{message} The weights after epoch {n_epochs} are kept.",
                ConvergenceWarning,
                stacklevel=4,
            )
        elif reason == "max_iter" and not self.warm_start and model.settings.schedule in OPEN_ENDED:
            warnings.warn(
                f"The 'max_iter' parameter ({model.settings.max_iter}) was reached before the loss stopped "
                "falling; a larger one may fit better.",
                ConvergenceWarning,
                stacklevel=4,
            )

    def _store(self, model):
        history = model.history
        self._model = model
        self.n_iter_ = len(history.loss)
        self.n_layers_ = len(model.network.layer_sizes)
        self.n_outputs_ = model.targets.n_outputs
        self.out_activation_ = getattr(model.loss, "activation", "custom")
        self.loss_curve_ = history.loss
        self.penalty_curve_ = history.penalty
        self.validation_loss_curve_ = history.validation_loss
        self.validation_scores_ = history.validation_score
        self.loss_ = history.loss[-1] if history.loss else np.inf
        watched = history.validation_loss or history.loss
        self.best_loss_ = min(watched, default=np.inf)
        self.best_validation_score_ = max(history.validation_score, default=None)
        return self

    # What is fitted.

    def _fitted_model(self):
        # AttributeError where there is no model, so that hasattr(estimator, "coefs_") is False.
        try:
            return self._model
        except AttributeError:
            raise AttributeError(f"This {type(self).__name__} instance is not fitted yet.") from None

    @property
    def coefs_(self):
        """list of ndarray of shape (n_{l-1}, n_l): the weights W^l, views that may be written to."""
        return self._fitted_model().network.W

    @property
    def intercepts_(self):
        """list of ndarray of shape (n_l,): the biases b^l, views that may be written to."""
        return self._fitted_model().network.b

    def _raw(self, X):
        """Return z^L of the rows of X, in the dtype that the user's results have."""
        X, dtype = self._check_inputs(X)
        return raw_predictions(self._model.network, X, self._model.scaling, dtype)

    def _sample_raw(self, X, n_samples, random_state):
        """Return z^L of the rows of X in passes with dropout, of shape (n_samples, rows, outputs)."""
        X, dtype = self._check_inputs(X)
        seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
        rng = np.random.Generator(np.random.SFC64(seed))
        model = self._model
        return sample_raw_predictions(model.network, X, model.scaling, n_samples, rng, dtype)

    def _check_inputs(self, X):
        """Return X as an array, and the dtype of the results."""
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype="numeric", reset=False)
        return X, X.dtype if X.dtype in (np.float32, np.float64) else np.dtype(np.float64)


def check_weights(sample_weight, X, name):
    """Return `sample_weight` as a float64 array, or None; not negative and not all zero."""
    if sample_weight is None:
        return None
    sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
    if (sample_weight < 0).any():
        raise ValueError(f"Negative values in {name}: the smallest is {sample_weight.min():g}.")
    if not sample_weight.any():
        raise ValueError(f"{name} is zero for every row; at least one must be positive.")
    return sample_weight
