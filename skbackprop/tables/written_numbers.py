"""Numbers written as text: with a unit ("8 GB", "1.5kg"), a currency ("$1,200") or a bound ("<1", ">20").

A column of text whose values are almost all such numbers remains a column of categories, and gets the number
in addition. A column whose values are all plain digits does not: there is a reason why they are text, as with
postal codes. A number after letters, as in "shop 17", is a name.
"""

import re

import numpy as np

from skbackprop.tables.columns import is_missing

# A sign, a currency or a bound; a number, with commas between thousands; a unit without digits.
WRITTEN_NUMBER = re.compile(
    r"\s*(?P<before>[<>~≤≥≈]?\s*[$€£¥₹]?)\s*"
    r"(?P<number>[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|[+-]?\.\d+)"
    r"(?P<exponent>[eE][+-]?\d\d?)?(?P<unit>[^\d]*)"
)
# More digits are an identifier.
LONGEST = 20
# At least so many numbers, this fraction of all values, and no more units than that.
FEWEST_NUMBERS, LEAST_SHARE, MOST_UNITS = 10, 0.9, 3
# The factors of units, if a column has no others: "1.2M" and "300K".
FACTORS = {"": 1.0, "K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9}


class WrittenNumbers:
    """Encodes a column of numbers that are written as text.

    Parameters
    ----------
    name : str
        Name of the column.
    position : int
        Index of the column in X.
    factors : dict of str to float
        The factor of each unit; 1 for all others.
    """

    def __init__(self, name, position, factors):
        self.name, self.position, self.factors = name, position, factors
        self.feature_names = [f"{name}_number"]

    def transform(self, column):
        """Return the number of each row, NaN if its value is none, of shape (n_rows, 1)."""
        values, places = column.distinct()
        return np.array([self._number(value) for value in values], np.float64)[places, None]

    def _number(self, value):
        found = match(value)
        if found is None:
            return np.nan
        number = float(found["number"].replace(",", "") + (found["exponent"] or ""))
        return number * self.factors.get(unit(found), 1.0)


def written_numbers(column, categories):
    """Return the :class:`WrittenNumbers` of a CategoryColumn, None if its `categories` are no numbers."""
    texts = [category for category in categories if not is_missing(category)]
    found = [each for each in map(match, texts) if each is not None]
    if len(found) < max(FEWEST_NUMBERS, LEAST_SHARE * len(texts)):
        return None
    units = {unit(each) for each in found}
    plain = len(found) == len(texts) and all(each[0].strip().isdigit() for each in found)
    if plain or len(units - {""}) > MOST_UNITS:
        return None
    return WrittenNumbers(column.name, column.position, FACTORS if units <= set(FACTORS) else {})


def match(value):
    """Return the match of a value that is a number written as text, else None."""
    found = WRITTEN_NUMBER.fullmatch(value) if isinstance(value, str) else None
    return found if found and len(found["number"]) <= LONGEST else None


def unit(found):
    """Return the unit of a match."""
    return found["unit"].strip()
