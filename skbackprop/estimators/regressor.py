"""BackpropRegressor: a multilayer perceptron for regression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, Self, overload

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import d2_pinball_score, r2_score
from sklearn.neural_network import MLPRegressor
from sklearn.utils.validation import check_is_fitted

from skbackprop.estimators import parameters
from skbackprop.estimators.base import BaseBackprop, network_inputs, only_in_batches, raw_outputs
from skbackprop.estimators.callbacks import fitting
from skbackprop.estimators.conversion import from_sklearn, to_sklearn
from skbackprop.estimators.documentation import documented
from skbackprop.model.conformal_intervals import intervals
from skbackprop.model.predicted_values import numbers
from skbackprop.tables.frames import without_sparse_columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from skbackprop.estimators.recipe import Recipe
    from skbackprop.estimators.types import Array, MatrixLike, RandomState


@documented(parameters.REGRESSOR, "regressor")
class BackpropRegressor(RegressorMixin, BaseBackprop):
    """A multilayer perceptron regressor, trained by backpropagation in NumPy.

    The output layer has a linear neuron for each target (an exponential one for "poisson", "gamma" and
    "tweedie").

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    oof_prediction_ : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        Only with early_stopping="folds": the predictions for the training rows, each by the network that
        did not train on the row. NaN for rows that no network held out.
    {attributes}

    See Also
    --------
    BackpropClassifier : The same network for classification.
    sklearn.neural_network.MLPRegressor : The multilayer perceptron of scikit-learn.

    References
    ----------
    Rumelhart, Hinton & Williams (1986). Learning representations by back-propagating errors.
    Nature 323, 533-536.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skbackprop import BackpropRegressor
    >>> X, y = load_diabetes(return_X_y=True)
    >>> model = BackpropRegressor(hidden_layer_sizes=(20,), random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.5)
    True
    """

    _parameter_constraints = parameters.constraints(parameters.REGRESSOR)

    def __init__(
        self,
        hidden_layer_sizes: ArrayLike = "auto",
        activation: ArrayLike = "auto",
        *,
        recipe: str | Recipe = "tabular",
        n_estimators: int | str = "auto",
        loss: object = "squared_error",
        quantile: ArrayLike = 0.5,
        dropout: ArrayLike = "auto",
        solver: str = "auto",
        learning_rate: float | str = "auto",
        schedule: str | Callable[[float], float] = "auto",
        power_t: float = 0.5,
        alpha: float | str = "auto",
        batch_size: int | str = "auto",
        max_iter: int | str = "auto",
        max_fun: int = 15000,
        momentum: float = 0.9,
        nesterov: bool = True,
        beta_1: float = 0.9,
        beta_2: float | str = "auto",
        epsilon: float = 1e-8,
        scaling: str | None = "auto",
        categorical_features: ArrayLike | None = "from_dtype",
        max_categories: int | str | None = "auto",
        min_frequency: float | None = None,
        dtype: str = "auto",
        early_stopping: bool | str = "auto",
        validation_fraction: float = 0.1,
        n_iter_no_change: float | str | None = "auto",
        tol: float = 1e-4,
        scoring: str | Callable[..., Any] = "loss",
        warm_start: bool = False,
        shuffle: bool = True,
        random_state: RandomState = None,
        verbose: int = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.recipe = recipe
        self.n_estimators = n_estimators
        self.loss = loss
        self.quantile = quantile
        self.dropout = dropout
        self.solver = solver
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.power_t = power_t
        self.alpha = alpha
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.max_fun = max_fun
        self.momentum = momentum
        self.nesterov = nesterov
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.scaling = scaling
        self.categorical_features = categorical_features
        self.max_categories = max_categories
        self.min_frequency = min_frequency
        self.dtype = dtype
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.tol = tol
        self.scoring = scoring
        self.warm_start = warm_start
        self.shuffle = shuffle
        self.random_state = random_state
        self.verbose = verbose

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    @fitting
    def fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        *,
        X_val: MatrixLike | None = None,
        y_val: ArrayLike | None = None,
        sample_weight_val: ArrayLike | None = None,
        groups: ArrayLike | None = None,
    ) -> Self:
        """Train the network.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs. A large array on disk (``np.memmap``, HDF5, Zarr) is read block by block.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows: a row of weight 2 counts twice, a row of weight 0 is ignored.
        X_val, y_val, sample_weight_val : default=None
            Validation rows, used after each epoch instead of rows held out from X; the weights of the best
            epoch are kept.
        groups : array-like of shape (n_samples,), default=None
            Rows of the same group, for instance those of one patient, are held out together, and target
            encodings in training are computed from other groups.

        Returns
        -------
        self : BackpropRegressor
        """
        return self._fit(X, y, sample_weight, X_val, y_val, sample_weight_val, groups)

    @only_in_batches
    @fitting
    def partial_fit(self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train for one epoch on these rows, continuing the training so far.

        Parameters that ``set_params`` has changed between two calls take effect, except those that define the
        network, for which there is a warning. `max_iter`, `tol` and early stopping apply to :meth:`fit` only.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets; the first call determines their scaling.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, divided by their mean over these rows.

        Returns
        -------
        self : BackpropRegressor
        """
        return self._partial_fit(X, y, sample_weight)

    @overload
    def predict(
        self, X: MatrixLike, return_std: Literal[False] = False, *, n_samples: int = 100
    ) -> Array: ...

    @overload
    def predict(
        self, X: MatrixLike, return_std: Literal[True], *, n_samples: int = 100
    ) -> tuple[Array, Array]: ...

    def predict(
        self, X: MatrixLike, return_std: bool = False, *, n_samples: int = 100
    ) -> Array | tuple[Array, Array]:
        """Return predictions, and with `return_std` their standard deviation under dropout.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        return_std : bool, default=False
            Whether to also return the standard deviation of the network's output over passes with
            dropout (Monte Carlo dropout, see :meth:`sample_y`): the uncertainty about the function,
            without the noise of y. The predictions are then the mean of these passes. Both are
            determined by the row and by the `random_state` of the fit.
        n_samples : int, default=100
            Number of passes for `return_std`.

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
            Predictions in the units of the y of fit. With several quantiles, of shape
            (n_samples, n_quantiles). They have the dtype of X, but float64 where float32 is too coarse for
            this y.
        y_std : ndarray like y
            The standard deviation, only with `return_std`.

        Raises
        ------
        ValueError
            With `return_std`, if the network has no dropout.
        """
        check_is_fitted(self)
        if return_std:
            samples = self.sample_y(X, n_samples, random_state=self._model.split_seed)
            return samples.mean(axis=-1), samples.std(axis=-1)
        # One model for both steps: another thread may train meanwhile, and replace self._model.
        model, X, dtype = network_inputs(self, X)
        return numbers(model, raw_outputs(model, X, dtype))

    def predict_interval(self, X: MatrixLike, coverage: float = 0.9) -> Array:
        """Return intervals that contain a given fraction of new y, for any distribution of the data.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        coverage : float, default=0.9
            The fraction of new y that the intervals should contain, in (0, 1).

        Returns
        -------
        bounds : ndarray of shape (n_samples, 2)
            The lower and the upper bound, in the units of y; lower <= upper.

        Raises
        ------
        AttributeError
            If the fit held out no folds, that is, without early_stopping="folds" or after partial_fit; and
            after a warm start with other rows or folds, because networks have then been trained on rows that
            they hold out.
        ValueError
            For a y of several columns, for several quantiles, and if `coverage` is larger than m / (m + 1)
            for m held-out rows.

        See Also
        --------
        predict : The prediction, by the mean of all networks.

        Notes
        -----
        The bounds are quantiles of the networks' predictions plus or minus the errors |y - prediction| of the
        held-out rows, where each network predicts the rows that it held out (CV+). For a coverage below 1/2
        these quantiles may cross; the interval is then widened to that of the errors' quantile
        (:mod:`skbackprop.model.conformal_intervals`).

        If new rows have the distribution of the rows of the fit, their coverage is usually close to
        `coverage`. CV+ itself covers more, because the mean of several networks is better than each of them;
        its level c is therefore set below `coverage`, the further the more the networks differ
        (:mod:`skbackprop.model.conformal_level`). The proven lower bound is 2 c - 1, minus a small term, for
        networks that use their held-out rows only after the training; these networks also choose their best
        epoch by them. The coverage is an average over all rows and is smaller where y varies more than
        elsewhere. If the fit had a `sample_weight`, it weights the errors; with `groups`, the coverage is
        that of rows of new groups.

        MAPIE's ``CrossConformalRegressor(model, method="plus")`` provides such intervals for any regressor.
        It fits a model for each fold, and its predict_interval also returns the predictions.

        References
        ----------
        Barber, Candes, Ramdas & Tibshirani (2021). Predictive inference with the jackknife+. Annals of
        Statistics 49, 486-507.

        Examples
        --------
        >>> from sklearn.datasets import load_diabetes
        >>> from skbackprop import BackpropRegressor
        >>> X, y = load_diabetes(return_X_y=True)
        >>> model = BackpropRegressor(hidden_layer_sizes=(20,), max_iter=20, random_state=0).fit(X, y)
        >>> model.predict_interval(X[:5], coverage=0.8).shape
        (5, 2)
        """
        check_is_fitted(self)
        held_out, targets = self._out_of_fold(), self._model.targets
        if self._model.network.n_outputs > 1:
            raise ValueError(
                "predict_interval needs one prediction per row, but predict returns "
                f"{self._model.network.n_outputs} (columns of y or quantiles); fit one regressor for each, "
                "with a single quantile."
            )
        raw = self._raw_of_each_network(X)
        predictions = np.stack([numbers(self._model, z).ravel() for z in raw], axis=1)
        bounds = intervals(held_out.fold_scores(self._model), predictions, coverage)
        if targets.domain is not None:
            np.maximum(bounds, 0, out=bounds)
        return bounds

    @property
    def oof_prediction_(self) -> Array:
        """The out-of-fold predictions for the training rows, in the shape of the predictions."""
        found = self._out_of_fold()
        rows = found.held_out
        raw = found.raw[rows]
        raw = raw.astype(self._model.targets.result_dtype(raw.dtype))
        held_out = numbers(self._model, raw)
        predictions = np.full((rows.size, *held_out.shape[1:]), np.nan)
        predictions[rows] = held_out
        return predictions

    @property
    def oof_score_(self) -> float:
        """The score of the out-of-fold predictions, R^2 or D^2 as in :meth:`score`."""
        found = self._out_of_fold()
        return found.score(self._metric, self.oof_prediction_[found.held_out])

    def score(self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the coefficient of determination R^2; with several quantiles, the mean of their D^2.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        score : float
            1 is perfect, and 0 is the score of the best constant: for R^2 (:func:`sklearn.metrics.r2_score`)
            the mean of y, for D^2 (:func:`sklearn.metrics.d2_pinball_score`) the quantile of y.
        """
        return self._metric(without_sparse_columns(y), self.predict(X), sample_weight)

    def _metric(self, y, predicted, sample_weight):
        quantiles = getattr(self._model.loss, "quantiles", None)
        if quantiles is None:
            return r2_score(y, predicted, sample_weight=sample_weight)
        columns = zip(predicted.T, quantiles, strict=True)
        scores = [d2_pinball_score(y, a, sample_weight=sample_weight, alpha=q) for a, q in columns]
        return float(np.mean(scores))

    def sample_y(self, X: MatrixLike, n_samples: int = 1, random_state: RandomState = 0) -> Array:
        """Draw predictions from the network with dropout (Monte Carlo dropout).

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_rows, n_features)
            Inputs.
        n_samples : int, default=1
            Number of passes. Each pass draws one dropout mask for every layer and applies this sub-network to
            all rows.
        random_state : int, RandomState instance or None, default=0
            Determines the masks; with an int, the samples of a row do not depend on the other rows.

        Returns
        -------
        y_samples : ndarray of shape (n_rows, n_samples) or (n_rows, n_outputs, n_samples)
            The samples, in the shape of ``GaussianProcessRegressor.sample_y``.

        Raises
        ------
        ValueError
            If the network has no dropout.

        References
        ----------
        Gal & Ghahramani (2016). Dropout as a Bayesian approximation. ICML.
        """
        model, raw = self._sample_raw(X, n_samples, random_state)
        return np.stack([numbers(model, z) for z in raw], axis=-1)

    @classmethod
    def from_sklearn(cls, mlp: MLPRegressor) -> Self:
        """Return an estimator with the weights and the parameters of a fitted MLPRegressor.

        Its predictions are the same. Its `alpha` is that of `mlp` divided by the batch size (200 for
        "auto"), because scikit-learn divides the penalty by the batch size.

        Parameters
        ----------
        mlp : MLPRegressor
            A fitted network.

        Returns
        -------
        estimator : BackpropRegressor
            A fitted estimator. Its training can be continued with warm_start or partial_fit, with a new
            optimizer state.

        Raises
        ------
        TypeError
            If `mlp` is not an MLPRegressor.
        """
        return from_sklearn(cls, mlp, MLPRegressor)

    def to_sklearn(self) -> MLPRegressor:
        """Return an MLPRegressor with the weights and the predictions of this estimator.

        Scaling is folded into the first and the last layer, in float64.

        Returns
        -------
        mlp : MLPRegressor
            A fitted network.

        Raises
        ------
        ValueError
            If the estimator has a feature that MLPRegressor lacks: several networks, encodings of numbers,
            scaling="robust", encoded columns, another activation or loss.
        """
        return to_sklearn(self)
