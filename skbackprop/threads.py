"""Whether several threads pay in the linear algebra."""

from contextlib import nullcontext
from functools import lru_cache
from itertools import pairwise

from threadpoolctl import ThreadpoolController

# Multiplications in the largest matrix product of a step below which a second thread brings less than
# a seventh: too little, because on a machine that is busy with something else the threads wait for each
# other, and a step takes ten times as long.
SMALL_PRODUCT = 8_000_000


@lru_cache(maxsize=1)
def _controller():
    return ThreadpoolController()


def suited_threads(layer_sizes, n_rows):
    """Return a context in which products too small for several threads run on one."""
    largest = max(a * b for a, b in pairwise(layer_sizes))
    if n_rows * largest >= SMALL_PRODUCT:
        return nullcontext()
    return _controller().limit(limits=1, user_api="blas")
