"""Limits on the threads of the linear algebra."""

import os
import time
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from weakref import WeakSet

import scipy
from threadpoolctl import ThreadpoolController

# If the largest matrix product of a step has fewer multiplications, the step runs on one thread: a second
# one would save less than a seventh of the time, while on a busy machine threads that wait for each other
# make a step take ten times as long.
SMALL_PRODUCT = 8_000_000

# The folders of the BLAS in SciPy's wheels: on Linux and Windows, and on macOS.
SCIPY = Path(scipy.__file__).resolve().parent
SCIPY_LIBRARIES = (SCIPY.parent / "scipy.libs", SCIPY / ".dylibs")


@lru_cache(maxsize=1)
def scipy_has_its_own_blas():
    """Return whether SciPy has its own BLAS, with its own threads, in addition to NumPy's."""
    return any(any(folder.glob("*blas*")) for folder in SCIPY_LIBRARIES)


# A lock: {"thread": token of the thread of Python that is changing the limits}, or empty.
TURN: dict[str, object] = {}
if hasattr(os, "register_at_fork"):  # the thread that holds the lock does not exist in the child
    os.register_at_fork(after_in_child=TURN.clear)


def one_at_a_time(function, *arguments):
    """Return the result of `function`, called while no other thread is in a call of one_at_a_time.

    A threading.Lock would stay locked for ever if an interruption (Ctrl-C) came in the call that releases it.
    Setting and deleting a key of a dict are atomic instead.
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

    A process must have only one of each. Call it through :func:`one_at_a_time`: lru_cache alone could create
    several if threads call it at the same time.
    """
    libraries = ThreadpoolController().select(user_api="blas").lib_controllers
    of_scipy = [each for each in libraries if Path(each.filepath).resolve().parent in SCIPY_LIBRARIES]
    return OneThread(of_scipy), OneThread([library for library in libraries if library not in of_scipy])


class OneThread:
    """Limits libraries to one thread while at least one fit needs it.

    The limit holds for the whole process. If fits overlap in several threads of Python, the first to begin
    sets the limit and the last to end lifts it: if each fit restored the number of threads that it had
    found, the limit of another fit could remain for ever. Users are held by weak references, so that a user
    whose exit was interrupted does not keep the limit.

    Parameters
    ----------
    libraries : list of threadpoolctl.LibController
    """

    class User:
        """A token for one context that needs the limit."""

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

    SciPy's own BLAS always runs on one thread: it only adds vectors, for which starting a second thread does
    not pay.
    """
    of_scipy, others = one_at_a_time(one_thread)
    largest = max(a * b for a, b in pairwise(layer_sizes))
    with of_scipy.used(), nullcontext() if n_rows * largest >= SMALL_PRODUCT else others.used():
        yield
