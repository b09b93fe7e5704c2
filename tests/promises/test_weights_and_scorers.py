"""Weights, validation and scorers: what is weighted, what a scorer gets, and what happens if it fails."""

import datetime
import warnings
from collections import deque
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import narwhals.stable.v2 as narwhals
import numpy as np
import pytest
from scipy.sparse import csr_array, issparse
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.metrics import accuracy_score, make_scorer, max_error, mean_squared_error
from sklearn.preprocessing import StandardScaler
from sklearn.utils.class_weight import compute_class_weight, compute_sample_weight

from skbackprop import BackpropClassifier, BackpropRegressor

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
Y = (X[:, 0] > 0).astype(int)
FEW = {"recipe": "textbook", "schedule": "cosine", "max_iter": 10, "random_state": 0}


def classifier(**settings):
    return BackpropClassifier(8, **{**FEW, "learning_rate": 0.02, **settings})


def regressor(**settings):
    return BackpropRegressor(8, **{**FEW, **settings})


# Weights of the validation rows.


@pytest.mark.parametrize("scoring", ["accuracy", "neg_log_loss", "roc_auc", make_scorer(accuracy_score)])
def test_validation_rows_of_weight_zero_are_not_there(scoring):
    y_val = Y[:60].copy()
    y_val[30:] = 1 - y_val[30:]
    weights = np.repeat([1.0, 0.0], 30)
    weighted = classifier(scoring=scoring).fit(X, Y, X_val=X[:60], y_val=y_val, sample_weight_val=weights)
    without = classifier(scoring=scoring).fit(X, Y, X_val=X[:30], y_val=y_val[:30])
    np.testing.assert_allclose(weighted.validation_scores_, without.validation_scores_, rtol=1e-12)
    np.testing.assert_allclose(weighted.validation_loss_curve_, without.validation_loss_curve_, rtol=1e-12)


@pytest.mark.parametrize("scoring", ["r2", "neg_mean_absolute_error"])
def test_a_weight_of_two_is_a_validation_row_twice(scoring):
    y, weights = X[:, 0] + X[:, 1] ** 2, RNG.integers(0, 3, 60).astype(float)
    twice = np.repeat(np.arange(60), weights.astype(int))
    weighted = regressor(scoring=scoring).fit(X, y, X_val=X[:60], y_val=y[:60], sample_weight_val=weights)
    repeated = regressor(scoring=scoring).fit(X, y, X_val=X[twice], y_val=y[twice])
    np.testing.assert_allclose(weighted.validation_scores_, repeated.validation_scores_, rtol=1e-9)


def test_the_weights_of_held_out_rows_reach_the_scorer():
    seen = []

    def scorer(estimator, X, y, sample_weight=None):
        seen.append(sample_weight)
        return -mean_squared_error(y, estimator.predict(X), sample_weight=sample_weight)

    y, weights = X[:, 0], RNG.uniform(1, 2, 300)
    regressor(scoring=scorer, early_stopping=True).fit(X, y, sample_weight=weights)
    assert len(seen) == 10
    assert set(seen[0]) <= set(weights)
    assert len(seen[0]) == 30


def test_a_scorer_without_weights_is_warned_of():
    y, weights = X[:, 0], RNG.uniform(1, 2, 60)
    model = regressor(scoring=make_scorer(max_error, greater_is_better=False))
    with pytest.warns(UserWarning, match="takes no sample_weight"):
        model.fit(X, y, X_val=X[:60], y_val=y[:60], sample_weight_val=weights)


# Training rows of weight zero.


def with_absent_rows(X, y, n_absent, absent_y):
    """Return the rows, and `n_absent` more with `absent_y` and a weight of 0, and the weights."""
    absent = np.resize(np.arange(len(X)), n_absent)
    weights = np.r_[np.ones(len(X)), np.zeros(n_absent)]
    rows = np.r_[np.arange(len(X)), absent]
    X = X.iloc[rows].reset_index(drop=True) if hasattr(X, "iloc") else X[rows]
    return X, np.r_[y, np.full(n_absent, absent_y)], weights


