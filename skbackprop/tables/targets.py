"""Targets: encoding of the user's y as the matrix Y that the network learns, and decoding of outputs."""

import numpy as np
from scipy.sparse import issparse
from sklearn.preprocessing import LabelEncoder
from sklearn.utils import check_array, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from skbackprop.tables.category_values import category_of
from skbackprop.tables.class_weights import balanced_factors, by_class
from skbackprop.tables.columns import Column
from skbackprop.tables.scaling import Scaling, standard_scaling
from skbackprop.tables.statistics import (
    distribution,
    target_center_and_scale,
    weighted_mean,
    weighted_quantiles,
)
from skbackprop.tables.user_warnings import shown, warn_of_far_targets

# Clipped predictions may exceed the range of the training y by this fraction of its length on each side. In
# cross-validation over 14 regression tables, fractions of 0, 0.25 and 0.5 and no clipping differ by less than
# 0.05 % of RMSE on average; a fraction of 0 would make the forecasts of a trend flat.
MARGIN = 0.5
# Predictions are float64 if adjacent float32 numbers near y differ by more than this fraction of its scale.
LARGEST_STEP = 1e-3
# A warning is raised if the median of further training targets is more than so many scales from the center of
# the first ones. After 60 passes over 240 such rows that scatter by one scale, R^2 is 0.9 at a distance of 30
# and negative at 100.
FAR = 30

# The remedies for labels that are not among the classes of the training.
OF_VALIDATION = "Leave the rows of this label out of the validation, or train on such rows as well."
OF_TRAINING = (
    "Training that continues cannot add classes: fit anew, or pass all of them in the 'classes' parameter of "
    "the first partial_fit."
)


