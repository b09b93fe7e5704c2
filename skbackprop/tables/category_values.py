"""Values of categories, and which of them are the same: equal values of all types.

Fractions are compared in float32 with other numbers: 0.1 in float32 and 0.1 in float64 are one category, and
so are 1 and 1 - 1e-16, one rounding error away. Whole numbers are compared exactly.
"""

import datetime
from collections import Counter
from decimal import Decimal
from itertools import chain
from numbers import Integral, Real

import numpy as np

from skbackprop.tables.kinds import is_missing
from skbackprop.tables.time_zones import in_zone

# The units that NumPy converts to datetime and timedelta; other units become integers.
IN_PYTHON = {"M": "datetime64[us]", "m": "timedelta64[us]"}
# From here on, numbers of float32 are all whole, and some whole numbers are the same in it.
WHOLE_IN_FLOAT32 = 2**24


def category_of(value):
    """Return the category of a value, the same for equal values of all types: int, float, str or None."""
    if is_missing(value):
        return None
    if isinstance(value, np.generic):
        value = value.astype(IN_PYTHON.get(value.dtype.kind, value.dtype)).item()
    if isinstance(value, str):
        return str.__str__(value)  # the text of a member of an Enum, not its name
    if isinstance(value, datetime.timedelta):
        value = value.total_seconds()
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, (Real, Decimal)):
        number = float(value)
        if not number.is_integer():
            return number
        whole = int(value)  # which has digits that `number` has lost, unless they are those of a fraction
        return whole if whole == value else int(number)
    if isinstance(value, datetime.datetime) and value.tzinfo:
        value = in_zone(value, datetime.UTC).replace(tzinfo=datetime.UTC)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        value = datetime.datetime(value.year, value.month, value.day)
    return str(value)


def matched(categories, known):
    """Return `categories` with each number replaced by the one in `known` that is equal in float32.

    So 0.1 is the same category in float32 and in float64, and 1 the same as 0.9999999999999999. A number is
    left as it is if it is in `known` itself, or if several numbers in `known` are equal to it in float32.
    """
    categories = list(categories)
    new = [category for category in categories if category not in known]
    if not new or not any(isinstance(category, float) for category in chain(new, known)):
        return categories  # whole numbers are equal in float32 only if they are equal
    category_in_float32 = dict(zip(unambiguous_in_float32(known).tolist(), known, strict=True))
    singles = in_float32(categories).tolist()  # NaN is equal to no key of a dict
    return [
        category if category in known else category_in_float32.get(single, category)
        for category, single in zip(categories, singles, strict=True)
    ]


def in_float32(categories):
    """Return the numbers of `categories` as float32, NaN for those that are compared exactly.

    These are 0, numbers that would become 0, numbers from 2^24 on, and categories that are no numbers.
    """
    numbers = [
        category if isinstance(category, Real) and abs(category) < WHOLE_IN_FLOAT32 else np.nan
        for category in categories
    ]
    singles = np.array(numbers, np.float32)
    singles[(singles == 0) | (abs(singles) == WHOLE_IN_FLOAT32)] = np.nan
    return singles


def unambiguous_in_float32(known):
    """Return :func:`in_float32`, with NaN also for numbers that are equal in float32 to others in `known`."""
    singles = in_float32(known)
    n_equal = Counter(singles.tolist())
    return np.where([n_equal[single] == 1 for single in singles.tolist()], singles, np.float32(np.nan))


def order(category):
    """Return the key that sorts categories: numbers, text, missing."""
    if category is None:
        return 2, 0
    return (1, category) if isinstance(category, str) else (0, category)
