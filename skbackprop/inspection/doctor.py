"""Diagnosis of a fitted network: problems, measured values, and advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from skbackprop.inspection.causes import explained
from skbackprop.inspection.diagnosis import Diagnosis
from skbackprop.inspection.evidence import NotExaminableError
from skbackprop.inspection.measurements import Measurements
from skbackprop.inspection.symptoms import SYMPTOMS

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from skbackprop.estimators.types import MatrixLike
    from skbackprop.inspection.inspected_data import Estimator


def diagnose(
    estimator: Estimator,
    X: MatrixLike,
    y: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    X_val: MatrixLike | None = None,
    y_val: ArrayLike | None = None,
    sample_weight_val: ArrayLike | None = None,
    groups: ArrayLike | None = None,
) -> Diagnosis:
    """Examine a fitted network on its training rows.

    The following problems are detected: extreme targets, badly scaled inputs and targets, inputs without
    information about y, identifiers among the columns, a column that determines y (leakage), wrong labels,
    validation rows that differ from the training rows, symmetric initial weights, a penalty that is stronger
    than the loss, steps that are too large or too small, saturated sigmoid and tanh units, dead rectifiers,
    vanishing and exploding gradients, a loss that never decreased, underfitting, overfitting, and classes
    that are never predicted. Only problems are reported.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted estimator; it is not modified.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The training inputs.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        The training targets.
    sample_weight : array-like of shape (n_samples,), default=None
        The sample weights of the fit.
    X_val, y_val, sample_weight_val : default=None
        Validation rows, used to detect overfitting and rows that differ from X. Without them overfitting is
        detected by the validation loss of the kept weights, if the last training had validation rows.
    groups : array-like of shape (n_samples,), default=None
        The groups of the fit, if there were some: the target encodings of the training rows depend on them.

    Returns
    -------
    diagnosis : Diagnosis
        A sequence of :class:`Finding`: causes before their consequences, and of both the most severe
        first. Printing it gives a report, and a notebook displays it as a table; both end with a list of
        the checks that could not be made.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the estimator is not fitted.
    TypeError
        If the estimator is not a BackpropClassifier or a BackpropRegressor.
    ValueError
        If X or y is inconsistent with the data of the fit, or if only one of `X_val` and `y_val` is
        given.

    Warns
    -----
    UserWarning
        If the target encodings of the fit depend on `groups`, which are not given.

    Notes
    -----
    The thresholds are rules of thumb; ``skbackprop/inspection/symptoms_of_*.py`` give their reasons and
    sources. Extremely randomized trees (Geurts et al., 2006), fitted on at most 2,000 rows, serve as a
    reference for what can be learned from X. Activations and gradients are computed on at most 5,000 rows,
    drawn at random. The size of the steps is measured on the first ten steps of a new network with the same
    parameters, because steps near the end of a training are small in any case.

    References
    ----------
    Geurts, Ernst & Wehenkel (2006). Extremely randomized trees. Machine Learning 63, 3-42.

    Glorot & Bengio (2010). Understanding the difficulty of training deep feedforward neural networks.
    AISTATS.

    Karpathy (2016). CS231n, Neural Networks Part 3: "Ratio of weights:updates". Stanford.

    Lopez-Paz & Oquab (2017). Revisiting classifier two-sample tests. ICLR.

    LeCun, Bottou, Orr & Mueller (1998). Efficient BackProp. In: Neural Networks: Tricks of the Trade.
    Springer.

    Lu, Shin, Su & Karniadakis (2020). Dying ReLU and initialization: theory and numerical examples.
    Communications in Computational Physics 28, 1671-1706.

    Examples
    --------
    The learning rate of this network is far too small:

    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.inspection import diagnose
    >>> X, y = load_iris(return_X_y=True)
    >>> slow = BackpropClassifier(
    ...     recipe="textbook", schedule="cosine", learning_rate=1e-6, random_state=0
    ... ).fit(X, y)
    >>> [(finding.name, finding.severity) for finding in diagnose(slow, X, y)]
    [('steps_too_small', 'warning'), ('underfit', 'critical')]

    A network without problems:

    >>> model = BackpropClassifier(random_state=0).fit(X, y)
    >>> print(diagnose(model, X, y))
    Diagnosis of BackpropClassifier (no problems found)
    """
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val must be given together.")
    measurements = Measurements(estimator, X, y, sample_weight, X_val, y_val, sample_weight_val, groups)
    findings, not_examined = [], []
    # The values of a network that diverged are not finite.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for symptom in SYMPTOMS:
            try:
                findings += symptom(measurements)
            except NotExaminableError as reason:
                not_examined.append(str(reason))
    # Two symptoms may lack the same measurement: without duplicates, in the same order.
    return Diagnosis(explained(findings), type(estimator).__name__, dict.fromkeys(not_examined))
