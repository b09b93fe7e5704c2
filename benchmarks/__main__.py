"""How long an epoch takes: skbackprop, scikit-learn, PyTorch and the matrix products alone; whole estimators.

An epoch's time is that of a fit of 1 + N epochs less that of a fit of 1 epoch, over N: what is done once
does not count, for nobody. The contenders take turns; the ratios are medians over the turns. All do the
same work: shapes, batches, Adam, rectifiers, L2 of 1e-4, number type; none scales its inputs.
"""

import argparse
import json
import os
import platform
import time
import warnings
from importlib.metadata import version
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.neural_network import MLPClassifier, MLPRegressor

import skbackprop
from benchmarks import estimators
from benchmarks.turns import ratio_text, take_turns
from skbackprop import BackpropClassifier, BackpropRegressor

# rows, features, hidden, batch, classes (0: regression with 3 outputs), epochs to time
WORKLOADS = {
    "tiny": (2_000, 10, (32,), 32, 2, 40),
    "digits": (1_797, 64, (100,), 200, 10, 40),
    "tabular": (20_000, 20, (100, 100), 64, 2, 4),
    "wide": (100_000, 50, (256, 256), 256, 2, 1),
    "mnist": (60_000, 784, (100,), 200, 10, 1),
    "deep": (12_000, 784, (1024, 1024, 1024), 128, 10, 1),
    "text": (20_000, 20_000, (100,), 200, 20, 1),
    "regression": (50_000, 30, (128, 128), 128, 0, 2),
}


def make_data(name, dtype, rows=None):
    """Return random inputs and targets of a workload."""
    n, d, _, _, n_classes, _ = WORKLOADS[name]
    n, rng = rows or n, np.random.default_rng(0)
    if name == "text":
        X = sparse.random(n, d, density=0.005, format="csr", dtype=dtype, rng=rng)
    else:
        X = rng.standard_normal((n, d)).astype(dtype)
    y = rng.integers(0, n_classes, n) if n_classes else rng.standard_normal((n, 3)).astype(dtype)
    return X, y


def time_ours(name, X, y, n_epochs, dropout, dtype=None):
    """Return the seconds of a fit of skbackprop."""
    _, _, hidden, batch, n_classes, _ = WORKLOADS[name]
    model = (BackpropClassifier if n_classes else BackpropRegressor)(
        hidden, recipe="textbook", batch_size=batch, max_iter=n_epochs, n_iter_no_change=None, scaling=None,
        dropout=dropout, dtype=dtype or str(X.dtype), random_state=0,
    )  # fmt: skip
    start = time.perf_counter()
    model.fit(X, y)
    return time.perf_counter() - start


def time_sklearn(name, X, y, n_epochs, dropout):
    """Return the seconds of a fit of scikit-learn's network (which has no dropout)."""
    _, _, hidden, batch, n_classes, _ = WORKLOADS[name]
    model = (MLPClassifier if n_classes else MLPRegressor)(
        hidden_layer_sizes=hidden,
        batch_size=batch,
        max_iter=n_epochs,
        tol=0,
        n_iter_no_change=10**6,
        random_state=0,
    )
    start = time.perf_counter()
    model.fit(X, y)
    return time.perf_counter() - start


def time_torch(name, X, y, n_epochs, dropout):
    """Return the seconds of a training in PyTorch: eager, fused Adam, batches by a permutation."""
    import torch
    from torch import nn

    _, d, hidden, batch, n_classes, _ = WORKLOADS[name]
    X, y = torch.from_numpy(X), torch.from_numpy(y)
    loss = nn.CrossEntropyLoss() if n_classes else nn.MSELoss()
    layers, size = [], d
    for units in hidden:
        layers += [nn.Linear(size, units), nn.ReLU()] + ([nn.Dropout(dropout)] if dropout else [])
        size = units
    network = nn.Sequential(*layers, nn.Linear(size, n_classes or 3)).to(X.dtype)
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3, weight_decay=1e-4, fused=True)
    start = time.perf_counter()
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).split(batch):
            optimizer.zero_grad(set_to_none=True)
            loss(network(X[rows]), y[rows]).backward()
            optimizer.step()
    return time.perf_counter() - start


