"""Intervals and sets of fitted networks."""

import math
import pickle

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.datasets import (
    make_classification,
    make_friedman1,
    make_multilabel_classification,
    make_regression,
)
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.network.members import member
from tests.model.test_conformal import plain_level

SMALL = {
    "hidden_layer_sizes": (8,),
    "n_estimators": 4,
    "max_iter": 20,  # fewer would leave networks that differ, whose intervals are wide
    "early_stopping": "folds",
    "random_state": 0,
}
X_REAL, X_REAL_NEW, Y_REAL, Y_REAL_NEW = train_test_split(
    *make_regression(1400, 5, noise=30.0, random_state=0), train_size=300, random_state=0
)
X, X_NEW, Y, Y_NEW = train_test_split(
    *make_classification(
        1400, 8, n_informative=4, n_classes=3, n_clusters_per_class=1, flip_y=0.3, random_state=0
    ),
    train_size=300,
    random_state=0,
)


@pytest.fixture(scope="module")
def regressor():
    return BackpropRegressor(**SMALL).fit(X_REAL, Y_REAL)


@pytest.fixture(scope="module")
def classifier():
    return BackpropClassifier(**SMALL).fit(X, Y)


def inside(bounds, y):
    return np.mean((bounds[:, 0] <= y) & (y <= bounds[:, 1]))


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
def test_new_rows_are_covered(regressor, classifier, coverage):
    # 300 held-out rows leave a standard deviation of the coverage of sqrt(c (1 - c) / 300), 1,100 new ones
    # as well.
    deviation = np.sqrt(coverage * (1 - coverage) * (1 / 300 + 1 / 1100))
    bounds = regressor.predict_interval(X_REAL_NEW, coverage)
    assert abs(inside(bounds, Y_REAL_NEW) - coverage) < 3 * deviation
    contained = classifier.predict_set(X_NEW, coverage)
    assert abs(contained[np.arange(len(Y_NEW)), Y_NEW].mean() - coverage) < 3 * deviation


@pytest.mark.parametrize("coverage", [0.05, 0.2, 0.4])
def test_small_coverages_of_networks_that_differ(coverage):
    # Little noise and few rows: the networks differ by more than their smaller errors.
    rng = np.random.default_rng(0)
    hits = []
    for seed in range(3):
        features = rng.standard_normal((1300, 5))
        y = features[:, 0] * features[:, 1] + np.sin(2 * features[:, 2]) + 0.05 * rng.standard_normal(1300)
        model = BackpropRegressor(**{**SMALL, "max_iter": 20, "random_state": seed})
        bounds = model.fit(features[:300], y[:300]).predict_interval(features[300:], coverage)
        assert (bounds[:, 0] <= bounds[:, 1]).all()
        hits.append(inside(bounds, y[300:]))
    assert np.mean(hits) > coverage - 3 * np.sqrt(coverage * (1 - coverage) * (1 / 900 + 1 / 3000))


def test_intervals_of_networks_that_differ_are_not_too_wide():
    hits, of_plain_cv_plus = [], []
    for seed in range(3):
        features, y = make_friedman1(1300, noise=1.0, random_state=seed)
        model = BackpropRegressor(recipe="fast", random_state=seed).fit(features[:300], y[:300])
        hits.append(inside(model.predict_interval(features[300:], 0.8), y[300:]))
        model._model.out_of_fold.rank_quantiles = None  # as in models of earlier versions
        of_plain_cv_plus.append(inside(model.predict_interval(features[300:], 0.8), y[300:]))
    assert np.mean(of_plain_cv_plus) > 0.84
    assert abs(np.mean(hits) - 0.8) < 3 * np.sqrt(0.16 * (1 / 900 + 1 / 3000))


def test_intervals_are_quantiles_of_the_networks_that_held_the_rows_out(regressor):
    model = pickle.loads(pickle.dumps(regressor))
    folds, network = model._model.out_of_fold.folds, model._model.network
    residuals = np.abs(Y_REAL - model.oof_prediction_)
    found = model.predict_interval(X_REAL_NEW[:20], coverage=0.8)
    by_network, errors = [], []
    for e in range(4):
        model._model.network = member(network, e)
        by_network.append(model.predict(X_REAL_NEW[:20]))
        errors.append(np.abs(Y_REAL - model.predict(X_REAL)))
    place = math.ceil(301 * plain_level(np.array(errors).T, folds, 0.8))
    assert 210 < place < 241
    upper = np.sort(np.array(by_network)[folds].T + residuals, axis=1)[:, place - 1]
    lower = np.sort(np.array(by_network)[folds].T - residuals, axis=1)[:, -place]
    np.testing.assert_allclose(found, np.c_[lower, upper], rtol=1e-7)


def test_a_larger_coverage_contains_the_smaller(regressor, classifier):
    narrow, wide = (regressor.predict_interval(X_REAL_NEW, c) for c in (0.6, 0.95))
    assert (wide[:, 0] <= narrow[:, 0]).all()
    assert (narrow[:, 1] <= wide[:, 1]).all()
    few, many = (classifier.predict_set(X_NEW, c) for c in (0.6, 0.95))
    assert not (few & ~many).any()
    assert many.sum() > few.sum()


