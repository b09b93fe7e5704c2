"""What the recipes promise to their users."""

import numpy as np
import pytest
from effort import FULL, n_examples
from sklearn.datasets import load_diabetes, load_digits
from sklearn.linear_model import Ridge
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.estimators.base import settings_of
from skbackprop.model.resolving import n_epochs


@pytest.mark.filterwarnings("ignore:The 'max_iter' parameter")
@pytest.mark.parametrize("recipe", ["tabular", "fast", "textbook"])
@pytest.mark.parametrize("learning_rate", [0.001, 0.003, 0.01])
def test_a_learning_rate_means_the_same_in_every_recipe(recipe, learning_rate):
    if (recipe == "tabular" or learning_rate == 0.003) and not FULL:
        pytest.skip("SKBACKPROP_FULL=1 runs the larger networks and all learning rates")
    X, y = load_digits(return_X_y=True)
    model = BackpropClassifier(recipe=recipe, learning_rate=learning_rate, random_state=0)
    folds = list(StratifiedKFold(5, shuffle=True, random_state=0).split(X, y))
    scores = cross_val_score(model, X, y, cv=folds if FULL else folds[:1])
    assert scores.mean() > 0.97


def test_a_noisy_table_is_not_overfitted():
    """Ridge is hard to beat on the diabetes data."""
    X, y = load_diabetes(return_X_y=True)
    folds = KFold(5 if FULL else 3)
    model = BackpropRegressor(recipe="tabular" if FULL else "fast", random_state=0)
    ours = cross_val_score(model, X, y, cv=folds).mean()
    assert ours > cross_val_score(Ridge(alpha=0.1), X, y, cv=folds).mean() - 0.02


def test_probabilities_of_a_rare_class_are_those_of_the_class():
    ratios, excesses = [], []
    for seed in range(n_examples(3, 6)):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((6000 if FULL else 3000, 5))
        y = rng.random(len(X)) < 1 / (1 + np.exp(-(1.5 * X[:, 0] - 6.0)))
        model = BackpropClassifier(recipe="fast", random_state=seed).fit(X, y)
        X_new = rng.standard_normal((20_000, 5))
        truth = 1 / (1 + np.exp(-(1.5 * X_new[:, 0] - 6.0)))

        def excess(q, truth=truth):
            return np.mean(truth * np.log(truth / q) + (1 - truth) * np.log((1 - truth) / (1 - q)))

        predicted = model.predict_proba(X_new)[:, 1]
        ratios.append(predicted.mean() / y.mean())
        excesses.append(excess(predicted) / excess(y.mean()))
    # A fit sees 25 to 50 rows of the class, so its mean probability differs from the base rate by chance.
    assert np.mean(ratios) == pytest.approx(1, abs=0.1)
    assert max(excesses) < 0.5


@pytest.mark.parametrize(("kind", "before"), [("classifier", 40), ("regressor", 72)])
def test_the_larger_the_table_the_fewer_epochs(kind, before):
    assert n_epochs(before, kind, 10_000, 256) == before
    sizes = [30_000, 60_000, 100_000, 300_000, 10**6, 10**7, 10**9]
    epochs = [n_epochs(before, kind, n_rows, 256) for n_rows in sizes]
    assert epochs == sorted(epochs, reverse=True)
    assert epochs[-1] == 1
    for n_rows in (200_000, 800_000):  # four times as many rows take twice the time
        assert n_epochs(before, kind, 4 * n_rows, 256) == pytest.approx(
            n_epochs(before, kind, n_rows, 256) / 2, abs=1
        )


@pytest.mark.parametrize(
    ("kind", "recipe", "n_rows", "expected"),
    [
        ("classifier", "tabular", 99_999, (8, 8, "coslog4", 0.05)),
        ("classifier", "tabular", 100_000, (4, 8, "flat_cos", 0.02)),
        ("classifier", "tabular", 150_000, (2, 8, "flat_cos", 0.02)),
        ("regressor", "tabular", 100_000, (3, 8, "flat_cos", 0.02)),
        ("regressor", "fast", 10**6, (2, 8, "flat_cos", 0.02)),
        ("classifier", "best", 100_000, (6, 8, "flat_cos", 0.02)),
        ("classifier", "textbook", 10**6, (1, 1, "constant", 0.0)),
    ],
)
def test_large_tables_have_fewer_networks_with_as_large_folds(kind, recipe, n_rows, expected):
    estimator = BackpropClassifier if kind == "classifier" else BackpropRegressor
    settings = settings_of(estimator(recipe=recipe), np.zeros((n_rows, 2)), None)
    assert (settings.n_estimators, settings.n_folds, settings.schedule, settings.dropout) == expected
    if recipe != "textbook":
        assert settings.early_stopping == "folds"
        assert settings.n_iter_no_change == (None if n_rows >= 100_000 else "cycle")


def test_what_the_user_sets_holds_on_large_tables():
    model = BackpropClassifier(n_estimators=10, schedule="cosine", dropout=0.0)
    settings = settings_of(model, np.zeros((10**6, 2)), None)
    assert (settings.n_estimators, settings.n_folds, settings.schedule) == (10, 10, "cosine")
    assert settings.dropout == 0.0


@pytest.mark.parametrize("n_rows", [5, 32])
@pytest.mark.parametrize("recipe", ["tabular", "fast", "best"])
def test_a_single_step_learns(n_rows, recipe):
    X = np.random.default_rng(0).normal(size=(n_rows, 2))
    y = X[:, 0]
    model = BackpropRegressor(recipe=recipe, max_iter=1, n_estimators=2, random_state=0).fit(X, y)
    assert model.resolved_params_["schedule"] == "flat_cos"
    assert model.score(X, y) > 0
    model.set_params(warm_start=True)
    for _ in range(60):
        model.fit(X, y)
    assert model.score(X, y) > 0.5
