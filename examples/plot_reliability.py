"""
Are probabilities what they say?
================================

Of the rows to which a calibrated classifier gives a probability of 20 %, one in five belongs to the class.
The reliability diagram shows it: the mean prediction of a group of rows, and the share of the class in it.
Label smoothing pulls every probability towards 1/2, which shows most where a class is rare.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.calibration import CalibrationDisplay

from skbackprop import BackpropClassifier, Recipe

plt.style.use("tableau-colorblind10")

# %%
# A class of one row in ten, whose probability is known
# -----------------------------------------------------

rng = np.random.default_rng(0)


def draw(n_samples):
    """Return inputs, classes, and the probability from which the classes were drawn."""
    X = rng.normal(size=(n_samples, 4))
    probability = 1 / (1 + np.exp(3.2 - 1.2 * X[:, 0] - X[:, 1] * X[:, 2]))
    return X, rng.random(n_samples) < probability, probability


X, y, _ = draw(2500)
X_new, y_new, probability = draw(20_000)

# %%
# With and without label smoothing
# --------------------------------
# The default does not smooth labels, and its networks keep the epoch whose probabilities were best for the
# rows that they held out.

smoothed = BackpropClassifier(
    (32, 32), recipe=Recipe("fast", label_smoothing=0.1), early_stopping=False, random_state=0
)
models = {"label_smoothing=0.1": smoothed, "default": BackpropClassifier((32, 32), random_state=0)}
means = {}
figure, axis = plt.subplots(figsize=(5.5, 5), layout="constrained")
for name, model in models.items():
    predicted = model.fit(X, y).predict_proba(X_new)[:, 1]
    CalibrationDisplay.from_predictions(
        y_new, predicted, n_bins=10, strategy="quantile", name=name, ax=axis, marker="o"
    )
    means[name] = predicted.mean()
    print(f"{name}: mean probability {means[name]:.3f}, share of the class in training {y.mean():.3f}")
axis.set(xlim=(0, 0.7), ylim=(0, 0.7))

assert abs(means["default"] - y.mean()) < 0.1 * y.mean()
assert means["label_smoothing=0.1"] > 1.15 * y.mean()
plt.show()
