"""The losses of the regressor: units, objects and names, and the level of other libraries."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import TweedieRegressor
from sklearn.metrics import mean_tweedie_deviance
from threadpoolctl import threadpool_limits

from skbackprop import BackpropRegressor
from skbackprop.network.losses import REGRESSOR_LOSSES

SMALL = {
    "recipe": "textbook",
    "hidden_layer_sizes": (8,),
    "max_iter": 20,
    "batch_size": 20,
    "random_state": 0,
}
SMALL |= {"n_iter_no_change": None, "schedule": "cosine"}


def amounts(n_rows, seed=0):
    """Inputs, their mean function, and amounts in proportion to it, a third of them 0."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(-2, 2, (n_rows, 3))
    mean = np.exp(np.sin(2 * X[:, 0]) + 0.5 * X[:, 1] * (X[:, 2] > 0))
    counts = rng.poisson(1.1, n_rows)
    compound = rng.gamma(np.maximum(2 * counts, 1e-9), mean / 2.2)
    return X, mean, np.where(counts > 0, compound, 0.0), rng.gamma(2.0, mean / 2)


@pytest.mark.parametrize("name", REGRESSOR_LOSSES)
def test_the_unit_of_y_does_not_matter(name):
    X, _, _, y = amounts(100)
    fits = [
        BackpropRegressor(**SMALL, loss=name).fit(X, unit * y).predict(X) / unit for unit in (1, 1e4, 1e-4)
    ]
    for other in fits[1:]:
        np.testing.assert_allclose(other, fits[0], rtol=1e-6)


@pytest.mark.parametrize("name", REGRESSOR_LOSSES)
def test_the_type_of_y_does_not_matter(name):
    X, _, _, y = amounts(100)
    y = y.astype(np.float32)
    fits = [BackpropRegressor(**SMALL, loss=name).fit(X, y.astype(dtype)) for dtype in ("float32", "float64")]
    np.testing.assert_array_equal(*(model.predict(X) for model in fits))


@pytest.mark.parametrize("name", REGRESSOR_LOSSES)
def test_a_loss_is_the_same_by_name_and_as_an_object(name):
    X, _, _, y = amounts(100)
    fits = [BackpropRegressor(**SMALL, loss=loss).fit(X, y) for loss in (name, REGRESSOR_LOSSES[name]())]
    np.testing.assert_array_equal(*(model.predict(X) for model in fits))


class OwnPoisson:
    """A loss as a user would write it."""

    domain = "y >= 0"

    def value(self, y_true, raw_prediction, scratch):
        return (np.exp(raw_prediction) - y_true * raw_prediction).sum(axis=1)

    def delta(self, y_true, raw_prediction, out):
        out[:] = np.exp(raw_prediction) - y_true

    def inverse_link(self, raw_prediction, out):
        np.exp(raw_prediction, out=out)


def test_a_custom_loss_with_a_domain_is_treated_as_the_losses_of_the_package():
    X, _, y, _ = amounts(100)
    fits = [BackpropRegressor(**SMALL, loss=loss).fit(X, y) for loss in (OwnPoisson(), "poisson")]
    np.testing.assert_allclose(*(model.predict(X) for model in fits), rtol=1e-9)
    with pytest.raises(ValueError, match=r"OwnPoisson.* needs y >= 0, but the smallest y is -1"):
        BackpropRegressor(**SMALL, loss=OwnPoisson()).fit(X, y - 1)


@pytest.mark.parametrize(("loss", "power"), [("gamma", 2), ("tweedie", 1.5)])
@threadpool_limits.wrap(1)
def test_deviance_on_new_rows_is_near_that_of_the_true_mean(loss, power):
    """It is nearer than that of boosted trees and of a generalized linear model."""
    (X, _, *train), (X_new, mean, *test) = amounts(600), amounts(4000, seed=1)
    y, y_new = (train[1], test[1]) if power == 2 else (train[0], test[0])
    models = {
        "network": BackpropRegressor(recipe="fast", loss=loss, random_state=0),
        "trees": HistGradientBoostingRegressor(
            loss="gamma" if power == 2 else "poisson", max_iter=40, random_state=0
        ),
        "linear": TweedieRegressor(power=power, link="log", alpha=0, max_iter=1000),
    }
    least = mean_tweedie_deviance(y_new, mean, power=power)
    excess = {
        name: mean_tweedie_deviance(y_new, model.fit(X, y).predict(X_new), power=power) - least
        for name, model in models.items()
    }
    assert 0 < excess["network"] < excess["trees"] < excess["linear"]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("dtype", [bool, np.int8, np.uint8, np.float16, ">i4", object])
@pytest.mark.parametrize("recipe", ["textbook", "fast", "tabular"])
def test_targets_of_every_type_are_the_same_numbers(recipe, dtype):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(120, 3))
    y = X[:, 0] > 0 if dtype is bool else np.where(X[:, 0] > 0, 120, 5 if dtype is np.uint8 else -120)
    model = BackpropRegressor(8, recipe=recipe, max_iter=3, random_state=0)
    expected = clone(model).fit(X, y.astype(float)).partial_fit(X, y.astype(float)).predict(X)
    found = model.fit(X, y.astype(dtype)).partial_fit(X, y.astype(dtype)).predict(X)
    np.testing.assert_array_equal(found, expected)
