"""The temperature: one number by which raw outputs are divided so that probabilities are calibrated.

A network that goes on training becomes too sure before it becomes worse at telling classes apart. The loss
after the best temperature measures the latter alone, and is what the epoch is chosen by; the temperature
itself is applied at the end (Berta, Holzmueller, Jordan & Bach, 2025, "Rethinking early stopping: refine,
then calibrate"; Guo et al., 2017, "On calibration of modern neural networks").
"""

import numpy as np
from scipy.optimize import brentq

from skbackprop.training.epoch_loss import weighted_sum

# Bound of the temperature (and of its inverse), and the accuracy of its logarithm.
LARGEST = 1e4
ACCURACY = 0.002


def inverse_temperature(loss, Y, raw, w=None):
    """Return b = 1 / T such that the weighted mean loss of b z is smallest.

    It is the root of dL/db = sum_i w_i sum_j delta_j(b z_i) z_ij. Where all rows are on their right side, any
    larger b would be better, and a single wrong row among new ones would cost much. The targets are therefore
    those of Platt (1999, "Probabilistic outputs for support vector machines"): as sure as n right rows allow.

    Parameters
    ----------
    loss : object
        Of raw outputs of one network.
    Y, raw : ndarray of shape (n_rows, n_outputs)
    w : ndarray of shape (n_rows,), default=None
    """
    scaled, delta = np.empty_like(raw), np.empty_like(raw)
    Y = platt_targets(Y)

    def slope(log_b):
        np.multiply(raw, np.exp(log_b), out=scaled)
        loss.delta(Y, scaled, delta)
        return weighted_sum(np.einsum("ij,ij->i", delta, raw), w)

    low, high = -np.log(LARGEST), np.log(LARGEST)
    if not np.isfinite(raw).all() or not slope(low) < 0:
        return 1.0  # worse than a constant at every temperature
    if slope(high) < 0:
        return LARGEST
    return float(np.exp(brentq(slope, low, high, xtol=ACCURACY)))


def platt_targets(Y):
    """Return (1 - e) Y + e / k with e = 2 / (n + 2) for n rows.

    k is the number of columns where the rows of Y sum to 1 (classes), else 2 (sigmoids).
    """
    n_rows, n_outputs = Y.shape
    e = 2 / (n_rows + 2)
    k = n_outputs if n_outputs > 1 and np.allclose(Y.sum(axis=1), 1) else 2
    return (1 - e) * Y + np.asarray(e / k, Y.dtype)


def apply_temperature(network, b):
    """Multiply the raw outputs of `network` by b: those of the last layer are linear in its parameters."""
    network.W[-1][...] *= b
    network.b[-1][...] *= b
