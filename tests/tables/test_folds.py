"""Folds: every row is held out by one network, classes in equal shares, groups together."""

import numpy as np
import pytest

from skbackprop.tables.folds import NEVER, deal_folds, fold_weights


def rng():
    return np.random.RandomState(0)


@pytest.mark.parametrize("n_rows", [8, 9, 100, 101])
def test_folds_differ_by_at_most_one_row(n_rows):
    sizes = np.bincount(deal_folds(8, n_rows, rng()), minlength=8)
    assert sizes.sum() == n_rows
    assert np.ptp(sizes) <= 1


def test_each_fold_has_its_share_of_each_class():
    classes = np.repeat([0, 1, 2], [800, 80, 16])
    folds = deal_folds(8, classes.size, rng(), strata=classes)
    for one, expected in enumerate([100, 10, 2]):
        assert np.bincount(folds[classes == one], minlength=8).tolist() == [expected] * 8


def test_a_class_of_one_row_and_rows_of_weight_zero_are_never_held_out():
    classes = np.array([0] * 50 + [1])
    weights = np.ones(51)
    weights[:5] = 0
    folds = deal_folds(4, 51, rng(), strata=classes, sample_weight=weights)
    assert (folds[[0, 1, 2, 3, 4, 50]] == NEVER).all()
    assert (folds[5:50] >= 0).all()


@pytest.mark.parametrize("classes", [None, np.tile([0, 1, 1], 100)])
def test_a_group_is_in_one_fold(classes):
    groups = np.random.default_rng(0).integers(0, 40, 300)
    folds = deal_folds(5, 300, rng(), strata=classes, groups=groups)
    assert set(folds) == set(range(5))
    assert all(np.unique(folds[groups == group]).size == 1 for group in np.unique(groups))


def test_too_few_groups_are_refused_with_the_remedy():
    with pytest.raises(
        ValueError, match=r"groups has 3 groups.*8 networks.*n_estimators to at most 3, or early"
    ):
        deal_folds(8, 30, rng(), groups=np.arange(30) % 3)
    with pytest.raises(ValueError, match=r"a single group.*; set early_stopping=False\.$"):
        deal_folds(8, 30, rng(), groups=np.zeros(30, int))


def test_the_network_that_holds_a_row_out_gives_it_no_weight():
    weights = fold_weights(np.array([0, 1, NEVER]), 2, np.array([1.0, 2.0, 3.0]))
    assert weights.tolist() == [[0, 1], [2, 0], [3, 3]]


@pytest.mark.parametrize("grouped", [False, True])
def test_fewer_networks_than_folds_hold_out_as_many_rows_each(grouped):
    classes = np.arange(400) % 4
    groups = np.arange(400) // 2 if grouped else None
    folds = deal_folds(8, 400, rng(), strata=classes, groups=groups, n_networks=3)
    counts = np.bincount(folds + 1, minlength=4)
    assert counts.tolist() == [250, 50, 50, 50]
    for e in range(3):
        np.testing.assert_allclose(np.bincount(classes[folds == e]), 12.5, atol=3)


def test_fewer_groups_than_folds_suffice_for_as_many_networks():
    groups = np.arange(60) % 3
    folds = deal_folds(8, 60, rng(), groups=groups, n_networks=2)
    assert np.bincount(folds + 1).tolist() == [20, 20, 20]
    assert all(np.unique(folds[groups == group]).size == 1 for group in range(3))
    with pytest.raises(ValueError, match="3 groups, but each of the 4 networks"):
        deal_folds(8, 60, rng(), groups=groups, n_networks=4)
