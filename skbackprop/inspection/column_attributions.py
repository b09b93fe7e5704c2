"""Attributions of predictions to the columns of X, by backpropagation to the inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array, issparse
from sklearn.utils import check_random_state

from skbackprop.estimators.parameters import COUNT, validate
from skbackprop.inspection.explained_outputs import ExplainedOutput
from skbackprop.inspection.inspected_data import TOLERANCE, encoded_inputs
from skbackprop.inspection.path_integrals import PathIntegrals
from skbackprop.inspection.pipelines import inputs_of_last_step, last_step
from skbackprop.tables.frames import as_frame
from skbackprop.tables.kinds import with_nan
from skbackprop.tables.sparse_rows import SparseRows
from skbackprop.tables.user_warnings import warn

if TYPE_CHECKING:
    import shap
    from numpy.typing import NDArray
    from sklearn.base import BaseEstimator

    from skbackprop.estimators.types import MatrixLike


# Largest number of columns in the representation of a result.
MOST_COLUMNS = 5


@dataclass(frozen=True, repr=False)
class Attributions:
    """The result of :func:`attributions`; the first four attributes are those of ``shap.Explanation``.

    Attributes
    ----------
    values : ndarray of shape (n_samples, n_features) or (n_samples, n_features, n_outputs)
        The contribution of each column to the difference between a prediction and the base value.
    base_values : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        The mean prediction of the background, the same for every row.
    data : ndarray or sparse matrix of shape (n_samples, n_features)
        X, as the estimator receives it.
    feature_names : list of str
        The names of the columns.
    output_names : list of str or None
        The names of the outputs: the classes, or "y0", "y1", ...; None if predictions are not a matrix.
    output : {"raw", "probability", "prediction"}
        The explained output.
    predictions : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        The outputs of the estimator.
    range : ndarray of shape () or (n_outputs,)
        The largest prediction of X and of the background minus the smallest.
    n_background : int
        Number of background rows from which paths start.
    """

    values: NDArray[np.float64]
    base_values: NDArray[np.float64]
    data: Any
    feature_names: list[str]
    output_names: list[str] | None
    output: str
    predictions: NDArray[np.float64]
    range: NDArray[np.float64]
    n_background: int

    @property
    def residuals(self) -> NDArray[np.float64]:
        """The deviation from completeness, prediction - base value - sum of the values, for each row."""
        return self.predictions - self.base_values - self.values.sum(axis=1)

    @property
    def error(self) -> float:
        """The largest absolute residual, as a fraction of the range of the predictions."""
        largest = np.abs(self.residuals).max(axis=0)
        return float(np.max(np.divide(largest, self.range, where=self.range > 0, out=np.zeros_like(largest))))

    @property
    def mean_absolute(self) -> NDArray[np.float64]:
        """Mean over the rows of the absolute values, of shape (n_features,) or (n_features, n_outputs)."""
        return np.abs(self.values).mean(axis=0)

    def __repr__(self) -> str:
        n_rows, n_columns, *_ = self.values.shape
        outputs = "" if self.output_names is None else f" of {len(self.output_names)} outputs"
        size = self.mean_absolute.reshape(n_columns, -1).sum(axis=1)
        strongest = [f"{self.feature_names[j]} {size[j]:.3g}" for j in np.argsort(-size)[:MOST_COLUMNS]]
        return (
            f"Attributions of {n_rows} rows to {n_columns} columns (output={self.output!r}{outputs}, "
            f"{self.n_background} background rows)\n"
            f"  largest mean |attribution|: {', '.join(strongest)}\n"
            f"  largest error of a sum: {self.error:.1e} of the range of the predictions"
        )

    def to_shap(self) -> shap.Explanation:
        """Return a ``shap.Explanation``, for the plots of SHAP.

        Raises
        ------
        ImportError
            If SHAP is not installed.
        """
        try:
            import shap
        except ImportError:
            raise ImportError(
                'Attributions.to_shap needs SHAP, which pip install "skbackprop[clients]" installs.'
            ) from None
        return shap.Explanation(
            self.values,
            self.base_values,
            self.data.toarray() if issparse(self.data) else self.data,
            feature_names=self.feature_names,
            output_names=self.output_names,
        )


def attributions(
    estimator: BaseEstimator,
    X: MatrixLike,
    background: MatrixLike | None = None,
    *,
    output: str = "auto",
    n_steps: int = 2,
    tolerance: float = 1e-3,
    max_background: int | None = 100,
    random_state: int | np.random.RandomState | None = 0,
) -> Attributions:
    """Return the contribution of each column of X to every prediction, by expected gradients.

    For a row x, a background row b and the output F,

        IG_j(x, b) = (x_j - b_j) int_0^1 dF/dx_j(b + t (x - b)) dt,

    and the value of column j is the mean of IG_j over the background. With a background of a single row
    these are integrated gradients. For each row the values sum to the prediction minus the mean prediction
    of the background.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor, or a Pipeline or search that ends with one
        Fitted. Of a pipeline, the last step is explained, in terms of the columns that it receives.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The rows whose predictions are explained.
    background : {array-like, sparse matrix} of shape (n_background, n_features), default=None
        The rows that X is compared with, such as training rows. None for X itself.
    output : {"auto", "raw", "probability", "prediction"}, default="auto"
        The explained output: that of ``decision_function`` ("raw"; for two classes the log-odds of the second
        one), of ``predict_proba`` ("probability"), or of ``predict`` of a regressor, in the units of y
        ("prediction"). "auto" is "raw" for a classifier and "prediction" for a regressor.
    n_steps : int, default=2
        Every path is divided into at least this number of pieces. More pieces make the values of single
        columns more exact; the error of their sums is always bounded by `tolerance`.
    tolerance : float, default=1e-3
        The largest error of a sum, as a fraction of the range of the predictions: pieces are halved until it
        is reached.
    max_background : int or None, default=100
        Largest number of background rows from which paths start; None for all. Rows of a larger background
        are drawn at random and weighted so that their mean prediction is that of the whole background. The
        time is proportional to their number.
    random_state : int, RandomState instance or None, default=0
        Determines the rows that are drawn.

    Returns
    -------
    attributions : Attributions
        Has the attributes ``values``, ``base_values``, ``data`` and ``feature_names`` of
        ``shap.Explanation``; ``error`` is the largest error of a sum.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    TypeError
        If the estimator, or the last step, is not a BackpropClassifier or a BackpropRegressor.
    ValueError
        If X or the background is inconsistent with the data of the fit, if there is a single row without
        a background, or if `output` is not available for the estimator.

    Warns
    -----
    UserWarning
        If the error of a sum exceeds `tolerance`.

    Notes
    -----
    The paths are straight in the scaled and encoded inputs: the indicator of the background's category falls
    from 1 to 0 while that of the row's category rises, and a missing value is the median and its indicator.
    The integrals of all inputs that belong to a column are added.

    The integral over a piece of a path is a weighted mean of the integrand at its two ends, with weights for
    which the sum over the columns is exact. With the default `n_steps` and a background of 100 rows, the
    values of single columns differ from those of a fine quadrature by two to four thousandths of the range
    of the predictions (root mean square), and with ``n_steps=8`` by half a thousandth to 1.5 thousandths.

    References
    ----------
    Sundararajan, Taly & Yan (2017). Axiomatic attribution for deep networks. ICML.
    Erion, Janizek, Sturmfels, Lundberg & Lee (2021). Improving performance of deep learning models with
    axiomatic attribution priors and expected gradients. Nature Machine Intelligence 3, 620-631.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.datasets import load_diabetes
    >>> from skbackprop import BackpropRegressor
    >>> from skbackprop.inspection import attributions
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = BackpropRegressor(recipe="fast", random_state=0).fit(X, y)
    >>> result = attributions(model, X[:5], background=X)
    >>> result.values.shape
    (5, 10)
    >>> sums = result.base_values + result.values.sum(axis=1)
    >>> bool(np.abs(sums - model.predict(X[:5])).max() <= 1e-3 * np.ptp(model.predict(X)))
    True
    """
    allowed = {
        "n_steps": [COUNT],
        "tolerance": [TOLERANCE],
        "max_background": [COUNT, None],
        "random_state": ["random_state"],
    }
    given = {
        "n_steps": n_steps,
        "tolerance": tolerance,
        "max_background": max_background,
        "random_state": random_state,
    }
    validate(allowed, given, "attributions")
    fitted = last_step(estimator)
    X = inputs_of_last_step(estimator, X)
    model, rows = dense_rows(fitted, X)
    explained = ExplainedOutput(fitted, model, output)
    if background is None:
        if rows.shape[0] == 1:
            raise ValueError(
                "The 'background' parameter must be given if X is a single row, because its prediction is "
                "compared with those of the background."
            )
        compared = rows
    else:
        _, compared = dense_rows(fitted, inputs_of_last_step(estimator, background))
    starts = draw(compared.shape[0], max_background, random_state)
    integrals = PathIntegrals(
        model, explained, compared, starts, members(model, fitted.n_features_in_), n_steps
    )
    F = integrals.values(rows)
    extent = np.ptp(np.concatenate((F, integrals.F_background)), axis=0)
    limits = np.maximum(tolerance * extent, integrals.rounding_error)
    values = integrals.expected_gradients(rows, F, limits)
    predictions = explained.predict(X)
    one_output = predictions.ndim == 1
    base_values = np.tile(integrals.base_values, (len(values), 1))
    result = Attributions(
        values=values[:, :, 0] if one_output else values,
        base_values=base_values[:, 0] if one_output else base_values,
        data=table_values(X),
        feature_names=[report.name for report in fitted.columns_],
        output_names=explained.names,
        output=explained.kind,
        predictions=predictions,
        range=extent[0] if one_output else extent,
        n_background=starts.size,
    )
    if result.error > tolerance:
        warn(
            f"The attributions of a row miss its prediction by {result.error:.1e} of the range of the "
            f"predictions, which is more than tolerance={tolerance:g}: the network is steeper than float32 "
            "or the quadrature can follow. Fit with dtype='float64', or allow a larger tolerance."
        )
    return result


def dense_rows(estimator, X):
    """Return the model of a fitted estimator and the encoded X, whose rows are dense when they are read."""
    model, X, _ = encoded_inputs(estimator, X)
    return model, SparseRows(X) if issparse(X) else X


def draw(n_rows, n_drawn, random_state):
    """Return the indices of `n_drawn` rows drawn at random, or of all rows if there are not more."""
    if n_drawn is None or n_rows <= n_drawn:
        return np.arange(n_rows)
    return np.sort(check_random_state(random_state).choice(n_rows, n_drawn, replace=False))


def members(model, n_columns):
    """Return a matrix of shape (n_columns, n_inputs): 1 for each input that belongs to a column of X."""
    owners = np.arange(n_columns) if model.encoder is None else model.encoder.owners
    return csr_array((np.ones(owners.size), (owners, np.arange(owners.size))), (n_columns, owners.size))


def table_values(X):
    """Return the values of X as an array, with NaN for missing objects, or X itself if it is sparse."""
    frame = as_frame(X)
    if frame is None:
        return X if issparse(X) else with_nan(np.asarray(X))
    if frame.plain.all():
        return frame.numbers(np.arange(frame.shape[1]))
    values = np.empty(frame.shape, object)
    for j in range(frame.shape[1]):
        values[:, j] = frame.column(j).objects
    return with_nan(values)
