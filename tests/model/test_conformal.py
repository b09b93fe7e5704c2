"""Conformal intervals and sets, compared with their definitions, row by row."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skbackprop.model.conformal_intervals import intervals
from skbackprop.model.conformal_level import rank_quantiles
from skbackprop.model.conformal_sets import adaptive_scores, adaptive_sets, low_order_digits
from skbackprop.model.fold_scores import FoldScores, sorted_by_fold
from tests.effort import n_examples


def plain_intervals(residuals, folds, predictions, coverage):
    """Return the CV+ interval of Barber et al. (2021), equation 11, by sorting; it may cross below 1/2."""
    place = math.ceil(round(coverage * (residuals.size + 1), 9)) - 1
    upper = np.sort(predictions[:, folds] + residuals, axis=1)[:, place]
    lower = np.sort(predictions[:, folds] - residuals, axis=1)[:, -1 - place]
    return np.stack((lower, upper), axis=1)


def plain_level(scores, folds, coverage):
    """Return the level of CV+, row by row; `scores` are those of each row of the fit by each network."""
    n_rows, n_networks = scores.shape
    p = np.zeros(n_rows)
    for i in range(n_rows):
        for k in range(n_networks):
            held_out = folds == k
            among = scores[held_out == held_out[i], k]  # rows that network k held out, or was trained on
            p[i] += held_out.mean() * np.mean(among < scores[i, k])
    q = np.sort(p)[math.ceil(round(coverage * n_rows, 9)) - 1]
    return coverage - 0.5 * n_rows / (n_rows + 150) * (coverage - q)


def plain_score(probabilities, y, u):
    """Return the score of Romano et al. (2020) of class `y` in one row."""
    return sum(p for p in probabilities if p > probabilities[y]) + u * probabilities[y]


def plain_sets(scores, folds, probabilities, u, coverage):
    """Return the CV+ sets of Romano et al. (2020), equation 12, class by class."""
    n_new, n_classes = probabilities[0].shape
    contained = np.empty((n_new, n_classes), dtype=bool)
    for j in range(n_new):
        for y in range(n_classes):
            below = sum(
                s < plain_score(probabilities[k][j], y, u[j]) for s, k in zip(scores, folds, strict=True)
            )
            contained[j, y] = below < round(coverage * (scores.size + 1), 9)
    return contained


@settings(max_examples=n_examples(30, 200), deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_held_out=st.integers(20, 90),
    n_networks=st.integers(2, 9),
    coverage=st.sampled_from([0.5, 0.7, 0.8, 0.9, 0.95]),
    spread=st.sampled_from([0.0, 1e-3, 1.0, 1e3]),
)
def test_intervals_are_those_of_the_definition(seed, n_held_out, n_networks, coverage, spread):
    rng = np.random.default_rng(seed)
    folds = rng.permutation(np.arange(n_held_out) % n_networks)
    residuals = np.abs(rng.standard_t(2, n_held_out)).round(rng.integers(0, 9))  # with ties
    predictions = rng.standard_normal((7, 1)) + spread * rng.standard_normal((7, n_networks))
    found = intervals(FoldScores(residuals, folds), predictions, coverage)
    expected = plain_intervals(residuals, folds, predictions, coverage)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9 * max(spread, 1e-6))


@settings(max_examples=n_examples(30, 200), deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_held_out=st.integers(20, 90),
    n_networks=st.integers(2, 9),
    spread=st.sampled_from([0.0, 1e-3, 1.0, 1e3]),
)
def test_bounds_never_cross_and_larger_coverages_contain_smaller_ones(seed, n_held_out, n_networks, spread):
    rng = np.random.default_rng(seed)
    folds = rng.permutation(np.arange(n_held_out) % n_networks)
    weights = rng.integers(0, 4, n_held_out) + 0.1 if seed % 2 else None
    scores = FoldScores(np.abs(rng.standard_t(2, n_held_out)), folds, weights)
    predictions = spread * rng.standard_normal((20, n_networks))
    tolerance = 1e-9 * max(spread, 1e-6)
    wider = None
    for coverage in (0.95, 0.7, 0.5, 0.499, 0.4, 0.3, 0.2, 0.1, 0.05, 1e-6):
        lower, upper = intervals(scores, predictions, coverage).T
        assert (lower <= upper).all()
        if wider is not None:
            assert (wider[0] <= lower + tolerance).all()
            assert (upper <= wider[1] + tolerance).all()
        wider = lower, upper


@pytest.mark.parametrize("spread", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("coverage", [0.05, 0.2, 0.4])
def test_small_coverages_are_kept_if_networks_differ(coverage, spread):
    """Each network is the truth plus an error of its own; their disagreement is part of the residuals."""
    rng = np.random.default_rng(0)
    n_draws, n_held_out, n_new = n_examples(60, 200), 100, 100
    folds, covered = np.arange(n_held_out) % 5, []
    for _ in range(n_draws):
        noise = 0.1 * rng.standard_normal(n_held_out + n_new)
        residuals = np.abs(noise[:n_held_out] - spread * rng.standard_normal(n_held_out))
        bounds = intervals(FoldScores(residuals, folds), spread * rng.standard_normal((n_new, 5)), coverage)
        covered.append(np.mean((bounds[:, 0] <= noise[n_held_out:]) & (noise[n_held_out:] <= bounds[:, 1])))
    deviation = np.sqrt(coverage * (1 - coverage) * (1 / n_held_out + 1 / n_new) / n_draws)
    assert np.mean(covered) > coverage - 3 * deviation


@settings(max_examples=n_examples(20, 100), deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    n_held_out=st.integers(20, 60),
    n_networks=st.integers(2, 5),
    n_classes=st.integers(2, 4),
    coverage=st.sampled_from([0.5, 0.7, 0.9]),
)
def test_sets_are_those_of_the_definition(seed, n_held_out, n_networks, n_classes, coverage):
    rng = np.random.default_rng(seed)
    folds = rng.permutation(np.arange(n_held_out) % n_networks)
    scores, u = rng.random(n_held_out), rng.random(6)
    probabilities = rng.dirichlet(np.full(n_classes, 0.5), (n_networks, 6))
    found = adaptive_sets(FoldScores(scores, folds), list(probabilities), u, coverage)
    np.testing.assert_array_equal(found, plain_sets(scores, folds, probabilities, u, coverage))


def test_scores_are_the_probability_of_what_is_more_probable_and_a_share_of_the_own():
    scores = adaptive_scores(np.array([[0.2, 0.5, 0.3]]), np.array([0.25]))
    np.testing.assert_allclose(scores, [[0.8 + 0.05, 0.125, 0.5 + 0.075]])


def test_scores_of_the_truth_are_uniform():
    """For the true probabilities the score of a drawn class is uniform on [0, 1)."""
    rng = np.random.default_rng(0)
    p = rng.dirichlet([0.3, 0.5, 1.0], 20_000)
    drawn = (rng.random((20_000, 1)) > np.cumsum(p, axis=1)).sum(axis=1)
    scores = adaptive_scores(p, rng.random(20_000))[np.arange(20_000), drawn]
    np.testing.assert_allclose(np.quantile(scores, np.linspace(0, 1, 11)), np.linspace(0, 1, 11), atol=0.015)


@pytest.mark.parametrize("scale", [0.03, 1.0, 30.0])
def test_low_order_digits_are_uniform_and_say_nothing_about_the_outputs(scale):
    raw = scale * np.random.default_rng(0).standard_normal((20_000, 3))
    u = low_order_digits(raw)
    np.testing.assert_allclose(np.quantile(u, np.linspace(0, 1, 11)), np.linspace(0, 1, 11), atol=0.015)
    assert np.abs(np.corrcoef(u, raw.T)[0, 1:]).max() < 0.03


def fold_scores_with_level(scores, folds, weights=None):
    own = scores[np.arange(folds.size), folds]
    w = np.ones(folds.size) if weights is None else weights
    quantiles = rank_quantiles(scores, folds, w, sorted_by_fold(own, folds, w))
    return FoldScores(own, folds, weights, quantiles)


@pytest.mark.parametrize("coverage", [0.3, 0.5, 0.8, 0.9, 0.95])
def test_the_level_is_that_of_its_definition(coverage):
    rng = np.random.default_rng(0)
    folds = rng.permutation(np.arange(60) % 4)
    scores = rng.random((60, 1)) + 0.5 * rng.random((60, 4))
    weight = fold_scores_with_level(scores, folds).weight_of_coverage(coverage)
    np.testing.assert_allclose(weight, 61 * plain_level(scores, folds, coverage))


def test_the_level_is_the_coverage_if_all_networks_agree():
    rng = np.random.default_rng(0)
    folds = np.arange(400) % 4
    scores = np.repeat(np.repeat(rng.random((100, 1)), 4, axis=0), 4, axis=1)
    weight = fold_scores_with_level(scores, folds).weight_of_coverage(0.8)
    np.testing.assert_allclose(weight, 0.8 * 401, rtol=0.01)


def test_the_level_of_a_weight_of_two_is_that_of_the_row_twice():
    rng = np.random.default_rng(0)
    folds, weights = rng.permutation(np.arange(80) % 4), rng.integers(1, 4, 80)
    scores = rng.random((80, 1)) + 0.5 * rng.random((80, 4))
    own = sorted_by_fold(scores[np.arange(80), folds], folds, weights)
    twice = np.repeat(folds, weights)
    again = np.repeat(scores, weights, axis=0)
    own_twice = sorted_by_fold(again[np.arange(twice.size), twice], twice, np.ones(twice.size))
    np.testing.assert_allclose(
        rank_quantiles(scores, folds, weights, own),
        rank_quantiles(again, twice, np.ones(twice.size), own_twice),
        rtol=1e-12,
    )


def test_a_weight_of_two_is_the_row_twice():
    """Up to the new row, whose weight is the mean of the others'."""
    rng = np.random.default_rng(0)
    residuals, folds = rng.random(400), np.arange(400) % 4
    weights = rng.integers(1, 4, 400)
    predictions = rng.standard_normal((20, 4))
    weighted = intervals(FoldScores(residuals, folds, weights), predictions, 0.8)
    twice = plain_intervals(np.repeat(residuals, weights), np.repeat(folds, weights), predictions, 0.8)
    np.testing.assert_allclose(weighted, twice, atol=0.02)
    unweighted = intervals(FoldScores(residuals, folds), predictions, 0.8)
    same = intervals(FoldScores(residuals, folds, np.full(400, 7.0)), predictions, 0.8)
    np.testing.assert_array_equal(same, unweighted)


