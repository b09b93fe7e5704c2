"""Multilayer perceptrons for scikit-learn, trained by backpropagation in NumPy."""

from skbackprop.classifier import BackpropClassifier
from skbackprop.regressor import BackpropRegressor
from skbackprop.version import __version__

__all__ = ["BackpropClassifier", "BackpropRegressor", "__version__"]
