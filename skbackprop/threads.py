"""Whether several threads pay in the linear algebra."""

from contextlib import nullcontext
from functools import lru_cache
from itertools import pairwise

from threadpoolctl import ThreadpoolController

# Multiplications in the largest matrix product of a step below which waking a second thread
# costs more than it brings.
SMALL_PRODUCT = 4_000_000


@lru_cache(maxsize=1)
def _controller():
    return ThreadpoolController()


def suited_threads(layer_sizes, n_rows):
    """Return a context in which products too small for several threads run on one."""
    largest = max(a * b for a, b in pairwise(layer_sizes))
    if n_rows * largest >= SMALL_PRODUCT:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")
