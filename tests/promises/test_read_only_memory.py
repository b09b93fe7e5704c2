"""Nothing that a user holds is written: models and data in read-only memory train and predict as others do.

BLAS writes to an output array whatever NumPy's flag says, so a wrong call ends the process or changes bytes
that were promised to be immutable.
"""

import pickle
from itertools import product

import joblib
import numpy as np
import pandas as pd
import pytest
from effort import thinned
from fit_callbacks import StopAfter
from scipy.sparse import csr_array
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV

from skbackprop import BackpropClassifier, BackpropRegressor, Checkpoint, HiddenLayerTransformer, Recipe
from skbackprop.inspection import check_gradients, diagnose, gradients, hidden_activations

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(120, 5))
Y = X[:, 0] * X[:, 1] + X[:, 2]
LABELS = np.digitize(Y, [-1, 1])
MODELS = {
    "default": BackpropClassifier((8, 6), n_estimators=2),
    "dropped inputs": BackpropRegressor((8, 6), n_estimators=1, dropout=[0.1, 0.2, 0.1]),
    "periodic inputs": BackpropRegressor(8, n_estimators=2, recipe=Recipe("tabular", input_layer="periodic")),
    "sgd": BackpropRegressor(8, solver="sgd"),
    "bounded weights": BackpropClassifier(8, recipe=Recipe("textbook", max_norm=1.0)),
    "lbfgs": BackpropClassifier(8, solver="lbfgs"),
    "linear": BackpropClassifier(()),
}


def target(model):
    return LABELS if isinstance(model, BackpropClassifier) else Y


def arrays_of(thing, found=None):
    """Return all arrays that an object holds, by their addresses."""
    found = {} if found is None else found
    if isinstance(thing, np.ndarray):
        found[id(thing)] = thing
    elif id(thing) not in found and not isinstance(thing, (type, str)):
        found[id(thing)] = None
        parts = (
            thing.values() if isinstance(thing, dict) else thing if isinstance(thing, (list, tuple)) else ()
        )
        for part in (*parts, *getattr(thing, "__dict__", {}).values()):
            arrays_of(part, found)
    return found


# How a model comes into memory that is not to be written: the model, and a function that returns the content.


def from_mapped_file(model, folder):
    path = folder / "model.joblib"
    joblib.dump(model, path)
    return joblib.load(path, mmap_mode="r"), path.read_bytes


def from_buffers(model, kind):
    pickled = []
    data = pickle.dumps(model, protocol=5, buffer_callback=pickled.append)
    buffers = [kind(buffer.raw()) for buffer in pickled]
    return pickle.loads(data, buffers=buffers), lambda: list(map(bytes, buffers))


def with_flags(model):
    model = pickle.loads(pickle.dumps(model))
    arrays = [array for array in arrays_of(model).values() if array is not None]
    for array in (*arrays, *model.coefs_, *model.intercepts_):
        array.flags.writeable = False
    return model, lambda: [array.tobytes() for array in arrays]


MEMORY = {
    "memory map": from_mapped_file,
    "immutable buffers": lambda model, folder: from_buffers(model, bytes),
    "buffers of an object store": lambda model, folder: from_buffers(model, bytearray),
    "flags": lambda model, folder: with_flags(model),
}
CALLS = {
    "warm start": lambda model, y: model.fit(X, y),
    "warm start with a validation": lambda model, y: model.fit(X, y, X_val=X[::3], y_val=y[::3]),
    "partial_fit": lambda model, y: model.partial_fit(X + 1, y),
    "sparse partial_fit": lambda model, y: model.partial_fit(csr_array(X), y),
    "fit anew": lambda model, y: model.set_params(warm_start=False).fit(X, y),
    "sampling": lambda model, y: getattr(model, "sample_y", getattr(model, "sample_proba", None))(X, 2),
    "predict": lambda model, y: model.predict(X),
    "gradients": lambda model, y: gradients(model, X, y),
    "activations": lambda model, y: hidden_activations(model, X),
    "diagnosis": lambda model, y: diagnose(model, X, y),
}


@pytest.fixture(scope="module")
def fitted():
    return {
        name: clone(model).set_params(max_iter=3, random_state=0, warm_start=True).fit(X, target(model))
        for name, model in MODELS.items()
    }


