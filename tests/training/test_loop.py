"""The training loop, as it is seen from outside."""

import numpy as np
import pytest

from skbackprop import BackpropRegressor


@pytest.mark.filterwarnings("ignore:The 'max_iter' parameter")
@pytest.mark.parametrize("solver", ["adam", "adamw"])
def test_one_row_more_or_less_trains_alike(solver):
    # Adam's step does not depend on the size of the gradient: one noisy row alone would make a whole step.
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2257, 5))
    y = X[:, 0] * X[:, 1] + rng.standard_normal(2257) * 2
    scores = []
    for n_rows in (255, 256, 257):
        model = BackpropRegressor(
            (32,), solver=solver, recipe="textbook", learning_rate=0.01, batch_size=64, max_iter=20
        )
        model.set_params(random_state=0)
        model.fit(X[:n_rows], y[:n_rows])
        error = model.predict(X[257:]) - X[257:, 0] * X[257:, 1]
        scores.append(np.sqrt(np.mean(error**2)))
    assert np.ptp(scores) < 0.15 * np.mean(scores), scores
