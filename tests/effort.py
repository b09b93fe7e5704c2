"""How thorough a test run is: short by default, complete with SKBACKPROP_FULL=1.

Both runs make the same assertions. The complete one draws more examples, interrupts a fit at more calls,
and runs scikit-learn's checks on every configuration.
"""

import os

FULL = os.environ.get("SKBACKPROP_FULL", "0") not in ("", "0")


def n_examples(short, full):
    """Return the number of examples to draw; SKBACKPROP_EXAMPLES overrides both numbers."""
    return int(os.environ.get("SKBACKPROP_EXAMPLES") or (full if FULL else short))


def thinned(values, keep_every):
    """Return all `values` in a complete run, else every `keep_every`-th of them."""
    return values if FULL else values[::keep_every]
