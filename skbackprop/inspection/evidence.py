"""Helpers of the symptoms: measured values, and the error if something cannot be measured."""


class NotExaminableError(Exception):
    """Raised if a symptom cannot be examined; the message says which, and why."""


def measured(**numbers):
    """Return the evidence of a finding: a dict from names to floats."""
    return {name: float(number) for name, number in numbers.items()}
