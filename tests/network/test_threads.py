"""Many threads share one fitted estimator.

SKBACKPROP_SECONDS sets how long they do: two seconds here, a minute before a release.
"""

import contextlib
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from threading import Barrier

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_digits
from threadpoolctl import threadpool_info, threadpool_limits

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.network import workspace
from skbackprop.network.kernels import optimizer_blocks, threads
from skbackprop.network.kernels.threads import SMALL_PRODUCT, scipy_has_its_own_blas, suited_threads

SECONDS = float(os.environ.get("SKBACKPROP_SECONDS", "2"))
N_THREADS = 16


def predict_until(end, predict, parts, expected, first):
    """Predict each part, and go on one after another until `end`; return how many predictions were made, and
    how many were not the expected ones to the last bit.
    """
    n_predictions = n_wrong = 0
    i = first
    while n_predictions < len(parts) or time.monotonic() < end:
        n_wrong += not np.array_equal(predict(parts[i % len(parts)]), expected[i % len(parts)])
        n_predictions += 1
        i += 1
    return n_predictions, n_wrong


@pytest.mark.parametrize("n_networks", [1, 2])
@pytest.mark.parametrize("kind", ["classifier", "regressor"])
def test_sixteen_threads_predict_what_one_does(kind, n_networks):
    settings = {"hidden_layer_sizes": (48, 48), "n_estimators": n_networks, "max_iter": 4, "random_state": 0}
    if kind == "classifier":
        X, y = load_digits(return_X_y=True)
        predict = BackpropClassifier(**settings).fit(X, y).predict_proba
    else:
        X, y = load_diabetes(return_X_y=True)
        predict = BackpropRegressor(**settings).fit(X, y).predict
    # Of one row, of a block, and of several blocks, so that threads with arrays of all shapes meet.
    parts = [X[:1], X[1:3], X[3:40], X[40:340], np.tile(X, (4, 1)), X[::-1]]
    expected = [predict(part) for part in parts]
    end = time.monotonic() + SECONDS / 4  # the four cases together take SECONDS
    with ThreadPoolExecutor(N_THREADS) as pool:
        done = [pool.submit(predict_until, end, predict, parts, expected, i) for i in range(N_THREADS)]
        counts = np.array([each.result() for each in done])
    print(f"{counts[:, 0].sum()} predictions by {N_THREADS} threads in {SECONDS / 4:g} s")
    assert counts[:, 1].sum() == 0


def blas_threads():
    return {pool["filepath"]: pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.mark.parametrize("n_rows", [(10, 10), (10, SMALL_PRODUCT), (SMALL_PRODUCT, 10)])
def test_overlapping_fits_leave_the_threads_as_they_were(n_rows):
    before = blas_threads()
    with threadpool_limits(2, user_api="blas"):
        two = blas_threads()
        first, second = (suited_threads([10, 10], n) for n in n_rows)
        first.__enter__()
        if n_rows[0] == 10:
            assert set(blas_threads().values()) == {1}
        second.__enter__()
        assert set(blas_threads().values()) == {1}
        first.__exit__(None, None, None)
        if n_rows[1] == 10:
            assert set(blas_threads().values()) == {1}
        second.__exit__(None, None, None)
        assert blas_threads() == two
    assert blas_threads() == before


def test_a_fit_that_is_left_in_the_middle_keeps_no_limit():
    with threadpool_limits(2, user_api="blas"):
        two = blas_threads()
        left = suited_threads([10, 10], 10)
        left.__enter__()
        del left
        with suited_threads([10, 10], 10):
            assert set(blas_threads().values()) == {1}
        assert blas_threads() == two


def test_whether_scipy_brings_a_blas(monkeypatch, tmp_path):
    whether = scipy_has_its_own_blas.__wrapped__
    assert whether() == any("scipy.libs" in path or ".dylibs" in path for path in blas_threads())
    monkeypatch.setattr(threads, "SCIPY_LIBRARIES", (tmp_path / "missing", tmp_path))
    (tmp_path / "libgfortran.so").touch()
    assert not whether()
    (tmp_path / "libscipy_openblas-1.so").touch()
    assert whether()


def test_a_training_is_the_same_where_scipy_shares_numpys_blas(monkeypatch):
    # As it is with NumPy and SciPy of a Linux distribution: NumPy adds the biases, and blocks are smaller.
    X, y = load_digits(return_X_y=True)
    settings = {"hidden_layer_sizes": (150, 70), "dtype": "float64", "max_iter": 3, "random_state": 0}
    own = BackpropClassifier(**settings).fit(X, y)
    monkeypatch.setattr(workspace, "scipy_has_its_own_blas", lambda: False)
    monkeypatch.setattr(optimizer_blocks, "BLOCK", 1000)
    shared = BackpropClassifier(**settings).fit(X, y)
    np.testing.assert_allclose(shared.loss_curve_, own.loss_curve_, rtol=1e-9)


def test_the_first_fits_of_a_process_share_their_limits(monkeypatch):
    monkeypatch.setattr(threads, "one_thread", lru_cache(maxsize=1)(threads.one_thread.__wrapped__))

    class Slow(threads.ThreadpoolController):
        """Takes so long that all threads ask before the first has its answer."""

        n_made = 0

        def __init__(self):
            Slow.n_made += 1
            time.sleep(0.05)
            super().__init__()

    monkeypatch.setattr(threads, "ThreadpoolController", Slow)
    start = Barrier(8)

    def fit(_):
        start.wait()
        with suited_threads([10, 10], 10):
            time.sleep(0.01)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fit, range(8)))
    assert Slow.n_made == 1


class SlowLibrary:
    """A BLAS whose calls let other threads in, before and after they take effect."""

    def __init__(self, n_threads):
        self.n_threads = n_threads

    def get_num_threads(self):
        time.sleep(4e-4)
        n_threads = self.n_threads
        time.sleep(1e-4)
        return n_threads

    def set_num_threads(self, n_threads):
        time.sleep(1e-4)
        self.n_threads = n_threads
        time.sleep(1e-4)


def test_limits_that_overlap_at_any_moment_are_lifted():
    library = SlowLibrary(4)
    one_thread = threads.OneThread([library])
    chance = np.random.default_rng(0).uniform(0, 2e-3, (8, 20, 2))

    def use(pauses):
        for before, within in pauses:
            time.sleep(before)
            with one_thread.used():
                assert library.n_threads == 1
                time.sleep(within)
                assert library.n_threads == 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, chance))
    assert library.n_threads == 4


@pytest.mark.parametrize("moment", range(1, 40))
def test_an_interruption_leaves_the_turn_to_others(moment):
    library = SlowLibrary(4)
    one_thread = threads.OneThread([library])
    n_calls = 0

    def interrupt(frame, event, argument):
        nonlocal n_calls
        if event in ("call", "c_call") and frame.f_code.co_filename == threads.__file__:
            n_calls += 1
            if n_calls == moment:
                raise KeyboardInterrupt

    sys.setprofile(interrupt)
    with contextlib.suppress(KeyboardInterrupt), one_thread.used():
        pass
    sys.setprofile(None)
    assert not threads.TURN
    with one_thread.used():
        assert library.n_threads == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a fork")
def test_a_child_that_is_forked_in_the_turn_of_a_thread_has_its_own():
    child = threads.one_at_a_time(os.fork)
    if child == 0:
        os._exit(threads.one_at_a_time(int))  # would wait for ever, if the turn were taken
    for _ in range(100):
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            break
        time.sleep(0.1)
    else:
        os.kill(child, 9)
    assert done == child and status == 0
