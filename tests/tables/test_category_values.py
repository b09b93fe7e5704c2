"""Which values are the same category."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from skbackprop.tables.category_values import category_of, matched

ULP = np.finfo(np.float64).eps


@pytest.mark.parametrize("one", [1, 1 - ULP / 2, 1 + ULP])
def test_numbers_one_rounding_error_from_a_whole_number_are_that_number(one):
    assert matched([1, 1 - ULP / 2, 1 + ULP, "1", None, 2], [one, 3]) == [one] * 3 + ["1", None, 2]


def test_whole_numbers_that_differ_stay_apart():
    for known in (2**24, 2**24 + 0.5, 2**53, 10**400):
        others = [2**24 + 1, 2**53 + 1, 10**400 + 1, 2**24 - 0.3]
        assert matched(others, [known, 0.5]) == others


def test_numbers_that_underflow_in_float32_stay_apart():
    assert matched([1e-300, 1e-50, 0], [1e-60, 0.5]) == [1e-300, 1e-50, 0]
    assert matched([1e-300], [0, 0.5]) == [1e-300]


def test_a_number_is_not_replaced_if_several_known_ones_are_equal_in_float32():
    assert matched([1 + ULP, 1], [1, 1 - ULP / 2]) == [1 + ULP, 1]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("0.99999999999999999999"), 1),
        (Fraction(10**20 - 1, 10**20), 1),
        (Fraction(10**20 + 1, 10**20), 1),
        (Decimal(2**53 + 1), 2**53 + 1),
        (np.longdouble(2) ** 60, 2**60),
        (Decimal("0.7"), 0.7),
    ],
)
def test_numbers_of_more_digits_than_float64_are_the_nearest_category(value, expected):
    assert category_of(value) == expected
    assert category_of(-value) == -expected
