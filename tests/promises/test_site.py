"""The documentation site needs nothing from elsewhere: its files are in the checkout, with their licenses."""

import re
from pathlib import Path

STATIC = Path(__file__).parents[2] / "docs" / "_static"
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
