"""The base class of the classifier and the regressor: fitting and prediction."""

from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, is_classifier
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import _num_samples, check_is_fitted

from skbackprop.estimators.callbacks import CallbackSupportMixin, observe
from skbackprop.estimators.documentation_site import DocumentationLinkMixin
from skbackprop.estimators.fitted_attributes import FittedAttributes
from skbackprop.estimators.parameters import COUNT, refuse_word_as_rate, validate
from skbackprop.estimators.progress import make_progress
from skbackprop.estimators.recipe import refuse_parameters_of_a_name, unchanged
from skbackprop.estimators.resuming import (
    check_resumed,
    fixed_parameters,
    is_interrupted,
    refuse_another_scoring,
    warn_of_fixed_parameters,
    with_fixed,
)
from skbackprop.estimators.rows import Rows, check_groups
from skbackprop.estimators.types import Method
from skbackprop.estimators.validation import Validation, make_validation
from skbackprop.estimators.version import __version__
from skbackprop.estimators.warnings import (
    FINISHED,
    SAMPLE_ROWS,
    is_one_of_many,
    warn_of_a_large_batch,
    warn_of_a_single_class,
    warn_of_a_useless_fit,
    warn_of_no_validation_loss,
    warn_of_the_end,
)
from skbackprop.estimators.without_effect import warn_of_parameters_without_effect
from skbackprop.model.model import build_model
from skbackprop.model.monte_carlo import sample_raw_predictions
from skbackprop.model.prediction import raw_of_each_network, raw_predictions
from skbackprop.model.resolving import encodings_in_addition, resolve
from skbackprop.network.file_checks import require
from skbackprop.network.kernels.threads import suited_threads
from skbackprop.network.losses import combine
from skbackprop.network.losses.protocol import check_loss, is_custom
from skbackprop.tables.digest import digest
from skbackprop.tables.inputs import check_inputs, check_training_data
from skbackprop.tables.rows_on_disk import StoredRows
from skbackprop.tables.sparse_rows import arrange, mostly_zeros
from skbackprop.tables.statistics import count_rows
from skbackprop.tables.user_warnings import warn
from skbackprop.training.lbfgs import minimize_lbfgs
from skbackprop.training.stopping import make_stopping

# A custom loss is checked on at most this many rows before training.
ROWS_OF_CHECK = 32


def parameters_of(estimator):
    """Return the parameters of `estimator` by name, like its get_params, which takes ten times as long."""
    return {name: getattr(estimator, name) for name in estimator._parameter_constraints}


def parameters_and_kind(estimator):
    """Return the parameters of `estimator` and of its recipe by name, and "classifier" or "regressor"."""
    parameters = parameters_of(estimator)
    recipe = parameters["recipe"]
    base, changes = unchanged(recipe) if isinstance(recipe, str) else recipe.base_and_changes()
    parameters = {**parameters, **changes, "recipe": base}
    # NumPy's small integers and floats would overflow in sums and products.
    parameters = {k: v.item() if isinstance(v, np.number) else v for k, v in parameters.items()}
    return parameters, "classifier" if is_classifier(estimator) else "regressor"


def settings_of(estimator, X, sample_weight, streaming=False, model=None, given_validation=False):
    """Return the parameters of `estimator` with every "auto" replaced, for training on X.

    If training continues from a `model`, the parameters that define its network keep their values.
    """
    parameters, kind = parameters_and_kind(estimator)
    if model is not None:
        parameters = with_fixed(parameters, model)
    return resolve(
        parameters,
        kind,
        count_rows(X, sample_weight),
        streaming,
        mostly_zeros=mostly_zeros(X, sample_weight) if model is None else model.settings.sparse_rows,
        on_disk=isinstance(X, StoredRows),
        given_validation=given_validation,
    )


def fitted_model(estimator):
    """Return the Model of a fitted `estimator`; raise NotFittedError if it is not fitted."""
    check_is_fitted(estimator)
    return estimator._model


def network_inputs(estimator, X):
    """Return the model of a fitted `estimator`, X as an array of numbers, and the dtype of the results."""
    model = fitted_model(estimator)
    X, dtype = check_inputs(estimator, X, model.encoder, model.fill_values)
    return model, arrange(X, model.settings.sparse_rows), dtype


