"""Inverted dropout (Srivastava et al., 2014): the masks, drawn from raw random bits."""

import numpy as np

# Random words drawn at a time. The generator can only return new arrays; small ones keep a
# training step from allocating anything that grows with the network.
CHUNK = 2048


class Dropout:
    """Masks for one layer: 0 with probability `rate`, else 1 / (1 - rate).

    The mask multiplies a on the way forward and delta on the way back; because of the factor
    1 / (1 - rate) the expectation of a * mask is a, and prediction needs no change.

    A unit is dropped where a random integer of 8 bits (16 where `rate` is not a multiple of
    1/256) is below `rate` times their number: a tenth of the time that random floats take. The
    rate is thereby rounded to a multiple of 2^-16, and the mask uses the rounded one.

    Parameters
    ----------
    rate : float
        Probability p of dropping a unit, in [0, 1).
    shape : tuple of int
        Rows and units.
    dtype : dtype
        Of the masks.
    """

    def __init__(self, rate, shape, dtype):
        self.rate = rate
        self._bits = bits = 8 if (rate * 2**8).is_integer() else 16
        self.fade(1.0)
        n_bytes = shape[0] * shape[1] * bits // 8
        self._words = np.empty(-(-n_bytes // 8), dtype=np.uint64)
        flat = self._words.view(np.uint8)[:n_bytes].view(np.uint8 if bits == 8 else np.uint16)
        self._integers = flat.reshape(shape)
        self._kept = np.empty(shape, dtype=bool)
        self.mask = np.empty(shape, dtype=dtype)

    def fade(self, factor):
        """Drop with probability `factor` times the rate from now on."""
        n_integers = 2**self._bits
        self.threshold = min(round(factor * self.rate * n_integers), n_integers - 1)
        self.scale = 1 / (1 - self.threshold / n_integers)

    def draw(self, rng):
        """Fill and return ``mask`` with new random values from the Generator `rng`."""
        for start in range(0, self._words.size, CHUNK):
            words = self._words[start : start + CHUNK]
            words[...] = rng.bit_generator.random_raw(words.size)
        np.greater_equal(self._integers, self.threshold, out=self._kept)
        np.copyto(self.mask, self._kept)
        self.mask *= self.scale
        return self.mask
