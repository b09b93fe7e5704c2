"""Whether several threads pay in the linear algebra."""

import os
import time
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from weakref import WeakSet

import scipy
from threadpoolctl import ThreadpoolController

# Multiplications in the largest matrix product of a step below which a second thread brings less than
# a seventh: too little, because on a machine that is busy with something else the threads wait for each
# other, and a step takes ten times as long.
SMALL_PRODUCT = 8_000_000

# Where SciPy's wheels keep the BLAS that they bring: on Linux and Windows, on macOS.
SCIPY = Path(scipy.__file__).resolve().parent
SCIPY_LIBRARIES = (SCIPY.parent / "scipy.libs", SCIPY / ".dylibs")


@lru_cache(maxsize=1)
def scipy_has_its_own_blas():
    """Whether SciPy brings a BLAS, with threads of its own, beside the one that NumPy uses."""
    return any(any(folder.glob("*blas*")) for folder in SCIPY_LIBRARIES)


# Which thread of Python is changing the limits, at the key "thread"; empty when none is.
TURN: dict[str, object] = {}
if hasattr(os, "register_at_fork"):  # the thread that had its turn is not in the child
    os.register_at_fork(after_in_child=TURN.clear)


def one_at_a_time(function, *arguments):
    """Call `function` while no other thread is in here, and return its result.

    A threading.Lock would stay locked for ever where an interruption comes in the call that releases it.
    Here nothing is called for that: setting and deleting a key of a dict are atomic.
    """
    me = object()
    try:
        while TURN.setdefault("thread", me) is not me:
            time.sleep(1e-4)
        return function(*arguments)
    finally:
        if "thread" in TURN and TURN["thread"] is me:
            del TURN["thread"]


@lru_cache(maxsize=1)
def one_thread():
    """Return the :class:`OneThread` of SciPy's own BLAS, and that of every other BLAS.

    There must be one of each in a process: called by :func:`one_at_a_time`, because lru_cache alone lets
    threads that ask at the same time make several.
    """
    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    of_scipy = [each for each in libraries if Path(each.filepath).resolve().parent in SCIPY_LIBRARIES]
    return OneThread(of_scipy), OneThread([library for library in libraries if library not in of_scipy])


class OneThread:
    """Keeps libraries on one thread as long as anybody needs it.

    The limit is the process's. Where fits overlap in several threads of Python, the first to begin sets
    it and the last to end lifts it; each for itself they would restore what another one had set, for
    ever. The users are held weakly, so that what an interrupted one leaves is gone with it.

    Parameters
    ----------
    libraries : list of threadpoolctl.LibController
    """

    class User:
        """Somebody who needs it."""

    def __init__(self, libraries):
        self._libraries = libraries
        self._users = WeakSet()
        self._before = []

    @contextmanager
    def used(self):
        """Return a context in which the libraries have one thread."""
        user = self.User()
        one_at_a_time(self._enter, user)
        try:
            yield
        finally:
            one_at_a_time(self._leave, user)

    def _enter(self, user):
        if not self._users:
            self._before = [library.get_num_threads() for library in self._libraries]
        self._users.add(user)
        for library in self._libraries:
            library.set_num_threads(1)

    def _leave(self, user):
        self._users.discard(user)
        if not self._users:
            for library, n_threads in zip(self._libraries, self._before, strict=True):
                library.set_num_threads(n_threads)


@contextmanager
def suited_threads(layer_sizes, n_rows):
    """Return a context in which products too small for several threads run on one.

    SciPy's own BLAS has one thread in any case: it is asked for sums of vectors, for which a second one is
    not worth waking.
    """
    of_scipy, others = one_at_a_time(one_thread)
    largest = max(a * b for a, b in pairwise(layer_sizes))
    with of_scipy.used(), nullcontext() if n_rows * largest >= SMALL_PRODUCT else others.used():
        yield
