"""Categories as numbers by the target: credibility, folds and weights, with TargetEncoder as the judge."""

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import TargetEncoder

from skbackprop import BackpropRegressor
from skbackprop.tables.target_encoding import TargetEncoding


def draw(rng, n_rows, n_categories, zipf, noise):
    p = 1 / np.arange(1, n_categories + 1) if zipf else np.ones(n_categories)
    effect = rng.normal(size=n_categories)
    places = rng.choice(n_categories, n_rows, p=p / p.sum())
    return effect, places, effect[places] + noise * rng.normal(size=n_rows)


def r2(prediction, truth):
    return 1 - np.mean((truth - prediction) ** 2) / np.var(truth)


@pytest.mark.parametrize("shape", [(3000, 300, False), (4000, 800, False), (3000, 500, True)])
@pytest.mark.parametrize("noise", [0.3, 1.0, 3.0])
def test_the_numbers_are_nearer_to_the_effects_than_those_of_target_encoder(shape, noise):
    """Not worse by more than twice the standard error over draws: with little noise both are the means."""
    better = []
    for seed in range(10):
        effect, places, y = draw(np.random.default_rng(seed), *shape, noise)
        encoding = TargetEncoding(1)
        training = encoding.add_rows(places, y[:, None], np.ones(y.size), effect.size)[:, 0]
        # The folds of the judge; their parameter has another name in newer versions.
        np.random.seed(seed)  # noqa: NPY002
        judge = TargetEncoder(target_type="continuous")
        judge_training = judge.fit_transform(places[:, None], y)[:, 0]
        truth = effect[places]
        pairs = [(training, judge_training)]
        pairs.append((encoding.transform(places)[:, 0], judge.transform(places[:, None])[:, 0]))
        better.append([r2(ours, truth) - r2(theirs, truth) for ours, theirs in pairs])
    standard_error = np.std(better, axis=0, ddof=1) / np.sqrt(len(better))
    assert (np.mean(better, axis=0) > -2 * standard_error).all()


def test_the_credibility_is_that_of_the_true_variances():
    effect, places, y = draw(np.random.default_rng(0), 200_000, 20_000, False, 2.0)
    encoding = TargetEncoding(1)
    encoding.add_rows(places, y[:, None], np.ones(y.size), effect.size)
    n = np.bincount(places, minlength=effect.size)
    means = np.bincount(places, y, effect.size) / np.maximum(n, 1)
    # The posterior mean of an effect from N(0, 1), given n rows of variance 4.
    expected = n / (n + 4) * means
    np.testing.assert_allclose(encoding.encodings[:, 0], expected, atol=0.05)


def test_a_row_in_training_does_not_see_its_own_target():
    _, places, y = draw(np.random.default_rng(0), 300, 40, False, 1.0)
    Y = y[:, None]
    before = TargetEncoding(1).add_rows(places, Y, np.ones(300), 40)
    changed = Y.copy()
    changed[7] += 1e-3
    after = TargetEncoding(1).add_rows(places, changed, np.ones(300), 40)
    moved = np.abs(after - before)[:, 0]
    assert moved[7] < 1e-5  # through the mean of all rows and the variances only
    assert (moved[places == places[7]] > 1e-5).any()


def test_identifiers_and_noise_become_the_mean():
    y = np.random.default_rng(0).normal(5, 1, 200)
    identifiers = TargetEncoding(1)
    numbers = identifiers.add_rows(np.arange(200), y[:, None], np.ones(200), 200)
    np.testing.assert_allclose(numbers, y.mean())
    np.testing.assert_allclose(identifiers.transform(np.array([3, -1])), y.mean())


def test_only_ratios_of_weights_count_and_a_weight_of_0_is_absence():
    rng = np.random.default_rng(0)
    _, places, y = draw(rng, 300, 40, False, 1.0)
    weights = rng.integers(0, 3, 300).astype(float)
    encodings = []
    for rows, factor in ((slice(None), 1.0), (slice(None), 1000.0), (weights > 0, 0.01)):
        encoding = TargetEncoding(1)
        encoding.add_rows(places[rows], y[rows, None], factor * weights[rows], 40)
        encodings.append(encoding.encodings)
    np.testing.assert_allclose(encodings[1], encodings[0], rtol=1e-9)
    np.testing.assert_allclose(encodings[2], encodings[0], rtol=1e-9)


def test_the_unit_and_the_origin_of_the_target_do_not_matter():
    _, places, y = draw(np.random.default_rng(0), 300, 40, False, 1.0)
    Y = np.column_stack((y, 1e9 + y, 1e-6 * y))
    numbers = TargetEncoding(3).add_rows(places, Y, np.ones(300), 40)
    np.testing.assert_allclose(numbers[:, 1] - 1e9, numbers[:, 0], atol=1e-5)
    np.testing.assert_allclose(numbers[:, 2], 1e-6 * numbers[:, 0], rtol=1e-6)


def test_pieces_add_up():
    _, places, y = draw(np.random.default_rng(0), 300, 40, False, 1.0)
    whole, pieces = TargetEncoding(1), TargetEncoding(1)
    whole.add_rows(places, y[:, None], np.ones(300), 40)
    for rows in (slice(0, 100), slice(100, 300)):
        pieces.add_rows(places[rows], y[rows, None], np.ones(300)[rows], 40)
    np.testing.assert_allclose(pieces.encodings, whole.encodings, rtol=1e-9)


def test_a_row_in_training_does_not_see_the_targets_of_its_group():
    rng = np.random.default_rng(0)
    _, places, y = draw(rng, 300, 40, False, 1.0)
    groups = rng.integers(0, 60, 300)
    before = TargetEncoding(1).add_rows(places, y[:, None], np.ones(300), 40, groups)
    changed = np.where(groups == 7, y + 1e-3, y)
    after = TargetEncoding(1).add_rows(places, changed[:, None], np.ones(300), 40, groups)
    moved = np.abs(after - before)[:, 0]
    assert moved[groups == 7].max() < 1e-4  # through the mean of all rows and the variances only
    assert (moved[np.isin(places, places[groups == 7])] > 1e-4).any()


def test_a_category_of_one_group_is_unknown_to_its_rows():
    _, places, y = draw(np.random.default_rng(0), 300, 40, False, 1.0)
    numbers = TargetEncoding(1).add_rows(places, y[:, None], np.ones(300), 40, groups=places)
    np.testing.assert_allclose(numbers, np.full((300, 1), y.mean()))


def test_the_first_rows_of_a_stream_count_once():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"shop": [f"s{i}" for i in rng.integers(0, 150, 1200)], "x": rng.normal(size=1200)})
    y = rng.normal(size=1200)
    stream = BackpropRegressor(recipe="fast", random_state=0).partial_fit(X, y)
    whole = BackpropRegressor(recipe="fast", max_iter=1, random_state=0).fit(X, y)
    numbers = [model._model.encoder.by_target[0].target_encoding.encodings for model in (stream, whole)]
    np.testing.assert_allclose(*numbers, rtol=1e-12)
