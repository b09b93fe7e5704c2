"""L-BFGS (Liu & Nocedal, 1989), by SciPy's optimizer with full gradients."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from skbackprop.network.workspace import Workspaces
from skbackprop.training.epoch_loss import mean_penalty, weighted_sum, write_output_delta

# Training ends when an iteration lowers the objective by less than this fraction of its value.
FTOL = 64 * np.finfo(np.float64).eps


@dataclass
class Start:
    """The start of a minimization, from which a saved one is repeated: SciPy does not expose its state.

    ``data`` is a digest of the training rows; None if nothing needs it.
    """

    theta: np.ndarray
    n_iterations: int
    data: str | None = None


class StoppedByObserverError(Exception):
    """Raised to end SciPy's loop."""


class Objective:
    """The mean loss plus alpha / 2 sum W^2 and its gradient, as functions of theta.

    Parameters
    ----------
    network : Network
        Its theta is overwritten by every call.
    loss : object
        See :mod:`skbackprop.network.losses`.
    batches : Batches
        The sums over all rows are computed batch by batch.
    alpha : float
    """

    def __init__(self, network, loss, batches, alpha):
        self.network = network
        self.loss = loss
        self.batches = batches
        self.alpha = alpha
        self._workspaces = Workspaces(network, np.empty_like(network.theta))

    def __call__(self, theta):
        """Return the objective and its gradient at `theta`, in float64."""
        network, n_rows, grad = self.network, self.batches.n_rows, self._workspaces.grad
        network.theta[...] = theta
        total, gradient = 0.0, np.zeros(theta.size)
        for X, Y, w in self.batches.epoch():
            size = X.shape[0]
            workspace = self._workspaces[size]
            Y, w = workspace.for_each_network(Y, w)
            z = network.forward(X, workspace)
            total += weighted_sum(self.loss.value(Y, z, workspace.raw_scratch), w)
            write_output_delta(self.loss, Y, w, workspace)
            network.backward(workspace)
            grad *= size / n_rows  # from the mean over the batch to its share
            gradient += grad
        weights = slice(network.n_weights)
        gradient[weights] += self.alpha * theta[weights]
        # With several networks, the sum of their objectives is minimized; the history has the mean.
        self.mean_loss = total / n_rows / network.n_networks
        self.penalty = mean_penalty(network, self.alpha)
        return total / n_rows + self.penalty * network.n_networks, gradient


def minimize_lbfgs(
    training, batches, *, alpha, max_iter, max_fun, tol, observer=None, progress=None, data=None
):
    """Train a network in place and return the reason for the end, as :meth:`Training.run` does.

    Parameters
    ----------
    training : Training
        Its network is trained with its loss, and its history gets an entry per iteration. During the training
        its ``unfinished`` is a :class:`Start`; if it is one before, that saved minimization is repeated.
    batches, alpha
        See :class:`Objective`.
    max_iter, max_fun : int
        Bounds on the iterations and on the evaluations of the objective.
    tol : float
        Training ends when no component of the gradient is larger in absolute value.
    observer : object, default=None
        See :meth:`Training.run`; an iteration is an epoch.
    progress : Progress, default=None
        Prints a line per iteration.
    data : str, default=None
        See :class:`Start`.
    """
    network, history = training.network, training.history
    if training.unfinished is None:
        training.unfinished = Start(network.theta.copy(), len(history.loss), data)
    else:
        network.theta[...] = training.unfinished.theta
        del history.loss[training.unfinished.n_iterations :]
        del history.penalty[training.unfinished.n_iterations :]
    objective = Objective(network, training.loss, batches, alpha)
    last_iterate, n_iterations = network.theta.astype(np.float64), len(history.loss)
    n_planned = n_iterations + max_iter

    def after_iteration(theta):
        nonlocal last_iterate, n_iterations
        iterate = theta.copy()
        history.loss.append(objective.mean_loss)
        history.penalty.append(objective.penalty)
        # One statement, so that an interruption cannot separate the two.
        last_iterate, n_iterations = iterate, n_iterations + 1
        if progress is not None:
            progress.print_epoch(n_planned)
        if observer is not None and observer.end_epoch():
            raise StoppedByObserverError

    def evaluate(theta):
        if observer is not None:
            observer.begin_epoch()  # the first evaluation after an iteration begins the next one
        return objective(theta)

    try:
        with np.errstate(over="ignore", invalid="ignore"):
            result = minimize(
                evaluate,
                last_iterate.copy(),
                jac=True,
                method="L-BFGS-B",
                callback=after_iteration,
                options={"maxiter": max_iter, "maxfun": max_fun, "gtol": tol, "ftol": FTOL},
            )
        last_iterate = result.x
    except StoppedByObserverError:
        return "callback"
    except KeyboardInterrupt:
        if not n_iterations:
            raise
        return "interrupted"
    finally:
        network.theta[...] = last_iterate  # not the trial point that was evaluated last
        del history.loss[n_iterations:], history.penalty[n_iterations:]
        training.unfinished = None
    if result.status != 1:
        return "stalled"
    return "max_iter" if result.nit >= max_iter else "max_fun"
