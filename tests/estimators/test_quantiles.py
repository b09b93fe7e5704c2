"""Several quantiles at once: in order in every row, and no worse than separate fits."""

import pickle
from itertools import product

import numpy as np
import pytest
from effort import thinned
from sklearn.base import clone
from sklearn.metrics import d2_pinball_score, mean_pinball_loss
from sklearn.model_selection import cross_val_score

from skbackprop import BackpropRegressor, Recipe
from skbackprop.inspection import check_gradients
from skbackprop.network.losses import Quantiles

LEVELS = [0.1, 0.5, 0.9]
SMALL = {"recipe": "textbook", "hidden_layer_sizes": (16,), "activation": "silu", "learning_rate": 0.01}
SMALL |= {
    "schedule": "cosine",
    "batch_size": 100,
    "max_iter": 40,
    "n_iter_no_change": None,
    "random_state": 0,
}


def draw(n_rows, seed):
    """Inputs and targets whose scatter grows with the first input, and is larger upwards than downwards."""
    rng = np.random.default_rng(seed)
    X = rng.uniform(0, 5, (n_rows, 2))
    return X, np.sin(X[:, 0]) + rng.gamma(2, 0.1 + 0.2 * X[:, 0])


X, Y = draw(1000, seed=0)
X_NEW, Y_NEW = draw(4000, seed=1)


def several(**settings):
    return BackpropRegressor(**{**SMALL, "loss": "quantile", "quantile": LEVELS, **settings})


def in_order(predictions):
    return bool((np.diff(predictions, axis=1) >= 0).all())


def losses(predictions):
    """The pinball loss of each column on the new rows."""
    columns = zip(predictions.T, LEVELS, strict=True)
    return np.array([mean_pinball_loss(Y_NEW, column, alpha=q) for column, q in columns])


def test_they_are_as_good_as_separate_fits_and_cover_their_shares():
    together = several().fit(X, Y).predict(X_NEW)
    separate = [several(quantile=q).fit(X, Y).predict(X_NEW) for q in LEVELS]
    assert together.shape == (4000, 3)
    assert losses(together).sum() <= 1.01 * losses(np.column_stack(separate)).sum()
    np.testing.assert_allclose((Y_NEW[:, None] <= together).mean(axis=0), LEVELS, atol=0.04)


LEVELS_IN_ORDER = [[0.5], [0.05, 0.2], [0.8, 0.95, 0.99], np.linspace(0.02, 0.98, 49)]
KINDS_IN_ORDER = list(product(LEVELS_IN_ORDER, [1, 3], [np.float32, np.float64]))


@pytest.mark.parametrize(("levels", "n_estimators", "dtype"), thinned(KINDS_IN_ORDER, 3))
def test_every_row_is_in_order(levels, n_estimators, dtype):
    """Also far from the training rows, in float32, and with half of the targets equal."""
    y = np.where(X[:, 1] > 2.5, Y, 1.0)
    model = several(quantile=levels, n_estimators=n_estimators, max_iter=5).fit(X.astype(dtype), y)
    for factor in (1, 100, -100):
        predicted = model.predict(factor * X_NEW[:500].astype(dtype))
        assert predicted.shape == (500, len(levels))
        assert predicted.dtype == dtype
        assert in_order(predicted)


def test_clipped_predictions_and_those_with_dropout_are_in_order():
    recipe = Recipe("textbook", clip_predictions=True)
    model = several(recipe=recipe, dropout=0.2, n_estimators=2, max_iter=5).fit(X, Y)
    assert in_order(model.predict(100 * X_NEW))
    samples = model.sample_y(X_NEW[:20], 5)
    assert samples.shape == (20, 3, 5)
    mean, std = model.predict(X_NEW[:20], return_std=True)
    assert in_order(mean)
    assert mean.shape == std.shape == (20, 3)


