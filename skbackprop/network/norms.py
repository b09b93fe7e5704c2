"""Two bounds: on the length of the gradient, and on the weights that lead into a unit."""

import numpy as np


def clip_norm(grad, largest):
    """Shorten `grad` in place to the norm `largest` where it is longer (Pascanu et al., 2013)."""
    norm = np.sqrt(grad @ grad)
    if norm > largest:
        grad *= largest / norm


def constrain_units(W, max_norm):
    """Shorten in place the incoming weights of every unit, the columns of each W^l, to the norm `max_norm`.

    Srivastava et al. (2014) train networks with dropout this way.
    """
    for weights in W:
        norms = np.sqrt(np.einsum("...ij,...ij->...j", weights, weights))
        weights *= (max_norm / np.maximum(norms, max_norm))[..., None, :]
