"""
Handwritten digits
==================

A complete workflow: a network is trained on 1,797 images of handwritten digits, a grid search selects
the dropout rate, figures show the result, and the network is saved and loaded again.
"""

# %%
# The data
# --------
# Every image has 8 x 8 pixels, so a row of ``X`` has 64 features. A quarter of the images is held out as the
# test set; ``stratify`` keeps the shares of the digits equal in both sets.

import matplotlib.pyplot as plt
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from skbackprop.displays.style import use_style

use_style()
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
# The network has one hidden layer of 256 units; all other parameters have their defaults. The inputs
# need no preprocessing, because the estimator scales them.

from skbackprop import BackpropClassifier

network = BackpropClassifier(hidden_layer_sizes=(256,), random_state=0)
network.fit(X_train, y_train)
accuracy = network.score(X_test, y_test)
print(f"test accuracy {accuracy:.4f} after {network.n_iter_} epochs")
assert accuracy >= 0.97

# %%
# Selecting the dropout rate
# --------------------------
# Dropout deactivates a random share of the hidden units in every training step, so that units do not rely on
# each other. A grid search selects this share by cross-validation.

from sklearn.model_selection import GridSearchCV

search = GridSearchCV(network, {"dropout": [0.0, 0.1, 0.2, 0.4, 0.6]}, cv=5)
search.fit(X_train, y_train)
for rate, score in zip(
    search.cv_results_["param_dropout"], search.cv_results_["mean_test_score"], strict=True
):
    print(f"dropout {rate:.1f}: accuracy {score:.4f}")

accuracy = search.score(X_test, y_test)
print(f"selected: {search.best_params_}; test accuracy {accuracy:.4f}")
assert accuracy >= 0.97

# %%
# Results
# -------
# The left figure shows the training loss of every epoch. The right figure is the confusion matrix:
# rows are true digits, columns are predictions, and entries off the diagonal are errors.

from matplotlib.ticker import LogLocator, NullFormatter
from sklearn.metrics import ConfusionMatrixDisplay

best = search.best_estimator_

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
left.plot(range(1, best.n_iter_ + 1), best.loss_curve_)
left.set(xlabel="epoch", ylabel="training loss (cross-entropy)", yscale="log", title="Loss curve")
left.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
left.yaxis.set_major_formatter("{x:g}")
left.yaxis.set_minor_formatter(NullFormatter())
left.grid(alpha=0.3)
ConfusionMatrixDisplay.from_estimator(best, X_test, y_test, cmap="Blues", colorbar=False, ax=right)
right.set_title(f"Confusion matrix, accuracy {accuracy:.3f}")
plt.show()

# %%
# Saving and loading
# ------------------
# joblib saves a fitted network to a file. The loaded network gives exactly the same probabilities.

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