def test_a_row_alone_has_the_interval_and_the_set_that_it_has_among_others(regressor, classifier):
    together = regressor.predict_interval(X_REAL_NEW[:50])
    alone = [regressor.predict_interval(X_REAL_NEW[[i]])[0] for i in range(8)]
    np.testing.assert_allclose(alone, together[:8], rtol=1e-9)
    together = classifier.predict_set(X_NEW[:50], coverage=0.7)
    alone = [classifier.predict_set(X_NEW[[i]], coverage=0.7)[0] for i in range(8)]
    np.testing.assert_array_equal(alone, together[:8])


def test_saved_and_loaded(regressor, classifier):
    for model, method, new in (
        (regressor, "predict_interval", X_REAL_NEW),
        (classifier, "predict_set", X_NEW),
    ):
        loaded = pickle.loads(pickle.dumps(model))
        np.testing.assert_array_equal(getattr(loaded, method)(new), getattr(model, method)(new))


def test_weights_of_the_fit_weight_the_errors():
    # Half of the rows scatter ten times as much: the interval is that of the rows that count.
    rng = np.random.default_rng(0)
    features, calm = rng.standard_normal((400, 3)), np.arange(400) % 2 == 0
    y = rng.standard_normal(400) * np.where(calm, 1.0, 10.0)
    widths = []
    for weights in (np.where(calm, 1.0, 1e-3), np.where(calm, 1e-3, 1.0)):
        model = BackpropRegressor(**SMALL).fit(features, y, sample_weight=weights)
        widths.append(np.ptp(model.predict_interval(features), axis=1).mean())
    assert 3 < widths[0] < 5  # 2 * 1.645
    assert 30 < widths[1] < 50


def test_amounts_are_not_negative():
    amounts = np.exp(0.01 * Y_REAL)
    model = BackpropRegressor(**SMALL, loss="gamma").fit(X_REAL, amounts)
    bounds = model.predict_interval(X_REAL_NEW, coverage=0.98)
    assert bounds.min() == 0
    assert (bounds[:, 1] > 0).all()


def test_text_labels_weights_and_sparse_inputs():
    labels = np.array(["low", "middle", "high"])[Y]
    model = BackpropClassifier(**SMALL).fit(csr_array(X), labels, sample_weight=np.arange(300) % 3)
    contained = model.predict_set(csr_array(X_NEW))
    np.testing.assert_array_equal(contained, model.predict_set(X_NEW))
    own = np.searchsorted(model.classes_, np.array(["low", "middle", "high"])[Y_NEW])
    assert 0.8 < contained[np.arange(len(own)), own].mean() < 1


def test_two_classes():
    model = BackpropClassifier(**SMALL).fit(X, Y > 0)
    contained = model.predict_set(X_NEW, coverage=0.8)
    assert contained.shape == (1100, 2)
    assert abs(contained[np.arange(1100), (Y_NEW > 0).astype(int)].mean() - 0.8) < 0.08


@pytest.mark.parametrize(
    ("Estimator", "method"), [(BackpropRegressor, "predict_interval"), (BackpropClassifier, "predict_set")]
)
def test_nothing_held_out(Estimator, method):
    with pytest.raises(NotFittedError):
        getattr(Estimator(), method)(X)
    model = Estimator(**{**SMALL, "early_stopping": False}).fit(X, Y)
    with pytest.raises(AttributeError, match=r'not fitted with early_stopping="folds"'):
        getattr(model, method)(X)
    model = Estimator(**SMALL).fit(X, Y)
    getattr(model, method)(X)
    model.partial_fit(X, Y)
    with pytest.raises(AttributeError, match=r"partial_fit has trained it further"):
        getattr(model, method)(X)


@pytest.mark.filterwarnings("ignore:A column-vector y")
@pytest.mark.parametrize("loss", [{}, {"loss": "quantile", "quantile": 0.5}], ids=str)
def test_one_column_of_y_and_one_quantile_in_a_list_have_the_intervals_of_a_vector(loss):
    expected = BackpropRegressor(**SMALL, **loss).fit(X_REAL, Y_REAL).predict_interval(X_REAL_NEW)
    listed = {**loss, "quantile": [0.5]} if loss else {}
    for y, quantile in ((Y_REAL[:, None], loss), (Y_REAL, listed), (Y_REAL[:, None], listed)):
        found = BackpropRegressor(**SMALL, **quantile).fit(X_REAL, y).predict_interval(X_REAL_NEW)
        np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_several_columns_of_y_or_quantiles_are_refused():
    model = BackpropRegressor(**SMALL).fit(X_REAL, np.c_[Y_REAL, Y_REAL])
    with pytest.raises(ValueError, match=r"predict_interval needs one prediction per row, .* returns 2"):
        model.predict_interval(X_REAL)
    model = BackpropRegressor(**SMALL, loss="quantile", quantile=[0.1, 0.5, 0.9]).fit(X_REAL, Y_REAL)
    with pytest.raises(ValueError, match=r"predict_interval needs one prediction per row, .* returns 3"):
        model.predict_interval(X_REAL)
    features, labels = make_multilabel_classification(n_samples=150, random_state=0)
    model = BackpropClassifier(**SMALL).fit(features, labels)
    with pytest.raises(ValueError, match=r"predict_set needs one class per row, .* had 5 labels"):
        model.predict_set(features)


def test_a_single_class_is_in_every_set():
    with pytest.warns(UserWarning, match="class"):
        model = BackpropClassifier(**SMALL).fit(X, np.zeros(300))
    assert model.predict_set(X_NEW, coverage=0.9).shape == (1100, 1)
