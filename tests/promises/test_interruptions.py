"""Whatever interrupts a training, and wherever: the estimator is unfitted, or holds a whole epoch."""

import contextlib
import copy
import sys
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from effort import FULL

import skbackprop
from skbackprop import BackpropClassifier, BackpropRegressor

PACKAGE = str(Path(skbackprop.__file__).parent)
X = np.random.default_rng(0).normal(size=(30, 3)) * [1, 10, 100] + [0, 5, 0]
y = X @ [1.0, 0.1, 0.0] + np.sin(X[:, 1])
SETTINGS = {
    "recipe": "textbook",
    "hidden_layer_sizes": (3,),
    "batch_size": 15,
    "dropout": 0.25,
    "random_state": 0,
    "warm_start": True,
}
N_EPOCHS = 4


class Injection:
    """Raises `error` at the n-th call that code of the package makes or gets; counts them where n is None."""

    def __init__(self, n=None, error=None):
        self.n, self.error, self.n_calls = n, error, 0

    def __enter__(self):
        sys.setprofile(self._profile)
        return self

    def __exit__(self, *exception):
        sys.setprofile(None)

    def _profile(self, frame, event, argument):
        if event in ("call", "c_call") and frame.f_code.co_filename.startswith(PACKAGE):
            self.n_calls += 1
            if self.n_calls == self.n:
                raise self.error


def quietly(method, *arguments):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return method(*arguments)


def parameters(model):
    return np.concatenate([array.ravel() for array in (*model.coefs_, *model.intercepts_)])


def fit(model, n_epochs):
    """Go on for `n_epochs`."""
    return model.set_params(max_iter=n_epochs).fit(X, y)


def stream(model, n_epochs):
    for _ in range(n_epochs):
        model.partial_fit(X, y)
    return model


CASES = {
    "fit": (fit, {}),
    "early stopping": (fit, {"early_stopping": True, "scoring": "loss", "n_iter_no_change": None}),
    "sgd": (fit, {"solver": "sgd", "schedule": "adaptive", "n_iter_no_change": 1, "tol": 10.0}),
    "lbfgs": (fit, {"solver": "lbfgs", "dropout": 0.0}),
    "stream": (stream, {}),
}


@cache
def started(name, n_epochs):
    """Return a model after `n_epochs`, which is to be copied; 0 is an unfitted one."""
    train, settings = CASES[name]
    model = BackpropRegressor(**SETTINGS | settings)
    return quietly(train, model, n_epochs) if n_epochs else model


@cache
def whole_epochs(name, n_done):
    """Return the parameters after 1, 2, ... whole epochs, the first `n_done` of them a fit before."""
    train, _ = CASES[name]
    states = {}
    for k in range(max(n_done, 1), N_EPOCHS + 1):
        model = copy.deepcopy(started(name, n_done))
        if k > n_done:
            quietly(train, model, k - n_done)
        states[model.n_iter_] = parameters(model)
    return states


@cache
def number_of_calls(name, n_done):
    """Return how many calls the package makes or gets in the epochs after the first `n_done`."""
    train, _ = CASES[name]
    model = copy.deepcopy(started(name, n_done))
    with Injection() as counter:
        quietly(train, model, N_EPOCHS - n_done)
    return counter.n_calls


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), MemoryError("none left"), ZeroDivisionError("in a loss")], ids=repr
)
@pytest.mark.parametrize("n_done", [0, 2])
@pytest.mark.parametrize("name", CASES)
def test_no_interruption_leaves_a_mixture(name, n_done, error):
    train, _ = CASES[name]
    whole, n_calls = whole_epochs(name, n_done), number_of_calls(name, n_done)
    seen = set()
    # Ctrl-C really comes anywhere: at every 7th call, in a short run at every 97th; the others at a seventh
    # of these. Primes, so that no two epochs are interrupted at the same places.
    calls = range(1, n_calls + 2)  # the last number interrupts nothing
    rarer = 1 if isinstance(error, KeyboardInterrupt) else 7
    # The window after the last epoch is short: more of its last 80 calls.
    window = calls[: -81 : -rarer * (1 if FULL else 11)]
    for n in sorted({*calls[:: rarer * (7 if FULL else 197)], *window}):
        model = copy.deepcopy(started(name, n_done))
        with contextlib.suppress(type(error), AttributeError), Injection(n, error):
            quietly(train, model, N_EPOCHS - n_done)
        if not hasattr(model, "coefs_"):
            assert not n_done
            seen.add(0)
            continue
        k = model.n_iter_
        seen.add(k)
        np.testing.assert_array_equal(parameters(model), whole[k], err_msg=f"call {n} of {n_calls}")
        assert len(model.loss_curve_) == len(model.penalty_curve_) == k
        assert model.loss_ == model.loss_curve_[-1]
        assert np.isfinite(model.predict(X)).all()
    assert seen >= {n_done, N_EPOCHS} or seen == {0}


