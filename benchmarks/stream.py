"""Memory and time of a long stream: ``python -m benchmarks.stream``.

partial_fit is called many times, each time with a new batch whose mean drifts. The table gives, at regular
intervals, the anonymous resident memory of the process (RssAnon), its growth since the warm-up, and the time
per call.
"""

import argparse
import time
from pathlib import Path

import numpy as np

from skbackprop import BackpropClassifier


def own_memory():
    """Return the anonymous resident memory in bytes (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon:"))


def main():
    """Run the stream and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=20, help="rows per call")
    parser.add_argument("--features", type=int, default=20)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    model = BackpropClassifier(hidden_layer_sizes=(32,), random_state=0)
    every = max(1, options.calls // 10)
    warm = started = None
    print(f"{'calls':>8s} {'RssAnon, MB':>12s} {'growth, MB':>11s} {'ms per call':>11s}")
    for call in range(options.calls + 1):
        if call % every == 0:
            now, memory = time.perf_counter(), own_memory()
            if call == every:
                warm = memory
            grown = "" if warm is None else f"{(memory - warm) / 2**20:11.2f}"
            pace = "" if started is None else f"{(now - started) / every * 1e3:11.3f}"
            print(f"{call:8d} {memory / 2**20:12.1f} {grown:>11s} {pace:>11s}", flush=True)
            started = time.perf_counter()
        X = rng.normal(call / options.calls, 1, size=(options.rows, options.features))
        model.partial_fit(X, X[:, 0] > X.mean(), classes=[False, True])


if __name__ == "__main__":
    main()
