"""Multilayer perceptrons for scikit-learn, trained by backpropagation in NumPy.

The folders are the architecture. Each imports from those below it only:

===============  =====================================================================
``onnx/``        converters for skl2onnx
``displays/``    loss curves, networks, weights, activations and gradients as pictures
``inspection/``  what is wrong with a fitted network, and its numbers layer by layer
``estimators/``  scikit-learn's face: classifier, regressor, transformer, checkpoint
``model/``       what a fit builds and keeps, how it predicts, recipes
``tables/``      a user's X and y as batches of numbers
``training/``    the loop over batches, L-BFGS, stopping, history
``network/``     the network of the textbook, and in ``kernels/`` how it is made fast
===============  =====================================================================
"""

# First, and here: Python 3.11 calls functions much more slowly at some depths of nested calls, where a piece
# of its stack ends, and loading scikit-learn from some modules down takes a tenth longer for it.
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