class ClassTargets:
    """Encodes labels as rows of 0 and 1: one column for two classes, else one for each class or label.

    Parameters
    ----------
    y : array of shape (n_samples,) or indicator matrix of shape (n_samples, n_labels)
    classes : array, default=None
        All classes, if `y` may lack some of them.
    label_smoothing : float, default=0.0
        e in [0, 1); the training targets are (1 - e) Y + e pi, where pi are the base rates.
    class_weight : "balanced", dict, list of dict or None, default=None
        See :meth:`row_weights`.
    sample_weight : ndarray of shape (n_samples,), default=None

    Attributes
    ----------
    classes : ndarray of shape (n_classes,)
        If it is a single class, every prediction is that class.
    multilabel : bool
    n_outputs : int
    base_rates : ndarray of shape (n_outputs,)
        The weighted mean of Y. Smoothing towards it, instead of towards equal probabilities of all classes,
        does not change the mean probability of a rare class.
    """

    def __init__(self, y, classes=None, label_smoothing=0.0, class_weight=None, sample_weight=None):
        self.label_smoothing = label_smoothing
        self.class_weight = class_weight
        self.multilabel = y.ndim == 2 and y.shape[1] > 1
        if self.multilabel:
            self.n_outputs = y.shape[1]
            self.classes = np.arange(self.n_outputs)
        else:
            labels = column_or_1d(y, warn=True) if classes is None else classes
            self.classes = LabelEncoder().fit(labels).classes_
            self.n_outputs = 1 if len(self.classes) <= 2 else len(self.classes)
        self.base_rates = self._rates(y, self.row_weights(y, sample_weight))

    @property
    def constant(self):
        """Whether there is a single class, so that nothing can be learned."""
        return len(self.classes) == 1 and not self.multilabel

    def refuse_other_classes(self, classes):
        """Raise ValueError if `classes` differ from the known classes."""
        if not np.array_equal(np.unique(classes), self.classes):
            raise ValueError(
                f"The 'classes' parameter of partial_fit must be that of the first call, or the classes of "
                f"fit: {shown(list(self.classes))}. Got {classes!r} instead."
            )

    def check(self, y):
        """Raise ValueError if `y` has labels that are not among the classes, or other columns."""
        self.plain(y)

    def warn_if_far(self, y, sample_weight):
        """Do nothing: classes have no scale."""

    def observe(self, y):
        """Do nothing: further training rows do not change the classes."""

    def encode_for_training(self, y, dtype):
        """Return (1 - e) Y + e pi, where e is the label smoothing and pi are the base rates."""
        Y, e = self.encode(y, dtype), self.label_smoothing
        if e:
            Y *= 1 - e
            Y += (e * self.base_rates).astype(dtype)
        return Y

    def encode(self, y, dtype, name="y"):
        """Return a new array Y, rows of 0 and 1; `name` is the name of `y` in error messages."""
        if self.multilabel:
            refuse_other_columns(y, self.n_outputs, name)
            y = check_array(y, accept_sparse="csr", input_name=name)
            labels = y.toarray() if issparse(y) else y
            refuse_other_than_labels(labels, name)
            Y = labels.astype(dtype, order="C")
        else:
            codes = self.codes(y, name)
            Y = np.zeros((codes.size, self.n_outputs), dtype)
            if self.n_outputs == 1:
                Y[:, 0] = codes
            else:
                Y[np.arange(codes.size), codes] = 1
        return Y

    def codes(self, y, name="y"):
        """Return the index of each row's class, or of its combination of labels.

        Labels are compared by value, like categories: 1, 1.0 and True are the same label, "1" is another one.
        LabelEncoder would first convert them to the type of the known classes, which turns "Romeo" into
        "Rome".
        """
        if self.multilabel:
            y = y.toarray() if issparse(y) else np.asarray(y)
            return np.unique(y, axis=0, return_inverse=True)[1].ravel()
        refuse_other_columns(y, 1, name)
        labels, places = Column(name, column_or_1d(y)).distinct()
        code_of = {category_of(label): code for code, label in enumerate(self.classes)}
        unknown = [label for label in labels if category_of(label) not in code_of]
        if unknown:
            raise ValueError(
                f"{name} has the label {shown(unknown[0])}, which is not among the classes of the training, "
                f"{shown(list(self.classes))}. {OF_VALIDATION if name == 'y_val' else OF_TRAINING}"
            )
        return np.array([code_of[category_of(label)] for label in labels])[places]

    def result_dtype(self, dtype):
        """Return `dtype`: the results are probabilities."""
        return dtype

    def plain(self, y):
        """Return the indices of the classes, or the labels as a dense array of 0 and 1."""
        return self.encode(y, np.int8) if self.multilabel else self.codes(y)

    def strata(self, y):
        """Return the stratum of each row for the choice of validation rows: its class.

        For a multilabel y it is the combination of labels; combinations of a single row form one stratum.
        """
        codes = self.codes(y)
        if self.multilabel:
            codes = np.where(np.bincount(codes)[codes] == 1, codes.max() + 1, codes)
        return codes

    def row_weights(self, y, sample_weight):
        """Return `sample_weight` times the weight of each row's class; None if all weights are 1.

        Raises
        ------
        ValueError
            If the weights of all rows are zero.
        """
        weights = self._row_weights(y, sample_weight)
        if self.class_weight is not None and not weights.any():
            raise ValueError(
                f"class_weight={shown(self.class_weight)} gives a weight of zero to every row whose "
                "sample_weight is positive; at least one row must keep a positive weight."
            )
        return weights

    def validation_weights(self, y, sample_weight):
        """Return the same as :meth:`row_weights`, for validation rows.

        Raises
        ------
        ValueError
            If the weights of all rows are zero; the message says that rows of other classes are needed.
        """
        weights = self._row_weights(y, sample_weight)
        if self.class_weight is not None and not weights.any():
            held = "" if self.multilabel else f" (classes {shown(list(np.unique(y)))})"
            raise ValueError(
                f"y_val has no row of positive weight{held}: class_weight={shown(self.class_weight)} gives a "
                "weight of zero to every row whose sample_weight_val is positive. X_val and y_val must have "
                "rows of a class whose weight is positive."
            )
        return weights

    def _row_weights(self, y, sample_weight):
        if self.class_weight is None:
            return sample_weight
        if self.class_weight != "balanced":
            factors = self._factors(y)
        elif not self.multilabel:
            factors = balanced_factors(self.codes(y), sample_weight)
        else:
            labels = self.encode(y, np.intp).T
            factors = np.prod([balanced_factors(label, sample_weight) for label in labels], axis=0)
        return factors if sample_weight is None else factors * sample_weight

    def _rates(self, y, weights):
        """Return the weighted mean of Y."""
        if self.multilabel:
            return np.average(self.encode(y, np.float64), axis=0, weights=weights)
        counts = np.bincount(self.codes(y), weights, minlength=len(self.classes))
        return counts[-self.n_outputs :] / counts.sum()

    def _factors(self, y):
        """Return the weight of each row by the dict (multilabel: dicts) of class weights, default 1."""
        if not self.multilabel:
            weights = by_class(self.class_weight, self.classes)
            return weights[self.codes(y)]
        given = self.class_weight if isinstance(self.class_weight, list) else ()
        if len(given) != self.n_outputs or not all(isinstance(weights, dict) for weights in given):
            raise ValueError(
                "The 'class_weight' parameter must be 'balanced' or a list of one dict for each of the "
                f"{self.n_outputs} labels of a multilabel y. Got {shown(self.class_weight)} instead."
            )
        Y = self.encode(y, np.int8)
        pairs = np.array([by_class(weights, np.array([0, 1])) for weights in self.class_weight])
        return np.where(Y > 0, pairs[:, 1], pairs[:, 0]).prod(axis=1)

    def decode(self, raw):
        """Return the labels predicted by raw outputs of shape (n_samples, n_outputs)."""
        if self.constant:
            return np.repeat(self.classes, raw.shape[0])
        if self.multilabel:
            return (raw > 0).astype(np.int64)
        codes = (raw[:, 0] > 0).astype(np.intp) if self.n_outputs == 1 else raw.argmax(axis=1)
        return self.classes[codes]


