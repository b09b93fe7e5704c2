"""Networks that come from scikit-learn and go there predict the same."""

import warnings

import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, make_multilabel_classification
from sklearn.neural_network import MLPClassifier, MLPRegressor

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe

iris, cancer, diabetes = (load(return_X_y=True) for load in (load_iris, load_breast_cancer, load_diabetes))
CLASSES = {
    "binary": cancer,
    "multiclass": (iris[0], np.array(["a", "b", "c"])[iris[1]]),
    "multilabel": make_multilabel_classification(100, 6, n_classes=4, random_state=0),
}
NUMBERS = {"one": diabetes, "two": (diabetes[0], np.column_stack((diabetes[1], diabetes[1] ** 0.5)))}


def quietly(model, X, y):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(X, y)


def assert_same(ours, theirs, X, rtol=1e-9):
    if is_classifier(theirs):
        np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
        np.testing.assert_array_equal(ours.classes_, theirs.classes_)
        np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-6, atol=rtol)
    else:
        np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=max(rtol, 1e-9))


@pytest.mark.parametrize("hidden", [(), (7,), (7, 5)])
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
@pytest.mark.parametrize("kind", CLASSES)
def test_classifier_from_sklearn_and_back(kind, activation, hidden):
    X, y = CLASSES[kind]
    theirs = quietly(MLPClassifier(hidden, activation=activation, max_iter=5, random_state=0), X / 10, y)
    ours = BackpropClassifier.from_sklearn(theirs)
    assert_same(ours, theirs, X / 10)
    assert_same(ours, ours.to_sklearn(), X / 10)


@pytest.mark.parametrize("kind", NUMBERS)
def test_regressor_from_sklearn_and_back(kind):
    X, y = NUMBERS[kind]
    theirs = quietly(MLPRegressor(hidden_layer_sizes=(7, 5), max_iter=5, random_state=0), X, y)
    ours = BackpropRegressor.from_sklearn(theirs)
    assert_same(ours, theirs, X)
    assert_same(ours, ours.to_sklearn(), X)


def test_poisson_regressor_from_sklearn_and_back():
    X, y = diabetes
    try:
        theirs = quietly(
            MLPRegressor(hidden_layer_sizes=(7,), loss="poisson", max_iter=5, random_state=0), X, y
        )
    except TypeError:
        pytest.skip("this scikit-learn's MLPRegressor has no Poisson loss")
    ours = BackpropRegressor.from_sklearn(theirs)
    assert_same(ours, theirs, X)
    recipe = Recipe("tabular", input_layer=None, clip_predictions=False)
    trained = BackpropRegressor(7, "relu", loss="poisson", scaling="standard", recipe=recipe)
    trained.set_params(n_estimators=1, max_iter=5, random_state=0).fit(X, y)
    assert_same(trained, trained.to_sklearn(), X)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("front", ["scale", None])
@pytest.mark.parametrize("kind", CLASSES)
def test_scaled_classifier_to_sklearn(kind, front, dtype):
    X, y = CLASSES[kind]
    X = X * 1000 + 1e5  # which the first layer has to take in
    recipe = Recipe("tabular", input_layer=front)
    plain = {"recipe": recipe, "scaling": "standard", "n_estimators": 1, "max_iter": 20, "random_state": 0}
    ours = BackpropClassifier((7, 5), "tanh", dtype=dtype, **plain).fit(X, y)
    theirs = ours.to_sklearn()
    tolerance = 1e-9 if dtype == "float64" else 1e-5
    np.testing.assert_allclose(theirs.predict_proba(X), ours.predict_proba(X), atol=tolerance)


@pytest.mark.parametrize("kind", NUMBERS)
def test_scaled_regressor_to_sklearn(kind):
    X, y = NUMBERS[kind]
    X, y = X * 100 + 5000, y * 1000
    recipe = Recipe("tabular", input_layer="scale", clip_predictions=False)
    plain = {"recipe": recipe, "scaling": "standard", "n_estimators": 1}
    ours = BackpropRegressor((7, 5), "relu", max_iter=20, random_state=0, **plain).fit(X, y)
    assert_same(ours, ours.to_sklearn(), X, rtol=1e-8)


def test_training_goes_on_on_both_sides():
    X, y = iris
    theirs = quietly(MLPClassifier((10,), max_iter=20, random_state=0), X, y)
    ours = BackpropClassifier.from_sklearn(theirs)
    before = ours.predict_proba(X)
    for _ in range(300):
        ours.partial_fit(X, y)
    assert ours.score(X, y) > 0.95
    assert not np.allclose(ours.predict_proba(X), before)
    back = ours.to_sklearn()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        back.partial_fit(X, y)
    assert back.score(X, y) > 0.95


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"n_estimators": 2}, "n_estimators"),
        ({"activation": "selu"}, "activation"),
        ({"activation": ["relu", "tanh"]}, "activation"),
        ({"scaling": "robust"}, "scaling"),
        ({"recipe": Recipe("tabular", input_layer="periodic")}, "input_layer='periodic'"),
        ({"recipe": Recipe("tabular", input_layer="piecewise")}, "input_layer='piecewise'"),
        ({"loss": "bce"}, "loss"),
    ],
)
def test_what_has_no_counterpart_is_named(parameters, named):
    plain = {
        "activation": "relu",
        "scaling": "standard",
        "recipe": Recipe("tabular", input_layer=None),
        "n_estimators": 1,
        "max_iter": 1,
    }
    model = BackpropClassifier((4, 3), **{**plain, **parameters}).fit(*iris)
    with pytest.raises(ValueError, match=f"{named}.*no counterpart"):
        model.to_sklearn()


def test_what_has_no_counterpart_of_a_regressor_is_named():
    plain = {
        "activation": "relu",
        "scaling": "standard",
        "recipe": Recipe("tabular", input_layer=None),
        "n_estimators": 1,
        "max_iter": 1,
    }
    with pytest.raises(ValueError, match=r"clip_predictions.*no counterpart"):
        BackpropRegressor(4, **plain).fit(*diabetes).to_sklearn()
    gaps = diabetes[0].copy()
    gaps[0, 0] = np.nan
    with pytest.raises(ValueError, match=r"missing numbers.*no counterpart"):
        plain["recipe"] = Recipe("tabular", input_layer=None, clip_predictions=False)
        BackpropRegressor(4, **plain).fit(gaps, diabetes[1]).to_sklearn()


def test_only_a_fitted_network_of_the_right_kind_is_taken():
    with pytest.raises(TypeError, match="must be a fitted MLPClassifier"):
        BackpropClassifier.from_sklearn(MLPRegressor())
    with pytest.raises(ValueError, match="not fitted"):
        BackpropRegressor.from_sklearn(MLPRegressor())


def test_parameters_of_the_network_that_are_changed_after_the_conversion_are_named():
    theirs = quietly(MLPRegressor(hidden_layer_sizes=(5,), max_iter=2, random_state=0), *diabetes)
    ours = BackpropRegressor.from_sklearn(theirs).set_params(warm_start=True, hidden_layer_sizes=(6,))
    with pytest.warns(UserWarning, match=r"no effect.*hidden_layer_sizes=\(6,\) \(was \(5,\)\)"):
        ours.fit(*diabetes)
