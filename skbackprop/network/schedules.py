"""Learning rate schedules: the factor on the learning rate, from the fraction t of the training done.

Each is a plain function ``schedule(t)`` of t in [0, 1]; a user's own callable has the same form.
Two of scikit-learn's schedules are not functions of t: "invscaling" counts epochs
(:func:`invscaling`), and "adaptive" watches the loss (see :mod:`skbackprop.training.loop`).
"""

import math
from numbers import Real


def constant(t):
    """Return 1."""
    return 1.0


def cosine(t):
    """(1 + cos(pi t)) / 2: from 1 down to 0 (Loshchilov & Hutter, 2017)."""
    return 0.5 * (1 + math.cos(math.pi * t))


def one_cycle(t, warm_up=0.3, start=1 / 25, end=1e-4):
    """Cosine from 1/25 up to 1 in the first 0.3, then down to nearly 0 (Smith & Topin, 2019)."""
    if t < warm_up:
        return 1 + (start - 1) * cosine(t / warm_up)
    return end + (1 - end) * cosine((t - warm_up) / (1 - warm_up))


def coslog4(t):
    """(1 - cos(2 pi log2(1 + 15 t))) / 2: four cycles, each twice as long (Holzmueller et al., 2024)."""
    return 0.5 * (1 - math.cos(2 * math.pi * math.log2(1 + 15 * t)))


def flat_cos(t):
    """1 in the first half, then (1 + cos(pi (2 t - 1))) / 2 down to 0 (Holzmueller et al., 2024)."""
    return cosine(max(0.0, 2 * t - 1))


def invscaling(epoch, power_t):
    """1 / epoch^power_t, with the epoch counted from 1."""
    return epoch**-power_t


SCHEDULES = {
    "constant": constant,
    "cosine": cosine,
    "one_cycle": one_cycle,
    "coslog4": coslog4,
    "flat_cos": flat_cos,
}


def factor(schedule, t, name):
    """Return the factor at t of a `schedule`, a name of SCHEDULES or a callable.

    Raises
    ------
    ValueError
        If a callable returns anything but a number of at least 0; `name` is the parameter in the message.
    """
    if isinstance(schedule, str):
        return SCHEDULES[schedule](t)
    value = schedule(t)
    # numpy.where returns an array without dimensions.
    number = value[()] if getattr(value, "shape", None) == () else value
    if not isinstance(number, Real) or not 0 <= number < math.inf:
        raise ValueError(
            f"The {name!r} parameter must return a finite number of at least 0 for every fraction of the "
            f"training done. Got {value!r} for {t:g} instead."
        )
    return float(number)
