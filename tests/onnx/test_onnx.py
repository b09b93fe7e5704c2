"""Exported models in onnxruntime agree with the original models."""

import datetime
from pathlib import Path

import numpy as np
import pytest
from processes import output_of, python
from sklearn.base import clone, is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.ensemble import StackingClassifier, VotingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer, Recipe
from skbackprop.model.recipes import RECIPES
from skbackprop.network import textbook
from skbackprop.network.activations import ACTIVATIONS, Identity
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES, LogisticLink, SquaredError
from skbackprop.tables.scaling import SCALINGS

onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
skl2onnx = pytest.importorskip("skl2onnx", reason="the extra onnx is not installed")

import skbackprop.onnx  # noqa: E402
from skbackprop.onnx.activations import FORMULAS  # noqa: E402

types = skl2onnx.common.data_types

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

TOLERANCE = 1e-5
N_ROWS = 1000
DTYPES = [np.float32, np.float64]
TARGETS = ["binary", "multiclass", "multilabel"]
SMALL = {"hidden_layer_sizes": (12, 8), "max_iter": 6, "random_state": 0}
TEXTBOOK = {"recipe": "textbook", **SMALL}
PERIODIC = Recipe("tabular", input_layer="periodic")


def inputs(dtype=np.float64):
    """Return columns with various offsets and scales, one of them with two values."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, 7)) * [1, 1e4, 1e-3, 1, 2, 1, 1] + [1e6, 0, 0, 5, 0, 0, 0]
    X[:, 5] = rng.integers(0, 2, N_ROWS)
    X[:, 6] = rng.standard_t(2, N_ROWS)  # with outliers
    return X.astype(dtype)


def signal():
    X = inputs()
    return (X - X.mean(axis=0)) / X.std(axis=0)


def class_targets(kind):
    x = signal()
    if kind == "binary":
        return np.where(x[:, 0] + x[:, 1] * x[:, 2] > 0, "yes", "no")
    if kind == "multiclass":
        return np.digitize(x[:, 0] + np.sin(2 * x[:, 1]), [-1, 0, 1]) * 10 - 5
    return (x[:, :3] + 0.5 * x[:, 3:6] > 0.2).astype(int)


def real_targets(several=False):
    x = signal()
    y = np.stack([300 + 40 * np.sin(x[:, 0]) + 20 * x[:, 1], 0.1 * np.abs(x[:, 2])], axis=1)
    return y if several else y[:, 0]


def session_of(model, X, options=None, **settings):
    """Return an onnxruntime session for a model, with inputs of the types of X."""
    if options is None and is_classifier(model):
        options = {"zipmap": False}
    file = skl2onnx.to_onnx(model, X[:1], options=options, **settings)
    onnx.checker.check_model(file, full_check=True)
    return onnxruntime.InferenceSession(file.SerializeToString(), providers=["CPUExecutionProvider"])


def run(session, X):
    if hasattr(X, "columns"):
        feed = {name: X[[name]].to_numpy() for name in X.columns}
    else:
        feed = {session.get_inputs()[0].name: X}
    return session.run(None, feed)


def distance(model, X, **settings):
    """Return the largest error of onnxruntime: of probabilities, or of predictions relative to their scale.

    The scale is the standard deviation of real_targets, or the absolute prediction if that is larger.

    Labels may differ if two probabilities differ by less than the tolerance.
    """
    found = run(session_of(model, X, **settings), X)
    if not is_classifier(model):
        (y,) = found
        expected = model.predict(X).reshape(len(X), -1)
        assert y.shape == expected.shape
        several = expected.shape[1] > 1 and np.ndim(model.quantile) == 0
        spread = real_targets(several).std(axis=0)
        return np.max(np.abs(y - expected) / np.maximum(np.abs(expected), spread))
    labels, probabilities = found
    expected = model.predict_proba(X)
    assert probabilities.shape == expected.shape
    np.testing.assert_array_equal(labels[sure(expected)], model.predict(X)[sure(expected)])
    return np.max(np.abs(probabilities - expected))


def sure(probabilities):
    """Return the rows whose label does not depend on rounding."""
    if not np.allclose(probabilities.sum(axis=1), 1):  # multilabel
        return (np.abs(probabilities - 0.5) > TOLERANCE).all(axis=1)
    first, second = -np.sort(-probabilities, axis=1)[:, :2].T
    return first - second > TOLERANCE


# All registered activations and losses.


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_an_activation_agrees_with_the_textbook(name, dtype):
    z = np.linspace(-60, 60, N_ROWS).reshape(-1, 1).astype(dtype)
    network = BackpropRegressor(
        (1,), name, recipe="textbook", scaling=None, max_iter=1, dtype=np.dtype(dtype).name
    ).fit(z, z.ravel())
    network.coefs_[0][...] = 1
    network.intercepts_[0][...] = 0
    transformer = HiddenLayerTransformer(FrozenEstimator(network)).fit(z, z)
    (a,) = run(session_of(transformer, z), z)
    np.testing.assert_allclose(a, textbook.SIGMA[name](z.astype(np.float64)), rtol=2e-6, atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_activation(name, dtype):
    X, settings = inputs(dtype), {"dtype": np.dtype(dtype).name, "activation": name}
    classifier = BackpropClassifier(**TEXTBOOK, **settings).fit(X, class_targets("multiclass"))
    regressor = BackpropRegressor(**TEXTBOOK, **settings).fit(X, real_targets())
    assert max(distance(classifier, X), distance(regressor, X)) < TOLERANCE


@pytest.mark.parametrize("kind", TARGETS)
@pytest.mark.parametrize("n_networks", [1, 3])
@pytest.mark.parametrize("loss", CLASSIFIER_LOSSES)
def test_every_loss_of_the_classifier(loss, kind, n_networks):
    model = BackpropClassifier(**TEXTBOOK, loss=loss, n_estimators=n_networks)
    model.fit(inputs(), class_targets(kind))
    for dtype in DTYPES:
        assert distance(model, inputs(dtype)) < TOLERANCE


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("n_networks", [1, 3])
@pytest.mark.parametrize("loss", REGRESSOR_LOSSES)
def test_every_loss_of_the_regressor(loss, several, n_networks):
    model = BackpropRegressor(**TEXTBOOK, loss=loss, n_estimators=n_networks, quantile=0.9)
    model.fit(inputs(), real_targets(several))
    for dtype in DTYPES:
        assert distance(model, inputs(dtype)) < TOLERANCE


@pytest.mark.parametrize("n_networks", [1, 3])
@pytest.mark.parametrize("quantile", [[0.5], [0.1, 0.5, 0.9], [0.6, 0.7], [0.2, 0.3, 0.4]], ids=str)
def test_several_quantiles(quantile, n_networks):
    model = BackpropRegressor(**TEXTBOOK, loss="quantile", quantile=quantile, n_estimators=n_networks)
    model.fit(inputs(), real_targets())
    for dtype in DTYPES:
        assert distance(model, inputs(dtype)) < TOLERANCE


# Recipes, scaling, input layers, and bounds of the outputs.


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("computed", ["float32", "float64"])
def test_every_recipe(recipe, computed):
    settings = {"recipe": recipe, "max_iter": 6, "random_state": 0, "dtype": computed}
    if recipe == "best":
        settings["n_estimators"] = 3  # of 16, to save time
    classifier = BackpropClassifier(**settings).fit(inputs(), class_targets("multiclass"))
    regressor = BackpropRegressor(**settings).fit(inputs(), real_targets())
    for dtype in DTYPES:
        assert distance(classifier, inputs(dtype)) < TOLERANCE
        assert distance(regressor, inputs(dtype)) < TOLERANCE


@pytest.mark.parametrize("scaling", [*SCALINGS, None])
@pytest.mark.parametrize("front", [None, "scale", "piecewise", "periodic", "mixed"])
@pytest.mark.parametrize("hidden", [(), (6,), (8, 6, 4)])
def test_every_scaling_front_and_depth(scaling, front, hidden):
    recipe = Recipe("textbook", input_layer=front, parametrization="ntk")
    settings = {**TEXTBOOK, "hidden_layer_sizes": hidden, "recipe": recipe, "scaling": scaling}
    shrunk = signal()
    X = inputs() if scaling else shrunk
    model = BackpropClassifier(**settings, n_estimators=2)
    model.fit(X, class_targets("multiclass"))
    for dtype in DTYPES:
        assert distance(model, X.astype(dtype)) < TOLERANCE


def test_extreme_outliers():
    X = inputs()
    model = BackpropClassifier(**SMALL).fit(X, class_targets("binary"))
    X[:4, 3] = [1e15, -1e30, 1e100, -1e300]
    assert distance(model, X) < TOLERANCE


def test_a_column_that_float32_cannot_resolve():
    X = inputs()
    X[:, 0] = 1.6e9 + 100 * signal()[:, 0]
    model = BackpropClassifier(**SMALL, dtype="float32").fit(X, class_targets("binary"))
    assert distance(model, X) < TOLERANCE


@pytest.mark.parametrize("clipped", [True, False])
def test_predictions_outside_the_range_of_the_fit(clipped):
    X, y = inputs(), real_targets(several=True)
    recipe = Recipe("textbook", clip_predictions=clipped)
    model = BackpropRegressor((), recipe=recipe, max_iter=50, random_state=0)
    near = np.abs(signal()[:, 1]) < 0.2
    model.fit(X[near], y[near])
    lowest, highest = y[near].min(axis=0), y[near].max(axis=0)
    outside = model.predict(X) > highest + (highest - lowest) / 2
    assert outside.any() != clipped
    assert distance(model, X) < TOLERANCE


def test_probabilities_stay_above_zero_and_below_one():
    X = signal()
    model = BackpropClassifier(**TEXTBOOK, loss="bce").fit(X, class_targets("multiclass"))
    model.coefs_[-1][...] *= 1e4
    for dtype in DTYPES:
        _, probabilities = run(session_of(model, X.astype(dtype)), X.astype(dtype))
        assert probabilities.min() > 0
        assert probabilities.max() < 1
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=TOLERANCE)


def test_small_probabilities_keep_their_digits():
    X = signal()
    model = BackpropClassifier(**TEXTBOOK).fit(X, class_targets("binary"))
    model.intercepts_[-1][...] -= 40
    expected = model.predict_proba(X)[:, 1]
    assert expected.max() < 1e-12
    np.testing.assert_allclose(run(session_of(model, X), X)[1][:, 1], expected, rtol=1e-9)


def test_predictions_that_float32_cannot_resolve():
    y = 1.7e9 + 20 * signal()[:, 0]
    model = BackpropRegressor(**TEXTBOOK).fit(inputs(), y)
    X = inputs(np.float32)
    expected = model.predict(X.astype(np.float64))
    np.testing.assert_allclose(run(session_of(model, X), X)[0].ravel(), expected, rtol=0, atol=1e-3)


# Missing values and categories.


def with_gaps(X):
    X[::7, 0] = np.nan
    X[::11, 4] = np.nan
    return X


@pytest.mark.parametrize("recipe", RECIPES)
@pytest.mark.parametrize("computed", ["float32", "float64"])
def test_missing_numbers(recipe, computed):
    settings = {"recipe": recipe, **SMALL, "dtype": computed}
    model = BackpropClassifier(**settings).fit(with_gaps(inputs()), class_targets("multiclass"))
    regressor = BackpropRegressor(**settings).fit(with_gaps(inputs()), real_targets())
    for dtype in DTYPES:
        X = with_gaps(inputs(dtype))
        X[3] = np.nan
        assert distance(model, X) < TOLERANCE
        assert distance(regressor, X) < TOLERANCE


@pytest.mark.parametrize("scaling", ["standard", "robust", None])
def test_missing_numbers_in_new_rows_only(scaling):
    X = inputs() if scaling else signal()
    model = BackpropClassifier(**TEXTBOOK | {"scaling": scaling}).fit(X, class_targets("binary"))
    for dtype in DTYPES:
        assert distance(model, with_gaps(X.astype(dtype))) < TOLERANCE


@pytest.mark.parametrize("outliers", ["compressed", "bounded"])
@pytest.mark.parametrize("dtype", DTYPES)
def test_outliers(outliers, dtype):
    X = (signal() * np.exp(3 * np.random.default_rng(0).normal(size=signal().shape))).astype(dtype)
    X[:3, 0] = 0, -1e12, 1e30
    model = BackpropClassifier(**SMALL).fit(X, class_targets("binary"))
    assert model._model.scaling.outliers == "compressed"
    model._model.scaling.outliers = outliers  # "bounded" as in models saved by version 1.0.0rc1
    assert distance(model, X) < TOLERANCE


def raw_frame():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(1)
    X = with_gaps(40 + 10 * signal())
    return pandas.DataFrame(
        {
            "age": X[:, 0],
            "town": rng.choice(["Bern", "Rom", "Zürich", "nan"], N_ROWS),
            "rooms": rng.integers(1, 6, N_ROWS),
            "wages": X[:, 1],
            "street": [f"street {min(n, 400)}" for n in rng.geometric(0.01, N_ROWS)],
            "floor": rng.integers(0, 4, N_ROWS),
        }
    )


def test_a_data_frame_gives_a_graph_with_one_input_per_column():
    frame = raw_frame()
    assert frame["street"].nunique() > 100  # so that there are rare ones
    new = frame.copy()
    new.loc[:9, "town"] = "Atlantis"
    new.loc[10:19, "street"] = "unseen road"
    new.loc[20:29, "floor"] = 77
    chosen = ["town", "street", "floor"]
    for estimator, y in (
        (BackpropClassifier(**SMALL, categorical_features=chosen), class_targets("multiclass")),
        (BackpropRegressor(**SMALL, categorical_features=chosen), real_targets()),
    ):
        model = estimator.fit(frame, y)
        assert [i.name for i in session_of(model, frame).get_inputs()] == list(frame.columns)
        assert distance(model, frame) < TOLERANCE
        assert distance(model, new) < TOLERANCE


def test_all_columns_are_categories():
    frame = raw_frame()[["town", "street"]]
    model = BackpropClassifier(**SMALL).fit(frame, class_targets("binary"))
    assert distance(model, frame) < TOLERANCE


@pytest.mark.parametrize("dtype", DTYPES)
def test_categories_that_are_numbers(dtype):
    X = inputs(dtype)
    X[:, 5] = np.random.default_rng(0).choice(np.array([1.5, 2, 3, np.nan], dtype), N_ROWS)
    X[:, 3] = np.random.default_rng(1).geometric(0.01, N_ROWS)
    assert np.unique(X[:, 3]).size > 100  # so that there are rare ones
    model = BackpropClassifier(**SMALL, categorical_features=[3, 5]).fit(X, class_targets("binary"))
    X[:9, 5] = 99
    X[5:15, 3] = np.nan
    assert distance(model, X) < TOLERANCE


@pytest.mark.parametrize("dtype", DTYPES)
def test_numbers_that_are_encoded_as_categories_in_addition(dtype):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(900, 4)).astype(dtype)
    X[:, 2] = rng.integers(1, 13, 900) / np.array(10, dtype)
    effect = rng.normal(size=13)
    y = effect[np.rint(10 * X[:, 2]).astype(int)] + X[:, 0] > 0
    model = BackpropClassifier(**SMALL).fit(X, y)
    assert model.columns_[2].categories
    X[:5, 2] = 99
    X[5:9, 2] = 0.15
    assert distance(model, X) < TOLERANCE


@pytest.mark.parametrize("dtype", DTYPES)
def test_fractions_that_are_categories_are_matched_in_single_precision(dtype):
    X = inputs()
    X[:, 5] = np.random.default_rng(0).choice([0.1, 1 / 3, 1e5 + 0.7, 2, np.nan], N_ROWS)
    X[:, 3] = np.random.default_rng(1).choice([0.1, 0.1 + 1e-12, 7], N_ROWS)
    X = X.astype(dtype)
    other = np.float32 if dtype == np.float64 else np.float64
    model = BackpropClassifier(**SMALL, categorical_features=[3, 5]).fit(X, class_targets("binary"))
    assert distance(model, X) < TOLERANCE
    assert distance(model, X.astype(other)) < TOLERANCE


@pytest.mark.parametrize(
    "known", [[1, 2, 3], [1 - 2**-53, 2 + 2**-51, 3], [0, 2**24, 2**24 + 1], [1e-50, 0, 1]]
)
def test_numbers_near_whole_categories_have_the_categories_of_predict(known):
    X = np.array(known * 40, np.float64)[:, None]
    model = BackpropClassifier(**SMALL, categorical_features=[0]).fit(X, X[:, 0] == known[1])
    near = np.concatenate(
        [[k, np.nextafter(k, -1), np.nextafter(k, 9), k + 1e-300] for k in known] + [[7.0, 1e-40]]
    )
    assert distance(model, near[:, None]) < TOLERANCE
    whole = np.arange(-1, 5)[:, None]
    assert distance(model, whole) < TOLERANCE
    assert distance(model, whole.astype(np.float32)) < TOLERANCE


@pytest.mark.parametrize("declared", [types.Int64TensorType, types.Int32TensorType])
def test_integers_that_are_categories_are_compared_as_integers(declared):
    small = declared is types.Int32TensorType
    kinds = np.array([0, 1, -5, 7] if small else [0, 2**62, 2**62 + 1, 7])
    X = np.random.default_rng(0).choice(kinds, (N_ROWS, 1))
    model = BackpropClassifier(**SMALL, categorical_features=[0]).fit(X, X[:, 0] == kinds[2])
    graph = skl2onnx.to_onnx(model, initial_types=[("k", declared([None, 1]))], options={"zipmap": False})
    session = onnxruntime.InferenceSession(graph.SerializeToString())
    rows = np.append(kinds, 99)[:, None]
    found = session.run(None, {"k": rows.astype(np.int32 if small else np.int64)})[1]
    np.testing.assert_allclose(found, model.predict_proba(rows), atol=TOLERANCE)
    assert abs(found[2, 1] - found[1, 1]) > 0.1


def test_integers_that_float64_does_not_distinguish_are_no_floats():
    kinds = np.array([2**62, 2**62 + 1, 7])
    X = np.random.default_rng(0).choice(kinds, (N_ROWS, 1))
    for limit in ("auto", 2):
        model = BackpropClassifier(**SMALL, categorical_features=[0], max_categories=limit)
        model.fit(X, X[:, 0] == kinds[0])
        assert distance(model, X.astype(float)) < TOLERANCE


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, "1", "x"], r"Column 'k' .* the number 1 and the text '(1|x)'.* convert the column to text"),
        ([1.0, "x", None], r"Column 'k' .* the number 1 and the text 'x'.* convert the column to text"),
        ([1, 2, 3], r"Column 'k' .* number [123] as a category.* 'k' of the graph is text.*Int64TensorType"),
        (["nan", "x", None], r"Column 'k' of X has missing values and the category 'nan'.* rename"),
        (np.arange("2024-01-01", "2024-01-04", dtype="datetime64[D]"), r"\['k'\] of X hold dates"),
        (np.arange(3).astype("timedelta64[D]"), r"\['k'\] of X hold dates, times or durations"),
        ([datetime.time(hour) for hour in (1, 2, 3)], r"\['k'\] of X hold dates, times or durations"),
    ],
)
@pytest.mark.parametrize("limit", ["auto", 2])
def test_categories_that_a_graph_cannot_distinguish_raise(values, message, limit):
    pandas = pytest.importorskip("pandas")
    k = pandas.Series(list(values) * 40, dtype=object)
    frame = pandas.DataFrame({"k": k, "x": np.arange(120.0)})
    model = BackpropClassifier(**SMALL, categorical_features=["k"], max_categories=limit)
    model.fit(frame, np.arange(120) % 3)
    declared = [("k", types.StringTensorType([None, 1])), ("x", types.DoubleTensorType([None, 1]))]
    with pytest.raises(ValueError, match=message):
        skl2onnx.to_onnx(model, initial_types=declared)


def test_missing_text_is_nan_or_its_text():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"k": pandas.Series(["a", "b", None] * 40, dtype=object), "x": np.arange(120.0)})
    model = BackpropClassifier(**SMALL).fit(frame, np.arange(120) % 3)
    assert distance(model, frame.fillna({"k": np.nan})) < TOLERANCE
    _, found = run(session_of(model, frame[:1]), frame.fillna({"k": "nan"}))
    np.testing.assert_allclose(found, model.predict_proba(frame), atol=TOLERANCE)


def test_inputs_with_several_columns():
    X = with_gaps(inputs())
    model = BackpropClassifier(**SMALL).fit(X, class_targets("binary"))
    groups = {"left": X[:, :3], "middle": X[:, 3:4], "right": X[:, 4:]}
    initial_types = [(name, types.DoubleTensorType([None, x.shape[1]])) for name, x in groups.items()]
    file = skl2onnx.to_onnx(model, initial_types=initial_types, options={"zipmap": False})
    _, probabilities = onnxruntime.InferenceSession(file.SerializeToString()).run(None, groups)
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=TOLERANCE)


def test_an_unspecified_number_of_columns():
    X = inputs(np.float32)
    model = BackpropClassifier(**SMALL).fit(X, class_targets("binary"))
    file = skl2onnx.to_onnx(
        model, initial_types=[("X", types.FloatTensorType([None, None]))], options={"zipmap": False}
    )
    _, probabilities = run(onnxruntime.InferenceSession(file.SerializeToString()), X)
    np.testing.assert_allclose(probabilities, model.predict_proba(X), atol=TOLERANCE)


# Labels, options and types.


@pytest.mark.parametrize("gaps", [False, True])
def test_ranks_of_numbers_in_groups_far_apart(gaps):
    rng = np.random.default_rng(0)
    u = rng.random((600, 2))
    X = np.column_stack((u[:, 0], u[:, 1] + 1e4 * (rng.random(600) < 0.4)))
    if gaps:
        X[::9] = np.nan
    model = BackpropRegressor(recipe="fast", max_iter=20, random_state=0).fit(X, np.sin(6 * u[:, 1]))
    assert model.columns_[1].inputs == ("x1", "x1_rank")
    new = np.concatenate((X, [[0, -1e6], [0, 1e6], [1, 5e3], [np.nan, np.nan]])) if gaps else X
    (predicted,) = run(session_of(model, new), new)
    np.testing.assert_allclose(predicted.ravel(), model.predict(new), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    "classes",
    [["b", "a", "ü"], [3, -1, 2], [2.0, 0.0, 7.0], [False, True]],
    ids=["str", "int", "float", "bool"],
)
def test_labels(classes):
    X, y = make_classification(N_ROWS, 6, n_informative=4, n_classes=len(classes), random_state=0)
    model = BackpropClassifier(**SMALL).fit(X, np.array(classes)[y])
    labels, _ = run(session_of(model, X), X)
    expected = model.predict(X)
    assert labels.dtype == (object if isinstance(classes[0], str) else np.int64)
    np.testing.assert_array_equal(labels, expected)
    assert len(set(labels.tolist())) == len(classes)


def test_labels_of_other_types_raise():
    X, y = signal(), class_targets("binary")
    days = np.array(["2020-01-01", "2021-01-01"], dtype="datetime64[D]")
    model = BackpropClassifier(**SMALL).fit(X, days[(y == "yes").astype(int)])
    with pytest.raises(ValueError, match=r"datetime.*neither integers nor strings.*nocl=True"):
        session_of(model, X)
    labels, _ = run(session_of(model, X, options={"zipmap": False, "nocl": True}), X)
    np.testing.assert_array_equal(model.classes_[labels], model.predict(X))


def test_options_of_scikit_learns_classifiers():
    X, y = signal(), class_targets("binary")
    model = BackpropClassifier(**SMALL).fit(X, y)
    expected = model.predict_proba(X)
    by_id = skl2onnx.to_onnx(model, X[:1], options={id(model): {"zipmap": False}})
    session = onnxruntime.InferenceSession(by_id.SerializeToString())
    assert [output.name for output in session.get_outputs()] == ["label", "probabilities"]
    _, rows = run(session_of(model, X.astype(np.float32), options={"zipmap": True}), X.astype(np.float32))
    assert set(rows[0]) == {"no", "yes"}
    np.testing.assert_allclose([row["yes"] for row in rows], expected[:, 1], atol=TOLERANCE)
    _, no, yes = run(session_of(model, X, options={"zipmap": "columns"}), X)
    np.testing.assert_allclose(np.stack([no, yes], axis=1), expected, atol=TOLERANCE)
    *_, classes = run(session_of(model, X, options={"zipmap": False, "output_class_labels": True}), X)
    assert list(classes) == ["no", "yes"]


@pytest.mark.parametrize("kind", TARGETS)
def test_the_declared_shapes_agree_with_the_results(kind):
    X, y = inputs(), class_targets(kind)
    model = BackpropClassifier(**SMALL).fit(X, y)
    session = session_of(model, X)
    for output, result in zip(session.get_outputs(), run(session, X), strict=True):
        assert tuple(output.shape[1:]) == result.shape[1:]
    assert [output.type for output in session.get_outputs()][1] == "tensor(double)"


@pytest.mark.parametrize("kind", TARGETS)
def test_the_file_is_valid_and_has_no_unused_values(kind):
    X = with_gaps(inputs())
    model = BackpropClassifier(**SMALL, recipe=PERIODIC).fit(X, class_targets(kind))
    file = skl2onnx.to_onnx(model, X[:1], options={"zipmap": False})
    onnx.checker.check_model(file, full_check=True)
    graph = file.graph
    used = {name for node in graph.node for name in node.input} | {output.name for output in graph.output}
    made = {constant.name for constant in graph.initializer} | {n for node in graph.node for n in node.output}
    assert made <= used


@pytest.mark.parametrize("opset", [13, 15, 17, 18, None])
def test_opsets(opset):
    X = with_gaps(inputs())
    model = BackpropClassifier(**SMALL, recipe=PERIODIC, activation="gelu", n_estimators=2)
    model.fit(X, class_targets("multiclass"))
    assert distance(model, X, target_opset=opset) < TOLERANCE
    regressor = BackpropRegressor(**SMALL, loss="poisson", n_estimators=2).fit(X, real_targets())
    assert distance(regressor, X, target_opset=opset) < TOLERANCE
    mean = BackpropRegressor(**SMALL, n_estimators=2).fit(X, real_targets())
    assert distance(mean, X, target_opset=opset) < TOLERANCE


def test_integer_inputs():
    X = np.random.default_rng(0).integers(-50, 50, (N_ROWS, 3))
    model = BackpropClassifier(**SMALL).fit(X, X[:, 0] > X[:, 1])
    assert distance(model, X) < TOLERANCE


def test_one_row_and_zero_rows():
    X = inputs()
    model = BackpropClassifier(**SMALL, recipe=PERIODIC).fit(X, class_targets("multiclass"))
    session = session_of(model, X)
    np.testing.assert_allclose(run(session, X[:1])[1], model.predict_proba(X[:1]), atol=TOLERANCE)
    assert run(session, X[:0])[1].shape == (0, 4)


# Within other estimators.


@pytest.mark.parametrize("estimator", [BackpropClassifier(**SMALL), BackpropRegressor(**SMALL)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_pipeline_with_a_column_transformer(estimator, dtype):
    frame = raw_frame()[["age", "wages", "town"]].astype({"age": dtype, "wages": dtype})
    # onnxruntime has no float64 imputer; in float64 the estimator imputes the missing values.
    numbers = make_pipeline(SimpleImputer(), StandardScaler()) if dtype == np.float32 else StandardScaler()
    words = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer([("numbers", numbers, ["age", "wages"]), ("words", words, ["town"])])
    y = class_targets("binary") if is_classifier(estimator) else real_targets()
    pipeline = make_pipeline(columns, clone(estimator)).fit(frame, y)
    options = {id(pipeline[-1]): {"zipmap": False}} if is_classifier(estimator) else None
    assert distance(pipeline, frame, options=options) < TOLERANCE


def test_missing_values_in_a_pipeline():
    X = with_gaps(inputs())
    pipeline = make_pipeline(StandardScaler(), BackpropClassifier(**SMALL)).fit(
        X, class_targets("multilabel")
    )
    assert distance(pipeline, X) < TOLERANCE


def test_a_grid_search():
    X, y = signal(), class_targets("multiclass")
    search = GridSearchCV(BackpropClassifier(**SMALL), {"activation": ["relu", "tanh"]}, cv=2).fit(X, y)
    assert distance(search, X) < TOLERANCE


def test_a_vote_and_a_stack():
    X, y = signal(), class_targets("multiclass")
    networks = [
        ("relu", BackpropClassifier(**SMALL, activation="relu")),
        ("gelu", BackpropClassifier(**SMALL)),
    ]
    for ensemble in (
        VotingClassifier(networks, voting="soft", flatten_transform=False),
        StackingClassifier(networks, BackpropClassifier(**SMALL), cv=2),
    ):
        assert distance(ensemble.fit(X, y), X.astype(np.float32)) < TOLERANCE


@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("layer", [0, 1, -1])
def test_the_activations_of_a_hidden_layer(layer, n_networks):
    X, y = inputs(), class_targets("multiclass")
    network = BackpropClassifier(**SMALL, n_estimators=n_networks)
    transformer = HiddenLayerTransformer(network, layer=layer).fit(X, y)
    for dtype in DTYPES:
        session = session_of(transformer, X.astype(dtype))
        (a,) = run(session, X.astype(dtype))
        assert session.get_outputs()[0].shape[1] == a.shape[1]
        np.testing.assert_allclose(a, transformer.transform(X.astype(dtype)), atol=TOLERANCE)
    features = make_pipeline(transformer, BackpropClassifier((), random_state=0)).fit(X, y)
    assert distance(features, X) < TOLERANCE


def test_a_network_fitted_by_partial_fit():
    X, y = inputs(), class_targets("binary")
    model = BackpropClassifier(**SMALL)
    for rows in np.split(np.arange(N_ROWS), 10):
        model.partial_fit(X[rows], y[rows], classes=["no", "yes"])
    assert distance(model, X) < TOLERANCE


# Errors.


class OwnLink(SquaredError):
    def inverse_link(self, raw_prediction, out):
        np.multiply(raw_prediction, 2, out=out)


class OwnValue(SquaredError):
    def value(self, y_true, raw_prediction, scratch):
        return 2 * super().value(y_true, raw_prediction, scratch)

    def delta(self, y_true, raw_prediction, out):
        super().delta(y_true, raw_prediction, out)
        out *= 2


def test_a_loss_with_a_custom_link_raises():
    X = signal()
    model = BackpropRegressor(**TEXTBOOK, loss=OwnLink()).fit(X, real_targets())
    with pytest.raises(ValueError, match=r"loss=.*OwnLink.*inverse_link.*losses\.IdentityLink"):
        session_of(model, X)


def test_a_custom_loss_with_a_known_link():
    X = signal()
    model = BackpropRegressor(**TEXTBOOK, loss=OwnValue(), n_estimators=2).fit(X, real_targets())
    assert distance(model, X) < TOLERANCE


def test_a_classifier_whose_outputs_are_not_probabilities_raises():
    X = signal()
    model = BackpropClassifier(**TEXTBOOK, loss=OwnValue()).fit(X, class_targets("multiclass"))
    with pytest.raises(ValueError, match=r"OwnValue.*not probabilities.*LogisticLink"):
        session_of(model, X)


def test_an_activation_without_a_formula_raises(monkeypatch):
    class Swish(Identity):
        pass

    monkeypatch.setitem(ACTIVATIONS, "swish", Swish())
    X = signal()
    model = BackpropRegressor(**TEXTBOOK, activation=["swish"] * 2).fit(X, real_targets())
    with pytest.raises(ValueError, match=r"'swish' has no ONNX formula.*FORMULAS"):
        session_of(model, X)
    monkeypatch.setitem(FORMULAS, Swish, lambda z: np.float64(0.5) * (1 + z) + (z - 1) / 2)  # z
    assert distance(model, X) < TOLERANCE


def test_another_number_of_columns_raises():
    model = BackpropRegressor(**TEXTBOOK).fit(signal(), real_targets())
    with pytest.raises(ValueError, match=r"BackpropRegressor was fitted on 7 columns.*\['X'\].*\[3\]"):
        session_of(model, signal()[:, :3])


def test_an_unfitted_network_raises():
    with pytest.raises(NotFittedError):
        session_of(BackpropRegressor(), signal())


@pytest.mark.parametrize(
    ("column", "wrong", "message"),
    [
        ("town", types.FloatTensorType, r"'town'.*numeric.*category 'Bern'.*StringTensorType"),
        ("age", types.StringTensorType, r"Column 0 of X is numeric.*'age'.*FloatTensorType"),
    ],
)
def test_a_column_of_the_wrong_type_raises(column, wrong, message):
    frame = raw_frame()[["age", "town"]]
    model = BackpropRegressor(**SMALL).fit(frame, real_targets())
    right = {"age": types.FloatTensorType, "town": types.StringTensorType}
    initial_types = [(name, kind([None, 1])) for name, kind in (right | {column: wrong}).items()]
    with pytest.raises(ValueError, match=message):
        skl2onnx.to_onnx(model, initial_types=initial_types)


def test_text_for_a_network_without_categories_raises():
    model = BackpropRegressor(**SMALL).fit(signal(), real_targets())
    with pytest.raises(ValueError, match=r"Column 0 of X is numeric"):
        skl2onnx.to_onnx(model, initial_types=[("X", types.StringTensorType([None, 7]))])


def test_every_link_of_the_losses_has_a_formula():
    registered = {*CLASSIFIER_LOSSES.values(), *REGRESSOR_LOSSES.values(), LogisticLink}
    for loss in registered:
        skbackprop.onnx.outputs.link_of(loss())


# The example, and messages if the extra is not installed.

EXAMPLE = Path(__file__).parents[2] / "examples" / "serve_onnx.py"


def test_the_example_serves_a_model():
    pytest.importorskip("pandas")
    assert "all 1000 labels agree" in output_of("-W", "error", EXAMPLE)


@pytest.mark.parametrize("missing", ["onnxruntime", "skl2onnx"])
def test_the_example_names_missing_requirements(missing):
    code = f"import sys; sys.modules[{missing!r}] = None; import runpy; runpy.run_path({str(EXAMPLE)!r})"
    result = python("-W", "error", "-c", code)
    assert result.returncode == 1
    assert result.stderr == ('This example needs the extra "onnx": pip install ".[onnx,frames]"\n')


def test_without_skl2onnx_the_import_names_the_extra():
    result = python("-W", "error", "-c", "import sys; sys.modules['skl2onnx'] = None; import skbackprop.onnx")
    assert "pip install 'skbackprop[onnx]'" in result.stderr.splitlines()[-1]


@pytest.mark.parametrize("label", [7, "yes"])
@pytest.mark.parametrize("n_estimators", [1, 2])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_classifier_of_one_class_answers_it(dtype, n_estimators, label):
    X = inputs(dtype)
    model = BackpropClassifier(4, n_estimators=n_estimators, max_iter=1, random_state=0)
    with pytest.warns(UserWarning, match="only one class"):
        model.fit(X, [label] * len(X))
    found, probabilities = run(session_of(model, X), X)
    np.testing.assert_array_equal(found, model.predict(X))
    np.testing.assert_array_equal(probabilities, np.ones((len(X), 1)))
    assert probabilities.dtype == dtype
