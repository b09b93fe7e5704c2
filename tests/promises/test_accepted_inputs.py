"""The table of docs/mlpclassifier.rst says which odd inputs scikit-learn's estimators and these accept."""

import re
from pathlib import Path

import pytest
import sklearn
from effort import thinned
from odd_inputs import DIFFERENCES, cases, verdicts
from sklearn.utils.fixes import parse_version

PAGE = (Path(__file__).parents[2] / "docs" / "mlpclassifier.rst").read_text()
CASES = cases()
ROW_OF = {name: row for row, names in DIFFERENCES.items() for name in names}
AGREED = [name for name in CASES if name not in ROW_OF]
# In the short run: two inputs that only skbackprop refuses or accepts, and some of the others.
CHOSEN = [
    *("regressor: y: dates", "classifier: X: frame with words and numbers in one column"),
    *thinned(list(ROW_OF), 18),
    *thinned(AGREED, 50),
]
pytestmark = pytest.mark.skipif(
    parse_version(sklearn.__version__) < parse_version("1.9"), reason="the table is that of scikit-learn 1.9"
)


def table():
    """Return {input: whether skbackprop, the MLP and boosting accept it}, from the page."""
    lines, _ = re.split(r"\n\n(?=\S)", PAGE[PAGE.index(":name: accepted-inputs") :], maxsplit=1)
    cells = re.findall(r"\n   \* - (.*)\n     - (.*)\n     - (.*)\n     - (.*)\n     - (\S.*)", lines)
    heading, *rows = cells
    assert heading[1:4] == ("skbackprop", "MLP", "Boosting")
    assert all(len(reason) > 30 for *_, reason in rows)
    return {row[0]: [{"yes": True, "no": False}[word] for word in row[1:4]] for row in rows}


def test_the_table_has_a_row_for_each_difference():
    assert list(table()) == list(DIFFERENCES)
    assert set(ROW_OF) <= set(CASES)
    assert f"{len(CASES)} odd inputs" in PAGE
    assert f"{len(AGREED)} of them were" in PAGE
    assert f"The other {len(ROW_OF)} are" in PAGE


@pytest.mark.parametrize("name", dict.fromkeys(CHOSEN))
def test_the_verdicts_are_those_of_the_table(name):
    accepted = [error is None for error in verdicts(*CASES[name]).values()]
    if name in ROW_OF:
        assert accepted == table()[ROW_OF[name]]
    else:
        assert len(set(accepted)) == 1
