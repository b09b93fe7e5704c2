"""Run the code of pages: ``python tests/doctests.py PAGE ...`` (needs only what the pages say to install).

A decimal number on a page is true to one unit of its last digit, as with the option NUMBER of pytest: "0.97"
stands for 0.96 to 0.98. Whole numbers and everything else are compared as they are.
"""

import doctest
import re
import sys

DECIMAL = re.compile(r"(?<![\w.])-?\d+\.\d+(?![\w.])")


class DecimalsToTheirPrecision(doctest.OutputChecker):
    """The checker of doctest, for which decimals agree that differ by one unit of the last digit shown."""

    def check_output(self, want, got, optionflags):
        shown, found = DECIMAL.findall(want), DECIMAL.findall(got)
        if len(shown) == len(found):
            values = iter(
                number if agree(number, other) else other for number, other in zip(shown, found, strict=True)
            )
            got = DECIMAL.sub(lambda match: next(values), got)
        return super().check_output(want, got, optionflags)


def agree(shown, found):
    """Return whether `found` differs from the decimal `shown` by one unit of its last digit at most."""
    unit = 10.0 ** -len(shown.partition(".")[2])
    return abs(float(shown) - float(found)) <= unit * (1 + 1e-6)


def failures(path):
    """Return the number of examples on a page that print something else than is shown."""
    with open(path, encoding="utf-8") as file:
        page = doctest.DocTestParser().get_doctest(file.read(), {"__name__": "__main__"}, path, path, 0)
    runner = doctest.DocTestRunner(DecimalsToTheirPrecision(), optionflags=doctest.ELLIPSIS)
    return runner.run(page).failed


if __name__ == "__main__":
    sys.exit(sum(failures(path) for path in sys.argv[1:]) > 0)
