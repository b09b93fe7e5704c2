"""Products of a^0 in two parts, against those of the whole array."""

import numpy as np
import pytest

from skbackprop.network.kernels.partly_sparse import PartlySparse
from skbackprop.network.kernels.products import affine, dense_rows, transpose_times
from skbackprop.network.kernels.side_by_side import by_network

SPARSE = np.array([1, 2, 4])
SCALES = np.array([0.5, 0.25, 2.0])


@pytest.mark.parametrize("of_each", [False, True])
@pytest.mark.parametrize("n_networks", [1, 3])
def test_products(n_networks, of_each):
    rng = np.random.default_rng(0)
    # Rows and columns of zeros only, at the edges too.
    values = np.array([[0, 0, 0], [1, 0, 3], [0, 0, 0], [0, 0, -2], [5, 0, 0], [0, 0, 0.0]])
    dense = rng.normal(size=(6, n_networks, 3))
    whole = np.zeros((6, n_networks, 6))
    shifts = np.arange(n_networks if of_each else 1)
    values = values[np.add.outer(np.arange(6), shifts) % 6]
    whole[..., [0, 3, 5]], whole[..., SPARSE] = dense, values * SCALES
    matrix, gradient = rng.normal(size=(6, n_networks * 2)), np.empty((6, n_networks * 2))
    W, dW = (by_network(M, n_networks) if n_networks > 1 else M for M in (matrix, gradient))
    b, delta = rng.normal(size=n_networks * 2), rng.normal(size=(6, n_networks * 2))

    a = PartlySparse(dense.reshape(6, -1), n_networks, 6, SPARSE)
    a.set_sparse(values, SCALES)
    out = np.empty((6, n_networks * 2))
    affine(a, W, b, out)
    transpose_times(a, delta, dW)

    each = whole.transpose(1, 0, 2)
    expected = np.hstack([a_e @ matrix[:, 2 * e : 2 * e + 2] for e, a_e in enumerate(each)]) + b
    np.testing.assert_allclose(out, expected, rtol=1e-12)
    expected = np.hstack([a_e.T @ delta[:, 2 * e : 2 * e + 2] for e, a_e in enumerate(each)])
    np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-14)
    np.testing.assert_array_equal(dense_rows(W, a), W[..., [0, 3, 5], :])


def test_new_values_replace_the_old_ones():
    a = PartlySparse(np.zeros((2, 1)), 1, 3, np.array([0, 2]))
    a.set_sparse(np.array([[[1.0, 2.0]], [[3.0, 4.0]]]), np.ones(2))
    a.set_sparse(np.array([[[0.0, 5.0]], [[0.0, 0.0]]]), np.ones(2))
    np.testing.assert_array_equal(a.sparse.toarray(), [[0, 0, 5], [0, 0, 0]])