def refuse_other_than_classes(y):
    """Raise ValueError if `y` has fractions, or several columns with several classes each."""
    check_classification_targets(y)
    if type_of_target(y, input_name="y") == "multiclass-multioutput":
        raise ValueError(
            "y has several columns with several classes each (multiclass-multioutput), which "
            "BackpropClassifier does not support; wrap it in "
            "sklearn.multioutput.MultiOutputClassifier, which fits one estimator per column."
        )


def refuse_other_columns(y, n_columns, name):
    """Raise ValueError if `y` has another number of columns than in the first fit; a vector has one."""
    found = np.shape(y)[1] if np.ndim(y) == 2 else 1
    if found != n_columns:
        raise ValueError(f"{name} has {found} columns, but the first fit had {n_columns}.")


def refuse_other_than_labels(y, name):
    """Raise ValueError if columns of labels hold numbers other than 0 and 1."""
    others = y[(y != 0) & (y != 1)]
    if others.size:
        raise ValueError(
            f"{name} has several columns, each of which is a label and must be 0 or 1, but it has the number "
            f"{others[0]:g}. For columns of other classes use sklearn.multioutput.MultiOutputClassifier."
        )


class RealTargets:
    """Encodes numbers, by default scaled to weighted mean 0 and variance 1, so that units do not matter.

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs)
    sample_weight : ndarray of shape (n_samples,), default=None
    scaled : bool, default=True
    domain : {"y >= 0", "y > 0"} or None, default=None
        For losses with a logarithmic link: the allowed values of y, which is divided by its mean and not
        centered.
    robust : bool, default=False
        For losses in which an outlier has a bounded gradient: y is scaled by its median and interquartile
        range (:func:`.target_center_and_scale`), which outliers do not change either.
    clip_predictions : bool, default=False
        Whether predictions are clipped to :attr:`bounds`.
    loss_name : str, default=""
        The name of the loss, for messages.
    n_outputs : int, default=None
        Number of predictions for a y of one column, which is repeated this many times. None for one
        prediction for each column.
    """

    scaled = True  # unknown for targets that version 1.0.0rc1 saved
    has_warned = False  # of targets that are far

    def __init__(
        self,
        y,
        sample_weight=None,
        scaled=True,
        domain=None,
        robust=False,
        clip_predictions=False,
        loss_name="",
        n_outputs=None,
    ):
        self.clip_predictions = clip_predictions
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        Y = y.reshape(y.shape[0], -1)
        n_targets = Y.shape[1]
        if n_outputs is not None and n_targets > 1:
            raise ValueError(
                f"loss={loss_name} predicts {n_outputs} numbers for a y of one column, but y has {n_targets} "
                "columns; fit one regressor for each column."
            )
        self.one_dimensional = y.ndim == 1 and n_outputs is None
        self.n_outputs = n_outputs or n_targets
        self.scaled, self.domain, self.loss_name = scaled, domain, loss_name
        self._check_sign(Y)
        self.lowest, self.highest = Y.min(axis=0), Y.max(axis=0)
        if not scaled:
            self.scaling = Scaling(np.zeros(n_targets), np.ones(n_targets))
        elif domain is not None:
            mean = weighted_mean(Y, sample_weight)
            self.scaling = Scaling(np.zeros(n_targets), np.where(mean > 0, mean, 1.0))
        elif robust:
            columns = [target_center_and_scale(*distribution(column, sample_weight)) for column in Y.T]
            self.scaling = Scaling(*np.array(columns).T.copy())
        else:
            scaling = standard_scaling(Y, sample_weight)
            self.scaling = Scaling(scaling.center, np.where(np.isinf(scaling.scale), 1.0, scaling.scale))

    def check(self, y, name="y"):
        """Return y with a column per target; raise ValueError if it has other columns or invalid numbers.

        `name` is the name of `y` in error messages.
        """
        Y = y.reshape(y.shape[0], -1)
        refuse_other_columns(Y, self.scaling.center.size, name)
        self._check_sign(Y, name)
        return Y

    def warn_if_far(self, y, sample_weight):
        """Warn once if the y of further training rows are far from those that determined the scaling.

        For losses with a logarithmic link, the network learns the logarithm of y, which is never far.
        """
        if self.has_warned or not self.scaled or self.domain is not None:
            return
        Y = y.reshape(y.shape[0], -1)
        for column, center, scale in zip(Y.T, self.scaling.center, self.scaling.scale, strict=True):
            if abs(weighted_quantiles(column, (0.5,), sample_weight)[0] - center) > FAR * scale:
                self.has_warned = True
                warn_of_far_targets(FAR, center, scale)
                return

    def observe(self, y):
        """Extend :attr:`bounds` by the y of further training rows."""
        Y = y.reshape(y.shape[0], -1)
        self.lowest = np.minimum(self.lowest, Y.min(axis=0))
        self.highest = np.maximum(self.highest, Y.max(axis=0))

    @property
    def bounds(self):
        """The bounds of clipped predictions: the range of all training y, extended by MARGIN."""
        with np.errstate(over="ignore"):
            margin = MARGIN * (self.highest - self.lowest)
            return self.lowest - margin, self.highest + margin

    def plain(self, y):
        """Return y."""
        return y

    def strata(self, y):
        """Return None: validation rows are chosen independently of y."""
        return None

    def row_weights(self, y, sample_weight):
        """Return `sample_weight`."""
        return sample_weight

    validation_weights = row_weights

    def encode_for_training(self, y, dtype):
        """Return Y, the same in training as in validation."""
        return self.encode(y, dtype)

    def encode(self, y, dtype, name="y"):
        """Return a new array Y, scaled, with a column per output; `name` is that of `y` in error messages."""
        Y = self.check(y, name)
        scaled = (Y - self.scaling.center) / self.scaling.scale
        largest = np.abs(scaled).max(initial=0)
        if largest > np.finfo(dtype).max:
            raise ValueError(
                f"{name} has numbers as large as {largest:g}, which overflow {np.dtype(dtype).name}; use "
                "scaling='standard' or dtype='float64'."
            )
        return scaled.astype(dtype, copy=False).repeat(self.n_outputs // Y.shape[1], axis=1)

    def decode(self, predictions):
        """Return predictions of shape (n_samples, n_outputs) in the units and the shape of y."""
        y = self.scaling.invert(predictions)
        if self.clip_predictions:
            np.clip(y, *self.bounds, out=y)
        return y.ravel() if self.one_dimensional else y

    def result_dtype(self, dtype):
        """Return `dtype`, or float64 if the spread of y has too few numbers of `dtype`."""
        magnitude, spread = np.abs(self.scaling.center), self.scaling.scale
        if not magnitude.any():  # y may not be centered
            magnitude = np.maximum(np.abs(self.lowest), np.abs(self.highest))
            with np.errstate(over="ignore"):
                spread = self.highest - self.lowest
        coarse = np.finfo(dtype).eps * magnitude > LARGEST_STEP * spread
        varies = self.highest > self.lowest
        return np.dtype(np.float64) if (coarse & varies).any() else dtype

    def _check_sign(self, Y, name="y"):
        smallest = Y.min()
        if self.domain is None or smallest > 0 or (smallest == 0 and self.domain == "y >= 0"):
            return
        remedy = "loss='tweedie' takes y >= 0, " if smallest == 0 else ""
        raise ValueError(
            f"loss={self.loss_name} needs {self.domain}, but the smallest {name} is {smallest:g}; "
            f"{remedy}loss='squared_error' takes any y."
        )
