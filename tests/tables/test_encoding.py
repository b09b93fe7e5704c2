"""Raw frames: categories and missing numbers."""

import math
import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.metrics import log_loss
from sklearn.model_selection import cross_val_score
from sklearn.preprocessing import OneHotEncoder

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.network.input_layer import FIXED_SCALE
from skbackprop.tables.category_column import CategoryColumn
from skbackprop.tables.columns import Column
from skbackprop.tables.encoding import Encoder
from skbackprop.tables.frames import as_frame

pd = pytest.importorskip("pandas")


def make(n=300, seed=0):
    rng = np.random.default_rng(seed)
    town = rng.choice(["Bern", "Oslo", "Rome"], n)
    age = rng.uniform(20, 60, n)
    y = (town == "Oslo") ^ (age > 40)
    frame = pd.DataFrame({"age": age, "town": town, "colour": rng.choice(["red", "blue"], n)})
    return frame, np.where(y, "yes", "no")


@pytest.mark.parametrize("dtype", ["category", "object", "string"])
def test_a_raw_frame_just_works(dtype):
    frame, y = make()
    frame = frame.astype({"town": dtype, "colour": dtype})
    frame.loc[::7, "age"] = np.nan
    frame.loc[::11, "town"] = None
    model = BackpropClassifier(32, recipe="fast", n_estimators=2, random_state=0).fit(frame, y)
    assert model.score(frame, y) > 0.85
    assert model.feature_names_in_.tolist() == ["age", "town", "colour"]
    assert cross_val_score(clone(model), frame, y, cv=2).mean() > 0.7
    copy = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copy.predict_proba(frame), model.predict_proba(frame))


def test_encoded_columns_in_their_order():
    frame, _ = make(50)
    frame.loc[3, "age"] = np.nan
    encoder = Encoder(as_frame(frame), np.array([False, True, True]), names=frame.columns)
    assert encoder.feature_names == [
        "age", "age_missing", "town_Bern", "town_Oslo", "town_Rome",
        "colour_blue", "colour_red",
    ]  # fmt: skip
    encoded = encoder.transform(as_frame(frame))[:]
    others = frame["age"].drop(3)
    # The inverted distribution function: the smallest value that half of the rows do not exceed.
    assert encoded[3, 0] == np.sort(others)[(len(others) - 1) // 2]
    np.testing.assert_array_equal(encoded[:, 1], np.arange(50) == 3)
    np.testing.assert_array_equal(encoded[:, 2], frame["town"] == "Bern")


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_names_of_the_inputs_of_a_column_are_unique(library):
    def names(values, **limits):
        frame = pytest.importorskip(library)
        make = frame.table if library == "pyarrow" else frame.DataFrame
        model = BackpropClassifier(recipe="fast", max_iter=1, n_estimators=1, **limits)
        model.fit(make({"a": values * 20, "x": range(20 * len(values))}), [0, 1] * 10 * len(values))
        assert len(set(model._model.encoder.feature_names)) == model._model.network.n_inputs
        return [name.removeprefix("a_") for name in model.columns_[0].inputs]

    assert names(["missing", "b"]) == ["b", "missing"]
    assert names(["missing", "b", None, "'missing'"]) == ["\"'missing'\"", "b", "'missing'", "missing"]
    rare = ["b", "b", "rare", "rare", "target", "target", "c", "missing"]
    assert names(rare, max_categories=4) == ["target", "b", "'rare'", "'target'", "rare"]


def test_the_number_1_and_the_text_1_have_different_names():
    values = pd.Series([1, "1", "b", 0.5, "0.5", "2"] * 20, dtype=object)
    model = BackpropClassifier(recipe="fast", max_iter=1, n_estimators=1)
    model.fit(pd.DataFrame({"a": values}), [0, 1] * 60)
    assert model.columns_[0].inputs == ("a_0.5", "a_1", "a_'0.5'", "a_'1'", "a_2", "a_b")


def test_unseen_and_missing_values_at_prediction():
    frame, y = make()
    model = BackpropClassifier(recipe="fast", n_estimators=2, random_state=0).fit(frame, y)
    strange = frame[:4].copy()
    strange["town"] = ["Paris", None, "Oslo", "Rome"]
    strange.loc[2, "age"] = np.nan
    assert np.isfinite(model.predict_proba(strange)).all()


def test_columns_in_another_order_or_missing_are_refused_by_name():
    frame, y = make()
    model = BackpropClassifier(max_iter=2, random_state=0).fit(frame, y)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame[["town", "age", "colour"]])
    with pytest.raises(ValueError, match="colour"):
        model.predict(frame[["age", "town"]])


