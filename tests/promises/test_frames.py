"""Raw frames of every library through whole estimators, with HistGradientBoosting as the judge."""

import datetime as dt
import enum
import pickle
import uuid
import warnings
from decimal import Decimal

import narwhals.stable.v2 as narwhals
import numpy as np
import pytest
from effort import n_examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from processes import output_of
from scipy.sparse import csr_array
from sklearn.base import clone
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import TargetEncoder

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.inspection import gradients
from skbackprop.model.recipes import RECIPES

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
dataset = pytest.importorskip("pyarrow.dataset").dataset

MAKERS = {
    "pandas": lambda columns: pd.DataFrame(columns),
    "pandas nullable": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "pandas of Arrow": lambda columns: pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda columns: pl.DataFrame(columns),
    "pyarrow": lambda columns: pa.table(columns),
    "record batch": lambda columns: pa.record_batch(columns),
}
FAST = {"recipe": "fast", "random_state": 0}
QUICK = {**FAST, "hidden_layer_sizes": (8,), "max_iter": 3}


def messy(n=240, seed=0):
    """Return columns of all kinds, with gaps, and a y that depends on some of them."""
    rng = np.random.default_rng(seed)
    town = rng.choice(["Bern", "Oslo", "Rome"], n)
    rooms = rng.integers(1, 6, n)
    days = rng.integers(0, 700, n)
    sold = [dt.datetime(2020, 1, 1) + dt.timedelta(days=int(k), hours=int(k) % 24) for k in days]
    columns = {
        "town": town.tolist(),
        "rooms": rooms.tolist(),
        "price": [Decimal(int(v)) / 4 for v in rng.integers(0, 400, n)],
        "new": (rooms > 3).tolist(),
        "area": rng.normal(size=n).tolist(),
        "sold": sold,
        "built": [t.date() for t in sold],
        "opens": [t.time() for t in sold],
    }
    for k, name in enumerate(columns):
        for i in range(k + 1, n, 29):
            columns[name][i] = None
    y = (town == "Oslo") ^ (rooms > 3)
    return columns, np.where(y, "yes", "no")


@pytest.mark.parametrize("library", MAKERS)
def test_a_prediction_does_not_depend_on_the_library(library):
    columns, y = messy()
    frame = pl.DataFrame(columns)
    model = BackpropClassifier(**FAST).fit(frame, y)
    assert model.score(frame, y) > 0.85
    other = MAKERS[library](columns)
    np.testing.assert_allclose(model.predict_proba(other), model.predict_proba(frame), rtol=1e-12)
    again = BackpropClassifier(**FAST).fit(other, y)
    np.testing.assert_allclose(again.predict_proba(frame), model.predict_proba(frame), rtol=1e-12)


@pytest.mark.parametrize("library", MAKERS)
def test_a_prediction_does_not_depend_on_the_rows_beside_it(library):
    columns, y = messy()
    model = BackpropClassifier(**QUICK, categorical_features=["town", "rooms", "new"])
    model.fit(MAKERS[library](columns), y)
    together = model.predict_proba(MAKERS[library](columns))
    for i in (0, 1, 2, 3, 30, 100):  # some of them gaps
        alone = {name: [values[i]] for name, values in columns.items()}
        if library == "pandas" and None in columns["rooms"][i : i + 1]:
            alone["rooms"] = [np.nan]
        probabilities = model.predict_proba(MAKERS[library](alone))
        np.testing.assert_allclose(probabilities, together[[i]], rtol=1e-9)


def towns(n=400):
    rng = np.random.default_rng(0)
    town = rng.integers(0, 4, n)
    return pd.DataFrame({"town": town, "x": rng.normal(size=n)}), town % 2


@pytest.mark.parametrize("dtype", [int, float, "Int8", "float32", object, "category", "int64[pyarrow]"])
def test_numbers_that_are_categories_are_matched_by_value(dtype):
    X, y = towns()
    model = BackpropClassifier(**FAST, categorical_features=["town"]).fit(X, y)
    judge = HistGradientBoostingClassifier(categorical_features=["town"]).fit(X, y)
    same = X.astype({"town": dtype})
    assert model.score(same, y) == judge.score(X, y) == 1.0
    np.testing.assert_array_equal(model.predict_proba(same), model.predict_proba(X))
    with_a_gap = pd.concat([same, pd.DataFrame({"town": [None], "x": [0.0]}, dtype=object)])
    np.testing.assert_allclose(model.predict_proba(with_a_gap)[:-1], model.predict_proba(X), rtol=1e-12)


class Color(str, enum.Enum):  # noqa: UP042
    RED = "red"
    BLUE = "blue"


EQUAL = {
    "text": (["red", "blue"], [Color, np.str_, lambda text: Color(text) if text == "red" else text]),
    "durations": (
        [dt.timedelta(1), dt.timedelta(hours=5)],
        [pd.Timedelta, np.timedelta64, lambda t: np.timedelta64(t).astype("m8[ns]")],
    ),
    "dates": (
        [dt.datetime(2020, 1, 1), dt.datetime(2021, 5, 5)],
        [pd.Timestamp, dt.datetime.date, lambda t: np.datetime64(t).astype("M8[ns]")],
    ),
}


@pytest.mark.parametrize("kind", EQUAL)
def test_objects_of_equal_value_are_one_category(kind):
    values, types = EQUAL[kind]
    model = BackpropClassifier(**QUICK, categorical_features=["k"])
    frame = pd.DataFrame({"k": pd.Series(values * 20, dtype=object), "x": 0.0})
    expected = model.fit(frame, [0, 1] * 20).predict_proba(frame)
    assert np.ptp(expected[:, 0]) > 0.01
    for convert in types:
        same = frame.assign(k=pd.Series([convert(value) for value in values * 20], dtype=object))
        np.testing.assert_allclose(model.predict_proba(same), expected, rtol=1e-12)
        for i in (0, 1):
            np.testing.assert_allclose(model.predict_proba(same[i : i + 1]), expected[[i]], rtol=1e-9)


