"""
Early stopping with a validation set
====================================

A network that is trained for too long fits the noise. With a validation set, the loss on rows that are not
used for training is computed after every epoch. Training stops when this loss no longer decreases, and the
weights of the best epoch are kept.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np
from sklearn.exceptions import ConvergenceWarning

from skbackprop import BackpropRegressor
from skbackprop.displays.style import use_style

use_style()

# %%
# Data
# ----
# The data are daily values of three years. The demand for heat depends on the season and on the
# temperature, and not on ten other columns. The network is trained on the first year, validated on the
# second and tested on the third. A random validation set would be inappropriate, because the task is to
# predict the future from the past; the validation rows are therefore passed explicitly.

rng = np.random.default_rng(0)
day = np.arange(3 * 365)
season = 2 * np.pi * day / 365
temperature = 10 - 10 * np.cos(season) + rng.normal(0, 3, day.size)
demand = 50 - 2 * temperature + 5 * np.cos(3 * season) + rng.normal(0, 6, day.size)
others = rng.normal(size=(day.size, 10))
X = np.column_stack((np.cos(season), np.sin(season), temperature, others))

first, second, third = slice(0, 365), slice(365, 730), slice(730, None)


def network(n_iter_no_change):
    """Return an unfitted network, large enough to learn the noise."""
    return BackpropRegressor(
        hidden_layer_sizes=(50,),
        recipe="textbook",
        learning_rate=0.003,
        alpha=0.0,
        batch_size=32,
        max_iter=200,
        n_iter_no_change=n_iter_no_change,
        random_state=0,
    )


# %%
# With and without early stopping
# -------------------------------
# ``X_val`` and ``y_val`` are the validation rows. Training stops after ``n_iter_no_change`` epochs
# without a lower loss on them. Alternatively, ``early_stopping=True`` holds out a tenth of the training
# rows, or the share ``validation_fraction``.

stopped = network(n_iter_no_change=20)
stopped.fit(X[first], demand[first], X_val=X[second], y_val=demand[second])

endless = network(n_iter_no_change=None)
with warnings.catch_warnings():
    # The long training is intended: it shows overfitting.
    warnings.simplefilter("ignore", ConvergenceWarning)
    endless.fit(X[first], demand[first])

scores = {}
for name, model in [("stopped", stopped), ("not stopped", endless)]:
    scores[name] = model.score(X[third], demand[third])
    print(f"{name} after {model.n_iter_} epochs: R^2 = {scores[name]:.3f} on the third year")
assert scores["stopped"] > scores["not stopped"]

# %%
# Loss curves
# -----------
# To show the losses after the point of stopping, a third network is trained for all epochs with validation.

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)
    watched = network(n_iter_no_change=None)
    watched.fit(X[first], demand[first], X_val=X[second], y_val=demand[second])

best = int(np.argmin(stopped.validation_loss_curve_))
epochs = np.arange(1, watched.n_iter_ + 1)

figure, axis = plt.subplots(figsize=(8, 4.2), layout="constrained")
axis.plot(epochs, watched.loss_curve_, "C0-", label="training (first year)")
axis.plot(epochs, watched.validation_loss_curve_, "C1--", label="validation (second year)")
axis.plot(best + 1, stopped.validation_loss_curve_[best], "ko", label=f"kept: epoch {best + 1}")
axis.axvline(stopped.n_iter_, color="0.4", linestyle=":", label=f"stopped: epoch {stopped.n_iter_}")
axis.set(xlabel="epoch", ylabel="loss", ylim=(0, 0.4), xlim=(0, watched.n_iter_))
axis.legend(loc="upper right")
axis.grid(alpha=0.3)
plt.show()
