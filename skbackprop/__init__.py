"""Multilayer perceptrons for scikit-learn, trained by backpropagation in NumPy."""

# First, and here: Python 3.11 calls functions much more slowly at some depths of nested calls, where a piece
# of its stack ends, and loading scikit-learn from some modules down takes a tenth longer for it.
import sklearn  # noqa: F401

from skbackprop.checkpoint import Checkpoint
from skbackprop.classifier import BackpropClassifier
from skbackprop.hidden_layer_transformer import HiddenLayerTransformer
from skbackprop.regressor import BackpropRegressor
from skbackprop.version import __version__

__all__ = ["BackpropClassifier", "BackpropRegressor", "Checkpoint", "HiddenLayerTransformer", "__version__"]
