"""The training y as numbers, for target encoding."""

import numpy as np

from skbackprop.tables.targets import ClassTargets


class TargetColumns:
    """Converts y to numbers: its outputs, or a column of 0 and 1 per label or class (one for two classes).

    Parameters
    ----------
    y : ndarray of shape (n_samples,) or (n_samples, n_outputs), or indicator matrix
    is_regressor : bool
    classes : array-like, default=None
        All classes, if `y` may lack some of them.

    Attributes
    ----------
    names : list of str
        A name for each column; "" for a single column.
    """

    def __init__(self, y, is_regressor, classes=None):
        self._classes = None if is_regressor else ClassTargets(one_dimensional(y), classes)
        if is_regressor:
            names = range(y.reshape(y.shape[0], -1).shape[1])
        else:
            names = self._classes.classes[-self._classes.n_outputs :]
        self.names = [f"_{name}" for name in names] if len(names) > 1 else [""]

    def __call__(self, y):
        """Return y as an array of shape (n_samples, n_columns), float64."""
        if self._classes is not None:
            return self._classes.encode(one_dimensional(y), np.float64)
        return y.reshape(y.shape[0], -1).astype(np.float64)

    @property
    def of_classes(self):
        """Whether the columns are classes or labels."""
        return self._classes is not None


def one_dimensional(y):
    """Return a single column as a vector."""
    return y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
