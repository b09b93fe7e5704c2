"""Attributions for SHAP: its plots take them."""

import numpy as np
import pytest
from sklearn.datasets import load_iris

from skbackprop import BackpropClassifier
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
