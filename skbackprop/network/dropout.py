"""Inverted dropout (Srivastava et al., 2014): the masks, drawn from raw random bits."""

import math

import numpy as np

# Random words drawn at a time. The generator can only return new arrays; small ones keep a
# training step from allocating anything that grows with the network.
CHUNK = 2048
# The same for words that hold a bit for each of 64 units, whose bytes become indices on the way.
CHUNK_OF_BITS = 512
# Binary digits of a rate up to which its digits are drawn one by one, because that is faster.
FEW_DIGITS = 3


class Dropout:
    """Masks for one layer: 0 with probability `rate`, else 1 / (1 - rate).

    The mask multiplies a on the way forward and delta on the way back; because of the factor
    1 / (1 - rate) the expectation of a * mask is a, and prediction needs no change.

    The rate is rounded to 16 binary digits, and the mask uses the rounded one. A unit is dropped where a
    random integer is below the rate's digits; of 8 bits where these are enough, else of 16: a tenth of the
    time that random floats take. Rates of few digits, such as 0.5, which is 0.1 in binary, take half of that:
    there the integers are drawn and compared digit by digit, for 64 units at a time.

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
        n_units = math.prod(shape)
        numbers = np.empty(math.ceil(n_units / 8) * 8, dtype)  # whole bytes of random bits
        self.mask = numbers[:n_units].reshape(shape)
        self._numbers = numbers
        self._sources = {}
        self.fade(1.0)

    def fade(self, factor):
        """Drop with probability `factor` times the rate from now on."""
        numerator = min(round(factor * self.rate * 2**16), 2**16 - 1)
        self.scale = 1 / (1 - numerator / 2**16)
        digits = f"{numerator:016b}".rstrip("0")  # the rate's binary digits after the point
        n_bits = FEW_DIGITS if len(digits) <= FEW_DIGITS else 8 if len(digits) <= 8 else 16
        if n_bits not in self._sources:
            source = DigitByDigit(self._numbers) if n_bits == FEW_DIGITS else Integers(n_bits, self.mask)
            self._sources[n_bits] = source
        self._source = self._sources[n_bits]
        self._source.set_rate(digits, self.scale)

    def draw(self, rng):
        """Fill and return ``mask`` with new random values from the Generator `rng`."""
        self._source.draw(rng.bit_generator.random_raw)
        return self.mask


class Integers:
    """Keeps a unit where its random integer, of `n_bits` bits, is not below the rate's digits."""

    def __init__(self, n_bits, mask):
        n_bytes = mask.size * n_bits // 8
        self._words = np.empty(math.ceil(n_bytes / 8), np.uint64)
        flat = self._words.view(np.uint8)[:n_bytes].view(f"u{n_bits // 8}")
        self._integers = flat.reshape(mask.shape)
        self._n_bits = n_bits
        self._kept = np.empty(mask.shape, bool)
        self._mask = mask

    def set_rate(self, digits, scale):
        """Drop with the probability that has these binary digits from now on; `scale` is 1 / (1 - p)."""
        self._threshold = int(digits.ljust(self._n_bits, "0"), 2)
        self._scale = scale

    def draw(self, random_words):
        """Fill the mask; `random_words(n)` returns n random integers of 64 bits."""
        for start in range(0, self._words.size, CHUNK):
            words = self._words[start : start + CHUNK]
            words[...] = random_words(words.size)
        np.greater_equal(self._integers, self._threshold, out=self._kept)
        np.copyto(self._mask, self._kept)
        self._mask *= self._scale


class DigitByDigit:
    """Keeps a unit where its random binary digits are not below those of the rate.

    From the last digit to the first: where the next one is the same in both, whether the random digits are
    below the rate's stays as it is; elsewhere that digit decides.

    rate's digit 1: below = below or not random    (a random 0 is below it)
    rate's digit 0: below = below and not random   (a random 1 is above it)

    A random digit and its negation are equally random, so the negation is left out.
    """

    def __init__(self, numbers):
        octets = numbers.reshape(-1, 8)
        self._below = np.empty(min(CHUNK_OF_BITS, math.ceil(len(octets) / 8)), np.uint64)
        self._pieces = [octets[i : i + 8 * CHUNK_OF_BITS] for i in range(0, len(octets), 8 * CHUNK_OF_BITS)]

    def set_rate(self, digits, scale):
        """Drop with the probability that has these binary digits from now on; `scale` is 1 / (1 - p)."""
        self._digits = digits
        kept = 1 - np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
        # The masks of eight units, by the byte of their bits: faster than a conversion of each bit.
        self._octets = (scale * kept).astype(self._pieces[0].dtype)

    def draw(self, random_words):
        """Fill the mask; `random_words(n)` returns n random integers of 64 bits."""
        for octets in self._pieces:
            below = self._below[: math.ceil(len(octets) / 8)]
            below[...] = 0
            for digit in reversed(self._digits):
                combine = np.bitwise_or if digit == "1" else np.bitwise_and
                combine(below, random_words(below.size), out=below)
            rows = below.view(np.uint8)[: len(octets)]
            self._octets.take(rows, axis=0, out=octets, mode="clip")
