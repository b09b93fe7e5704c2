"""
Displays of a network
=====================

Two deep networks are trained on the same digits. They differ only in the activation: sigmoid and ReLU. The
displays of :mod:`skbackprop.displays` show that the sigmoid network does not learn, and why.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

from skbackprop import BackpropClassifier, Recipe
from skbackprop.displays import (
    ActivationsDisplay,
    GradientFlowDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    WeightsDisplay,
)
from skbackprop.displays.style import BLUE, VERMILLION, use_style

use_style()

X, y = load_digits(return_X_y=True)


def train(activation, hidden_layer_sizes=(30,) * 8):
    """Return a network trained for 30 epochs."""
    network = BackpropClassifier(
        hidden_layer_sizes, activation, recipe="textbook", max_iter=30, n_iter_no_change=None, random_state=0
    )
    with warnings.catch_warnings():
        # 30 epochs are too few for the sigmoid network, as this example shows.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(X, y)


# %%
# Loss curves
# -----------
# :class:`~skbackprop.displays.LossCurveDisplay` draws the loss after each epoch. Several trainings can
# be compared on the same axes by giving each a name.

sigmoid, relu = train("sigmoid"), train("relu")

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
LossCurveDisplay(sigmoid.loss_curve_).plot(ax, name="sigmoid", color=VERMILLION)
LossCurveDisplay(relu.loss_curve_).plot(ax, name="ReLU", color=BLUE)
plt.show()

print(f"accuracy on the training images: sigmoid {sigmoid.score(X, y):.2f}, ReLU {relu.score(X, y):.2f}")
assert sigmoid.score(X, y) < 0.2 < 0.95 < relu.score(X, y)

# %%
# Gradient flow
# -------------
# In each layer the backward pass multiplies delta by the slope of the activation, which is at most 1/4 for
# the sigmoid. :class:`~skbackprop.displays.GradientFlowDisplay` shows the effect over eight layers: from
# right to left, the dashed line of the sigmoid network decreases by a factor of about four per layer, and
# that of the ReLU network remains nearly constant. Both networks are shown after their first epoch.

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for name, activation, color in [("sigmoid", "sigmoid", VERMILLION), ("ReLU", "relu", BLUE)]:
    model = BackpropClassifier((30,) * 8, activation, recipe="textbook", random_state=0).partial_fit(X, y)
    display = GradientFlowDisplay.from_estimator(model, X, y, name=name, ax=ax, color=color)
    share = display.delta_norms[0] / display.delta_norms[-1]
    print(f"{name}: the norm of delta in the first layer is {share:.1g} times that in the last")
plt.show()

# %%
# Activations
# -----------
# :class:`~skbackprop.displays.ActivationsDisplay` shows for each layer the distribution of z on the left
# and of a = sigma(z) on the right. In the deeper sigmoid layers each unit has nearly the same activation for
# every image, so the distributions consist of separate lines, one per unit, and carry no information about
# the digits. Below each layer are the share of saturated activations and the share of dead units, which are
# saturated on every row. In a ReLU layer it is normal that about half of the activations are zero.

figure, axes = plt.subplots(2, figsize=(7, 8), layout="constrained")
for ax, (name, network) in zip(axes, [("sigmoid", sigmoid), ("ReLU", relu)], strict=True):
    ActivationsDisplay.from_estimator(network, X, ax=ax)
    ax.set_title(name, pad=24)  # above the legend
plt.show()

# %%
# Weights of the first layer
# --------------------------
# Each unit of the first layer has one weight per pixel, so its weights form an image. The parameter
# ``shape`` of :class:`~skbackprop.displays.WeightsDisplay` is the shape of this image. A larger penalty than
# usual keeps the weights of uninformative pixels small.

network = BackpropClassifier((24,), recipe="textbook", alpha=0.003, learning_rate=0.01, random_state=0)
WeightsDisplay.from_estimator(network.fit(X, y), shape=(8, 8))
plt.show()

# %%
# The whole network
# -----------------
# :class:`~skbackprop.displays.NetworkDisplay` draws one line per weight. The diagram of a small network,
# such as this one for the iris data, shows every weight. Of wide layers only the first and the last units are
# drawn.

iris, species = load_iris(return_X_y=True, as_frame=True)
recipe = Recipe("tabular", input_layer=None)
small = BackpropClassifier((4,), "tanh", recipe=recipe, n_estimators=1, random_state=0).fit(iris, species)

figure, (top, bottom) = plt.subplots(2, figsize=(6.5, 8.5), layout="constrained")
NetworkDisplay.from_estimator(small, ax=top)
top.set_title("irises")
NetworkDisplay.from_estimator(network, ax=bottom)
bottom.set_title("digits")
plt.show()
