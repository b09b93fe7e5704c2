"""A model that is kept is the model that was trained: other processes, versions and formats."""

import io
import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_iris, make_multilabel_classification

from skbackprop import BackpropClassifier, BackpropRegressor, __version__
from skbackprop.network.losses import Tweedie

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

FEW = {"max_iter": 3, "random_state": 0}
SMALL = {"hidden_layer_sizes": (8, 4), "n_estimators": 2, **FEW}
ONE = {**SMALL, "n_estimators": 1}


def labels():
    return make_multilabel_classification(80, 8, n_classes=3, random_state=0)


def diabetes():
    return tuple(part[:120] for part in load_diabetes(return_X_y=True))


def category_frame():
    pandas = pytest.importorskip("pandas")
    X, y = load_iris(return_X_y=True, as_frame=True)
    return X.assign(kind=pandas.Categorical(np.where(X.iloc[:, 0] > 5, "long", "short"))), y


CASES = {
    "default": (BackpropClassifier(n_estimators=2, **FEW), load_iris),
    "textbook": (BackpropClassifier(recipe="textbook", warm_start=True, dropout=0.2, **ONE), load_iris),
    "sgd": (BackpropClassifier(solver="sgd", warm_start=True, **ONE), load_iris),
    "float32": (BackpropClassifier(dtype="float32", **SMALL), load_iris),
    "bce": (BackpropClassifier(loss="bce", **SMALL), load_iris),
    "multilabel": (BackpropClassifier(**SMALL), labels),
    "linear": (BackpropClassifier((), random_state=0), load_iris),
    "categories": (BackpropClassifier(**SMALL), category_frame),
    "regressor": (BackpropRegressor(n_estimators=2, **FEW), diabetes),
    "poisson": (BackpropRegressor(loss="poisson", **SMALL), diabetes),
    "quantiles": (BackpropRegressor(loss="quantile", quantile=[0.1, 0.5, 0.9], **SMALL), diabetes),
    "tweedie": (BackpropRegressor(loss=Tweedie(1.2), **SMALL), diabetes),
    "quantile": (BackpropRegressor(loss="quantile", recipe="textbook", **ONE), diabetes),
}


@pytest.fixture(params=CASES)
def fitted(request):
    estimator, load = CASES[request.param]
    X, y = load(return_X_y=True) if load is load_iris else load()
    return clone(estimator).fit(X, y), X, y


def outputs(estimator, X):
    return estimator.predict_proba(X) if hasattr(estimator, "predict_proba") else estimator.predict(X)


def through_joblib(estimator):
    file = io.BytesIO()
    joblib.dump(estimator, file)
    file.seek(0)
    return joblib.load(file)


def through_cloudpickle(estimator):
    cloudpickle = pytest.importorskip("cloudpickle")
    return pickle.loads(cloudpickle.dumps(estimator))


def through_skops(estimator):
    io = pytest.importorskip("skops.io")
    content = io.dumps(estimator)
    untrusted = io.get_untrusted_types(data=content)
    assert all(name.startswith("skbackprop.") for name in untrusted), untrusted
    return io.loads(content, trusted=untrusted)


@pytest.mark.parametrize(
    "keep",
    [lambda e: pickle.loads(pickle.dumps(e)), through_joblib, through_cloudpickle, through_skops],
    ids=["pickle", "joblib", "cloudpickle", "skops"],
)
def test_what_is_loaded_predicts_and_goes_on_as_what_was_saved(keep, fitted):
    estimator, X, y = fitted
    loaded = keep(estimator)
    np.testing.assert_array_equal(outputs(loaded, X), outputs(estimator, X))
    assert loaded.loss_curve_ == estimator.loss_curve_
    if estimator.warm_start:
        np.testing.assert_array_equal(outputs(loaded.fit(X, y), X), outputs(estimator.fit(X, y), X))
    else:
        np.testing.assert_array_equal(outputs(clone(loaded).fit(X, y), X), outputs(estimator, X))


@pytest.mark.parametrize("name", ["coefs_", "intercepts_"])
def test_the_parameters_are_there_once_when_loaded(name, fitted):
    estimator, X, _ = fitted
    loaded = pickle.loads(pickle.dumps(estimator))
    getattr(loaded, name)[-1][...] = 0  # a view of what predicts
    getattr(estimator, name)[-1][...] = 0
    np.testing.assert_array_equal(outputs(loaded, X), outputs(estimator, X))


@pytest.mark.parametrize("hidden", [(), (100,), (300, 300)])
def test_a_file_is_hardly_more_than_the_parameters(hidden):
    X, y = load_iris(return_X_y=True)
    for estimator in (BackpropClassifier(hidden, **FEW), BackpropRegressor(hidden, **FEW)):
        estimator.fit(X, y)
        n_bytes = estimator._model.network.theta.nbytes
        assert len(pickle.dumps(estimator)) <= 1.05 * n_bytes + 8192


@pytest.fixture(scope="module")
def another_process():
    """One for all models, as it takes seconds to start."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def outputs_of_file(path):
    return outputs(*joblib.load(path))


def test_the_same_bits_in_another_process(tmp_path, fitted, another_process):
    estimator, X, _ = fitted
    joblib.dump((estimator, X), tmp_path / "model.joblib")
    there = another_process.submit(outputs_of_file, tmp_path / "model.joblib").result(timeout=300)
    np.testing.assert_array_equal(there, outputs(estimator, X))


def test_the_warning_about_an_older_file_names_both_versions(monkeypatch):
    X, y = load_iris(return_X_y=True)
    estimator = BackpropClassifier(**SMALL).fit(X, y)
    with monkeypatch.context() as patch:
        patch.setattr("skbackprop.estimators.base.__version__", "0.0.7")
        content = pickle.dumps(estimator)
    with pytest.warns(UserWarning, match=rf"saved by skbackprop 0\.0\.7 and is loaded by {__version__}"):
        loaded = pickle.loads(content)
    np.testing.assert_array_equal(outputs(loaded, X), outputs(estimator, X))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_truncated_pickle_gives_no_estimator(share):
    X, y = load_iris(return_X_y=True)
    content = pickle.dumps(BackpropClassifier(**SMALL).fit(X, y))
    with pytest.raises((pickle.UnpicklingError, EOFError, ValueError)):
        pickle.loads(content[: int(share * len(content))])
