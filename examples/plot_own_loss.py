"""
A loss of your own
==================

A loss is three short methods: what the mistakes cost, the derivative of that, and how a raw output
becomes a prediction. Any object that has them can be passed as ``loss=``.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.optimize import approx_fprime

from skbackprop import BackpropRegressor

plt.style.use("tableau-colorblind10")

# %%
# Too little is worse than too much
# ---------------------------------
# A bakery has to guess how many loaves it will sell. A loaf too many costs little; a customer who
# finds the shelf empty costs a lot. So a guess that is too low by some number shall cost nine times
# as much as one that is too high by the same number.


class EmptyShelf:
    """Half the squared error; nine times that where the prediction is too low."""

    def value(self, y_true, raw_prediction, scratch):
        error = raw_prediction - y_true
        return 0.5 * (np.where(error < 0, 9, 1) * error**2).sum(axis=1)

    def delta(self, y_true, raw_prediction, out):
        error = raw_prediction - y_true
        out[:] = np.where(error < 0, 9, 1) * error

    def inverse_link(self, raw_prediction, out):
        out[:] = raw_prediction


# %%
# ``value`` returns one number for each row. ``delta`` writes its derivative with respect to the raw
# output into ``out``. ``inverse_link`` turns raw outputs into predictions; here they are the same.
#
# Is the derivative right?
# ------------------------
# It is easy to get a sign wrong, and easy to find out: change the raw output a little and see by how
# much the value changes.

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
# A week in the bakery
# --------------------
# Two years of days. More loaves are sold as the week goes on, and the weekend is less certain than
# the rest. The same network learns them twice, once with the squared error and once with the loss
# from above.

rng = np.random.default_rng(0)
weekday = rng.integers(0, 7, 730)
sold = 200 + 30 * weekday + rng.normal(0, 15 + 8 * weekday)


def fit(loss):
    """Return a network that was trained with this loss."""
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
for name, model in [("squared error", usual), ("own loss", cautious)]:
    empty = np.mean(model.predict(weekday[:, None]) < sold)
    print(f"{name}: the shelf is empty on {empty:.0%} of the days")

# %%
# The squared error predicts the middle, so that half of the days end with an empty shelf. Under the
# loss of our own the network keeps a reserve, and a larger one where it is less certain.

days = np.arange(7)
figure, axis = plt.subplots(figsize=(8, 4.2), layout="constrained")
axis.plot(weekday + rng.uniform(-0.25, 0.25, 730), sold, ".", color="0.7", markersize=4, label="sold")
axis.plot(days, usual.predict(days[:, None]), "C0o--", label="squared error")
axis.plot(days, cautious.predict(days[:, None]), "C1s-", label="own loss")
axis.set_xticks(days, ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"])
axis.set_ylabel("loaves a day")
axis.legend(loc="upper left")
axis.grid(axis="y", alpha=0.3)
plt.show()
