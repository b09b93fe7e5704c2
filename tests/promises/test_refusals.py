"""What is no table of numbers is refused by one sentence that names it and says what to do."""

import datetime
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.inspection import diagnose

pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

X = np.random.default_rng(0).normal(size=(40, 3))
DAYS = pd.date_range("2020", periods=40)
TARGETS = {
    "text": (np.array(["a", "b"] * 20), "text.*'a'.*BackpropClassifier"),
    "text of objects": (np.array(["a", "b"] * 20, object), "text.*'a'.*BackpropClassifier"),
    "numbers as text": (X[:, 0].astype(str).tolist(), r"text.*astype\(float\)"),
    "bytes": (np.array([b"a", b"b"] * 20), "text"),
    "categories": (pd.Series(["a", "b"] * 20, dtype="category"), "text"),
    "dates": (DAYS.values, "dates.*timedelta64"),
    "a series of dates": (pd.Series(DAYS), "dates.*timedelta64"),
    "Python's dates": ([day.to_pydatetime() for day in DAYS], "dates.*timedelta64"),
    "durations": ((DAYS - DAYS[0]).values, "durations.*timedelta64"),
    "None": ([None] * 40, "NaN or None"),
    "NA": ([pd.NA, *range(39)], "NaN or None"),
    "NaT": ([1.0, *[pd.NaT] * 39], "NaN or None"),
    "NaN and text": (np.array([np.nan, "a"] * 20, object), "text.*'a'.*BackpropClassifier"),
    "complex": (X[:, 0] + 1j, "complex numbers.*columns"),
    "records": (np.zeros(40, [("a", float)]), "structured array.*'a'.*DataFrame"),
    "ragged": ([[1.0], [1.0, 2.0]] * 20, "rows of different lengths"),
    "set": (set(range(40)), "set, which has no order.*list"),
    "generator": ((value for value in X[:, 0]), "generator, which can be read only once.*list"),
    "dict": (dict(enumerate(X[:, 0])), "dict.*values"),
    "string": ("abc", "is a str.*one row for each sample"),
    "three axes": (np.zeros((40, 2, 2)), "3 dimensions"),
    "periods": (pd.Series(pd.period_range("2020", periods=40, freq="D")), r"types \['Period'\].*numbers"),
    "numbers and an object": (np.array([1.0, object()] * 20, object), r"types \['object'\].*numbers"),
    "an integer beyond floats": ([10**400, *range(39)], "y has a number beyond 1.8e.308.*divide"),
    "an infinite Decimal": ([Decimal("Infinity"), *[Decimal(1)] * 39], "Input y contains infinity"),
    "a number beyond floats": (
        np.full(40, "1e400", np.longdouble),
        "Input y contains infinity or a value too large",
    ),
    "sparse": (csr_array(X), r"sparse.*y\.toarray\(\)"),
    "masked": (np.ma.array(X[:, 0], mask=X[:, 0] > 0), r"y is a masked array with .*filled\(numpy.nan\)"),
    "equal names": (pd.DataFrame(X[:, :2], columns=["a", "a"]), "y has several columns of the name 'a'"),
}
TABLES = {
    "complex": (X + 1j, "complex numbers.*columns"),
    "complex64": ((X + 0j).astype(np.complex64), "complex numbers.*columns"),
    "records": (np.zeros(40, [("a", float), ("b", int)]), "structured array.*'a', 'b'.*DataFrame"),
    "record array": (pd.DataFrame(X, columns=list("abc")).to_records(), "structured array.*DataFrame"),
    "void": (np.zeros((40, 2), "V8"), "structured array"),
    "three axes": (np.zeros((40, 2, 2)), r"3 dimensions.*\(40, 2, 2\).*reshape"),
    "ragged": ([[1.0], [1.0, 2.0]] * 20, "rows of different lengths"),
    "an integer beyond floats": ([[10**400, 1], [2, 3]] * 20, "X has a number beyond 1.8e.308.*divide"),
    "None": (None, "X is None"),
    "set": (set(range(40)), "set, which has no order.*list"),
    "frozenset": (frozenset(range(40)), "frozenset, which has no order.*list"),
    "generator": ((row for row in X), "generator, which can be read only once.*list"),
    "map": (map(list, X), "map, which can be read only once.*list"),
    "rows of sets": ([{1, 2}] * 40, "objects that are not all numbers.*data frame"),
    "rows of generators": ([(value for value in row) for row in X], "objects that are not all numbers"),
    "text": (X.astype(str), "text.*categorical_features"),
    "string": ("abc", "is a str.*one row for each sample"),
    "function": (len, "objects that are not all numbers"),
    "masked text": (
        np.ma.array(X.astype(str), mask=X > 0),
        r"X is a masked array with .*filled",
    ),
    "column of Arrow": (pa.array(X[:, 0]), "single column"),
    "chunked column of Arrow": (pa.chunked_array([X[:, 0]]), "single column"),
}


