"""Saturation of activations: where the slope is so small that hardly any gradient passes."""

import numpy as np

from skbackprop.network.activations import ACTIVATIONS

# A unit is saturated if the slope is below this share of the largest slope of its activation.
FLAT_SHARE = 0.01


def saturation(name, z):
    """Return where the slope sigma'(z) is below a hundredth of the largest slope of the activation.

    Parameters
    ----------
    name : str
        A key of ACTIVATIONS.
    z : ndarray of shape (n_samples, n_units)

    Returns
    -------
    is_saturated : ndarray of bool of shape (n_samples, n_units)
    """
    largest = np.abs(slope(name, np.linspace(-10, 10, 2001))).max()
    return np.abs(slope(name, z)) < FLAT_SHARE * largest


def slope(name, z):
    """Return sigma'(z) of the activation `name`, in float64."""
    return ACTIVATIONS[name].value_and_slope(np.asarray(z, dtype=np.float64))[1]
