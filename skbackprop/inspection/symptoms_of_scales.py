"""Symptoms of the numbers in X and y: scales and extreme values."""

import numpy as np
from sklearn.base import is_classifier

from skbackprop.inspection.diagnosis import Finding
from skbackprop.inspection.evidence import measured
from skbackprop.inspection.severity import severity_above, severity_below

# Root mean square of a column. The curvature of the loss grows with its square (LeCun et al.,
# 1998): a column of size 30 needs a learning rate a thousand times smaller than a column of size 1.
LARGE_INPUTS = {"warning": 30, "critical": 1000}
SMALL_INPUTS = {"warning": 1 / 30, "critical": 1 / 1000}
# At most this share of the rows (and at least one) is extreme: their distance from the median is this many
# times the mean distance of the other rows. With squared error they matter in proportion to their share of
# the squares. Log-normal targets with sigma = 1 and 2 have distances up to 20 and 150.
FEW_ROWS = 0.01
FAR = 100
SHARE_OF_SQUARES = {"warning": 0.5, "critical": 0.9}


def badly_scaled_inputs(m):
    """Find columns of an unscaled X whose root mean square is far from 1."""
    if m.model.settings.scaling is not None:
        return
    sizes = m.input_sizes
    column, largest = sizes.argmax(), sizes.max()
    severity = severity_above(largest, LARGE_INPUTS) or severity_below(largest, SMALL_INPUTS)
    if severity and largest > 0:
        yield Finding(
            "badly_scaled_inputs",
            severity,
            f"X is not scaled, and its largest column, number {column}, has the root mean square "
            f"{largest:.4g}; a value of about 1 is appropriate.",
            'scaling="standard" or "robust".',
            evidence=measured(largest_size=largest, smallest_size=sizes[sizes > 0].min(), column=column),
        )


def badly_scaled_targets(m):
    """Find an unscaled y of a regressor whose root mean square is far from 1."""
    if is_classifier(m.estimator) or m.model.settings.scaling is not None:
        return
    size = np.sqrt((m.Y * m.Y).mean(axis=0).max())
    severity = severity_above(size, LARGE_INPUTS) or severity_below(size, SMALL_INPUTS)
    if severity and size > 0:
        yield Finding(
            "badly_scaled_targets",
            severity,
            f"y is not scaled, and its root mean square is {size:.4g}; a value of about 1 is appropriate.",
            'scaling="standard" or "robust", which scale y as well, or TransformedTargetRegressor.',
            evidence=measured(size=size),
        )


def extreme_targets(m):
    """Find a few values of y that are so far from all others that they dominate the squared error."""
    if is_classifier(m.estimator) or getattr(m.model.loss, "robust", False):
        return
    for values in m.Y.T:
        distances = np.abs(values - np.median(values))
        n_few = max(1, int(FEW_ROWS * distances.size))
        typical = np.sort(distances)[:-n_few].mean() if distances.size > n_few else 0
        extreme = distances > FAR * typical
        n_extreme = np.count_nonzero(extreme)
        if not typical > 0 or not 0 < n_extreme <= n_few:
            continue
        row = distances.argmax()
        squares = (distances / distances[row]) ** 2
        share = squares[extreme].sum() / squares.sum()
        if severity := severity_above(share, SHARE_OF_SQUARES):
            yield Finding(
                "extreme_targets",
                severity,
                f"{n_extreme} of the {distances.size} values of y lie more than {FAR} times as far from the "
                f"median as the others do on average, and make up {share:.0%} of its squares. The largest is "
                f"y = {m.y_value(row):.6g}, in row {row}.",
                "checking these rows (a typing error, a code for a missing value?) and removing them; a "
                'logarithm of y; or loss="huber" or "absolute_error".',
                evidence=measured(extreme_rows=n_extreme, row=row, share_of_squares=share),
            )
            return