@pytest.mark.parametrize("how", ["fit", "partial_fit"])
@pytest.mark.parametrize(("loss", "absent_y"), [("gamma", 0.0), ("gamma", 1e6), ("squared_error", -1e300)])
def test_the_target_of_a_row_of_weight_zero_does_not_matter(how, loss, absent_y):
    y, far_out = np.exp(X[:, 0]), 1e3 * X
    settings = {"recipe": "fast", "loss": loss, "dtype": "float32", "max_iter": 4, "random_state": 0}
    expected, found = BackpropRegressor(8, **settings), BackpropRegressor(8, **settings)
    X_all, y_all, weights = with_absent_rows(X, y, 20, absent_y)
    for _ in range(2):
        getattr(expected, how)(X, y)
        getattr(found, how)(X_all, y_all, weights)
    np.testing.assert_allclose(found.predict(far_out), expected.predict(far_out), rtol=1e-4)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"recipe": "fast"},
        {"recipe": "fast", "early_stopping": True},
        {"recipe": "fast", "batch_size": 1000},
        {"recipe": "fast", "class_weight": "balanced"},
        {"recipe": "textbook"},
        {"recipe": "textbook", "class_weight": {"a": 2, "c": 3}},
        {"solver": "lbfgs"},
        {"hidden_layer_sizes": ()},
    ],
    ids=str,
)
@pytest.mark.parametrize("n_rows", [30, 300])
@pytest.mark.filterwarnings("ignore:.*(batch_size|early_stopping)")
def test_a_class_whose_rows_all_have_weight_zero_is_a_class(n_rows, settings):
    """scikit-learn's classifiers keep it, and what combines classifiers relies on the same classes."""
    rng = np.random.default_rng(0)
    data, y = rng.normal(size=(n_rows, 3)), np.array(["a", "b", "c"])[np.arange(n_rows) % 3]
    weights = (y != "c").astype(float)
    classes = LogisticRegression().fit(data, y, weights).classes_
    model = BackpropClassifier(**{"max_iter": 5, "random_state": 0, "warm_start": True, **settings})
    model.fit(data, y, weights)
    np.testing.assert_array_equal(model.classes_, classes)
    assert model.predict_proba(data).shape == (n_rows, 3)
    model.fit(data, y)  # a warm start whose rows of "c" count
    if settings.get("solver") != "lbfgs":
        clone(model).fit(data, y, weights, X_val=data, y_val=y)
    if settings.get("class_weight") != "balanced" and hasattr(model, "partial_fit"):
        np.testing.assert_array_equal(clone(model).partial_fit(data, y, weights).classes_, classes)


def test_the_target_of_a_validation_row_of_weight_zero_does_not_matter():
    y, weights = np.exp(X[:, 0]), np.r_[np.ones(59), 0]
    y_val = np.r_[y[:59], -1.0]
    model = regressor(loss="gamma").fit(X, y, X_val=X[:60], y_val=y_val, sample_weight_val=weights)
    expected = regressor(loss="gamma").fit(X, y, X_val=X[:59], y_val=y[:59])
    np.testing.assert_allclose(model.validation_loss_curve_, expected.validation_loss_curve_, rtol=1e-9)


def test_rows_of_weight_zero_do_not_count_in_the_numbers_of_rows():
    """The categories with an input, the folds, the sizes of the batches and the dtype depend on them."""
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    table = pandas.DataFrame({"shop": [f"s{k}" for k in np.arange(900) % 150], "x": rng.integers(0, 2, 900)})
    y = rng.normal(size=900) + (np.arange(900) % 150) / 30
    table_all, y_all, weights = with_absent_rows(table, y, 2700, 0.0)
    table_all.loc[900:, "x"] = 7
    settings = {"recipe": "fast", "max_iter": 3, "random_state": 0}
    expected = BackpropRegressor(8, **settings).fit(table, y)
    found = BackpropRegressor(8, **settings).fit(table_all, y_all, sample_weight=weights)
    assert found.columns_[0].categories == expected.columns_[0].categories
    assert found.resolved_params_ == expected.resolved_params_
    np.testing.assert_allclose(found.predict(table), expected.predict(table), rtol=1e-6)
    np.testing.assert_allclose(found.oof_prediction_[:900], expected.oof_prediction_, rtol=1e-6)


