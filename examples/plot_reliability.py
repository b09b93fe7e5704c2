"""
Are the predicted probabilities calibrated?
===========================================

Of the rows for which a calibrated classifier predicts a probability of 20 %, one in five belongs to the
class. A reliability diagram shows whether this is so: it compares the mean prediction in groups of rows with
the share of the class in each group. The probabilities of a network that is trained without held-out rows
are too extreme.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.calibration import CalibrationDisplay

from skbackprop import BackpropClassifier

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
# With and without held-out rows
# ------------------------------
# By default, each network keeps the weights of the epoch that was best on its held-out rows, and a
# temperature calibrates its probabilities on these rows.

to_the_end = BackpropClassifier((32, 32), max_iter=200, dropout=0, early_stopping=False, random_state=0)
models = {"200 epochs, nothing held out": to_the_end, "default": BackpropClassifier((32, 32), random_state=0)}
errors = {}
figure, axis = plt.subplots(figsize=(5.5, 5), layout="constrained")
for name, model in models.items():
    predicted = model.fit(X, y).predict_proba(X_new)[:, 1]
    CalibrationDisplay.from_predictions(
        y_new, predicted, n_bins=10, strategy="quantile", name=name, ax=axis, marker="o"
    )
    errors[name] = np.abs(predicted - probability).mean()
    print(
        f"{name}: mean probability {predicted.mean():.3f}, share of the class in training {y.mean():.3f}, "
        f"mean deviation from the true probability {errors[name]:.3f}"
    )
axis.set(xlim=(0, 1), ylim=(0, 1))

assert errors["default"] < 0.7 * errors["200 epochs, nothing held out"]
plt.show()
