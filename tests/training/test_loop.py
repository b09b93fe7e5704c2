"""The training loop, as it is seen from outside."""

import numpy as np
import pytest

from skbackprop import BackpropRegressor
from skbackprop.network.schedules import coslog4
from skbackprop.training.stopping import SECOND_CYCLE, THIRD_CYCLE, CycleStopping


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


def test_cycles_end_where_the_learning_rate_is_zero():
    for end in (SECOND_CYCLE, THIRD_CYCLE):
        assert coslog4(end) == pytest.approx(0, abs=1e-12)
        assert coslog4(end - 0.01) > 0 < coslog4(end + 0.01)


@pytest.mark.parametrize(
    ("third", "ends"), [(0.80, False), (0.94, False), (0.96, True), (1.0, True), (1.3, True), (np.nan, True)]
)
@pytest.mark.parametrize("sign", [1, -1])
def test_training_ends_after_a_third_cycle_that_brought_little(third, ends, sign):
    stopping = CycleStopping()
    values = [2.0, 1.5, 1.0, 1.2, 1.2, 1.1, third, 0.7, 0.6]  # of 15 epochs: cycles end after 1, 3 and 7
    if sign == -1:  # a log-likelihood may be negative
        values = [value - 2 for value in values]
    for epoch, value in enumerate(values, start=1):
        stopping.update(value, epoch / 15)
        assert stopping.exhausted == (ends and epoch >= 7)


@pytest.mark.parametrize(("last", "ends"), [((0.1, 0.9), False), ((0.5, 0.6), True), ((0.9, 1.0), True)])
def test_training_goes_on_while_some_networks_are_far_behind_others(last, ends):
    stopping = CycleStopping()
    for epoch in range(1, 8):
        losses = np.ones(2) if epoch == 1 else np.array(last)
        stopping.update(losses.mean(), epoch / 15, losses)
    assert stopping.exhausted == ends


def test_a_network_that_catches_up_does_not_end_the_last_cycle():
    stopping = CycleStopping()
    for epoch in range(1, 16):
        losses = np.ones(2) if epoch == 1 else np.array([0.1, 0.9 if epoch < 9 else 0.1])
        stopping.update(losses.mean(), epoch / 15, losses)
        assert not stopping.exhausted


@pytest.mark.parametrize(
    ("losses", "ends"),
    [((0.0, 0.0), False), ((0.0, 1.0), True), ((np.inf, 1.0), False), ((np.nan, 1.0), False)],
)
def test_losses_of_zero_or_without_bound_give_no_warning(losses, ends):
    stopping = CycleStopping()
    for epoch in range(1, 8):
        stopping.update(np.mean(losses), epoch / 15, np.array(losses))
    assert stopping.exhausted == ends


def noisy_and_clean(n_rows=400):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((n_rows, 4))
    clean = np.sin(2 * X[:, 0]) * X[:, 1]
    return X, rng.standard_normal(n_rows), clean


def test_noise_is_trained_on_for_less_than_half_the_epochs():
    X, noise, clean = noisy_and_clean()
    settings = {"recipe": "fast", "hidden_layer_sizes": 48, "n_estimators": 2, "random_state": 0}
    short = BackpropRegressor(**settings).fit(X, noise)
    long = BackpropRegressor(**settings).fit(X, clean)
    assert long.n_iter_ == long.resolved_params_["max_iter"]
    assert short.n_iter_ == np.ceil(long.n_iter_ * THIRD_CYCLE)


@pytest.mark.parametrize(
    "parameters",
    [
        {"early_stopping": False},
        {"schedule": "cosine"},
        {"early_stopping": True, "scoring": "r2"},
        {"loss": "huber"},
    ],
)
def test_cycles_without_their_condition_are_warned_about(parameters):
    X, noise, _ = noisy_and_clean(200)
    model = BackpropRegressor(n_iter_no_change="cycle", max_iter=8, random_state=0, **parameters)
    with pytest.warns(UserWarning, match="Without effect in this fit: 'n_iter_no_change' \\('cycle' needs"):
        model.fit(X, noise)
    assert model.n_iter_ == 8


def test_cycles_are_warned_about_once_with_lbfgs():
    X, *_ = noisy_and_clean(200)
    with pytest.warns(UserWarning, match="Without effect") as told:
        BackpropRegressor((), n_iter_no_change="cycle", solver="lbfgs", random_state=0).fit(X, X[:, 0])
    assert str(told[0].message).count("n_iter_no_change") == 1