NOON = [datetime.datetime(2024, 1 + k % 12, 1 + k % 28, 12) for k in range(200)]
OBJECTS = {
    "numbers": [float(k) for k in range(200)],
    "text": ["abcd"[k % 4] for k in range(200)],
    "dates": NOON,
    "dates in Rome": [date.replace(tzinfo=ZoneInfo("Europe/Rome")) for date in NOON],
    "durations": [datetime.timedelta(hours=k) for k in range(200)],
    "text and numbers": ["a", 1, "b", 2] * 50,
}
OTHERS = ["total", 7, None, b"total", [1, 2], 1j, NOON[0], NOON[0].replace(tzinfo=ZoneInfo("Asia/Tokyo"))]


@pytest.mark.parametrize("other", OTHERS, ids=str)
@pytest.mark.parametrize("name", OBJECTS)
def test_the_kind_of_a_value_in_a_row_of_weight_zero_does_not_matter(name, other):
    pandas = pytest.importorskip("pandas")
    series = pandas.Series([other, *OBJECTS[name], other], dtype=object)
    if name == "dates":
        series[0] = OBJECTS["dates in Rome"][0]
    table, weights = pandas.DataFrame({"k": series, "x": np.arange(202.0)}), np.ones(202)
    weights[[0, -1]] = 0
    y = np.arange(202) % 4 < 2
    settings = {"recipe": "fast", "max_iter": 2, "random_state": 0}
    expected = classifier(**settings).fit(table[1:-1], y[1:-1])
    found = classifier(**settings).fit(table, y, sample_weight=weights)
    assert found.columns_ == expected.columns_
    np.testing.assert_allclose(
        found.predict_proba(table[1:-1]), expected.predict_proba(table[1:-1]), rtol=1e-6
    )
    stream = BackpropClassifier(8, random_state=0)
    for _ in range(2):  # the second piece is read with the columns of the first
        stream.partial_fit(table, y, sample_weight=weights)
    assert stream.columns_ == expected.columns_


def test_kinds_of_categories_and_of_lists_in_rows_of_weight_zero():
    pandas = pytest.importorskip("pandas")
    weights = np.r_[0, np.ones(40)]
    categories = pandas.Categorical([b"?", *"ab" * 20])
    model = classifier(max_iter=1).fit(pandas.DataFrame({"k": categories}), Y[:41], sample_weight=weights)
    assert model.columns_[0].categories == ("a", "b")
    rows = [["total", "?"], *([float(k), "ab"[k % 2]] for k in range(40))]
    model = classifier(max_iter=1, categorical_features=[1]).fit(rows, Y[:41], sample_weight=weights)
    assert [column.kind for column in model.columns_] == ["number", "category"]


def test_a_validation_row_of_weight_zero_may_have_a_value_that_cannot_be_read():
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"x": X[:, 0].astype(object)})
    held_out, weights = table[:60].copy(), np.r_[0, np.ones(59)]
    held_out.loc[0, "x"] = "total"
    found = classifier().fit(table, Y, X_val=held_out, y_val=Y[:60], sample_weight_val=weights)
    expected = classifier().fit(table, Y, X_val=table[1:60], y_val=Y[1:60])
    np.testing.assert_allclose(found.validation_loss_curve_, expected.validation_loss_curve_, rtol=1e-9)


# Weights that leave no row.


BOTH = np.stack([Y, 1 - Y], axis=1)
NO_CLASS_WEIGHT = {
    "two classes": (Y, {0: 0, 1: 0}, None),
    "three classes": (np.arange(300) % 3, {0: 0.0, 1: 0.0, 2: 0.0}, None),
    "one class": (np.zeros(300, int), {0: 0}, None),
    "a label": (BOTH, [{0: 0, 1: 0}, {0: 1, 1: 2}], None),
    "labels together": (BOTH, [{0: 0}, {0: 0}], None),
    "the other class has no sample_weight": (Y, {0: 0}, (Y == 0).astype(float)),
}


@pytest.mark.parametrize(
    ("y", "class_weight", "sample_weight"), NO_CLASS_WEIGHT.values(), ids=NO_CLASS_WEIGHT
)
@pytest.mark.parametrize("settings", [{}, {"recipe": "tabular"}, {"solver": "lbfgs"}], ids=str)
def test_class_weights_that_leave_no_row_are_refused(y, class_weight, sample_weight, settings):
    model = classifier(class_weight=class_weight, **settings)
    with pytest.raises(ValueError, match=r"class_weight=.* gives a weight of zero to every row") as refused:
        model.fit(X, y, sample_weight=sample_weight)
    assert repr(class_weight) in str(refused.value)
    assert not hasattr(model, "classes_")


