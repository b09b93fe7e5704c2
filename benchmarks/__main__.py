"""How long an epoch takes: skbackprop, scikit-learn, PyTorch and the matrix products alone.

An epoch's time is that of a fit of 1 + N epochs less that of a fit of 1 epoch, over N: what is done once
does not count, for nobody. The contenders take turns; the ratios are medians over the turns. All do the
same work: shapes, batches, Adam, rectifiers, L2 of 1e-4, number type; none scales its inputs.
"""

import argparse
import json
import time
import warnings
from itertools import pairwise

import numpy as np
from scipy import sparse
from sklearn.neural_network import MLPClassifier, MLPRegressor

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


def time_ours(name, X, y, n_epochs, dropout):
    """Return the seconds of a fit of skbackprop."""
    _, _, hidden, batch, n_classes, _ = WORKLOADS[name]
    model = (BackpropClassifier if n_classes else BackpropRegressor)(
        hidden, recipe="textbook", batch_size=batch, max_iter=n_epochs, n_iter_no_change=None, scaling=None,
        dropout=dropout, dtype=str(X.dtype), random_state=0,
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


def main():
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="*", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--dtype", choices=["float32", "float64"], default="float32")
    parser.add_argument("--dropout", type=float, default=0.0, help="for skbackprop and PyTorch")
    parser.add_argument("--small", action="store_true", help="a few seconds, to see that it works")
    parser.add_argument("--no-torch", action="store_true")
    parser.add_argument("--json", help="also write the times to this file")
    options = parser.parse_args()
    if options.small:
        options.only, options.repeats = ["tiny", "digits"], 1
    contenders = {"skbackprop": time_ours, "scikit-learn": time_sklearn, "floor": time_floor}
    try:
        import torch  # noqa: F401

        if not options.no_torch:
            contenders["PyTorch"] = time_torch
    except ImportError:
        print("PyTorch is not installed; it is left out.")
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    results = {}
    print(f"{'workload':11s} {'ours, ms':>9s}   time of the others / ours: median (quartiles)")
    for name in options.only:
        data = make_data(name, options.dtype)
        entrants = {
            k: f for k, f in contenders.items() if name != "text" or k in ("skbackprop", "scikit-learn")
        }
        turns = {k: [] for k in entrants}
        for _ in range(options.repeats):
            for k, contender in entrants.items():
                turns[k].append(epoch_times(contender, name, data, options.dropout, WORKLOADS[name][-1]))
        ours = np.array(turns["skbackprop"])
        line = f"{name:11s} {np.median(ours) * 1e3:9.2f} "
        for k in entrants:
            if k != "skbackprop":
                low, middle, high = np.quantile(np.array(turns[k]) / ours, [0.25, 0.5, 0.75])
                line += f"  {k} {middle:.2f} ({low:.2f}-{high:.2f})"
        print(line, flush=True)
        results[name] = turns
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"options": vars(options), "seconds per epoch": results}, file, indent=1)


if __name__ == "__main__":
    main()
