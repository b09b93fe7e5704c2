"""
The doctor
==========

A network that does not learn says nothing about why. :func:`~skbackprop.inspection.diagnose` looks
for what is usually wrong, and says what was measured and what usually helps. Here a network gets
better finding by finding.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.base import clone
from sklearn.datasets import load_breast_cancer
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier
from skbackprop.displays import ActivationsDisplay, LossCurveDisplay
from skbackprop.inspection import diagnose

X, y = load_breast_cancer(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)

# %%
# The patient
# -----------
# A network as the first chapters of the books have it: sigmoids, weights of variance 1, plain gradient
# descent, and nobody has looked at the data, whose columns are areas in the thousands and fractions.

patient = BackpropClassifier(
    (30, 30),
    "sigmoid",
    recipe="textbook",
    scaling=None,
    initialization="normal",
    solver="sgd",
    momentum=0.0,
    learning_rate=0.0001,
    max_iter=50,
    random_state=0,
)


def fit(network):
    """Return the network after its fit; what may be wrong with it is said by the doctor."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(X, y)


sick = fit(clone(patient))
print(f"accuracy on new rows: {sick.score(X_test, y_test):.2f}")
first = diagnose(sick, X, y, X_val=X_test, y_val=y_test)
print(first)

# %%
# In a notebook the diagnosis shows as a table:

first

# %%
# In a program it is a sequence:

print([finding.name for finding in first.at_least("critical")])

# %%
# The first cure
# --------------
# The gravest findings come first, and the others are often what they cause. So the columns are scaled,
# and the first weights are chosen to suit the sigmoid.

patient.set_params(scaling="standard", initialization="auto")
second = diagnose(fit(patient), X, y, X_val=X_test, y_val=y_test)
print(f"accuracy on new rows: {patient.score(X_test, y_test):.2f}")
print(second)

# %%
# The second cure
# ---------------
# The steps are too small, as the ratio of their length to that of the weights shows. ``solver="adam"``
# brings a rate that is right for most networks.

patient.set_params(solver="adam", learning_rate="auto", max_iter=200)
third = diagnose(fit(patient), X, y, X_val=X_test, y_val=y_test)
print(f"accuracy on new rows: {patient.score(X_test, y_test):.2f}")
print(third)
assert not third

# %%
# What nobody had to cure
# -----------------------
# Nothing of this happens with the defaults: columns are scaled, first weights suit the activation, and
# the learning rate suits both. The textbook's settings are for those who want to see how it works.

default = fit(BackpropClassifier(random_state=0))
print(f"accuracy on new rows: {default.score(X_test, y_test):.2f}")
print(diagnose(default, X, y, X_val=X_test, y_val=y_test))

# %%
# The pictures show the same. At the left the activations of the patient as it came in: hardly one lies
# where the sigmoid is not flat. In the middle the cured network, and at the right its training.

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
for ax, network, title in [(left, sick, "the patient"), (middle, patient, "cured")]:
    ActivationsDisplay.from_estimator(network, X, ax=ax)
    ax.set_title(title)
LossCurveDisplay.from_estimator(patient, ax=right)
right.set_title("the training of the cured network")
plt.show()
