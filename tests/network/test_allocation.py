"""A training step allocates nothing that grows with the batch, the width or the parameters."""

import tracemalloc

import numpy as np
import pytest

from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES, Quantiles
from skbackprop.network.network import Network
from skbackprop.network.optimizers import OPTIMIZERS
from skbackprop.tables.batches import Batches
from skbackprop.tables.scaling import SCALINGS
from skbackprop.training.history import History
from skbackprop.training.loop import Training
from skbackprop.training.stopping import Stopping

N_ROWS, N_INPUTS, N_UNITS, N_OUTPUTS, N_STEPS = 400, 60, 300, 40, 8
# A batch of the inputs takes 192 kB, of the hidden layer 480 kB, of the outputs 64 kB, and theta 120 kB.
BOUND = 64_000
X = np.random.default_rng(0).normal(size=(N_ROWS * N_STEPS, N_INPUTS)).astype(np.float32)
Y = np.eye(N_OUTPUTS, dtype=np.float32)[np.random.default_rng(1).integers(0, N_OUTPUTS, N_ROWS * N_STEPS)]


@pytest.fixture(autouse=True)
def small_buffers():
    """NumPy adds a row to all rows through a buffer of 8,192 numbers, whatever their size; here of 1,024."""
    before = np.setbufsize(1024)
    yield
    np.setbufsize(before)


def peak_of_later_steps(
    activation="relu", loss=None, solver="adam", dropout=False, sample_weight=None, **more
):
    """Return the most memory in use in the steps 3 to N_STEPS of an epoch above that at their beginning."""
    rng = np.random.Generator(np.random.SFC64(0))
    rates = [0.2, 0.5] if dropout else []
    network = Network(
        [N_INPUTS, N_UNITS, N_OUTPUTS], [activation], rates, np.float32, n_networks=more.pop("n", 1)
    )
    network.theta[...] = rng.normal(size=network.theta.size) * 0.05
    optimizer = OPTIMIZERS[solver](alpha=0.01, n_weights=network.n_weights)
    in_use, steps = [], iter(range(N_STEPS))

    def schedule(_):
        """Is asked for the learning rate in every step, before the optimizer's."""
        if next(steps) == 2:
            tracemalloc.start()
            tracemalloc.reset_peak()
        elif tracemalloc.is_tracing():
            in_use.append(tracemalloc.get_traced_memory()[1])
        return 1.0

    training = Training(
        network, loss or CLASSIFIER_LOSSES["log_loss"](), optimizer, rng, History(), learning_rate=0.001,
        schedule=schedule, **more,
    )  # fmt: skip
    batches = Batches(
        X, Y, sample_weight, batch_size=N_ROWS, dtype=np.dtype(np.float32),
        scaling=SCALINGS["robust"](X),
    )  # fmt: skip
    try:
        training.run(batches, 1, Stopping(0, None))
    finally:
        tracemalloc.stop()
    return max(in_use)


def forty():
    """As many quantiles as there are outputs."""
    return Quantiles(np.arange(1, N_OUTPUTS + 1) / (N_OUTPUTS + 1))


@pytest.mark.parametrize("dropout", [False, True])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_of_every_activation(activation, dropout):
    assert peak_of_later_steps(activation, dropout=dropout) < BOUND


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("make_loss", [*CLASSIFIER_LOSSES.values(), *REGRESSOR_LOSSES.values(), forty])
def test_of_every_loss(make_loss, weighted):
    sample_weight = np.linspace(0.5, 2, len(X)) if weighted else None
    assert peak_of_later_steps(loss=make_loss(), sample_weight=sample_weight, dropout=True) < BOUND


@pytest.mark.parametrize("more", [{}, {"clip_norm": 1.0}, {"max_norm": 0.1}, {"n": 2}], ids=str)
@pytest.mark.parametrize("solver", OPTIMIZERS)
def test_of_every_solver(solver, more):
    assert peak_of_later_steps(solver=solver, **more) < BOUND


def test_what_is_measured_would_show():
    """A loss that allocates one array of the outputs is over the bound."""

    class Allocates(CLASSIFIER_LOSSES["log_loss"]):
        def delta(self, y_true, raw_prediction, out):
            copies = [y_true.copy(), raw_prediction.copy()]
            super().delta(*copies, out)

    assert peak_of_later_steps(loss=Allocates()) > BOUND
