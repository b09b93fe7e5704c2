"""What holds for every loss of the registries: weights are repetition, and the documentation names it."""

from dataclasses import fields, is_dataclass
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from effort import thinned

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.estimators import parameters
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES

GUIDE = Path(__file__).parents[2] / "docs/guide/losses.rst"
RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
AMOUNTS = np.exp(X[:, 0]) * RNG.gamma(2.0, size=60) + 0.1
LABELS = np.digitize(X[:, 0] + RNG.normal(size=60), [-0.5, 0.5])
WEIGHTS = RNG.integers(0, 4, 60)
TWICE = np.repeat(np.arange(60), WEIGHTS)

# (estimator, y): every loss of the classifier with two, three and several classes, every one of the
# regressor with one target and two, and several quantiles.
CASES = {
    f"{loss}, {kind}": (BackpropClassifier(loss=loss), y)
    for loss in CLASSIFIER_LOSSES
    for kind, y in {
        "binary": LABELS > 0,
        "multiclass": LABELS,
        "multilabel": np.column_stack((LABELS > 0, LABELS > 1)).astype(int),
    }.items()
}
CASES |= {
    f"{loss}, {kind}": (BackpropRegressor(loss=loss), y)
    for loss in REGRESSOR_LOSSES
    for kind, y in {"one": AMOUNTS, "two": np.column_stack((AMOUNTS, AMOUNTS[::-1]))}.items()
}
CASES["quantiles, one"] = BackpropRegressor(loss="quantile", quantile=[0.1, 0.5, 0.9]), AMOUNTS


@pytest.mark.parametrize(
    ("case", "n_estimators", "dtype"), thinned(list(product(CASES, [1, 3], ["float32", "float64"])), 7)
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")  # five iterations are not many
def test_a_weight_is_so_many_rows(case, n_estimators, dtype):
    """The steps of L-BFGS do not depend on the batches; with blocks of 20 rows no equal rows are merged."""
    estimator, y = CASES[case]
    estimator.set_params(recipe="textbook", hidden_layer_sizes=(6,), activation="tanh", solver="lbfgs")
    estimator.set_params(n_estimators=n_estimators, dtype=dtype, batch_size=20, max_iter=5, random_state=0)
    predict = estimator.predict_proba if hasattr(estimator, "predict_proba") else estimator.predict
    estimator.fit(X, y, sample_weight=WEIGHTS)
    weighted, weighted_loss = predict(X), estimator.loss_
    estimator.fit(X[TWICE], y[TWICE])
    tolerance = 1e-9 if dtype == "float64" else 2e-3
    assert estimator.loss_ == pytest.approx(weighted_loss, rel=tolerance)
    np.testing.assert_allclose(predict(X), weighted, rtol=tolerance, atol=tolerance * np.abs(weighted).max())
    estimator.fit(X, y)
    assert np.abs(predict(X) - weighted).max() > 10 * tolerance, "the weights made no difference"


@pytest.mark.parametrize(
    ("table", "name", "loss"),
    [("CLASSIFIER", *entry) for entry in CLASSIFIER_LOSSES.items()]
    + [("REGRESSOR", *entry) for entry in REGRESSOR_LOSSES.items()],
)
def test_every_loss_is_in_the_parameters_and_in_the_guide(table, name, loss):
    described = {each.name: each.description for each in getattr(parameters, table)}
    assert f'"{name}"' in described["loss"]
    assert f'``"{name}"``' in GUIDE.read_text()
    for parameter in fields(loss) if is_dataclass(loss) else ():
        # A parameter of a loss is one of the estimator, or is set by an object.
        assert parameter.name in described or f"``{loss.__name__}({parameter.name})``" in described["loss"]
