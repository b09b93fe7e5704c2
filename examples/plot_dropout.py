"""
Dropout against overfitting
===========================

A large network and few examples: the network learns its examples by heart, mistakes included, and
its loss on new data rises while the training loss goes on falling. The same network with dropout
cannot do that, and does much better on new data.
"""

import warnings

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier

plt.style.use("tableau-colorblind10")

# %%
# Few examples, some of them wrong
# --------------------------------
# The network gets 400 digits, and every fifth of them has a wrong label. So it is easy to see what
# learning by heart does: a network that gets the wrong labels right has learned something that is
# not true. The other 1,397 digits, all with their right labels, are the new data.

X, y = load_digits(return_X_y=True)
X_train, X_new, y_train, y_new = train_test_split(X, y, train_size=400, stratify=y, random_state=0)
y_train[::5] = (y_train[::5] + 1) % 10

# %%
# The same network twice
# ----------------------
# Two hidden layers of 200 units have 55,000 weights, far more than 400 digits need. With
# ``dropout=0.5`` each step sees only half of the hidden units, drawn anew; with
# ``input_dropout=0.2`` it misses a fifth of the pixels too. Prediction always uses all of them.


def fit(dropout, input_dropout):
    """Return a network after 150 epochs, validated on the new data after each of them."""
    network = BackpropClassifier(
        hidden_layer_sizes=(200, 200),
        recipe="textbook",
        dropout=dropout,
        input_dropout=input_dropout,
        learning_rate=0.003,
        alpha=0.0,
        batch_size=50,
        max_iter=150,
        n_iter_no_change=None,
        scoring="accuracy",
        random_state=0,
    )
    with warnings.catch_warnings():
        # To go on for too long is the purpose here.
        warnings.simplefilter("ignore", ConvergenceWarning)
        return network.fit(X_train, y_train, X_val=X_new, y_val=y_new)


plain = fit(dropout=0.0, input_dropout=0.0)
dropped = fit(dropout=0.5, input_dropout=0.2)

for name, network in [("without dropout", plain), ("with dropout", dropped)]:
    print(f"{name}: accuracy {network.validation_scores_[-1]:.3f} on new data after 150 epochs")

assert dropped.validation_scores_[-1] > plain.validation_scores_[-1]

# %%
# Both curves
# -----------
# Without dropout the training loss falls to 0, wrong labels and all, while the loss on new data
# rises from epoch to epoch. With dropout the training loss stays high, because it is measured with
# units missing, and the loss on new data stays low.

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
