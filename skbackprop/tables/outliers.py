"""Functions that bring outliers nearer: the identity near 0, and bounded far from it."""

import numpy as np

# Numbers further from the center than this many scales are clipped: nearly all such numbers are errors, and
# their squares would overflow.
FAR_OUT = 1e9
# Up to about this distance numbers are hardly changed.
NEAR = 3.0
# The bounds. With a larger one, codes such as -999999 and 888888 for missing values hide the other numbers of
# a column; a smaller one distinguishes large numbers less well.
BOUND, BOUND_WITHOUT_LOGARITHM = 7.0, 3.0


def compressed(x):
    """Replace x in place by u / sqrt(1 + (u / 7)^2) with u = 3 arsinh(x / 3), and return it.

    arsinh(x) = sign(x) ln(|x| + sqrt(x^2 + 1)) grows like a logarithm, so that incomes or populations, whose
    largest values are a thousand times the usual ones, remain distinguishable. The bound is for errors.
    """
    np.clip(x, -FAR_OUT, FAR_OUT, out=x)
    x /= NEAR
    u = np.arcsinh(x, out=x)
    u *= NEAR
    return bound(u, BOUND)


def bounded(x):
    """Replace x in place by x / sqrt(1 + (x / 3)^2), and return it.

    For models that were saved by version 1.0.0rc1 (Holzmueller et al., 2024). It does not distinguish large
    numbers.
    """
    np.clip(x, -FAR_OUT, FAR_OUT, out=x)
    return bound(x, BOUND_WITHOUT_LOGARITHM)


def bound(x, most):
    """Replace x in place by x / sqrt(1 + (x / most)^2), which is between -most and most, and return it."""
    x /= np.sqrt(1 + np.square(x / most))
    return x


OUTLIER_FUNCTIONS = {"compressed": compressed, "bounded": bounded}
