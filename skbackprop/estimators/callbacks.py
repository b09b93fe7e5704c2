"""Support of scikit-learn's callbacks, which exist in version 1.9 and later.

The fit is one task, and each epoch (with "lbfgs": each iteration) is a subtask of it.
"""

import copy
import functools

from sklearn import get_config
from sklearn.base import _fit_context

from skbackprop.estimators.types import Method

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class CallbackSupportMixin:  # type: ignore[no-redef]
        """Adds nothing: this scikit-learn has no callbacks."""

    def with_callbacks(method):
        """Return `method` itself."""
        return method


def fitting(method: Method) -> Method:
    """Decorate fit or partial_fit: validate the parameters first, and support callbacks."""
    validated = _fit_context(prefer_skip_nested_validation=True)(method)
    return with_callbacks(validated if method.__name__ == "fit" else validating_changes(validated))


def validating_changes(partial_fit):
    """Decorate partial_fit: validate changed parameters, which scikit-learn does in the first call only."""

    @functools.wraps(partial_fit)
    def validated(estimator, *args, **kwargs):
        if estimator.__sklearn_is_fitted__() and not get_config()["skip_parameter_validation"]:
            estimator._validate_changed_params()
        return partial_fit(estimator, *args, **kwargs)

    return validated


def observe(estimator, model, max_iter, X, y, sample_weight):
    """Begin the task of a fit and return its FitObserver; None if the estimator has no callbacks.

    Parameters
    ----------
    estimator : BaseBackprop
    model : Model
        The model that is trained.
    max_iter : int
        The largest number of epochs.
    X, y, sample_weight
        As the user gave them.
    """
    if not getattr(estimator, "_skl_callbacks", None):
        return None
    return FitObserver(estimator, model, max_iter, X, y, sample_weight)


class FitObserver:
    """Observer of :meth:`Training.run` that calls the hooks of the callbacks."""

    def __init__(self, estimator, model, max_iter, X, y, sample_weight):
        metadata = None if sample_weight is None else {"sample_weight": sample_weight}
        self._data = {"estimator": estimator, "X": X, "y": y, "metadata": metadata}
        self._model = model
        self._fit = estimator._init_callback_context(max_subtasks=max_iter)
        self._epoch = None
        self._fit.call_on_fit_task_begin(**self._data)

    def _fitted_attributes(self):
        # A copy, because training continues; only made if a callback needs it.
        return {"_model": copy.deepcopy(self._model)}

    def begin_epoch(self):
        """Begin the task of an epoch, unless it has begun."""
        if self._epoch is None:
            self._epoch = self._fit.subcontext(task_name="epoch")
            self._epoch.call_on_fit_task_begin(**self._data)

    def end_epoch(self):
        """End the task of an epoch; return whether a callback requests the end of the training."""
        epoch, self._epoch = self._epoch, None
        return epoch.call_on_fit_task_end(**self._data, reconstruction_attributes=self._fitted_attributes)

    def end_fit(self, model):
        """End the task of the fit, whose result is `model`, and of an unfinished epoch."""
        self._model = model
        if self._epoch is not None:
            self._epoch.call_on_fit_task_end(estimator=self._data["estimator"])
        self._fit.call_on_fit_task_end(**self._data, reconstruction_attributes=self._fitted_attributes)