@pytest.mark.parametrize("name", TARGETS)
def test_targets_of_a_regressor(name):
    y, message = TARGETS[name]
    for rows in (X, pd.DataFrame(X)):
        with pytest.raises((TypeError, ValueError), match=message) as error:
            BackpropRegressor(4).fit(rows, y)
        assert "\n" not in str(error.value)
        assert re.search(r"\by\b", str(error.value))
        assert not re.search(r"\bX\b", str(error.value))


@pytest.mark.parametrize("name", TABLES)
def test_tables(name):
    rows, message = TABLES[name]
    with pytest.raises((TypeError, ValueError), match=message) as error:
        BackpropClassifier(4).fit(rows, X[:, 0] > 0)
    assert "\n" not in str(error.value)


def refused(model, method="fit", **data):
    """Return the message with which `model` refuses the `data`."""
    with pytest.raises((TypeError, ValueError)) as error:
        getattr(model, method)(**data)
    return str(error.value)


def test_validation_rows_are_named_as_such():
    regressor, classifier = BackpropRegressor(4, recipe="fast"), BackpropClassifier(4, recipe="fast")
    numbers, labels = X[:, 0], (X[:, 0] > 0).astype(float)
    good_numbers, good_labels = {"X": X, "y": numbers}, {"X": X, "y": labels}
    for name, (y, _) in TARGETS.items():
        if not name.startswith(("set", "generator")):
            message = refused(regressor, **good_numbers, X_val=X, y_val=y)
            assert "y_val" in message
            assert not re.search(r"\by\b", message)
    for y, _ in LABELS.values():
        message = refused(classifier, **good_labels, X_val=X, y_val=y)
        assert "y_val" in message
        assert not re.search(r"\by\b(?! of)", message)
    with_nan = np.where(np.arange(40) == 3, np.nan, labels)
    for rows in (X, pd.DataFrame(X)):
        message = refused(classifier, X=rows, y=labels, X_val=rows, y_val=with_nan)
        assert message.startswith("Input y_val contains NaN")
        assert refused(classifier, X=rows, y=labels, X_val=rows, y_val=labels[:9]).startswith(
            "X_val and y_val: "
        )
    for name, (rows, _) in TABLES.items():
        if name not in ("None", "generator", "map"):
            assert refused(classifier, **good_labels, X_val=rows, y_val=labels).startswith("X_val: ")
    for rows in (X[:, :2], np.where(X > 0, X, np.inf)):
        assert refused(classifier, **good_labels, X_val=rows, y_val=labels).startswith("X_val: ")


@pytest.mark.parametrize(
    ("column", "later"),
    [
        (X[:, 0], "q"),
        (DAYS, "q"),
        (np.array(["a", "b"] * 20), (1, 2)),
        (np.where(X[:, 0] > 0, X[:, 0], np.nan), np.inf),
    ],
    ids=lambda values: str(values)[:9],
)
def test_columns_of_validation_rows_are_named_as_such(column, later):
    labels = np.arange(40) % 2
    wrong = pd.DataFrame({"x": pd.Series([later] * 40)})
    model = BackpropClassifier(4, recipe="fast")
    message = refused(model, X=pd.DataFrame({"x": column}), y=labels, X_val=wrong, y_val=labels)
    assert re.match("X_val: .*[Cc]olumn 'x'", message)


@pytest.mark.parametrize("estimator", [BackpropClassifier, BackpropRegressor])
@pytest.mark.parametrize("y", [np.zeros((40, 0)), [], 5], ids=repr)
def test_a_target_that_is_missing_is_named(estimator, y):
    good = np.arange(40) % 2
    assert re.match(r"y must have a target for each row", refused(estimator(4), X=X, y=y))
    message = refused(estimator(4, recipe="fast"), X=X, y=good, X_val=X, y_val=y)
    assert re.match(r"y_val must have a target for each row", message)