ROWS = {
    "NaN beside text": [["a", 1.0], [np.nan, 2.0], ["nan", 3.0]],
    "numbers beside text": [["a", 1], ["b", 2], ["b", 3]],
    "members of an Enum": [[Color.RED, 1], [Color.BLUE, 2], ["red", 3]],
    "integers beside fractions": [[2**60, 0.5], [2**60 + 1, 0.5], [3, 2.5]],
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_as_lists_are_read_as_the_frame_of_their_values(name):
    rows, y = ROWS[name] * 14, [0, 1, 2] * 14
    frame = pd.DataFrame(
        {j: pd.Series(column, dtype=object) for j, column in enumerate(zip(*rows, strict=True))}
    )
    fits = [BackpropClassifier(**QUICK, categorical_features=[0, 1]).fit(X, y) for X in (rows, frame)]
    expected = fits[1].predict_proba(frame)
    assert np.ptp(expected[:, 0]) > 0.01
    for model in fits:
        np.testing.assert_allclose(model.predict_proba(rows), expected, rtol=1e-9)
        np.testing.assert_allclose(model.predict_proba(rows[1:2]), expected[1:2], rtol=1e-9)


UNITS = ("D", "h", "s", "ms", "us", "ns")
MOMENTS = {
    "dates": np.arange("2023-06-01", "2023-09-09", dtype="datetime64[D]"),
    "durations": np.arange(100).astype("timedelta64[D]"),
}


def rows_of_moments(moments):
    """Return moments beside integers in rows, by the type of the moments; the frame of them comes first."""
    k = np.arange(len(moments)) % 3
    unit_of = {unit: moments.astype(f"{moments.dtype.kind}8[{unit}]") for unit in UNITS}
    types = {**unit_of, "Python": moments.astype(object), "pandas": pd.Series(moments).astype(object)}
    rows = {name: list(map(list, zip(values, k.tolist(), strict=True))) for name, values in types.items()}
    return {
        "frame": pd.DataFrame({0: moments.astype(f"{moments.dtype.kind}8[s]"), 1: k}),
        **rows,
        **{f"objects, {name}": np.array(each, dtype=object) for name, each in rows.items()},
    }


@pytest.mark.parametrize("kind", MOMENTS)
def test_dates_in_rows_of_objects_are_the_dates_of_the_frame(kind):
    tables, y = rows_of_moments(MOMENTS[kind]), np.arange(100) > 40
    expected = BackpropClassifier(**QUICK).fit(tables["frame"], y).predict_proba(tables["frame"])
    assert np.ptp(expected[:, 0]) > 0.01
    for fitted in tables.values():
        model = BackpropClassifier(**QUICK).fit(fitted, y)
        assert [column.kind for column in model.columns_] == [kind[:-1], "number"]
        for rows in tables.values():
            np.testing.assert_array_equal(model.predict_proba(rows), expected)
    gap = [[np.datetime64("NaT"), 1], [None, 1], [np.nan, 1], [pd.NaT, 1]]
    np.testing.assert_array_equal(np.ptp(model.predict_proba(gap), axis=0), 0)


@pytest.mark.parametrize("unit", UNITS)
def test_rows_that_are_arrays_of_dates_are_those_of_one_array(unit):
    days = np.stack([MOMENTS["dates"], MOMENTS["dates"][::-1]], axis=1)
    y, rows = np.arange(100) > 40, list(days.astype(f"datetime64[{unit}]"))
    model = BackpropClassifier(**QUICK).fit(days, y)
    expected = model.predict_proba(days)
    np.testing.assert_array_equal(model.predict_proba(rows), expected)
    np.testing.assert_array_equal(BackpropClassifier(**QUICK).fit(rows, y).predict_proba(days), expected)


@pytest.mark.parametrize("as_y", [list, lambda labels: np.array(labels, object)], ids=["list", "objects"])
def test_labels_of_an_enum_are_their_text(as_y):
    y = as_y([Color.RED, Color.BLUE] * 20)
    model = BackpropClassifier(**QUICK).fit(np.arange(40.0)[:, None], y)
    assert model.classes_.tolist() == ["blue", "red"]


@pytest.mark.parametrize("named", [["k"], "from_dtype"])
def test_a_frame_of_sparse_columns_alone_keeps_its_names_for_categories(named):
    dense = pd.DataFrame({"k": [0.0, 1.0, 2.0] * 20, "z": [0.0, 3.0] * 30})
    sparse = dense.astype(pd.SparseDtype(float, 0.0))
    model = BackpropClassifier(**QUICK, categorical_features=named)
    expected = model.fit(dense, [0, 1] * 30).predict_proba(dense)
    np.testing.assert_allclose(model.predict_proba(sparse), expected, rtol=1e-9)
    np.testing.assert_allclose(model.fit(sparse, [0, 1] * 30).predict_proba(dense), expected, rtol=1e-9)


def test_frames_of_narwhals_are_taken_as_they_are():
    narwhals = pytest.importorskip("narwhals")
    frame = pd.DataFrame({"k": ["a", "b"] * 20, "x": np.arange(40.0)})
    wrapped = narwhals.from_native(frame)
    model = BackpropClassifier(**QUICK).fit(wrapped, [0, 1] * 20)  # warnings are errors
    np.testing.assert_array_equal(model.predict_proba(wrapped), model.predict_proba(frame))


LABELS = {
    "Int64": lambda y: pd.Series(y, dtype="Int64"),
    "int64 of Arrow": lambda y: pd.Series(y, dtype="int64[pyarrow]"),
    "polars": pl.Series,
    "pyarrow": pa.array,
}


@pytest.mark.parametrize("library", LABELS)
def test_labels_that_float64_does_not_distinguish_stay_apart(library):
    y = [2**62, 2**62 + 1] * 20
    model = BackpropClassifier(**QUICK).fit(np.arange(40.0)[:, None], LABELS[library](y))
    assert model.classes_.tolist() == y[:2]


LABEL_FRAMES = {
    "bool and int": lambda Y: pd.DataFrame({"a": Y[:, 0] > 0, "b": Y[:, 1]}),
    "uint8 and float": lambda Y: pd.DataFrame({"a": Y[:, 0].astype("u1"), "b": Y[:, 1].astype(float)}),
    "objects": lambda Y: pd.DataFrame(Y, dtype=object),
    "polars": lambda Y: pl.DataFrame({"a": Y[:, 0] > 0, "b": Y[:, 1]}),
    "pyarrow": lambda Y: pa.table({"a": Y[:, 0] > 0, "b": Y[:, 1]}),
    **{
        dtype: lambda Y, dtype=dtype: pd.DataFrame(Y).astype(dtype)
        for dtype in ("Int64", "boolean", "Float64", "int64[pyarrow]", "bool[pyarrow]")
    },
}


@pytest.mark.parametrize("name", LABEL_FRAMES)
def test_columns_of_labels_of_any_type_are_their_values(name):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    Y = (X[:, :2] > 0).astype(int)
    frame = LABEL_FRAMES[name](Y)
    expected = BackpropClassifier(**QUICK).fit(X, Y, X_val=X, y_val=Y)
    model = BackpropClassifier(**QUICK).fit(X, frame, X_val=X, y_val=frame)
    np.testing.assert_array_equal(model.predict_proba(X), expected.predict_proba(X))
    assert model.score(X, frame) == expected.score(X, Y)
    for found, wanted in zip(gradients(model, X, frame), gradients(expected, X, Y), strict=True):
        np.testing.assert_array_equal(found.dW, wanted.dW)
    streamed = BackpropClassifier(**QUICK).partial_fit(X, frame)
    np.testing.assert_array_equal(
        streamed.predict(X), BackpropClassifier(**QUICK).partial_fit(X, Y).predict(X)
    )


@pytest.mark.parametrize(
    "as_y",
    [
        list,
        np.array,
        lambda y: pl.Series(y).cast(pl.Decimal(10, 0)),
        lambda y: pd.Series(pa.array(y), dtype=pd.ArrowDtype(pa.decimal128(10, 0))),
    ],
)
def test_labels_that_are_whole_decimals_are_integers(as_y):
    integers = np.repeat([3, 10**9], 50)
    y = as_y([Decimal(value) for value in integers.tolist()])
    x = integers[:, None] > 3
    model = BackpropClassifier(**FAST).fit(x, y)
    assert model.classes_.dtype == np.int64
    np.testing.assert_array_equal(model.predict(x), integers)
    assert model.score(x, y) == 1.0
    stream = BackpropClassifier(**FAST).partial_fit(x, y, classes=[Decimal(3), Decimal(10**9)])
    np.testing.assert_array_equal(stream.classes_, [3, 10**9])


@pytest.mark.parametrize(
    "as_y",
    [
        pd.Series,
        list,
        pl.from_pandas,
        pa.array,
        lambda dates: dates.to_series().astype(pd.ArrowDtype(pa.timestamp("us", "Europe/Berlin"))),
    ],
)
def test_labels_that_are_dates_with_a_time_zone_are_dates_in_utc(as_y):
    x = np.repeat([[0.0], [1.0]], 50, axis=0)
    dates = pd.DatetimeIndex(np.where(x[:, 0] > 0, "2024-01-01", "2024-07-01")).tz_localize("Europe/Berlin")
    y = as_y(dates)
    model = BackpropClassifier(**FAST).fit(x, y)
    expected = np.array(["2023-12-31T23", "2024-06-30T22"], "datetime64[us]")
    np.testing.assert_array_equal(model.classes_, expected)
    assert model.score(x, y) == 1.0


def test_a_missing_label_in_a_column_of_labels_is_named():
    y = pd.DataFrame({"a": [0, None, *[0, 1] * 19], "b": [1, None, *[0] * 37, None]}, dtype="Int64")
    with pytest.raises(ValueError, match=r"y has no label in 2 of 40 rows \(in row 1 it is <NA>\)"):
        BackpropClassifier(**QUICK).fit(np.arange(40.0)[:, None], y)


def test_nullable_booleans_are_predicted_as_booleans():
    y = pd.Series([True, False] * 20, dtype="boolean")
    assert BackpropClassifier(**QUICK).fit(np.arange(40.0)[:, None], y).classes_.dtype == bool


def test_true_is_one_and_text_is_not():
    X = pd.DataFrame({"k": [1, 0] * 50, "x": np.arange(100.0)})
    model = BackpropClassifier(**FAST, categorical_features=["k"]).fit(X, [1, 0] * 50)
    expected = model.predict_proba(X)
    for k in ([True, False] * 50, [1.0, 0.0] * 50, [Decimal(1), Decimal(0)] * 50):
        found = model.predict_proba(X.assign(k=pd.Series(k, dtype=object)))
        np.testing.assert_array_equal(found, expected)
    with pytest.warns(
        UserWarning, match="column 'k' of X were numbers in fit, but now 100 of 100 values are text"
    ):
        found = model.predict_proba(X.assign(k=["1", "0"] * 50))
    assert np.ptp(found[:2, 1]) < np.ptp(expected[:2, 1]) / 10


@pytest.mark.parametrize("now", [[0, 1] * 50, pd.date_range("2020", periods=100)], ids=["numbers", "dates"])
@pytest.mark.parametrize("max_categories", ["auto", 2])
def test_a_type_of_which_no_category_is_known_is_named(now, max_categories):
    X = pd.DataFrame({"k": ["a", "b", "c", "d"] * 25, "x": np.arange(100.0)})
    model = BackpropClassifier(**QUICK, max_categories=max_categories).fit(X, [0, 1] * 50)
    with pytest.warns(
        UserWarning, match=r"column 'k' of X were text in fit, but now .* (numbers|dates), none .* known"
    ):
        model.predict(X.assign(k=now))
    model.predict(X.assign(k="e"))  # unknown, but of the type of the fit


@pytest.mark.parametrize(("n_lost", "named"), [(99, True), (60, True), (50, False), (1, False)])
@pytest.mark.parametrize(
    ("in_fit", "now"),
    [
        (list("1234"), [1, 2, 3, 4]),
        (list("1234"), [dt.datetime(2020, 1, day) for day in (1, 2, 3, 4)]),
        ([1, 2, 3, 4], list("1234")),
    ],
    ids=["numbers", "dates", "text"],
)
@pytest.mark.parametrize("gap", [False, True])
def test_a_type_of_which_most_categories_are_lost_is_named(in_fit, now, n_lost, named, gap):
    X = pd.DataFrame({"k": pd.Series(in_fit * 25, dtype=object), "x": np.arange(100.0)})
    X.loc[0, "k"] = None
    model = BackpropClassifier(**QUICK, categorical_features=["k"]).fit(X, [0, 1] * 50)
    k = (now * 25)[:n_lost] + (in_fit * 25)[n_lost:] + [None] * (50 * gap)  # missing values do not count
    later = pd.DataFrame({"k": pd.Series(k, dtype=object), "x": np.arange(len(k))})
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        together = model.predict_proba(later)
        alone = [model.predict_proba(later[j : j + 1])[0] for j in (0, -len(k))]
    told = [each for each in caught if f"now {n_lost} of 100 values are " in str(each.message)]
    assert len(told) == named
    np.testing.assert_allclose(alone, together[[0, 0]], rtol=1e-6)


def test_new_categories_of_the_type_of_the_fit_are_not_named():
    X = pd.DataFrame({"k": pd.Series(["a", "b", "c", 1] * 25, dtype=object), "x": np.arange(100.0)})
    model = BackpropClassifier(**QUICK).fit(X, [0, 1] * 50)
    model.predict(X.assign(k=[f"new {j}" for j in range(100)]))
    model.predict(X.assign(k=pd.Series([*range(2, 101), "a"], dtype=object)))
    model.predict(X.assign(k=None))
    model.predict(X.assign(k=pd.Series([None] * 100, dtype=object)))


@pytest.mark.parametrize("there_and_back", [["float64", "float32"], ["float32", "float64"]])
@pytest.mark.parametrize(
    "numbers", [[0.1, 0.2, 0.3, 0.7], [1 / 3, 2 / 3, 5, -1 / 7], [1e-5, 1e5 + 0.1, 0.5, 2]]
)
def test_fractions_that_are_categories_are_matched_in_single_precision(numbers, there_and_back):
    codes, y = towns()
    fit, predict = there_and_back
    X = codes.assign(town=np.array(numbers)[codes["town"]])
    model = BackpropClassifier(**FAST, categorical_features=["town"]).fit(X.astype({"town": fit}), y)
    expected = model.predict_proba(X.astype({"town": fit}))
    for make in (lambda frame: frame, pl.from_pandas, pa.Table.from_pandas):
        for dtype in (predict, "float32"):
            now = X.astype({"town": dtype})
            np.testing.assert_array_equal(model.predict_proba(make(now)), expected)
    # Widened again, as NumPy does where a float32 column comes into an array with a float64 one.
    widened = X.astype({"town": "float32"}).astype({"town": "float64"})
    np.testing.assert_array_equal(model.predict_proba(widened), expected)
    alone = BackpropClassifier(**FAST, categorical_features=["town"])
    alone.partial_fit(X.astype({"town": fit}), y).partial_fit(X.astype({"town": predict}), y)
    assert len(alone.columns_[0].categories) == 4


@pytest.mark.parametrize("chosen", ["from_dtype", ["v"]])
@pytest.mark.parametrize("step", [0, 1, -1])
def test_whole_numbers_and_their_neighbors_in_float64_are_one_category(step, chosen):
    def neighbors(direction):
        return X.assign(v=np.nextafter(X["v"], X["v"] + direction))

    rng = np.random.default_rng(0)
    k = rng.integers(1, 41, 800)
    X, y = pd.DataFrame({"v": k / 10}), 2 * rng.normal(size=41)[k]
    model = BackpropRegressor(**FAST, categorical_features=chosen).fit(neighbors(step), y)
    assert len(model.columns_[0].categories) == 40
    expected = model.predict(X)
    assert model.score(X, y) > 0.9
    grid = np.cumsum(np.full(40, 0.1))  # rounding errors add up in it
    for now in (neighbors(1), neighbors(-1), X.assign(v=grid[k - 1]), X.astype("float32")):
        for make in (lambda frame: frame, pl.from_pandas, pa.Table.from_pandas):
            np.testing.assert_allclose(model.predict(make(now)), expected, rtol=1e-4, atol=1e-4)


def test_fractions_that_only_float64_distinguishes_stay_apart():
    X = pd.DataFrame({"k": [0.1, 0.1 + 1e-12] * 50, "x": np.arange(100.0)})
    model = BackpropClassifier(**FAST, categorical_features=["k"]).fit(X, [0, 1] * 50)
    assert model.score(X, [0, 1] * 50) == 1.0


@pytest.mark.parametrize("fill", [np.nan, 0.0, 1.0])
@pytest.mark.parametrize("columns", [["a"], ["a", "b"]])
def test_targets_in_sparse_columns_are_those_of_dense_ones(columns, fill):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 2))
    y = pd.DataFrame({"a": X[:, 0] > 0, "b": rng.integers(0, 3, 100)}).astype(float)[columns]
    sparse = y.astype(pd.SparseDtype(float, fill))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "A column-vector y")
        dense = BackpropRegressor(**QUICK).fit(X, y, X_val=X, y_val=y)
        found = BackpropRegressor(**QUICK).fit(X, sparse, X_val=X, y_val=sparse)
        streamed = BackpropRegressor(**QUICK).partial_fit(X, sparse)
    np.testing.assert_array_equal(found.predict(X), dense.predict(X))
    assert found.score(X, sparse) == dense.score(X, y)
    assert streamed.n_outputs_ == len(columns)


