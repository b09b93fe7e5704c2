"""Functions that reduce the distance of outliers: the identity near 0, and slow far from it."""

import numpy as np

# Numbers further from the center than this many scales are clipped: nearly all such numbers are errors, and
# their squares would overflow.
FAR_OUT = 1e9


def asinh(x):
    """Replace x in place by arsinh(x) = sign(x) ln(|x| + sqrt(x^2 + 1)), and return it.

    It grows like a logarithm, so that incomes or populations, whose largest values are a thousand times the
    usual ones, remain distinguishable.
    """
    np.clip(x, -FAR_OUT, FAR_OUT, out=x)
    return np.arcsinh(x, out=x)


def bounded(x):
    """Replace x in place by x / sqrt(1 + (x / 3)^2), which is between -3 and 3, and return it.

    For models that were saved by version 1.0.0rc1 (Holzmueller et al., 2024). It does not distinguish large
    numbers.
    """
    np.clip(x, -FAR_OUT, FAR_OUT, out=x)
    x /= np.sqrt(1 + np.square(x / 3))
    return x


OUTLIER_FUNCTIONS = {"asinh": asinh, "bounded": bounded}
