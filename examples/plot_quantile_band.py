"""
Prediction intervals by quantile regression
===========================================

A point prediction contains no information about its uncertainty. Three networks that predict three
quantiles give an interval that contains nine of ten values: wide where the data scatter strongly,
and narrow where they do not.
"""

import matplotlib.pyplot as plt
import numpy as np

from skbackprop import BackpropRegressor

plt.style.use("tableau-colorblind10")

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
# Three quantiles
# ---------------
# With ``loss="quantile"`` the network predicts the value that a share ``quantile`` of the targets does
# not exceed: 0.5 is the median, 0.05 and 0.95 are the bounds of the interval.


def fit(quantile):
    """Return a network that predicts this quantile."""
    return BackpropRegressor(
        hidden_layer_sizes=(50, 50),
        recipe="textbook",
        activation="silu",
        loss="quantile",
        quantile=quantile,
        learning_rate=0.01,
        schedule="cosine",
        batch_size=100,
        max_iter=100,
        n_iter_no_change=None,
        random_state=0,
    ).fit(X, y)


low, middle, high = (fit(quantile) for quantile in (0.05, 0.5, 0.95))

inside = np.mean((low.predict(X_new) <= y_new) & (y_new <= high.predict(X_new)))
print(f"{inside:.1%} of the new values are in the interval, which should contain 90 %")
assert 0.87 <= inside <= 0.93

# %%
# The band
# --------

x = np.linspace(0, 10, 400)[:, None]
figure, axis = plt.subplots(figsize=(8, 4.2), layout="constrained")
axis.plot(X_new[::2], y_new[::2], ".", color="0.6", markersize=3, label="new values")
axis.fill_between(x.ravel(), low.predict(x), high.predict(x), color="C0", alpha=0.25, label="5 % to 95 %")
axis.plot(x, low.predict(x), "C0-", linewidth=1)
axis.plot(x, high.predict(x), "C0-", linewidth=1)
axis.plot(x, middle.predict(x), "C1--", linewidth=2.5, label="median")
axis.set(xlabel="x", ylabel="y", xlim=(0, 10))
axis.legend(loc="upper left")
axis.grid(alpha=0.3)
plt.show()