@pytest.mark.filterwarnings("ignore:Without effect")
@pytest.mark.parametrize(("name", "memory"), thinned(list(product(MODELS, MEMORY)), 5))
def test_every_call_leaves_read_only_memory_as_it_is(name, memory, fitted, tmp_path):
    y = target(MODELS[name])
    for title, call in CALLS.items():
        model, content = MEMORY[memory](fitted[name], tmp_path)
        plain, before = pickle.loads(pickle.dumps(model)), content()
        if title == "sampling" and not plain._model.network.dropout:
            continue
        if "partial_fit" in title and not hasattr(plain, "partial_fit"):
            continue
        for each in (model, plain):
            call(each, y)
        np.testing.assert_array_equal(model.predict(X), plain.predict(X))
        assert content() == before


def test_a_stream_leaves_the_weights_that_were_read_before_as_they_were(fitted):
    model = pickle.loads(pickle.dumps(fitted["default"])).partial_fit(X, LABELS)
    weights = model.coefs_[0]
    before = weights.copy()
    model.partial_fit(X, LABELS)
    np.testing.assert_array_equal(weights, before)
    assert (model.coefs_[0] != weights).any()


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_large_models_as_arguments_of_workers(n_jobs, fitted):
    """joblib hands arrays above a size to its workers as read-only memory maps."""
    model = fitted["default"]
    with joblib.Parallel(n_jobs=n_jobs, max_nbytes=100) as parallel:
        there = parallel(
            joblib.delayed(model.__class__.fit)(pickle.loads(pickle.dumps(model)), X, LABELS) for _ in "ab"
        )
    here = pickle.loads(pickle.dumps(model)).fit(X, LABELS)
    for other in there:
        np.testing.assert_array_equal(other.predict_proba(X), here.predict_proba(X))


@pytest.mark.skipif(not hasattr(BackpropClassifier, "set_callbacks"), reason="scikit-learn 1.9 has callbacks")
@pytest.mark.parametrize(("solver", "memory"), thinned(list(product(["adam", "sgd", "lbfgs"], MEMORY)), 5))
def test_a_resumed_fit(solver, memory, tmp_path):
    model = BackpropClassifier(8, solver=solver, max_iter=6, random_state=0)
    whole = clone(model).fit(X, LABELS)
    model.set_callbacks(Checkpoint(tmp_path / "c"), StopAfter(3))
    with pytest.raises(SystemExit):
        model.fit(X, LABELS)
    resumed, content = MEMORY[memory](Checkpoint.load(tmp_path / "c"), tmp_path)
    before = content()
    np.testing.assert_array_equal(resumed.fit(X, LABELS).predict_proba(X), whole.predict_proba(X))
    assert content() == before


def frozen(data):
    """Return read-only copies of the data."""
    if isinstance(data, pd.DataFrame):
        return pd.DataFrame({name: frozen(column.to_numpy()) for name, column in data.items()}, copy=False)
    data = data.copy()
    for part in (data.data, data.indices, data.indptr) if isinstance(data, csr_array) else (data,):
        part.flags.writeable = False
    return data


GAPS = np.where(RNG.random(X.shape) < 0.1, np.nan, X)
FRAME = pd.DataFrame(GAPS, columns=list("abcde")).assign(town=np.array(["Bonn", "Köln"])[LABELS % 2])


