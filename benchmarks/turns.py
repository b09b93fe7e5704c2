"""Alternating measurements of several contenders: only times of the same run are comparable."""

import numpy as np


def take_turns(contenders, n_turns):
    """Return {name: seconds in each round}; `contenders` are functions that return seconds.

    The order is A B C A B C, so that temporary slowness of the machine affects all contenders.
    """
    turns = {name: [] for name in contenders}
    for _ in range(n_turns):
        for name, measure in contenders.items():
            turns[name].append(measure())
    return turns


def ratios(turns, ours="skbackprop"):
    """Return {name: (lower quartile, median, upper quartile)} of the times relative to those of `ours`."""
    own = np.array(turns[ours])
    return {
        name: tuple(np.quantile(np.array(seconds) / own, [0.25, 0.5, 0.75]).tolist())
        for name, seconds in turns.items()
        if name != ours
    }


def ratio_text(turns, ours="skbackprop"):
    """Return the ratios as one line of text."""
    parts = [f"{name} {m:.2f} ({low:.2f}-{high:.2f})" for name, (low, m, high) in ratios(turns, ours).items()]
    return "  ".join(parts)