def test_columns_of_the_target_are_those_of_the_fit():
    one, two = np.arange(40) % 2, np.stack([np.arange(40) % 2] * 2, axis=1)
    for first, later, counts in (
        (one, two, "2 columns, but the first fit had 1."),
        (two, one, "1 columns, but the first fit had 2."),
        (one, csr_array(two), "2 columns, but the first fit had 1."),
    ):
        model = BackpropClassifier(4, recipe="fast", max_iter=1)
        assert refused(model, X=X, y=first, X_val=X, y_val=later) == f"y_val has {counts}"
        assert refused(model.partial_fit(X, first), "partial_fit", X=X, y=later) == f"y has {counts}"


@pytest.mark.parametrize("make", [np.array, csr_array, np.ndarray.tolist, lambda X: X.astype(object)])
def test_the_column_of_an_infinite_number_is_named(make):
    wrong = X.copy()
    wrong[[7, 3], [2, 1]] = -np.inf, np.inf
    model = BackpropRegressor(4, recipe="fast", max_iter=1, random_state=0)
    pattern = r"Input X contains infinity or a value too large for .*, in column 1\."
    assert re.match(pattern, refused(model, X=make(wrong), y=X[:, 0]))
    assert re.match(pattern, refused(model.fit(X, X[:, 0]), "predict", X=make(wrong)))


def test_validation_rows_of_a_diagnosis_are_named_as_such():
    labels = (X[:, 0] > 0).astype(float)
    model = BackpropClassifier(4, recipe="fast", max_iter=2, random_state=0).fit(X, labels)
    for X_val, y_val, message in [
        (X[:, :2], labels, "X_val: X has 2 features"),
        (X, np.full(40, np.nan), "Input y_val contains NaN"),
        (X, labels[:9], "X_val and y_val: .*inconsistent"),
        (X, labels + 1, "y_val has the label 2.*validation"),
    ]:
        with pytest.raises(ValueError, match=message):
            diagnose(model, X, labels, X_val=X_val, y_val=y_val)


def test_the_remedy_for_an_unknown_label_fits_the_call():
    model = BackpropClassifier(4, recipe="fast", max_iter=1, random_state=0, warm_start=True)
    y = np.arange(40) % 2
    message = refused(model, X=X, y=y, X_val=X, y_val=y + 1)
    assert re.search("y_val has the label 2.*out of the validation", message)
    assert "partial_fit" not in message
    model.fit(X, y)
    assert re.search("y has the label 2.*fit anew.*partial_fit", refused(model, X=X, y=y + 1))


@pytest.mark.parametrize("name", [name for name in TABLES if name not in ("generator", "map")])
def test_tables_to_predict(name):
    model = BackpropRegressor(4, recipe="fast", max_iter=1, random_state=0).fit(X, X[:, 0])
    with pytest.raises((TypeError, ValueError), match=TABLES[name][1]):
        model.predict(TABLES[name][0])


def test_dates_where_numbers_were():
    model = BackpropRegressor(4, recipe="fast", max_iter=1, random_state=0).fit(X, X[:, 0])
    days = np.tile(DAYS.values[:, None], (1, 3))
    for rows, kind in ((days, "dates"), (days - days[0], "durations")):
        with pytest.raises(ValueError, match=f"X holds {kind}.*numbers in fit"):
            model.predict(rows)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.datetime64("2020-01-01"), "2020-01-01;"),
        (np.timedelta64(1, "D"), "1 days;"),
        (DAYS[0], repr(DAYS[0])),
        (datetime.date(2020, 1, 1), "datetime.date(2020, 1, 1)"),
    ],
)
def test_objects_that_are_dates_where_numbers_were(value, shown):
    model = BackpropRegressor(4, recipe="fast", max_iter=1, random_state=0).fit(X, X[:, 0])
    rows = [[0, value, 3]]
    for given in (rows, np.array(rows, dtype=object)):
        with pytest.raises(ValueError, match=f"Column 1 of X .* numbers, but .* {re.escape(shown)}"):
            model.predict(given)


