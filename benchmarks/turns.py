"""Contenders that take turns, because only what is measured in one run can be compared."""

import numpy as np


def take_turns(contenders, n_turns):
    """Return {name: seconds of each turn}; `contenders` are functions that return seconds.

    A B C A B C: what slows the machine for a while slows all of them.
    """
    turns = {name: [] for name in contenders}
    for _ in range(n_turns):
        for name, measure in contenders.items():
            turns[name].append(measure())
    return turns


def ratios(turns, ours="skbackprop"):
    """Return {name: (lower quartile, median, upper quartile)} of the times of the others over ours."""
    own = np.array(turns[ours])
    return {
        name: tuple(np.quantile(np.array(seconds) / own, [0.25, 0.5, 0.75]).tolist())
        for name, seconds in turns.items()
        if name != ours
    }


def ratio_text(turns, ours="skbackprop"):
    """Return the ratios in one line."""
    parts = [f"{name} {m:.2f} ({low:.2f}-{high:.2f})" for name, (low, m, high) in ratios(turns, ours).items()]
    return "  ".join(parts)
