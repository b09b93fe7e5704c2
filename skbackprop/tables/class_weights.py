"""Class weights: the factor of each row, or the weight of each class, by the parameter `class_weight`."""

import sys

import numpy as np

from skbackprop.tables.kinds import NUMBER, is_missing, kind_of_type
from skbackprop.tables.statistics import moderate
from skbackprop.tables.user_warnings import shown


def balanced_factors(codes, sample_weight):
    """Return the factor of each row that gives all classes the same weight.

    By weighted counts, so that a row of weight 2 counts as two rows.
    """
    counts = np.bincount(codes, sample_weight)
    present = counts > 0
    factors = np.zeros(counts.size)
    factors[present] = counts.sum() / (present.sum() * counts[present])
    return factors[codes]


def by_class(class_weight, classes):
    """Return the weight of each class by the dict `class_weight`, default 1."""
    if not isinstance(class_weight, dict):
        raise ValueError(
            "The 'class_weight' parameter must be 'balanced' or a dict for a y of one column. Got "
            f"{shown(class_weight)} instead."
        )
    known = set(classes.tolist())
    unknown = [label for label in class_weight if label not in known]
    # Unknown names are accepted if all known classes are named, because a fold may lack a class.
    if unknown and not known <= set(class_weight):
        raise ValueError(
            f"The 'class_weight' parameter names {shown(unknown)}, which are not classes of y: "
            f"{shown(list(classes))}."
        )
    weights = [class_weight.get(label, 1.0) for label in classes.tolist()]
    if not all(map(is_weight, weights)):
        raise ValueError(
            "The 'class_weight' parameter must have finite weights of at least 0. Got "
            f"{shown(class_weight)} instead."
        )
    return moderate(np.array(weights, dtype=np.float64))


def is_weight(value):
    """Return whether `value` is a number from 0 to the largest that float64 holds."""
    if kind_of_type(type(value)) != NUMBER or is_missing(value):
        return False
    try:
        return 0 <= float(value) <= sys.float_info.max
    except OverflowError:  # an integer that float64 does not hold
        return False
