"""The pages are true: their code runs and is the package's, their tables forget nothing."""

import ast
import doctest
import importlib.util
import inspect
import pkgutil
import re
import sys
import textwrap
import tomllib
import warnings
from pathlib import Path

import doctests
import numpy as np
import pytest
from effort import thinned
from sklearn.neural_network import MLPClassifier, MLPRegressor

import skbackprop
from skbackprop import network
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES
from skbackprop.network.optimizers import OPTIMIZERS
from skbackprop.network.schedules import SCHEDULES

DOCS = Path(__file__).parents[2] / "docs"
# Modules that cannot be imported without something else.
OPTIONAL = {"onnx": "skl2onnx"}
README = DOCS.parent / "README.md"
# Pages that show what their code prints as it is, and not as doctests.
FRONT_PAGES = [README, DOCS / "index.rst"]
# What the code of a page needs without importing it by name.
PAGES_NEED = {"watching": ("sklearn.callback", "matplotlib")}
# The name under which a distribution is imported, where it is another one.
IMPORTED_AS = {"scikit-learn": "sklearn"}
# The builder writes pages too, into folders of their own.
PAGES = sorted([*DOCS.glob("*.rst"), *DOCS.glob("guide/*.rst"), *DOCS.glob("derivation/*.rst")])


each_page = pytest.mark.parametrize("page", [README, *PAGES], ids=lambda page: page.stem)


def blocks(page, language):
    """Return the blocks of a language on one of the front pages."""
    if page == README:
        return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)
    directive = rf"\.\. code-block:: {language}\n\n((?:   .*\n|\n)+)"
    return [textwrap.dedent(block) for block in re.findall(directive, page.read_text())]


def code_of(page):
    """Return the Python code of a page that is run, as one text."""
    if page in FRONT_PAGES:
        return "\n".join(blocks(page, "python"))
    return "".join(example.source for example in doctest.DocTestParser().get_examples(page.read_text()))