# Streams of frames, whose encoding changes as well


def frames(kind):
    """Return the rows of the first call and of the second one, which has new values."""
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    k, numbers = np.arange(400), rng.normal(size=400)
    first = {
        "numbers": {"x": numbers, "constant": 1.0},
        "categories": {"x": numbers, "town": rng.choice(["a", "b"], 400)},
        "many categories": {"shop": [f"s{v}" for v in rng.integers(0, 150, 400)], "x": numbers},
        "dates": {"day": np.datetime64("2026-01-01") + k.astype("timedelta64[D]"), "x": numbers},
    }[kind]
    second = {
        "numbers": {"x": 5 - 3 * numbers, "constant": numbers},
        "categories": {"x": numbers + 1, "town": rng.choice(["a", "b", "c", "d"], 400)},
        "many categories": {"shop": [f"s{v}" for v in rng.integers(50, 250, 400)], "x": numbers},
        "dates": {"day": np.datetime64("2031-01-01") + k.astype("timedelta64[D]"), "x": numbers},
    }[kind]
    return pandas.DataFrame(first), pandas.DataFrame(second), numbers


@pytest.mark.parametrize("error", [KeyboardInterrupt(), MemoryError("none left")], ids=repr)
@pytest.mark.parametrize("estimator", [BackpropClassifier, BackpropRegressor])
@pytest.mark.parametrize("kind", ["numbers", "categories", "many categories", "dates"])
def test_an_interrupted_call_of_partial_fit_has_no_effect(kind, estimator, error):
    first, second, numbers = frames(kind)
    is_classifier = estimator is BackpropClassifier
    y, more = (numbers > 0, numbers > 1) if is_classifier else (numbers, 9 + numbers)

    def results(model):
        output = model.predict_proba if is_classifier else model.predict
        return np.concatenate([output(rows).ravel() for rows in (first, second)])

    start = quietly(estimator(8, random_state=0).partial_fit, first, y)
    once = quietly(copy.deepcopy(start).partial_fit, second, more)
    before, after = results(start), results(once)
    twice = results(quietly(copy.deepcopy(once).partial_fit, second, more))
    assert np.abs(after - before).max() > 1e-4
    with Injection() as counter:
        quietly(copy.deepcopy(start).partial_fit, second, more)
    n_calls = counter.n_calls
    step = n_calls // (400 if FULL else 12)
    for n in sorted({*range(1, n_calls, step), *range(n_calls - 30, n_calls + 1, 1 if FULL else 7)}):
        model = copy.deepcopy(start)
        # scikit-learn's available_if turns an error of its condition into an AttributeError.
        with contextlib.suppress(type(error), AttributeError), Injection(n, error):
            quietly(model.partial_fit, second, more)
        complete = model.n_iter_ == 2  # the interruption came after the last step
        np.testing.assert_array_equal(results(model), after if complete else before, err_msg=f"call {n}")
        quietly(model.partial_fit, second, more)
        np.testing.assert_array_equal(results(model), twice if complete else after, err_msg=f"call {n}")
