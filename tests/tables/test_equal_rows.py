"""Equal rows are merged, and only these."""

import numpy as np
import pytest

from skbackprop.tables.equal_rows import merge_equal_rows


@pytest.mark.parametrize("dtype", [np.int64, np.uint64])
def test_labels_that_float64_does_not_distinguish_are_not_merged(dtype):
    y = np.array([2**62 + 1, 2**62, 2**62 + 1, 5], dtype)
    X, labels, weights, first = merge_equal_rows(np.zeros((4, 1)), y, None)
    counts = dict(zip(labels.tolist(), weights.tolist(), strict=True))
    assert counts == {5: 1, 2**62: 1, 2**62 + 1: 2}
    np.testing.assert_array_equal(labels, y[first])
    assert X.shape == (3, 1)


def test_the_order_does_not_depend_on_the_type():
    rng = np.random.default_rng(0)
    X, y = rng.integers(0, 3, (30, 2)), rng.integers(-2, 3, 30)
    expected = merge_equal_rows(X.astype(float), y.astype(float), None)
    for dtype in (np.int8, np.int64, np.float32):
        for found, wanted in zip(
            merge_equal_rows(X.astype(dtype), y.astype(dtype), None), expected, strict=True
        ):
            np.testing.assert_array_equal(found, wanted)
    assert expected[2].sum() == 30
    assert len(np.unique(np.column_stack((X, y)), axis=0)) == len(expected[0]) < 30
