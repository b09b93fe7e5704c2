"""Time and error on large tables: ``python -m benchmarks.large_tables [ROWS ...]``.

The tables are synthetic, with 30 columns: three classes, each of eight normal clouds (scikit-learn's
make_classification, with 1 % of wrong labels), and Friedman's first function of five columns with noise of
standard deviation 1 (make_friedman1). Each model is fitted on ROWS rows in a new process, on two threads,
with its default parameters, and predicts 50,000 other rows. In PyTorch, the number of networks, the layers,
batches and epochs are those of the default recipe. The networks are trained together (products of stacked
matrices, AdamW with its defaults, ReLU), without folds.
"""

import argparse
import os
import subprocess
import sys
import time
import warnings
from itertools import pairwise

import numpy as np
from sklearn.datasets import make_classification, make_friedman1

NEW_ROWS = 50_000
COLUMNS = 30
THREADS = 2


def make_table(task, n_rows):
    """Return X, y to fit and X, y to predict."""
    n = n_rows + NEW_ROWS
    if task == "classification":
        X, y = make_classification(
            n, COLUMNS, n_informative=10, n_classes=3, n_clusters_per_class=8, flip_y=0.01, random_state=0
        )
    else:
        X, y = make_friedman1(n, COLUMNS, noise=1.0, random_state=0)
    X = X.astype(np.float32)
    return X[:n_rows], y[:n_rows], X[n_rows:], y[n_rows:]


def of_task(task, classifier, regressor, **parameters):
    """Return the estimator of a task."""
    return (classifier if task == "classification" else regressor)(random_state=0, **parameters)


def skbackprop_model(task, **parameters):
    """Return an estimator of skbackprop."""
    from skbackprop import BackpropClassifier, BackpropRegressor

    return of_task(task, BackpropClassifier, BackpropRegressor, **parameters)


def trees(task):
    """Return scikit-learn's boosted trees."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    return of_task(task, HistGradientBoostingClassifier, HistGradientBoostingRegressor)


def mlp(task, **parameters):
    """Return scikit-learn's network behind its scaler."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(StandardScaler(), of_task(task, MLPClassifier, MLPRegressor, **parameters))


class TorchNetworks:
    """Networks in PyTorch: their number, layers, batches and epochs are those of the default recipe."""

    def __init__(self, task):
        self.task = task

    def fit(self, X, y):
        """Train the networks."""
        import torch

        from skbackprop.estimators.base import settings_of

        torch.set_num_threads(THREADS)
        torch.manual_seed(0)
        recipe = settings_of(skbackprop_model(self.task), X, sample_weight=None)
        self.mean, self.scale = X.mean(axis=0), X.std(axis=0)
        X = torch.from_numpy((X - self.mean) / self.scale)
        if self.task == "classification":
            n_outputs = int(y.max()) + 1
            y = torch.from_numpy(y)
        else:
            n_outputs = 1
            self.y_mean, self.y_scale = y.mean(), y.std()
            y = torch.tensor((y - self.y_mean) / self.y_scale, dtype=torch.float32)[:, None]
        sizes = [X.shape[1], *recipe.hidden_layer_sizes, n_outputs]
        E = recipe.n_estimators
        self.parameters = []
        for m, n in pairwise(sizes):
            W = torch.randn(E, m, n) * (2 / m) ** 0.5
            self.parameters += [W.requires_grad_(), torch.zeros(E, 1, n, requires_grad=True)]
        optimizer = torch.optim.AdamW(self.parameters, fused=True)
        for _ in range(recipe.max_iter):
            for rows in torch.randperm(len(X)).split(recipe.batch_size):
                optimizer.zero_grad(set_to_none=True)
                z = self._forward(X[rows])
                if self.task == "classification":
                    loss = torch.nn.functional.cross_entropy(z.flatten(0, 1), y[rows].repeat(E)) * E
                else:
                    loss = ((z - y[rows]) ** 2).mean() * E
                loss.backward()
                optimizer.step()
        return self

    def _forward(self, X):
        import torch

        a = X.expand(self.parameters[0].shape[0], *X.shape)
        *hidden, W, b = self.parameters
        for V, c in zip(hidden[::2], hidden[1::2], strict=True):
            a = torch.relu(torch.baddbmm(c, a, V))
        return torch.baddbmm(b, a, W)

    def predict(self, X):
        """Return the classes or values predicted by the mean of the networks."""
        import torch

        with torch.no_grad():
            z = self._forward(torch.from_numpy((X - self.mean) / self.scale))
        if self.task == "classification":
            return torch.softmax(z, dim=2).mean(dim=0).argmax(dim=1).numpy()
        return z.mean(dim=0)[:, 0].numpy() * self.y_scale + self.y_mean


MODELS = {
    "skbackprop": skbackprop_model,
    "recipe='fast'": lambda task: skbackprop_model(task, recipe="fast"),
    "HistGradientBoosting": trees,
    "MLP": mlp,
    "MLP, early_stopping": lambda task: mlp(task, early_stopping=True),
    "PyTorch": TorchNetworks,
}


def measure(name, task, n_rows):
    """Return the seconds of a fit, and the error rate or the RMSE divided by the standard deviation."""
    X, y, X_new, y_new = make_table(task, n_rows)
    model = MODELS[name](task)
    start = time.perf_counter()
    model.fit(X, y)
    seconds = time.perf_counter() - start
    predicted = model.predict(X_new)
    if task == "classification":
        return seconds, np.mean(predicted != y_new)
    return seconds, np.sqrt(np.mean((predicted - y_new) ** 2)) / y_new.std()


def main(numbers, tasks, names):
    """Print a line for each model, task and number of rows."""
    environment = dict(os.environ, OPENBLAS_NUM_THREADS=str(THREADS), OMP_NUM_THREADS=str(THREADS))
    for task in tasks:
        print(f"{task}: seconds of the fit, {'error' if task == 'classification' else 'RMSE / std'}")
        for n_rows in numbers:
            for name in names:
                arguments = ["--measure", name, task, str(n_rows)]
                program = [sys.executable, "-m", "benchmarks.large_tables", *arguments]
                output = subprocess.run(program, env=environment, check=True, capture_output=True, text=True)
                print(f"  {n_rows:>9,}  {name:22s} {output.stdout.strip()}", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        warnings.simplefilter("ignore")
        print("{:8.1f} s  {:.4f}".format(*measure(*sys.argv[2:4], int(sys.argv[4]))))
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("rows", type=int, nargs="*", default=[10_000, 100_000, 500_000])
        parser.add_argument("--tasks", nargs="+", default=["classification", "regression"])
        parser.add_argument("--models", nargs="+", default=list(MODELS))
        options = parser.parse_args()
        main(options.rows, options.tasks, options.models)
