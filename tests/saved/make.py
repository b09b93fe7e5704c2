"""Make the saved models of this release: ``python tests/saved/make.py``, from the top of the checkout.

``tests/promises/test_saved.py`` loads them, and every later version has to pass it. Run this once for each
release that changes what is saved, and never change files that are there.
"""

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import skops.io

from skbackprop import BackpropClassifier, BackpropRegressor, Checkpoint, __version__

N_ROWS = 120
SMALL = {"hidden_layer_sizes": (4,), "n_estimators": 2, "max_iter": 5, "random_state": 0}


def make_frame(rng):
    """Return a table of numbers with gaps, categories and dates."""
    size = rng.normal(size=N_ROWS).round(2)
    size[::10] = np.nan
    colour = rng.choice(["blue", "green", "red"], N_ROWS)
    day = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 700, N_ROWS), unit="D")
    return pd.DataFrame({"size": size, "colour": colour, "day": day})


def make_models():
    """Return by name (fitted estimator, X, the names of the methods to compare)."""
    rng = np.random.default_rng(0)
    frame, X = make_frame(rng), rng.normal(size=(N_ROWS, 3))
    y = X[:, 0] - X[:, 1] ** 2 + 0.1 * rng.normal(size=N_ROWS)
    label = np.where(frame["colour"] == "red", "yes", "no")
    classes = (y > -1).astype(int) + (y > 0)
    stream = BackpropClassifier(**SMALL)
    for rows in np.split(np.arange(N_ROWS), 4):
        stream.partial_fit(X[rows], classes[rows], classes=[0, 1, 2])
    textbook = BackpropRegressor(
        (4,), "tanh", recipe="textbook", solver="sgd", schedule="cosine", max_iter=20, random_state=0
    )
    return {
        "frame": (BackpropClassifier(**SMALL).fit(frame, label), frame, ["predict_proba", "predict_set"]),
        "intervals": (BackpropRegressor(**SMALL).fit(X, y), X, ["predict", "predict_interval"]),
        "stream": (stream, X, ["predict_proba"]),
        "textbook": (textbook.fit(X, y), X, ["predict"]),
    }


def main():
    """Write the files of this version."""
    folder = Path(__file__).parent / __version__
    folder.mkdir()
    expected = {"numpy": np.__version__, "models": {}}
    for name, (model, X, methods) in make_models().items():
        joblib.dump(model, folder / f"{name}.joblib", compress=9)
        skops.io.dump(model, folder / f"{name}.skops", compression=8, compresslevel=9)  # 8: deflate
        Checkpoint(folder / f"{name}.checkpoint").save(model)
        rows = X[:10]
        outputs = {method: getattr(model, method)(rows).tolist() for method in methods}
        columns = None
        if isinstance(X, pd.DataFrame):
            columns = list(X)
            rows = rows.assign(day=rows["day"].astype(str)).astype(object).where(rows.notna(), None)
        expected["models"][name] = {
            "columns": columns,
            "X": np.asarray(rows).tolist(),
            "outputs": outputs,
        }
    (folder / "expected.json").write_text(json.dumps(expected))


if __name__ == "__main__":
    main()
