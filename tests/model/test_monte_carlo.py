"""Monte Carlo dropout: what a row gets, against a closed form and the textbook's network."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.model import monte_carlo
from skbackprop.network import textbook, workspace

pytestmark = [
    pytest.mark.filterwarnings("ignore:The 'max_iter' parameter"),
    pytest.mark.filterwarnings("ignore:The loss after training"),  # two epochs may learn nothing
]

RNG = np.random.default_rng(0)
X = RNG.normal(size=(1000, 6)) * (RNG.random((1000, 6)) < 0.6)
Y = X[:, 0] - X[:, 1] ** 2 + RNG.normal(size=1000) / 10
FRAME = (
    pd.DataFrame(X)
    .rename(columns=str)
    .assign(town=np.array(["Bonn", "Köln", "Trier"])[RNG.integers(0, 3, 1000)])
)
FORMS = {"dense": X, "sparse": csr_array(X), "frame": FRAME}
NETWORKS = {
    "plain": {"recipe": "textbook"},
    "periodic inputs, two networks": {"recipe": Recipe("tabular", input_layer="periodic")},
    "pieces, two networks": {"recipe": Recipe("tabular", input_layer="mixed")},
}


def take(form, rows):
    return form.iloc[rows] if isinstance(form, pd.DataFrame) else form[rows]


@pytest.mark.parametrize("network", NETWORKS)
@pytest.mark.parametrize("form", FORMS)
def test_a_row_does_not_depend_on_the_rows_beside_it(form, network, monkeypatch):
    given = FORMS[form]
    settings = {"dropout": [0.1, 0.2, 0.3], "max_iter": 2, "dtype": "float64", "random_state": 0}
    model = BackpropRegressor((9, 7), **settings, **NETWORKS[network]).fit(given, Y)
    mean, std = model.predict(given, return_std=True, n_samples=5)
    assert std.min() > 0
    order = np.random.default_rng(1).permutation(len(Y))
    for rows in ([0], [500], [999, 0], order, order[:300]):
        alone = model.predict(take(given, rows), return_std=True, n_samples=5)
        np.testing.assert_allclose(alone, (mean[rows], std[rows]), rtol=1e-12, atol=1e-12)
    monkeypatch.setattr(monte_carlo, "INPUT_BYTES", 1)
    monkeypatch.setattr(workspace, "BLOCK_BYTES", 1)
    in_small_blocks = model.predict(given, return_std=True, n_samples=5)
    np.testing.assert_allclose(in_small_blocks, (mean, std), rtol=1e-12, atol=1e-12)


def test_more_passes_begin_with_the_same_ones():
    labels = np.digitize(Y, [-1, 0])
    model = BackpropClassifier(8, dropout=0.2, max_iter=2, random_state=0).fit(X, labels)
    np.testing.assert_array_equal(model.sample_proba(X, 9, 5)[..., :4], model.sample_proba(X, 4, 5))
    assert not np.allclose(model.sample_proba(X, 4, 5), model.sample_proba(X, 4, 6))


def test_mean_and_deviation_of_one_dropped_layer_are_those_of_the_binomial_masks():
    """z = b + sum_j a_j m_j w_j has the mean b + a w and the variance p / (1 - p) sum_j (a_j w_j)^2."""
    p, n_passes = 0.3, 4000
    model = BackpropRegressor(
        12, dropout=p, recipe="textbook", scaling=None, max_iter=3, dtype="float64", random_state=0
    ).fit(X, Y)
    rows = X[:5]
    a = np.maximum(rows @ model.coefs_[0] + model.intercepts_[0], 0)
    terms = a * model.coefs_[1][:, 0]
    deviation = np.sqrt(p / (1 - p) * (terms**2).sum(axis=1))
    mean, std = model.predict(rows, return_std=True, n_samples=n_passes)
    error = deviation / np.sqrt(n_passes)
    assert (np.abs(mean - model.predict(rows)) < 5 * error).all()
    np.testing.assert_allclose(std, deviation, rtol=0.06)


def test_mean_and_deviation_agree_with_independent_masks_for_each_row():
    rates, n_passes = [0.1, 0.3, 0.2], 2000
    model = BackpropRegressor(
        (10, 8),
        "tanh",
        dropout=rates,
        recipe="textbook",
        scaling=None,
        max_iter=5,
        dtype="float64",
        random_state=0,
    ).fit(X, Y)
    rows, rng = np.repeat(X[:4], n_passes, axis=0), np.random.default_rng(7)
    masks = [(rng.random((len(rows), n)) >= p) / (1 - p) for n, p in zip((6, 10, 8), rates, strict=True)]
    z, _ = textbook.forward(rows, model.coefs_, model.intercepts_, "tanh", masks)
    independent = z[-1].reshape(4, n_passes)
    mean, std = model.predict(X[:4], return_std=True, n_samples=n_passes)
    error = np.sqrt(2 / n_passes) * std
    assert (np.abs(mean - independent.mean(axis=1)) < 5 * error).all()
    np.testing.assert_allclose(std, independent.std(axis=1), rtol=0.1)


@pytest.mark.parametrize(
    "recipe",
    ["textbook", *(Recipe("tabular", input_layer=kind) for kind in ("periodic", "piecewise", "mixed"))],
)
def test_dropped_inputs_are_inputs_times_the_mask(recipe):
    """With all hidden units kept, a pass is the prediction for x * m, for the m of that pass."""
    model = BackpropRegressor(
        7, dropout=[0.4, 0.0], recipe=recipe, scaling=None, max_iter=2, dtype="float64", random_state=0
    ).fit(X, Y)
    samples = model.sample_y(X[:3], 30)
    possible = np.array(np.meshgrid(*[[0, 1 / 0.6]] * 6)).reshape(6, -1).T
    predictions = np.stack([model.predict(X[:3] * mask) for mask in possible], axis=1)
    for sample in samples.T:  # one mask explains all rows
        assert np.abs(predictions - sample[:, None]).max(axis=0).min() < 1e-12


def test_passes_that_overflow_are_refused():
    model = BackpropRegressor(
        4, dropout=0.1, recipe="textbook", scaling=None, max_iter=1, dtype="float32", random_state=0
    ).fit(X, Y)
    model.coefs_[0][...] = 1
    with pytest.raises(ValueError, match="row 1 of X are not finite"):
        model.predict(np.array([X[0], X[1] + 3e38]), return_std=True)


@pytest.mark.parametrize("seed", [-1, 1.5, "one"])
def test_the_seed_of_the_passes_is_one(seed):
    regressor = BackpropRegressor(4, dropout=0.2, max_iter=2, random_state=0).fit(X, Y)
    classifier = BackpropClassifier(4, dropout=0.2, max_iter=2, random_state=0).fit(X, Y > 0)
    for sample in (regressor.sample_y, classifier.sample_proba):
        with pytest.raises(ValueError, match=f"'random_state' parameter .* must be an int .* Got {seed!r}"):
            sample(X, random_state=seed)


@pytest.mark.parametrize("n_samples", [0, -1, 1.5, "3", None, True])
def test_the_number_of_passes_is_a_count(n_samples):
    regressor = BackpropRegressor(4, dropout=0.2, max_iter=2, random_state=0).fit(X, Y)
    classifier = BackpropClassifier(4, dropout=0.2, max_iter=2, random_state=0).fit(X, Y > 0)
    message = rf"'n_samples' parameter .*an int in the range \[1, inf\)\. Got {n_samples!r}"
    for call in (
        lambda: regressor.sample_y(X, n_samples),
        lambda: regressor.predict(X, return_std=True, n_samples=n_samples),
        lambda: classifier.sample_proba(X, n_samples),
    ):
        with pytest.raises(ValueError, match=message):
            call()
