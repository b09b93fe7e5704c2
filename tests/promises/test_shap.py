"""Attributions and SHAP: its plots take them, and it finds the same columns, in the same direction."""

import warnings

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.datasets import load_breast_cancer, load_iris, make_friedman1

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.inspection import attributions

shap = pytest.importorskip("shap", reason="the extra 'clients' is not installed")


def test_an_explanation_has_the_values_and_the_names():
    X, y = load_iris(return_X_y=True, as_frame=True)
    model = BackpropClassifier((4,), n_estimators=1, max_iter=10, random_state=0).fit(X, y)
    result = attributions(model, X[::15], X[::10], output="probability")
    explanation = result.to_shap()
    assert isinstance(explanation, shap.Explanation)
    assert explanation.feature_names == list(X)
    one_class = explanation[:, :, 2]
    np.testing.assert_array_equal(one_class.values, result.values[:, :, 2])
    np.testing.assert_array_equal(one_class.data, X[::15])
    sums = one_class.values.sum(axis=1) + one_class.base_values
    np.testing.assert_allclose(sums, model.predict_proba(X[::15])[:, 2], atol=2e-3)


SETS = {
    "friedman": (BackpropRegressor, lambda: make_friedman1(300, n_features=8, noise=0.5, random_state=0)),
    "breast cancer": (BackpropClassifier, lambda: load_breast_cancer(return_X_y=True)),
}


@pytest.mark.parametrize("name", SETS)
def test_the_same_columns_matter_in_the_same_direction(name):
    kind, load = SETS[name]
    X, y = load()
    model = kind(recipe="fast", random_state=0).fit(X, y)
    order = np.random.default_rng(0).permutation(len(X))
    background, rows = X[order[:50]], X[order[-20:]]
    predict = model.predict if kind is BackpropRegressor else model.decision_function
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of SHAP
        explainer = shap.PermutationExplainer(predict, background, seed=0)
        theirs = explainer(rows, max_evals=10 * (2 * X.shape[1] + 1), silent=True).values
    ours = attributions(model, rows, background).values
    assert spearmanr(np.abs(ours).mean(axis=0), np.abs(theirs).mean(axis=0)).statistic >= 0.95
    strongest = np.argsort(-np.abs(theirs), axis=1)[:, :5]
    same = np.take_along_axis(np.sign(ours) == np.sign(theirs), strongest, axis=1)
    assert same.mean() >= 0.95
