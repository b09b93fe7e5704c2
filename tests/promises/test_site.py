"""The documentation site needs nothing from elsewhere: its files are in the checkout, with their licenses."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "docs" / "_static"
OUTPUTS = ROOT / "docs" / "outputs"
# The examples that the site does not run.
RECORDED = sorted(path.stem for path in (ROOT / "examples").glob("[!p]*.py"))
STYLE = (STATIC / "site.css").read_text()


def font_faces():
    """Return the file of each font that the style sheet declares, by the font's name."""
    fonts = {}
    for rule in re.findall(r"@font-face \{(.*?)\}", STYLE, re.DOTALL):
        name = re.search(r'font-family: "(.*?)"', rule).group(1)
        fonts[name] = STATIC / re.search(r'url\("(.*?)"\)', rule).group(1)
    return fonts


def tables(woff2):
    """Return the numbers of the known tables in a WOFF2 font (https://www.w3.org/TR/WOFF2/, 4.1 and 5)."""
    assert woff2[:4] == b"wOF2"
    numbers, position = [], 48  # the header has 48 bytes

    def skip_length():
        nonlocal position
        while woff2[position] & 0x80:  # the last byte of a length has no highest bit
            position += 1
        position += 1

    for _ in range(int.from_bytes(woff2[12:14], "big")):
        number, version = woff2[position] & 0x3F, woff2[position] >> 6
        position += 1 if number != 63 else 5  # 63: a table of another name, which follows
        skip_length()
        if version != (3 if number in (10, 11) else 0):  # glyf and loca are transformed unless they say 3
            skip_length()
        numbers.append(number)
    return numbers


def test_the_style_sheet_loads_files_of_the_site_only():
    addresses = re.findall(r'url\("?(.*?)"?\)', STYLE)
    assert addresses
    assert [address for address in addresses if not (STATIC / address).is_file()] == []


def test_formulas_are_set_in_a_math_font_that_the_site_brings():
    first = re.search(r'\nmath \{\n  font-family: "(.*?)"', STYLE).group(1)
    font = font_faces()[first].read_bytes()
    assert 31 in tables(font)  # the table MATH: how to place the parts of a formula
    assert len(font) < 700_000


def test_each_font_has_its_license():
    for file in font_faces().values():
        note = (file.parent / "README.txt").read_text()
        assert file.name in note
        license_file = re.search(r"see (\S+\.txt)", note).group(1)
        assert len((file.parent / license_file).read_text()) > 1000


def printed_words(source):
    """Return the constant texts, without spaces around them, of all f-strings that a program prints."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    prints = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "print"]
    strings = [part for call in prints for part in call.args if isinstance(part, ast.JoinedStr)]
    words = [
        part.value.strip()
        for string in strings
        for part in string.values
        if hasattr(part, "value") and isinstance(part.value, str)
    ]
    return [word for word in words if word]


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_output_of_an_example_is_that_of_its_present_code(name):
    printed = (OUTPUTS / f"{name}.txt").read_text()
    words = printed_words((ROOT / "examples" / f"{name}.py").read_text())
    assert words
    assert [word for word in words if word not in printed] == []
    assert not re.search(r"/(root|home|tmp|usr)/", printed)


@pytest.mark.parametrize("name", RECORDED)
def test_the_recorded_picture_of_an_example_is_small(name):
    picture = (OUTPUTS / f"{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 60_000
    assert (
        f"sphinx_gallery_thumbnail_path = 'outputs/{name}.png'"
        in (ROOT / "examples" / f"{name}.py").read_text()
    )


def test_what_is_recorded_belongs_to_an_example():
    assert sorted({path.stem for path in OUTPUTS.iterdir()}) == RECORDED
