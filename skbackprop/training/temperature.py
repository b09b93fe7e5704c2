"""Temperature scaling: one number that calibrates the probabilities of a network.

During training, a network becomes overconfident before it becomes worse at separating the classes. The loss
after the best temperature measures the separation alone, so the best epoch is chosen by it; the temperature
itself is applied at the end (Berta, Holzmueller, Jordan & Bach, 2025, "Rethinking early stopping: refine,
then calibrate"; Guo et al., 2017, "On calibration of modern neural networks").

Usually z is divided by the temperature T, which draws all probabilities towards 1/2. Here the distance of z
from z_0, the raw outputs of the base rates, is divided by T: the probabilities are drawn towards the base
rates, as they should be if a class is rare.
"""

import math
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.optimize import brentq

from skbackprop.network.losses import combine, combine_backward
from skbackprop.network.losses.links import LINKS
from skbackprop.training.epoch_loss import weighted_sum

# Bound of the temperature and of its inverse, and the tolerance of its logarithm. The search goes outwards
# from T = 1, over these parts of the range of the logarithm.
LARGEST = 1e4
ACCURACY = 0.002
PARTS = (0, 1 / 16, 1 / 4, 1)


@dataclass
class Temperature:
    """Maps raw outputs z to z_0 + b (z - z_0).

    Attributes
    ----------
    b : float
        1 / T.
    z_0 : ndarray of shape (n_outputs,)
        The raw outputs whose probabilities are the base rates.
    """

    b: float
    z_0: np.ndarray

    def raw(self, raw):
        """Return z_0 + b (raw - z_0)."""
        return self.z_0 + self.b * (raw - self.z_0)

    def apply(self, network):
        """Scale the raw outputs of `network`, in place: they are linear in W^L and b^L of its last layer."""
        network.W[-1][...] *= self.b
        network.b[-1][...] = self.raw(network.b[-1])


def best_temperature(loss, Y, raw, w=None, n_networks=1):
    """Return the Temperature after which the weighted mean loss is smallest.

    b is the root of dL/db = sum_i w_i sum_j delta_j(z_0 + b (z_i - z_0)) (z_i - z_0)_j. For the mean of
    several networks, this is summed over the networks, with the derivatives of the loss with respect to their
    raw outputs.

    If all rows are classified correctly, the loss falls with every larger b, and a single wrong row of new
    data would have a very large loss. The targets are therefore smoothed as by Platt (1999, "Probabilistic
    outputs for support vector machines").

    Parameters
    ----------
    loss : object
        A loss whose ``activation`` is "softmax" or "logistic".
    Y : ndarray of shape (n_rows, n_outputs)
    raw : ndarray of shape (n_rows * n_networks, n_outputs)
        In the order of :meth:`.Network.forward`.
    w : ndarray of shape (n_rows,), default=None
    n_networks : int, default=1
        Number of networks that are averaged for each row.
    """
    Y = platt_targets(loss, Y)
    z_0 = LINKS[loss.activation](np.average(Y, axis=0, weights=w)).astype(raw.dtype)
    by_network = (len(Y), n_networks, -1)
    distance = (raw - z_0).reshape(by_network)
    delta = np.empty_like(Y, dtype=raw.dtype)

    @cache
    def slope(log_b):
        z = Temperature(math.exp(log_b), z_0).raw(raw)
        loss.delta(Y, combine(loss, z, n_networks), delta)
        (slopes,) = combine_backward(loss, z.reshape(by_network), n_networks, delta[None])
        return weighted_sum(np.einsum("iej,iej->i", slopes, distance), w)

    if not np.isfinite(raw).all():
        return Temperature(1.0, z_0)
    sign = 1 if slope(0.0) < 0 else -1
    for near, far in pairwise(sign * math.log(LARGEST) * part for part in PARTS):
        if sign * slope(far) >= 0:
            return Temperature(math.exp(brentq(slope, near, far, xtol=ACCURACY)), z_0)
    # Without a root, larger b are always better, or no b is better than the base rates.
    return Temperature(LARGEST if sign == 1 else 1.0, z_0)


def platt_targets(loss, Y):
    """Return (1 - e) Y + e / k with e = 2 / (n + 2) for n rows, and k classes or 2 values of a sigmoid."""
    n_rows, n_outputs = Y.shape
    e = 2 / (n_rows + 2)
    k = n_outputs if loss.activation == "softmax" else 2
    return (1 - e) * Y + np.asarray(e / k, Y.dtype)
