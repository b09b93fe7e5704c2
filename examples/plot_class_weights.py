"""
Class weights for rare classes
==============================

If one class is rare, a network can reach a low loss although it hardly ever predicts this class.
``class_weight`` increases the weight of the rare class.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import make_classification
from sklearn.metrics import balanced_accuracy_score, confusion_matrix, recall_score
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier
from skbackprop.displays.style import use_style

use_style()

# %%
# Data
# ----
# 6,000 parts from a machine, of which one in thirty is faulty.

X, y = make_classification(
    n_samples=6000,
    n_features=10,
    n_informative=6,
    n_clusters_per_class=3,
    weights=[0.97],
    flip_y=0.01,
    class_sep=0.8,
    random_state=3,
)
labels = ["good", "faulty"]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
print(f"{y_train.sum()} of {len(y_train)} parts are faulty")

# %%
# Three weightings
# ----------------
# ``None`` gives every part the same weight. ``"balanced"`` gives both classes the same total weight. A
# dict sets the weights explicitly: here a missed fault costs as much as eight false alarms.


def fit(class_weight):
    """Return a network fitted with these class weights."""
    return BackpropClassifier(
        hidden_layer_sizes=(50,),
        recipe="textbook",
        class_weight=class_weight,
        learning_rate=0.003,
        schedule="cosine",
        alpha=1e-3,
        batch_size=100,
        max_iter=40,
        random_state=0,
    ).fit(X_train, y_train)


networks = {
    "None": fit(None),
    "{0: 1, 1: 8}": fit({0: 1, 1: 8}),
    '"balanced"': fit("balanced"),
}
for name, network in networks.items():
    predicted = network.predict(X_test)
    print(
        f"class_weight={name:13s} finds {recall_score(y_test, predicted):.0%} of the faulty parts; "
        f"accuracy {network.score(X_test, y_test):.1%}, "
        f"balanced accuracy {balanced_accuracy_score(y_test, predicted):.1%}"
    )

# %%
# Confusion matrices
# ------------------
# Each cell shows the share of the parts of the true class, and the number of parts in parentheses.
#
# Class weights trade one type of error for the other: more faults are found, at the price of more
# false alarms. They also change the predicted probabilities. If calibrated probabilities are needed,
# leave ``class_weight`` at None and move the decision threshold instead (scikit-learn's
# ``TunedThresholdClassifierCV``).

figure, axes = plt.subplots(1, 3, figsize=(7, 2.9), sharey=True, layout="constrained")
for axis, (name, network) in zip(axes, networks.items(), strict=True):
    counts = confusion_matrix(y_test, network.predict(X_test))
    shares = counts / counts.sum(axis=1, keepdims=True)
    image = axis.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (i, j), share in np.ndenumerate(shares):
        color = "white" if share > 0.6 else "black"
        text = f"{share:.0%}\n({counts[i, j]:,})"
        axis.text(j, i, text, color=color, ha="center", va="center", fontsize="medium")
    axis.set(title=name, xlabel="predicted", xticks=[0, 1], yticks=[0, 1])
    axis.set(xticklabels=labels, yticklabels=labels)
axes[0].set_ylabel("true")
figure.colorbar(image, ax=axes, label="share of the true class", format="{x:.0%}")
figure.suptitle("class_weight")
plt.show()
