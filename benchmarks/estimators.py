"""Whole estimators: fits with defaults, a grid search, predictions, imports, memory, growth, long runs.

Each line gives the time of the other library relative to that of skbackprop (median and quartiles over the
rounds), or a measurement of skbackprop alone.
"""

import copy
import os
import subprocess
import sys
import time
import tracemalloc
from functools import partial

import numpy as np
from sklearn.datasets import make_classification
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier

from benchmarks.turns import ratio_text, ratios, take_turns
from skbackprop import BackpropClassifier

MEGABYTE = 2**20


def timed(function, *arguments):
    """Return the seconds of a call."""
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def fits_with_defaults(small):
    """Fit with default parameters, and with the other recipes, on a table of 5,000 rows."""
    X, y = make_classification(500 if small else 5000, 20, n_informative=8, n_classes=3, random_state=0)
    contenders = {
        "skbackprop": lambda: timed(BackpropClassifier(random_state=0).fit, X, y),
        "recipe='fast'": lambda: timed(BackpropClassifier(recipe="fast", random_state=0).fit, X, y),
        "recipe='textbook'": lambda: timed(BackpropClassifier(recipe="textbook", random_state=0).fit, X, y),
        "MLPClassifier": lambda: timed(MLPClassifier(random_state=0).fit, X, y),
    }
    turns = take_turns(contenders, 1 if small else 3)
    return f"{ratio_text(turns)}; skbackprop {np.median(turns['skbackprop']):.2f} s"


def grid_search(small):
    """Search 12 candidates in 3 folds with n_jobs=2, with the same networks for both."""
    X, y = make_classification(300 if small else 3000, 20, n_informative=8, random_state=0)
    X = X.astype(np.float32)
    alphas, rates = [1e-5, 1e-4, 1e-3, 1e-2], [0.0003, 0.001, 0.003]
    shared = {"max_iter": 3 if small else 40, "batch_size": 64, "random_state": 0}

    def search(model, rate):
        grid = {"alpha": alphas, rate: rates}
        return timed(GridSearchCV(model, grid, cv=3, n_jobs=2).fit, X, y)

    ours = BackpropClassifier((50,), recipe="textbook", n_iter_no_change=None, scaling=None, **shared)
    theirs = MLPClassifier((50,), tol=0, n_iter_no_change=10**6, **shared)
    contenders = {
        "skbackprop": lambda: search(ours, "learning_rate"),
        "MLPClassifier": lambda: search(theirs, "learning_rate_init"),
    }
    turns = take_turns(contenders, 1 if small else 5)
    return f"{ratio_text(turns)}; skbackprop {np.median(turns['skbackprop']):.2f} s"


def predictions(n_rows, n_calls, small):
    """Predict probabilities with 100 hidden units and 50 columns in float32, without scaling."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(2000, 50)).astype(np.float32), rng.integers(0, 5, 2000)
    models = {
        "skbackprop": BackpropClassifier(recipe="textbook", scaling=None, max_iter=2).fit(X, y),
        "MLPClassifier": MLPClassifier(max_iter=2).fit(X, y),
    }
    rows = rng.normal(size=(n_rows, 50)).astype(np.float32)

    def calls(model):
        return lambda: timed(lambda: [model.predict_proba(rows) for _ in range(n_calls)])

    turns = take_turns({name: calls(model) for name, model in models.items()}, 1 if small else 9)
    tracemalloc.start()
    output = models["skbackprop"].predict_proba(rows)
    extra = tracemalloc.get_traced_memory()[1] - output.nbytes
    tracemalloc.stop()
    milliseconds = np.median(turns["skbackprop"]) / n_calls * 1e3
    return (
        f"{ratio_text(turns)}; skbackprop {milliseconds:.3f} ms, {extra / MEGABYTE:.1f} MB beyond the output"
    )


def one_row(small):
    """Predict one row."""
    return predictions(1, 10 if small else 500, small)


def many_rows(small):
    """Predict 200,000 rows."""
    return predictions(2_000 if small else 200_000, 1, small)


def imports(small):
    """Import in a new process."""

    # Installed packages are compiled to bytecode; a checkout is as well if Python may write the bytecode.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

    def importing(module):
        program = [sys.executable, "-c", f"import {module}"]
        return lambda: timed(lambda: subprocess.run(program, env=environment))

    contenders = {
        "skbackprop": importing("skbackprop"),
        "sklearn.neural_network": importing("sklearn.neural_network"),
    }
    turns = take_turns(contenders, 1 if small else 15)
    return f"{ratio_text(turns)}; skbackprop {np.median(turns['skbackprop']):.2f} s"


MEMORY_OF_A_FIT = """
import sys
from pathlib import Path
import numpy as np
from skbackprop import BackpropClassifier