def test_weights_are_repetition_in_medians_and_counts():
    frame, _ = make(60)
    frame.loc[::5, "age"] = np.nan
    weight = np.arange(60) % 3
    mask = np.array([False, True, True])
    weighted = Encoder(as_frame(frame), mask, weight.astype(float))
    repeated = Encoder(as_frame(frame.loc[np.repeat(np.arange(60), weight)]), mask)
    assert weighted.medians == repeated.medians
    rows = [encoder.transform(as_frame(frame))[:] for encoder in (weighted, repeated)]
    np.testing.assert_array_equal(*rows)


MASK = [False, True, True]


@pytest.mark.parametrize("features", [[1, 2], ["town", "colour"], MASK, np.array(MASK, object)])
def test_categories_by_position_name_and_mask(features):
    frame, y = make()
    by_type = BackpropClassifier(max_iter=3, random_state=0).fit(frame, y)
    chosen = BackpropClassifier(max_iter=3, random_state=0, categorical_features=features).fit(frame, y)
    np.testing.assert_array_equal(by_type.predict_proba(frame), chosen.predict_proba(frame))


@pytest.mark.parametrize(
    "limits",
    [
        {"max_categories": 7},
        {"max_categories": 300},
        {"max_categories": None},
        {"min_frequency": 12},
        {"min_frequency": 0.02},
        {"max_categories": 9, "min_frequency": 12},
    ],
)
def test_rare_categories_are_those_of_one_hot_encoder(limits):
    counts = np.arange(2, 42)
    values = np.repeat([f"c{i}" for i in range(counts.size)], counts)
    encoder = Encoder(as_frame(pd.DataFrame({"code": values})), np.array([True]), **limits)
    judge = OneHotEncoder(sparse_output=False, handle_unknown="infrequent_if_exist", **limits)
    new = pd.DataFrame({"code": [*values, "unseen"]})
    expected = judge.fit(values[:, None]).transform(new.to_numpy())
    encoded = encoder.transform(as_frame(new))[:]
    assert sorted(map(tuple, encoded.T)) == sorted(map(tuple, expected.T))


def test_integers_of_any_size_are_categories_by_value():
    integers = [10**400, 2**60, 2**60 + 1, -1]
    column = CategoryColumn(Column("k", np.array(integers, object)), 0)
    assert column.categories == [-1, 2**60, 2**60 + 1, 10**400]
    np.testing.assert_array_equal(column.transform(Column("k", np.array([2**60, 2**60 + 1]))), [1, 2])