def test_a_piece_of_a_stream_or_validation_rows_without_weight_are_refused():
    model = BackpropClassifier(8, class_weight={0: 0, 1: 2}, random_state=0).partial_fit(X, Y)
    before = model.decision_function(X)
    with pytest.raises(ValueError, match=r"class_weight=\{0: 0, 1: 2\} gives a weight of zero"):
        model.partial_fit(X[Y == 0], Y[Y == 0])
    np.testing.assert_array_equal(model.decision_function(X), before)
    with pytest.raises(
        ValueError, match=r"^y_val has no row of positive weight \(classes \[0\]\).*X_val and y_val must"
    ):
        model.fit(X, Y, X_val=X[Y == 0], y_val=Y[Y == 0])


@pytest.mark.parametrize("make", [classifier, regressor])
@pytest.mark.parametrize("zeros", [np.zeros(300), [0] * 300, np.zeros(300, bool), 0])
def test_sample_weights_of_zero_are_refused_by_name(make, zeros):
    with pytest.raises(ValueError, match="sample_weight is zero for every row"):
        make().fit(X, Y, sample_weight=zeros)
    with pytest.raises(ValueError, match="sample_weight is zero for every row"):
        make().partial_fit(X, Y, sample_weight=zeros)
    with pytest.raises(ValueError, match="sample_weight_val is zero for every row"):
        make().fit(X, Y, X_val=X, y_val=Y, sample_weight_val=zeros)


@pytest.mark.parametrize("number", [np.float16, np.float32, np.int8, Decimal, Fraction])
def test_class_weights_of_any_type_are_their_values(number):
    usual = classifier(class_weight={0: 1, 1: 4}).fit(X, Y)
    other = classifier(class_weight={0: number(1), 1: number(4)}).fit(X, Y)
    np.testing.assert_array_equal(other.predict_proba(X), usual.predict_proba(X))


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_only_the_ratios_of_class_weights_count(size):
    usual = classifier(class_weight={0: 1, 1: 4}).fit(X, Y)
    extreme = classifier(class_weight={0: size, 1: 4 * size}).fit(X, Y)
    np.testing.assert_allclose(extreme.decision_function(X), usual.decision_function(X), rtol=1e-9)


# What a callable gets.


