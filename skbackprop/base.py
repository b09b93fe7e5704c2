"""What the two estimators share: from a user's X and y to a trained network."""

import copy
import warnings
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, is_regressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import check_scoring
from sklearn.utils import check_random_state
from sklearn.utils.validation import (
    _check_sample_weight,
    _check_y,
    check_consistent_length,
    check_is_fitted,
    validate_data,
)

from skbackprop.batches import Batches
from skbackprop.distinct_rows import merge_equal_rows
from skbackprop.encoding import Encoder, categorical_columns
from skbackprop.initialization import initialize
from skbackprop.lbfgs import minimize_lbfgs
from skbackprop.monte_carlo import sample_raw_predictions
from skbackprop.network import Network
from skbackprop.parameters import activation_list, dropout_list, layer_list, refuse_word_as_rate
from skbackprop.prediction import raw_predictions
from skbackprop.recipes import make_front, make_optimizer, resolve
from skbackprop.scaling import SCALINGS, RunningScaling, Scaling
from skbackprop.threads import suited_threads
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
    :mod:`skbackprop.recipes`). ``encoder`` is None where X is numbers without gaps. ``training``
    (optimizer states and random generator) is there where warm_start or partial_fit may go on with
    it, and None otherwise.
    """

    network: Network
    loss: object
    targets: object
    scaling: Scaling | None
    history: History
    split_seed: int
    settings: SimpleNamespace
    encoder: Encoder | None
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
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
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
        encoder = self._model.encoder if continuing else None
        X, y, sample_weight, encoder = self._check_data(X, y, sample_weight, not continuing, encoder)
        self._warn_of_a_large_batch(X.shape[0])
        settings = self._model.settings if continuing else resolve(self, X)
        if X.shape[0] <= settings.batch_size:
            X, y, sample_weight = merge_equal_rows(X, y, sample_weight)
        model = self._model if continuing else self._build(X, y, sample_weight, encoder)
        rows, validate = self._validation(model, X, y, sample_weight, X_val, y_val, sample_weight_val)
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
        encoder = None if first else self._model.encoder
        X, y, sample_weight, encoder = self._check_data(X, y, sample_weight, first, encoder)
        if first:
            model = self._build(X, y, sample_weight, encoder, classes, streaming=True)
        else:
            model = self._model
            if model.settings.solver == "lbfgs":  # what "auto" is for a linear model's fit
                model.settings.solver, model.training = "adam", None
            if isinstance(model.scaling, RunningScaling):
                network = model.network
                model.scaling.update(X, sample_weight, network.W[0], network.b[0])
        batches = self._batches(model, X, y, sample_weight, rows=None)
        training = self._training(model)
        # One epoch knows nothing of those that may follow: the schedules of the fraction done
        # do not apply.
        with suited_threads(model.network.layer_sizes, batches.batch_size):
            reason = training.run(batches, 1, self._stopping(model), held=True, verbose=self.verbose)
        self._warn_of_the_end("partial" if reason == "max_iter" else reason, model)
        return self._store(model)

    def _check_data(self, X, y, sample_weight, reset, encoder=None):
        """Return X as an array of numbers, y, the weights, and what encoded X (None: nothing did)."""
        checks = {"multi_output": True, "y_numeric": is_regressor(self)}
        X = as_table(X)
        if reset:
            categorical = categorical_columns(X, self.categorical_features)
        if categorical.any() if reset else has_categories(encoder):
            validate_data(self, X, skip_check_array=True, reset=reset)
            y = _check_y(y, **checks, estimator=self)
            check_consistent_length(X, y)
        else:
            X, y = validate_data(self, X, y, **input_checks(X), **checks, order="C", reset=reset)
        sample_weight = check_weights(sample_weight, X, "sample_weight")
        if reset and (categorical.any() or has_gaps(X)):
            names = getattr(self, "feature_names_in_", None)
            encoder = Encoder(X, categorical, sample_weight, names)
        return self._encode_inputs(X, encoder), y, sample_weight, encoder

    def _encode_inputs(self, X, encoder):
        if encoder is None:
            return X
        return encoder.transform(X, np.float32 if self.dtype == "float32" else np.float64)

    def _build(self, X, y, sample_weight, encoder, classes=None, streaming=False):
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
        n_numeric = X.shape[1] if encoder is None else encoder.n_numeric
        make_scaling = SCALINGS.get(settings.scaling)
        if streaming and settings.scaling == "standard" and settings.front is None and not encoder:
            make_scaling = RunningScaling
        scaling = make_scaling and make_scaling(X[:, :n_numeric], sample_weight)
        if scaling and encoder:
            scaling = scaling.widen(X.shape[1])
        front = make_front(settings.front, X, n_numeric)
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
        model = Model(network, loss, targets, scaling, History(), seeds[1], settings, encoder)
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
                make_optimizer(settings, model.network),
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
        return Batches(
            X,
            self._encode_for_training(model, y, dtype),
            self._row_weights(model.targets, y, sample_weight),
            batch_size=model.settings.batch_size,
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
            X, y, sample_weight, _ = self._check_data(
                X_val, y_val, sample_weight_val, reset=False, encoder=model.encoder
            )
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
        # The scorer gets an estimator for the encoded inputs, which are at hand.
        fitted = copy.copy(self)
        fitted._store(replace(model, encoder=None))
        fitted.n_features_in_ = X.shape[1]
        fitted.__dict__.pop("feature_names_in_", None)
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

    def _warn_of_a_large_batch(self, n_rows):
        if self.batch_size != "auto" and self.batch_size > n_rows:
            warnings.warn(
                f"The 'batch_size' parameter is {self.batch_size}, larger than the {n_rows} rows to "
                f"train on; batches of {n_rows} rows are used.",
                stacklevel=4,
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
        """List of ndarray of shape (n_{l-1}, n_l): the weights W^l, views that may be written to."""
        return self._fitted_model().network.W

    @property
    def intercepts_(self):
        """List of ndarray of shape (n_l,): the biases b^l, views that may be written to."""
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
        """Return X as an array of numbers, and the dtype of the results."""
        check_is_fitted(self)
        encoder, X = self._model.encoder, as_table(X)
        if has_categories(encoder):
            validate_data(self, X, skip_check_array=True, reset=False)
            return self._encode_inputs(X, encoder), np.dtype(np.float64)
        X = validate_data(self, X, **input_checks(X), reset=False)
        dtype = X.dtype if X.dtype in (np.float32, np.float64) else np.dtype(np.float64)
        if encoder is not None:
            return self._encode_inputs(X, encoder), dtype
        if has_gaps(X):
            # No row of the fit had a gap: the centre of the column stands in for the number.
            scaling = self._model.scaling
            X = np.where(np.isnan(X), 0.0 if scaling is None else scaling.center, X).astype(dtype)
        return X, dtype


def input_checks(X):
    """Return what scikit-learn's validation is to check of numeric inputs."""
    finite = True if issparse(X) else "allow-nan"
    return {"accept_sparse": "csr", "dtype": "numeric", "ensure_all_finite": finite}


def as_table(X):
    """Return X itself where it is a frame, an array or a sparse matrix, else as an array."""
    return X if hasattr(X, "shape") else np.asarray(X)


def has_categories(encoder):
    """Whether there is an encoder with categorical columns."""
    return encoder is not None and encoder.categorical.size > 0


def has_gaps(X):
    """Whether a dense array has a NaN; the minimum finds it without an array of booleans."""
    return isinstance(X, np.ndarray) and X.dtype.kind == "f" and bool(np.isnan(X.min()))


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
