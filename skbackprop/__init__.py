"""Multilayer perceptrons for scikit-learn, trained by backpropagation in NumPy.

The folders are the layers of the architecture. Each imports only from those below it:

===============  =====================================================================
``onnx/``        converters for skl2onnx
``displays/``    pictures of loss curves, networks, weights, activations and gradients
``inspection/``  diagnosis and attributions of a fitted network, its numbers layer by layer
``estimators/``  the scikit-learn API: classifier, regressor, transformer, checkpoint
``model/``       the state of a fitted estimator, predictions, recipes
``tables/``      encoding of a user's X and y as batches of numbers
``training/``    training loop, L-BFGS, early stopping, history
``network/``     the multilayer perceptron, with routines for speed in ``kernels/``
===============  =====================================================================
"""

# scikit-learn is imported first, at this depth: Python 3.11 calls functions much more slowly at depths where
# a chunk of its stack ends, and importing scikit-learn from nested modules would take a tenth longer.
import sklearn  # noqa: F401

from skbackprop.estimators.checkpoint import Checkpoint
from skbackprop.estimators.classifier import BackpropClassifier
from skbackprop.estimators.recipe import Recipe
from skbackprop.estimators.regressor import BackpropRegressor
from skbackprop.estimators.transformer import HiddenLayerTransformer
from skbackprop.estimators.version import __version__

__all__ = [
    "BackpropClassifier",
    "BackpropRegressor",
    "Checkpoint",
    "HiddenLayerTransformer",
    "Recipe",
    "__version__",
]
