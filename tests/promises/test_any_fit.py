"""Any combination of valid parameters on any small data fits, or says why not.

SKBACKPROP_EXAMPLES is the number of examples of each test.
"""

import os

import pytest

hypothesis = pytest.importorskip("hypothesis", reason="draws the parameters and the data")

from any_fit import CLASSIFIERS, REGRESSORS, fits_or_explains, inputs, labels, numbers, weights  # noqa: E402
from hypothesis import HealthCheck, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

SETTINGS = settings(
    max_examples=int(os.environ.get("SKBACKPROP_EXAMPLES", "1000")),
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@SETTINGS
@given(st.data(), CLASSIFIERS, inputs())
def test_any_classifier(data, estimator, X):
    y = data.draw(labels(X.shape[0]), label="y")
    w = data.draw(weights(X.shape[0]), label="sample_weight")
    fits_or_explains(estimator, X, y, w)


@SETTINGS
@given(st.data(), REGRESSORS, inputs())
def test_any_regressor(data, estimator, X):
    y = data.draw(numbers(X.shape[0]), label="y")
    w = data.draw(weights(X.shape[0]), label="sample_weight")
    fits_or_explains(estimator, X, y, w)
