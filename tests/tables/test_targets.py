"""The targets of a classifier: what label smoothing must not change."""

import numpy as np
import pytest
from sklearn.utils.class_weight import compute_class_weight

from skbackprop.tables.targets import ClassTargets

RARE = np.repeat(["a", "b", "c"], [900, 90, 10])


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("weighted", [False, True])
def test_smoothed_targets_have_the_base_rates_as_their_mean(n_classes, weighted):
    y = np.where(RARE == "c", "b", RARE) if n_classes == 2 else RARE
    w = np.random.default_rng(0).uniform(0.5, 2, y.size) if weighted else None
    smooth = ClassTargets(y, label_smoothing=0.2, sample_weight=w).encode_for_training(y, np.float64)
    plain = (y[:, None] == np.unique(y)[-smooth.shape[1] :]).astype(float)
    np.testing.assert_allclose(np.average(smooth, axis=0, weights=w), np.average(plain, axis=0, weights=w))
    # What is given away is a share of 0.2, whatever the class: the difference of two rows' targets is 0.8.
    np.testing.assert_allclose(smooth[-1] - smooth[0], 0.8 * (plain[-1] - plain[0]))


def test_with_balanced_classes_they_are_smoothed_towards_equal_shares():
    targets = ClassTargets(RARE, label_smoothing=0.3, class_weight="balanced")
    smooth = targets.encode_for_training(np.unique(RARE), np.float64)
    np.testing.assert_allclose(smooth, 0.7 * np.eye(3) + 0.1)
    weights = compute_class_weight("balanced", classes=np.unique(RARE), y=RARE)
    np.testing.assert_allclose(targets.row_weights(np.unique(RARE), None), 1)  # one row of each is balanced
    np.testing.assert_allclose(targets.row_weights(RARE, None)[[0, 900, 990]], weights)


def test_each_label_has_a_base_rate_of_its_own():
    Y = np.array([[1, 0], [1, 0], [1, 1], [0, 0]])
    smooth = ClassTargets(Y, label_smoothing=0.4).encode_for_training(Y, np.float64)
    np.testing.assert_allclose(smooth, 0.6 * Y + 0.4 * np.array([0.75, 0.25]))