def installed_by(page):
    """Return the names of the modules that may be imported after installing what the page says."""
    with open(DOCS.parent / "pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    extras = project["optional-dependencies"]
    command = re.search(
        r'pip install "\.\[(.*?)\]"', page.read_text()
    )  # the first is the page's, as for .ci/run
    chosen = command.group(1).split(",") if command else []
    requirements = [*project["dependencies"], *(each for extra in chosen for each in extras[extra])]
    nested = [re.fullmatch(r"skbackprop\[(\w+)\]", each) for each in requirements]
    requirements += [each for match in nested if match for each in extras[match.group(1)]]
    names = {re.match(r"[\w-]+", requirement).group() for requirement in requirements}
    return {"skbackprop", *sys.stdlib_module_names, *(IMPORTED_AS.get(name, name) for name in names)}


@each_page
def test_a_page_imports_what_it_says_to_install(page):
    imported = set()
    for node in ast.walk(ast.parse(code_of(page))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module.partition(".")[0])
        elif isinstance(node, ast.keyword) and node.arg == "as_frame":
            imported.add("pandas")
    assert imported - installed_by(page) == set()


def skip_without(page):
    """Skip where a module is not installed that the code of the page imports."""
    for module in (*PAGES_NEED.get(page.stem, ()), *installed_by(page) - set(sys.stdlib_module_names)):
        if re.search(rf"(import|from) {module}\b", code_of(page)) or module in PAGES_NEED.get(page.stem, ()):
            pytest.importorskip(module, reason=f"{page.name} shows {module}, which is not installed")


# Every fourth page in a short run, as it is the slowest test; a complete run and the documentation have all.
@pytest.mark.parametrize("page", thinned(PAGES, 4), ids=lambda page: str(page.relative_to(DOCS)))
def test_code_on_the_page_runs(page):
    skip_without(page)
    assert doctests.failures(str(page)) == 0


def test_decimals_on_a_page_are_true_to_their_last_digit(tmp_path):
    page = tmp_path / "page.rst"
    for printed, n_failures in [(0.969, 0), (0.951, 0), (0.949, 1), (0.971, 1), (1, 1), ("0.97 0.97", 1)]:
        page.write_text(f">>> print('accuracy', {printed!r})\naccuracy 0.96\n")
        assert doctests.failures(str(page)) == n_failures, printed


@pytest.mark.parametrize("page", FRONT_PAGES, ids=lambda page: page.stem)
def test_a_front_page_runs_and_prints_what_it_shows(page, tmp_path, monkeypatch, capsys):
    skip_without(page)
    monkeypatch.chdir(tmp_path)
    exec(compile(code_of(page), str(page), "exec"), {"__name__": page.stem})
    printed = capsys.readouterr().out.split()
    shown = blocks(page, "text")[0].split()
    for expected, found in zip(shown, printed[: len(shown)], strict=True):
        # Scores and probabilities depend a little on the machine.
        if re.fullmatch(r"\d\.\d+", expected):
            assert float(found) == pytest.approx(float(expected), abs=0.03)
        else:
            assert found == expected


def included_code():
    """Return (page, file, options) of every piece of source that a page includes."""
    directive = re.compile(r"\.\. literalinclude:: (\S+)\n((?: +:.*\n)+)")
    return [
        (page, (page.parent / file).resolve(), dict(re.findall(r":([\w-]+):[ ]*(.*)", options)))
        for page in PAGES
        for file, options in directive.findall(page.read_text())
    ]


def source_of(file, name):
    """Return the source lines of a function, class or method of `file`."""
    source = file.read_text()
    node = ast.parse(source)
    for part in name.split("."):
        node = next(child for child in node.body if getattr(child, "name", None) == part)
    return source.splitlines()[node.lineno - 1 : node.end_lineno]


def test_pages_include_code():
    assert len(included_code()) >= 20


@pytest.mark.parametrize(
    ("page", "file", "options"),
    included_code(),
    ids=[f"{page.stem}: {options.get('pyobject', file.stem)}" for page, file, options in included_code()],
)
def test_included_code_is_where_the_page_looks_for_it(page, file, options):
    lines = source_of(file, options["pyobject"]) if "pyobject" in options else file.read_text().splitlines()
    for marker in ("start-at", "start-after", "end-at", "end-before"):
        if marker in options:
            found = [i for i, line in enumerate(lines) if options[marker] in line]
            assert found, f"{options[marker]!r} is not in {options.get('pyobject', file.name)}"
            lines = lines[found[0] :]


def stops():
    """Return (function, file) of each stop on the way of X that the page for developers follows."""
    page = (DOCS / "developing.rst").read_text()
    return re.findall(r"^\d+\. ``([\w.]+)`` in ``(skbackprop/[\w/]+\.py)``", page, re.MULTILINE)


def test_each_stop_on_the_way_of_X_is_called_by_one_before_it():
    sources = ["\n".join(source_of(DOCS.parent / file, name)) for name, file in stops()]
    assert 8 <= len(sources) <= 12
    for i, (name, _) in enumerate(stops()[1:], start=1):
        called = name.rpartition(".")[2]
        assert any(re.search(rf"\b{called}\(", source) for source in sources[:i]), name


def reference_names():
    """Return the full names on the page of the API."""
    names, module = set(), ""
    for line in (DOCS / "reference.rst").read_text().splitlines():
        if line.startswith(".. currentmodule:: "):
            module = line.split()[-1]
        elif re.fullmatch(r"   [\w.]+", line):
            names.add(f"{module}.{line.strip()}")
    return names


def public_names():
    """Return the full names of what the modules name in __all__, and of what the registries hold."""
    modules = [skbackprop]
    for found in pkgutil.iter_modules(skbackprop.__path__):
        if found.name in OPTIONAL and importlib.util.find_spec(OPTIONAL[found.name]) is None:
            continue
        if not found.name.startswith("_"):
            modules.append(importlib.import_module(f"skbackprop.{found.name}"))
    names = {
        f"{module.__name__}.{name}"
        for module in modules
        for name in getattr(module, "__all__", ())
        if not name.startswith("__")
    }
    registered = [type(activation) for activation in ACTIVATIONS.values()]
    for registry in (CLASSIFIER_LOSSES, REGRESSOR_LOSSES, OPTIMIZERS, SCHEDULES):
        registered += registry.values()
    for entry in registered:
        short = getattr(network, entry.__name__, None) is entry
        names.add(f"{network.__name__ if short else entry.__module__}.{entry.__name__}")
    return names


def test_every_public_name_is_on_the_page_of_the_api():
    assert public_names() - reference_names() == set()


def test_every_name_on_the_page_of_the_api_exists():
    for name in reference_names():
        module, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(module), attribute), name


