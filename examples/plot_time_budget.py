"""
Callbacks: a time budget
========================

scikit-learn's callbacks are called after every epoch of a fit. This example implements a short callback that
ends the training after a given time, and shows scikit-learn's own callbacks ``ScoringMonitor`` and
``ProgressBar``.
"""

try:
    from sklearn.callback import ProgressBar, ScoringMonitor
except ImportError:
    print("Callbacks need scikit-learn 1.9 or later.")
    raise SystemExit from None

import importlib.util
import time

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier
from skbackprop.displays.style import BLACK, use_style

use_style()

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)

# %%
# A custom callback
# -----------------
# A callback is any object with these four methods. ``on_fit_task_end`` is called at the end of each epoch.
# If it returns a true value, training ends without a warning. The method may have any of the keyword
# parameters ``X``, ``y``, ``metadata`` and ``fitted_estimator``.


class TimeBudget:
    def __init__(self, seconds):
        self.seconds = seconds

    def setup(self, estimator, context):
        self.start = time.monotonic()
        self.ends_of_epochs = []

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        self.ends_of_epochs.append(time.monotonic() - self.start)
        return self.ends_of_epochs[-1] >= self.seconds

    def teardown(self, estimator, context):
        pass


# %%
# Limiting a long training
# ------------------------

network = BackpropClassifier((100,), recipe="textbook", max_iter=1_000_000, n_iter_no_change=None)
budget = TimeBudget(seconds=0.5)
network.set_params(random_state=0).set_callbacks(budget)
started = time.perf_counter()
network.fit(X, y)
print(f"{network.n_iter_} epochs in {time.perf_counter() - started:.1f} s")
print(f"accuracy on new digits: {network.score(X_test, y_test):.2f}")
assert network.n_iter_ < 1_000_000

# The last call of the callback is at the end of the fit and not of an epoch.
figure, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
ax.plot(
    budget.ends_of_epochs[: network.n_iter_], network.loss_curve_, marker=".", label="loss after each epoch"
)
ax.axvline(budget.seconds, color=BLACK, linestyle="--", label="budget")
ax.set(xlabel="time since the start (seconds)", ylabel="training loss (cross-entropy)", yscale="log")
ax.yaxis.set_major_formatter("{x:g}")
ax.set_xlim(left=0)
ax.legend()
ax.grid()
plt.show()

# %%
# The weights are those of the last epoch, as with ``max_iter``. The default recipe reduces its learning rate
# to 0 over ``max_iter`` epochs, so a network that is stopped earlier has not converged; with a constant
# learning rate, as in this example, training can be stopped at any time. The time is checked after each
# epoch, so an epoch that has begun is completed.
#
# Scores of every epoch
# ---------------------
# ``ScoringMonitor`` evaluates scikit-learn's scorers after each epoch. Several callbacks are set in one
# call.

monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
callbacks = [monitor]
if importlib.util.find_spec("rich"):  # required by ProgressBar
    callbacks.append(ProgressBar())
network = BackpropClassifier((100,), recipe="textbook", max_iter=50, n_iter_no_change=None, random_state=0)
network.set_params(schedule="cosine").set_callbacks(*callbacks).fit(X, y)

log = [row for row in monitor.get_logs().data if row["task_name"] == "epoch"]
epochs = [row["task_id"] + 1 for row in log]
assert len(log) == network.n_iter_

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
left.plot(epochs, [row["accuracy"] for row in log], "C0-")
left.set(xlabel="epoch", ylabel="accuracy on the training images")
right.plot(epochs, [-row["neg_log_loss"] for row in log], "C1--", label="after the epoch (ScoringMonitor)")
right.plot(epochs, network.loss_curve_, "C0-", label="during the epoch (loss_curve_)")
right.set(xlabel="epoch", ylabel="loss (cross-entropy)", ylim=(0, None))
right.legend(fontsize="small")
for ax in (left, right):
    ax.grid(alpha=0.3)
plt.show()
