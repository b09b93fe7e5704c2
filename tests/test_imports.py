"""The house stands as the picture of the architecture draws it: imports point downwards only."""

import ast
import json
import os
import subprocess
import sys
from graphlib import TopologicalSorter
from pathlib import Path
from xml.etree import ElementTree

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "skbackprop"
PICTURE = ROOT / "docs" / "_static" / "architecture.svg"
SVG = "{http://www.w3.org/2000/svg}"
# The floors that know nothing of scikit-learn, and whose files fit on a few screens.
CORE = ("loop", "core")
LONGEST_CORE_FILE = 310  # about 300
# Public names and the version: everybody may know the version, and nobody imports the others.
NO_FLOOR = {"", "__main__", "version"}
# What `import skbackprop` must not load: it is wanted by few, and slow or optional.
LATER = {
    "dask", "distributed", "matplotlib", "mlflow", "onnx", "onnxruntime", "optuna", "pandas",
    "polars", "pyarrow", "rich", "shap", "skl2onnx", "skops", "torch",
}  # fmt: skip


def floors():
    """Return for each floor of the picture, from the top, its name and its modules."""
    groups = ElementTree.parse(PICTURE).getroot().iter(f"{SVG}g")
    return {
        group.get("class"): [text.text for text in group.iter(f"{SVG}text") if text.get("class") == "module"]
        for group in groups
    }


def files():
    """Return the files of the package by their modules' names, which are "a.b" for skbackprop/a/b.py."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path):
    """Return the full names of all modules that a file imports, anywhere in it."""
    modules = {f"skbackprop.{module}" for module in files()}
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            # In `from skbackprop import losses` it is the module losses that is imported.
            full = [f"{node.module}.{alias.name}" for alias in node.names]
            names |= {name if name in modules else node.module for name in full}
    return names


def imported_here(path):
    """Return the modules of the package that a file imports."""
    prefix = "skbackprop."
    return {name.removeprefix(prefix) for name in imported(path) if name.startswith(prefix)} & set(files())


def box(module):
    """Return the box of the picture in which a module is: itself, or the folder it is in."""
    return module.partition(".")[0]


BOXES = {module: floor for floor, modules in floors().items() for module in modules}


def test_the_picture_shows_every_module_and_no_other():
    assert sorted(BOXES) == sorted({box(module) for module in files()} - NO_FLOOR)
    assert list(floors()) == ["around", "face", "data", "loop", "core"]


@pytest.mark.parametrize("module", sorted(set(files()) - NO_FLOOR))
def test_imports_point_downwards(module):
    order = list(floors())
    height = {name: order.index(floor) for name, floor in BOXES.items()}
    assert box(module) in height, f"docs/_static/architecture.svg has no box for {box(module)}"
    above = {
        name
        for name in imported_here(files()[module])
        if box(name) in height and height[box(name)] < height[box(module)]
    }
    assert above == set(), f"{module} imports what stands above it in docs/_static/architecture.svg"


def test_no_imports_in_a_circle():
    # static_order raises CycleError with the circle
    order = list(
        TopologicalSorter({name: imported_here(path) for name, path in files().items()}).static_order()
    )
    assert set(order) == set(files())


@pytest.mark.parametrize("module", sorted(module for module, floor in BOXES.items() if floor in CORE))
def test_the_core_knows_no_scikit_learn_and_its_files_are_short(module):
    path = files()[module]
    assert {name for name in imported(path) if name.split(".")[0] == "sklearn"} == set()
    assert len(path.read_text().splitlines()) <= LONGEST_CORE_FILE


def loaded_by(statement):
    """Return the modules that are loaded in a new process after `statement`."""
    program = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    return set(json.loads(done.stdout))


def test_importing_the_package_loads_hardly_more_than_scikit_learns_network():
    ours, theirs = loaded_by("import skbackprop"), loaded_by("import sklearn.neural_network")
    assert {name for name in ours if name.split(".")[0] in LATER} <= theirs
    more = {name for name in ours - theirs if name.split(".")[0] != "skbackprop"}
    # FrozenEstimator is a class of 80 lines; what it imports is loaded by both.
    assert more <= {"sklearn.frozen", "sklearn.frozen._frozen"}


def test_the_core_runs_without_scikit_learn():
    core = [module for module, floor in BOXES.items() if floor in CORE]
    # `import skbackprop` itself brings the estimators: the modules of the core are loaded without it.
    program = (
        "import types; package = types.ModuleType('skbackprop'); "
        f"package.__path__ = [{str(PACKAGE)!r}]; sys.modules['skbackprop'] = package; "
        f"import {', '.join(f'skbackprop.{module}' for module in core)}"
    )
    assert {name for name in loaded_by(program) if name.split(".")[0] == "sklearn"} == set()
