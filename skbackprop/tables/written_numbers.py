"""Numbers written as text: with a unit ("8 GB", "1.5kg"), a currency ("$1,200") or a bound ("<1", ">20").

A column of text whose values are almost all such numbers remains a column of categories, and gets the number
in addition. A column whose values are all plain digits does not: there is a reason why they are text, as with
postal codes. A number after letters, as in "shop 17", is a name. Where a number could have two meanings, none
is assumed: units and currencies are not converted, so a column has one unit and one currency.
"""

import re
import sys
from collections import Counter
from typing import NamedTuple

import numpy as np

from skbackprop.tables.category_column import distinct_categories
from skbackprop.tables.user_warnings import LARGEST_LOSS, warn_of_other_units

CURRENCIES = "$€£¥₹"
# A bound, a sign and a currency; a number, with commas between thousands; a unit without digits. A minus
# after the number may be its sign ("7.50-") or an open range ("65-").
WRITTEN_NUMBER = re.compile(
    rf"(?:(?:[<>]=?|[~≤≥≈])\s*)?(?P<sign>[+-]?)(?P<currency>[{CURRENCIES}]?)\s*(?P<second_sign>[+-]?)"
    r"(?P<number>(?:[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)"
    rf"(?P<exponent>[eE][+-]?\d\d?)?(?!\s*[{CURRENCIES}]?\s*-(?!\w))(?P<unit>[^\d½¼¾⅓⅔]*)"
)
# A comma or a point that may separate thousands or a fraction, and a comma that does not separate thousands.
EITHER_SEPARATOR = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
DECIMAL_COMMA = re.compile(r"(?<![\d,])0+,\d")
# A longer text is not a number.
LONGEST = 40
LARGEST_FLOAT = sys.float_info.max
# At least so many numbers, and this fraction of all values.
FEWEST_NUMBERS, LEAST_SHARE = 10, 0.9
# The factors of these units, if a column has no others and several of them, or a currency: "$1.2M".
FACTORS = {"": 1.0, "K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9}
# Signs that do not distinguish units: "10+ years", "7 kg.", "30 °C".
SIGNS = re.compile(r"[\s+*~.,;:!?()\[\]°-]")
# The case of letters does not distinguish units, except that of an M that begins a word: 1 MPa is not 1 mPa.
CASE = re.compile(r"\BM|[^M]")


class WrittenNumber(NamedTuple):
    """A number that is written as text.

    `digits` are those before an exponent, with commas and point; empty if there is an exponent. A number
    `is_plain` if there are only digits.
    """

    number: float
    unit: str
    currency: str
    digits: str
    is_plain: bool

    @property
    def fraction(self):
        """The digits after the point."""
        return self.digits.partition(".")[2]

    @property
    def either_separator(self):
        """The comma or the point that may separate thousands or a fraction, if there is one."""
        found = EITHER_SEPARATOR.fullmatch(self.digits)
        return found[1] if found else ""


def written_number(category):
    """Return the :class:`WrittenNumber` of a category; None if it is something else."""
    if isinstance(category, (int, float)):
        if abs(category) > LARGEST_FLOAT:  # infinite, or an integer that float() refuses
            return None
        return WrittenNumber(float(category), "", "", "", is_plain=True)
    if not isinstance(category, str) or len(category) > LONGEST:
        return None
    text = category.strip().replace("\N{MINUS SIGN}", "-")
    found = WRITTEN_NUMBER.fullmatch(text)
    if found is None or (found["sign"] and found["second_sign"]):
        return None
    sign = -1 if "-" in (found["sign"], found["second_sign"]) else 1
    number = sign * float(found["number"].replace(",", "") + (found["exponent"] or ""))
    unit, currency = found["unit"].strip(), found["currency"]
    if not currency and unit and unit[-1] in CURRENCIES:  # "5 €", "1.2M €"
        unit, currency = unit[:-1].strip(), unit[-1]
    digits = "" if found["exponent"] else found["number"]
    return WrittenNumber(number, unit, currency, digits, is_plain=text.isdigit())


class WrittenNumbers:
    """Encodes a column of numbers that are written as text.

    Parameters
    ----------
    name : str
        Name of the column.
    position : int
        Index of the column in X.
    factors : dict of str to float
        The factor of each unit, by :func:`singular`. Numbers in other units are missing values.
    currencies : list of str
        Numbers in other currencies are missing values.
    separators : list of str
        Numbers with a comma or a point that may separate thousands or a fraction are missing values, unless
        it is one of these.
    others : list of str
        Texts of fit that have digits, but are not read: no warning names a column because of them.
    example : str
        A number of fit, for messages.
    """

    read_as = "number"
    others = ()  # unknown for columns that were saved by an earlier version

    def __init__(self, name, position, factors, currencies, separators, others, example):
        self.name, self.position = name, position
        self.factors, self.currencies, self.separators = factors, currencies, separators
        self.others, self.example = others, example
        self.feature_names, self.on_circle = [f"{name}_number"], [False]

    def transform(self, column):
        """Return the number of each row, NaN if its value is none, of shape (n_rows, 1)."""
        categories, places = distinct_categories(column)
        found = [written_number(category) for category in categories]
        numbers = np.array([self._number(each) for each in found], np.float64)
        self._warn_of_other_units(categories, numbers, column.count(places))
        return numbers[places, None]

    def _number(self, found):
        return found.number * self.factors[singular(found.unit)] if self._knows(found) else np.nan

    def _knows(self, found):
        """Return whether there is a number, with a unit, a currency and a separator that occurred in fit."""
        return (
            found is not None
            and found.currency in self.currencies
            and singular(found.unit) in self.factors
            and found.either_separator in ("", *self.separators)
        )

    def _warn_of_other_units(self, categories, numbers, n_rows):
        """Warn if most rows with a number have text with digits that is no number as in fit.

        `n_rows` are the rows of each category.
        """
        read = ~np.isnan(numbers)
        lost = [k for k in np.flatnonzero(~read) if has_digit(categories[k])]
        lost = [k for k in lost if n_rows[k] and categories[k] not in self.others]
        n_lost, n_read = n_rows[lost].sum(), n_rows[read].sum()
        if n_lost > LARGEST_LOSS * (n_lost + n_read):
            warn_of_other_units(self.name, categories[lost[0]], self.example, n_lost, n_lost + n_read)


def has_digit(category):
    """Return whether a category is text with a digit."""
    return isinstance(category, str) and any(map(str.isnumeric, category))


def written_numbers(column, categories):
    """Return the :class:`WrittenNumbers` of a CategoryColumn, None if its `categories` are no numbers."""
    present = [category for category in categories if category is not None]
    found = {category: number for category in present if (number := written_number(category)) is not None}
    factors = unit_factors(found.values())
    if factors is None:
        return None
    found = {text: each for text, each in found.items() if singular(each.unit) in factors}
    if len(found) < max(FEWEST_NUMBERS, LEAST_SHARE * len(present)):
        return None
    if len(found) == len(present) and all(each.is_plain for each in found.values()):
        return None
    decimals = {len(each.fraction) for each in found.values()} - {0}
    if decimals == {len("000")}:  # 1.250 may be more than a thousand
        return None
    if any(DECIMAL_COMMA.search(text) for text in present if isinstance(text, str)):  # so 1,250 is 1.25
        return None
    currencies = sorted({each.currency for each in found.values()})
    # What 1,250 and 1.250 mean follows from the numbers of fit alone: later ones may be of another country.
    separators = [sign for sign in ",." if any(sign in each.digits for each in found.values())]
    others = [category for category in present if has_digit(category) and category not in found]
    example = str(next(iter(found)))
    return WrittenNumbers(column.name, int(column.position), factors, currencies, separators, others, example)


def unit_factors(numbers):
    """Return the factor of each unit of `numbers`, by :func:`singular`; None if they cannot be compared.

    Numbers in other units are to be left out.
    """
    counts, currencies = Counter(singular(each.unit) for each in numbers), {each.currency for each in numbers}
    others = set(counts) - {""}
    if len(currencies - {""}) > 1:
        return None
    if others and others <= set(FACTORS) and (len(others) > 1 or currencies != {""}):
        return FACTORS
    if len(others) > 1:  # grams and kilograms, for instance
        return None
    # If some numbers have a unit and others none, it may be a factor (1.2K, 12%, 3 bn), a rate (5/h) or no
    # unit (house 4B), so only the more frequent form is read.
    return {unit: 1.0 for unit, _ in counts.most_common(1)}


def singular(unit):
    """Return a unit in lower case without plural and signs: "+ Years" is "year".

    "K", "M" and "B" remain, and an M that begins a word: 1 MW is not 1 mW.
    """
    if unit in FACTORS:
        return unit
    unit = SIGNS.sub("", CASE.sub(lambda letters: letters[0].lower(), unit))
    return unit if len(unit) <= len("ms") else unit.removesuffix("s")