def raw_outputs(model, X, dtype):
    """Return z^L of the rows of X for the results of :func:`network_inputs`."""
    raw = raw_predictions(model.network, X, model.scaling, model.targets.result_dtype(dtype))
    return combine(model.loss, raw, model.network.n_networks)


def untrained_model(estimator, X, y, sample_weight):
    """Return the model that a fit of `estimator` starts from, and its training data.

    Parameters
    ----------
    estimator : BaseBackprop
        Its n_features_in_ and feature_names_in_ are set.
    X, y, sample_weight
        As the user gave them.

    Returns
    -------
    model : Model
    X, y, sample_weight
        Checked data, X as numbers.
    """
    estimator._validate_params()
    X, y, sample_weight, encoder = check_training_data(
        estimator,
        X,
        y,
        sample_weight,
        reset=True,
        in_addition=encodings_in_addition(*parameters_and_kind(estimator)),
    )
    settings = settings_of(estimator, X, sample_weight)
    X = arrange(X, settings.sparse_rows)
    return build_model(X, y, sample_weight, settings, encoder), X, y, sample_weight


def stochastic(estimator):
    """Return True if `estimator` trains batch by batch, as partial_fit needs; else raise AttributeError."""
    if estimator.solver == "lbfgs":
        raise AttributeError(
            "partial_fit is not available with solver='lbfgs', which needs all rows at once; use "
            "solver='adam', 'adamw' or 'sgd'."
        )
    return True


def only_in_batches(method: Method) -> Method:
    """Decorate a method that is only available if the estimator is :func:`stochastic`."""
    return available_if(stochastic)(method)


