import os
import sys
from pathlib import Path

# Small products: waking a second thread for them costs more than it brings. The threads of OpenMP, with which
# scikit-learn's trees are grown, wait for each other where several processes share the cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, os.path.dirname(__file__))

# A file with the ids of tests that have passed: they are not run again, and those that pass are added. An
# environment with more packages then runs only what the first one skipped.
PASSED = os.environ.get("SKBACKPROP_PASSED")


def pytest_collection_modifyitems(config, items):
    if PASSED and Path(PASSED).exists():
        passed = set(Path(PASSED).read_text().splitlines())
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid in passed])
        items[:] = [item for item in items if item.nodeid not in passed]


def pytest_runtest_logreport(report):
    if PASSED and report.when == "call" and report.passed:
        with open(PASSED, "a") as file:
            print(report.nodeid, file=file)
