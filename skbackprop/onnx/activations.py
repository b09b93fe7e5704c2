"""The formulas of :mod:`skbackprop.network.activations` as ONNX graphs.

They use elementary operators, because onnxruntime does not support float64 for Elu, Selu, Softplus and
similar operators.
"""

import math

from skbackprop.network import activations
from skbackprop.onnx.graph import erf, exp, log, maximum, minimum, tanh


def identity(z):
    """Return z."""
    return z


def sigmoid(z):
    """Return 1 / (1 + exp(-z)), which is accurate for small results; it is 0 if exp(-z) overflows."""
    return 1 / (exp(-z) + 1)


def relu(z):
    """Return max(0, z)."""
    return maximum(z, 0)


def leaky_relu(z):
    """Return max(z, 0.01 z)."""
    return maximum(z, z * activations.LeakyReLU.slope)


def elu(z):
    """Return z for z > 0, else exp(z) - 1."""
    return maximum(z, 0) + (exp(minimum(z, 0)) - 1)


def selu(z):
    """Return lambda z for z > 0, else lambda alpha (exp(z) - 1)."""
    scale, alpha = activations.SELU.scale, activations.SELU.alpha
    return maximum(z, 0) * scale + (exp(minimum(z, 0)) - 1) * (scale * alpha)


def softplus(z):
    """Return ln(1 + exp(z)) as max(z, 0) + ln(1 + exp(-|z|)), which cannot overflow."""
    return maximum(z, 0) + log(exp(-abs(z)) + 1)


def silu(z):
    """Return z / (1 + exp(-z))."""
    return z * sigmoid(z)


def gelu(z):
    """Return z Phi(z), where Phi(z) = (1 + erf(z / sqrt(2))) / 2."""
    return z * (erf(z * math.sqrt(0.5)) + 1) * 0.5


def mish(z):
    """Return z tanh(ln(1 + u)) with u = exp(z), as z (1 - 2 / ((1 + u)^2 + 1))."""
    v = exp(minimum(z, 20)) + 1  # for z >= 20 the factor is 1 after rounding
    return z * (1 - 2 / (v * v + 1))


FORMULAS = {
    activations.Identity: identity,
    activations.Sigmoid: sigmoid,
    activations.Tanh: tanh,
    activations.ReLU: relu,
    activations.LeakyReLU: leaky_relu,
    activations.ELU: elu,
    activations.SELU: selu,
    activations.Softplus: softplus,
    activations.SiLU: silu,
    activations.GELU: gelu,
    activations.Mish: mish,
}


def activate(z, name):
    """Return a = sigma(z) for the activation that is registered under `name`."""
    try:
        formula = FORMULAS[type(activations.ACTIVATIONS[name])]
    except KeyError:
        raise ValueError(
            f"The activation {name!r} has no ONNX formula. Add a function of a tensor to "
            "skbackprop.onnx.activations.FORMULAS, with the class of the activation as its key."
        ) from None
    return formula(z)
