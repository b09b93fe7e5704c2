"""How many threads the linear algebra may use, and whether more than one pays."""

from contextlib import nullcontext
from functools import lru_cache
from itertools import pairwise

from threadpoolctl import ThreadpoolController

# Multiplications in the largest matrix product of a step below which waking a second thread
# costs more than it brings.
SMALL_PRODUCT = 500_000


@lru_cache(maxsize=1)
def _controller():
    return ThreadpoolController()


def blas_threads():
    """Return how many threads the linear algebra uses now (joblib's inner limit is among them)."""
    counts = [library["num_threads"] for library in _controller().info() if library["user_api"] == "blas"]
    return max(counts, default=1)


def suited_threads(layer_sizes, n_rows):
    """Return a context in which products too small for several threads run on one."""
    largest = max(a * b for a, b in pairwise(layer_sizes))
    if n_rows * largest >= SMALL_PRODUCT:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")
