"""Masks of inverted dropout (Srivastava et al., 2014), drawn from raw random bits."""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# Random words drawn per call. The generator always returns a new array; small arrays keep the memory
# that a training step allocates independent of the size of the network.
CHUNK = 2048
# The same for `DigitByDigit`, whose words hold one bit for each of 64 units.
CHUNK_OF_BITS = 512
# Rates with at most this many binary digits are drawn digit by digit, which is faster for them.
FEW_DIGITS = 3


class Dropout:
    """Masks for one layer: 0 with probability `rate`, else 1 / (1 - rate).

    The mask multiplies a on the way forward and delta on the way back; because of the factor
    1 / (1 - rate) the expectation of a * mask is a, and prediction needs no change.

    The rate is rounded to 16 binary digits. A unit is dropped where a random integer is below these digits,
    read as an integer; this takes a tenth of the time of random floats (see :class:`Bytes`). For rates of at
    most three digits, such as 0.5 (0.1 in binary), random digits are drawn and compared one by one, for 64
    units at a time, which halves the time again.

    Parameters
    ----------
    rate : float
        Probability p of dropping a unit, in [0, 1).
    shape : tuple of int
        Numbers of rows and units.
    dtype : dtype
        Dtype of the masks.
    n_networks : int, default=1
        Number of networks whose units are side by side. They share the random numbers, because drawing them
        takes half as long as a matrix product: the mask of row i of one network is that of row i + 1 of the
        previous one. Within each network, and within each row, all numbers are independent.
    """

    def __init__(self, rate, shape, dtype, n_networks=1):
        self.rate = rate
        n_rows, n_units = shape
        step = n_units // n_networks
        n_drawn = (n_rows - 1) * step + n_units
        self._numbers = np.empty(math.ceil(n_drawn / 8) * 8, dtype)  # whole bytes of random bits
        self._drawn = self._numbers[:n_drawn]
        self.mask = sliding_window_view(self._drawn, n_units)[::step]
        self._digit_by_digit = self._bytes = None  # created when first needed
        self.fade(1.0)

    def fade(self, factor):
        """Set the dropout probability of the next masks to `factor` times the rate."""
        numerator = min(round(factor * self.rate * 2**16), 2**16 - 1)
        self.scale = 1 / (1 - numerator / 2**16)
        digits = f"{numerator:016b}".rstrip("0")  # the rate's binary digits after the point
        if len(digits) <= FEW_DIGITS:
            self._source = self._digit_by_digit = self._digit_by_digit or DigitByDigit(self._numbers)
        else:
            self._source = self._bytes = self._bytes or Bytes(self._drawn)
        self._source.set_rate(digits, self.scale)

    def draw(self, rng):
        """Fill and return ``mask`` with new random values from the Generator `rng`."""
        self._source.draw(rng.bit_generator.random_raw)
        return self.mask


class Bytes:
    """Draw masks from random bytes.

    A unit is dropped if its 16 random digits, read as an integer, are below those of the rate. The first
    eight decide that, except for the few units where they equal those of the rate; only for these units
    eight more are drawn.
    """

    def __init__(self, mask):
        self._words = np.empty(math.ceil(mask.size / 8), np.uint64)
        self._octets = self._words.view(np.uint8)[: mask.size]
        self._kept, self._undecided = np.empty((2, mask.size), bool)
        self._mask = mask

    def set_rate(self, digits, scale):
        """Set the dropout probability p to the one with these binary `digits`; `scale` is 1 / (1 - p)."""
        self._first, self._second = divmod(int(digits.ljust(16, "0"), 2), 2**8)
        self._scale = scale

    def draw(self, random_words):
        """Fill the mask; `random_words(n)` returns n random integers of 64 bits."""
        for start in range(0, self._words.size, CHUNK):
            words = self._words[start : start + CHUNK]
            words[...] = random_words(words.size)
        np.greater_equal(self._octets, self._first, out=self._kept)
        if self._second:
            np.equal(self._octets, self._first, out=self._undecided)
            undecided = np.flatnonzero(self._undecided)
            further = random_words(undecided.size // 8 + 1).view(np.uint8)[: undecided.size]
            self._kept[undecided] = further >= self._second
        np.copyto(self._mask, self._kept)
        self._mask *= self._scale


class DigitByDigit:
    """Draw masks digit by digit: a unit is kept where its random binary digits are not below the rate's.

    Digits are compared from the last to the first: where two digits differ, they decide; where they are
    equal, the result of the previous digits remains.

    rate's digit 1: below = below or not random    (a random 0 is below it)
    rate's digit 0: below = below and not random   (a random 1 is above it)

    A random digit and its negation are equally random, so the negation is left out.
    """

    def __init__(self, numbers):
        octets = numbers.reshape(-1, 8)
        self._below = np.empty(min(CHUNK_OF_BITS, math.ceil(len(octets) / 8)), np.uint64)
        self._pieces = [octets[i : i + 8 * CHUNK_OF_BITS] for i in range(0, len(octets), 8 * CHUNK_OF_BITS)]

    def set_rate(self, digits, scale):
        """Set the dropout probability p to the one with these binary `digits`; `scale` is 1 / (1 - p)."""
        self._digits = digits
        kept = 1 - np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1)
        # The masks of eight units for each byte: a look-up is faster than converting each bit.
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
