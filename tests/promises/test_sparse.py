"""Dense and sparse forms of one matrix give one model, whichever of them comes to which method."""

import re
import tracemalloc
import warnings

import numpy as np
import pytest
from scipy import sparse

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer
from skbackprop.inspection import hidden_activations

CONTAINERS = [
    *(getattr(sparse, f"{name}_array") for name in ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")),
    *(getattr(sparse, f"{name}_matrix") for name in ("csr", "csc", "coo", "bsr", "dia", "lil", "dok")),
]
SETTINGS = {
    "textbook": {"recipe": "textbook", "learning_rate": 0.02, "max_iter": 3},
    "fast": {"recipe": "fast", "max_iter": 3},
    "tabular": {"recipe": "tabular", "max_iter": 2},
    "lbfgs": {"solver": "lbfgs", "max_iter": 5},
    "sgd": {"solver": "sgd", "max_iter": 3},
    "unscaled": {"scaling": None, "max_iter": 2},
    "robust": {"scaling": "robust", "max_iter": 2},
    "input dropout": {"recipe": "textbook", "dropout": [0.2, 0.1], "max_iter": 2},
    "linear": {"hidden_layer_sizes": ()},
}


def counts(n_rows=120, n_columns=6, dtype=np.float64):
    """Counts that are not centered, many of them 0, with a constant column."""
    X = np.random.default_rng(0).poisson(0.8, size=(n_rows, n_columns)).astype(dtype)
    X[:, 1] *= 5
    X[:, 2] = 3
    return X


def words(n_rows=150, n_columns=1500):
    """A wide matrix of mostly zeros, as counts of words are."""
    X = np.zeros((n_rows, n_columns))
    rng = np.random.default_rng(1)
    X[rng.integers(n_rows, size=6000), rng.integers(n_columns, size=6000)] = rng.integers(1, 5, 6000)
    X[:, 0] = 50 + rng.normal(size=n_rows)
    return X


def target(X):
    return X[:, 0] + np.sin(X[:, 1])


def fitted(estimator, *args, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return estimator.fit(*args, **params)


@pytest.mark.parametrize("make", [counts, words])
@pytest.mark.parametrize("name", SETTINGS)
def test_whichever_form_comes_to_fit_and_predict(name, make):
    X = make()
    y, settings = target(X), {"random_state": 0, "hidden_layer_sizes": (16,), **SETTINGS[name]}
    dense = fitted(BackpropRegressor(**settings), X, y)
    other = fitted(BackpropRegressor(**settings), sparse.csr_array(X), y)
    expected = dense.predict(X)
    for model in (dense, other):
        for form in (X, sparse.csc_array(X)):
            np.testing.assert_allclose(model.predict(form), expected, rtol=1e-5, atol=1e-5 * np.ptp(expected))


@pytest.mark.parametrize("scaling", ["standard", "robust", None])
def test_rows_that_stay_sparse_are_computed_like_dense_ones(scaling):
    X = words()
    settings = {
        "recipe": "textbook",
        "max_iter": 2,
        "scaling": scaling,
        "dtype": "float64",
        "random_state": 0,
    }
    sparse_rows = fitted(BackpropRegressor(8, dropout=0.0, **settings), X, target(X))
    # Rows whose inputs may be dropped are made dense.
    dense_rows = fitted(BackpropRegressor(8, dropout=[0.0, 0.0], **settings), X, target(X))
    np.testing.assert_allclose(sparse_rows.predict(X), dense_rows.predict(X), rtol=1e-8)


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container(container):
    X = counts()
    y = target(X) > 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", sparse.SparseEfficiencyWarning)  # DIA with many diagonals
        S = container(X)
    model = BackpropClassifier(8, max_iter=2, early_stopping=False, random_state=0).fit(X, y)
    other = BackpropClassifier(8, max_iter=2, early_stopping=False, random_state=0).fit(S, y)
    np.testing.assert_allclose(other.predict_proba(X), model.predict_proba(X), rtol=1e-9)
    np.testing.assert_allclose(model.predict_proba(S), model.predict_proba(X), rtol=1e-9)


@pytest.mark.parametrize("dtype", [bool, np.int8, np.int64, np.float32, np.float64])
def test_every_type_of_number(dtype):
    X = counts().astype(dtype)
    y = target(counts())
    settings = {"max_iter": 2, "random_state": 0, "dtype": "float64"}
    dense = BackpropRegressor(8, **settings).fit(X, y)
    np.testing.assert_allclose(
        BackpropRegressor(8, **settings).fit(sparse.csr_array(X), y).predict(X), dense.predict(X), rtol=1e-9
    )
    np.testing.assert_allclose(dense.predict(sparse.csr_array(X)), dense.predict(X), rtol=1e-6)


def odd_forms(X):
    """CSR arrays of the same numbers: in two halves, unsorted, explicit zeros, int64, read-only."""
    plain = sparse.csr_array(X)
    halves = sparse.csr_array(
        (np.repeat(plain.data / 2, 2), np.repeat(plain.indices, 2), plain.indptr * 2), shape=X.shape
    )
    unsorted = plain.copy()
    for start, stop in zip(unsorted.indptr, unsorted.indptr[1:], strict=False):
        unsorted.indices[start:stop] = unsorted.indices[start:stop][::-1].copy()
        unsorted.data[start:stop] = unsorted.data[start:stop][::-1].copy()
    unsorted.has_sorted_indices = False
    columns = np.indices(X.shape)[1]
    zeros = sparse.csr_array((X.ravel(), columns.ravel(), np.arange(X.shape[0] + 1) * X.shape[1]), X.shape)
    wide = sparse.csr_array((plain.data, plain.indices, plain.indptr), X.shape)
    wide.indices, wide.indptr = wide.indices.astype(np.int64), wide.indptr.astype(np.int64)
    frozen = plain.copy()
    for array in (frozen.data, frozen.indices, frozen.indptr):
        array.setflags(write=False)
    return {"halves": halves, "unsorted": unsorted, "zeros": zeros, "int64": wide, "frozen": frozen}


@pytest.mark.parametrize("make", [counts, words])
@pytest.mark.parametrize("form", ["halves", "unsorted", "zeros", "int64", "frozen"])
def test_odd_forms_of_the_same_numbers(form, make):
    X = make()
    y, Z = target(X), odd_forms(X)[form]
    stored = [a.copy() for a in (Z.data, Z.indices, Z.indptr)]
    settings = {"max_iter": 2, "random_state": 0}
    dense = fitted(BackpropRegressor(8, **settings), X, y)
    other = fitted(BackpropRegressor(8, **settings), Z, y)
    tolerance = 1e-6 * np.ptp(dense.predict(X))
    np.testing.assert_allclose(other.predict(X), dense.predict(X), rtol=0, atol=tolerance)
    np.testing.assert_allclose(dense.predict(Z), dense.predict(X), rtol=0, atol=tolerance)
    for before, after in zip(stored, (Z.data, Z.indices, Z.indptr), strict=True):
        np.testing.assert_array_equal(after, before)


@pytest.mark.parametrize("make", [counts, words])
@pytest.mark.parametrize("recipe", ["textbook", "fast"])
def test_validation_partial_fit_and_warm_start_take_either_form(make, recipe):
    X = make()
    y, S = target(X), sparse.coo_array(X)
    settings = {"recipe": recipe, "max_iter": 2, "random_state": 0, "n_iter_no_change": 10}

    def validated(form):
        return fitted(BackpropRegressor(8, **settings), X, y, X_val=form, y_val=y).validation_scores_

    def streamed(first, second):
        model = BackpropRegressor(8, recipe=recipe, random_state=0)
        model.partial_fit(first, y).partial_fit(second, y)
        return model.predict(X)

    def restarted(first, second):
        model = fitted(BackpropRegressor(8, warm_start=True, **settings), first, y)
        return fitted(model, second, y).predict(X)

    for results in (streamed, restarted):
        expected = results(X, X)
        for forms in ((X, S), (S, X), (S, S)):
            np.testing.assert_allclose(results(*forms), expected, rtol=1e-5, atol=1e-5 * np.ptp(expected))
    losses = [
        fitted(BackpropRegressor(8, **settings), X, y, X_val=form, y_val=y).best_loss_ for form in (X, S)
    ]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)


@pytest.mark.parametrize("make", [counts, words])
def test_other_methods_take_either_form(make):
    X = make()
    y, S = target(X) > target(X).mean(), sparse.csr_matrix(X)
    model = fitted(BackpropClassifier(8, max_iter=2, dropout=0.1, random_state=0), X, y)
    np.testing.assert_allclose(model.decision_function(S), model.decision_function(X), rtol=1e-4, atol=1e-5)
    samples = [model.sample_proba(form, 4, random_state=0) for form in (X, S)]
    np.testing.assert_allclose(samples[1], samples[0], rtol=1e-4)
    for dense, other in zip(hidden_activations(model, X), hidden_activations(model, S), strict=True):
        np.testing.assert_allclose(other.a, dense.a, rtol=1e-4, atol=1e-5)
    transformer = fitted(HiddenLayerTransformer(BackpropClassifier(8, max_iter=2, random_state=0)), S, y)
    np.testing.assert_allclose(transformer.transform(S), transformer.transform(X), rtol=1e-4, atol=1e-5)
    regressor = fitted(BackpropRegressor(8, max_iter=2, dropout=0.1, random_state=0), S, target(X))
    dense, other = (regressor.predict(form, return_std=True) for form in (X, S))
    np.testing.assert_allclose(other, dense, rtol=1e-4, atol=1e-4)


def test_wide_sparse_rows_are_never_made_dense_as_a_whole():
    rng, shape = np.random.default_rng(0), (3000, 100_000)
    rows, columns = np.repeat(np.arange(shape[0]), 10), rng.integers(shape[1], size=10 * shape[0])
    X = sparse.csr_array((rng.random(rows.size), (rows, columns)), shape=shape)
    y = np.asarray(X.sum(axis=1)).ravel() > 5
    model = BackpropClassifier(4, max_iter=1, early_stopping=False, random_state=0)
    tracemalloc.start()
    try:
        assert np.isfinite(fitted(model, X, y).predict_proba(X)).all()
        assert tracemalloc.get_traced_memory()[1] < 0.2 * np.prod(shape) * X.dtype.itemsize
    finally:
        tracemalloc.stop()


def test_what_sparse_rows_cannot_hold_is_said():
    X = np.random.default_rng(0).integers(0, 3, size=(90, 4)).astype(float)
    y, gap = X[:, 0] > 0, X.copy()
    gap[0, 1] = np.nan
    S, mask = sparse.csr_array(X), [True, False, False, False]
    for call in (
        lambda: BackpropClassifier(categorical_features=[0]).fit(S, y),
        lambda: BackpropClassifier(categorical_features=mask).fit(S.tocoo(), y),
        lambda: fitted(BackpropClassifier(categorical_features=[0], max_iter=1), X, y).predict(S),
    ):
        with pytest.raises(ValueError, match=re.escape("categorical_features")):
            call()
    with pytest.raises(ValueError, match="sparse"):
        BackpropClassifier().fit(sparse.csr_array(gap), y)
    model = fitted(BackpropClassifier(8, recipe="textbook", max_iter=2, random_state=0), gap, y)
    np.testing.assert_allclose(model.predict_proba(sparse.csr_array(X)), model.predict_proba(X), rtol=1e-9)