@pytest.mark.parametrize("fill", [np.nan, 0.0, 1.0])
def test_sparse_columns_are_the_same_numbers_whatever_fills_them(fill):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=100), "b": rng.integers(0, 3, 100) * 1.0})
    y = X["a"] > 0
    sparse = X.apply(lambda column: pd.arrays.SparseArray(column, fill_value=fill))
    mixed = sparse.assign(b=pd.arrays.SparseArray(X["b"], fill_value=0))
    expected = BackpropClassifier(**QUICK).fit(X, y).predict_proba(X)
    for frame in (sparse, mixed):
        found = BackpropClassifier(**QUICK).fit(frame, y).predict_proba(frame)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


@pytest.mark.parametrize(
    "others", [{"x": np.float64}, {"x": np.float32}, {"n": np.int8}, {"n": int, "x": float}]
)
def test_sparse_columns_of_several_types_are_the_same_numbers_as_dense_ones(others):
    rng = np.random.default_rng(0)
    X = pd.get_dummies(pd.DataFrame({"town": rng.choice(["Bern", "Oslo", "Rome"], 100)}), sparse=True)
    for name, dtype in others.items():
        X[name] = pd.arrays.SparseArray((3 * rng.normal(size=100)).astype(dtype), fill_value=0)
    y, dense = X.iloc[:, -1].to_numpy() > 0, X.sparse.to_dense()
    model = BackpropClassifier(**QUICK).fit(dense, y)
    expected = model.predict_proba(dense)
    for found in (model.predict_proba(X), model.fit(X, y).predict_proba(X)):
        assert found.dtype == expected.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert model.feature_names_in_.tolist() == list(X.columns)