LABEL_COLUMNS = np.column_stack((Y > 0, X[:, 3] > 0)).astype(float)
WRITTEN = {
    "indicator matrix": (BackpropClassifier(8, n_estimators=2), LABEL_COLUMNS),
    "one network": (BackpropClassifier(8, n_estimators=1), LABEL_COLUMNS),
    "early stopping": (BackpropClassifier(8, n_estimators=2, early_stopping=True), LABEL_COLUMNS),
    "smoothed labels": (BackpropClassifier(8, recipe=Recipe("textbook", label_smoothing=0.1)), LABEL_COLUMNS),
    "smoothed labels, lbfgs": (
        BackpropClassifier((), recipe=Recipe("textbook", label_smoothing=0.1)),
        LABEL_COLUMNS,
    ),
    "numbers": (BackpropRegressor(8, n_estimators=2), np.column_stack((Y, X[:, 3]))),
    "unscaled numbers": (
        BackpropRegressor(8, recipe="textbook", scaling=None),
        np.column_stack((Y, X[:, 3])),
    ),
}


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", WRITTEN)
def test_no_call_writes_to_the_users_y(name, dtype):
    """y of the dtype of the network is the case in which no conversion makes a copy."""
    model, y = WRITTEN[name]
    inputs, given = X.astype(dtype), y.astype(dtype)
    y, given.flags.writeable = given.copy(), False
    w = np.ones(len(y))
    w.flags.writeable = False
    model = clone(model).set_params(max_iter=3, random_state=0).fit(inputs, given, w)
    as_others = clone(model).fit(inputs, y.astype(np.int64) if is_classifier(model) else y, w)
    np.testing.assert_array_equal(model.predict(inputs), as_others.predict(inputs))
    validated = clone(model).set_params(solver="adam").fit(inputs, given, w, X_val=inputs, y_val=given)
    validated.partial_fit(inputs, given, w)
    for use in (gradients, check_gradients, diagnose):
        use(model, inputs, given, w)
    np.testing.assert_array_equal(given, y)


@pytest.mark.parametrize(
    ("model", "y", "results"),
    [
        (BackpropRegressor(8), Y, lambda model: (model.oof_score_, model.predict_interval(X))),
        (BackpropRegressor(8), np.column_stack((Y, -Y)), lambda model: (model.oof_score_,)),
        (BackpropClassifier(8), LABELS, lambda model: (model.oof_score_, model.predict_set(X))),
        (BackpropClassifier(8), LABEL_COLUMNS, lambda model: (model.oof_score_,)),
    ],
)
def test_a_fitted_model_does_not_change_with_the_users_arrays(model, y, results):
    y, w = y.copy(), np.linspace(0.5, 1, len(y))
    model = clone(model).set_params(n_estimators=2, max_iter=3, random_state=0).fit(X, y, w)
    before = results(model)
    y[:], w[:] = y[::-1].copy(), np.arange(len(w))
    for found, expected in zip(results(model), before, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("solver", ["auto", "sgd", "lbfgs"])
@pytest.mark.parametrize("kind", [BackpropClassifier, BackpropRegressor])
@pytest.mark.parametrize("data", [X, X.astype(np.float32), GAPS, csr_array(X), FRAME], ids=type)
def test_read_only_data(data, kind, solver):
    y, w = LABELS if kind is BackpropClassifier else Y, np.linspace(0, 1, len(Y))
    X_val, y_val = (data.iloc[:40] if data is FRAME else data[:40]), y[:40]
    validation = {} if solver == "lbfgs" else {"X_val": X_val, "y_val": y_val, "sample_weight_val": w[:40]}
    model = kind(8, solver=solver, max_iter=2, random_state=0)
    plain = clone(model).fit(data, y, w, **validation)
    model.fit(
        frozen(data), frozen(y), frozen(w), **{name: frozen(value) for name, value in validation.items()}
    )
    np.testing.assert_array_equal(model.predict(frozen(data)), plain.predict(data))
    if solver != "lbfgs":
        plain.partial_fit(data, y, w)
        model.partial_fit(frozen(data), frozen(y), frozen(w))
        np.testing.assert_array_equal(model.predict(frozen(data)), plain.predict(data))


def test_results_are_the_users_to_write():
    model = BackpropClassifier(8, max_iter=2, random_state=0).fit(X, LABELS)
    transformer = HiddenLayerTransformer(BackpropClassifier(8, max_iter=2, random_state=0)).fit(X, LABELS)
    before = model.predict_proba(X)
    for result in (
        model.predict(X),
        model.predict_proba(X),
        model.decision_function(X),
        transformer.transform(X),
    ):
        result[...] = 0
    np.testing.assert_array_equal(model.predict_proba(X), before)


def test_a_search_over_read_only_rows():
    search = GridSearchCV(
        BackpropClassifier(8, n_estimators=1, max_iter=2, random_state=0), {"alpha": [0.0, 0.1]}, cv=2
    )
    wide = np.tile(X, 1 + 2**20 // X.nbytes)  # more than joblib passes to workers as a copy
    scores = [search.set_params(n_jobs=n).fit(wide, LABELS).cv_results_["mean_test_score"] for n in (1, 2)]
    np.testing.assert_array_equal(*scores)
