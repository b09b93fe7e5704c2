"""Inspection of fitted networks: attributions, activations, gradients, a gradient check, and a diagnosis."""

from skbackprop.inspection.column_attributions import Attributions, attributions
from skbackprop.inspection.diagnosis import Diagnosis, Finding
from skbackprop.inspection.doctor import diagnose
from skbackprop.inspection.gradient_check import GradientCheck, check_gradients
from skbackprop.inspection.layer_activations import LayerActivations, hidden_activations
from skbackprop.inspection.layer_gradients import LayerGradients, gradients

__all__ = [
    "Attributions",
    "Diagnosis",
    "Finding",
    "GradientCheck",
    "LayerActivations",
    "LayerGradients",
    "attributions",
    "check_gradients",
    "diagnose",
    "gradients",
    "hidden_activations",
]
