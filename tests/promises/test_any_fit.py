"""Any combination of valid parameters on any small data fits, or says why not, whatever contains the data."""

import numpy as np
import pytest
from sklearn.base import clone

hypothesis = pytest.importorskip("hypothesis", reason="draws the parameters and the data")

from any_fit import (  # noqa: E402
    CLASSIFIERS,
    REGRESSORS,
    fits_or_explains,
    inputs,
    labels,
    numbers,
    outcome,
    same_numbers,
    tables,
    weights,
)
from effort import n_examples  # noqa: E402
from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402


def drawn(short, full, **others):
    return settings(
        **others,
        max_examples=n_examples(short, full),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@drawn(60, 400)
@given(st.data(), CLASSIFIERS, inputs())
def test_any_classifier(data, estimator, X):
    y = data.draw(labels(X.shape[0]), label="y")
    w = data.draw(weights(X.shape[0]), label="sample_weight")
    fits_or_explains(estimator, X, y, w)


@drawn(60, 400)
@given(st.data(), REGRESSORS, inputs())
def test_any_regressor(data, estimator, X):
    y = data.draw(numbers(X.shape[0]), label="y")
    w = data.draw(weights(X.shape[0]), label="sample_weight")
    fits_or_explains(estimator, X, y, w)


# Without shrinking: the data is small, and a fit takes longer than hypothesis expects of an example.
@drawn(80, 600, phases=[Phase.explicit, Phase.generate])
@given(st.data(), CLASSIFIERS | REGRESSORS, tables())
def test_the_container_does_not_matter(data, estimator, X):
    """The same numbers in another type and container give the same predictions."""
    # float64 and small steps: others amplify the last digit, in which sums in another order differ.
    estimator.set_params(dtype="float64", learning_rate=1e-3, random_state=0, warm_start=False)
    classifier = hasattr(estimator, "predict_proba")
    rng = np.random.default_rng(len(X))
    y = rng.integers(0, 3, len(X)) if classifier else X[:, 0] + rng.normal(size=len(X))
    y = y if classifier else np.abs(y)
    w = data.draw(st.none() | st.just(rng.integers(0, 3, len(X)).astype(float)), label="sample_weight")
    validated = data.draw(st.booleans(), label="with X_val")
    form = lambda name: data.draw(same_numbers(X), label=name)  # noqa: E731
    y_val = y if validated else None
    plain = outcome(clone(estimator), X, y, w, X if validated else None, y_val, X)
    other = outcome(estimator, form("X"), y, w, form("X_val") if validated else None, y_val, form("X_new"))
    if isinstance(plain, str) or isinstance(other, str):
        assert isinstance(plain, str), f"the plain array is fitted, but: {other}"
        assert isinstance(other, str), f"the container is fitted, but the plain array is not: {plain}"
        return
    np.testing.assert_allclose(other, plain, rtol=1e-6, atol=1e-7 * max(1.0, np.abs(plain).max()))
