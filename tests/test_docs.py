"""The lines that the pages include are in the source, and the migration page names every parameter."""

import re
from operator import attrgetter
from pathlib import Path

import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted((DOCS / "derivation").glob("*.rst"))
INCLUSION = re.compile(r"\.\. literalinclude:: (\S+)\n((?:   :.*\n?)+)")


def inclusions(page):
    for file, options in INCLUSION.findall(page.read_text()):
        yield (page.parent / file).resolve(), dict(re.findall(r":([\w-]+): *(.*)", options))


def test_there_are_inclusions():
    assert sum(len(list(inclusions(page))) for page in PAGES) >= 10


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_included_lines_are_in_the_source(page):
    for file, options in inclusions(page):
        source = file.read_text()
        for option in ("start-at", "end-at", "start-after", "end-before"):
            assert options.get(option, "") in source, (file.name, options)
        if "pyobject" in options:
            module = __import__(f"skbackprop.{file.stem}", fromlist=["x"])
            assert attrgetter(options["pyobject"])(module)


@pytest.mark.parametrize("network", [MLPClassifier(), MLPRegressor()], ids=["classifier", "regressor"])
def test_no_parameter_is_missing_from_the_migration(network):
    page = (DOCS / "mlpclassifier.rst").read_text()
    missing = [name for name in network.get_params() if f"``{name}``" not in page]
    assert not missing