class BaseBackprop(FittedAttributes, CallbackSupportMixin, DocumentationLinkMixin, BaseEstimator):
    """Base class of the classifier and the regressor."""

    _validated = None  # the parameters that were validated last

    def _validate_params(self):
        refuse_word_as_rate(self.learning_rate)
        parameters = parameters_of(self)
        validate(self._parameter_constraints, parameters, type(self).__name__)
        self._validated = parameters

    def _validate_changed_params(self):
        """Validate the parameters, unless they are the objects that were validated last.

        In a stream of small batches, a tenth of the time would be spent on validation. Lists that were
        changed in place are not noticed, but their parameters keep the values of the first call.
        """
        before, now = self._validated, parameters_of(self)
        if before is None or any(now[name] is not before[name] for name in now):
            self._validate_params()

    def __sklearn_is_fitted__(self):
        return hasattr(self, "_model")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        return tags

    def set_params(self, **params: Any) -> Self:
        """Set parameters of this estimator, and as ``recipe__name`` those of its :class:`.Recipe`.

        Parameters
        ----------
        **params : dict
            Values by name.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If there is no such parameter, or if `recipe` is only the name of a recipe.
        """
        refuse_parameters_of_a_name(self, params)
        return super().set_params(**params)

    # Pickling.

    def __getstate__(self):
        state = {**super().__getstate__(), "_skbackprop_version": __version__}
        state.pop("_validated", None)
        return state

    def __setstate__(self, state):
        require(self, state, self._get_param_names())
        state = dict(state)
        saved = state.pop("_skbackprop_version", "unknown")
        if saved != __version__:
            warn(
                f"This {type(self).__name__} was saved by skbackprop {saved} and is loaded by {__version__}. "
                "Its predictions may differ: compare them with those made before, or fit it again."
            )
        super().__setstate__(state)

    # Fitting.

    def _fit(self, X, y, sample_weight, X_val, y_val, sample_weight_val, groups):
        given = X, y, sample_weight
        earlier = self._earlier_model(continues=self.warm_start)
        earlier = None if earlier is None else earlier.copied()
        encoder, fill_values = (None, 0.0) if earlier is None else (earlier.encoder, earlier.fill_values)
        if groups is not None:
            groups = check_groups(groups, _num_samples(X))
        X, y, sample_weight, encoder = check_training_data(
            self,
            X,
            y,
            sample_weight,
            reset=earlier is None,
            encoder=encoder,
            fill_values=fill_values,
            continuation="resumed" if is_interrupted(earlier) else "fit",
            groups=groups,
            in_addition=encodings_in_addition(*parameters_and_kind(self)),
        )
        n_rows = count_rows(X, sample_weight)
        warn_of_a_large_batch(self.batch_size, n_rows)
        settings = self._settings(X, sample_weight, earlier, given_validation=X_val is not None)
        X = arrange(X, settings.sparse_rows)
        rows = Rows(X, y, sample_weight, given[0])
        if n_rows <= settings.batch_size and groups is None and settings.early_stopping != "folds":
            rows = rows.without_equal_rows()
        model = self._model_for(rows, settings, encoder, earlier, labels=y)
        warn_of_a_single_class(model.targets)
        by_target = encoder is not None and encoder.by_target
        warn_of_parameters_without_effect(self, settings, X_val, None if by_target else groups)
        validation = make_validation(self, model, rows, X_val, y_val, sample_weight_val, groups)
        batches = model.training_batches(*rows.data, validation.rows, validation.folds)
        validation.begin(model, rows.X, rows.y, first=earlier is None)
        model.resume_training(self.random_state)
        observer = observe(self, model, settings.max_iter, *given)
        progress = make_progress(self, model, batches, validation, merged=rows.X.shape[0] < n_rows)
        reason = self._train(model, rows, batches, validation, observer, progress)
        self._end_training(model, rows, batches, validation, reason)
        return self._keep(model, observer)

    def _earlier_model(self, continues):
        """Return the fitted model if training `continues` with it, else None for a new one."""
        if not continues:
            # If this fit fails, the model of an earlier fit must not be taken for its result.
            self.__dict__.pop("_model", None)
        return getattr(self, "_model", None)

    def _settings(self, X, sample_weight, earlier, streaming=False, given_validation=False):
        """Return the settings of a training; those of an `earlier` model follow the changed parameters."""
        settings = settings_of(self, X, sample_weight, streaming, earlier, given_validation)
        if earlier is not None:
            warn_of_fixed_parameters(self, earlier)
            if not streaming:
                refuse_another_scoring(earlier, settings.scoring)
            earlier.follow(settings)
        return settings

    def _model_for(self, rows, settings, encoder, earlier, labels):
        """Return a new model for `rows`, or the `earlier` one after it has observed these further rows.

        `labels` are those of all rows, also of rows of weight 0, whose classes `rows` may lack.
        """
        if earlier is not None:
            earlier.targets.check(labels)
            earlier.targets.warn_if_far(rows.y, rows.sample_weight)
            earlier.observe(*rows.data, encoder, anew=True)
            return earlier
        return self._new_model(*rows.data, settings, encoder, labels)

    def _new_model(self, X, y, sample_weight, settings, encoder, classes, streaming=False):
        """Return a new model, after a check of a custom loss on the first rows."""
        model = build_model(X, y, sample_weight, settings, encoder, classes, streaming)
        model.parameters = fixed_parameters(self)
        if is_custom(model.loss):
            check_loss(model.loss, model.encode_for_training(y[:ROWS_OF_CHECK]))
        return model

    def _train(self, model, rows, batches, validation, observer, progress):
        """Train, and return the reason for the end."""
        settings, training = model.settings, model.training
        counts_on = settings.schedule == "adaptive" and self.warm_start
        needs_digest = counts_on or observer is not None or training.unfinished is not None
        data = digest(*rows.data) if needs_digest else None
        check_resumed(training, validation.validate, data)
        shared = {"observer": observer, "progress": progress, "data": data}
        if progress is not None:
            progress.begin()
        with suited_threads(model.network.layer_sizes, batches.batch_size):
            if settings.solver != "lbfgs":
                stopping, validate = self._stopping(model), validation.validate
                reason = training.run(batches, settings.max_iter, stopping, validate=validate, **shared)
            else:
                names = ("alpha", "max_iter", "max_fun", "tol")
                values = {name: getattr(settings, name) for name in names}
                reason = minimize_lbfgs(training, batches, **values, **shared)
        if progress is not None:
            progress.end(reason)
        return reason

    def _end_training(self, model, rows, batches, validation, reason):
        """Complete the trained `model`, and warn if the training failed or ended early."""
        if reason == "interrupted" and is_one_of_many():
            raise KeyboardInterrupt
        model.ended_by = reason
        validation.finish(model, *rows.data)
        warn_of_no_validation_loss(model.history)
        if reason == "max_iter" and self.warm_start:
            reason = "planned"
        warn_of_the_end(reason, model)
        if reason in FINISHED and not getattr(model.targets, "constant", False):
            if validation.folds is not None:
                batches = model.sampled_batches(*rows.data, SAMPLE_ROWS)  # the same for all networks
            warn_of_a_useless_fit(model, batches)
        if not self.warm_start:
            model.training = None

    def _keep(self, model, observer):
        """Keep the trained `model`, and end the task of the `observer`."""
        self._model = model
        if observer is not None:
            observer.end_fit(model)
        return self

    def _partial_fit(self, X, y, sample_weight, classes=None):
        given = X, y, sample_weight
        if getattr(self, "class_weight", None) == "balanced":
            raise ValueError(
                "class_weight='balanced' is not available for partial_fit, because the classes of all rows "
                "would have to be counted first. Pass a dict of weights instead, for instance those that "
                "sklearn.utils.class_weight.compute_class_weight('balanced', classes=classes, y=y) returns "
                "for a large sample y."
            )
        before = self._earlier_model(continues=True)
        # A copy replaces it at the end of the call, so that a call that is interrupted has no effect.
        earlier = None if before is None else before.copied()
        encoder, fill_values = (None, 0.0) if earlier is None else (earlier.encoder, earlier.fill_values)
        X, y, sample_weight, encoder = check_training_data(
            self,
            X,
            y,
            sample_weight,
            reset=earlier is None,
            encoder=encoder,
            fill_values=fill_values,
            continuation="stream",
            classes=classes,
        )
        settings = self._settings(X, sample_weight, earlier, streaming=True)
        X = arrange(X, settings.sparse_rows)
        if earlier is None:
            model = self._new_model(X, y, sample_weight, settings, encoder, classes, streaming=True)
            warn_of_parameters_without_effect(self, settings, streaming=True)
        else:
            model = earlier
        batches = model.training_batches(X, y, sample_weight)
        if earlier is not None:
            model.targets.warn_if_far(y, sample_weight)
            model.observe(X, y, sample_weight, encoder)
        if settings.solver == "lbfgs":  # chosen by "auto" in a fit of a linear model
            settings.solver, settings.recipe, model.training = "adam", "textbook", None
        training = model.resume_training(self.random_state)
        training.unfinished = None  # partial_fit does not resume an interrupted fit
        model.ended_by = model.out_of_fold = model.folds_digest = None
        observer = observe(self, model, 1, *given)
        # The number of epochs to follow is unknown, so schedules of the fraction done do not apply.
        with suited_threads(model.network.layer_sizes, batches.batch_size):
            reason = training.run(
                batches,
                1,
                self._stopping(model),
                streaming=True,
                observer=observer,
                progress=make_progress(self, model, batches, Validation()),
            )
        warn_of_the_end("planned" if reason == "max_iter" else reason, model)
        return self._keep(before if reason == "diverged" else model, observer)

    def _stopping(self, model):
        return make_stopping(model.settings.n_iter_no_change, float(model.settings.tol))

    # Predicting.

    def _raw(self, X):
        """Return z^L of the rows of X, in the dtype of the user's results."""
        return raw_outputs(*network_inputs(self, X))

    def _raw_of_each_network(self, X):
        """Return z^L of the rows of X by each network, in float64, of shape (n_networks, rows, outputs)."""
        model, X, _ = network_inputs(self, X)
        return raw_of_each_network(model.network, X, model.scaling)

    def _sample_raw(self, X, n_samples, random_state):
        """Return the model, and z^L of X by sampled sub-networks, of shape (n_samples, rows, outputs)."""
        allowed = {"n_samples": [COUNT], "random_state": ["random_state"]}
        validate(allowed, {"n_samples": n_samples, "random_state": random_state}, type(self).__name__)
        model, X, dtype = network_inputs(self, X)
        seed = check_random_state(random_state).randint(np.iinfo(np.int32).max)
        dtype = model.targets.result_dtype(dtype)
        raw = sample_raw_predictions(model.network, X, model.scaling, n_samples, seed, dtype)
        n_outputs = model.network.n_outputs
        combined = combine(model.loss, raw.reshape(-1, n_outputs), model.network.n_networks)
        return model, combined.reshape(n_samples, -1, n_outputs)
