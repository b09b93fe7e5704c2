"""Activation functions sigma and their derivatives sigma'.

The methods of an activation write into the arrays they are given, so that a training step
allocates no memory:

``forward(z, scratch)``
    overwrites z with a = sigma(z).
``forward_with_slope(z, a, scratch)``
    writes a = sigma(z) into `a` and overwrites z with sigma'(z), which has costly terms in common with
    sigma(z). Only activations with ``stores_slope`` have it, for a forward pass that a backward pass follows.
``backward(delta, a, slope, scratch, flags)``
    multiplies `delta` in place by sigma'(z). With ``stores_slope``, `slope` holds sigma'(z); without, sigma'
    is computed from `a`, which is the same array. The arrays `a`, `scratch` (floats) and `flags` (booleans)
    have the shape of `delta` and may be overwritten: they are not read afterwards.

``initialization`` names the scheme that preserves the variance of the signal through many layers of this
activation (see :mod:`skbackprop.network.initialization`).
``sign_suffices`` is set where sigma' depends on the sign of a alone. Dropout then multiplies a in
place: where it sets a positive a to zero, delta is zero as well.

The formulas use NumPy's exp, expm1 and tanh, which are vectorized, instead of SciPy's expit and
log1p-like functions, which take about ten times as long.
"""

import math

import numpy as np
from scipy.special import ndtr

from skbackprop.network.kernels.constant_arrays import shared_row
from skbackprop.network.kernels.elementwise import (
    is_positive,
    negative_part,
    positive_part,
    sigmoid,
    softplus_of_minus_abs,
)


class Activation:
    """Base class of activation functions."""

    stores_slope = False
    sign_suffices = False
    initialization = "glorot"

    def forward(self, z, scratch):
        """Overwrite z with sigma(z)."""
        raise NotImplementedError

    def backward(self, delta, a, slope, scratch, flags):
        """Multiply `delta` in place by sigma'(z)."""
        delta *= slope

    def value_and_slope(self, z):
        """Return sigma(z) and sigma'(z), two new arrays."""
        z, a, scratch, flags = z.copy(), np.empty_like(z), np.empty_like(z), np.empty(z.shape, bool)
        if self.stores_slope:
            self.forward_with_slope(z, a, scratch)
        else:
            self.forward(z, scratch)
            a = z
        value, slope = a.copy(), np.ones_like(z)
        self.backward(slope, a, z, scratch, flags)
        return value, slope


class Identity(Activation):
    """sigma(z) = z; sigma'(z) = 1."""

    sign_suffices = True

    def forward(self, z, scratch):
        pass

    def backward(self, delta, a, slope, scratch, flags):
        pass


class Sigmoid(Activation):
    """sigma(z) = 1 / (1 + exp(-z)); sigma' = a (1 - a), which tends to 0 at both ends (saturation)."""

    def forward(self, z, scratch):
        sigmoid(z, z)

    def backward(self, delta, a, slope, scratch, flags):
        np.subtract(1, a, out=scratch)
        scratch *= a  # a (1 - a)
        delta *= scratch


class Tanh(Activation):
    """sigma(z) = tanh(z); sigma' = 1 - a^2."""

    def forward(self, z, scratch):
        np.tanh(z, out=z)

    def backward(self, delta, a, slope, scratch, flags):
        np.multiply(a, a, out=scratch)
        np.subtract(1, scratch, out=scratch)  # 1 - a^2
        delta *= scratch


class ReLU(Activation):
    """sigma(z) = max(0, z); sigma' = 1 for z > 0, else 0."""

    sign_suffices = True
    initialization = "he"

    def forward(self, z, scratch):
        positive_part(z, z)

    def backward(self, delta, a, slope, scratch, flags):
        is_positive(a, out=flags)  # a > 0 exactly where z > 0
        np.copyto(a, flags)  # a becomes sigma', in floats: multiplying by booleans is slower
        delta *= a


class LeakyReLU(Activation):
    """sigma(z) = max(z, 0.01 z); sigma' = 1 for z > 0, else 0.01 (Maas et al., 2013)."""

    sign_suffices = True
    initialization = "he"
    slope = 0.01

    def forward(self, z, scratch):
        np.multiply(z, self.slope, out=scratch)
        np.maximum(z, scratch, out=z)

    def backward(self, delta, a, slope, scratch, flags):
        is_positive(a, out=flags)
        np.copyto(scratch, flags)
        scratch *= 1 - self.slope
        scratch += self.slope  # 1 or slope
        delta *= scratch


class ELU(Activation):
    """sigma(z) = z for z > 0, else exp(z) - 1; sigma' = 1 or a + 1 (Clevert et al., 2016)."""

    initialization = "he"

    def forward(self, z, scratch):
        negative_part(z, out=scratch)
        np.expm1(scratch, out=scratch)
        np.maximum(z, scratch, out=z)  # z <= exp(z) - 1, and scratch is 0 for z > 0

    def backward(self, delta, a, slope, scratch, flags):
        negative_part(a, out=scratch)
        scratch += 1  # min(a, 0) + 1
        delta *= scratch


