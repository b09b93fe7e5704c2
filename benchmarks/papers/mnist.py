"""MNIST from its four original files, and scikit-learn's digits in the same form."""

import gzip
from dataclasses import dataclass

import numpy as np
from sklearn.datasets import load_digits


@dataclass(frozen=True)
class Images:
    """Training, validation (the last training images, as in Nielsen's book) and test images.

    X are float32 of shape (n_images, n_pixels), from 0 (white) to nearly or exactly 1; y are the digits.
    """

    X: np.ndarray
    y: np.ndarray
    X_val: np.ndarray
    y_val: np.ndarray
    X_test: np.ndarray
    y_test: np.ndarray

    @property
    def X_all(self):
        """Training and validation images together."""
        return np.concatenate((self.X, self.X_val))

    @property
    def y_all(self):
        """Digits of the training and validation images together."""
        return np.concatenate((self.y, self.y_val))


def load_mnist(folder, largest=255):
    """Return MNIST, its bytes divided by `largest`: 50,000, 10,000 and 10,000 images."""
    X, y, X_test, y_test = (
        read_idx(folder / f"{part}-{kind}-ubyte.gz")
        for part in ("train", "t10k")
        for kind in ("images-idx3", "labels-idx1")
    )
    X, X_test = (np.float32(a.reshape(len(a), -1) / largest) for a in (X, X_test))
    return Images(X[:50_000], y[:50_000], X[50_000:], y[50_000:], X_test, y_test)


def read_idx(path):
    """Return the bytes of an idx file (LeCun's format): 4 bytes of type and rank, the shape, the numbers."""
    with gzip.open(path) as file:
        content = file.read()
    rank = content[3]
    shape = np.frombuffer(content, ">i4", rank, offset=4)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * rank).reshape(shape)


def small_images():
    """Return scikit-learn's 8 x 8 digits: 1,197, 300 and 300 images."""
    X, y = load_digits(return_X_y=True)
    X = np.float32(X / 16)
    return Images(X[:1197], y[:1197], X[1197:1497], y[1197:1497], X[1497:], y[1497:])
