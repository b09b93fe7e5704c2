"""Weights and validation rows find their way through pipelines and searches."""

import numpy as np
import pytest
import sklearn
from sklearn.datasets import load_iris
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer

X, y = load_iris(return_X_y=True)
FIRST, LAST = slice(0, 150, 2), slice(1, 150, 2)
PLAIN = {"recipe": "textbook", "schedule": "cosine", "max_iter": 5, "random_state": 0}


@pytest.fixture(autouse=True)
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def same(a, b):
    for ours, theirs in zip(a.coefs_, b.coefs_, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("make", [BackpropClassifier, BackpropRegressor])
def test_validation_rows_are_transformed_as_the_pipeline_does(make):
    network = make(5, **PLAIN).set_fit_request(X_val=True, y_val=True, sample_weight=True)
    pipeline = Pipeline([("scale", StandardScaler()), ("network", network)], transform_input=["X_val"])
    weights = np.arange(75.0) + 1
    pipeline["scale"].set_fit_request(sample_weight=False)
    pipeline.fit(X[FIRST], y[FIRST], X_val=X[LAST], y_val=y[LAST], sample_weight=weights)
    scaler = StandardScaler().fit(X[FIRST])
    alone = make(5, **PLAIN).fit(
        scaler.transform(X[FIRST]),
        y[FIRST],
        sample_weight=weights,
        X_val=scaler.transform(X[LAST]),
        y_val=y[LAST],
    )
    same(pipeline["network"], alone)
    assert pipeline["network"].validation_loss_curve_ == alone.validation_loss_curve_


def test_weights_are_split_by_the_search():
    network = BackpropClassifier(5, **PLAIN).set_fit_request(sample_weight=True)
    network.set_score_request(sample_weight=True)
    weights = np.arange(150.0) + 1
    search = GridSearchCV(network, {"alpha": [0.0, 0.1]}, cv=3).fit(X, y, sample_weight=weights)
    alone = BackpropClassifier(5, **PLAIN, **search.best_params_).fit(X, y, sample_weight=weights)
    same(search.best_estimator_, alone)


def test_validation_rows_go_whole_through_the_search():
    network = BackpropClassifier(5, **PLAIN).set_fit_request(X_val=True, y_val=True)
    search = GridSearchCV(network, {"alpha": [0.0, 0.1]}, cv=2, refit=True)
    search.fit(X[FIRST], y[FIRST], X_val=X[LAST][:60], y_val=y[LAST][:60])
    alone = BackpropClassifier(5, **PLAIN, **search.best_params_)
    same(search.best_estimator_, alone.fit(X[FIRST], y[FIRST], X_val=X[LAST][:60], y_val=y[LAST][:60]))


def test_partial_fit_requests_weights_and_classes():
    network = BackpropClassifier(5, **PLAIN).set_partial_fit_request(sample_weight=True, classes=True)
    requests = network.get_metadata_routing().partial_fit.requests
    assert requests == {"sample_weight": True, "classes": True}


def test_the_transformer_passes_on_what_its_network_requests():
    network = BackpropClassifier(5, **PLAIN).set_fit_request(sample_weight=True)
    weights = np.arange(150.0) + 1
    model = HiddenLayerTransformer(network).fit(X, y, sample_weight=weights)
    same(model.estimator_, BackpropClassifier(5, **PLAIN).fit(X, y, sample_weight=weights))
    with pytest.raises(ValueError, match="X_val"):
        HiddenLayerTransformer(network).fit(X, y, X_val=X)
