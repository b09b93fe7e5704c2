"""Displays of networks and of their training, following scikit-learn's Display API.

Each display stores its data, is created from a fitted estimator with ``from_estimator`` and drawn with
``plot``. Matplotlib is imported only when something is drawn.

The colors are those of Okabe & Ito (2008), which are distinguishable with all types of color vision. Line
styles and markers distinguish the lines in grayscale as well.
"""

from skbackprop.displays.activations import ActivationsDisplay
from skbackprop.displays.attributions import AttributionsDisplay
from skbackprop.displays.gradient_flow import GradientFlowDisplay
from skbackprop.displays.loss_curve import LossCurveDisplay
from skbackprop.displays.network import NetworkDisplay
from skbackprop.displays.weights import WeightsDisplay

__all__ = [
    "ActivationsDisplay",
    "AttributionsDisplay",
    "GradientFlowDisplay",
    "LossCurveDisplay",
    "NetworkDisplay",
    "WeightsDisplay",
]
