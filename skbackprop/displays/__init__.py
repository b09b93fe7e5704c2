"""Pictures of networks and of their training, with scikit-learn's Display conventions.

Each display holds its data, draws itself with ``plot`` and is made from a fitted estimator with
``from_estimator``. Matplotlib is imported when something is drawn, and not before.

The colours are those of Okabe & Ito (2008), which every kind of colour vision tells apart; line
styles and markers say the same for prints in grey.
"""

from skbackprop.displays.activations import ActivationsDisplay
from skbackprop.displays.gradient_flow import GradientFlowDisplay
from skbackprop.displays.loss_curve import LossCurveDisplay
from skbackprop.displays.network import NetworkDisplay
from skbackprop.displays.weights import WeightsDisplay

__all__ = [
    "ActivationsDisplay",
    "GradientFlowDisplay",
    "LossCurveDisplay",
    "NetworkDisplay",
    "WeightsDisplay",
]
