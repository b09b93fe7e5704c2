"""Models that earlier versions saved are loaded, and predict what they predicted then."""

import json
import warnings
from pathlib import Path

import joblib
import numpy as np
import pytest

from skbackprop import Checkpoint
from skbackprop.inspection import check_gradients

SAVED = Path(__file__).parent.parent / "saved"
FILES = sorted(file for kind in ("joblib", "skops", "checkpoint") for file in SAVED.glob(f"*/*.{kind}"))


def load(file):
    """Return the estimator of a saved file of any kind."""
    numpy = json.loads((file.parent / "expected.json").read_text())["numpy"]
    if int(np.__version__.split(".")[0]) < int(numpy.split(".")[0]):
        pytest.skip(f"pickles of NumPy {numpy} need a NumPy as new")
    with warnings.catch_warnings():
        # Files of an earlier version, and of another NumPy or scikit-learn, warn.
        warnings.filterwarnings("ignore", "This Backprop.* was saved by skbackprop", UserWarning)
        warnings.filterwarnings("ignore", category=DeprecationWarning, module="numpy|joblib|skops")
        return opened(file)


def opened(file):
    """Return what a file of any kind holds."""
    if file.suffix == ".checkpoint":
        return Checkpoint.load(file)
    if file.suffix == ".joblib":
        return joblib.load(file)
    skops_io = pytest.importorskip("skops.io")
    return skops_io.load(file, trusted=skops_io.get_untrusted_types(file=file))


def inputs(saved):
    """Return the X of the stored predictions: an array, or a frame whose column "day" holds dates."""
    if saved["columns"] is None:
        return np.array(saved["X"])
    pd = pytest.importorskip("pandas")
    X = pd.DataFrame(saved["X"], columns=saved["columns"])
    return X.assign(size=X["size"].astype(float), day=pd.to_datetime(X["day"]))


def test_there_are_files_of_every_kind():
    assert {file.suffix for file in FILES} == {".joblib", ".skops", ".checkpoint"}


@pytest.mark.parametrize("name", ["intervals", "textbook"])
def test_the_gradient_of_a_saved_model_is_right(name):
    model = load(SAVED / "1.0.0rc1" / f"{name}.joblib")
    X = np.random.default_rng(0).normal(size=(20, 3))
    assert check_gradients(model, X, X[:, 0]).passed


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.name}")
def test_a_saved_model_predicts_what_it_did(file):
    expected = json.loads((file.parent / "expected.json").read_text())
    saved = expected["models"][file.stem]
    X, model = inputs(saved), load(file)
    for method, output in saved["outputs"].items():
        # Another BLAS adds in another order: up to rounding in float32.
        np.testing.assert_allclose(getattr(model, method)(X), output, rtol=1e-4, atol=1e-5)
