"""Comparison of the values of a parameter."""

import joblib
import numpy as np


def differ(a, b):
    """Return whether two values of a parameter differ.

    A tuple equals a list or an array of its elements, and an object equals its copies: a checkpoint contains
    a copy of the model beside the parameters of the estimator.
    """
    if a is b:
        return False
    pair = [np.ravel(np.asarray(value, dtype=object)) for value in (a, b)]
    return not (np.array_equal(*pair) or are_copies(a, b))


def are_copies(a, b):
    """Return whether two objects have the same pickle."""
    try:
        return joblib.hash(a) == joblib.hash(b)
    except Exception:  # a user's object may raise anything
        return False
