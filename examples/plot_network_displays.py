"""
Pictures of a network
=====================

Two deep networks see the same digits. They differ in one thing, the activation: one has sigmoids,
the other one rectifiers. The displays of :mod:`skbackprop.displays` show that one of them does not
learn, and why.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

from skbackprop import BackpropClassifier
from skbackprop.displays import (
    ActivationsDisplay,
    GradientFlowDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    WeightsDisplay,
)

X, y = load_digits(return_X_y=True)


def train(activation, hidden_layer_sizes=(30,) * 8):
    """Return a network after 30 epochs."""
    network = BackpropClassifier(
        hidden_layer_sizes, activation, recipe="textbook", max_iter=30, n_iter_no_change=None, random_state=0
    )
    with warnings.catch_warnings():
        # That 30 epochs are too few for one of them is what this example is about.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(X, y)


# %%
# How the training went
# ---------------------
# :class:`~skbackprop.displays.LossCurveDisplay` draws the loss after each epoch. Several trainings share
# the axes if each has a name.

sigmoid, relu = train("sigmoid"), train("relu")

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
LossCurveDisplay(sigmoid.loss_curve_).plot(ax, name="sigmoid", color="C1")
LossCurveDisplay(relu.loss_curve_).plot(ax, name="ReLU", color="C0")
plt.show()

print(f"accuracy on the training images: sigmoid {sigmoid.score(X, y):.2f}, ReLU {relu.score(X, y):.2f}")
assert sigmoid.score(X, y) < 0.2 < 0.95 < relu.score(X, y)

# %%
# Whether the gradient arrives
# ----------------------------
# On its way back through a layer, delta is multiplied by the slope of the activation, which for the
# sigmoid is 1/4 at most. :class:`~skbackprop.displays.GradientFlowDisplay` shows what eight layers make
# of it: read from right to left, the dashed line of the sigmoids falls by a factor of about four a
# layer. That of the rectifiers stays where it is. Both networks are shown after their first epoch,
# when all was still open.

figure, ax = plt.subplots(figsize=(7, 3.8), layout="constrained")
for name, activation in [("sigmoid", "sigmoid"), ("ReLU", "relu")]:
    young = BackpropClassifier((30,) * 8, activation, recipe="textbook", random_state=0).partial_fit(X, y)
    display = GradientFlowDisplay.from_estimator(young, X, y, name=name, ax=ax)
    share = display.delta_norms[0] / display.delta_norms[-1]
    print(f"{name}: of delta in the last layer a share of {share:.1g} is left in the first")
plt.show()

# %%
# What the neurons answer
# -----------------------
# :class:`~skbackprop.displays.ActivationsDisplay` shows for each layer the distribution of z at the left
# and of a = sigma(z) at the right. In the deeper layers of sigmoids the distributions fall apart into
# single lines, one for each unit: it answers the same to whatever image it sees, and nothing is left
# to tell the digits apart. Above each layer is the share of the activations that are saturated (s),
# and that of the units that are dead (d), which are saturated on every row. Of rectifiers about half
# are silent on a row, and that is as it should be.

figure, axes = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
for ax, (name, network) in zip(axes, [("sigmoid", sigmoid), ("ReLU", relu)], strict=True):
    ActivationsDisplay.from_estimator(network, X, ax=ax)
    ax.set_title(name)
plt.show()

# %%
# What the first layer looks for
# ------------------------------
# Each unit of the first layer has a weight for each pixel, so its weights are an image:
# :class:`~skbackprop.displays.WeightsDisplay` needs to be told its shape. A larger penalty than usual
# keeps the weights of pixels that say nothing small.

network = BackpropClassifier((24,), recipe="textbook", alpha=0.003, learning_rate=0.01, random_state=0)
WeightsDisplay.from_estimator(network.fit(X, y), shape=(8, 8))
plt.show()

# %%
# The whole network
# -----------------
# :class:`~skbackprop.displays.NetworkDisplay` draws a line for each weight. Small networks can be read:
# this one tells irises apart. Of wide layers the first and the last units are drawn.

iris, species = load_iris(return_X_y=True, as_frame=True)
small = BackpropClassifier((4,), "tanh", front=None, n_estimators=1, random_state=0).fit(iris, species)

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
NetworkDisplay.from_estimator(small, ax=left)
left.set_title("irises")
NetworkDisplay.from_estimator(network, ax=right)
right.set_title("digits")
plt.show()
