"""The activations of a hidden layer as features."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_iris
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer
from skbackprop.network import textbook

X, y = load_iris(return_X_y=True)
PLAIN = {"recipe": "textbook", "activation": "tanh", "max_iter": 5, "schedule": "cosine", "random_state": 0}


@pytest.mark.parametrize("layer", [0, 1, -1, -2])
@pytest.mark.parametrize("make", [BackpropClassifier, BackpropRegressor])
def test_activations_are_the_textbooks(make, layer):
    model = HiddenLayerTransformer(make((6, 4), dropout=0.5, **PLAIN), layer).fit(X, y)
    network = model.estimator_
    scaled = StandardScaler().fit(X).transform(X)
    _, a = textbook.forward(scaled, network.coefs_, network.intercepts_, "tanh")
    np.testing.assert_allclose(model.transform(X), a[1:][layer], rtol=1e-10)


def test_it_improves_a_linear_model_in_a_pipeline():
    rng = np.random.default_rng(0)
    points = rng.uniform(-1, 1, (300, 2))
    labels = points.prod(axis=1) > 0  # exclusive or
    network = BackpropClassifier((20, 10), max_iter=40, random_state=0)
    model = make_pipeline(StandardScaler(), HiddenLayerTransformer(network), LogisticRegression())
    assert cross_val_score(LogisticRegression(), points, labels, cv=3).mean() < 0.7
    assert cross_val_score(model, points, labels, cv=3).mean() > 0.9


def test_names_and_set_output():
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = (
        HiddenLayerTransformer(BackpropClassifier(3, **PLAIN)).set_output(transform="pandas").fit(frame, y)
    )
    out = model.transform(frame)
    assert list(out.columns) == [f"hiddenlayertransformer{i}" for i in range(3)]
    assert list(model.feature_names_in_) == list("abcd")
    assert model.n_features_in_ == 4


def test_the_inner_estimator_is_a_clone_and_its_parameters_are_reached():
    inner = BackpropClassifier(3, **PLAIN)
    model = HiddenLayerTransformer(inner).fit(X, y)
    assert not hasattr(inner, "coefs_")
    assert clone(model).set_params(estimator__hidden_layer_sizes=7).fit(X, y).transform(X).shape == (150, 7)


def test_a_frozen_network_is_used_as_it_is():
    fitted = BackpropClassifier((5, 3), **PLAIN).fit(X, y)
    model = HiddenLayerTransformer(FrozenEstimator(fitted), layer=0).fit(X, y)
    _, a = textbook.forward(StandardScaler().fit_transform(X), fitted.coefs_, fitted.intercepts_, "tanh")
    np.testing.assert_allclose(model.transform(X), a[1], rtol=1e-10)


def test_several_networks_stand_side_by_side():
    model = HiddenLayerTransformer(BackpropClassifier(3, n_estimators=2, **PLAIN)).fit(X, y)
    assert model.transform(X).shape == (150, 6)
    assert model.get_feature_names_out().size == 6


def test_fit_parameters_reach_the_network():
    weights = np.arange(150.0)
    model = HiddenLayerTransformer(BackpropClassifier(3, **PLAIN)).fit(X, y, sample_weight=weights)
    alone = BackpropClassifier(3, **PLAIN).fit(X, y, sample_weight=weights)
    np.testing.assert_array_equal(model.estimator_.coefs_[0], alone.coefs_[0])


def test_errors_name_what_would_be_right():
    with pytest.raises(ValueError, match=r"'layer' parameter must be an int from -1 to 0.*Got 1"):
        HiddenLayerTransformer(BackpropClassifier(3, **PLAIN), layer=1).fit(X, y)
    with pytest.raises(ValueError, match=r"network with hidden layers.*hidden_layer_sizes=\(\)"):
        HiddenLayerTransformer(BackpropClassifier((), **PLAIN)).fit(X, y)
    with pytest.raises(ValueError, match=r"'layer' parameter must be an int from -1 to 0.*Got False"):
        HiddenLayerTransformer(BackpropClassifier(3, **PLAIN), layer=False).fit(X, y)
    with pytest.raises(TypeError, match="'estimator' parameter must be a BackpropClassifier"):
        HiddenLayerTransformer(GaussianNB()).fit(X, y)
    with pytest.raises(ValueError, match="not fitted"):
        HiddenLayerTransformer(BackpropClassifier()).transform(X)
