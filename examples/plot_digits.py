"""
Handwritten digits
==================

The main job from start to end: a network learns 1,797 images of handwritten digits, a grid search
chooses its dropout, a picture shows what it learned, and the result is saved and loaded again.
"""

# %%
# The data
# --------
# Every image has 8 x 8 pixels, so a row of ``X`` has 64 numbers. A quarter of the images is set
# aside for the test; ``stratify`` gives every digit the same share of it.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

plt.style.use("tableau-colorblind10")
# sphinx_gallery_thumbnail_number = 2

images, digits = load_digits(return_X_y=True)
X_train, X_test, y_train, y_test = train_test_split(
    images, digits, test_size=0.25, stratify=digits, random_state=0
)

figure, axes = plt.subplots(1, 10, figsize=(8, 1.1), layout="constrained")
for axis, image, digit in zip(axes, X_train, y_train, strict=False):
    axis.imshow(image.reshape(8, 8), cmap="gray_r")
    axis.set_title(digit)
    axis.axis("off")

# %%
# A first network
# ---------------
# One hidden layer of 256 units, everything else as it comes. The inputs need no preparation: the
# network scales them itself.

from skbackprop import BackpropClassifier

network = BackpropClassifier(hidden_layer_sizes=(256,), random_state=0)
network.fit(X_train, y_train)
accuracy = network.score(X_test, y_test)
print(f"test accuracy {accuracy:.4f} after {network.n_iter_} epochs")
assert accuracy >= 0.97

# %%
# How much dropout?
# -----------------
# Dropout switches off a random share of the hidden units at every step, so that no unit can rely
# on another. How large a share is best? A grid search asks cross-validation.

from sklearn.model_selection import GridSearchCV

search = GridSearchCV(network, {"dropout": [0.0, 0.1, 0.2, 0.4, 0.6]}, cv=5)
search.fit(X_train, y_train)
for rate, score in zip(
    search.cv_results_["param_dropout"], search.cv_results_["mean_test_score"], strict=True
):
    print(f"dropout {rate:.1f}: accuracy {score:.4f}")

accuracy = search.score(X_test, y_test)
print(f"chosen: {search.best_params_}; test accuracy {accuracy:.4f}")
assert accuracy >= 0.97

# %%
# What it learned
# ---------------
# On the left is the loss of every epoch: how wrong the network was on the training images. On the
# right each row is a true digit and each column an answer; whatever is off the diagonal is a
# mistake.

from sklearn.metrics import ConfusionMatrixDisplay

best = search.best_estimator_

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
left.plot(range(1, best.n_iter_ + 1), best.loss_curve_)
left.set(xlabel="epoch", ylabel="training loss", yscale="log", title="Loss curve")
left.grid(alpha=0.3)
ConfusionMatrixDisplay.from_estimator(best, X_test, y_test, cmap="Blues", colorbar=False, ax=right)
right.set_title(f"Confusion matrix, accuracy {accuracy:.3f}")
plt.show()

# %%
# Save it, load it
# ----------------
# A fitted network is an ordinary object; joblib writes it to a file. The loaded network gives the
# same probabilities, to the last bit.

import tempfile
from pathlib import Path

import joblib
import numpy as np

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "digits.joblib"
    joblib.dump(best, file)
    loaded = joblib.load(file)
    print(f"the file has {file.stat().st_size / 1024:.0f} kB")

np.testing.assert_array_equal(loaded.predict_proba(X_test), best.predict_proba(X_test))
