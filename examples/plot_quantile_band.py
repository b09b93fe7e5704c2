"""
Prediction intervals by quantile regression
===========================================

A point prediction contains no information about its uncertainty. A network that predicts several quantiles
gives intervals, for instance one that contains nine of ten values. The intervals are wide where the data
scatter strongly, and narrow where they do not.
"""

import matplotlib.pyplot as plt
import numpy as np

from skbackprop import BackpropRegressor
from skbackprop.displays.style import use_style

use_style()

# %%
# Heteroscedastic data
# --------------------
# The scatter of the data increases from left to right, and is larger upwards than downwards.

rng = np.random.default_rng(0)


def draw(n_samples):
    """Return inputs and noisy targets."""
    x = np.sort(rng.uniform(0, 10, n_samples))
    noise = rng.gamma(shape=2, scale=0.1 + 0.08 * x)
    return x[:, None], np.sin(x) + 0.2 * x + noise


X, y = draw(2000)
X_new, y_new = draw(2000)

# %%
# Five quantiles
# --------------
# With ``loss="quantile"`` the network predicts the value that a share ``quantile`` of the targets does not
# exceed: 0.5 is the median, 0.05 and 0.95 are the bounds of an interval for nine of ten values. One network
# predicts all quantiles. It learns the distances between neighboring quantiles, so they cannot cross.

quantiles = [0.05, 0.25, 0.5, 0.75, 0.95]
model = BackpropRegressor(
    hidden_layer_sizes=(50, 50),
    recipe="textbook",
    activation="silu",
    loss="quantile",
    quantile=quantiles,
    learning_rate=0.01,
    schedule="cosine",
    batch_size=100,
    max_iter=100,
    n_iter_no_change=None,
    random_state=0,
).fit(X, y)

predicted = model.predict(X_new)  # a column for each quantile
assert (np.diff(predicted, axis=1) >= 0).all()
below = np.mean(y_new[:, None] <= predicted, axis=0)
for quantile, share in zip(quantiles, below, strict=True):
    print(f"quantile {quantile:.2f}: {share:.1%} of the new values are below")
inside = below[-1] - below[0]
print(f"{inside:.1%} of the new values are in the outer interval, which should contain 90 %")
assert 0.87 <= inside <= 0.93

# %%
# The bands
# ---------

x = np.linspace(0, 10, 400)[:, None]
bands = model.predict(x).T
figure, axis = plt.subplots(figsize=(8, 4.2), layout="constrained")
axis.plot(X_new[::2], y_new[::2], ".", color="0.6", markersize=3, label="new values")
axis.fill_between(x.ravel(), bands[0], bands[4], color="C0", alpha=0.2, label="5 % to 95 %")
axis.fill_between(x.ravel(), bands[1], bands[3], color="C0", alpha=0.4, label="25 % to 75 %")
axis.plot(x, bands[2], "C1--", linewidth=2.5, label="median")
axis.set(xlabel="x", ylabel="y", xlim=(0, 10))
axis.legend(loc="upper left")
axis.grid(alpha=0.3)
plt.show()
