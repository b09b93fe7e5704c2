"""
Uncertainty from Monte Carlo dropout
====================================

If a network predicts repeatedly with dropout, the predictions differ: little where there are training
data, and increasingly with the distance from them. Monte Carlo dropout (Gal & Ghahramani, 2016) uses
this variation as a measure of uncertainty.
"""

import matplotlib.pyplot as plt
import numpy as np

from skbackprop import BackpropRegressor, Recipe
from skbackprop.displays.style import use_style

use_style()

# %%
# Data with a gap
# ---------------
# The data are a sine wave with a trend and a little noise. There are no data between 0 and 1.5, and none
# beyond 3 on either side.

rng = np.random.default_rng(0)


def wave(x):
    """Return the function to be learned."""
    return np.sin(2 * x) + 0.3 * x


x = np.concatenate((rng.uniform(-3, 0, 150), rng.uniform(1.5, 3, 75)))
X = x[:, None]
y = wave(x) + rng.normal(scale=0.1, size=x.size)

# %%
# Repeated predictions
# --------------------
# Three settings differ from the defaults for this purpose: the dropout rate is constant instead of
# decreasing to zero, there are no periodic embeddings of the input, which would repeat themselves outside
# of the data, and predictions are not limited to the range of the training targets.
#
# ``predict(X, return_std=True)`` computes many predictions with different dropout masks, and returns their
# mean and standard deviation.

model = BackpropRegressor(
    hidden_layer_sizes=(100, 100),
    dropout=0.1,
    recipe=Recipe("tabular", regularization_schedule="constant", input_layer=None, clip_predictions=False),
    max_iter=200,
    random_state=0,
).fit(X, y)

line = np.linspace(-5, 5, 400)
mean, deviation = model.predict(line[:, None], return_std=True, n_samples=1000)

# %%
# The uncertainty increases away from the data
# --------------------------------------------
# The band shows two standard deviations on either side of the mean. It represents the uncertainty about the
# function only and does not include the noise of the data. The uncertainty is larger in the gap than where
# there are data, and increases with the distance from the data on the left and on the right. The band is not
# a guarantee: where the function changes direction outside of the data, it leaves the band.

figure, (above, below) = plt.subplots(
    2, 1, figsize=(8, 5.5), sharex=True, height_ratios=(3, 1), layout="constrained"
)
for axis in (above, below):
    axis.axvspan(-3, 0, color="0.92", zorder=0)
    axis.axvspan(1.5, 3, color="0.92", zorder=0, label="where there are data" if axis is below else None)
    axis.grid(alpha=0.3)
low, high = mean - 2 * deviation, mean + 2 * deviation
above.fill_between(line, low, high, color="C0", alpha=0.35, linewidth=0, label="mean ± 2 std")
above.plot(x, y, "o", color="C1", markersize=4, markeredgecolor="k", markeredgewidth=0.3, label="data")
above.plot(line, mean, "C0-", linewidth=2, label="mean")
above.plot(line, wave(line), "k--", linewidth=1, label="truth")
above.set(ylabel="y", ylim=(-4.5, 4.5))
above.legend(loc="upper center", ncols=4)
below.plot(line, deviation, "C0-", linewidth=2)
below.set(xlabel="x", ylabel="std", xlim=(-5, 5), ylim=(0, None))
below.legend(loc="upper center")

seen = ((line > -3) & (line < 0)) | ((line > 1.5) & (line < 3))
far = np.abs(line) > 4
print(f"mean standard deviation where there are data: {deviation[seen].mean():.2f}")
print(f"more than 1 away from all of them: {deviation[far].mean():.2f}")
assert deviation[far].mean() > 3 * deviation[seen].mean()
plt.show()
