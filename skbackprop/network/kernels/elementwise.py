"""Elementwise functions that several activations and losses share."""

import numpy as np

from skbackprop.network.kernels.constant_arrays import shared_number, zeros_like


def sigmoid(z, out):
    """Write 1 / (1 + exp(-z)) into `out` as (1 + tanh(z / 2)) / 2, which cannot overflow."""
    np.multiply(z, 0.5, out=out)
    np.tanh(out, out=out)
    out += 1
    out *= 0.5


def positive_part(z, out):
    """Write max(z, 0) into `out`."""
    np.maximum(z, zeros_like(z), out=out)


def negative_part(z, out):
    """Write min(z, 0) into `out`."""
    np.minimum(z, zeros_like(z), out=out)


def is_positive(z, out):
    """Write whether z > 0 into `out`, an array of booleans."""
    np.greater(z, shared_number(0.0, z.dtype), out=out)


def softplus_of_minus_abs(z, out):
    """Write ln(1 + exp(-|z|)) into `out`; its sum with max(z, 0) is the softplus ln(1 + exp(z))."""
    np.abs(z, out=out)
    np.negative(out, out=out)
    np.exp(out, out=out)
    np.log1p(out, out=out)
