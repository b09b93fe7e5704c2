"""Numbers as categories: which columns are found, on draws of known truth, and what their categories do."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import load_diabetes, load_digits
from sklearn.ensemble import HistGradientBoostingRegressor

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.inspection import attributions, diagnose
from skbackprop.tables.containers import as_columns
from skbackprop.tables.numbers_as_categories import columns_as_categories
from skbackprop.tables.target_columns import TargetColumns


def found(X, y, weights=None, groups=None):
    is_regressor = np.asarray(y).dtype.kind == "f"
    return columns_as_categories(X, y, TargetColumns(y, is_regressor), weights, groups).tolist()


def draw(seed, n=2000, K=30, noise=1.0):
    """Return numbers of shops, further numbers of the same values without effect, and a target."""
    rng = np.random.default_rng(seed)
    X = rng.integers(1, K + 1, (n, 3)).astype(float)
    effect = rng.normal(size=K + 1)
    return X, effect[X[:, 0].astype(int)] + noise * rng.normal(size=n)


@pytest.mark.parametrize("n, K, noise", [(1000, 20, 1.0), (2000, 30, 1.0), (4000, 300, 0.5)])
def test_values_with_independent_means_are_found(n, K, noise):
    assert sum(found(*draw(seed, n, K, noise)) == [0] for seed in range(20)) >= 18


@pytest.mark.parametrize(
    "curve",
    [lambda x: x, np.square, lambda x: np.sin(2 * np.pi * x), lambda x: np.exp(5 * x), lambda x: x > 0.4],
    ids=["line", "parabola", "wave", "exponential", "step"],
)
def test_numbers_whose_order_matters_are_not_found(curve):
    rng = np.random.default_rng(0)
    for K in (8, 12, 25, 60):
        x = rng.integers(0, K, 3000).astype(float)
        y = curve(x / K) + 0.5 * rng.normal(size=3000)
        assert found(x[:, None], y) == []
        if K > 8:
            assert found(x[:, None], y > np.quantile(y, 0.8)) == []


def test_a_classifier_has_indicators_for_few_values_on_a_curve():
    rng = np.random.default_rng(0)
    rating, other = rng.integers(0, 6, (2, 8000)).astype(float)
    X = np.column_stack((rating, other, rng.integers(0, 9, 8000)))
    p = 0.2 + 0.1 * (rating - 2.5) ** 2 / 2 + 0.05 * other + 0.02 * (X[:, 2] - 4) ** 2 / 4
    labels = rng.random(8000) < p
    assert found(X, labels) == [0]  # `other` is on a line, and the third has nine values
    assert found(X, p + 0.1 * rng.normal(size=8000)) == []


@pytest.mark.parametrize("spread", [0.0, 1.0, 2.0])
def test_columns_without_effect_are_rarely_found(spread):
    """At most three of a thousand, also with heavy tails, rare classes and unequal weights."""
    rng = np.random.default_rng(0)
    n_found = 0
    for K in (5, 8, 12, 20, 40):
        X = rng.integers(0, K, (1000, 100)).astype(float)
        y = rng.standard_t(2, 1000)
        weights = np.exp(spread * rng.normal(size=1000))
        n_found += len(found(X, y, weights)) + len(found(X, y > 3, weights))
    assert n_found <= 3


def test_only_the_order_of_the_values_and_of_the_target_matters():
    X, y = draw(0)
    assert found(X, y) == found(np.exp(X), y) == found(X, np.exp(3 * y)) == found(-X, -y) == [0]
    order = np.random.default_rng(1).permutation(y.size)
    assert found(X[order], y[order]) == [0]


def test_few_levels_of_pixels_stay_sizes():
    X, y = load_digits(return_X_y=True)
    assert found(X // 4, y) == []


def test_large_tables_are_sampled_at_random():
    """Every k-th row of a panel in regular order would be the rows of few shops."""
    n, K = 200_000, 40
    rng = np.random.default_rng(1)
    shop = np.arange(n) % K
    y = rng.normal(size=K)[shop] + 0.5 * rng.normal(size=n)
    assert found(shop[:, None].astype(float), y) == [0]
    shop = rng.integers(0, 3000, n)
    assert found(shop[:, None].astype(float), rng.normal(size=3000)[shop] + rng.normal(size=n)) == [0]


def test_rows_are_taken_from_arrays_in_c_order():
    """In another order, each batch would copy the whole table."""
    X, y = shops(1600)
    for array in (X.to_numpy(), np.asfortranarray(X), csr_array(X)):
        encoder = fast().fit(array, y)._model.encoder
        rows = encoder.transform(as_columns(array))
        assert rows.numbers.flags.c_contiguous


def test_classes_labels_and_several_targets():
    X, y = draw(0, noise=0.5)
    assert found(X, np.digitize(y, [-0.5, 0.5])) == found(X, np.array(["a", "b"])[(y > 0).astype(int)]) == [0]
    both = np.column_stack((np.random.default_rng(1).normal(size=y.size), y))
    assert found(X, both) == [0]
    assert found(X, (both > 0).astype(int)) == [0]


def test_rows_of_weight_0_and_missing_numbers_are_absent():
    X, y = draw(0)
    rng = np.random.default_rng(1)
    shuffled = np.vstack((X, rng.permutation(X))), np.concatenate((y, y))
    weights = np.repeat([1.0, 0.0], y.size)
    assert found(*shuffled, weights) == [0]
    X = np.vstack((X, np.full((500, 3), np.nan)))
    assert found(X, np.concatenate((y, rng.normal(5, 1, 500)))) == [0]


def test_groups_that_differ_do_not_make_a_column_categories():
    """The age of 200 patients with 10 rows each tells who they are; for other patients it means nothing."""
    n_found = [0, 0]
    for seed in range(20):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(200), 10)
        age = rng.integers(0, 15, 200)[groups].astype(float)
        y = rng.normal(size=200)[groups] + 0.3 * rng.normal(size=groups.size)
        n_found[0] += len(found(age[:, None], y))
        n_found[1] += len(found(age[:, None], y, groups=groups))
    assert n_found[0] > 10
    assert n_found[1] == 0
    X, y = draw(0)
    assert found(X, y, groups=rng.integers(0, 1000, y.size)) == [0]


def test_columns_of_many_zeros_and_measurements_are_not_found():
    """No pixel of an image, no measurement, and no count that is 0 in most rows."""
    X, y = load_digits(return_X_y=True)
    assert found(X, y) == []
    X, y = load_diabetes(return_X_y=True)
    assert found(X, y) == []
    rng = np.random.default_rng(0)
    x = np.where(rng.random(3000) < 0.8, 0, rng.integers(1, 10, 3000)).astype(float)
    assert found(x[:, None], (x == 0) + rng.normal(size=3000)) == []


def shops(n=3000, seed=0):
    """Return a frame with numbers of shops and prices, and sales that depend on both."""
    rng = np.random.default_rng(seed)
    number, price = rng.integers(1, 81, n), rng.normal(size=n)
    level, slope = np.random.default_rng(99).normal(size=(2, 81))
    y = level[number] + 0.5 * slope[number] * price + 0.3 * rng.normal(size=n)
    return pd.DataFrame({"shop": number.astype(float), "price": price}), y


def test_the_regressor_learns_numbers_of_shops_as_well_as_their_names():
    X, y = shops()
    X_test, y_test = shops(seed=1)

    def rmse(model):
        return np.sqrt(np.mean((model.fit(X, y).predict(X_test) - y_test) ** 2))

    default = rmse(BackpropRegressor(random_state=0))
    named = rmse(BackpropRegressor(categorical_features=["shop"], random_state=0))
    as_size = rmse(BackpropRegressor(recipe=Recipe(numbers_as_categories=False), random_state=0))
    trees = rmse(HistGradientBoostingRegressor(random_state=0))
    assert default < 1.1 * named
    assert default < 0.9 * as_size
    assert default < trees


def fast(**parameters):
    return BackpropRegressor(recipe="fast", max_iter=10, random_state=0, **parameters)


def test_the_type_of_the_numbers_and_the_library_do_not_matter():
    X, y = shops(1600)
    model = fast().fit(X, y)
    expected = model.predict(X)
    others = [
        X.astype({"shop": int}),
        X.astype({"shop": "Int64"}),
        X.astype({"shop": object}),
        X.astype({"shop": "float32"}),
    ]
    for other in others:
        np.testing.assert_array_equal(model.predict(other), expected)
        np.testing.assert_array_equal(fast().fit(other, y).predict(X), expected)
    np.testing.assert_array_equal(model.predict(X.astype({"shop": str})), expected)
    of_array = fast().fit(X.to_numpy(), y)
    for array in (X.to_numpy(), X.to_numpy().tolist(), np.asfortranarray(X), csr_array(X)):
        np.testing.assert_array_equal(of_array.predict(array), expected)
        np.testing.assert_array_equal(fast().fit(array, y).predict(array), expected)
    np.testing.assert_allclose(of_array.predict(X.to_numpy()[:1]), expected[:1], rtol=1e-5)


def test_a_frame_of_polars_gives_the_same_model():
    polars = pytest.importorskip("polars")
    X, y = shops(1600)
    frame = polars.DataFrame({name: X[name].to_numpy() for name in X})
    np.testing.assert_array_equal(fast().fit(frame, y).predict(frame), fast().fit(X, y).predict(X))


def test_the_report_shows_numbers_with_categories():
    X, y = shops(1600)
    X.loc[::40, "shop"] = np.nan
    model = fast().fit(X, y)
    shop, price = model.columns_
    assert (shop.kind, price.kind) == ("number", "number")
    assert shop.inputs[:2] == ("shop", "shop_1")
    assert shop.inputs[-1] == "shop_missing"
    assert shop.categories == (*range(1, 81), None)
    assert str(model.columns_).splitlines()[1].split() == [
        "shop",
        "number",
        "+",
        "category",
        *["82", "81", "0.0%", "2.5%"],
    ]
    assert len(set(shop.inputs)) == len(shop.inputs)  # the missing number has one indicator
    X.loc[:2, "shop"] = [99, 2.5, np.nan]  # unknown numbers are sizes only
    assert np.isfinite(model.predict(X[:3])).all()


@pytest.mark.filterwarnings("ignore:The 'max_iter' parameter:sklearn.exceptions.ConvergenceWarning")
def test_columns_are_searched_only_where_it_helps():
    X, y = shops(1600)

    def searched(model):
        encoder = model.fit(X, y)._model.encoder
        return [] if encoder is None else encoder.as_categories.tolist()

    assert searched(fast()) == [0]
    assert searched(fast(categorical_features=None)) == []
    assert searched(fast(categorical_features=["shop"])) == []
    assert searched(BackpropRegressor(recipe=Recipe("fast", numbers_as_categories=False), max_iter=2)) == []
    assert searched(BackpropRegressor(hidden_layer_sizes=())) == []
    assert searched(BackpropRegressor(recipe="textbook", max_iter=2)) == []
    assert fast().partial_fit(X, y)._model.encoder is None


def test_the_conversion_to_scikit_learn_says_how_to_do_without():
    X, y = shops(1600)
    plain = {"input_layer": None, "clip_predictions": False}
    model = BackpropRegressor(
        8, recipe=Recipe(**plain), activation="relu", scaling="standard", n_estimators=1
    )
    with pytest.raises(ValueError, match=r"set Recipe\(..., numbers_as_categories=False\)"):
        model.fit(X, y).to_sklearn()
    model.set_params(recipe=Recipe(**plain, numbers_as_categories=False)).fit(X, y)
    np.testing.assert_allclose(model.to_sklearn().predict(X), model.predict(X), rtol=1e-5, atol=1e-5)


def test_a_warm_start_gives_new_numbers_an_indicator():
    X, y = shops(1600)
    model = fast(warm_start=True).fit(X, y)
    more = X.copy()
    more.loc[:19, "shop"] = 81
    model.fit(more, y)
    assert model.columns_[0].categories == tuple(range(1, 82))


def test_attributions_and_diagnosis_are_of_the_columns():
    X, y = draw(0, noise=0.3)
    model = BackpropRegressor(random_state=0).fit(X, y)
    values = attributions(model, X[:200], background=X).values
    assert values.shape == (200, 3)
    effects = np.array([y[X[:, 0] == number].mean() for number in X[:200, 0]])
    assert np.corrcoef(values[:, 0], effects)[0, 1] > 0.98
    assert np.abs(values[:, 1:]).mean() < 0.1 * np.abs(values[:, 0]).mean()
    assert not diagnose(model, X, y).findings


def test_a_classifier_finds_them_in_classes():
    X, y = shops()
    X_test, y_test = shops(seed=1)
    labels, labels_test = y > 0, y_test > 0
    model = BackpropClassifier(random_state=0).fit(X, labels)
    as_size = BackpropClassifier(recipe=Recipe(numbers_as_categories=False), random_state=0).fit(X, labels)
    assert model.columns_[0].categories
    assert model.score(X_test, labels_test) > as_size.score(X_test, labels_test) + 0.01
