"""Constants are right, never written, and do not grow with the number of fits."""

import sys

import numpy as np
import pytest
from processes import output_of

from skbackprop.network.kernels.constant_arrays import ZEROS, view_of_zeros, zeros_like


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (200, 100), (4100, 1000), (5_000_000, 1)])
def test_zeros_of_any_size(shape, dtype):
    zeros = zeros_like(np.empty(shape, dtype))
    assert zeros.shape == shape
    assert zeros.dtype == dtype
    assert not zeros.any()


def test_what_is_kept_shares_its_memory():
    sizes = np.arange(1, 300) * 100
    assert all(np.shares_memory(ZEROS, zeros_like(np.empty((n, 50), np.float32))) for n in sizes)
    assert view_of_zeros.cache_info().currsize <= 64
    with pytest.raises(ValueError, match="read-only"):
        zeros_like(np.empty((2, 2)))[0] = 1


FITS = """
import resource, warnings
import numpy as np
from skbackprop import BackpropRegressor

def fit(batch_size):
    # Zeros for the two layers: 8 * batch_size * 1000 bytes each, up to 16 MB.
    BackpropRegressor(
        (500, 500), "relu", recipe="textbook", n_estimators=1, max_iter=1, batch_size=batch_size
    ).fit(X[:batch_size], X[:batch_size, 0])

def address_space():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * resource.getpagesize()

warnings.simplefilter("ignore")  # one epoch does not converge
X = np.random.default_rng(0).normal(size=(2000, 3))
fit(2000)
before = address_space()
for batch_size in range(1800, 2000, 20):
    fit(batch_size)
print(address_space() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_address_space_does_not_grow_with_the_number_of_batch_sizes():
    # In a process of its own: what other tests have left free would be counted, too.
    assert int(output_of("-c", FITS)) < 64e6  # 10 fits with 16 MB each would be 160 MB
