"""Inverted dropout (Srivastava et al., 2014): the masks, drawn from raw random bits."""

import numpy as np

# Random words drawn at a time. The generator can only return new arrays; small ones keep a
# training step from allocating anything that grows with the network.
CHUNK = 2048
# The same for words that hold a bit for each of 64 units, of which each becomes a byte on the way.
CHUNK_OF_BITS = 512
# Binary digits of a rate up to which its digits are drawn one by one, because that is faster.
FEW_DIGITS = 3


class Dropout:
    """Masks for one layer: 0 with probability `rate`, else 1 / (1 - rate).

    The mask multiplies a on the way forward and delta on the way back; because of the factor
    1 / (1 - rate) the expectation of a * mask is a, and prediction needs no change.

    The rate is rounded to 16 binary digits, and the mask uses the rounded one. A unit is dropped where a
    random integer is below the rate's digits; of 8 bits where these are enough, else of 16: a tenth of the
    time that random floats take. Rates of few digits, such as 0.5, which is 0.1 in binary, take a third less
    again: there the integers are drawn and compared digit by digit, for 64 units at a time.

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
        self._kept = np.empty(shape, dtype=bool)
        self.mask = np.empty(shape, dtype=dtype)
        self._sources = {}
        self.fade(1.0)

    def fade(self, factor):
        """Drop with probability `factor` times the rate from now on."""
        numerator = min(round(factor * self.rate * 2**16), 2**16 - 1)
        self.scale = 1 / (1 - numerator / 2**16)
        n_digits = len(digits_of(numerator))
        n_bits = FEW_DIGITS if n_digits <= FEW_DIGITS else 8 if n_digits <= 8 else 16
        if n_bits not in self._sources:
            source = DigitByDigit(self._kept) if n_bits == FEW_DIGITS else Integers(n_bits, self._kept)
            self._sources[n_bits] = source
        self._source = self._sources[n_bits]
        self._source.set_rate(numerator)

    def draw(self, rng):
        """Fill and return ``mask`` with new random values from the Generator `rng`."""
        self._source.draw(rng.bit_generator.random_raw)
        np.copyto(self.mask, self._kept)
        self.mask *= self.scale
        return self.mask


def digits_of(numerator):
    """Return the binary digits after the point of numerator / 2^16, up to the last 1."""
    return f"{numerator:016b}".rstrip("0")


class Integers:
    """Keeps a unit where its random integer, of `n_bits` bits, is not below the rate's digits."""

    def __init__(self, n_bits, kept):
        n_bytes = kept.size * n_bits // 8
        self._words = np.empty(-(-n_bytes // 8), np.uint64)
        flat = self._words.view(np.uint8)[:n_bytes].view(f"u{n_bits // 8}")
        self._integers = flat.reshape(kept.shape)
        self._n_bits = n_bits
        self._kept = kept

    def set_rate(self, numerator):
        """Drop with probability numerator / 2^16 from now on."""
        self._threshold = numerator >> (16 - self._n_bits)

    def draw(self, random_words):
        """Fill ``kept``; `random_words` returns so many random integers of 64 bits."""
        for start in range(0, self._words.size, CHUNK):
            words = self._words[start : start + CHUNK]
            words[...] = random_words(words.size)
        np.greater_equal(self._integers, self._threshold, out=self._kept)


class DigitByDigit:
    """Keeps a unit where its random binary digits are not below those of the rate.

    From the last digit to the first: where the next one is the same in both, whether the random digits are
    below the rate's stays as it is; elsewhere that digit decides.

    rate's digit 1: below = below or not random    (a random 0 is below it)
    rate's digit 0: below = below and not random   (a random 1 is above it)

    A random digit and its negation are equally random, so the negation is left out.
    """

    def __init__(self, kept):
        self._below = np.empty(min(CHUNK_OF_BITS, -(-kept.size // 64)), np.uint64)
        flat = kept.reshape(-1).view(np.uint8)
        self._pieces = [flat[i : i + 64 * CHUNK_OF_BITS] for i in range(0, flat.size, 64 * CHUNK_OF_BITS)]

    def set_rate(self, numerator):
        """Drop with probability numerator / 2^16 from now on."""
        self._digits = digits_of(numerator)

    def draw(self, random_words):
        """Fill ``kept``; `random_words` returns so many random integers of 64 bits."""
        for kept in self._pieces:
            below = self._below[: -(-kept.size // 64)]
            below[...] = 0
            for digit in reversed(self._digits):
                combine = np.bitwise_or if digit == "1" else np.bitwise_and
                combine(below, random_words(below.size), out=below)
            np.invert(below, out=below)
            kept[...] = np.unpackbits(below.view(np.uint8), count=kept.size)
