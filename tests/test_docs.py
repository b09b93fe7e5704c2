"""The code that the pages quote is the package's code."""

import re
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QUOTATION = re.compile(r"<!-- from (\S+) -->\n```python\n(.*?)\n```", re.DOTALL)
PAGES = sorted((ROOT / "docs").glob("*.md"))


def test_there_are_quotations():
    assert len(QUOTATION.findall((ROOT / "docs" / "derivation.md").read_text())) >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_quoted_code_is_the_packages(page):
    for file, code in QUOTATION.findall(page.read_text()):
        source = (ROOT / file).read_text()
        indented = {textwrap.indent(code, depth) for depth in ("", "    ")}
        assert any(quotation in source for quotation in indented), f"{file}: {code.splitlines()[0]}"