HOLE = [None, *["yes", "no"] * 20][:40]
LABELS = {
    "None among text": (HOLE, "no label in 1 of 40 rows.*row 0.*None.*drop the rows"),
    "None among text in objects": (np.array(HOLE, object), "no label in 1 of 40 rows"),
    "NaN among text": ([np.nan, *HOLE[1:]], "no label in 1 of 40 rows.*nan"),
    "NA": (pd.Series(HOLE, dtype="string"), "no label in 1 of 40 rows.*<NA>"),
    "null of Arrow": (pa.array(HOLE), "no label in 1 of 40 rows"),
    "null of polars": (pl.Series(HOLE), "no label in 1 of 40 rows"),
    "a missing category": (pd.Series(HOLE, dtype="category"), "no label in 1 of 40 rows"),
    "NaT": (pd.to_datetime([None, "2020-01-01"] * 20), "no label in 20 of 40 rows.*row 0.*NaT"),
    "NaT among durations": (DAYS.where(DAYS[0] < DAYS) - DAYS[0], "no label in 1 of 40 rows.*NaT"),
    "None among booleans": ([None, *[True, False] * 20][:40], "no label in 1 of 40 rows"),
    "booleans in objects": (np.array([True, False] * 20, object), r"objects.*'bool'.*astype\(int\)"),
    "Decimals": (
        np.array([Decimal("0.5"), Decimal(1)] * 20),
        r"objects.*'Decimal'.*with np.asarray\(\w+\).astype\(str\)",
    ),
    "integers beyond 64 bits": (
        np.array([2**70, 2**70 + 1] * 20),
        r"objects.*'int'.*with np.asarray\(\w+\).astype\(str\)",
    ),
    "periods": (
        pd.Series(DAYS.to_period("M")),
        r"objects.*'Period'.*with np.asarray\(\w+\).astype\(str\)",
    ),
    "dates in objects": (
        np.array([datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)] * 20),
        r"objects.*'date'.*with np.asarray\(\w+\).astype\(str\)",
    ),
    "dates with and without a time zone": (
        np.array([DAYS[0], DAYS[1].tz_localize("UTC")] * 20),
        "objects.*'Timestamp'",
    ),
    "a list of text and numbers": (["1", 2] * 20, r"objects.*'int'.*and text"),
    "masked": (np.ma.array([0, 1] * 20, mask=X[:, 0] > 0), "y is a masked array.*drop their rows"),
    "records": (np.zeros(40, [("a", float)]), "structured array"),
    "complex": (X[:, 0] * 1j, "complex numbers"),
    "text and numbers": (np.array(["a", 1] * 20, object), r"objects.*'int'.*and text.*astype\(str\)"),
}


@pytest.mark.parametrize("name", LABELS)
def test_labels(name):
    y, message = LABELS[name]
    for method in (BackpropClassifier(4).fit, BackpropClassifier(4).partial_fit):
        with pytest.raises(ValueError, match=message) as error:
            method(X, y)
        assert "\n" not in str(error.value)


REFUSED_AS_OBJECTS = [name for name, (_, message) in LABELS.items() if message.startswith("objects")]


@pytest.mark.parametrize("name", REFUSED_AS_OBJECTS)
def test_the_remedies_for_labels_of_objects_apply(name):
    y = LABELS[name][0]
    remedies = re.findall(
        r"np\.asarray\(y\)\.astype\((?:int|str)\)", refused(BackpropClassifier(4), X=X, y=y)
    )
    assert remedies
    for remedy in remedies:
        converted = eval(remedy, {"np": np, "y": y})
        model = BackpropClassifier(4, recipe="fast", max_iter=1, random_state=0).fit(X, converted)
        assert len(model.classes_) == len(set(y))


CLASSES = {
    "NaN among text": (["yes", "no", np.nan], "has the value nan"),
    "None": (["yes", "no", None], "has the value None"),
    "NA": (pd.array(["yes", "no", pd.NA], dtype="string"), "has the value <NA>"),
    "NaN among numbers": ([0.0, 1.0, np.nan], r"has the value .*nan"),
    "NaT": (pd.to_datetime(["2020-01-01", None]), "has the value .*NaT"),
    "text and numbers": (["yes", 1], r"classes is an array of objects.*'int'.*and text"),
    "set": ({"yes", "no"}, r"classes is a set, which has no order.*list\(classes\)"),
    "masked": (np.ma.array(["yes", "no"], mask=[False, True]), "classes is a masked array"),
    "number": (2, "'classes' parameter must be a one-dimensional array-like.* Got 2 instead"),
    "array without a dimension": (np.array("yes"), "'classes' parameter.*one-dimensional.* Got array"),
    "table": ([["yes", "no"], ["no", "yes"]], "'classes' parameter must be a one-dimensional"),
    "no class": ([], r"'classes' parameter must be a one-dimensional.* Got \[\] instead"),
    "fraction": ([0, 0.5, 1], "'classes' parameter has the fraction 0.5, which is not a label"),
}


