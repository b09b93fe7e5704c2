"""Where an activation is flat, so that no gradient passes."""

import numpy as np

from skbackprop.network.activations import ACTIVATIONS

# A slope below this share of the function's largest one counts as flat.
FLAT_SHARE = 0.01


def saturation(name, z):
    """Return where the slope sigma'(z) is below a hundredth of the largest slope of its function.

    Parameters
    ----------
    name : str
        Of ACTIVATIONS.
    z : ndarray of shape (n_samples, n_units)

    Returns
    -------
    is_saturated : ndarray of bool, of the shape of z
    """
    largest = np.abs(slope(name, np.linspace(-10, 10, 2001))).max()
    return np.abs(slope(name, z)) < FLAT_SHARE * largest


def slope(name, z):
    """Return sigma'(z) of the activation `name`, in float64."""
    activation = ACTIVATIONS[name]
    z = np.array(z, dtype=np.float64)
    a = np.empty_like(z) if activation.needs_z else z  # as in the layers of a network
    scratch, mask = np.empty_like(z), np.empty(z.shape, bool)
    derivative = np.ones_like(z)
    activation.forward(z, a, scratch)
    activation.backward(derivative, a, z, scratch, mask)
    return derivative
