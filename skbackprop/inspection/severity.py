"""Severities of problems: their order, and the comparison of values with thresholds."""

# In ascending order.
SEVERITIES = ("info", "warning", "critical")


def severity_above(value, bounds):
    """Return the highest severity whose bound `value` reaches or exceeds, or None."""
    return highest(*(severity for severity, bound in bounds.items() if value >= bound))


def severity_below(value, bounds):
    """Return the highest severity whose bound `value` reaches or falls below, or None."""
    return highest(*(severity for severity, bound in bounds.items() if value <= bound))


def highest(*severities):
    """Return the highest of `severities`, ignoring None; None if there is no other."""
    return max(filter(None, severities), key=SEVERITIES.index, default=None)
