"""Accuracy of the default parameters on a folder of tables: ``python -m benchmarks.quality --data FOLDER``.

FOLDER/tabular/index.json lists the tables (name, task, numeric and categorical columns). Each table is a
compressed CSV file with a column ``split`` (train or test) and a column ``target``. skbackprop gets the raw
frames, the other models get imputed, standardized and one-hot encoded columns. The program prints, for
classification and for regression, the geometric mean of the error rate or RMSE / std, shifted by 0.01, the
mean log-loss, and the CPU seconds of the fits.
"""

import argparse
import json
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor

SHIFT = 0.01


def prepared(model, table):
    """Return a pipeline of `model` with imputation, standardization and one-hot encoding."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    columns = [("numbers", numbers, table["numeric"]), ("categories", categories, table["categorical"])]
    return make_pipeline(ColumnTransformer(columns), model)


def make(name, table, seed):
    """Return the model of that name for a table."""
    regression = table["task"] == "regression"
    if name in ("tabular", "fast", "textbook"):
        return (BackpropRegressor if regression else BackpropClassifier)(recipe=name, random_state=seed)
    if name == "mlp":
        return prepared((MLPRegressor if regression else MLPClassifier)(random_state=seed), table)
    boosting = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    return prepared(boosting(random_state=seed), table)


def evaluate(name, table, train, test, seed):
    """Return (error rate or RMSE / std, log-loss or None, CPU seconds of the fit)."""
    columns = table["numeric"] + table["categorical"]
    model = make(name, table, seed)
    started = time.process_time()
    model.fit(train[columns], train["target"])
    seconds = time.process_time() - started
    y = test["target"]
    if table["task"] == "regression":
        residual = model.predict(test[columns]) - y
        return np.sqrt((residual**2).mean()) / y.std(ddof=0), None, seconds
    loss = log_loss(y, model.predict_proba(test[columns]), labels=model.classes_)
    return (model.predict(test[columns]) != y).mean(), loss, seconds


def main():
    """Print one line per data set, and the means."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", nargs="*", default=["tabular", "fast", "textbook", "mlp", "boosting"])
    parser.add_argument("--seeds", nargs="*", type=int, default=[0])
    parser.add_argument("--sets", nargs="*")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    folder = options.data / "tabular"
    results = {(task, m): [] for task in ("classification", "regression") for m in options.models}
    for table in json.loads((folder / "index.json").read_text()):
        if options.sets and table["name"] not in options.sets:
            continue
        regression = table["task"] == "regression"
        types = dict.fromkeys(table["categorical"], "category") | ({} if regression else {"target": str})
        frame = pd.read_csv(folder / f"{table['name']}.csv.gz", dtype=types)
        train, test = frame[frame["split"] == "train"], frame[frame["split"] == "test"]
        line = f"{table['name']:20s}"
        for m in options.models:
            runs = np.array([evaluate(m, table, train, test, seed) for seed in options.seeds], dtype=float)
            results["regression" if regression else "classification", m].append(runs.mean(axis=0))
            line += f"  {m} {runs[:, 0].mean():.4f}"
        print(line, flush=True)
    for (task, m), rows in results.items():
        if rows:
            errors, losses, seconds = np.array(rows).T
            mean = np.exp(np.log(errors + SHIFT).mean()) - SHIFT
            print(
                f"{task:14s} {m:9s} error {mean:.4f}  log-loss {losses.mean():.3f}  CPU {seconds.sum():.1f} s"
            )


if __name__ == "__main__":
    main()
