"""
Diagnosing a network that does not learn
========================================

:func:`~skbackprop.inspection.diagnose` checks a fitted network for common problems, and reports measured
values and recommendations. This example improves a network step by step, following these findings.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier, Recipe
from skbackprop.displays import ActivationsDisplay, LossCurveDisplay
from skbackprop.displays.style import use_style
from skbackprop.inspection import diagnose

use_style()

X, y = load_breast_cancer(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)

# %%
# A network with problems
# -----------------------
# The network is like those of introductory textbooks: sigmoid units, initial weights of variance 1, plain
# gradient descent. The data are not scaled; some columns are areas in the thousands, others are fractions.

model = BackpropClassifier(
    (30, 30),
    "sigmoid",
    recipe=Recipe("textbook", initialization="normal"),
    scaling=None,
    solver="sgd",
    momentum=0.0,
    learning_rate=0.0001,
    max_iter=50,
    random_state=0,
)


def fit(network):
    """Return the fitted network; problems are left to the diagnosis."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(X, y)


faulty = fit(clone(model))
print(f"accuracy on new rows: {faulty.score(X_test, y_test):.2f}")
first = diagnose(faulty, X, y, X_val=X_test, y_val=y_test)
print(first)

# %%
# A notebook displays the diagnosis as a table:

first

# %%
# In a program the diagnosis is a sequence of findings:

print([finding.name for finding in first.at_least("critical")])

# %%
# Scaling and initialization
# --------------------------
# The diagnosis lists causes before their consequences. The first step is therefore to scale the columns and
# to use an initialization that suits the sigmoid.

model.set_params(scaling="standard", recipe__initialization="auto")
second = diagnose(fit(model), X, y, X_val=X_test, y_val=y_test)
print(f"accuracy on new rows: {model.score(X_test, y_test):.2f}")
print(second)

# %%
# Learning rate
# -------------
# The steps are too small, as the ratio of their norm to that of the weights shows. ``solver="adam"`` has a
# default learning rate that suits most networks. Adam does not use ``momentum``, which is therefore reset to
# its default.

model.set_params(solver="adam", momentum=0.9, learning_rate="auto", max_iter=200)
third = diagnose(fit(model), X, y, X_val=X_test, y_val=y_test)
print(f"accuracy on new rows: {model.score(X_test, y_test):.2f}")
print(third)
assert not third

# %%
# The default parameters
# ----------------------
# None of these problems occurs with the default parameters: columns are scaled, and the initialization and
# the learning rate suit the activation. The settings above serve to show the problems.

default = fit(BackpropClassifier(random_state=0))
print(f"accuracy on new rows: {default.score(X_test, y_test):.2f}")
print(diagnose(default, X, y, X_val=X_test, y_val=y_test))

# %%
# The displays confirm the diagnosis. The top panel shows the activations of the first network, nearly all of
# which are saturated. The middle panel shows those of the improved network, and the bottom panel its
# training.

figure, (top, middle, bottom) = plt.subplots(3, figsize=(6.5, 11), layout="constrained")
for ax, network, title in [(top, faulty, "first network"), (middle, model, "improved network")]:
    ActivationsDisplay.from_estimator(network, X, ax=ax)
    ax.set_title(title, pad=24)  # above the legend
LossCurveDisplay.from_estimator(model, ax=bottom)
bottom.set_title("improved network", pad=24)
plt.show()
