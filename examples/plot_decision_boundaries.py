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

plt.style.use("tableau-colorblind10")

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
# The background shows the predicted probability, darker where the class of the circles is more
# probable. On the line both classes have the same probability. The titles give the accuracy on the
# points that are shown.

figure, axes = plt.subplots(3, 4, figsize=(10, 7.5), layout="constrained")
for row, (puzzle, (X, y)) in zip(axes, puzzles.items(), strict=True):
    for axis, (title, hidden_layer_sizes) in zip(row, sizes.items(), strict=True):
        model = network(hidden_layer_sizes).fit(X, y)
        for method, style in [
            ("contourf", {"cmap": "Blues_r", "levels": 10, "vmin": -0.6, "vmax": 1}),
            ("contour", {"levels": [0.5], "colors": "black", "linewidths": 1.5}),
        ]:
            DecisionBoundaryDisplay.from_estimator(
                model,
                X,
                response_method="predict_proba",
                plot_method=method,
                eps=0.5,
                ax=axis,
                **style,
            )
        axis.plot(*X[y == 0].T, "o", color="white", markeredgecolor="black", markersize=4)
        axis.plot(*X[y == 1].T, "^", color="C1", markeredgecolor="black", markersize=4.5)
        axis.set(xticks=[], yticks=[], xlabel="", ylabel="")
        axis.set_title(f"{title}: {model.score(X, y):.2f}", fontsize=11)
    row[0].set_ylabel(puzzle, fontsize=12)
plt.show()
