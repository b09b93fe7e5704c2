"""The training loop: epochs, batches, stopping, history. It knows no scikit-learn."""

import time
from dataclasses import dataclass, field

import numpy as np

from skbackprop.network import Workspace
from skbackprop.optimizers import flush_denormals
from skbackprop.schedules import SCHEDULES, invscaling

# The "adaptive" schedule: the factor on the learning rate when the loss stalls, and where it ends.
ADAPTIVE_FACTOR = 0.2
ADAPTIVE_END = 1e-6


@dataclass
class History:
    """What was measured after each epoch.

    ``loss`` is the weighted mean of the data loss over the batches of the epoch, each taken just
    before its own step (and with dropout, where there is any); ``penalty`` is alpha / 2 sum W^2
    at the end of the epoch; ``validation_loss`` and ``validation_score`` are taken at the end of
    the epoch, without dropout.
    """

    loss: list = field(default_factory=list)
    penalty: list = field(default_factory=list)
    validation_loss: list = field(default_factory=list)
    validation_score: list = field(default_factory=list)


class Stopping:
    """Ends the training when a value has not fallen by more than `tol` for `patience` epochs.

    Attributes
    ----------
    best : float
        The smallest value so far.
    n_stalled : int
        Epochs since the value last fell by more than `tol`.
    """

    def __init__(self, tol, patience):
        self.tol = tol
        self.patience = patience
        self.best = np.inf
        self.n_stalled = 0

    def update(self, value):
        """Take the value of an epoch; return whether it is the best so far."""
        self.n_stalled = 0 if value < self.best - self.tol else self.n_stalled + 1
        improved = value < self.best
        self.best = min(value, self.best)
        return improved

    @property
    def exhausted(self):
        """Whether the patience has run out."""
        return self.patience is not None and self.n_stalled >= self.patience


class Snapshot:
    """A copy of the last whole epoch, to return to when the next one cannot be finished."""

    def __init__(self, network, optimizer, rng):
        self._network, self._optimizer, self._rng = network, optimizer, rng
        self._theta = np.empty_like(network.theta)
        self.take()

    def take(self):
        """Copy the present state."""
        np.copyto(self._theta, self._network.theta)
        self._optimizer_state = self._optimizer.copy_state()
        self._rng_state = self._rng.bit_generator.state

    def restore(self):
        """Go back to the state that was copied last."""
        np.copyto(self._network.theta, self._theta)
        self._optimizer.restore_state(self._optimizer_state)
        self._rng.bit_generator.state = self._rng_state


