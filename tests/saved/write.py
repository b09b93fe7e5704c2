"""Writes the fixtures of the present version; see README.md. Run it once for each release."""

import warnings
from pathlib import Path

import joblib
import numpy as np
from sklearn.datasets import load_diabetes, load_iris

from skbackprop import BackpropClassifier, BackpropRegressor, __version__

FOLDER = Path(__file__).parent
ESTIMATORS = {
    "classifier": BackpropClassifier((6, 5), max_iter=3, random_state=0),
    "classifier_textbook": BackpropClassifier(
        (6,),
        recipe="textbook",
        activation="sigmoid",
        dropout=0.1,
        max_iter=3,
        warm_start=True,
        random_state=0,
    ),
    "regressor": BackpropRegressor((6, 5), max_iter=3, random_state=0),
    "regressor_poisson": BackpropRegressor((), loss="poisson", random_state=0),
}


def main():
    warnings.simplefilter("ignore")
    for name, estimator in ESTIMATORS.items():
        load = load_iris if name.startswith("classifier") else load_diabetes
        X, y = load(return_X_y=True)
        estimator.fit(X, y)
        predict = getattr(estimator, "predict_proba", estimator.predict)
        joblib.dump(estimator, FOLDER / f"{__version__}-{name}.joblib", compress=9, protocol=4)
        np.save(FOLDER / f"{__version__}-{name}.npy", predict(X[::10]))


if __name__ == "__main__":
    main()