def test_sparse_columns_with_missing_numbers_are_the_same_numbers_as_dense_ones():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 2))
    dense = pd.DataFrame(np.where(x > 1, np.nan, np.where(x < 0, 0, x)), columns=["price", "size"])
    sparse, y = dense.astype(pd.SparseDtype(float, 0.0)), x[:, 0] > 0
    model = BackpropClassifier(**QUICK).fit(dense, y)
    expected = model.predict_proba(dense)
    for found in (model.predict_proba(sparse), model.fit(sparse, y).predict_proba(sparse)):
        np.testing.assert_array_equal(found, expected)
    sparse["size"] = pd.arrays.SparseArray(np.where(x[:, 1] > 2, np.inf, 0.0), fill_value=0.0)
    for use in (model.predict, lambda X: model.fit(X, y)):
        with pytest.raises(ValueError, match=r"infinity .* in column 'size'"):
            use(sparse)


def test_missing_is_not_a_word():
    X = pd.DataFrame({"k": ["nan", None, "None", "NaT"] * 30})
    y = [1, 0, 0, 0] * 30
    assert BackpropClassifier(**FAST).fit(X, y).score(X, y) == 1.0


@pytest.mark.parametrize("library", MAKERS)
def test_decimals_and_booleans_with_gaps_are_numbers(library):
    rng = np.random.default_rng(0)
    x = rng.normal(size=400).round(4)
    columns = {"price": [Decimal(str(v)) for v in x], "flag": (x > 0).tolist(), "n": list(range(400))}
    y = 2 * x
    plain = {"price": x.tolist(), "flag": (x > 0).astype(float).tolist(), "n": np.arange(400.0).tolist()}
    for gap in (False, True):
        if gap:
            columns["flag"][7] = columns["price"][9] = plain["flag"][7] = plain["price"][9] = None
        judge = HistGradientBoostingRegressor().fit(pd.DataFrame(plain).astype(float), y)
        model = BackpropRegressor(**FAST).fit(MAKERS[library](columns), y)
        assert model.score(MAKERS[library](columns), y) > 0.95
        assert judge.score(pd.DataFrame(plain).astype(float), y) > 0.95
        same = BackpropRegressor(**FAST).fit(pd.DataFrame(plain).astype(float), y)
        np.testing.assert_allclose(
            model.predict(MAKERS[library](columns)),
            same.predict(pd.DataFrame(plain).astype(float)),
            rtol=1e-9,
        )


@pytest.mark.parametrize("library", MAKERS)
@pytest.mark.parametrize("alone", [True, False])
@pytest.mark.parametrize("gap", [True, False])
def test_dates_are_learned_with_gaps_and_without_categories(library, alone, gap):
    rng = np.random.default_rng(0)
    columns = {"t": [dt.datetime(2020, 1, 1) + dt.timedelta(days=k) for k in range(300)]}
    if not alone:
        columns["k"] = rng.choice(["a", "b"], 300).tolist()
    if gap:
        columns["t"][5] = None
    y = (np.arange(300) > 150).astype(int)
    X = MAKERS[library](columns)
    assert BackpropClassifier(**FAST).fit(X, y).score(X, y) > 0.98


def test_a_season_is_learned():
    t = pd.date_range("2018-01-01", periods=1200, freq="D")
    y = np.cos(2 * np.pi * (t.day_of_year - 1) / 365.25)
    X = pd.DataFrame({"t": t})
    model = BackpropRegressor(**FAST).fit(X[:900], y[:900])
    assert model.score(X[900:], y[900:]) > 0.9  # a year that no row of the fit was of


def test_positions_are_positions_where_columns_have_numbers_for_names():
    rng = np.random.default_rng(0)
    c = rng.integers(0, 4, 300)
    X = pd.DataFrame({1: c, 2: rng.integers(0, 4, 300), 3: rng.normal(size=300)})
    model = BackpropClassifier(**FAST, categorical_features=[0, 1]).fit(X, c % 2)
    judge = HistGradientBoostingClassifier(categorical_features=[0, 1]).fit(X, c % 2)
    assert [column.kind == "category" for column in model.columns_] == judge.is_categorical_.tolist()
    with pytest.raises(ValueError, match="names 3, which is not a column"):
        model.set_params(categorical_features=[3]).fit(X, c % 2)


CATEGORIES_ONLY = {"town": ["Bern", "Rome"] * 50, "sex": list("mffm") * 25}


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("scaling", ["auto", "standard", "robust", None])
@pytest.mark.parametrize("solver", ["auto", "sgd", "lbfgs", "adam", "adamw"])
def test_a_frame_of_categories_only(recipe, scaling, solver):
    X, y = pd.DataFrame(CATEGORIES_ONLY), [0, 1] * 50
    settings = {"recipe": recipe, "scaling": scaling, "solver": solver, "hidden_layer_sizes": (8,)}
    if solver == "lbfgs":
        settings["dropout"] = 0.0
    else:
        settings |= {"schedule": "cosine", "max_iter": 3}
    model = BackpropClassifier(**settings, random_state=0).fit(X, y)
    assert model.predict_proba(X).shape == (100, 2)
    if solver != "lbfgs":
        for _ in range(20):
            model.partial_fit(X, y)


