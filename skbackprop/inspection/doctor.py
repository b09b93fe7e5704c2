"""The doctor: what is wrong with a fitted network, and what usually helps."""

import numpy as np

from skbackprop.inspection.diagnosis import Diagnosis
from skbackprop.inspection.measurements import Measurements
from skbackprop.inspection.symptoms import SYMPTOMS, NotExaminableError


def diagnose(estimator, X, y, sample_weight=None, *, X_val=None, y_val=None, sample_weight_val=None):
    """Examine a fitted network on the rows it was trained on.

    It looks for saturated sigmoids, dead rectifiers, gradients that vanish or explode, steps that
    are too large or too small, a loss that never fell, overfitting, inputs that are badly scaled,
    classes that are never predicted, and a training that max_iter ended too early. What looks
    healthy is not mentioned.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted; it is not changed.
    X : {array-like, sparse matrix} of shape (n_samples, n_features)
        The rows of the fit.
    y : array-like of shape (n_samples,) or (n_samples, n_outputs)
        Their targets.
    sample_weight : array-like of shape (n_samples,), default=None
        Their weights.
    X_val, y_val, sample_weight_val : default=None
        Rows that were not trained on, to look for overfitting. Without them the validation of the
        training is taken, where there was one.

    Returns
    -------
    diagnosis : Diagnosis
        A sequence of :class:`Finding`, the gravest first. It prints as a report, shows as a table
        in a notebook, and says at its end what could not be examined.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        Where the estimator is not fitted.
    TypeError
        Where the estimator is none of this package's.
    ValueError
        Where X or y does not fit to what was fitted, or where only one of X_val and y_val is given.

    Notes
    -----
    The bounds are rules of thumb; their reasons and sources are in
    ``skbackprop/inspection/symptoms.py``. Of more than 5,000 rows 5,000 are drawn for the
    activations and gradients. The size of the steps is that of the first ten steps of a new
    network of the same kind, because near its end a training makes small steps, as it should.

    References
    ----------
    Glorot & Bengio (2010). Understanding the difficulty of training deep feedforward neural networks.
    AISTATS.

    Karpathy (2016). CS231n, Neural Networks Part 3: "Ratio of weights:updates". Stanford.

    LeCun, Bottou, Orr & Mueller (1998). Efficient BackProp. In: Neural Networks: Tricks of the Trade.
    Springer.

    Lu, Shin, Su & Karniadakis (2020). Dying ReLU and initialization: theory and numerical examples.
    Communications in Computational Physics 28, 1671-1706.

    Examples
    --------
    A learning rate that is far too small:

    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.inspection import diagnose
    >>> X, y = load_iris(return_X_y=True)
    >>> sick = BackpropClassifier(learning_rate=1e-6, random_state=0).fit(X, y)
    >>> [(finding.name, finding.severity) for finding in diagnose(sick, X, y)]
    [('loss_never_fell', 'critical'), ('steps_too_small', 'warning')]

    A network with which nothing is wrong:

    >>> healthy = BackpropClassifier(random_state=0).fit(X, y)
    >>> print(diagnose(healthy, X, y))
    Diagnosis of BackpropClassifier (nothing found wrong)
    """
    if (X_val is None) != (y_val is None):
        raise ValueError("X_val and y_val must be given together, or neither of them.")
    measurements = Measurements(estimator, X, y, sample_weight, X_val, y_val, sample_weight_val)
    findings, not_examined = [], []
    # What has diverged has numbers that are no longer finite.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for symptom in SYMPTOMS:
            try:
                findings += symptom(measurements)
            except NotExaminableError as reason:
                not_examined.append(str(reason))
    # Two symptoms may miss the same measurement.
    return Diagnosis(findings, type(estimator).__name__, dict.fromkeys(not_examined))
