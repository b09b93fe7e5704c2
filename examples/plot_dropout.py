"""
Dropout against overfitting
===========================

A large network trained on few examples memorizes them, including wrong labels: its loss on new data
increases while the training loss continues to decrease. Dropout prevents this, and the same network
becomes much more accurate on new data.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier
from skbackprop.displays.style import use_style

use_style()

# %%
# Few examples with wrong labels
# ------------------------------
# The training set consists of 400 digits, every fifth of which has a wrong label. A network that
# reproduces the wrong labels has memorized noise. The other 1,397 digits, all with correct labels, are
# the new data.

X, y = load_digits(return_X_y=True)
X_train, X_new, y_train, y_new = train_test_split(X, y, train_size=400, stratify=y, random_state=0)
y_train[::5] = (y_train[::5] + 1) % 10

# %%
# With and without dropout
# ------------------------
# Two hidden layers of 200 units have 55,000 weights, far more than 400 digits need. With
# ``dropout=[0.2, 0.5, 0.5]`` each training step omits a random fifth of the pixels and a random half of the
# hidden units. Prediction always uses all units and pixels.


def fit(dropout):
    """Return a network trained for 150 epochs and validated on the new data after each epoch."""
    network = BackpropClassifier(
        hidden_layer_sizes=(200, 200),
        recipe="textbook",
        dropout=dropout,
        learning_rate=0.003,
        alpha=0.0,
        batch_size=50,
        max_iter=150,
        n_iter_no_change=None,
        scoring="accuracy",
        random_state=0,
    )
    with warnings.catch_warnings():
        # The long training is intended: it shows overfitting.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(X_train, y_train, X_val=X_new, y_val=y_new)


plain = fit(dropout=0.0)
dropped = fit(dropout=[0.2, 0.5, 0.5])

for name, network in [("without dropout", plain), ("with dropout", dropped)]:
    print(f"{name}: accuracy {network.validation_scores_[-1]:.3f} on new data after 150 epochs")

assert dropped.validation_scores_[-1] > plain.validation_scores_[-1]

# %%
# Loss curves
# -----------
# Without dropout the training loss decreases to 0, that is, the network reproduces the wrong labels, while
# the loss on new data increases from epoch to epoch. With dropout the training loss remains high, because it
# is measured with dropped units, and the loss on new data remains low.

figure, axes = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
for axis, network, title in zip(axes, [plain, dropped], ["Without dropout", "With dropout"], strict=True):
    epochs = range(1, network.n_iter_ + 1)
    axis.plot(epochs, network.loss_curve_, "C0-", label="training")
    axis.plot(epochs, network.validation_loss_curve_, "C1--", label="new data")
    axis.set(xlabel="epoch", ylim=(0, 2))
    axis.set_title(f"{title}: accuracy {network.validation_scores_[-1]:.2f} on new data")
    axis.grid(alpha=0.3)
axes[0].set_ylabel("loss")
axes[1].legend()
plt.show()