def test_a_stream_of_categories_only_is_learned():
    X, y = pd.DataFrame(CATEGORIES_ONLY), [0, 1] * 50
    model = BackpropClassifier(
        hidden_layer_sizes=(16,), recipe="textbook", learning_rate=0.02, random_state=0
    )
    for _ in range(30):
        model.partial_fit(X, y)
    assert model.score(X, y) == 1.0


Y = np.arange(8) % 2
FRAME = pd.DataFrame({"town": ["Bern", "Rome"] * 4, "age": range(8)})
LAZY = [
    (lambda table: pl.from_arrow(table).lazy(), r"is lazy \(polars.*\.collect\(\)"),
    (dataset, r"is lazy \(pyarrow.*Dataset\).*\.to_table\(\)"),
    (lambda table: dataset(table).scanner(), r"is lazy \(pyarrow.*Scanner\).*\.to_table\(\)"),
    (pa.Table.to_reader, r"is lazy \(pyarrow.*RecordBatchReader\).*\.read_all\(\)"),
]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (FRAME[:0], r"0 sample\(s\)"),
        (pl.DataFrame(FRAME.to_dict("list"))[:0], r"0 sample\(s\)"),
        (FRAME[[]], r"0 feature\(s\)"),
        (FRAME["age"], "single column"),
        (pl.Series([1.0] * 8), "single column"),
        (pa.chunked_array([[1.0] * 8]), "single column"),
        (FRAME.to_dict("list"), r"X holds dicts; make a frame"),
        (FRAME.to_dict("records"), r"X holds dicts; make a frame"),
        *[(make(pa.Table.from_pandas(FRAME)), message) for make, message in LAZY],
        (FRAME.to_numpy(), r"array with text.*data frame.*'categorical_features'"),
        (FRAME.to_numpy().astype(str), r"array with text.*data frame.*'categorical_features'"),
        (FRAME.to_numpy().tolist(), r"array with text.*data frame.*'categorical_features'"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_what_is_no_table_is_refused_in_one_sentence(X, message):
    with pytest.raises(ValueError, match=message):
        BackpropClassifier(**QUICK).fit(X, Y)
    model = BackpropClassifier(**QUICK).fit(FRAME, Y)
    if not isinstance(X, (np.ndarray, list)) or isinstance(X[0], dict):
        with pytest.raises(ValueError, match=message):
            model.predict(X)


@pytest.mark.parametrize("name", ["y", "y_val", "sample_weight", "groups"])
@pytest.mark.parametrize(("make", "message"), LAZY)
@pytest.mark.parametrize("estimator", [BackpropClassifier, BackpropRegressor])
def test_lazy_targets_weights_and_groups_are_named(estimator, make, message, name):
    given_too = {"X_val": FRAME} if name == "y_val" else {}
    lazy = make(pa.table({name: Y}))
    with pytest.raises(ValueError, match=f"{name} {message}"):
        estimator(**QUICK).fit(FRAME, **{"y": Y, name: lazy, **given_too})


@pytest.mark.parametrize("library", ["pandas", "pyarrow"])
@pytest.mark.parametrize(
    ("values", "message"),
    [
        pytest.param(
            pa.array([[("a", 1)]] * 8, pa.map_(pa.string(), pa.int64())),
            "holds maps; make a column of each key",
            marks=pytest.mark.skipif(not hasattr(narwhals, "Map"), reason="narwhals does not know maps"),
        ),
        (pa.array([pa.MonthDayNano([1, 2, 3])] * 8), "holds durations of months and days; convert them"),
    ],
)
def test_types_that_only_arrow_has_are_named(values, message, library):
    X = pa.table({"column": values})
    X = X if library == "pyarrow" else X.to_pandas(types_mapper=pd.ArrowDtype)
    with pytest.raises(ValueError, match=f"Column 'column' of X {message}"):
        BackpropClassifier(**QUICK).fit(X, Y)


def test_y_must_be_given():
    for X in (FRAME, FRAME[["age"]], pl.DataFrame(FRAME.to_dict("list"))):
        with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
            BackpropClassifier(**QUICK).fit(X, None)


@pytest.mark.parametrize("library", MAKERS)
def test_columns_are_matched_by_name(library):
    columns = FRAME.to_dict("list")
    model = BackpropClassifier(**QUICK).fit(MAKERS[library](columns), Y)
    assert model.feature_names_in_.tolist() == ["town", "age"]
    reordered = {"age": columns["age"], "town": columns["town"]}
    for wrong in (reordered, {"town": columns["town"]}, {**columns, "more": columns["age"]}):
        with pytest.raises(ValueError, match="feature names"):
            model.predict(MAKERS[library](wrong))


def test_identifiers_and_free_text_are_named_in_one_warning():
    n = 400
    X = pd.DataFrame(
        {
            "id": [f"n{i}" for i in range(n)],
            "when": pd.date_range("2020", periods=n).strftime("%d/%m/%y"),
            "day": pd.date_range("2020", periods=n).astype(str),
            "k": ["a", "b"] * 200,
        }
    )
    with pytest.warns(UserWarning) as caught:
        BackpropClassifier(**QUICK).fit(X, [0, 1] * 200)
    (warning,) = caught
    assert warning.filename == __file__
    text = str(warning.message)
    assert "'id'" in text
    assert "'when'" in text  # years of two digits are not read
    assert "'day'" not in text
    assert "'k'" not in text
    assert "skrub.TableVectorizer" in text


def test_a_warning_lists_the_first_of_many_columns():
    ids = np.arange(400)
    X = pd.DataFrame({f"c{j}": [f"n{i}" for i in ids] for j in range(12)})
    with pytest.warns(UserWarning, match=r"'c9' \(100%\) and 2 more of X\."):
        BackpropClassifier(**QUICK).fit(X, ids % 2)


def test_integers_beyond_2_to_the_53_are_named():
    X = pd.DataFrame({"id": np.arange(8) + 2**60, "x": np.arange(8)})
    decimals = X.assign(id=[Decimal(k) for k in X["id"].tolist()])
    one_sparse = X.assign(id=pd.arrays.SparseArray(X["id"]))
    all_sparse = X.astype(pd.SparseDtype(np.int64, 0))
    for frame in (X, pl.DataFrame(X.to_dict("list")), decimals, pa.table(decimals), one_sparse, all_sparse):
        with pytest.warns(UserWarning, match=r"\['id'\].*2\^53.*'categorical_features'"):
            BackpropClassifier(**QUICK).fit(frame, Y)
    numbers = X.to_numpy()
    for array in (numbers, numbers.astype(object), decimals.to_numpy(), csr_array(numbers)):
        with pytest.warns(UserWarning, match=r"\[0\].*2\^53"):
            BackpropClassifier(**QUICK).fit(array, Y)
    model = BackpropClassifier(**FAST, categorical_features=["id"]).fit(X, Y)
    assert model.score(X, Y) == 1.0


@pytest.mark.parametrize("text", ["12 km", "", "2020-01-01"])
def test_a_column_that_is_no_longer_numbers_is_named(text):
    model = BackpropClassifier(**QUICK).fit(FRAME, Y)
    with pytest.raises(
        ValueError, match=rf"Column 'age' of X is read as numbers, but has the value '{text}'"
    ):
        model.predict(FRAME.assign(age=[text] * 8))
    with pytest.raises(ValueError, match="Column 'age' of X is read as numbers"):
        model.predict(FRAME.assign(age=pd.date_range("2020", periods=8)))
    all_missing = FRAME.assign(age=pd.Series([None] * 8, dtype=object))
    assert np.isfinite(model.predict_proba(all_missing)).all()


def test_intervals_of_cut_are_categories():
    X, y = towns()
    X = X.assign(x=pd.cut(X["x"], 5))
    model = BackpropClassifier(**FAST, categorical_features=["town", "x"]).fit(X, y)
    assert model.score(X, y) == 1.0


def test_numbers_alone_come_back_in_float32():
    X = pl.DataFrame({"a": np.arange(50, dtype=np.float32), "b": np.arange(50, dtype=np.float32) % 7})
    model = BackpropRegressor(**QUICK).fit(X, np.arange(50.0))
    assert model.predict(X).dtype == np.float32
    assert model.predict(X.cast(pl.Float64)).dtype == np.float64
    np.testing.assert_allclose(model.predict(X), model.predict(X.cast(pl.Float64)), rtol=1e-5)


def test_a_gap_in_a_later_piece_is_filled():
    X, y = pd.DataFrame({"a": np.arange(64.0), "b": np.arange(64.0) % 5}), np.arange(64) % 2
    for later in (X.assign(b=np.nan), X.assign(b=np.nan).to_numpy()):
        model = BackpropClassifier(**QUICK).partial_fit(
            X if isinstance(later, pd.DataFrame) else X.to_numpy(), y
        )
        model.partial_fit(later, y)
        assert np.isfinite(model.coefs_[0]).all()
    X_val = X.assign(a=np.nan)
    BackpropClassifier(**QUICK).fit(X, y, X_val=X_val, y_val=y)


def test_the_scaling_of_a_stream_moves_on_beside_categories_and_gaps():
    rng = np.random.default_rng(0)
    model = BackpropRegressor(hidden_layer_sizes=(8,), random_state=0)
    whole = []
    for piece in range(6):
        x = rng.normal(20 * piece, 1 + piece, 64)
        X = pd.DataFrame({"x": x, "k": rng.choice(["a", "b"], 64)})
        before = model.predict(X) if piece else None
        model.partial_fit(X, x - 20 * piece)
        whole.append(x)
        if before is None:
            X.loc[3, "x"] = np.nan
    x = np.concatenate(whole)
    scaling = model._model.scaling
    np.testing.assert_allclose(scaling.center, [x.mean(), 0, 0], rtol=1e-9)
    np.testing.assert_allclose(scaling.scale, [x.std(), 1, 1], rtol=1e-9)


def stream(model, X, y, passes, size=60):
    """Train on pieces of X in their order."""
    for _ in range(passes):
        for start in range(0, len(y), size):
            model.partial_fit(X[start : start + size], y[start : start + size], classes=[0, 1])
    return model


@pytest.mark.parametrize(
    ("library", "recipe", "alone"),
    [
        ("pandas", "tabular", False),
        ("polars", "textbook", False),
        ("pyarrow", "tabular", True),
        ("pandas of Arrow", "textbook", True),
    ],
)
def test_a_stream_sorted_by_category_is_learned_as_the_shuffled_one(library, recipe, alone):
    rng = np.random.default_rng(0)
    shop = np.repeat(["a", "b", "c", "d"], 60)
    y = np.isin(shop, ["b", "c"]).astype(int)
    columns = {"shop": shop.tolist()} if alone else {"x": rng.normal(size=y.size), "shop": shop.tolist()}
    X = MAKERS[library](columns)
    settings = {"recipe": recipe, "learning_rate": 0.02, "hidden_layer_sizes": (64,), "random_state": 0}
    model = stream(BackpropClassifier(**settings), X, y, passes=12)
    assert model.score(X, y) == 1.0
    assert model.columns_[-1].categories == ("a", "b", "c", "d")
    order = rng.permutation(y.size)
    X, y = pd.DataFrame(columns).iloc[order], y[order]
    assert stream(BackpropClassifier(**settings), X, y, passes=12).score(X, y) == 1.0


@pytest.mark.parametrize("settings", [{}, {"scaling": None}, {"max_categories": 3}, {"min_frequency": 20}])
@pytest.mark.parametrize("first", ["fit", "partial_fit"])
def test_new_categories_change_no_prediction_before_they_are_learned(settings, first):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"x": rng.normal(size=80), "shop": ["a", "b", "c", "b"] * 20, "k": [1, None] * 40})
    model = BackpropClassifier(**QUICK, **settings, categorical_features=["shop", "k"], warm_start=True)
    getattr(model, first)(X, np.arange(80) % 2)
    later = X.assign(shop=["b", "d", "e", "a"] * 20, k=[2, 1] * 40)
    before = model.predict_proba(later)
    n_inputs = model.coefs_[0].shape[0]
    model.set_params(learning_rate=1e-300)  # so that the new rows are taken in, and no weight moves
    model.partial_fit(later, np.arange(80) % 2)
    np.testing.assert_allclose(model.predict_proba(later), before, rtol=1e-5, atol=1e-6)
    assert model.coefs_[0].shape[0] >= n_inputs
    assert {"d", "e"} <= set(model.columns_[1].categories) or "max_categories" in settings