class Training:
    """A network, what trains it, and how far it has come.

    Parameters
    ----------
    network : Network
        Its parameters are changed in place.
    loss : object
        See :mod:`skbackprop.losses` for the protocol.
    optimizer : Optimizer
    rng : numpy.random.Generator
        Draws the order of the rows and the dropout masks.
    history : History
        Gets an entry for each epoch.
    learning_rate : float
        eta.
    schedule : str or callable, default="constant"
        A name of SCHEDULES, "invscaling", "adaptive", or a callable of the fraction done.
    power_t : float, default=0.5
        For "invscaling".
    regularization_schedule : str or callable, default="constant"
        The factor on the dropout rates and on alpha, a name of SCHEDULES or a callable.
    clip_norm : float, default=None
        A longer gradient is shortened to this norm.
    max_norm : float, default=None
        After each step the incoming weights of every unit are shortened to this norm.
    shuffle : bool, default=True
        Whether every epoch takes the rows in a new order.

    Attributes
    ----------
    best_epoch : int
        The epoch (counted from 1) whose weights were kept by the last :meth:`run`.
    """

    def __init__(
        self,
        network,
        loss,
        optimizer,
        rng,
        history,
        *,
        learning_rate,
        schedule="constant",
        power_t=0.5,
        regularization_schedule="constant",
        clip_norm=None,
        max_norm=None,
        shuffle=True,
    ):
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.rng = rng
        self.history = history
        self.learning_rate = learning_rate
        self.schedule = schedule
        self.power_t = power_t
        self.regularization_schedule = regularization_schedule
        self.clip_norm = clip_norm
        self.max_norm = max_norm
        self.shuffle = shuffle
        self.best_epoch = 0

    @property
    def n_epochs(self):
        """Whole epochs done, over all calls of :meth:`run`."""
        return len(self.history.loss)

    def run(
        self,
        batches,
        max_iter,
        stopping,
        *,
        held=False,
        validate=None,
        on_epoch_end=None,
        verbose=False,
    ):
        """Train for at most `max_iter` epochs and return what ended it.

        Parameters
        ----------
        batches : Batches
        max_iter : int
        stopping : Stopping
            Watches the validation where there is one, else the loss with the penalty.
        held : bool, default=False
            Whether the schedules that depend on the fraction done are left out.
        validate : callable, default=None
            Returns (loss, score) on held-out rows; with a score of None the loss is watched. With
            it the weights of the best epoch are restored at the end.
        on_epoch_end : callable, default=None
            Called with this object after each epoch; a true result ends the training.
        verbose : bool, default=False
            Whether to print a line an epoch.

        Returns
        -------
        reason : {"max_iter", "stalled", "callback", "interrupted", "diverged"}
        """
        grad = np.empty_like(self.network.theta)
        whole_epoch = Snapshot(self.network, self.optimizer, self.rng)
        best_theta = None
        for epoch in range(max_iter):
            started = time.perf_counter()
            try:
                loss, penalty = self._epoch(batches, grad, None if held else (epoch, max_iter))
            except KeyboardInterrupt:
                whole_epoch.restore()
                return self._end("interrupted", best_theta)
            except BaseException:
                whole_epoch.restore()
                raise
            if not np.isfinite(loss + penalty):
                whole_epoch.restore()
                return self._end("diverged", best_theta)
            whole_epoch.take()
            value = self._record(loss, penalty, validate)
            if stopping.update(value) or validate is None:
                self.best_epoch = self.n_epochs
                if validate is not None:
                    best_theta = self.network.theta.copy()
            if verbose:
                self._print_line(time.perf_counter() - started)
            if on_epoch_end is not None and on_epoch_end(self):
                return self._end("callback", best_theta)
            if stopping.exhausted and not self._slow_down(stopping):
                return self._end("stalled", best_theta)
        return self._end("max_iter", best_theta)

    def _epoch(self, batches, grad, progress):
        """Pass once over the rows; return the mean loss and the penalty at the end.

        `progress` is (epochs done, of how many), None where the schedule does not apply.
        """
        network, loss, rng = self.network, self.loss, self.rng
        theta, step = network.theta, self.optimizer.step
        workspaces = {}
        meter = LossMeter(loss, network, batches)
        n_steps = -(-batches.n_rows // batches.batch_size)
        # Overflow on the way to divergence is found at the end of the epoch, in `run`.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for i, (X, Y, w) in enumerate(batches.epoch(rng if self.shuffle else None)):
                n_rows = Y.shape[0]
                workspace = workspaces.get(n_rows)
                if workspace is None:
                    workspace = workspaces[n_rows] = Workspace(network, n_rows, grad)
                strength = self._strength(progress, i / n_steps)
                workspace.fade_dropout(strength)
                z = network.forward(X, workspace, rng)
                output = workspace.output
                meter.add(Y, z, w)
                write_output_delta(loss, Y, z, w, out=output.delta)
                network.backward(workspace)
                if self.clip_norm is not None:
                    clip_norm(grad, self.clip_norm)
                step(theta, grad, self._eta(progress, i / n_steps), strength)
                if self.max_norm is not None:
                    network.constrain(self.max_norm)
            penalty = self.optimizer.alpha / 2 * network.sum_of_squared_weights()
            return meter.total() / batches.n_rows, penalty

    def _eta(self, progress, part):
        """Return the learning rate of a step, after `part` of the present epoch."""
        if self.schedule == "invscaling":
            return self.learning_rate * invscaling(self.n_epochs + 1, self.power_t)
        if self.schedule == "adaptive" or progress is None:
            return self.learning_rate
        return self.learning_rate * scheduled(self.schedule, progress, part)

    def _strength(self, progress, part):
        """Return the factor on dropout and alpha of a step, after `part` of the present epoch."""
        if self.regularization_schedule == "constant" or progress is None:
            return 1.0
        return scheduled(self.regularization_schedule, progress, part)

    def _slow_down(self, stopping):
        """Lower the learning rate of "adaptive"; return whether the training goes on."""
        if self.schedule != "adaptive" or self.learning_rate <= ADAPTIVE_END:
            return False
        self.learning_rate *= ADAPTIVE_FACTOR
        stopping.n_stalled = 0
        return True

    def _record(self, loss, penalty, validate):
        """Append an epoch to the history; return the value that the stopping watches."""
        history = self.history
        history.loss.append(loss)
        history.penalty.append(penalty)
        if validate is None:
            return loss + penalty
        validation_loss, score = validate()
        history.validation_loss.append(validation_loss)
        if score is None:
            return validation_loss
        history.validation_score.append(score)
        return -score

    def _print_line(self, seconds):
        history = self.history
        line = f"epoch {self.n_epochs:5d}  loss {history.loss[-1]:11.6f}"
        if history.validation_loss:
            line += f"  validation loss {history.validation_loss[-1]:11.6f}"
        if history.validation_score:
            line += f"  score {history.validation_score[-1]:9.6f}"
        print(f"{line}  {seconds:8.3f} s")

    def _end(self, reason, best_theta):
        """Keep the best weights, where there was a validation, and pass `reason` on."""
        if best_theta is not None:
            np.copyto(self.network.theta, best_theta)
        return reason


def scheduled(schedule, progress, part):
    """Return the factor of a schedule, `part` of an epoch after (epochs done, of how many)."""
    n_done, n_epochs = progress
    function = schedule if callable(schedule) else SCHEDULES[schedule]
    return function((n_done + part) / n_epochs)


class LossMeter:
    """Sums the loss over an epoch.

    The raw outputs of small batches are collected, because one call of the loss for a thousand
    rows takes hardly longer than one for a batch of thirty.
    """

    ROWS = 1024

    def __init__(self, loss, network, batches):
        n_outputs, dtype = network.layer_sizes[-1], network.theta.dtype
        shape = (max(self.ROWS, batches.batch_size), n_outputs)
        self._loss = loss
        self._Y, self._z, self._scratch = (np.empty(shape, dtype) for _ in range(3))
        self._w = np.ones(shape[0], dtype)
        self._filled = 0
        self._total = 0.0

    def add(self, Y, z, w):
        """Add the rows of a batch."""
        if self._filled + Y.shape[0] > self._w.size:
            self._empty()
        rows = slice(self._filled, self._filled + Y.shape[0])
        self._Y[rows] = Y
        self._z[rows] = z
        if w is not None:
            self._w[rows] = w
        self._filled = rows.stop

    def total(self):
        """Return the sum over all rows that were added."""
        self._empty()
        return self._total

    def _empty(self):
        n = self._filled
        values = self._loss.value(self._Y[:n], self._z[:n], self._scratch[:n])
        self._total += weighted_sum(values, self._w[:n])
        self._filled = 0


def mean_loss(network, loss, batches):
    """Return the weighted mean loss over `batches`, as in prediction (without dropout)."""
    total, workspace = 0.0, None
    for X, Y, w in batches.epoch():
        if workspace is None or workspace.ones.size != Y.shape[0]:
            workspace = Workspace(network, Y.shape[0])
        z = network.forward(X, workspace)
        total += weighted_sum(loss.value(Y, z, workspace.output.scratch), w)
    return total / batches.n_rows


def write_output_delta(loss, Y, z, w, out):
    """Write delta^L of the mean loss over the rows of a batch into `out`."""
    loss.delta(Y, z, out)
    if w is not None:
        out *= w[:, None]
    out *= 1 / Y.shape[0]
    flush_denormals(out)  # the deltas of rows that are certainly right


def weighted_sum(values, w):
    """Return sum_i w_i values_i, with weights of 1 where `w` is None."""
    return float(values.sum() if w is None else values @ w)


def clip_norm(grad, largest):
    """Shorten `grad` in place to the norm `largest` where it is longer."""
    norm = np.sqrt(grad @ grad)
    if norm > largest:
        grad *= largest / norm
