"""Multilayer perceptrons for scikit-learn, trained by backpropagation in NumPy."""

from skbackprop.checkpoint import Checkpoint
from skbackprop.classifier import BackpropClassifier
from skbackprop.hidden_layer_transformer import HiddenLayerTransformer
from skbackprop.regressor import BackpropRegressor
from skbackprop.version import __version__

__all__ = ["BackpropClassifier", "BackpropRegressor", "Checkpoint", "HiddenLayerTransformer", "__version__"]