def test_a_row_of_great_weight_decides():
    residuals, folds = np.arange(100.0), np.arange(100) % 2
    weights = np.where(residuals == 30, 1e6, 1.0)
    bounds = intervals(FoldScores(residuals, folds, weights), np.zeros((1, 2)), 0.9)
    np.testing.assert_allclose(bounds, [[-30, 30]])


def test_exchangeable_rows_are_covered_as_asked_for():
    """With a network that knows nothing, CV+ is the quantile of exchangeable errors: exact."""
    rng = np.random.default_rng(0)
    n_draws, n_new = n_examples(60, 200), 100
    covered = []
    for _ in range(n_draws):
        held_out, new = np.split(rng.standard_t(3, 59 + n_new), [59])
        bounds = intervals(FoldScores(np.abs(held_out), np.arange(59) % 4), np.zeros((1, 4)), 0.8)
        covered.append(np.mean((bounds[0, 0] <= new) & (new <= bounds[0, 1])))
    deviation = np.sqrt(0.8 * 0.2 * (1 / 59 + 1 / n_new) / n_draws)
    assert abs(np.mean(covered) - 48 / 60) < 3 * deviation


@pytest.mark.parametrize("coverage", [0, 1, 1.5, -0.1, 90, "0.9", None, np.nan, [0.8, 0.9]])
def test_a_wrong_coverage_is_refused(coverage):
    with pytest.raises(ValueError, match=r"'coverage' parameter must be a number between 0 and 1.*Got"):
        FoldScores(np.arange(9.0), np.arange(9) % 3).weight_of_coverage(coverage)


def test_a_coverage_too_near_to_one_is_refused():
    scores = FoldScores(np.arange(9.0), np.arange(9) % 3)
    assert scores.weight_of_coverage(0.9) == pytest.approx(9)  # the greatest of nine
    with pytest.raises(
        ValueError, match=r"coverage=0\.95 needs at least 19 held-out rows.*held out 9;.* 0\.9,"
    ):
        scores.weight_of_coverage(0.95)