def frame():
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame({"number": X[:, 0], "kind": np.where(X[:, 1] > 0, "a", "b"), "gaps": X[:, 2]})


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("n_rows", [300, 150])  # more rows than a batch, and fewer
def test_a_callable_gets_the_users_own_frame(given, n_rows):
    table, y, seen = frame()[:n_rows], Y[:n_rows], []

    def scorer(estimator, X, y):
        seen.append((X, y))
        return estimator.score(X, y)

    rows = {"X_val": table[:50], "y_val": y[:50]} if given else {}
    classifier(scoring=scorer, early_stopping=not given).fit(table, y, **rows)
    shown, labels = seen[0]
    assert list(shown.columns) == ["number", "kind", "gaps"]
    assert shown.equals(table.loc[shown.index])  # raw, and the rows are those of y
    np.testing.assert_array_equal(labels, y[shown.index])
    assert len(shown) == (50 if given else n_rows // 10)


@pytest.mark.parametrize(
    "make", [csr_array, np.asfortranarray, lambda X: X.tolist()], ids=["csr", "F", "list"]
)
def test_a_callable_gets_other_containers_as_they_are(make):
    seen = []

    def scorer(estimator, X, y):
        seen.append(X)
        return estimator.score(X, y)

    classifier(scoring=scorer).fit(make(X), Y, X_val=make(X[:40]), y_val=Y[:40])
    shown = seen[0].toarray() if issparse(seen[0]) else seen[0]
    assert issparse(seen[0]) == (make is csr_array)
    np.testing.assert_array_equal(shown, X[:40])


class OfRows:
    """The rows of X without any method but conversion to an array."""

    def __init__(self, X):
        self.X = X

    def __len__(self):
        return len(self.X)

    def __array__(self, dtype=None, copy=None):
        return self.X


class WithShape(OfRows):
    shape = property(lambda self: self.X.shape)


@pytest.mark.parametrize("make", [OfRows, WithShape, memoryview, deque])
@pytest.mark.parametrize("settings", [{}, {"early_stopping": True}])
def test_a_callable_gets_arrays_of_the_rows_that_fit_reads_as_an_array(make, settings):
    model = classifier(scoring=lambda model, X, y: model.score(X, y), **settings).fit(make(X), Y)
    expected = classifier(scoring="accuracy", **settings).fit(X, Y)
    assert model.validation_scores_ == expected.validation_scores_


def as_frame(rows):
    return pytest.importorskip("pandas").DataFrame(rows, columns=["kind", "number", "one"])


def as_record_batch(rows):
    return pytest.importorskip("pyarrow").RecordBatch.from_pandas(as_frame(rows))


def as_hdf5(rows):
    file = pytest.importorskip("h5py").File("x", "w", driver="core", backing_store=False)
    return file.create_dataset("x", data=X)


# How a container is made of rows, and made a list again.
CONTAINERS = {
    "lists": (list, list),
    "tuples": (lambda rows: tuple(map(tuple, rows)), list),
    "record batch": (as_record_batch, lambda batch: batch.to_pylist()),
    "narwhals": (lambda rows: narwhals.from_native(as_frame(rows)), lambda frame: frame.rows()),
    "hdf5": (as_hdf5, lambda dataset: dataset[:].tolist()),
}


@pytest.mark.parametrize("held_out", [True, "folds"])
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_callable_gets_rows_whose_values_are_unchanged(container, held_out):
    kinds = np.where(X[:, 1] > 0, "a", "b").astype(object)
    kinds[X[:, 1] > 0.5] = np.nan
    make, to_list = CONTAINERS[container]
    given, seen = make([[kind, float(x), 1] for kind, x in zip(kinds, X[:, 0], strict=True)]), []

    def scorer(estimator, X, y):
        seen.append((X, y))
        return estimator.score(X, y)

    named = [0] if container in ("lists", "tuples") else "from_dtype"
    model = regressor(scoring=scorer, early_stopping=held_out, n_estimators=2, categorical_features=named)
    model.fit(given, np.arange(300))
    shown, y = seen[0]
    rows = to_list(given)
    assert repr(to_list(shown)) == repr([rows[int(i)] for i in y])


def test_a_callable_gets_the_columns_of_a_file_with_gaps(tmp_path, monkeypatch):
    monkeypatch.setattr("skbackprop.tables.rows_on_disk.SMALL_BYTES", 0)
    stored, seen = np.memmap(tmp_path / "x", float, "w+", shape=X.shape), []
    stored[...] = np.where(X > 1, np.nan, X)

    def scorer(estimator, X, y):
        seen.append(X)
        return estimator.score(X, y)

    settings = {"early_stopping": True}
    named = classifier(scoring="accuracy", **settings).fit(stored, Y)
    model = classifier(scoring=scorer, **settings).fit(stored, Y)
    assert seen[0].shape == (30, 4)
    assert model.validation_scores_ == named.validation_scores_


# Scorers that fail.


@pytest.mark.parametrize("given", [True, False])
def test_an_error_of_a_scorer_in_the_middle_keeps_the_best_epoch(given):
    scores = iter([0.1, 0.5, 0.3])

    def scorer(estimator, X, y):
        try:
            return next(scores)
        except StopIteration:
            raise ArithmeticError("no more") from None

    rows = {"X_val": X[:50], "y_val": Y[:50]} if given else {}
    with pytest.warns(
        ConvergenceWarning, match=r"scorer failed in epoch 4 \(ArithmeticError: no more\).*\(2\)"
    ):
        model = classifier(scoring=scorer, early_stopping=not given).fit(X, Y, **rows)
    assert model.validation_scores_ == [0.1, 0.5, 0.3]
    assert model.n_iter_ == 3
    assert np.isfinite(model.predict_proba(X)).all()


@pytest.mark.parametrize("given", [True, False])
def test_a_score_that_becomes_nan_keeps_the_best_epoch(given):
    scores = iter([0.1, 0.5, 0.3, np.nan])
    rows = {"X_val": X[:50], "y_val": Y[:50]} if given else {}
    model = classifier(scoring=lambda estimator, X, y: next(scores), early_stopping=not given)
    with pytest.warns(ConvergenceWarning, match=r"scorer failed in epoch 4 \(ValueError: .*NaN.*\(2\)"):
        model.fit(X, Y, **rows)
    assert model.validation_scores_ == [0.1, 0.5, 0.3]


def test_a_scorer_that_never_worked_is_named():
    def scorer(estimator, X, y):
        raise KeyError("name")

    model = classifier(scoring=scorer, early_stopping=True)
    with pytest.raises(
        ValueError, match=r"scoring=<.*> failed on the held-out rows \(KeyError: 'name'\)"
    ) as e:
        model.fit(X, Y)
    assert isinstance(e.value.__cause__, KeyError)
    assert not hasattr(model, "classes_")
    model.set_params(scoring=lambda estimator, X, y: np.nan)
    with pytest.raises(ValueError, match=r"scoring=<.*> is NaN on the held-out rows.*X_val"):
        model.fit(X, Y)


@pytest.mark.parametrize("scoring", ["neg_log_loss", "roc_auc_ovr", "top_k_accuracy"])
def test_a_scorer_that_needs_every_class_is_named(scoring):
    labels = np.where(np.arange(len(Y)) < 2, 2, Y)  # too few rows of class 2 for every fold
    settings = {"scoring": scoring, "early_stopping": "folds", "n_estimators": 4}
    with pytest.raises(ValueError, match=f"scoring='{scoring}' failed on the held-out rows.*every class"):
        classifier(**settings).fit(X, labels)


def test_a_scorer_of_one_prediction_is_named_where_there_are_several():
    model = regressor(loss="quantile", quantile=[0.1, 0.9], scoring="r2", early_stopping=True)
    with pytest.raises(ValueError, match=r"scoring='r2' failed on the held-out rows.*number per row"):
        model.fit(X, X[:, 0])


def test_a_network_that_explodes_under_a_scorer_keeps_its_best_epoch():
    y = np.exp(X[:, 0])
    settings = {"loss": "poisson", "solver": "sgd", "momentum": 0, "learning_rate": 0.01, "batch_size": 270}
    settings |= {"schedule": lambda t: 1 if t < 0.5 else 1e6, "early_stopping": True, "max_iter": 40}
    fits = []
    for scoring in ("loss", "r2"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fits.append(BackpropRegressor(16, **{**FEW, **settings}, scoring=scoring).fit(X, y))
    assert all(20 <= len(model.validation_loss_curve_) < 40 for model in fits)
    np.testing.assert_allclose(fits[0].predict(X), fits[1].predict(X))


# Class weights.


@pytest.mark.parametrize("lacking", [0, 1, 2])
def test_weights_of_some_classes_do_not_mind_batches_without_them(lacking):
    labels = np.arange(300) % 3
    rows = labels != lacking
    for weights in ({0: 1.0, 1: 5.0}, {1: 3.0}, {2: 0.5, 0: 2.0}):
        model = (
            classifier(class_weight=weights, schedule="constant")
            .partial_fit(X, labels)
            .partial_fit(X[rows], labels[rows])
        )
        model = classifier(class_weight=weights).fit(X, labels, X_val=X[rows], y_val=labels[rows])
        expected = compute_sample_weight(weights, labels) if set(weights) == {0, 1, 2} else None
        got = model._model.row_weights(labels, None)
        by_hand = np.array([weights.get(label, 1.0) for label in labels.tolist()])
        np.testing.assert_array_equal(got, by_hand if expected is None else expected)


def test_weights_of_labels_do_not_mind_rows_without_them():
    labels = (X[:, :2] > 0).astype(int)
    rows = labels[:, 0] == 0
    weights = [{0: 1.0, 1: 4.0}, {1: 2.0}]
    model = classifier(class_weight=weights).fit(X, labels, X_val=X[rows], y_val=labels[rows])
    expected = np.where(labels[:, 0], 4.0, 1.0) * np.where(labels[:, 1], 2.0, 1.0)
    np.testing.assert_array_equal(model._model.row_weights(labels, None), expected)
    np.testing.assert_array_equal(model._model.row_weights(csr_array(labels), None), expected)


@pytest.mark.parametrize("make", [np.asarray, csr_array], ids=["dense", "sparse"])
def test_balanced_weights_of_labels_use_the_sample_weights(make):
    labels = (X[:, :3] > [0.3, 0.9, -0.5]).astype(int)
    # The weights change the shares of the first label.
    weights = np.random.default_rng(0).integers(0, 3, 300) + 2 * labels[:, 0]
    repeated = np.repeat(np.arange(300), weights)
    # With a large alpha the minimum of the loss is exact to more digits than with a small one.
    linear = {"solver": "lbfgs", "alpha": 1.0, "tol": 1e-10, "max_iter": 2000, "class_weight": "balanced"}
    model = BackpropClassifier((), **linear, recipe="textbook", scaling=None)
    found = model.fit(X, make(labels), sample_weight=weights).decision_function(X)
    by_hand = compute_sample_weight("balanced", labels[repeated])
    np.testing.assert_allclose(model._model.row_weights(labels[repeated], None), by_hand)
    expected = model.fit(X[repeated], make(labels[repeated])).decision_function(X)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ({0: 1.0, "1": 2.0}, r"names \['1'\]"),
        ({0: -1.0}, "at least 0"),
        ([{0: 1.0}], "a dict for a y of one column"),
    ],
)
def test_wrong_class_weights_are_named(weights, message):
    with pytest.raises(ValueError, match=f"class_weight.*{message}"):
        classifier(class_weight=weights).fit(X, Y)


