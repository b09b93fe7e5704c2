"""Dask: two worker processes compute what one process does, to the last bit."""

import os

import joblib
import numpy as np
import pytest
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits
from sklearn.model_selection import GridSearchCV
from sklearn.utils import shuffle

from skbackprop import BackpropClassifier, BackpropRegressor

distributed = pytest.importorskip("distributed", reason="the extra 'dask' is not installed")
dask_array = pytest.importorskip("dask.array", reason="the extra 'dask' is not installed")

SETTINGS = {"hidden_layer_sizes": (16,), "max_iter": 4, "random_state": 0}
X, Y = shuffle(*load_digits(return_X_y=True), random_state=0)
BLOCK = 600  # rows: three blocks
BLOCKS = [slice(start, start + BLOCK) for start in range(0, X.shape[0], BLOCK)]


@pytest.fixture(scope="module")
def cluster():
    """A cluster of two processes on this machine, without its web page."""
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster):
        yield cluster


def dask_ml(module):
    return pytest.importorskip(f"dask_ml.{module}", reason="the extra 'dask' is not installed")


def in_blocks(a):
    return dask_array.from_array(a, chunks=(BLOCK, *a.shape[1:]))


def process_of_the_fit(estimator, X, y):
    return os.getpid()


def test_a_grid_search_on_two_processes(cluster):
    search = GridSearchCV(
        BackpropClassifier(**SETTINGS),
        {"dropout": [0.0, 0.3], "learning_rate": [0.01, 0.04]},
        scoring={"accuracy": "accuracy", "process": process_of_the_fit},
        refit="accuracy",
        cv=3,
    )
    here = clone(search).fit(X, Y)
    with joblib.parallel_config("dask"):
        there = search.fit(X, Y)
    workers = set(cluster.get_client().run(os.getpid).values())
    processes = {pid for split in range(3) for pid in there.cv_results_[f"split{split}_test_process"]}
    assert processes == workers
    assert len(workers) == 2
    for name in ("mean_test_accuracy", "std_test_accuracy"):
        np.testing.assert_array_equal(there.cv_results_[name], here.cv_results_[name])
    assert there.best_params_ == here.best_params_
    np.testing.assert_array_equal(there.predict_proba(X), here.predict_proba(X))


def test_incremental_is_partial_fit_of_each_block(cluster):
    network = BackpropClassifier(hidden_layer_sizes=(16,), random_state=0)
    there = dask_ml("wrappers").Incremental(network, shuffle_blocks=False)
    there.fit(in_blocks(X), in_blocks(Y), classes=np.arange(10))
    here = clone(network)
    for rows in BLOCKS:
        here.partial_fit(X[rows], Y[rows], classes=np.arange(10))
    assert there.estimator_.n_iter_ == len(BLOCKS) == 3
    np.testing.assert_array_equal(there.estimator_.predict_proba(X), here.predict_proba(X))
    np.testing.assert_array_equal(there.predict(in_blocks(X)).compute(), here.predict(X))


def test_a_vote_of_one_classifier_for_each_block(cluster):
    network = BackpropClassifier(**SETTINGS)
    vote = dask_ml("ensemble").BlockwiseVotingClassifier(network, voting="soft", classes=np.arange(10))
    vote.fit(in_blocks(X), in_blocks(Y))  # returns None
    here = [clone(network).fit(X[rows], Y[rows]) for rows in BLOCKS]
    for ours, theirs in zip(here, vote.estimators_, strict=True):
        np.testing.assert_array_equal(ours.coefs_[0], theirs.coefs_[0])
    # Each block of X is predicted on its own.
    mean = np.concatenate([np.mean([m.predict_proba(X[rows]) for m in here], axis=0) for rows in BLOCKS])
    np.testing.assert_allclose(vote.predict_proba(in_blocks(X)).compute(), mean, rtol=1e-14)
    np.testing.assert_array_equal(vote.predict(in_blocks(X)).compute(), mean.argmax(axis=1))


def test_the_mean_of_one_regressor_for_each_block(cluster):
    X, y = shuffle(*load_diabetes(return_X_y=True), random_state=0)
    network = BackpropRegressor(**{**SETTINGS, "max_iter": 20})
    blocks = [slice(start, start + 150) for start in range(0, X.shape[0], 150)]
    vote = dask_ml("ensemble").BlockwiseVotingRegressor(network)
    vote.fit(dask_array.from_array(X, chunks=(150, 10)), dask_array.from_array(y, chunks=150))
    here = [clone(network).fit(X[rows], y[rows]) for rows in blocks]
    for ours, theirs in zip(here, vote.estimators_, strict=True):
        np.testing.assert_array_equal(ours.coefs_[0], theirs.coefs_[0])
    np.testing.assert_allclose(vote.predict(X), np.mean([model.predict(X) for model in here], axis=0))
