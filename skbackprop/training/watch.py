"""Validation during training: the loss and the scores on held-out rows."""

import numpy as np

from skbackprop.network.losses import combine
from skbackprop.network.members import copy_member
from skbackprop.training.epoch_loss import mean_loss, raw_outputs, weighted_sum
from skbackprop.training.loop import ValidationError
from skbackprop.training.run import Validated
from skbackprop.training.temperature import best_temperature


class Watch:
    """Validates networks: a call returns a :class:`.Validated`.

    Parameters
    ----------
    networks : list of Network
    batches : list of Batches
        The held-out rows of each.
    loss : object

    Attributes
    ----------
    scores : list of callable or None
        The scorer of each network on its rows.
    calibrated : bool
        Whether the losses are computed after temperature scaling, with one temperature for all rows (see
        :mod:`.temperature`).
    """

    def __init__(self, networks, batches, loss):
        self.networks, self.batches, self.loss = networks, batches, loss
        self.scores = None
        self.calibrated = False
        totals = np.array([each.total_weight for each in batches], dtype=np.float64)
        self.shares = totals / totals.sum()
        self.n_done = 0

    def __call__(self):
        losses = self.after_temperature()[1] if self.calibrated else self.plain_losses()
        try:
            scores = (
                None if self.scores is None else np.array([score() for score in self.scores], dtype=float)
            )
        except Exception as error:
            if self.n_done == 0:  # the scorer never worked
                raise
            raise ValidationError from error
        self.n_done += 1
        return Validated(losses, scores, self.shares)

    def plain_losses(self):
        """Return the present loss of each network on its rows."""
        self.follow()
        pairs = zip(self.networks, self.batches, strict=True)
        return np.array([mean_loss(network, self.loss, batches) for network, batches in pairs])

    def after_temperature(self):
        """Return the present best temperature, and the loss of each network at this temperature.

        If a loss overflows, it is infinite or NaN, without a warning.
        """
        self.follow()
        pairs = zip(self.networks, self.batches, strict=True)
        parts = [raw_outputs(network, batches) for network, batches in pairs]
        n_averaged = self.networks[0].n_networks
        temperature = pooled_temperature(self.loss, parts, self.shares, n_averaged)
        losses = []
        with np.errstate(over="ignore", invalid="ignore"):
            for Y, raw, w in parts:
                z = combine(self.loss, temperature.raw(raw), n_averaged)
                losses.append(weighted_sum(self.loss.value(Y, z, np.empty_like(z)), w) / len(Y))
        return temperature, np.array(losses)

    def follow(self):
        """Do nothing: the validated networks are the trained ones themselves."""

    def calibrate(self, network):
        """Apply the best temperature to `network`, which has its final weights, and return the mean loss."""
        temperature, losses = self.after_temperature()
        temperature.apply(network)
        return float(self.shares @ losses)


class WatchOnFolds(Watch):
    """Validates copies of several networks that are trained side by side, each on its own rows."""

    def __init__(self, members, batches, loss, network):
        super().__init__(members, batches, loss)
        self.network = network

    def follow(self):
        """Copy the present parameters of the trained networks."""
        for e, one in enumerate(self.networks):
            copy_member(self.network, e, one)


def pooled_temperature(loss, parts, shares, n_averaged):
    """Return the best temperature for all rows.

    `parts` has (Y, raw outputs, weights) of each network, which may consist of `n_averaged` networks side by
    side whose mean is validated.
    """
    Y = np.concatenate([Y for Y, _, _ in parts])
    raw = np.concatenate([raw for _, raw, _ in parts])
    weights = [
        share / len(Y) * (np.ones(len(Y)) if w is None else w)
        for share, (Y, _, w) in zip(shares, parts, strict=True)
    ]
    return best_temperature(loss, Y, raw, np.concatenate(weights).astype(raw.dtype), n_averaged)
