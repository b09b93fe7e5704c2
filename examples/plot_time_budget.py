"""
Callbacks: a time budget
========================

scikit-learn's callbacks watch a fit from outside, epoch by epoch. Here a callback of ten lines ends
the training when its time is over, and scikit-learn's own ``ScoringMonitor`` and ``ProgressBar`` look on.
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

plt.style.use("tableau-colorblind10")

X, y = load_digits(return_X_y=True)
X, X_test, y, y_test = train_test_split(X, y, random_state=0)

# %%
# Ten lines
# ---------
# A callback is any object with these four methods. ``on_fit_task_end`` is called at the end of each
# epoch; if it returns something true, the training ends there, without a warning, because somebody
# wanted it. What the method needs it asks for by name: ``X``, ``y``, ``metadata``, ``fitted_estimator``.


class TimeBudget:
    def __init__(self, seconds):
        self.seconds = seconds

    def setup(self, estimator, context):
        self.end = time.monotonic() + self.seconds

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        return time.monotonic() >= self.end

    def teardown(self, estimator, context):
        pass


# %%
# A network that would go on for hours
# ------------------------------------

network = BackpropClassifier((100,), recipe="textbook", max_iter=1_000_000, n_iter_no_change=None)
network.set_params(random_state=0).set_callbacks(TimeBudget(seconds=0.5))
started = time.perf_counter()
network.fit(X, y)
print(f"{network.n_iter_} epochs in {time.perf_counter() - started:.1f} s")
print(f"accuracy on new digits: {network.score(X_test, y_test):.2f}")
assert network.n_iter_ < 1_000_000

# %%
# The weights are those of the last epoch, as with ``max_iter``. Two things to know: the default recipe
# leads its learning rate to 0 over exactly ``max_iter`` epochs, so who stops it halfway has a network
# that is not finished; a constant learning rate, as here, can be stopped at any time. And the time is
# looked at after each epoch: an epoch that has begun is done.
#
# Scores of every epoch
# ---------------------
# ``ScoringMonitor`` applies any of scikit-learn's scorers to the network after each epoch. Several
# callbacks are set at once.

monitor = ScoringMonitor(scoring=["accuracy", "neg_log_loss"])
callbacks = [monitor]
if importlib.util.find_spec("rich"):  # which ProgressBar draws with
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
right.set(xlabel="epoch", ylabel="loss", ylim=(0, None))
right.legend(fontsize="small")
for ax in (left, right):
    ax.grid(alpha=0.3)
plt.show()
