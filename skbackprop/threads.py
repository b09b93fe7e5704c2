"""Whether several threads pay in the linear algebra."""

from contextlib import contextmanager
from functools import lru_cache
from itertools import pairwise
from threading import Lock

from threadpoolctl import ThreadpoolController

# Multiplications in the largest matrix product of a step below which a second thread brings less than
# a seventh: too little, because on a machine that is busy with something else the threads wait for each
# other, and a step takes ten times as long.
SMALL_PRODUCT = 8_000_000


@lru_cache(maxsize=1)
def _controller():
    return ThreadpoolController()


class OneThread:
    """Keeps the linear algebra on one thread as long as anybody needs it.

    The limit is the process's. Where fits overlap in several threads, the first to begin sets it and the
    last to end lifts it; each for itself they would restore what another one had set, for ever.
    """

    def __init__(self):
        self._lock = Lock()
        self._n_users = 0
        self._limit = None

    @contextmanager
    def used(self):
        """Return a context with the limit."""
        with self._lock:
            self._n_users += 1
            if self._n_users == 1:
                self._limit = _controller().limit(limits=1, user_api="blas")
        try:
            yield
        finally:
            with self._lock:
                self._n_users -= 1
                if self._n_users == 0:
                    self._limit.restore_original_limits()


ONE_THREAD = OneThread()


@contextmanager
def suited_threads(layer_sizes, n_rows):
    """Return a context in which products too small for several threads run on one."""
    largest = max(a * b for a, b in pairwise(layer_sizes))
    if n_rows * largest >= SMALL_PRODUCT:
        yield
    else:
        with ONE_THREAD.used():
            yield
