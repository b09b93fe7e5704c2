"""The changes that the page for developers shows: each is made to a copy of the package, and tested there."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from effort import FULL

ROOT = Path(__file__).parents[2]
# For each change: the tests that go through the registry, their names, how many must run at least, and
# what a user would do with it.
CHANGES = {
    "softsign": (
        [
            "network/test_activations.py",
            "network/test_network.py",
            "network/test_several_networks.py",
            "onnx/test_onnx.py",
        ],
        10,
        "BackpropClassifier((20,), activation='softsign', random_state=0).fit(X, y).score(X, y) > 0.9",
    ),
    "log_cosh": (
        ["network/test_losses.py", "inspection/test_inspection.py", "inspection/test_doctor.py"],
        3,
        "BackpropRegressor((20,), loss='log_cosh', random_state=0).fit(X, y).score(X, y) > 0.9",
    ),
    "rmsprop": (
        ["network/test_optimizers.py"],
        3,
        "BackpropClassifier((20,), recipe='textbook', solver='rmsprop', learning_rate=0.01, max_iter=50, "
        "random_state=0).fit(X, y).score(X, y) > 0.9",
    ),
}


def run(command, folder):
    environment = {**os.environ, "PYTHONPATH": str(folder), "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    environment.pop("SKBACKPROP_PASSED", None)  # those of the copy are to run, whatever has passed here
    return subprocess.run(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


# A short run makes all changes to one copy, a complete one each to its own.
TOGETHER = [[change] for change in CHANGES] if FULL else [list(CHANGES)]


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the changes")
@pytest.mark.parametrize("changes", TOGETHER, ids="-".join)
def test_the_changes_work(changes, tmp_path):
    for name in ("skbackprop", "tests", "docs/reference.rst", "setup.cfg"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, target)

    program = """
import pytest
from sklearn.datasets import load_iris
from skbackprop import BackpropClassifier, BackpropRegressor
"""
    for change in changes:
        applied = run(["git", "apply", str(ROOT / "docs" / "changes" / f"{change}.diff")], tmp_path)
        assert applied.returncode == 0, (
            f"docs/changes/{change}.diff does not fit the code any more:\n{applied.stdout}"
        )
        program += f"""
@pytest.mark.filterwarnings("ignore")
def test_{change}_as_a_user_would():
    X, y = load_iris(return_X_y=True)
    assert {CHANGES[change][2]}
"""
    (tmp_path / "tests" / "test_use.py").write_text(program)
    # The use, the registry's tests of the new entry, and those that look for it on the page of the API.
    files = dict.fromkeys(f"tests/{file}" for change in changes for file in CHANGES[change][0])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-rp",
        "-p",
        "no:cacheprovider",
        "-k",
        " or ".join([*changes, "page_of_the_api"]),
    ]
    tested = run([*command, *files, "tests/promises/test_docs.py", "tests/test_use.py"], tmp_path)
    assert tested.returncode == 0, tested.stdout
    passed = re.findall(r"^PASSED (.*)", tested.stdout, re.MULTILINE)
    assert sum("page_of_the_api" in name for name in passed) == 2, tested.stdout
    for change in changes:
        assert f"tests/test_use.py::test_{change}_as_a_user_would" in passed, tested.stdout
        assert sum(change in name for name in passed) >= CHANGES[change][1] + 1, tested.stdout
