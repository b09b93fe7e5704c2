"""The targets of a classifier: what label smoothing must not change."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.utils.class_weight import compute_class_weight

from skbackprop.tables.refusals import checked_labels
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


KNOWN = {
    "text": (["Bern", "Rome"], ["Bern", "Romeo"], "'Romeo'"),
    "booleans, then integers": ([False, True], [0, 2], "2"),
    "integers, then fractions": ([0, 1], [0.0, 1.5], "1.5"),
    "integers, then text": ([0, 1], ["0", "1"], "'0'"),
    "text, then integers": (["0", "1"], [0, 1], "0"),
    "small integers": (np.int8([0, 1]), [0, 256], "256"),
    "dates": (np.array(["2020", "2021"], "M8[Y]"), np.array(["2020-01-01", "2021-01-02"], "M8[D]"), "2021"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_a_label_of_no_class_is_not_taken_for_one(name):
    classes, others, shown = KNOWN[name]
    targets = ClassTargets(np.repeat(classes, 3))
    np.testing.assert_array_equal(targets.codes(np.array(classes)), [0, 1])
    with pytest.raises(ValueError, match=rf"y has the label .*{shown}.*, which is not among the classes"):
        targets.codes(np.array(others))
    with pytest.raises(ValueError, match="y_val has the label"):
        targets.encode(np.array(others), np.float64, "y_val")


def test_classes_that_do_not_have_every_label_are_refused():
    with pytest.raises(ValueError, match=r"y has the label 'Romeo'.*'classes' parameter"):
        ClassTargets(np.array(["Bern", "Romeo"]), np.array(["Bern", "Rome"]))


@pytest.mark.parametrize("make", [list, tuple, lambda labels: [[label] for label in labels]])
def test_labels_in_a_list_keep_nul_characters_at_their_end(make):
    labels = checked_labels(make(["a", "a\0", "a"]))
    assert labels.ravel().tolist() == ["a", "a\0", "a"]
    assert checked_labels(make(["a", "b\0c", "a"])).dtype.kind == "U"


def test_labels_are_equal_by_value():
    targets = ClassTargets(np.array([2, 1, 0]))
    for dtype in (np.uint8, np.float32, float):
        np.testing.assert_array_equal(targets.codes(np.array([2, 0, 1]).astype(dtype)), [2, 0, 1])
    np.testing.assert_array_equal(targets.codes(np.array([True, False])), [1, 0])
    days = ClassTargets(np.array(["2021", "2020"], "M8[Y]"))
    np.testing.assert_array_equal(days.codes(np.array(["2021-01-01", "2020-01-01"], "M8[s]")), [1, 0])


@pytest.mark.parametrize("number", [2, -1, 0.5, 256])
def test_columns_of_labels_are_0_or_1(number):
    Y = np.array([[1.0, 0.0], [0.0, 1.0]])
    targets = ClassTargets(Y)
    for later in (Y * number, csr_array(Y * number)):
        with pytest.raises(ValueError, match=rf"y_val has several columns.*0 or 1.*{number}"):
            targets.encode(later, np.float64, "y_val")
        with pytest.raises(ValueError, match=rf"y has several columns.*0 or 1.*{number}"):
            targets.check(later)
    with pytest.raises(ValueError, match=r"y has several columns.*0 or 1.*2"):
        ClassTargets(np.array([[1, 2], [2, 1]]))
