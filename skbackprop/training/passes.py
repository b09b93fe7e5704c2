"""The two passes over a batch, of a large table in two threads."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import numpy as np

from skbackprop.network.workspace import Workspaces
from skbackprop.training.epoch_loss import write_output_delta


class Passes:
    """The forward and the backward pass over a batch, or over a part of one.

    Attributes
    ----------
    grad : ndarray like ``network.theta``
        dL/dtheta, written by :meth:`compute_gradient`.
    """

    def __init__(self, network, loss):
        self._network, self._loss = network, loss
        self._workspaces = Workspaces(network)
        self.grad = self._workspaces.grad

    def compute_gradient(self, X, Y, w, rng, strength, n_rows=None):
        """Write dL/dtheta into ``grad``, and return (Y, z, w) for the loss, as a list of one tuple.

        Y and w are those of :meth:`.Workspace.for_each_network`.

        Parameters
        ----------
        X, Y, w
            A batch of :class:`.Batches`.
        rng : numpy.random.Generator
            Draws the dropout masks.
        strength : float
            The factor on the dropout rates.
        n_rows : int, default=None
            Number of rows of the batch of which this is a part: the gradients of its parts add up to that of
            the batch.
        """
        workspace = self._workspaces[X.shape[0]]
        workspace.fade_dropout(strength)
        Y, w = workspace.for_each_network(Y, w)
        # Overflow is detected once per epoch, by the training loop.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            z = self._network.forward(X, workspace, rng)
            write_output_delta(self._loss, Y, w, workspace, n_rows)
            self._network.backward(workspace)
        return [(Y, z, w)]


class PassesInHalves:
    """The passes over the two halves of each batch, by two threads if there is an `executor`.

    NumPy computes with most arrays in one thread, and small matrix products gain nothing from a second. Both
    halves are computed in the same way by one thread or two, so the result does not depend on their number.

    Attributes
    ----------
    grad : ndarray like ``network.theta``
        dL/dtheta, written by :meth:`compute_gradient`.
    """

    def __init__(self, network, loss, executor=None):
        self._first, self._second = Passes(network, loss), Passes(network, loss)
        self._executor = executor
        self.grad = self._first.grad

    def compute_gradient(self, X, Y, w, rng, strength):
        """Write dL/dtheta into ``grad``, and return (Y, z, w) of each half, as :class:`Passes` does."""
        n_rows = X.shape[0]
        first, second = (
            (X[rows], Y[rows], None if w is None else w[rows])
            for rows in (slice(n_rows // 2), slice(n_rows // 2, None))
        )
        own_rng = np.random.Generator(np.random.SFC64(rng.integers(2**63)))
        of_second = partial(self._second.compute_gradient, *second, own_rng, strength, n_rows)
        running = self._executor and self._executor.submit(of_second)
        outputs = self._first.compute_gradient(*first, rng, strength, n_rows)
        outputs += running.result() if running else of_second()
        self.grad += self._second.grad
        return outputs


@contextmanager
def passes_for(network, loss, in_halves, n_threads):
    """Return a context with the passes over the batches of a training."""
    if not in_halves:
        yield Passes(network, loss)
    elif n_threads == 1:
        yield PassesInHalves(network, loss)
    else:
        with ThreadPoolExecutor(1) as executor:  # the other thread is that of the training
            yield PassesInHalves(network, loss, executor)
