"""Whether several threads pay in the linear algebra."""

from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import scipy
from threadpoolctl import ThreadpoolController

# Multiplications in the largest matrix product of a step below which a second thread brings less than
# a seventh: too little, because on a machine that is busy with something else the threads wait for each
# other, and a step takes ten times as long.
SMALL_PRODUCT = 8_000_000

# Where SciPy's wheels keep the BLAS that they bring: on Linux and Windows, on macOS.
SCIPY_LIBRARIES = (Path(scipy.__file__).parents[1] / "scipy.libs", Path(scipy.__file__).parent / ".dylibs")


@lru_cache(maxsize=1)
def scipy_has_its_own_blas():
    """Whether SciPy brings a BLAS, with threads of its own, beside the one that NumPy uses."""
    return any(folder.glob("*blas*") for folder in SCIPY_LIBRARIES if folder.is_dir())


@lru_cache(maxsize=1)
def _controllers():
    """Return the controllers of every BLAS, and of the one that is SciPy's alone."""
    every = ThreadpoolController().select(user_api="blas")
    paths = [library.filepath for library in every.lib_controllers]
    return every, every.select(filepath=[path for path in paths if Path(path).parent in SCIPY_LIBRARIES])


def suited_threads(layer_sizes, n_rows):
    """Return a context in which products too small for several threads run on one.

    SciPy's own BLAS has one thread in any case: it is asked for sums of vectors, for which a second one is
    not worth waking.
    """
    every, of_scipy = _controllers()
    largest = max(a * b for a, b in pairwise(layer_sizes))
    return (of_scipy if n_rows * largest >= SMALL_PRODUCT else every).limit(limits=1)
