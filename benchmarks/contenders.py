"""The contenders of an epoch: skbackprop, scikit-learn, PyTorch and the matrix products alone.

The time of an epoch is the time of a fit of 1 + N epochs minus that of a fit of 1 epoch, divided by N, so
that one-time costs are excluded. All contenders do the same work: layer sizes, batches, Adam, ReLU, an L2
penalty of 1e-4, number type, no scaling of the inputs.

Each measurement runs in a separate process, ``python -m benchmarks.contenders NAME WORKLOAD DTYPE DROPOUT``,
which prints the seconds. In one process the contenders would influence each other's times through waiting
threads and the state of the allocator.
"""

import math
import subprocess
import sys
import time
import warnings
from itertools import pairwise

import numpy as np
from scipy import sparse

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


def make_data(name, dtype):
    """Return random inputs and targets of a workload."""
    n, d, _, _, n_classes, _ = WORKLOADS[name]
    rng = np.random.default_rng(0)
    if name == "text":
        X = sparse.random(n, d, density=0.005, format="csr", dtype=dtype, rng=rng)
    else:
        X = rng.standard_normal((n, d)).astype(dtype)
    y = rng.integers(0, n_classes, n) if n_classes else rng.standard_normal((n, 3)).astype(dtype)
    return X, y


def time_ours(name, X, y, n_epochs, dropout, dtype=None):
    """Return the seconds of a fit of skbackprop."""
    import skbackprop

    _, _, hidden, batch, n_classes, _ = WORKLOADS[name]
    model = (skbackprop.BackpropClassifier if n_classes else skbackprop.BackpropRegressor)(
        hidden, recipe="textbook", batch_size=batch, max_iter=n_epochs, n_iter_no_change=None, scaling=None,
        dropout=dropout, dtype=dtype or str(X.dtype), random_state=0,
    )  # fmt: skip
    start = time.perf_counter()
    model.fit(X, y)
    return time.perf_counter() - start


def time_sklearn(name, X, y, n_epochs, dropout):
    """Return the seconds of a fit of scikit-learn's network (which has no dropout)."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

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
    """Return the seconds of the matrix products of a training alone, written into preallocated arrays."""
    n, d, hidden, batch, n_classes, _ = WORKLOADS[name]
    sizes = [d, *hidden, (1 if n_classes == 2 else n_classes) or 3]
    a = [np.ones((batch, size), X.dtype) for size in sizes]
    W = [np.ones((m, k), X.dtype) for m, k in pairwise(sizes)]
    dW = [np.empty_like(w) for w in W]
    start = time.perf_counter()
    for _ in range(n_epochs * math.ceil(n / batch)):
        for l, w in enumerate(W):
            np.dot(a[l], w, out=a[l + 1])
        for l in reversed(range(len(W))):
            np.dot(a[l].T, a[l + 1], out=dW[l])
            if l:
                np.dot(a[l + 1], W[l].T, out=a[l])
        a[0][...] = 1e-3  # keeps the products finite
    return time.perf_counter() - start


def time_ours_as_called(*arguments):
    """Return the seconds of a fit of skbackprop with dtype="auto"."""
    return time_ours(*arguments, dtype="auto")


CONTENDERS = {
    "skbackprop": time_ours,
    "skbackprop as called": time_ours_as_called,
    "scikit-learn": time_sklearn,
    "PyTorch": time_torch,
    "floor": time_floor,
}


def epoch_seconds(contender, name, dtype, dropout):
    """Return the seconds of one epoch, after a warm-up epoch."""
    measure, n_epochs, data = CONTENDERS[contender], WORKLOADS[name][-1], make_data(name, dtype)
    measure(name, *data, 1, dropout)
    once = measure(name, *data, 1, dropout)
    return (measure(name, *data, 1 + n_epochs, dropout) - once) / n_epochs


def epoch_seconds_of_a_new_process(*arguments):
    """Return the result of :func:`epoch_seconds` in a new process."""
    program = [sys.executable, "-m", "benchmarks.contenders", *map(str, arguments)]
    return float(subprocess.run(program, check=True, capture_output=True, text=True).stdout)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    print(epoch_seconds(*sys.argv[1:4], float(sys.argv[4])))
