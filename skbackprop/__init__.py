"""Multilayer perceptrons for scikit-learn, trained by backpropagation in NumPy."""

from skbackprop.classifier import BackpropClassifier
from skbackprop.regressor import BackpropRegressor

__version__ = "0.1.0"

__all__ = ["BackpropClassifier", "BackpropRegressor"]