def memory(name):
    return int(Path("/proc/self/status").read_text().split(name + ":")[1].split()[0]) * 1024

dtype, n_rows = sys.argv[1], int(sys.argv[2])
X = np.random.default_rng(0).random((n_rows, 200), dtype=np.float32).astype(dtype)
y = np.arange(n_rows) % 3
model = BackpropClassifier(recipe="textbook", max_iter=1, tol=0, dtype="float32")
model.fit(X[:1000], y[:1000])
Path("/proc/self/clear_refs").write_text("5")  # resets the peak
before = memory("VmRSS")
model.fit(X, y)
print((memory("VmHWM") - before) / X.nbytes)
"""


def memory_of_a_fit(small):
    """Fit on a C-ordered X of 200 columns: peak memory in addition to X, relative to X (Linux only)."""
    n_rows = 20_000 if small else 500_000
    shares = []
    for dtype in ("float32", "float64"):
        program = [sys.executable, "-W", "ignore", "-c", MEMORY_OF_A_FIT, dtype, str(n_rows)]
        shares.append(f"{dtype} {float(subprocess.check_output(program)):.3f}")
    return f"share of X: {', '.join(shares)}"


def growth(small):
    """Fit 1e3 to 1e6 rows of 20 columns: the slope on logarithmic axes from 1e4 rows on."""
    numbers = [1_000, 2_000] if small else [1_000, 10_000, 100_000, 1_000_000]
    seconds = []
    for n_rows in numbers:
        X, y = make_classification(n_rows, 20, random_state=0)
        X = X.astype(np.float32)

        def epochs(n, X=X, y=y):
            model = BackpropClassifier((32,), recipe="textbook", max_iter=n, n_iter_no_change=None)
            return timed(model.fit, X, y)

        n_epochs = max(2, 200_000 // n_rows)
        turns = take_turns({n: partial(epochs, n) for n in (1, 1 + n_epochs)}, 5)
        # The fastest of each fit: the smallest of the differences would be that with the largest disturbance.
        short, long = map(min, turns.values())
        seconds.append((long - short) / n_epochs)
    slope = np.polyfit(np.log(numbers[-3:]), np.log(seconds[-3:]), 1)[0]
    table = ", ".join(f"{n:,}: {s * 1e3:.2f} ms" for n, s in zip(numbers, seconds, strict=True))
    return f"slope {slope:.3f}; an epoch of {table}"


def dead_units(small):
    """Train a network with dead units: the time of late steps relative to that of early ones.

    The network after many epochs and a copy of it after one epoch are timed alternately.
    """
    rng = np.random.default_rng(0)
    results = []
    n_epochs = 3 if small else 200
    for dtype in ("float32", "float64"):
        X, y = rng.random((6400, 50)).astype(dtype), rng.integers(0, 2, 6400)
        late = BackpropClassifier(
            (200, 200), recipe="textbook", batch_size=64, max_iter=1, scaling=None, dtype=dtype, alpha=0.0,
            warm_start=True, random_state=0,
        ).fit(X, y)  # fmt: skip
        for b in late.intercepts_[:-1]:
            b[::2] = -100.0  # half of the units are dead
        early = copy.deepcopy(late)
        for _ in range(n_epochs):
            late.fit(X, y)
        contenders = {
            name: partial(timed, model.fit, X, y) for name, model in (("early", early), ("late", late))
        }
        turns = take_turns(contenders, 3 if small else 10)
        low, median, high = ratios(turns, ours="early")["late"]
        results.append(f"{dtype} {median:.2f} ({low:.2f}-{high:.2f})")
    return f"after {100 * n_epochs:,} steps / at the beginning: {', '.join(results)}"


PARTS = {
    "fit with defaults, 5,000 x 20": fits_with_defaults,
    "GridSearchCV, 12 x 3, n_jobs=2": grid_search,
    "predict_proba, one row": one_row,
    "predict_proba, 200,000 rows": many_rows,
    "import": imports,
    "peak memory of a fit above X": memory_of_a_fit,
    "growth with the rows": growth,
    "dead units": dead_units,
}


def main(small=False):
    """Print one line per part and return the lines."""
    os.environ.setdefault("PYTHONWARNINGS", "ignore")  # for the workers of the search
    lines = {}
    for name, part in PARTS.items():
        lines[name] = part(small)
        print(f"{name:32s} {lines[name]}", flush=True)
    return lines
