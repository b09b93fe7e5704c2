"""
Decision boundaries and hidden units
====================================

The decision boundary of a network without hidden layers is a straight line. Hidden units make it
nonlinear. The boundaries are plotted with scikit-learn's ``DecisionBoundaryDisplay``, which accepts
the networks of this package like any classifier.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_circles, make_moons
from sklearn.inspection import DecisionBoundaryDisplay

from skbackprop import BackpropClassifier
from skbackprop.displays.style import BLUE, VERMILLION, diverging_map, use_style

use_style()

# %%
# Three data sets
# ---------------
# Two moons, a disc in a ring, and two spirals: none of them is linearly separable, and
# the spirals need a strongly curved boundary.


def make_spirals(n_samples, random_state):
    """Return points on two spirals and the index of the spiral of each point."""
    rng = np.random.default_rng(random_state)
    spiral = np.arange(n_samples) % 2
    angle = 3 * np.pi * np.sqrt(rng.uniform(0.03, 1, n_samples))
    turned = angle + np.pi * spiral
    points = np.column_stack((angle * np.cos(turned), angle * np.sin(turned)))
    return points + rng.normal(0, 0.25, points.shape), spiral


puzzles = {
    "moons": make_moons(200, noise=0.2, random_state=0),
    "ring": make_circles(200, noise=0.1, factor=0.5, random_state=0),
    "spirals": make_spirals(200, random_state=0),
}

# %%
# Four networks
# -------------
# The networks range from no hidden layer to two layers of 50 units.

sizes = {
    "no hidden layer": (),
    "4 units": (4,),
    "50 units": (50,),
    "50 + 50 units": (50, 50),
}


def network(hidden_layer_sizes):
    """Return an unfitted network."""
    return BackpropClassifier(
        hidden_layer_sizes,
        recipe="textbook",
        activation="tanh",
        solver="adam",
        learning_rate=0.03,
        schedule="cosine",
        batch_size=20,
        max_iter=200,
        n_iter_no_change=None,
        random_state=0,
    )


# %%
# The decision boundaries
# -----------------------
# The background shows the predicted probability of the class of the triangles: blue where it is high, orange
# where it is low. On the black line both classes have the same probability. The number in each panel is the
# accuracy on the points shown.

levels = np.linspace(0, 1, 21)
figure, axes = plt.subplots(4, 3, figsize=(6.5, 8.6), layout="constrained")
for row, (title, hidden_layer_sizes) in zip(axes, sizes.items(), strict=True):
    for axis, (X, y) in zip(row, puzzles.values(), strict=True):
        model = network(hidden_layer_sizes).fit(X, y)
        for method, style in [
            ("contourf", {"cmap": diverging_map(), "levels": levels, "vmin": -0.5, "vmax": 1.5}),
            ("contour", {"levels": [0.5], "colors": "black", "linewidths": 1.5}),
        ]:
            display = DecisionBoundaryDisplay.from_estimator(
                model,
                X,
                response_method="predict_proba",
                plot_method=method,
                eps=0.5,
                ax=axis,
                **style,
            )
            if method == "contourf":
                filled = display.surface_
        points = {"linestyle": "", "markeredgecolor": "white", "markeredgewidth": 0.5}
        axis.plot(*X[y == 0].T, "o", color=VERMILLION, markersize=4, **points)
        axis.plot(*X[y == 1].T, "^", color=BLUE, markersize=4.5, **points)
        axis.set(xticks=[], yticks=[], xlabel="", ylabel="")
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
        axis.text(0.03, 0.97, f"{model.score(X, y):.0%}", transform=axis.transAxes, va="top", bbox=box)
    row[0].set_ylabel(title, fontsize="large")
for axis, puzzle in zip(axes[0], puzzles, strict=True):
    axis.set_title(puzzle, fontsize="large")
color_bar = figure.colorbar(filled, ax=axes, location="bottom", aspect=40, pad=0.02, ticks=[0, 0.5, 1])
color_bar.set_label("predicted probability of the triangles (in the corners: accuracy)")
plt.show()