def test_a_warm_start_learns_new_categories():
    X = pd.DataFrame({"x": np.arange(60.0), "shop": ["a", "b", "c"] * 20})
    y = np.isin(X["shop"], ["b"]).astype(int)
    model = BackpropClassifier(**FAST, warm_start=True).fit(X[X["shop"] != "c"], y[X["shop"] != "c"])
    assert model.fit(X, y).score(X, y) == 1.0
    assert model.columns_[1].categories == ("a", "b", "c")
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize(
    "texts",
    [
        [f"s{i}" for i in range(150)],
        [f"{name} part {i}" for i in range(50) for name in ("Alien", "Rocky", "Dune")],
        pd.date_range("2020-01-01", periods=150).strftime("%Y-%m-%d").tolist(),
    ],
    ids=["categories", "words", "dates"],
)
def test_fits_of_one_epoch_with_rare_categories_are_one_fit(texts):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"shop": rng.choice(texts, 300), "x": rng.normal(size=300)})
    settings = {"recipe": "textbook", "batch_size": 50, "warm_start": True, "random_state": 0}
    once = BackpropRegressor(8, max_iter=5, **settings).fit(X, X["x"])
    often = BackpropRegressor(8, max_iter=1, **settings)
    for _ in range(5):
        often.fit(X, X["x"])
    assert often.columns_ == once.columns_
    np.testing.assert_array_equal(often.predict(X), once.predict(X))


def test_a_stream_that_has_more_categories_than_it_may_names_the_column_once():
    model, names = BackpropClassifier(**QUICK), []
    for piece in range(4):
        shops = [f"s{i}" for i in range(64 * piece, 64 * (piece + 1))]
        X = pd.DataFrame({"shop": shops, "x": np.arange(64.0)})
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            model.partial_fit(X, np.arange(64) % 2)
        told = [str(warning.message) for warning in caught]
        names += [message for message in told if "'shop'" in message]
        assert len(told) == (piece == 2)  # the 64 of the first are kept
    assert len(names) == 1
    assert len(model.columns_[0].categories) == 64


def shops(task, seed, n=3000, n_shops=600):
    """Return a frame with a column of shops of five rows each, a y that depends on them, and new rows."""
    rng = np.random.default_rng(seed)
    effect, shop = rng.normal(size=n_shops), rng.integers(0, n_shops, n + 1000)
    X = pd.DataFrame({"shop": [f"s{i}" for i in shop], "x": rng.normal(size=shop.size)})
    y = effect[shop] + 0.5 * X["x"].to_numpy() + 1.5 * rng.normal(size=shop.size)
    if task != "regressor":
        y = np.digitize(y, [0] if task == "two classes" else [-0.7, 0.7])
    return X[:n], y[:n], X[n:], y[n:]


