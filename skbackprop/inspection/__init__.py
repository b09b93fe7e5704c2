"""Looking into a fitted network: its activations and its gradients, layer by layer."""

from skbackprop.inspection.layer_activations import LayerActivations, hidden_activations
from skbackprop.inspection.layer_gradients import LayerGradients, gradients

__all__ = ["LayerActivations", "LayerGradients", "gradients", "hidden_activations"]
