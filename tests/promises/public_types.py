"""Calls of the public functions of inspection and displays: mypy checks their types, without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

import numpy as np

from skbackprop import BackpropClassifier, displays, inspection
from skbackprop.inspection import Diagnosis, Finding, GradientCheck, LayerActivations, LayerGradients

if TYPE_CHECKING:
    from matplotlib.axes import Axes

X, y = np.zeros((4, 2)), np.zeros(4)


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