def rows_of(table):
    """Return (name there, name here) of each row of a table of the page for MLPClassifier's users."""
    text = (DOCS / "mlpclassifier.rst").read_text()
    start = text.index(f":name: {table}")
    text, _ = re.split(r"\n\n(?=\S)", text[start:], maxsplit=1)  # it ends where a line is not indented
    cells = re.findall(r"\n   \* - (.*)\n     - (.*)", text)
    cells = cells[1:]  # without the heading
    return [(there.split("``")[1], here.strip("`")) for there, here in cells]


def attributes(mlp):
    """Return the names of the public attributes that fitting gives."""
    X, y = np.random.default_rng(0).normal(size=(40, 2)), np.arange(40) % 2
    names = set()
    for parameters in ({"early_stopping": True}, {"solver": "lbfgs"}):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fitted = mlp(max_iter=2, **parameters).fit(X, y)
        names |= {name for name in vars(fitted) if name.endswith("_") and not name.startswith("_")}
    return names


def test_every_parameter_of_scikit_learns_networks_is_in_the_table():
    theirs = set(MLPClassifier().get_params()) | set(MLPRegressor().get_params())
    assert theirs - {there for there, _ in rows_of("mlp-parameters")} == set()


def test_every_attribute_of_scikit_learns_networks_is_in_the_table():
    theirs = attributes(MLPClassifier) | attributes(MLPRegressor)
    assert theirs - {there for there, _ in rows_of("mlp-attributes")} == set()


def test_the_tables_name_what_is_here():
    classifier, regressor = skbackprop.BackpropClassifier, skbackprop.BackpropRegressor
    ours = set(classifier().get_params()) | set(regressor().get_params())
    counterparts = {here for _, here in rows_of("mlp-parameters")}
    page = (DOCS / "mlpclassifier.rst").read_text()
    additional = re.search(r"Additional parameters: (.*?)\.\n\n", page, re.DOTALL).group(1)
    assert counterparts | set(re.findall(r"``(\w+)``", additional)) == ours
    entries = re.findall(r"^([\w, ]+) : ", inspect.getdoc(classifier), re.MULTILINE)
    documented = {name for entry in entries for name in entry.split(", ")}
    assert {here for _, here in rows_of("mlp-attributes")} - documented == {"(none)"}


def test_the_chart_of_the_comparison_shows_the_tables_of_its_page():
    spec = importlib.util.spec_from_file_location("draw_comparison", DOCS / "_ext/draw_comparison.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    rows = script.rows_of(script.PAGE.read_text(), script.REGRESSION)
    assert len(rows) == len(script.rows_of(script.PAGE.read_text(), script.CLASSIFICATION)) == 30
    pairs = script.ratios(
        [["a", "2.0", "9", "1.0"], ["b", "0.0", "9", "1.0"], ["c", "1.0", "9", "0.4"]], 1, 3
    )
    assert pairs == [("c", 0.4), ("a", 0.5)]
    assert script.PICTURE.read_text() == script.draw(), (
        "docs/_static/comparison.svg is out of date: run python docs/_ext/draw_comparison.py"
    )
