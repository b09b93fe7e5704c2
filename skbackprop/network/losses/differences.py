"""Central differences, for user-defined functions without a derivative."""

from collections.abc import Callable

import numpy as np

# The sum of the truncation error h^2 f''' / 6 of a central difference and its rounding error eps f / h is
# smallest for h near the cube root of eps.
STEP = float(np.cbrt(np.finfo(np.float64).eps))


def central_differences(f: Callable[[np.ndarray], np.ndarray], z: np.ndarray) -> np.ndarray:
    """Return df/dz of shape (n_functions, n_rows, n_columns).

    Parameters
    ----------
    f : callable
        Returns an array of shape (n_rows, n_functions); each row depends on the same row of its argument.
    z : ndarray of shape (n_rows, n_columns), float64
    """
    columns = []
    for j in range(z.shape[1]):
        h = STEP * np.maximum(1, np.abs(z[:, j]))
        above, below = z.copy(), z.copy()
        above[:, j] += h
        below[:, j] -= h
        step = above[:, j] - below[:, j]  # 2h after rounding
        columns.append((f(above) - f(below)).T / step)  # df/dz_j = (f(z + h) - f(z - h)) / 2h
    return np.stack(columns, axis=-1)
