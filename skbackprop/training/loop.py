"""The training loop: epochs, batches, stopping."""

import copy

import numpy as np

from skbackprop.network.norms import clip_norm, constrain_units
from skbackprop.network.schedules import factor, invscaling
from skbackprop.network.workspace import Workspaces
from skbackprop.training.epoch_loss import LossMeter, mean_penalty, write_output_delta
from skbackprop.training.run import Best, Run
from skbackprop.training.snapshot import NoSnapshot, Snapshot

# The "adaptive" schedule: the factor on the learning rate when the loss stalls, and the smallest rate.
ADAPTIVE_FACTOR = 0.2
ADAPTIVE_END = 1e-6
# Number of epochs of a stream, whose length is unknown, in its history.
STREAM_EPOCHS = 1000


class ValidationError(Exception):
    """Raised from the error of a validation that worked before: training ends with its best weights."""


class Training:
    """A network with its loss, its optimizer and the progress of its training.

    Parameters
    ----------
    network : Network
        Its parameters are changed in place.
    loss : object
        See :mod:`skbackprop.network.losses` for the protocol.
    optimizer : Optimizer
    rng : numpy.random.Generator
        Draws the order of the rows and the dropout masks.
    history : History
        Gets an entry for each epoch.
    learning_rate : float
        eta.
    schedule : str or callable, default="constant"
        A name of SCHEDULES, "invscaling", "adaptive", or a callable of the fraction of training done.
    power_t : float, default=0.5
        Exponent of "invscaling".
    regularization_schedule : str or callable, default="constant"
        A name of SCHEDULES or a callable, whose value multiplies the dropout rates and alpha.
    clip_norm : float, default=None
        Largest norm of the gradient; a longer gradient is shortened.
    max_norm : float, default=None
        Largest norm of the incoming weights of a unit; longer ones are shortened after each step.
    shuffle : bool, default=True
        Whether every epoch passes over the rows in a new order.

    Attributes
    ----------
    best_epoch : int
        The epoch (counted from 1) whose weights were kept by the last :meth:`run`.
    failure : Exception or None
        The error of the validation, if :meth:`run` returned "validation_failed".
    unfinished : Run, Start or None
        The current run, which a checkpoint contains; None between runs.
    plateau : tuple of (str or None, tuple) or None
        For "adaptive" without validation: the ``data`` of the last run and the state of its stopping, from
        which a run on the same data counts on. Short runs then lower the learning rate like a long one.
    """

    plateau = None  # trainings that were saved by version 1.0.0rc1 have none

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
        self.unfinished = None
        self.failure = None

    @property
    def n_epochs(self):
        """Number of complete epochs, over all calls of :meth:`run`."""
        return self.history.n_epochs

    def copied(self, network, history):
        """Return a copy that trains `network` and `history`, copies of those of this training."""
        other = copy.copy(self)
        other.network, other.history = network, history
        other.optimizer = self.optimizer and self.optimizer.copied()
        other.rng, other.unfinished = copy.deepcopy((self.rng, self.unfinished))
        return other

    def run(
        self,
        batches,
        max_iter,
        stopping,
        *,
        streaming=False,
        validate=None,
        observer=None,
        progress=None,
        data=None,
    ):
        """Train for at most `max_iter` epochs and return the reason for the end.

        If ``unfinished`` is a saved run (see :class:`Run`), it is continued up to the present `max_iter`,
        with the `stopping`, `streaming` and `data` that it began with.

        With validation, the weights of a network that was trained before count as the best so far.

        Parameters
        ----------
        batches : Batches
        max_iter : int
        stopping : Stopping
            Monitors the validation if there is one, else the loss with the penalty.
        streaming : bool, default=False
            Whether this is one piece of a stream of unknown length: the schedules that depend on the
            fraction done do not apply, and only the last epochs stay in the history. The caller trains a
            copy, and discards it if the epoch cannot be finished.
        validate : callable, default=None
            Returns the :class:`.Validated` of held-out rows. If given, the weights of the best epoch are
            restored at the end; if each network is validated by itself, those of its best epoch.
        observer : object, default=None
            Its ``begin_epoch()`` and ``end_epoch()`` are called; a true result of ``end_epoch()`` ends the
            training.
        progress : Progress, default=None
            Prints a line per epoch.
        data : str, default=None
            See :class:`Run`.

        Returns
        -------
        reason : {"max_iter", "stalled", "cycle", "callback", "interrupted", "diverged", "validation_failed"}

        Raises
        ------
        BaseException
            Any error of a step, the validation or the observer; the network, the optimizer and the
            generator are then as they were after the last complete epoch, unless `streaming`.
        """
        if self.unfinished is None:
            self.unfinished = Run(max_iter, stopping, streaming, validated=validate is not None, data=data)
        run = self.unfinished
        run.max_iter = max_iter
        try:
            if run.epoch == 0:
                self._begin(run, validate)
            whole_epoch = NoSnapshot() if streaming else Snapshot(self, run)
            reason = self._run_epochs(run, whole_epoch, batches, validate, observer, progress)
        finally:
            self.unfinished = None
        counts_on = self.schedule == "adaptive" and not run.validated and reason != "stalled"
        self.plateau = (run.data, run.stopping.copy_state()) if counts_on else None
        if run.best is not None:
            np.copyto(self.network.theta, run.best.theta)
        return reason

    def _begin(self, run, validate):
        """Continue from an earlier run: with validation, its weights are the best so far."""
        self.history.kept_validation = self.history.kept_epochs = None
        if validate is None:
            if run.data is not None and self.plateau is not None and self.plateau[0] == run.data:
                run.stopping.restore_state(self.plateau[1])
        elif self.n_epochs:
            validated = validate()
            run.stopping.update(validated.mean_watched)
            self.best_epoch = self.n_epochs
            self._keep_best(run, validated)

    def _keep_best(self, run, validated):
        """Keep the present weights if they are the best so far."""
        if run.best is None:
            epochs = np.full(validated.losses.shape, self.n_epochs)
            run.best = Best(self.network.theta.copy(), validated, epochs)
        else:
            run.best = run.best.updated(self.network, validated, self.n_epochs)
        kept = run.best.validated
        self.history.kept_validation = kept.mean_loss, kept.mean_score
        self.history.kept_epochs = run.best.epochs.tolist()

    def _run_epochs(self, run, whole_epoch, batches, validate, observer, progress):
        workspaces = Workspaces(self.network, np.empty_like(self.network.theta))
        while True:
            if run.stopping.exhausted and not self._slow_down(run.stopping):
                return run.stopping.reason
            if run.epoch >= run.max_iter:
                return "max_iter"
            try:
                if observer is not None:
                    observer.begin_epoch()
                done = None if run.streaming else (run.epoch, run.max_iter)
                loss, penalty = self._epoch(batches, workspaces, done)
                if not np.isfinite(loss + penalty):
                    whole_epoch.restore()
                    return "diverged"
                validated = None if validate is None else validate()
                self._end_epoch(run, loss, penalty, validated)
                whole_epoch.take()
            except BaseException as error:
                whole_epoch.restore()
                # A stream is a loop in the user's code, which Ctrl-C must end as well.
                if isinstance(error, KeyboardInterrupt) and self.n_epochs and not run.streaming:
                    return "interrupted"
                if isinstance(error, ValidationError):
                    self.failure = error.__cause__
                    return "validation_failed"
                raise
            if progress is not None:
                progress.print_epoch(None if run.streaming else self.n_epochs - run.epoch + run.max_iter)
            try:
                if observer is not None and observer.end_epoch():
                    return "callback"
            except KeyboardInterrupt:
                if run.streaming:
                    raise
                return "interrupted"

    def _end_epoch(self, run, loss, penalty, validated):
        """Record a complete epoch."""
        run.epoch += 1
        self.history.append(loss, penalty, validated)
        if run.streaming:
            self.history.drop_all_but(STREAM_EPOCHS)
        done = run.epoch / run.max_iter
        if validated is None:
            run.stopping.update(loss + penalty, done)
            self.best_epoch = self.n_epochs
            return
        if run.stopping.update(validated.mean_watched, done, validated.watched):
            self.best_epoch = self.n_epochs
        self._keep_best(run, validated)

    def _epoch(self, batches, workspaces, done):
        """Pass once over the rows; return the mean loss, and the penalty at the end of the epoch.

        `done` is (epochs done, epochs planned); None if no schedule applies.
        """
        network, loss, rng = self.network, self.loss, self.rng
        theta, grad, step = network.theta, workspaces.grad, self.optimizer.step
        meter = LossMeter(loss, network, batches)
        # Overflow is detected once per epoch, in `_run_epochs`.
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            for i, (X, Y, w) in enumerate(batches.epoch(rng if self.shuffle else None)):
                workspace = workspaces[X.shape[0]]
                strength = self._strength(done, i / batches.n_batches)
                workspace.fade_dropout(strength)
                Y, w = workspace.for_each_network(Y, w)
                z = network.forward(X, workspace, rng)
                meter.add(Y, z, w)
                write_output_delta(loss, Y, w, workspace)
                network.backward(workspace)
                if self.clip_norm is not None:
                    clip_norm(grad, self.clip_norm)
                step(theta, grad, self._eta(done, i / batches.n_batches), strength)
                if self.max_norm is not None:
                    constrain_units(network.W, self.max_norm)
            return meter.mean(), mean_penalty(network, self.optimizer.alpha)

    def _eta(self, done, part):
        """Return eta of the step after the fraction `part` of the present epoch."""
        if self.schedule == "invscaling":
            return self.learning_rate * invscaling(self.n_epochs + 1, self.power_t)
        if self.schedule in ("constant", "adaptive") or done is None:
            return self.learning_rate
        return self.learning_rate * factor(self.schedule, fraction(done, part), "schedule")

    def _strength(self, done, part):
        """Return the factor on dropout and alpha in the step after the fraction `part` of this epoch."""
        if self.regularization_schedule == "constant" or done is None:
            return 1.0
        return factor(self.regularization_schedule, fraction(done, part), "regularization_schedule")

    def _slow_down(self, stopping):
        """Lower the learning rate of "adaptive"; return whether the training continues."""
        if self.schedule != "adaptive" or self.learning_rate <= ADAPTIVE_END:
            return False
        self.learning_rate *= ADAPTIVE_FACTOR
        stopping.n_stalled = 0
        return True


def fraction(done, part):
    """Return the fraction of training done after `part` of the epoch that follows `done` (see `_epoch`)."""
    n_done, n_epochs = done
    return (n_done + part) / n_epochs
