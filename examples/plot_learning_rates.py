"""
Learning rates and their schedules
==================================

The learning rate is the most important parameter of the training. If it is too small, the loss hardly
decreases; if it is too large, the steps overshoot the minimum. A schedule starts with large steps and
ends with small ones.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_friedman1
from sklearn.exceptions import ConvergenceWarning

from skbackprop import BackpropRegressor
from skbackprop.displays.style import use_style
from skbackprop.network.schedules import SCHEDULES

use_style()
# sphinx_gallery_thumbnail_number = 2

# %%
# The schedules
# -------------
# A schedule is a factor on the learning rate, as a function of the completed fraction of the training.
# A custom function can be passed as ``schedule`` as well.

styles = {"constant": "k-", "cosine": "C0-", "flat_cos": "C4:", "one_cycle": "C1--", "coslog4": "C3-."}
fraction = np.linspace(0, 1, 500)

figure, axis = plt.subplots(figsize=(8, 3), layout="constrained")
for name, style in styles.items():
    factors = [SCHEDULES[name](t) for t in fraction]
    axis.plot(fraction, factors, style, linewidth=2, label=name)
axis.set(xlabel="completed fraction of the training", ylabel="learning rate / learning_rate", xlim=(0, 1))
axis.set_ylim(bottom=0)
axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
axis.grid(alpha=0.3)
plt.show()

# %%
# A noisy function of ten inputs
# ------------------------------
# The training set has 1,000 rows; another 2,000 rows are used for evaluation.

X, y = make_friedman1(3000, n_features=10, noise=1.0, random_state=0)
X_train, y_train, X_new, y_new = X[:1000], y[:1000], X[1000:], y[1000:]


def losses(learning_rate, schedule, random_state=0):
    """Return the loss on the new rows after each of 40 epochs."""
    network = BackpropRegressor(
        hidden_layer_sizes=(50, 50),
        recipe="textbook",
        learning_rate=learning_rate,
        schedule=schedule,
        batch_size=32,
        max_iter=40,
        n_iter_no_change=None,
        random_state=random_state,
    )
    with warnings.catch_warnings():
        # With a constant rate, 40 epochs are too few to converge.
        warnings.simplefilter("ignore", ConvergenceWarning)
        network.fit(X_train, y_train, X_val=X_new, y_val=y_new)
    return network.validation_loss_curve_


rates = {"0.0001: too small": 0.0001, "0.003: good": 0.003, "0.3: too large": 0.3}
curves = {label: losses(rate, "constant") for label, rate in rates.items()}

# %%
# Schedules allow for a larger learning rate, here 0.03. Because the final loss varies randomly, each
# network is trained six times from different initial weights.

last_losses = {name: [losses(0.03, name, random_state=seed)[-1] for seed in range(6)] for name in styles}
for name, values in last_losses.items():
    print(f"{name:9s} mean {np.mean(values):.4f}, from {min(values):.4f} to {max(values):.4f}")

# %%
# With a constant rate the training does not converge, and the final loss depends on the last steps. Every
# schedule reaches a lower loss on average.

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
for (label, curve), style in zip(curves.items(), ["C0--", "k-", "C1-."], strict=True):
    left.plot(range(1, 41), curve, style, label=label)
left.set(xlabel="epoch", ylabel="loss on new rows (variances of y)", ylim=(0, 0.8))
left.set_title("Constant learning rates")
left.legend(loc="upper right")
for i, values in enumerate(last_losses.values()):
    right.plot([i] * 6, values, "o", color="C0", alpha=0.6)
    right.plot([i - 0.25, i + 0.25], [np.mean(values)] * 2, "k-", linewidth=2)
right.set_xticks(range(len(styles)), styles)
right.set(ylabel="loss on new rows after 40 epochs", ylim=(0, None), title="Schedules (bars: means)")
right.tick_params(axis="x", rotation=20)
for axis in (left, right):
    axis.grid(alpha=0.3)
plt.show()
