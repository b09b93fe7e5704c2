"""
A custom loss
=============

A loss has three methods: the value of the loss, its derivative, and the conversion of raw outputs to
predictions. Any object with these methods can be passed as ``loss=``.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import approx_fprime

from skbackprop import BackpropRegressor
from skbackprop.displays.style import use_style

use_style()

# %%
# An asymmetric loss
# ------------------
# A bakery predicts how many loaves it will sell. A surplus loaf costs little, a missing one costs a lot.
# Underestimation therefore has nine times the cost of overestimation by the same amount.


class EmptyShelf:
    """Half the squared error, multiplied by nine if the prediction is too low."""

    def value(self, y_true, raw_prediction, scratch):
        error = raw_prediction - y_true
        return 0.5 * (np.where(error < 0, 9, 1) * error**2).sum(axis=1)

    def delta(self, y_true, raw_prediction, out):
        error = raw_prediction - y_true
        out[:] = np.where(error < 0, 9, 1) * error

    def inverse_link(self, raw_prediction, out):
        out[:] = raw_prediction


# %%
# ``value`` returns one number per row. ``delta`` writes the derivative with respect to the raw
# output into ``out``. ``inverse_link`` converts raw outputs to predictions; here they are the same.
#
# Checking the derivative
# -----------------------
# Errors in a derivative are found by comparing it with finite differences of the value.

loss = EmptyShelf()
y_true = np.array([[0.3]])
for raw in (-1.0, 0.0, 2.0):
    derivative = np.empty((1, 1))
    loss.delta(y_true, np.array([[raw]]), out=derivative)
    (numeric,) = approx_fprime(
        [raw], lambda z: loss.value(y_true, z[None, :], scratch=np.empty((1, 1))).item()
    )
    print(f"at {raw:4.1f}: delta {derivative.item():8.4f}, numerically {numeric:8.4f}")
    assert abs(derivative.item() - numeric) < 1e-5

# %%
# Comparison with the squared error
# ---------------------------------
# The data are daily sales of two years. Sales increase over the week, and vary more at the weekend. The
# same network is trained with the squared error and with the loss defined above.

rng = np.random.default_rng(0)
weekday = rng.integers(0, 7, 730)
sold = 200 + 30 * weekday + rng.normal(0, 15 + 8 * weekday)


def fit(loss):
    """Return a network trained with this loss."""
    return BackpropRegressor(
        hidden_layer_sizes=(20,),
        recipe="textbook",
        activation="tanh",
        loss=loss,
        learning_rate=0.01,
        schedule="cosine",
        batch_size=50,
        max_iter=100,
        random_state=0,
    ).fit(weekday[:, None], sold)


usual, cautious = fit("squared_error"), fit(EmptyShelf())
for name, model in [("squared error", usual), ("custom loss", cautious)]:
    empty = np.mean(model.predict(weekday[:, None]) < sold)
    print(f"{name}: the shelf is empty on {empty:.0%} of the days")

# %%
# With the squared error the network predicts the mean, so the shelf is empty on about half of the days.
# With the custom loss the predictions include a reserve, which is larger where sales vary more.

days = np.arange(7)
figure, axis = plt.subplots(figsize=(8, 4.2), layout="constrained")
axis.plot(weekday + rng.uniform(-0.25, 0.25, 730), sold, ".", color="0.7", markersize=4, label="sold")
axis.plot(days, usual.predict(days[:, None]), "C0o--", label="squared error")
axis.plot(days, cautious.predict(days[:, None]), "C1s-", label="custom loss")
axis.set_xticks(days, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
axis.set_ylabel("loaves per day")
axis.legend(loc="upper left")
axis.grid(axis="y", alpha=0.3)
plt.show()
