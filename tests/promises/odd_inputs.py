"""Two hundred odd inputs, for comparing what scikit-learn's estimators accept with what these accept.

Run as a program it prints each input about which the three differ, who accepts it and what the others say.
"""

import datetime
import sys
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
from containers import on_disk, read_only, with_duplicates
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skbackprop import BackpropClassifier, BackpropRegressor

N = 60
X = np.random.default_rng(0).normal(size=(N, 4)).round(3)
CLASSES = (X[:, 0] > 0).astype(int)
NUMBERS = X @ [1.0, 2.0, 0.0, -1.0]
FRAME = pd.DataFrame(X, columns=list("abcd"))


def with_value(value, dtype=float):
    changed = X.astype(dtype)
    changed[3, 1] = value
    return changed


def as_objects(make):
    return np.array([[make(v) for v in row] for row in X.tolist()], dtype=object)


class HasArray:
    """An object that is no array, but can be made one."""

    def __array__(self, dtype=None, copy=None):
        return np.array(X, dtype=dtype)


DAYS = pd.date_range("2020-01-01", periods=N)
INPUTS = {
    "float64": X,
    "float32": X.astype(np.float32),
    "float16": X.astype(np.float16),
    "longdouble": X.astype(np.longdouble),
    "int8": X.astype(np.int8),
    "uint64": np.abs(X).astype(np.uint64),
    "bool": X > 0,
    "complex": X.astype(complex),
    "complex without imaginary part, in a list": [[complex(v) for v in row] for row in X],
    "objects that are floats": X.astype(object),
    "objects with None": with_value(None, object),
    "objects with NaN": with_value(np.nan, object),
    "Decimals": as_objects(lambda v: Decimal(str(v))),
    "Fractions": as_objects(lambda v: Fraction(str(v))),
    "strings of numbers": X.astype(str),
    "objects that are strings of numbers": X.astype(str).astype(object),
    "words": np.where(X > 0, "yes", "no"),
    "bytes": X.astype("S8"),
    "dates": np.tile(DAYS.to_numpy()[:, None], 4),
    "durations": np.tile((DAYS - DAYS[0]).to_numpy()[:, None], 4),
    "structured": np.zeros(N, dtype=[("a", float), ("b", float)]),
    "a NaN": with_value(np.nan),
    "a NaN in float32": with_value(np.nan, np.float32),
    "a column of NaN": np.where(np.arange(4) == 2, np.nan, X),
    "all NaN": np.full(X.shape, np.nan),
    "infinity": with_value(np.inf),
    "minus infinity": with_value(-np.inf),
    "1e300": with_value(1e300),
    "1e39, more than float32 holds": with_value(1e39),
    "denormal": X * 1e-310,
    "zeros": np.zeros(X.shape),
    "a constant column": np.where(np.arange(4) == 2, 7.0, X),
    "Fortran order": np.asfortranarray(X),
    "every second row": np.repeat(X, 2, axis=0)[::2],
    "backwards": X[::-1][::-1],
    "read-only": read_only(X),
    "big-endian": X.astype(">f8"),
    "memory map": on_disk(X),
    "masked array": np.ma.array(X, mask=X > 2),
    "matrix": np.asmatrix(X),
    "list of lists": X.tolist(),
    "list of arrays": list(X),
    "tuple of tuples": tuple(map(tuple, X.tolist())),
    "object with __array__": HasArray(),
    "ragged": [[1.0, 2.0], [3.0]] * (N // 2),
    "one-dimensional": X[:, 0],
    "three-dimensional": X[:, :, None],
    "a number": 3.0,
    "None": None,
    "a string": "abcd",
    "a dict of columns": {name: FRAME[name].tolist() for name in FRAME},
    "a set": {1.0, 2.0},
    "a generator": (row for row in X.tolist()),
    "no rows": X[:0],
    "no columns": X[:, :0],
    "one column": X[:, :1],
    "frame": FRAME,
    "frame with whole numbers as names": FRAME.set_axis([3, 2, 1, 0], axis=1),
    "frame with names of several types": FRAME.set_axis(["a", 1, "c", 2.5], axis=1),
    "frame with equal names": FRAME.set_axis(["a", "a", "b", "c"], axis=1),
    "frame with levels of names": FRAME.set_axis(pd.MultiIndex.from_product([["p", "q"], [0, 1]]), axis=1),
    "frame with an odd index": FRAME.set_axis(np.arange(N)[::-1] * 7),
    "frame without columns": FRAME[[]],
    "frame without rows": FRAME[:0],
    "frame of float32": FRAME.astype(np.float32),
    "frame of nullable floats": FRAME.astype("Float64"),
    "frame of nullable floats with NA": FRAME.astype("Float64").mask(FRAME > 1.5),
    "frame of nullable integers with NA": FRAME.round().astype("Int64").mask(FRAME > 1.5),
    "frame of nullable booleans": (FRAME > 0).astype("boolean"),
    "frame of nullable booleans with NA": (FRAME > 0).astype("boolean").mask(FRAME > 1.5),
    "frame of sparse columns": FRAME.astype(pd.SparseDtype(float, 0.0)),
    "frame with a column of objects that are numbers": FRAME.assign(b=FRAME["b"].astype(object)),
    "frame with a column of Decimals": FRAME.assign(b=[Decimal(str(v)) for v in FRAME["b"]]),
    "frame with a column of words": FRAME.assign(b=np.where(FRAME["b"] > 0, "yes", "no")),
    "frame with a column of words and None": FRAME.assign(b=np.where(FRAME["b"] > 0, "yes", None)),
    "frame with a categorical column": FRAME.assign(b=pd.Categorical(np.where(FRAME["b"] > 0, "yes", "no"))),
    "frame with a categorical column of numbers": FRAME.assign(b=pd.Categorical((FRAME["b"] > 0) * 1)),
    "frame with dates": FRAME.assign(b=DAYS),
    "frame with dates and NaT": FRAME.assign(b=DAYS.where(FRAME["b"] > -1)),
    "frame with dates in a zone": FRAME.assign(b=DAYS.tz_localize("Europe/Zurich")),
    "frame with durations": FRAME.assign(b=DAYS - DAYS[0]),
    "frame with periods": FRAME.assign(b=DAYS.to_period("D")),
    "frame with date objects": FRAME.assign(b=[day.date() for day in DAYS]),
    "frame with time objects": FRAME.assign(b=[datetime.time(i % 24, i % 60) for i in range(N)]),
    "frame with complex numbers": FRAME.assign(b=FRAME["b"].astype(complex)),
    "frame with lists": FRAME.assign(b=[[v] for v in FRAME["b"]]),
    "frame with bytes": FRAME.assign(b=[b"x"] * N),
    "frame with words and numbers in one column": FRAME.assign(b=["x", 1.5] * (N // 2)),
    "frame with infinity": FRAME.assign(b=np.inf),
    "frame with an empty column": FRAME.assign(b=np.nan),
    "frame with a column of None": FRAME.assign(b=None),
    "series": FRAME["a"],
    "CSR": sparse.csr_array(X),
    "CSC": sparse.csc_array(X),
    "COO": sparse.coo_array(X),
    "DIA": sparse.dia_array(X),
    "LIL": sparse.lil_array(X),
    "BSR matrix": sparse.bsr_matrix(X),
    "DOK matrix": sparse.dok_matrix(X),
    "CSR of float32": sparse.csr_array(X.astype(np.float32)),
    "CSR of integers": sparse.csr_array(X.astype(int)),
    "CSR of booleans": sparse.csr_array(X > 0),
    "CSR with duplicates": with_duplicates(X),
    "CSR with a NaN": sparse.csr_array(with_value(np.nan)),
    "CSR without rows": sparse.csr_array(X[:0]),
    "CSR without stored numbers": sparse.csr_array(X.shape),
}
LABELS = {
    "booleans": CLASSES > 0,
    "whole floats": CLASSES.astype(float),
    "floats": NUMBERS,
    "words": np.where(CLASSES, "yes", "no"),
    "objects that are words": np.where(CLASSES, "yes", "no").astype(object),
    "words and numbers": np.array(["yes", 0] * (N // 2), dtype=object),
    "None among words": np.array(["yes", None] * (N // 2), dtype=object),
    "NaN": np.where(np.arange(N) == 5, np.nan, CLASSES),
    "infinity": np.where(np.arange(N) == 5, np.inf, CLASSES),
    "one class": np.zeros(N, int),
    "a class of one row": np.where(np.arange(N) == 5, 2, CLASSES),
    "every row its class": np.arange(N),
    "minus one and one": 2 * CLASSES - 1,
    "large integers": CLASSES + 2**62,
    "a column": CLASSES[:, None],
    "an indicator matrix": np.eye(3, dtype=int)[np.arange(N) % 3] | CLASSES[:, None],
    "a sparse indicator matrix": sparse.csr_array(np.eye(3, dtype=int)[np.arange(N) % 3]),
    "two columns of classes": np.stack([np.arange(N) % 3, np.arange(N) % 4], axis=1),
    "a list": CLASSES.tolist(),
    "a tuple": tuple(CLASSES.tolist()),
    "a series": pd.Series(CLASSES),
    "a frame of one column": pd.DataFrame({"y": CLASSES}),
    "a categorical series": pd.Series(np.where(CLASSES, "yes", "no"), dtype="category"),
    "nullable integers": pd.Series(CLASSES, dtype="Int64"),
    "nullable integers with NA": pd.Series(CLASSES, dtype="Int64").mask(np.arange(N) == 5),
    "nullable booleans": pd.Series(CLASSES > 0, dtype="boolean"),
    "nullable strings": pd.Series(np.where(CLASSES, "yes", "no"), dtype="string"),
    "dates": DAYS.to_numpy()[CLASSES],
    "bytes": np.where(CLASSES, b"yes", b"no"),
    "complex": CLASSES.astype(complex),
    "too short": CLASSES[:-1],
    "empty": CLASSES[:0],
    "None": None,
    "a number": 1,
}
TARGETS = {
    "integers": np.arange(N),
    "booleans": CLASSES > 0,
    "float32": NUMBERS.astype(np.float32),
    "words": np.where(CLASSES, "yes", "no"),
    "strings of numbers": NUMBERS.astype(str),
    "NaN": np.where(np.arange(N) == 5, np.nan, NUMBERS),
    "infinity": np.where(np.arange(N) == 5, np.inf, NUMBERS),
    "a column": NUMBERS[:, None],
    "three columns": np.stack([NUMBERS, -NUMBERS, NUMBERS**2], axis=1),
    "constant": np.full(N, 3.0),
    "1e300": NUMBERS * 1e300,
    "1e30": NUMBERS * 1e30,
    "denormal": NUMBERS * 1e-310,
    "objects that are floats": NUMBERS.astype(object),
    "Decimals": np.array([Decimal(str(v)) for v in NUMBERS], dtype=object),
    "complex": NUMBERS.astype(complex),
    "a list": NUMBERS.tolist(),
    "a series": pd.Series(NUMBERS),
    "a frame of one column": pd.DataFrame({"y": NUMBERS}),
    "nullable floats": pd.Series(NUMBERS, dtype="Float64"),
    "nullable floats with NA": pd.Series(NUMBERS, dtype="Float64").mask(np.arange(N) == 5),
    "CSR": sparse.csr_array(NUMBERS[:, None]),
    "dates": DAYS.to_numpy(),
    "too short": NUMBERS[:-1],
    "None": None,
}
ONES = np.ones(N)
WEIGHTS = {
    "None": None,
    "ones": ONES,
    "integers": ONES.astype(int),
    "a list": ONES.tolist(),
    "a series": pd.Series(ONES),
    "a number": 2.0,
    "zeros": 0 * ONES,
    "one positive": (np.arange(N) == 5) * 1.0,
    "a class without weight": CLASSES * 1.0,
    "negative": -ONES,
    "one negative": np.where(np.arange(N) == 5, -1.0, 1.0),
    "NaN": np.where(np.arange(N) == 5, np.nan, 1.0),
    "infinity": np.where(np.arange(N) == 5, np.inf, 1.0),
    "1e300": ONES * 1e300,
    "a column": ONES[:, None],
    "too short": ONES[:-1],
    "words": np.array(["x"] * N),
}
FEW_ROWS = {"one row": 1, "two rows": 2, "three rows": 3}


def cases():
    """Return {name: (task, X, y, sample_weight)}."""
    found = {}
    for task, y in (("classifier", CLASSES), ("regressor", NUMBERS)):
        for name, value in INPUTS.items():
            if task == "classifier" or name in ("float64", "frame with dates", "a NaN", "CSR"):
                found[f"{task}: X: {name}"] = task, value, y, None
        for name, value in (LABELS if task == "classifier" else TARGETS).items():
            found[f"{task}: y: {name}"] = task, X, value, None
        for name, value in WEIGHTS.items():
            found[f"{task}: sample_weight: {name}"] = task, X, y, value
        for name, n in FEW_ROWS.items():
            found[f"{task}: {name}"] = task, X[:n], y[:n], None
    return found


# The inputs about which the three differ, by the rows of the table in docs/mlpclassifier.rst.
DIFFERENCES = {
    "Missing values in X": [
        "classifier: X: objects with None",
        "classifier: X: objects with NaN",
        "classifier: X: a NaN",
        "classifier: X: a NaN in float32",
        "classifier: X: frame of nullable floats with NA",
        "classifier: X: frame of nullable integers with NA",
        "classifier: X: frame of nullable booleans with NA",
        "regressor: X: a NaN",
    ],
    "A column of X without any value": [
        "classifier: X: a column of NaN",
        "classifier: X: all NaN",
        "classifier: X: frame with an empty column",
        "classifier: X: frame with a column of None",
    ],
    "A categorical column of a data frame": ["classifier: X: frame with a categorical column"],
    "Text columns in a data frame": [
        "classifier: X: frame with a column of words",
        "classifier: X: frame with a column of words and None",
        "classifier: X: frame with words and numbers in one column",
    ],
    "An array of dates or of durations": ["classifier: X: dates", "classifier: X: durations"],
    "A data frame with dates, times or durations": [
        "classifier: X: frame with dates",
        "classifier: X: frame with dates and NaT",
        "classifier: X: frame with dates in a zone",
        "classifier: X: frame with durations",
        "classifier: X: frame with date objects",
        "classifier: X: frame with time objects",
        "regressor: X: frame with dates",
    ],
    "A sparse matrix or frame as X": [
        "classifier: X: frame of sparse columns",
        "classifier: X: CSR",
        "classifier: X: CSC",
        "classifier: X: COO",
        "classifier: X: DIA",
        "classifier: X: LIL",
        "classifier: X: BSR matrix",
        "classifier: X: DOK matrix",
        "classifier: X: CSR of float32",
        "classifier: X: CSR of integers",
        "classifier: X: CSR of booleans",
        "classifier: X: CSR with duplicates",
        "classifier: X: CSR without stored numbers",
        "regressor: X: CSR",
    ],
    "y with several columns": [
        "classifier: y: an indicator matrix",
        "classifier: y: a sparse indicator matrix",
        "regressor: y: three columns",
    ],
    "Text that holds numbers, or bytes": [
        "classifier: X: strings of numbers",
        "classifier: X: bytes",
        "regressor: y: strings of numbers",
    ],
    "Dates as y": ["regressor: y: dates"],
    "Infinite values in X": [
        "classifier: X: infinity",
        "classifier: X: minus infinity",
        "classifier: X: frame with infinity",
    ],
    "Numbers near 1e300 in X or y": ["classifier: X: 1e300", "regressor: y: 1e300"],
    "Negative weights": [
        "classifier: sample_weight: negative",
        "classifier: sample_weight: one negative",
        "regressor: sample_weight: negative",
        "regressor: sample_weight: one negative",
    ],
}

QUICK = {"random_state": 0, "max_iter": 3}
ESTIMATORS = {
    "classifier": {
        "skbackprop": BackpropClassifier(recipe="textbook", **QUICK),
        "MLP": MLPClassifier(**QUICK),
        "HistGradientBoosting": HistGradientBoostingClassifier(**QUICK),
    },
    "regressor": {
        "skbackprop": BackpropRegressor(recipe="textbook", **QUICK),
        "MLP": MLPRegressor(**QUICK),
        "HistGradientBoosting": HistGradientBoostingRegressor(**QUICK),
    },
}


def refusal(estimator, X, y, sample_weight):
    """Return None where `estimator` fits and predicts, else the error."""
    weights = {} if sample_weight is None else {"sample_weight": sample_weight}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            predicted = estimator.fit(X, y, **weights).predict(X)
            finite = predicted.dtype.kind != "f" or np.isfinite(predicted).all()
            return None if finite else ValueError("predicts what is not finite")
        except Exception as error:
            return error


def verdicts(task, X, y, sample_weight):
    """Return {estimator's name: None or the error}."""
    if hasattr(X, "send"):  # a generator can be read once only
        rows = list(X)
        return {name: refusal(e, iter(rows), y, sample_weight) for name, e in ESTIMATORS[task].items()}
    return {name: refusal(e, X, y, sample_weight) for name, e in ESTIMATORS[task].items()}


def main():
    """Print every input about which the three differ."""
    everything = cases()
    for name, case in everything.items():
        found = verdicts(*case)
        if len({error is None for error in found.values()}) > 1 or "-v" in sys.argv:
            print(name)
            for estimator, error in found.items():
                said = "accepts" if error is None else f"{type(error).__name__}: {str(error)[:150]!r}"
                print(f"    {estimator:20s} {said}")
    print(len(everything), "inputs")


if __name__ == "__main__":
    main()
