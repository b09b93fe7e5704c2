"""Looking into a fitted network: its activations and its gradients, layer by layer."""

from skbackprop.inspection.gradient_check import GradientCheck, check_gradients
from skbackprop.inspection.layer_activations import LayerActivations, hidden_activations
from skbackprop.inspection.layer_gradients import LayerGradients, gradients

__all__ = [
    "GradientCheck",
    "LayerActivations",
    "LayerGradients",
    "check_gradients",
    "gradients",
    "hidden_activations",
]
