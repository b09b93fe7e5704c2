"""Checks of the weights of the rows."""

from numbers import Real

import numpy as np

from skbackprop.tables.kinds import NUMBER, kind_of_type, types_present, with_nan
from skbackprop.tables.refusals import as_array, refuse_collections, refuse_masked, within_floats
from skbackprop.tables.statistics import moderate


def check_weights(sample_weight, X, name):
    """Return `sample_weight`, a number or one for each row of X, as a float64 array, or None.

    Raises
    ------
    TypeError, ValueError
        If it is something else, negative, infinite or missing in a row, or zero in all rows.
    """
    if sample_weight is None:
        return None
    n_rows = X.shape[0]
    given = np.full(n_rows, sample_weight) if isinstance(sample_weight, Real) else sample_weight
    weights = as_numbers(given, name)
    if weights.shape != (n_rows,):
        raise ValueError(
            f"{name} must be one number for each of the {n_rows} rows. Got an array of shape {weights.shape}."
        )
    finite = np.isfinite(weights)
    if not finite.all():
        row = finite.argmin()
        raise ValueError(
            f"{name} is {weights[row]:g} in row {row}; every row needs a finite weight, 0 to ignore the row."
        )
    if not weights.any():
        raise ValueError(f"{name} is zero for every row; at least one weight must be positive.")
    if (weights < 0).any():
        raise ValueError(f"Negative values in {name}: the smallest is {weights.min():g}; 0 ignores a row.")
    return moderate(weights)


def as_numbers(values, name):
    """Return `values` as a float64 array, with NaN for missing ones; raise if some are no numbers."""
    refuse_collections(values, name)
    refuse_masked(values, name)
    array = as_array(values, name)
    present = types_present(array.ravel().tolist()) if array.dtype.kind == "O" else ()
    others = sorted(t.__name__ for t in present if kind_of_type(t) != NUMBER)
    if others or array.dtype.kind not in "biufO":
        found = others or array.dtype
        raise ValueError(f"{name} must be numbers, one for each row. Got an array of {found}.")
    with within_floats(name):
        return np.ascontiguousarray(with_nan(array), dtype=np.float64)


def without_targets_of_weight_0(y, sample_weight):
    """Return the y of a regressor, in which rows of weight 0 have the y of a row of positive weight.

    Rows of weight 0 are in no batch, but the range and the checks of y are computed over all rows.
    """
    if sample_weight is None or sample_weight.all():
        return y
    positive = sample_weight > 0
    return np.where(positive.reshape(-1, *[1] * (y.ndim - 1)), y, y[positive.argmax()])
