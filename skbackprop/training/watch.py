"""Validation during training: the loss and the scores on held-out rows."""

import numpy as np

from skbackprop.network.losses import combine
from skbackprop.network.members import copy_member
from skbackprop.network.workspace import Workspaces
from skbackprop.training.epoch_loss import mean_loss, raw_outputs, weighted_sum
from skbackprop.training.loop import ValidationError
from skbackprop.training.run import Validated
from skbackprop.training.temperature import best_temperature


class Watch:
    """Validates networks on parts of the held-out rows: a call returns a :class:`.Validated`.

    Parameters
    ----------
    network : Network
        All networks that are trained, validated on a single part.
    batches : list of Batches
        The held-out rows of each part.
    loss : object

    Attributes
    ----------
    scores : list of callable or None
        The scorer of ``network`` on each part.
    calibrated : bool
        Whether the losses are computed after temperature scaling, with one temperature for all rows (see
        :mod:`.temperature`).
    """

    def __init__(self, network, batches, loss):
        self.network, self.batches, self.loss = network, batches, loss
        self.scores = None
        self.calibrated = False
        totals = np.array([each.total_weight for each in batches], dtype=np.float64)
        self.shares = totals / totals.sum()
        self.n_done = 0
        self._workspaces = Workspaces(network)

    def __call__(self):
        losses = self.after_temperature()[1] if self.calibrated else self.plain_losses()
        try:
            scores = self.scores and np.array([score() for score in self.in_turn(self.scores)], dtype=float)
        except Exception as error:
            if self.n_done == 0:  # the scorer never worked
                raise
            raise ValidationError from error
        self.n_done += 1
        return Validated(losses, scores, self.shares)

    def in_turn(self, parts):
        """Yield `parts` of the held-out rows, each while ``network`` has the parameters to be validated."""
        return parts

    def plain_losses(self):
        """Return the present loss on each part."""
        batches = self.in_turn(self.batches)
        return np.array([mean_loss(self.network, self.loss, each, self._workspaces) for each in batches])

    def after_temperature(self):
        """Return the present best temperature, and the loss on each part at this temperature.

        If a loss overflows, it is infinite or NaN, without a warning.
        """
        batches = self.in_turn(self.batches)
        parts = [raw_outputs(self.network, each, self._workspaces) for each in batches]
        n_averaged = self.network.n_networks
        temperature = pooled_temperature(self.loss, parts, self.shares, n_averaged)
        losses = []
        with np.errstate(over="ignore", invalid="ignore"):
            for Y, raw, w in parts:
                z = combine(self.loss, temperature.raw(raw), n_averaged)
                losses.append(weighted_sum(self.loss.value(Y, z, np.empty_like(z)), w) / len(Y))
        return temperature, np.array(losses)

    def calibrate(self, network):
        """Apply the best temperature to `network`, which has its final weights, and return the mean loss."""
        temperature, losses = self.after_temperature()
        temperature.apply(network)
        return float(self.shares @ losses)


class WatchOnFolds(Watch):
    """Validates each of several networks that are trained side by side on its own part.

    Parameters
    ----------
    trained : Network
    one : Network
        Of the same layers, but a single one; its parameters are overwritten by those of each in turn.
    batches, loss
        See :class:`Watch`.
    """

    def __init__(self, trained, one, batches, loss):
        super().__init__(one, batches, loss)
        self.trained = trained

    def in_turn(self, parts):
        for e, part in enumerate(parts):
            copy_member(self.trained, e, self.network)
            yield part


def pooled_temperature(loss, parts, shares, n_averaged):
    """Return the best temperature for all rows.

    `parts` has (Y, raw outputs, weights) of each part, with the raw outputs of the `n_averaged` networks
    whose mean is validated.
    """
    Y = np.concatenate([Y for Y, _, _ in parts])
    raw = np.concatenate([raw for _, raw, _ in parts])
    weights = [
        share / len(Y) * (np.ones(len(Y)) if w is None else w)
        for share, (Y, _, w) in zip(shares, parts, strict=True)
    ]
    return best_temperature(loss, Y, raw, np.concatenate(weights).astype(raw.dtype), n_averaged)