@pytest.mark.parametrize("task", ["regressor", "two classes", "three classes"])
def test_many_categories_are_learned_at_least_as_behind_target_encoder(task):
    kind = BackpropRegressor if task == "regressor" else BackpropClassifier
    scores, judged = [], []
    for seed in range(n_examples(2, 4)):
        X, y, X_new, y_new = shops(task, seed)
        model = kind(**FAST, max_iter=20).fit(X, y)
        encoder = make_column_transformer((TargetEncoder(), ["shop"]), remainder="passthrough")
        judge = make_pipeline(encoder, kind(**FAST, max_iter=20)).fit(X, y)
        scores.append(model.score(X_new, y_new))
        judged.append(judge.score(X_new, y_new))
    # Seeds differ by about 0.01 in both directions: equal within two standard errors of the mean difference.
    better = np.subtract(scores, judged)
    assert better.mean() > -2 * max(better.std(ddof=1), 0.01) / np.sqrt(better.size)
    assert np.mean(scores) > {"regressor": 0.2, "two classes": 0.6, "three classes": 0.45}[task]
    beside_frequent_shops = [name for name in model.columns_[0].inputs if not name.startswith("shop_s")]
    assert tuple(beside_frequent_shops) == {
        "regressor": ("shop_target", "shop_rare"),
        "two classes": ("shop_target", "shop_rare"),
        "three classes": ("shop_target_0", "shop_target_1", "shop_target_2", "shop_rare"),
    }[task]  # fmt: skip
    assert np.isfinite(model._raw(X_new.assign(shop="never seen"))).all()
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict(X_new), model.predict(X_new))


def test_a_stream_and_a_warm_start_go_on_with_numbers_by_the_target():
    X, y, X_new, y_new = shops("regressor", seed=1)
    streamed = BackpropRegressor(**FAST, learning_rate=0.02)
    for _ in range(10):
        for rows in (slice(0, 2000), slice(2000, 3000)):
            streamed.partial_fit(X[rows], y[rows])
    assert streamed.score(X_new, y_new) > 0.15
    warm = BackpropRegressor(**FAST, max_iter=8, warm_start=True).fit(X[:1500], y[:1500])
    before = warm.score(X_new, y_new)
    assert warm.fit(X, y).score(X_new, y_new) > before  # from the shops of the other rows, too


def test_what_was_read_as_what():
    columns, y = messy()
    model = BackpropClassifier(**QUICK).fit(pl.DataFrame(columns), y)
    assert [(c.name, c.kind) for c in model.columns_] == [
        ("town", "category"), ("rooms", "number"), ("price", "number"), ("new", "number"),
        ("area", "number"), ("sold", "date"), ("built", "date"), ("opens", "time of day"),
    ]  # fmt: skip
    assert model.columns_[0].categories == ("Bern", "Oslo", "Rome", None)
    for report, values in zip(model.columns_, columns.values(), strict=True):
        assert report.missing_share == pytest.approx(np.mean([v is None for v in values]))
    text = repr(model.columns_).splitlines()
    assert text[0].split() == ["column", "kind", "inputs", "categories", "rare", "missing"]
    assert text[1].split() == ["town", "category", "4", "4", "0.0%", "3.8%"]
    few = BackpropClassifier(**QUICK, max_categories=2).fit(pl.DataFrame(columns), y)
    kept = few.columns_[0].categories
    assert few.columns_[0].rare_share == pytest.approx(np.mean([v not in kept for v in columns["town"]]))
    plain = BackpropClassifier(**QUICK).fit(np.eye(8), Y)
    assert [(c.name, c.kind) for c in plain.columns_] == [(f"x{j}", "number") for j in range(8)]


