"""Kinds of allowed parameter values, in addition to those of :mod:`sklearn.utils._param_validation`."""

import inspect
from collections.abc import Sequence
from numbers import Integral

import numpy as np
from sklearn.utils._param_validation import HasMethods, Interval, StrOptions, make_constraint


class Choice(StrOptions):
    """A set of strings, listed in sorted order in error messages."""

    def __init__(self, *options):
        super().__init__(set(options))

    def __str__(self):
        return f"a str among {{{', '.join(repr(option) for option in sorted(self.options))}}}"


class Number(Interval):
    """An interval of numbers of Python or NumPy; True is no count.

    Fractions and NumPy's durations are also Real or Integral, but NumPy cannot compare them with floats.
    """

    def is_satisfied_by(self, value):
        """Return whether `value` is a number in the interval."""
        if isinstance(value, np.timedelta64) or not isinstance(value, (int, float, np.number)):
            return False
        if isinstance(value, bool) and self.type is Integral:
            return False
        return super().is_satisfied_by(value)


class ArrayOf(HasMethods):
    """A list, tuple, array or column of items, each of which satisfies one of the given constraints.

    scikit-learn's "array-like" also accepts sets, dicts and bytes, with items of any kind.
    """

    def __init__(self, *items):
        super().__init__(["__len__", "__getitem__"])
        self._items = [make_constraint(each) for each in items]

    def is_satisfied_by(self, value):
        """Return whether `value` is a sequence of allowed items, or an array of no dimension with one."""
        if hasattr(value, "__array__"):
            value = np.asarray(value)
            items = value.ravel() if value.ndim < 2 else [value]
        elif isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
            items = value
        else:
            return False
        return all(any(each.is_satisfied_by(item) for each in self._items) for item in items)

    def __str__(self):
        return f"an array-like, each item {' or '.join(map(str, self._items))}"


class Function(HasMethods):
    """A callable of some number of arguments.

    Parameters
    ----------
    n_arguments : int
    """

    def __init__(self, n_arguments):
        super().__init__(["__call__"])
        self._n_arguments = n_arguments

    def is_satisfied_by(self, value):
        """Return whether `value` can be called with this number of arguments, as far as is known."""
        if not callable(value):
            return False
        try:
            inspect.signature(value).bind(*range(self._n_arguments))
        except TypeError:
            return False
        except ValueError:  # a built-in function without a signature
            pass
        return True

    def __str__(self):
        return f"a callable of {self._n_arguments} argument{'s' if self._n_arguments > 1 else ''}"


class Instance(HasMethods):
    """An object with the given methods, not the class that defines them.

    Parameters
    ----------
    methods : list of str
    type_name : str
        Its type in docstrings.
    in_words : str
        What it is, in error messages.
    """

    def __init__(self, methods, type_name, in_words):
        super().__init__(methods)
        self.type_name = type_name
        self._in_words = in_words

    def is_satisfied_by(self, value):
        """Return whether `value` is an object with these methods."""
        return not isinstance(value, type) and super().is_satisfied_by(value)

    def __str__(self):
        return self._in_words
