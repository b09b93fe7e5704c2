"""Numbers written as text: with a unit ("8 GB", "1.5kg"), a currency ("$1,200") or a bound ("<1", ">20").

A column of text whose values are almost all such numbers remains a column of categories, and gets the number
in addition. A column whose values are all plain digits does not: there is a reason why they are text, as with
postal codes. A number after letters, as in "shop 17", is a name. Where a number could have two meanings, none
is assumed.
"""

import re
from typing import NamedTuple

import numpy as np

from skbackprop.tables.category_column import distinct_categories

# A bound, a sign and a currency; a number, with commas between thousands; a unit without digits.
WRITTEN_NUMBER = re.compile(
    r"(?:[<>~≤≥≈]\s*)?(?P<sign>[+-]?)(?P<currency>[$€£¥₹]?)\s*(?P<second_sign>[+-]?)"
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?P<fraction>\.\d+)?|\.\d+)"
    r"(?P<exponent>[eE][+-]?\d\d?)?(?P<unit>[^\d½¼¾⅓⅔]*)"
)
# A longer text is not a number.
LONGEST = 40
# At least so many numbers, and this fraction of all values.
FEWEST_NUMBERS, LEAST_SHARE = 10, 0.9
# The factors of these units, if a column has no others and several of them, or a currency: "$1.2M".
FACTORS = {"": 1.0, "K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9}


class WrittenNumber(NamedTuple):
    """A number that is written as text; `is_plain` if there are only digits."""

    number: float
    unit: str
    fraction: str
    currency: str
    is_plain: bool


def written_number(category):
    """Return the :class:`WrittenNumber` of a category; None if it is something else."""
    if isinstance(category, (int, float)):
        return WrittenNumber(float(category), "", "", "", is_plain=True)
    if not isinstance(category, str) or len(category) > LONGEST:
        return None
    text = category.strip().replace("\N{MINUS SIGN}", "-")
    found = WRITTEN_NUMBER.fullmatch(text)
    if found is None or (found["sign"] and found["second_sign"]):
        return None
    sign = -1 if "-" in (found["sign"], found["second_sign"]) else 1
    number = sign * float(found["number"].replace(",", "") + (found["exponent"] or ""))
    plain = text.isdigit()
    return WrittenNumber(number, found["unit"].strip(), found["fraction"] or "", found["currency"], plain)


class WrittenNumbers:
    """Encodes a column of numbers that are written as text.

    Parameters
    ----------
    name : str
        Name of the column.
    position : int
        Index of the column in X.
    factors : dict of str to float
        The factor of each unit, other units are missing values; empty if the unit is ignored.
    """

    def __init__(self, name, position, factors):
        self.name, self.position, self.factors = name, position, factors
        self.feature_names, self.on_circle = [f"{name}_number"], [False]

    def transform(self, column):
        """Return the number of each row, NaN if its value is none, of shape (n_rows, 1)."""
        categories, places = distinct_categories(column)
        return np.array([self._number(category) for category in categories], np.float64)[places, None]

    def _number(self, category):
        found = written_number(category)
        if found is None:
            return np.nan
        return found.number * self.factors.get(found.unit, np.nan if self.factors else 1.0)


def written_numbers(column, categories):
    """Return the :class:`WrittenNumbers` of a CategoryColumn, None if its `categories` are no numbers."""
    present = [category for category in categories if category is not None]
    found = [each for each in map(written_number, present) if each is not None]
    if len(found) < max(FEWEST_NUMBERS, LEAST_SHARE * len(present)):
        return None
    if len(found) == len(present) and all(each.is_plain for each in found):
        return None
    fractions = {len(each.fraction) for each in found} - {0}
    if fractions == {len(".000")}:  # 1.250 may be more than a thousand
        return None
    units = {each.unit for each in found}
    several = len(units - {""}) > 1
    if units <= set(FACTORS) and (several or (units != {""} and any(each.currency for each in found))):
        return WrittenNumbers(column.name, int(column.position), FACTORS)
    if len({singular(unit) for unit in units} - {""}) > 1:  # grams and kilograms, for instance
        return None
    return WrittenNumbers(column.name, int(column.position), {})


def singular(unit):
    """Return a unit in lower case without plural and signs: "+ years" is "year"."""
    return "".join(filter(str.isalpha, unit.lower())).removesuffix("s")
