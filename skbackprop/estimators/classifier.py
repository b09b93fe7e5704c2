"""BackpropClassifier: a multilayer perceptron for classification."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.neural_network import MLPClassifier
from sklearn.utils.validation import check_is_fitted

from skbackprop.estimators import parameters
from skbackprop.estimators.base import BaseBackprop, only_in_batches
from skbackprop.estimators.callbacks import fitting
from skbackprop.estimators.conversion import from_sklearn, to_sklearn
from skbackprop.estimators.documentation import documented
from skbackprop.model.conformal_scores import probabilities_and_digits
from skbackprop.model.conformal_sets import adaptive_sets
from skbackprop.model.predicted_values import is_binary, labels, log_probabilities, probabilities
from skbackprop.tables.refusals import checked_classes, checked_labels

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from skbackprop.estimators.recipe import Recipe
    from skbackprop.estimators.types import Array, MatrixLike, RandomState


@documented(parameters.CLASSIFIER, "classifier")
class BackpropClassifier(ClassifierMixin, BaseBackprop):
    """A multilayer perceptron classifier, trained by backpropagation in NumPy.

    The output layer has one neuron with a sigmoid for two classes, and k neurons with a softmax for k > 2
    classes. For an indicator matrix as y (multilabel) it has a neuron with a sigmoid for each label.

    Parameters
    ----------
    {parameters}

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, in the order of the columns of predict_proba.
    oof_decision_function_ : ndarray of shape (n_samples, n_classes)
        Only with early_stopping="folds": the probabilities of the training rows, each predicted by the
        network that did not train on the row. NaN for rows that no network held out.
    {attributes}

    See Also
    --------
    BackpropRegressor : The same network for regression.
    sklearn.neural_network.MLPClassifier : The multilayer perceptron of scikit-learn.

    References
    ----------
    Rumelhart, Hinton & Williams (1986). Learning representations by back-propagating errors.
    Nature 323, 533-536.

    Nielsen (2015). Neural Networks and Deep Learning. Determination Press.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = BackpropClassifier(hidden_layer_sizes=(20,), random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.95)
    True
    """

    _parameter_constraints = parameters.constraints(parameters.CLASSIFIER)

    def __init__(
        self,
        hidden_layer_sizes: ArrayLike = "auto",
        activation: ArrayLike = "auto",
        *,
        recipe: str | Recipe = "tabular",
        n_estimators: int | str = "auto",
        loss: object = "log_loss",
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
        class_weight: str | dict[Any, float] | list[dict[Any, float]] | None = None,
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
        self.class_weight = class_weight
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
        tags.classifier_tags.multi_label = True
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
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Classes of any type, or an indicator matrix of labels.
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
        self : BackpropClassifier
        """
        return self._fit(X, y, sample_weight, X_val, y_val, sample_weight_val, groups)

    @only_in_batches
    @fitting
    def partial_fit(
        self,
        X: MatrixLike,
        y: ArrayLike,
        sample_weight: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Train for one epoch on these rows, continuing the training so far.

        Parameters that ``set_params`` has changed between two calls take effect, except those that define the
        network, for which there is a warning. `max_iter`, `tol` and early stopping apply to :meth:`fit` only.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Classes, or an indicator matrix of labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows, divided by their mean over these rows.
        classes : array-like of shape (n_classes,), default=None
            All classes of all calls; needed in the first call unless its y contains all of them.

        Returns
        -------
        self : BackpropClassifier

        Raises
        ------
        ValueError
            If `classes` differ from those of the first call, or one of them is a missing value.
        """
        classes = None if classes is None else checked_classes(classes)
        if classes is not None and hasattr(self, "_model"):
            self._model.targets.refuse_other_classes(classes)
        return self._partial_fit(X, y, sample_weight, classes)

    @classmethod
    def from_sklearn(cls, mlp: MLPClassifier) -> Self:
        """Return an estimator with the weights and the parameters of a fitted MLPClassifier.

        Its predictions are the same. Its `alpha` is that of `mlp` divided by the batch size (200 for
        "auto"), because scikit-learn divides the penalty by the batch size.

        Parameters
        ----------
        mlp : MLPClassifier
            A fitted network.

        Returns
        -------
        estimator : BackpropClassifier
            A fitted estimator. Its training can be continued with warm_start or partial_fit, with a new
            optimizer state.

        Raises
        ------
        TypeError
            If `mlp` is not an MLPClassifier.
        """
        return from_sklearn(cls, mlp, MLPClassifier)

    def to_sklearn(self) -> MLPClassifier:
        """Return an MLPClassifier with the weights and the predictions of this estimator.

        Scaling is folded into the first and the last layer, in float64.

        Returns
        -------
        mlp : MLPClassifier
            A fitted network.

        Raises
        ------
        ValueError
            If the estimator has a feature that MLPClassifier lacks: several networks, encodings of numbers,
            scaling="robust", encoded columns, another activation or loss.
        """
        return to_sklearn(self)

    @property
    def classes_(self) -> Array:
        """The sorted classes; for a multilabel y, the indices of the labels."""
        return self._fitted_model().targets.classes

    @property
    def oof_decision_function_(self) -> Array:
        """The out-of-fold probabilities of the training rows, of shape (n_samples, n_classes)."""
        raw = self._out_of_fold().raw
        return probabilities(self._model, raw)

    @property
    def oof_score_(self) -> float:
        """The accuracy of the out-of-fold predictions."""
        found = self._out_of_fold()
        rows = found.held_out
        predicted = self._model.targets.plain(labels(self._model, found.raw[rows]))
        return found.score(accuracy_score, predicted)

    def decision_function(self, X: MatrixLike) -> Array:
        """Return the raw outputs z^L.

        For two classes they are positive where the second one is predicted, unless a custom loss has a link
        whose value at 0 is not 1/2.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        raw : ndarray of shape (n_samples,) for two classes, else (n_samples, n_outputs)
        """
        raw = self._raw(X)
        return raw[:, 0] if is_binary(self._model) else raw

    def predict(self, X: MatrixLike) -> Array:
        """Return the most probable class of each row, or the labels whose probability is above 1/2.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        y : ndarray of shape (n_samples,) or (n_samples, n_labels)
        """
        raw = self._raw(X)
        return labels(self._model, raw)

    def predict_proba(self, X: MatrixLike) -> Array:
        """Return the probability of each class, or of each label.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_classes)
            Each row sums to 1, except for a multilabel y.
        """
        raw = self._raw(X)
        return probabilities(self._model, raw)

    def score(self, X: MatrixLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy of :meth:`predict`: the share of rows whose class, or all labels, are right.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_labels)
            Classes, or an indicator matrix of labels.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.

        Returns
        -------
        score : float
        """
        return accuracy_score(checked_labels(y), self.predict(X), sample_weight=sample_weight)

    def predict_set(self, X: MatrixLike, coverage: float = 0.9) -> Array:
        """Return sets of classes that contain the true class for a given fraction of new rows.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        coverage : float, default=0.9
            The fraction of new rows whose set should contain the true class, in (0, 1).

        Returns
        -------
        contained : ndarray of bool of shape (n_samples, n_classes)
            Whether the set of each row contains each class of ``classes_``. Sets can be empty if the network
            is right more often than `coverage`; ``contained | (proba == proba.max(axis=1)[:, None])`` with
            the probabilities of predict_proba has no empty sets, and a larger coverage.

        Raises
        ------
        AttributeError
            If the fit held out no folds, that is, without early_stopping="folds" or after partial_fit; and
            after a warm start with other rows or folds, because networks have then been trained on rows that
            they hold out.
        ValueError
            For a multilabel y, and if `coverage` is larger than m / (m + 1) for m held-out rows.

        See Also
        --------
        predict_proba : The probabilities, by the mean of all networks.

        Notes
        -----
        The set contains the classes of highest probability, until the sum of their probabilities reaches the
        level that the held-out rows needed to include their true classes (adaptive prediction sets). For each
        held-out row, the probabilities are those of the network that held it out (CV+).

        If new rows have the distribution of the rows of the fit, their coverage is usually close to
        `coverage`. CV+ itself covers more, because the mean of several networks is better than each of them;
        its level c is therefore set below `coverage`, the further the more the networks differ
        (:mod:`skbackprop.model.conformal_level`). The proven lower bound is 2 c - 1, minus a small term, for
        networks that use their held-out rows only after the training; these networks also choose their best
        epoch by them. The coverage is an average over all rows and may be smaller for a rare class. The
        low-order digits of the row's own outputs decide whether a set contains the class at its margin, so
        the set of a row does not depend on the other rows. If the fit had a `sample_weight`, it weights the
        held-out rows; with `groups`, the coverage is that of rows of new groups.

        MAPIE's ``CrossConformalClassifier(model, conformity_score="aps")`` provides such sets for any
        classifier. It fits a model for each fold, and its predict_set also returns the predictions.

        References
        ----------
        Romano, Sesia & Candes (2020). Classification with valid and adaptive coverage. NeurIPS.

        Examples
        --------
        >>> from sklearn.datasets import load_wine
        >>> from skbackprop import BackpropClassifier
        >>> X, y = load_wine(return_X_y=True)
        >>> model = BackpropClassifier(hidden_layer_sizes=(20,), max_iter=20, random_state=0).fit(X, y)
        >>> model.predict_set(X[:5], coverage=0.95).shape
        (5, 3)
        """
        check_is_fitted(self)
        held_out = self._out_of_fold()
        if self._model.targets.multilabel:
            raise ValueError(
                f"predict_set needs one class per row, and the y of the fit had {self.n_outputs_} labels; "
                "fit one classifier for each."
            )
        p, u = probabilities_and_digits(self._model, self._raw_of_each_network(X))
        return adaptive_sets(held_out.fold_scores(self._model), p, u, coverage)

    def sample_proba(self, X: MatrixLike, n_samples: int = 1, random_state: RandomState = 0) -> Array:
        """Draw probabilities from the network with dropout (Monte Carlo dropout).

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
        samples : ndarray of shape (n_rows, n_classes, n_samples)
            Their mean over the last axis is a prediction, their spread its uncertainty.

        Raises
        ------
        ValueError
            If the network has no dropout.

        References
        ----------
        Gal & Ghahramani (2016). Dropout as a Bayesian approximation. ICML.
        """
        _, raw = self._sample_raw(X, n_samples, random_state)
        return np.stack([probabilities(self._model, z) for z in raw], axis=-1)

    def predict_log_proba(self, X: MatrixLike) -> Array:
        """Return the logarithms of the probabilities, which are always finite.

        Parameters
        ----------
        X : {array-like, sparse matrix} of shape (n_samples, n_features)

        Returns
        -------
        log_probabilities : ndarray of shape (n_samples, n_classes)
        """
        raw = self._raw(X)
        return log_probabilities(self._model, raw)