@pytest.mark.parametrize("name", CLASSES)
def test_classes_of_a_stream(name):
    classes, message = CLASSES[name]
    y = ["yes", "no"] * 20
    new, trained = (BackpropClassifier(4, recipe="fast") for _ in range(2))
    trained.partial_fit(X, y)
    for model in (new, trained):
        with pytest.raises((TypeError, ValueError), match=message):
            model.partial_fit(X, y, classes=classes)


# y and the weight of its last row, which alone makes it the target of a regressor or of several classifiers.
LABELS_OF_WEIGHT_0 = {
    "a fraction": (np.array([0, 1] * 20 + [0.5]), "Unknown label type: continuous"),
    "a fraction among labels": (
        np.array([[0, 1], [1, 0]] * 20 + [[0.5, 1]]),
        "Unknown label type: continuous",
    ),
    "a third class of a label": (np.array([[0, 1], [1, 0]] * 20 + [[2, 1]]), "multiclass-multioutput"),
}


@pytest.mark.parametrize("batch_size", [8, 40])
@pytest.mark.parametrize("name", LABELS_OF_WEIGHT_0)
def test_a_row_of_weight_0_has_a_label_like_others(name, batch_size):
    y, message = LABELS_OF_WEIGHT_0[name]
    model = BackpropClassifier(4, recipe="textbook", batch_size=batch_size, max_iter=1)
    for method in (model.fit, model.partial_fit):
        with pytest.raises(ValueError, match=message):
            method(np.vstack((X, X[:1])), y, np.r_[np.ones(40), 0])


DATE, DAY = np.datetime64("2020-01-01", "ns"), np.timedelta64(1, "D")
DATES = np.array([DATE, DATE + DAY] * 20)
# Calls whose error shows a value of NumPy, and the text of this value.
VALUES_OF_NUMPY = {
    "a label": (
        lambda model: model.partial_fit(X, DATES).partial_fit(X, DATES + DAY),
        "has the label 2020-01-03T00:00:00.000000000,.* training, [2020-01-01T00:00:00.000000000, ",
    ),
    "a missing label": (
        lambda model: model.fit(X, np.array([np.float64("nan"), 1] * 20, object)),
        "in row 0 it is nan);",
    ),
    "a missing class": (
        lambda model: model.partial_fit(X, [0, 1] * 20, classes=[0.0, 1.0, np.nan]),
        "the value nan,",
    ),
    "a missing group": (
        lambda model: model.fit(X, [0, 1] * 20, groups=np.where(np.arange(40), DATE, np.datetime64("NaT"))),
        "in row 0 (NaT);",
    ),
    "a class with a weight": (
        lambda model: model.set_params(class_weight={np.int64(0): 1, np.str_("a"): 1}).fit(X, [0, 1] * 20),
        "names ['a'], which are not classes of y: [0, 1].",
    ),
    "a weight of a class": (
        lambda model: model.set_params(class_weight={np.int64(0): np.float64(-1)}).fit(X, [0, 1] * 20),
        "Got {0: -1.0} instead",
    ),
    "weights of classes of 0": (
        lambda model: model.set_params(class_weight={k: np.float32(0) for k in np.arange(2)}).fit(
            X, [0, 1] * 20
        ),
        "class_weight={0: 0.0, 1: 0.0} gives",
    ),
    "a column": (
        lambda model: model.set_params(categorical_features=np.array([1, np.str_("a")], object)).fit(
            X, [0, 1] * 20
        ),
        "names 'a', which is no",
    ),
    "text in a column": (
        lambda model: model.partial_fit(pd.DataFrame({"a": X[:, 0]}), [0, 1] * 20).predict(
            pd.DataFrame({"a": np.array([np.str_("high")], object)})
        ),
        "the value 'high'",
    ),
}


@pytest.mark.parametrize("name", VALUES_OF_NUMPY)
def test_values_of_numpy_are_shown_without_their_types(name):
    call, shown = VALUES_OF_NUMPY[name]
    expected = re.escape(shown).replace(r"\.\*", ".*")
    with pytest.raises(ValueError, match=expected) as told:
        call(BackpropClassifier(4, recipe="textbook", batch_size=8, max_iter=1))
    assert "np." not in str(told.value)


