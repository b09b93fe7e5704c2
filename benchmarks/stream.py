"""Memory and time of a long stream: ``python -m benchmarks.stream``.

Many calls of partial_fit, each with a new batch whose mean wanders. Printed every so many calls: the
process's resident memory that no file backs (RssAnon), its growth since the warm-up, and the time of a call.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from skbackprop import BackpropClassifier


def own_memory():
    """Return the resident bytes that no file backs (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=20, help="rows a call")
    parser.add_argument("--features", type=int, default=20)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    model = BackpropClassifier(hidden_layer_sizes=(32,), random_state=0)
    every = max(1, options.calls // 10)
    warm = started = None
    print(f"{'calls':>8s} {'RssAnon, MB':>12s} {'growth, MB':>11s} {'ms a call':>10s}")
    for call in range(options.calls + 1):
        if call % every == 0:
            now, memory = time.perf_counter(), own_memory()
            if call == every:
                warm = memory
            grown = "" if warm is None else f"{(memory - warm) / 2**20:11.2f}"
            pace = "" if started is None else f"{(now - started) / every * 1e3:10.3f}"
            print(f"{call:8d} {memory / 2**20:12.1f} {grown:>11s} {pace:>10s}", flush=True)
            started = time.perf_counter()
        X = rng.normal(call / options.calls, 1, size=(options.rows, options.features))
        model.partial_fit(X, X[:, 0] > X.mean(), classes=[False, True])


if __name__ == "__main__":
    main()
