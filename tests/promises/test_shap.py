"""Attributions and SHAP: its plots take them, and it finds the same columns, in the same direction."""

import warnings

import numpy as np
import pytest
from effort import FULL
from scipy.stats import spearmanr
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine, make_friedman1

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
    "diabetes": (BackpropRegressor, lambda: load_diabetes(return_X_y=True)),
    "breast cancer": (BackpropClassifier, lambda: load_breast_cancer(return_X_y=True)),
    "wine": (BackpropClassifier, lambda: load_wine(return_X_y=True)),
    "iris": (BackpropClassifier, lambda: load_iris(return_X_y=True)),
}
# Of several classes the means are over all of them. In a single class of iris, whose four columns have a
# correlation of 0.8 as soon as two neighbors change places, columns of nearly equal weight may do so.
EXPLAINERS = ("PermutationExplainer", "KernelExplainer")


def shap_values(explainer, predict, background, rows):
    """Return the Shapley values by an explainer of SHAP, of shape (n_rows, n_columns) or one axis more."""
    n_columns = rows.shape[1]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of SHAP
        if explainer == "KernelExplainer":
            kernel = shap.KernelExplainer(predict, background, seed=0)
            return np.asarray(kernel.shap_values(rows, nsamples=20 * n_columns, silent=True))
        permutation = shap.PermutationExplainer(predict, background, seed=0)
        return permutation(rows, max_evals=10 * (2 * n_columns + 1), silent=True).values


def by_output(values):
    """Return values of shape (n_outputs * n_rows, n_columns)."""
    return values if values.ndim == 2 else np.concatenate(np.moveaxis(values, 2, 0))


CASES = [(name, explainer) for name in SETS for explainer in EXPLAINERS]


@pytest.mark.parametrize(("name", "explainer"), CASES if FULL else [CASES[0], CASES[3], CASES[8]])
def test_the_same_columns_matter_in_the_same_direction(name, explainer):
    kind, load = SETS[name]
    X, y = load()
    model = kind(recipe="fast", random_state=0).fit(X, y)
    order = np.random.default_rng(0).permutation(len(X))
    background, rows = X[order[:50]], X[order[-20:]]
    predict = model.predict if kind is BackpropRegressor else model.decision_function
    theirs = by_output(shap_values(explainer, predict, background, rows))
    ours = by_output(attributions(model, rows, background).values)
    assert spearmanr(np.abs(ours).mean(axis=0), np.abs(theirs).mean(axis=0)).statistic >= 0.95
    # Not the two weakest columns, whose values are near 0 with either sign: iris has only four.
    strongest = np.argsort(-np.abs(theirs), axis=1)[:, : min(5, X.shape[1] - 2)]
    same = np.take_along_axis(np.sign(ours) == np.sign(theirs), strongest, axis=1)
    assert same.mean() >= 0.95