@pytest.mark.parametrize("weights", [[None, None], [{0: 1.0}, None], [{0: 1.0}], {0: 1.0}])
def test_wrong_class_weights_of_labels_are_named(weights):
    with pytest.raises(ValueError, match=r"class_weight.*a list of one dict for each of the 2 labels"):
        classifier(class_weight=weights).fit(X, np.column_stack((Y, 1 - Y)))


def test_balanced_weights_of_a_stream_are_refused_with_the_remedy():
    with pytest.raises(ValueError, match="balanced"):  # the reference refuses too
        SGDClassifier(class_weight="balanced").partial_fit(X, Y, classes=[0, 1])
    with pytest.raises(ValueError, match=r"not available for partial_fit.*compute_class_weight"):
        classifier(class_weight="balanced").partial_fit(X, Y, classes=[0, 1])
    fitted = classifier(class_weight="balanced").fit(X, Y)
    with pytest.raises(ValueError, match="not available for partial_fit"):
        fitted.partial_fit(X, Y)
    rare = np.arange(300) >= 270
    weights = dict(
        zip(
            (False, True),
            compute_class_weight("balanced", classes=np.array([False, True]), y=rare),
            strict=True,
        )
    )
    stream = classifier(class_weight=weights, schedule="constant")
    for rows in (slice(270), slice(270, 300)):  # each with one class only
        stream.partial_fit(X[rows], rare[rows], classes=[False, True])
    np.testing.assert_allclose(stream._model.row_weights(rare, None), compute_sample_weight("balanced", rare))