def test_the_limit_of_categories_grows_with_the_rows():
    for n_rows, limit in ((10, 100), (1_000, 100), (1_500, 150), (200_000, 1_000)):
        column = CategoryColumn(Column("k", np.arange(n_rows) // 10), 0, max_categories="auto")
        assert column.limit == limit
        assert column.n_codes == min(math.ceil(n_rows / 10), limit)


def test_with_many_categories_those_of_few_rows_are_rare():
    values = np.concatenate((np.repeat(["a", "b"], (10, 9)), [f"c{i}" for i in range(200)]))
    column = CategoryColumn(Column("k", values), 0, max_categories="auto")
    assert column.categories == ["a"]
    assert CategoryColumn(Column("k", values[:110]), 0, max_categories="auto").n_codes == 93


def test_slopes_that_differ_between_categories_of_few_rows_are_learned():
    rng = np.random.default_rng(0)
    level, slope = rng.normal(size=(2, 120))

    def draw(n_rows):
        town, x = np.arange(n_rows) % 120, rng.normal(size=n_rows)
        y = level[town] + slope[town] * x
        return pd.DataFrame({"town": np.char.add("t", town.astype(str)), "x": x}), y

    X, y = draw(15 * 120)
    model = BackpropRegressor(recipe="fast", max_iter=30, random_state=0).fit(X, y)
    X_new, y_new = draw(2_000)
    # The mean of each town explains half of the variance, the variance of `level`.
    assert model.score(X_new, y_new) > 0.9


def test_codes_beside_a_number_by_the_target_start_at_0_with_a_fixed_scale():
    town, kind = np.arange(1200) % 110, np.arange(1200) % 3
    X = pd.DataFrame({"town": np.char.add("t", town.astype(str)), "kind": np.char.add("k", kind.astype(str))})
    model = BackpropRegressor(recipe="fast", max_iter=2, n_estimators=1, random_state=0, tol=0)
    model.set_params(learning_rate=1e-12, early_stopping=False).fit(X, 1.0 * town)
    codes = [
        name.startswith("town_t") and name != "town_target" for name in model._model.encoder.feature_names
    ]
    assert sum(codes) == 110
    network = model._model.network
    codes += [False] * network.input_layer.n_pieces  # of the encoding of towns by the target
    assert np.abs(network.W[0][codes]).max() < 1e-9
    assert np.abs(network.W[0][~np.array(codes)]).min(axis=1).max() > 1e-4
    np.testing.assert_array_equal(network.input_parameters["s"][codes], FIXED_SCALE)
    model.set_params(learning_rate=0.01, max_iter=10).fit(X, 1.0 * town)
    assert np.abs(model._model.network.W[0][codes]).max(axis=1).min() > 0
    np.testing.assert_array_equal(model._model.network.input_parameters["s"][codes], FIXED_SCALE)


@pytest.mark.parametrize(("kind", "n_fixed"), [(BackpropClassifier, 21), (BackpropRegressor, 0)])
def test_scales_of_more_than_twenty_categories_are_fixed_in_classifiers(kind, n_fixed):
    town, few = (np.char.add(name, (np.arange(210) % n).astype(str)) for name, n in (("t", 21), ("f", 20)))
    X = pd.DataFrame({"town": town, "few": few, "x": np.linspace(0, 1, 210)})
    model = kind(recipe="fast", max_iter=2, random_state=0).fit(X, np.arange(210) % 4 // 2)
    names = model._model.encoder.feature_names
    fixed = [names[j] for j in model._model.network.input_layer.fixed]
    assert len(fixed) == n_fixed
    assert all(name.startswith("town_") for name in fixed)


def test_scales_of_more_than_eight_categories_are_fixed_in_half_of_the_networks_of_regressors():
    town, few = (np.char.add(name, (np.arange(360) % n).astype(str)) for name, n in (("t", 9), ("f", 8)))
    X = pd.DataFrame({"town": town, "few": few})
    model = BackpropRegressor(recipe="fast", max_iter=1, learning_rate=1e-12, random_state=0)
    model.fit(X, np.arange(360) % 72.0)
    network, names = model._model.network, np.array(model._model.encoder.feature_names)
    of_town = np.char.startswith(names, "town_")
    s, W = network.input_parameters["s"], np.abs(network.W[0]).max(axis=-1)
    np.testing.assert_array_equal(s == FIXED_SCALE, [of_town, 0 * of_town] * 2)
    np.testing.assert_array_equal(W < 1e-9, [of_town, 0 * of_town] * 2)
    model.set_params(max_iter=10, learning_rate=0.01, early_stopping=False).fit(X, np.arange(360) % 72.0)
    s = model._model.network.input_parameters["s"]
    np.testing.assert_array_equal(s == FIXED_SCALE, [of_town, 0 * of_town] * 2)


def test_a_new_category_of_a_warm_start_has_the_scale_of_the_others():
    X = pd.DataFrame(
        {"town": np.char.add("t", (np.arange(210) % 21).astype(str)), "x": np.linspace(0, 1, 210)}
    )
    y = np.arange(210) % 4 // 2
    model = BackpropClassifier(recipe="fast", max_iter=2, random_state=0, warm_start=True).fit(X, y)
    X["town"] = np.char.add("t", (np.arange(210) % 22).astype(str))
    model.fit(X, y)
    layer, names = model._model.network.input_layer, model._model.encoder.feature_names
    assert {names[j] for j in layer.fixed} == {f"town_t{i}" for i in range(22)}
    np.testing.assert_array_equal(model._model.network.input_parameters["s"][..., layer.fixed], FIXED_SCALE)


def test_a_table_of_one_column_of_many_categories_is_learned():
    k = np.arange(600) % 30
    X, y = pd.DataFrame({"k": np.char.add("k", k.astype(str))}), k % 2
    assert BackpropClassifier(recipe="fast", random_state=0).fit(X, y).score(X, y) > 0.95


def test_a_column_of_categories_without_effect_costs_a_classifier_little():
    rng = np.random.default_rng(0)
    x, noise = rng.normal(size=(6000, 4)), rng.integers(0, 50, 6000)
    p = 1 / (1 + np.exp(2 - 3 * np.sin(2 * x[:, 0]) - x[:, 1] - 2 * x[:, 2] * x[:, 3]))
    y = rng.random(6000) < p
    X = pd.DataFrame(x).add_prefix("x").assign(town=np.char.add("t", noise.astype(str)))
    excess = []
    for columns in (["x0", "x1", "x2", "x3"], list(X)):
        model = BackpropClassifier(recipe="fast", random_state=0).fit(X[columns][:2000], y[:2000])
        predicted = model.predict_proba(X[columns][2000:])[:, 1]
        excess.append(log_loss(y[2000:], predicted) - log_loss(y[2000:], p[2000:]))
    # With learned scales, the loss in excess of that of the true probabilities doubles.
    assert excess[1] < 1.3 * excess[0]


def test_categories_of_later_pieces_follow_those_of_earlier_ones():
    pieces = [["b", "b", "a"], ["c", "c", "a", None], ["d", "c"]]
    column = CategoryColumn(Column("k", np.array(pieces[0], object)), 0)
    states = [column]
    for piece in pieces[1:]:
        states.append(states[-1].grown(Column("k", np.array(piece, object))))
    assert [state.categories for state in states] == [
        ["a", "b"], ["a", "b", "c", None], ["a", "b", "c", None, "d"],
    ]  # fmt: skip
    assert states[-1].missing_share == 1 / 9
    assert states[1].origins(states[0]) == [0, 1, -1, -1]


def test_rare_categories_of_a_stream_get_a_code_when_they_are_frequent():
    first = CategoryColumn(Column("k", np.array(["a"] * 5 + ["b"] * 5 + ["c"], object)), 0, min_frequency=3)
    assert first.categories == ["a", "b"]
    assert first.has_rare
    second = first.grown(Column("k", np.array(["c", "c", "d"], object)))
    assert second.categories == ["a", "b", "c"]
    assert second.has_rare
    assert second.origins(first) == [0, 1, 2, 2]  # c was rare before
    full = CategoryColumn(Column("k", np.array(["a", "b"], object)), 0, max_categories=3)
    full = full.grown(Column("k", np.array(["c", "d", "d", "d"], object)))
    assert full.categories == ["a", "b"]
    assert full.has_rare
    assert full.rare_share == pytest.approx(4 / 6)


def test_without_earlier_rows_the_counts_are_those_of_the_present_ones():
    def column(text):
        return Column("k", np.array(list(text), object))

    first = CategoryColumn(column("aaaabbbbcd"), 0, min_frequency=2)
    again = first.grown(column("aaaabbbbcd"), anew=True)
    assert (again.categories, again.n_codes, again.rare_share) == (["a", "b"], 3, first.rare_share)
    # The input of a category without rows is kept, and so is that of rare ones; c is frequent by 2 rows of 6.
    other = first.grown(column("aaccce"), anew=True)
    assert (other.categories, other.has_rare) == (["a", "b", "c"], True)
    assert other.rare_share == pytest.approx(1 / 6)
    few = CategoryColumn(column("abbccc"), 0, max_categories=2).grown(column("cc"), anew=True)
    assert (few.categories, few.has_rare, few.rare_share) == (["c"], True, 0)
    limited = CategoryColumn(column("ab"), 0, max_categories=2)
    assert limited.grown(column("ab"), anew=True).n_codes == 2


def test_polars_frames():
    polars = pytest.importorskip("polars")
    frame, y = make()
    model = BackpropClassifier(max_iter=3, random_state=0).fit(frame, y)
    table = polars.DataFrame({name: frame[name].tolist() for name in frame})
    same = BackpropClassifier(max_iter=3, random_state=0).fit(table, y)
    np.testing.assert_array_equal(same.predict(table), model.predict(frame))


@pytest.mark.parametrize("scaling", ["standard", "robust"])
def test_a_gap_that_no_row_of_the_fit_had_is_filled_also_where_float32_is_coarse(scaling):
    rng = np.random.default_rng(0)
    X = rng.normal([1.6e9, 0], size=(200, 2))  # where neighbors in float32 are 128 apart
    model = BackpropClassifier((8,), scaling=scaling, dtype="float64", random_state=0)
    model.fit(X, X[:, 1] + X[:, 0] > X[:, 0].mean())
    X[:, 0] = np.nan
    expected = model.predict_proba(X)
    np.testing.assert_allclose(model.predict_proba(X.astype(np.float32)), expected, atol=1e-5)


def test_gaps_in_an_array():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 4))
    y = X[:, 0] + (X[:, 1] > 0)
    X[rng.random(X.shape) < 0.1] = np.nan
    model = BackpropRegressor(n_estimators=1, random_state=0).fit(X, y)
    assert model.coefs_[0].shape[0] >= 8  # four numbers and four indicators
    assert model.score(X, y) > 0.6
    whole = BackpropRegressor(max_iter=3, random_state=0).fit(np.nan_to_num(X), y)
    assert np.isfinite(whole.predict(X)).all()


def test_the_checksum_of_a_saved_model_covers_categories_and_dates():
    frame, y = make()
    frame["since"] = pd.date_range("2020-01-01", periods=len(frame))
    model = BackpropClassifier(recipe="fast", max_iter=2, random_state=0).fit(frame, y)
    whole = pickle.dumps(model)
    pickle.loads(whole)
    for damaged in (whole.replace(b"Oslo", b"Osla"), whole.replace(b"weekday", b"weekdaz")):
        assert damaged != whole
        with pytest.raises(ValueError, match="the file is damaged"):
            pickle.loads(damaged)
