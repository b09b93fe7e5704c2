"""Python programs in a process of their own, which import the package from this folder."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def python(*arguments):
    """Run Python with the command line `arguments`, on one thread; return the process, its output as text."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300, check=False)


def output_of(*arguments):
    """Return what :func:`python` prints; the program must not fail."""
    process = python(*arguments)
    assert process.returncode == 0, process.stderr
    return process.stdout