# Too few rows to hold out.


@pytest.mark.parametrize(
    ("n_rows", "labels", "fraction"),
    [(12, np.arange(12), 0.1), (1, None, 0.1), (4, None, 0.9), (8, np.arange(8) % 2, 0.99)],
)
def test_too_few_rows_to_hold_out_train_without(n_rows, labels, fraction):
    settings = {"early_stopping": True, "validation_fraction": fraction}
    model = regressor(**settings) if labels is None else classifier(**settings)
    target = X[:n_rows, 0] if labels is None else labels
    with pytest.warns(UserWarning, match="early_stopping has too few rows.*validation_fraction=.*X_val"):
        model.fit(X[:n_rows], target)
    assert model.validation_loss_curve_ == []
    assert model.predict(X[:5]).shape == (5,)


# Targets of the validation in other units.


def test_validation_targets_in_other_units_are_warned_of():
    y = 1e6 + 1e4 * X[:, 0]
    inner = TransformedTargetRegressor(regressor(), transformer=StandardScaler())
    with pytest.warns(UserWarning, match=r"No value of y_val.*TransformedTargetRegressor"):
        inner.fit(X[:250], y[:250], X_val=X[250:], y_val=y[250:])
    inner.fit(X[:250], y[:250], X_val=X[250:], y_val=(y[250:] - y.mean()) / y.std())
    regressor().fit(X[:250], y[:250], X_val=X[250:], y_val=y[250:])
    with pytest.warns(UserWarning, match="No value of y_val"):
        regressor().fit(X[:250], y[:250], X_val=X[250:], y_val=np.log(y[250:]))
