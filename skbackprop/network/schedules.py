"""Learning rate schedules: the factor on the learning rate, from the fraction t of the training done.

Each is a plain function ``schedule(t)`` of t in [0, 1]; a user's own callable has the same form.
Two of scikit-learn's schedules are not functions of t: "invscaling" counts epochs
(:func:`invscaling`), and "adaptive" watches the loss (see :mod:`skbackprop.training.loop`).
"""

import math


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
