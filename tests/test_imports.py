"""The folders are the architecture: imports point downwards only, between folders and within them."""

import ast
import importlib.util
import json
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest
from processes import output_of

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skbackprop"
# From the bottom to the top: a folder imports from those before it only.
FOLDERS = ("network", "training", "tables", "model", "estimators", "inspection", "displays", "onnx")
# Folders that do not import from each other, though the order above has one of them first.
STRANGERS = [
    ("tables", "network"),
    ("tables", "training"),
    ("training", "tables"),
    ("onnx", "inspection"),
    ("onnx", "displays"),
]
WITHOUT_SCIKIT_LEARN = ("network", "training")
MOST_NAMES = 10  # at the top of the package, but for the marker py.typed
LONGEST_CORE_FILE = 310  # about 300
# What `import skbackprop` must not load: it is wanted by few, and slow or optional.
LATER = {
    "dask", "distributed", "matplotlib", "mlflow", "onnx", "onnxruntime", "optuna", "pandas",
    "polars", "pyarrow", "rich", "shap", "skl2onnx", "skops", "torch",
}  # fmt: skip


@cache
def files():
    """Return the files of the package by their modules' names, which are "a.b" for skbackprop/a/b.py."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def imported(path):
    """Return the full names of all modules that a file imports, anywhere in it."""
    modules = {f"skbackprop.{module}" for module in files()}
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            # In `from skbackprop.network import losses` it is the module losses that is imported.
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names |= {name if name in modules else node.module for name in full}
    return names


def imported_here(path):
    """Return the modules of the package that a file imports."""
    prefix = "skbackprop."
    return {name.removeprefix(prefix) for name in imported(path) if name.startswith(prefix)} & set(files())


def folder(module):
    """Return the folder at the top of the package in which a module is."""
    return module.partition(".")[0]


def arrows():
    """Return the pairs (from, to) of folders of which the first imports from the second."""
    pairs = {
        (folder(module), folder(name)) for module, path in files().items() for name in imported_here(path)
    }
    return sorted((a, b) for a, b in pairs if a != b and a not in ("", "__main__"))


def test_the_top_of_the_package_is_its_folders():
    names = {path.name for path in PACKAGE.iterdir() if not path.name.startswith((".", "__pycache__"))}
    assert names == {*FOLDERS, "__init__.py", "__main__.py", "py.typed"}
    assert len(names - {"py.typed"}) <= MOST_NAMES


def test_imports_between_folders_point_downwards():
    pairs = arrows()
    print(f"{len(pairs)} arrows between folders:", ", ".join(f"{a} -> {b}" for a, b in pairs))
    assert [(a, b) for a, b in pairs if FOLDERS.index(a) < FOLDERS.index(b)] == []
    assert set(pairs) & set(STRANGERS) == set()


def drawing():
    """Return the script that draws the picture of the folders, as a module."""
    spec = importlib.util.spec_from_file_location(
        "draw_architecture", ROOT / "docs/_ext/draw_architecture.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_shows_the_folders_and_imports_as_they_are():
    script = drawing()
    assert tuple(script.FOLDERS) == FOLDERS[::-1]
    assert sorted(script.arrows()) == arrows()
    assert script.PICTURE.read_text() == script.picture(), (
        "docs/_static/architecture.svg is out of date: run python docs/_ext/draw_architecture.py"
    )


def test_no_imports_in_a_circle():
    # static_order raises CycleError with the circle
    order = list(
        TopologicalSorter({name: imported_here(path) for name, path in files().items()}).static_order()
    )
    assert set(order) == set(files())


CORE = sorted(module for module in files() if folder(module) in WITHOUT_SCIKIT_LEARN)


@pytest.mark.parametrize("module", CORE)
def test_the_core_knows_no_scikit_learn_and_its_files_are_short(module):
    path = files()[module]
    assert {name for name in imported(path) if name.split(".")[0] == "sklearn"} == set()
    # The network itself, theta and the two passes, is to be read at a glance.
    longest = 150 if path == PACKAGE / "network" / "network.py" else LONGEST_CORE_FILE
    assert len(path.read_text().splitlines()) <= longest


def loaded_by(statement, after=""):
    """Return the modules that `statement` loads in a new process, beyond what `after` has loaded."""
    program = (
        f"import json, sys\n{after}\nbefore = set(sys.modules)\n{statement}\n"
        "print(json.dumps(sorted(set(sys.modules) - before)))"
    )
    return set(json.loads(output_of("-c", program)))


def test_importing_the_package_loads_hardly_more_than_scikit_learns_network():
    loaded = loaded_by("import skbackprop", after="import sklearn.neural_network")
    assert "skbackprop.network.network" in loaded
    assert {name for name in loaded if name.split(".")[0] in LATER} == set()
    more = {name for name in loaded if name.split(".")[0] != "skbackprop"}
    # FrozenEstimator is a class of 80 lines; what it imports is loaded by both.
    # narwhals, pure Python, reads the frames; from scikit-learn 1.9 on both load it.
    assert {name for name in more if name.split(".")[0] != "narwhals"} <= {
        "sklearn.frozen",
        "sklearn.frozen._frozen",
    }


def test_the_core_runs_without_scikit_learn():
    # `import skbackprop` itself brings the estimators: the modules of the core are loaded without it.
    program = (
        "import types; package = types.ModuleType('skbackprop'); "
        f"package.__path__ = [{str(PACKAGE)!r}]; sys.modules['skbackprop'] = package; "
        f"import {', '.join(f'skbackprop.{module}' for module in CORE)}"
    )
    assert {name for name in loaded_by(program) if name.split(".")[0] == "sklearn"} == set()
