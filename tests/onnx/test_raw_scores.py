"""Ensembles that take decision_function of their members are converted as scikit-learn computes them."""

import contextlib

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.ensemble import BaggingClassifier, StackingClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor

onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
onnxruntime = pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
skl2onnx = pytest.importorskip("skl2onnx", reason="the extra onnx is not installed")

import skbackprop.onnx  # noqa: E402, F401

types = skl2onnx.common.data_types
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def network():
    return BackpropClassifier(12, max_iter=2, random_state=0)


def pipeline():
    return make_pipeline(StandardScaler(), network())


def search():
    return GridSearchCV(network(), {"alpha": [0.0, 0.1]}, cv=2)


def pipeline_with_a_search():
    return make_pipeline(StandardScaler(), search())


def stack(member, **settings):
    return StackingClassifier([("a", member()), ("b", member())], cv=2, **settings)


ENSEMBLES = {
    "calibrated": lambda member: CalibratedClassifierCV(member(), cv=2),
    "calibrated, one for all folds": lambda member: CalibratedClassifierCV(member(), cv=2, ensemble=False),
    "calibrated in a pipeline": lambda member: make_pipeline(
        StandardScaler(), CalibratedClassifierCV(member(), cv=2)
    ),
    "stack": lambda member: stack(member, stack_method="decision_function"),
    "stack with its inputs": lambda member: stack(member, stack_method="decision_function", passthrough=True),
    "stack of probabilities": lambda member: stack(member),
    "stack of calibrated ones": lambda member: stack(lambda: CalibratedClassifierCV(member(), cv=2)),
    "one versus rest": lambda member: OneVsRestClassifier(member()),
    "bagging": lambda member: BaggingClassifier(member(), 2, random_state=0),
}


def data(n_classes):
    return make_classification(400, 6, n_informative=5, n_redundant=0, n_classes=n_classes, random_state=0)


def run(model, X, **options):
    file = skl2onnx.to_onnx(model, X[:1], options={id(model): {"zipmap": False, **options}})
    onnx.checker.check_model(file, full_check=True)
    session = onnxruntime.InferenceSession(file.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {session.get_inputs()[0].name: X})


CASES = [(name, network) for name in ENSEMBLES] + [
    (name, member)
    for name in ("calibrated", "stack")
    for member in (pipeline, search, pipeline_with_a_search)
]


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize(("name", "member"), CASES, ids=lambda part: getattr(part, "__name__", part))
def test_an_ensemble(name, member, n_classes):
    X, y = data(n_classes)
    model = ENSEMBLES[name](member).fit(X, y)
    labels, probabilities, *_ = run(model, X)
    np.testing.assert_allclose(probabilities, model.predict_proba(X), rtol=0, atol=1e-6)
    np.testing.assert_array_equal(labels, model.predict(X))


@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("loss", ["log_loss", "bce", "squared_error"])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_raw_scores_are_the_decision_function(n_classes, loss, n_networks):
    X, y = data(n_classes)
    model = network().set_params(loss=loss, n_estimators=n_networks).fit(X, y)
    labels, scores = run(model, X, raw_scores=True)
    expected = model.decision_function(X).reshape(len(X), -1)  # one column for two classes
    np.testing.assert_allclose(scores, expected, rtol=0, atol=1e-6, strict=True)
    np.testing.assert_array_equal(labels, model.predict(X))


@pytest.mark.parametrize("classes", [2, 3, 2.0, 1])
@pytest.mark.parametrize("raw", [False, True])
def test_zipmap_has_a_score_for_each_class(raw, classes):
    X, y = data(max(int(classes), 2))
    X, y = X.astype(np.float32), y.astype(type(classes)) if classes > 1 else np.zeros(len(X), int)
    with contextlib.nullcontext() if classes > 1 else pytest.warns(UserWarning, match="only one class"):
        model = network().fit(X, y)
    _, rows = run(model, X, zipmap=True, raw_scores=raw)
    _, *columns = run(model, X, zipmap="columns", raw_scores=raw)
    scores = model.decision_function(X) if raw else model.predict_proba(X)
    expected = np.stack([-scores, scores], axis=1) if scores.ndim == 1 and classes > 1 else scores
    expected = expected.reshape(len(X), -1)
    np.testing.assert_allclose([list(row.values()) for row in rows], expected, rtol=0, atol=1e-5)
    np.testing.assert_allclose(np.stack(columns, axis=1), expected, rtol=0, atol=1e-5)


def test_raw_scores_of_labels():
    X, y = data(3)
    Y = np.stack([y == 0, y == 1], axis=1).astype(int)
    model = network().fit(X, Y)
    _, scores = run(model, X, raw_scores=True)
    np.testing.assert_allclose(scores, model.decision_function(X), rtol=0, atol=1e-6, strict=True)


# What decides the type of the results.

FLOAT, DOUBLE, WHOLE, TEXT = (
    types.FloatTensorType,
    types.DoubleTensorType,
    types.Int64TensorType,
    types.StringTensorType,
)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ([WHOLE], "double"),
        ([WHOLE, DOUBLE], "double"),
        ([DOUBLE, types.BooleanTensorType], "double"),
        ([WHOLE, types.Int32TensorType], "double"),
        ([WHOLE, FLOAT], "float"),
        ([DOUBLE, FLOAT], "float"),
    ],
)
def test_results_are_float64_unless_a_column_is_float32(inputs, expected):
    rng = np.random.default_rng(0)
    X = rng.integers(0, 2, (300, len(inputs))).astype(float)
    y = 1e6 + 1000 * X.sum(axis=1) + rng.normal(size=300)
    model = BackpropRegressor(8, max_iter=20, dtype="float64", random_state=0).fit(X, y)
    initial_types = [(f"x{j}", kind([None, 1])) for j, kind in enumerate(inputs)]
    file = skl2onnx.to_onnx(model, initial_types=initial_types)
    session = onnxruntime.InferenceSession(file.SerializeToString(), providers=["CPUExecutionProvider"])
    assert session.get_outputs()[0].type == f"tensor({expected})"
    dtypes = {
        "tensor(float)": np.float32,
        "tensor(double)": np.float64,
        "tensor(int64)": np.int64,
        "tensor(int32)": np.int32,
        "tensor(bool)": bool,
    }
    feed = {x.name: X[:, [j]].astype(dtypes[x.type]) for j, x in enumerate(session.get_inputs())}
    (found,) = session.run(None, feed)
    # float32 has steps of 1/16 at 1e6.
    tolerance = 1 / 16 if expected == "float" else 1e-5
    np.testing.assert_allclose(found.ravel(), model.predict(X), rtol=0, atol=tolerance)


def test_categories_alone_give_float64():
    X = np.array([["a", "x"], ["b", "y"], ["a", "y"], ["b", "x"]] * 30, dtype=object)
    model = BackpropRegressor(8, max_iter=5, categorical_features=[0, 1], random_state=0)
    model.fit(X, 1e9 + 1000.0 * (X[:, 0] == "a"))
    file = skl2onnx.to_onnx(model, initial_types=[("X", TEXT([None, 2]))])
    session = onnxruntime.InferenceSession(file.SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"X": X})
    np.testing.assert_allclose(found.ravel(), model.predict(X), rtol=0, atol=1e-5)
