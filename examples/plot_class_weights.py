"""
Class weights for rare classes
==============================

If one class is rare, a network reaches a low loss by hardly ever predicting it. ``class_weight``
increases the weight of the rare class.
"""

import matplotlib.pyplot as plt
from sklearn.datasets import make_classification
from sklearn.metrics import ConfusionMatrixDisplay, balanced_accuracy_score, recall_score
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier

plt.style.use("tableau-colorblind10")

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
# Class weights trade one type of error for the other: more faults are found, at the price of more
# false alarms. They also change the predicted probabilities. If calibrated probabilities are needed,
# leave ``class_weight`` at None and move the decision threshold instead (scikit-learn's
# ``TunedThresholdClassifierCV``).

figure, axes = plt.subplots(1, 3, figsize=(10, 3.7), sharey=True, layout="constrained")
for axis, (name, network) in zip(axes, networks.items(), strict=True):
    ConfusionMatrixDisplay.from_estimator(
        network,
        X_test,
        y_test,
        display_labels=labels,
        normalize="true",
        values_format=".0%",
        cmap="Blues",
        im_kw={"vmin": 0, "vmax": 1},
        text_kw={"fontsize": 14},
        colorbar=False,
        ax=axis,
    )
    axis.set(title=f"class_weight={name}", xlabel="prediction", ylabel="")
axes[0].set_ylabel("truth")
plt.show()