def time_floor(name, X, y, n_epochs, dropout):
    """Return the seconds of the matrix products of a training alone, into arrays that are there."""
    n, d, hidden, batch, n_classes, _ = WORKLOADS[name]
    sizes = [d, *hidden, (1 if n_classes == 2 else n_classes) or 3]
    a = [np.ones((batch, size), X.dtype) for size in sizes]
    W = [np.ones((m, k), X.dtype) for m, k in pairwise(sizes)]
    dW = [np.empty_like(w) for w in W]
    start = time.perf_counter()
    for _ in range(n_epochs * -(-n // batch)):
        for l, w in enumerate(W):
            np.dot(a[l], w, out=a[l + 1])
        for l in reversed(range(len(W))):
            np.dot(a[l].T, a[l + 1], out=dW[l])
            if l:
                np.dot(a[l + 1], W[l].T, out=a[l])
        a[0][...] = 1e-3  # keeps the numbers of the products finite
    return time.perf_counter() - start


def epoch_times(contender, name, data, dropout, n_epochs):
    """Return the seconds of one epoch."""
    once = contender(name, *data, 1, dropout)
    return (contender(name, *data, 1 + n_epochs, dropout) - once) / n_epochs


def time_ours_as_called(*arguments):
    """Return the seconds of a fit of skbackprop that chooses its dtype itself."""
    return time_ours(*arguments, dtype="auto")


def has_torch():
    """Whether PyTorch can be imported; say so where it cannot."""
    try:
        import torch  # noqa: F401
    except ImportError:
        print("PyTorch is not installed; it is left out.")
        return False
    return True


def entrants(name, mode, torch):
    """Return the contenders of a workload by name."""
    if mode == "as-called":
        return {"skbackprop": time_ours_as_called, "scikit-learn": time_sklearn}
    found = {"skbackprop": time_ours, "scikit-learn": time_sklearn}
    if name != "text":  # its inputs are sparse
        found["floor"] = time_floor
        if torch:
            found["PyTorch"] = time_torch
    return found


def compare_epochs(options, torch):
    """Print the table of epochs; return the seconds."""
    dropout = f", dropout {options.dropout}" if options.dropout else ""
    print(f"An epoch, {options.dtype}{dropout}")
    print(f"{'workload':11s} {'ours, ms':>9s}   time of the others / ours: median (quartiles)")
    results = {}
    for name in options.only:
        data = make_data(name, "float64" if options.dtype == "as-called" else options.dtype)
        n_epochs = WORKLOADS[name][-1]

        def epoch(contender, name=name, data=data, n_epochs=n_epochs):
            return lambda: epoch_times(contender, name, data, options.dropout, n_epochs)

        contenders = {k: epoch(f) for k, f in entrants(name, options.dtype, torch).items()}
        turns = results[name] = take_turns(contenders, options.repeats)
        print(f"{name:11s} {np.median(turns['skbackprop']) * 1e3:9.2f}   {ratio_text(turns)}", flush=True)
    return results


def machine():
    """Return what the figures depend on."""
    packages = ["numpy", "scipy", "scikit-learn"]
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "skbackprop": skbackprop.__version__,
        **{name: version(name) for name in packages},
    }


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["epochs", "estimators"], help="one of the two tables")
    parser.add_argument("--only", nargs="*", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--dtype", choices=["float32", "float64", "as-called"], default="float32",
        help="as-called: float64 input on both sides, and ours chooses what to compute in",
    )  # fmt: skip
    parser.add_argument("--dropout", type=float, default=0.0, help="for skbackprop and PyTorch")
    parser.add_argument("--small", action="store_true", help="a few seconds, to see that it works")
    parser.add_argument("--no-torch", action="store_true")
    parser.add_argument("--json", help="also write the times to this file")
    options = parser.parse_args()
    if options.small:
        options.only, options.repeats = ["tiny", "digits"], 1
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    results = {"options": vars(options), "machine": machine()}
    if options.part != "estimators":
        results["seconds per epoch"] = compare_epochs(options, not options.no_torch and has_torch())
    if options.part != "epochs":
        print("\nWhole estimators, time of the others / ours: median (quartiles)")
        results["estimators"] = estimators.main(options.small)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