WEIGHTS = {
    "integers beyond floats": ([10**400] * 40, "has a number beyond 1.8e.308.*divide"),
    "masked": (np.ma.array(np.ones(40), mask=X[:, 0] > 0), "is a masked array"),
    "text": (["heavy"] * 40, r"must be numbers.*<U5"),
    "durations": (DAYS - DAYS[0], r"must be numbers.*timedelta64"),
    "set": (set(range(40)), "is a set, which has no order"),
    "generator": ((1.0 for _ in range(40)), "is a generator, which can be read only once"),
    "dict": ({"a": 1}, r"must be numbers.*\['dict'\]"),
    "text of objects": (np.array(["1"] * 40, object), r"must be numbers.*\['str'\]"),
    "NA": (pd.Series([1.0, pd.NA] * 20, dtype=object), "is nan in row 1; every row needs a finite weight"),
    "infinity": ([1.0, np.inf] * 20, "is inf in row 1"),
    "few": (np.ones(5), r"must be one number for each of the 40 rows.*shape \(5,\)"),
    "a column": (np.ones((40, 1)), r"must be one number for each of the 40 rows.*shape \(40, 1\)"),
    "ragged": ([[1.0]] * 39 + [[1.0, 2.0]], "is a list of rows of different lengths"),
}


@pytest.mark.parametrize("name", WEIGHTS)
def test_weights(name):
    weights, message = WEIGHTS[name]
    with pytest.raises((TypeError, ValueError), match=f"sample_weight {message}"):
        BackpropRegressor(4).fit(X, X[:, 0], sample_weight=weights)
    model = BackpropRegressor(4, recipe="textbook")
    with pytest.raises((TypeError, ValueError), match=f"sample_weight_val {message}"):
        model.fit(X, X[:, 0], X_val=X, y_val=X[:, 0], sample_weight_val=weights)


@pytest.mark.skipif(not hasattr(np, "dtypes") or not hasattr(np.dtypes, "StringDType"), reason="NumPy 1")
def test_strings_of_variable_width_are_text():
    wide, towns = np.dtypes.StringDType(na_object=None), np.array([["Bern"], ["Rome"]] * 20)
    with pytest.raises(ValueError, match=r"X is an array with text.*categorical_features"):
        BackpropClassifier(4).fit(towns.astype(wide), X[:, 0] > 0)
    with pytest.raises(ValueError, match=r"y holds text.*'Bern'"):
        BackpropRegressor(4).fit(X, towns[:, 0].astype(wide))
    with pytest.raises(ValueError, match="y has no label in 20 of 40 rows"):
        BackpropClassifier(4).fit(X, np.array(["Bern", None] * 20, wide))
    model = BackpropClassifier(4, recipe="fast", max_iter=2, categorical_features=[0], random_state=0)
    expected = model.fit(towns, towns[:, 0]).predict_proba(towns)
    found = model.fit(towns.astype(wide), towns[:, 0].astype(wide)).predict_proba(towns.astype(wide))
    np.testing.assert_array_equal(found, expected)


def test_parameters_of_a_recipe_that_is_only_named():
    with pytest.raises(ValueError, match=r"recipe__label_smoothing .* use recipe=Recipe\('fast'\)"):
        BackpropClassifier(recipe="fast").set_params(recipe__label_smoothing=0.1)
    model = BackpropClassifier(recipe="fast").set_params(recipe=Recipe("best"), recipe__label_smoothing=0.1)
    assert model.recipe == Recipe("best", label_smoothing=0.1)


@pytest.mark.parametrize("library", ["pandas", "pyarrow"])
def test_columns_of_equal_names(library):
    rows = pd.DataFrame(X, columns=list("aba"))
    if library == "pyarrow":
        rows = pa.Table.from_arrays(list(map(pa.array, X.T)), names=list("aba"))
    with pytest.raises(ValueError, match="several columns of the name 'a'; give each column a different"):
        BackpropClassifier(4).fit(rows, X[:, 0] > 0)


@pytest.mark.parametrize("now", [DAYS.astype(str), np.arange(40)], ids=["text", "numbers"])
def test_a_column_that_is_no_longer_dates(now):
    frame = pd.DataFrame({"day": DAYS, "gap": DAYS - DAYS[0], "x": X[:, 0]})
    model = BackpropRegressor(4, recipe="fast", max_iter=1, random_state=0).fit(frame, X[:, 0])
    for name, parser in (("day", "to_datetime"), ("gap", "to_timedelta")):
        with pytest.raises(ValueError, match=rf"'{name}' of X .* in fit, now .*pandas\.{parser}\(column\)"):
            model.predict(frame.assign(**{name: now}))
