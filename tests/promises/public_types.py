"""Calls of the public functions and methods: mypy checks their types, without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

import numpy as np
from numpy.typing import NDArray

from skbackprop import (
    BackpropClassifier,
    BackpropRegressor,
    Checkpoint,
    HiddenLayerTransformer,
    Recipe,
    displays,
    inspection,
)
from skbackprop.inspection import Diagnosis, Finding, GradientCheck, LayerActivations, LayerGradients
from skbackprop.network import textbook
from skbackprop.network.losses import BinaryCrossEntropy, Huber, Quantiles, combine

if TYPE_CHECKING:
    from matplotlib.axes import Axes

X, y = np.zeros((4, 2)), np.zeros(4)


Array = NDArray[Any]
Book = np.ndarray[Any, Any]


def classify() -> None:
    """Call every method of the classifier."""
    model = BackpropClassifier((20, 10), recipe=Recipe("fast", label_smoothing=0.1), random_state=0)
    assert_type(model.fit(X, y, X_val=X, y_val=y), BackpropClassifier)
    assert_type(model.partial_fit(X, y, classes=[0, 1]), BackpropClassifier)
    for method in (model.predict, model.predict_proba, model.predict_log_proba, model.decision_function):
        assert_type(method(X), Array)
    assert_type(model.predict_set(X, coverage=0.8), Array)
    assert_type(model.sample_proba(X, 10, random_state=1), Array)
    assert_type(model.coefs_, list[Array])
    assert_type(model.oof_score_, float)
    assert_type(model.resolved_params_, dict[str, Any])
    assert_type(BackpropClassifier.from_sklearn(model.to_sklearn()), BackpropClassifier)


def regress() -> None:
    """Call every method of the regressor."""
    model = BackpropRegressor(loss=Huber(2.0), quantile=[0.1, 0.9], early_stopping="folds", n_estimators=4)
    assert_type(model.fit(X, y, [1, 2, 3, 4], groups=[0, 0, 1, 1]), BackpropRegressor)
    assert_type(model.partial_fit(X, y), BackpropRegressor)
    assert_type(model.predict(X), Array)
    assert_type(model.predict(X, return_std=True), tuple[Array, Array])
    assert_type(model.predict_interval(X, coverage=0.8), Array)
    assert_type(model.sample_y(X, 10), Array)
    assert_type(model.score(X, y), float)
    assert_type(model.oof_prediction_, Array)
    assert_type(BackpropRegressor.from_sklearn(model.to_sklearn()), BackpropRegressor)


def save_and_transform(model: BackpropClassifier) -> None:
    """Call the methods of the checkpoint and of the transformer."""
    Checkpoint("file", every=2).save(model)
    assert_type(Checkpoint.load("file"), BackpropClassifier | BackpropRegressor)
    transformer = HiddenLayerTransformer(model, layer=0)
    assert_type(transformer.fit(X, y), HiddenLayerTransformer)
    assert_type(transformer.transform(X), Array)


def learn_by_the_book() -> None:
    """Call the functions of the textbook."""
    W, b, losses = textbook.train(X, y[:, None], (3,), optimizer="adam", n_epochs=2)
    assert_type(losses, list[float])
    assert_type(textbook.predict(X, W, b), Book)
    z, a = textbook.forward(X, W, b, "tanh")
    dW, db = textbook.backward(z[-1] - y[:, None], z, a, W, "tanh")
    assert_type(textbook.adam(W[0], dW[0], {}, 0.1), Book)
    assert_type(db, list[Book])


def lose() -> None:
    """Call the methods of losses."""
    for loss in (Huber(2.0), Quantiles((0.1, 0.9)), BinaryCrossEntropy()):
        assert_type(loss.value(X, X, X), Array)
        loss.delta(X, X, X)
        loss.inverse_link(X, X)
    assert_type(Quantiles((0.1, 0.9)).middle, int)
    assert_type(combine(Huber(), X, 2), Array)


def inspect(model: BackpropClassifier) -> None:
    """Call every function of skbackprop.inspection."""
    check = inspection.check_gradients(model, X, y, tolerance=1e-3)
    assert_type(check, GradientCheck)
    assert_type(check.passed, bool)
    diagnosis = inspection.diagnose(model, X, y, X_val=X, y_val=y)
    assert_type(diagnosis, Diagnosis)
    assert_type(diagnosis[0], Finding)
    assert_type(diagnosis[:2], tuple[Finding, ...])
    assert_type(diagnosis.at_least("warning"), list[Finding])
    assert_type(diagnosis[0].evidence, dict[str, float])
    for activations, gradients in zip(
        inspection.hidden_activations(model, X), inspection.gradients(model, X, y), strict=True
    ):
        assert_type(activations, LayerActivations)
        assert_type(gradients, LayerGradients)


def display(model: BackpropClassifier, ax: Axes) -> None:
    """Create and draw every display."""
    loss = displays.LossCurveDisplay.from_estimator(model, name="a", ax=ax)
    assert_type(loss.plot(ax), displays.LossCurveDisplay)
    network = displays.NetworkDisplay.from_estimator(model, network=0, ax=ax)
    assert_type(network.plot(width_scale="network"), displays.NetworkDisplay)
    weights = displays.WeightsDisplay.from_estimator(model, (1, 2), ax=ax)
    assert_type(weights.plot(colorbar=False), displays.WeightsDisplay)
    activations = displays.ActivationsDisplay.from_estimator(model, X, ax=ax)
    assert_type(activations.plot(bins=20), displays.ActivationsDisplay)
    flow = displays.GradientFlowDisplay.from_estimator(model, X, y, ax=ax)
    assert_type(flow.plot(name="b"), displays.GradientFlowDisplay)
    assert_type(flow.ax_, Axes)