PREDICT_MANY = """
import resource, numpy as np, pandas as pd
from skbackprop import BackpropClassifier
rng = np.random.default_rng(0)
names = np.array([f"c{i}" for i in range(60)])
X = pd.DataFrame({f"k{j}": names[rng.integers(0, 60, 100_000)] for j in range(10)})
model = BackpropClassifier(16, recipe="fast", max_iter=1, random_state=0).fit(X[:2000], np.arange(2000) % 2)
model.predict(X[:2000])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
model.predict(X)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_a_prediction_does_not_hold_the_indicators_of_all_rows():
    pytest.importorskip("resource")
    assert (
        float(output_of("-c", PREDICT_MANY)) < 100
    )  # MB; all indicators together take 100,000 * 600 * 8 B = 480 MB


N_DRAWN = 12
RTOL = 4 * np.finfo(np.float32).eps  # a frame of float32 alone gets its predictions in float32
DAYS = st.datetimes(dt.datetime(1700, 1, 1), dt.datetime(2200, 1, 1))
KINDS = {
    "integers": st.integers(-(2**40), 2**40),
    "small": st.integers(0, 2),
    "floats": st.floats(-1e6, 1e6, width=32),
    "booleans": st.booleans(),
    "decimals": st.decimals(-1000, 1000, places=2),
    "text": st.sampled_from(["a", "b", "nan", "1"]),
    "datetimes": DAYS,
    "dates": DAYS.map(dt.datetime.date),
    "times": st.times(),
    "durations": st.timedeltas(dt.timedelta(-400), dt.timedelta(400)),
}
# Further types that hold the same values.
OTHER_TYPES = {
    "small": [pa.int8(), pa.uint16(), pa.float32(), pa.float64(), pa.decimal128(25, 2)],
    "integers": [pa.float64()],
    "floats": [pa.float32()],
    "booleans": [pa.int8(), pa.float64()],
    "text": [pa.large_string(), pa.dictionary(pa.int32(), pa.string())],
    "datetimes": [pa.timestamp("ns")],
    "dates": [pa.timestamp("us"), pa.date64()],
    "times": [pa.time64("ns")],
    "durations": [pa.duration("ns")],
}
LIBRARIES = {
    "arrow": lambda table: table,
    "record batch": lambda table: table.combine_chunks().to_batches()[0],
    "polars": pl.from_arrow,
    "pandas": lambda table: table.to_pandas(),  # integers with gaps are floats
    "pandas of Arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "objects": lambda table: pd.DataFrame(
        {k: pd.Series(v, dtype=object) for k, v in table.to_pydict().items()}
    ),
}
DRAWN_COLUMNS = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3, unique=True)


def draw_values(data, values):
    """Return values with gaps, the first of them none, so that the kind of the column is known."""
    rest = st.lists(st.none() | values, min_size=N_DRAWN - 1, max_size=N_DRAWN - 1)
    return [data.draw(values), *data.draw(rest)]


def draw_frame(data, columns):
    """Return the columns as a frame of any library and types, and a function that makes others like it."""
    types = {}
    for kind, values in columns.items():
        types[kind] = data.draw(st.sampled_from([pa.array(values).type, *OTHER_TYPES.get(kind, [])]))
    library = LIBRARIES[data.draw(st.sampled_from(sorted(LIBRARIES)))]
    table = pa.table({kind: pa.array(values).cast(types[kind]) for kind, values in columns.items()})
    return library(table), lambda rows: library(table.take(rows))


def rates(model, X):
    """Return the probabilities of the second class."""
    return model.predict_proba(X)[:, 1]


@pytest.mark.filterwarnings("ignore:The 'max_iter' parameter")
@settings(
    max_examples=n_examples(8, 1000),
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_a_prediction_depends_on_the_values_of_its_row_alone(data):
    kinds = data.draw(DRAWN_COLUMNS)
    fitted, new = ({kind: draw_values(data, KINDS[kind]) for kind in kinds} for _ in range(2))
    named = data.draw(st.lists(st.sampled_from(kinds), unique=True))
    features = [*named, *({"text"} & set(kinds) - set(named))] if named else "from_dtype"
    model = BackpropClassifier(
        8, "tanh", recipe="textbook", scaling="standard", learning_rate=0.2, max_iter=5, random_state=0,
        categorical_features=features, dtype="float64",
    )  # fmt: skip
    X, _ = draw_frame(data, fitted)
    model.fit(X, np.arange(N_DRAWN) % 2)
    varying = [k for k in ("text", "small", "booleans") if k in kinds and len(set(fitted[k])) > 1]
    assert not varying or np.ptp(rates(model, X)) > 1e-3  # else nothing below could fail
    X_new, _ = draw_frame(data, new)
    expected = rates(model, X_new)
    assert np.isfinite(expected).all()
    _, other = draw_frame(data, new)
    rows = data.draw(st.permutations(range(N_DRAWN)))[: data.draw(st.integers(1, N_DRAWN))]
    np.testing.assert_allclose(rates(model, other(rows)), expected[rows], rtol=RTOL)
    again, _ = draw_frame(data, fitted)
    model.fit(again, np.arange(N_DRAWN) % 2)
    np.testing.assert_allclose(rates(model, other(rows)), expected[rows], rtol=RTOL)


def test_unknown_dates_in_a_category_column_of_dates_are_no_other_type():
    days, y = pd.Series(np.tile(pd.date_range("2024-01-01", periods=4), 10)), np.arange(40) % 2
    X = pd.DataFrame({"day": days, "x": np.arange(40.0)})
    model = BackpropClassifier(
        4, recipe="fast", max_iter=2, categorical_features=["day"], random_state=0
    ).fit(X, y)
    later = X.assign(day=days + pd.Timedelta(days=1000))
    expected = model.predict_proba(later)  # warnings are errors
    np.testing.assert_allclose(model.predict_proba(later.iloc[:1]), expected[:1], rtol=1e-6)
    model.fit(X.assign(day=days.dt.strftime("%d.%m.%Y")), y)
    with pytest.warns(UserWarning, match="'day' of X were text in fit, but now .* values are dates"):
        model.predict(X)


# In the order of the text.
REFUSED = {
    "bytes": lambda text: text.encode(),
    "lists": lambda text: (text,),
    "periods": lambda text: pd.Period(f"202{'abcd'.index(text)}", freq="Y"),
    "intervals": lambda text: pd.Interval(0, 1 + "abcd".index(text)),
    "complex numbers": lambda text: "abcd".index(text) * 1j,
    "objects of other types": lambda text: uuid.UUID(int=ord(text)),
}
LETTERS = pd.DataFrame({"k": ["a", "b", "c", "d"] * 25, "x": np.arange(100.0)})


@pytest.mark.parametrize("kind", REFUSED)
@pytest.mark.parametrize("features", ["from_dtype", ["k"]])
@pytest.mark.parametrize("limit", ["auto", 2])
def test_values_that_fit_refuses_are_refused_later(kind, features, limit):
    y = np.arange(100) % 2
    model = BackpropClassifier(**QUICK, categorical_features=features, max_categories=limit).fit(LETTERS, y)
    later = LETTERS.assign(k=pd.Series(map(REFUSED[kind], LETTERS["k"]), dtype=object))
    if features == "from_dtype":
        with pytest.raises(ValueError, match=f"Column 'k' of X holds {kind}; "):
            clone(model).fit(later, y)
    for rows in (later, pd.concat([LETTERS, later[:1]], ignore_index=True)):
        for use in (model.predict, lambda X: model.partial_fit(X, np.arange(len(X)) % 2)):
            with pytest.raises(ValueError, match=f"Column 'k' of X holds {kind}; "):
                use(rows)


@pytest.mark.parametrize("kind", REFUSED)
def test_values_of_a_named_column_may_be_of_the_kind_that_they_were_in_fit(kind):
    y = np.arange(100) % 2
    later = LETTERS.assign(k=pd.Series(map(REFUSED[kind], LETTERS["k"]), dtype=object))
    model = BackpropClassifier(**QUICK, categorical_features=["k"])
    expected = model.fit(LETTERS, y).predict_proba(LETTERS)
    np.testing.assert_array_equal(model.fit(later, y).predict_proba(later), expected)
    model.partial_fit(later, y)
    with pytest.warns(
        UserWarning, match=f"column 'k' of X were {kind} in fit, but now .* values are text, none"
    ):
        model.predict(LETTERS)


@pytest.mark.parametrize("kind", sorted(REFUSED.keys() - {"intervals"}))
def test_categories_of_a_categorical_column_are_refused_like_objects(kind):
    y = np.arange(100) % 2
    model = BackpropClassifier(**QUICK).fit(LETTERS, y)
    later = LETTERS.assign(k=pd.Categorical(list(map(REFUSED[kind], LETTERS["k"]))))
    for use in (model.predict, lambda X: model.partial_fit(X, y)):
        with pytest.raises(ValueError, match=f"Column 'k' of X holds {kind}; "):
            use(later)
    assert model.fit(later, y).predict(later).shape == y.shape


def test_numbers_in_a_category_column_of_durations_are_named():
    days = pd.Series(pd.to_timedelta([1, 2] * 20, unit="D"))
    X, y = pd.DataFrame({"k": days, "x": np.arange(40.0)}), np.arange(40) % 2
    model = BackpropClassifier(**QUICK, categorical_features=["k"]).fit(X, y)
    with pytest.warns(
        UserWarning, match="column 'k' of X were durations in fit, but now .* values are numbers"
    ):
        model.predict(X.assign(k=[1, 2] * 20))


def test_intervals_of_cut_are_their_text():
    y = np.arange(100) % 2
    cut = LETTERS.assign(k=pd.cut(LETTERS["x"], 4))
    text = cut.astype({"k": str})
    expected = BackpropClassifier(**QUICK).fit(cut, y).predict_proba(cut)
    for fitted, later in ((cut, text), (text, cut)):
        np.testing.assert_array_equal(
            BackpropClassifier(**QUICK).fit(fitted, y).predict_proba(later), expected
        )


@pytest.mark.parametrize(
    ("now", "named"),
    [
        (lambda days: days.dt.tz_localize("UTC"), "dates with a time zone, none"),
        (lambda days: days.dt.strftime("%Y-%m-%d"), "text, none"),
        (lambda days: days - days[0], "durations, none"),
        (lambda days: days.dt.time, "times of day, none"),
    ],
)
def test_dates_in_a_category_column_that_are_dates_no_longer_are_named(now, named):
    days, y = pd.Series(np.tile(pd.date_range("2024-01-01", periods=4), 10)), np.arange(40) % 2
    model = BackpropClassifier(**QUICK, categorical_features=["day"]).fit(pd.DataFrame({"day": days}), y)
    with pytest.warns(
        UserWarning, match=f"'day' of X were dates in fit, but now 40 of 40 values are {named}"
    ):
        model.predict(pd.DataFrame({"day": now(days)}))


def test_dates_in_text_without_a_time_zone_are_named_where_fit_had_one():
    days, y = pd.Series(np.tile(pd.date_range("2024-01-01", periods=4), 10)), np.arange(40) % 2
    text = pd.DataFrame({"day": days.astype(str) + " 00:00:00+00:00"})
    model = BackpropClassifier(**QUICK, categorical_features=["day"]).fit(text, y)
    with pytest.warns(UserWarning, match="'day' of X were dates with a time zone in fit, but now .* dates,"):
        model.predict(pd.DataFrame({"day": days}))