class SELU(Activation):
    """sigma(z) = lambda z for z > 0, else lambda alpha (exp(z) - 1); sigma' = lambda or a + lambda alpha.

    lambda = 1.0507... and alpha = 1.6733... make mean 0 and variance 1 a fixed point
    (Klambauer et al., 2017).
    """

    initialization = "lecun"
    scale = 1.0507009873554805
    alpha = 1.6732632423543772

    def forward(self, z, scratch):
        negative_part(z, out=scratch)
        z -= scratch  # max(z, 0)
        np.expm1(scratch, out=scratch)
        scratch *= self.alpha
        z += scratch  # one of the two terms is 0
        z *= self.scale

    def backward(self, delta, a, slope, scratch, flags):
        # sigma' is min(a, 0) + lambda alpha where z <= 0. Where z > 0 this sum is lambda alpha, and
        # subtracting lambda (alpha - 1) gives lambda.
        is_positive(a, out=flags)
        negative_part(a, out=scratch)
        scratch += self.scale * self.alpha
        np.copyto(a, flags)
        a *= self.scale * (self.alpha - 1)
        scratch -= a
        delta *= scratch


class Softplus(Activation):
    """sigma(z) = ln(1 + exp(z)); sigma' = 1 / (1 + exp(-z)) = 1 - exp(-a)."""

    initialization = "he"

    def forward(self, z, scratch):
        softplus_of_minus_abs(z, out=scratch)
        positive_part(z, z)
        z += scratch  # max(z, 0) + ln(1 + exp(-|z|)), which cannot overflow

    def backward(self, delta, a, slope, scratch, flags):
        np.negative(a, out=scratch)
        np.expm1(scratch, out=scratch)  # exp(-a) - 1
        delta *= scratch
        np.negative(delta, out=delta)


class SiLU(Activation):
    """sigma(z) = z s, s = sigmoid(z); sigma' = s + a (1 - s) (Elfwing et al., 2018)."""

    stores_slope = True
    initialization = "he"

    def forward(self, z, scratch):
        sigmoid(z, scratch)  # s
        z *= scratch

    def forward_with_slope(self, z, a, scratch):
        sigmoid(z, scratch)  # s
        np.multiply(z, scratch, out=a)
        np.subtract(1, scratch, out=z)
        z *= a
        z += scratch  # s + a (1 - s)


class GELU(Activation):
    """sigma(z) = z Phi(z); sigma' = Phi(z) + z phi(z), the normal Phi and phi (Hendrycks & Gimpel, 2016)."""

    stores_slope = True
    initialization = "he"

    def forward(self, z, scratch):
        ndtr(z, out=scratch)  # Phi(z)
        z *= scratch

    def forward_with_slope(self, z, a, scratch):
        np.multiply(z, z, out=scratch)
        scratch *= -0.5
        np.exp(scratch, out=scratch)
        scratch *= z
        scratch *= 1 / math.sqrt(2 * math.pi)  # z phi(z)
        ndtr(z, out=a)  # Phi(z)
        scratch += a  # sigma'
        a *= z
        np.copyto(z, scratch)


class Mish(Activation):
    """sigma(z) = z t, t = tanh(ln(1 + exp(z))) (Misra, 2020), computed from u = exp(z) alone.

    With v = 1 + u and q = -2 / (v^2 + 1)

        sigma(z)  = z t,  t = 1 + q
        sigma'(z) = t + z u v q^2
    """

    stores_slope = True
    initialization = "he"
    # For larger z, q > -1e-34 and t = 1 after rounding. For z > 44 the square of v overflows in float32.
    LARGEST_Z = 40.0

    def forward(self, z, scratch):
        self._write_u(z, scratch)
        scratch += 1  # v
        self._replace_by_q(scratch)
        scratch += 1  # t
        z *= scratch

    def forward_with_slope(self, z, a, scratch):
        self._write_u(z, scratch)
        np.add(scratch, 1, out=a)  # v
        scratch *= a
        self._replace_by_q(a)
        scratch *= a  # u v q, between -2 and 0
        scratch *= a
        scratch *= z
        a += 1  # t
        scratch += a  # sigma'
        a *= z
        np.copyto(z, scratch)

    def _write_u(self, z, out):
        np.minimum(z, shared_row(self.LARGEST_Z, z.shape[-1], z.dtype), out=out)
        np.exp(out, out=out)

    def _replace_by_q(self, v):
        v *= v
        v += 1
        np.divide(-2, v, out=v)


ACTIVATIONS = {
    "identity": Identity(),
    "sigmoid": Sigmoid(),
    "tanh": Tanh(),
    "relu": ReLU(),
    "leaky_relu": LeakyReLU(),
    "elu": ELU(),
    "selu": SELU(),
    "softplus": Softplus(),
    "silu": SiLU(),
    "gelu": GELU(),
    "mish": Mish(),
}
ACTIVATIONS["logistic"] = ACTIVATIONS["sigmoid"]  # scikit-learn's name
