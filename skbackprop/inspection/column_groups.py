"""The user's columns, and the network's inputs that belong to each of them."""

from typing import NamedTuple

import numpy as np


class ColumnGroup(NamedTuple):
    """One column of X.

    Attributes
    ----------
    name : str
    position : int
        Index of the column in X.
    inputs : ndarray of int
        Indices of its encoded columns.
    """

    name: str
    position: int
    inputs: np.ndarray


def column_groups(estimator, encoder):
    """Return the ColumnGroup of every column of X, in the order of X.

    Parameters
    ----------
    estimator : BackpropClassifier or BackpropRegressor
        Fitted.
    encoder : Encoder or None
    """
    if encoder is None:
        names = getattr(estimator, "feature_names_in_", range(estimator.n_features_in_))
        return [ColumnGroup(str(name), j, np.array([j])) for j, name in enumerate(names)]
    owner = encoder.owners
    return [ColumnGroup(name, j, np.flatnonzero(owner == j)) for j, name in enumerate(encoder.names)]