def test_several_networks_predict_the_mean_of_their_quantiles():
    model = several(n_estimators=3, max_iter=5).fit(X, Y)
    loss, scaling = model._model.loss, model._model.targets.scaling
    X_scaled = (X_NEW - model._model.scaling.center) / model._model.scaling.scale
    quantiles = []
    for W, b, V, c in zip(
        *(part[l] for l in (0, 1) for part in (model.coefs_, model.intercepts_)), strict=True
    ):
        z = X_scaled @ W + b
        raw = z / (1 + np.exp(-z)) @ V + c
        loss.inverse_link(raw, out=raw)
        quantiles.append(raw * scaling.scale + scaling.center)
    np.testing.assert_allclose(model.predict(X_NEW), np.mean(quantiles, axis=0), rtol=1e-9)


def test_the_score_is_the_mean_share_of_the_pinball_loss_explained():
    model = several(max_iter=5).fit(X, Y)
    weight = np.linspace(0, 2, 4000)
    for w in (None, weight):
        columns = zip(model.predict(X_NEW).T, LEVELS, strict=True)
        each = [d2_pinball_score(Y_NEW, a, alpha=q, sample_weight=w) for a, q in columns]
        assert model.score(X_NEW, Y_NEW, w) == pytest.approx(np.mean(each), rel=1e-12)
    assert (cross_val_score(several(), X, Y, cv=2) > 0.1).all()


def test_out_of_fold_predictions_are_in_order_and_scored_alike():
    model = several(early_stopping="folds", n_estimators=4, max_iter=10).fit(X, Y)
    assert model.oof_prediction_.shape == (1000, 3)
    assert in_order(model.oof_prediction_)
    each = [d2_pinball_score(Y, a, alpha=q) for a, q in zip(model.oof_prediction_.T, LEVELS, strict=True)]
    assert model.oof_score_ == pytest.approx(np.mean(each), rel=1e-12)


def test_a_copy_predicts_the_same():
    model = several(max_iter=5).fit(X, Y)
    for copy in (pickle.loads(pickle.dumps(model)), clone(model).fit(X, Y)):
        np.testing.assert_array_equal(copy.predict(X_NEW), model.predict(X_NEW))


def test_the_gradient_is_correct():
    for levels in ([0.5], LEVELS, [0.01, 0.02], [0.7, 0.8]):
        assert check_gradients(several(quantile=levels, n_estimators=2), X, Y).passed


@pytest.mark.parametrize("levels", [[], [0.5, 0.1], [0.1, 0.1]], ids=str)
def test_quantiles_in_another_order_are_named(levels):
    with pytest.raises(ValueError, match=r"'quantile' parameter must be .* in increasing order\. Got "):
        several(quantile=levels).fit(X, Y)


@pytest.mark.parametrize("levels", [[0.0, 0.5], [0.5, 1.0], [[0.1, 0.5]], ["0.1"], [0.1, np.nan]], ids=str)
def test_impossible_quantiles_are_named(levels):
    with pytest.raises(ValueError, match=r"'quantile' parameter .* in the range \(0\.0, 1\.0\)\. Got \["):
        several(quantile=levels).fit(X, Y)
    with pytest.raises(ValueError, match=r"'quantile' parameter must be .* in increasing order\. Got "):
        Quantiles(levels)


def test_a_y_of_several_columns_is_refused():
    message = r"predicts 3 numbers for a y of one column, but y has 2 columns; fit one regressor for each"
    with pytest.raises(ValueError, match=f"loss='quantile' {message}"):
        several().fit(X, np.column_stack((Y, Y)))
    with pytest.raises(ValueError, match=message):
        several(loss=Quantiles(LEVELS), quantile=0.5).partial_fit(X, np.column_stack((Y, Y)))


def test_without_inputs_the_quantiles_of_y_are_predicted():
    model = several(hidden_layer_sizes=(), batch_size=500, max_iter=400, alpha=0, scaling=None)
    predicted = model.fit(np.zeros((1000, 1)), Y).predict([[0.0]])
    np.testing.assert_allclose((Y[:, None] <= predicted).mean(axis=0), LEVELS, atol=0.01)
