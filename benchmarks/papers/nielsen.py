"""Nielsen's book "Neural Networks and Deep Learning" (2015): the accuracies of its figures on MNIST.

Sigmoid units, plain gradient descent on batches of 10 images, squared error or cross-entropy. The scripts
of most figures (mnielsen/neural-networks-and-deep-learning, folder fig) fix their seeds. For these, the same
random numbers are drawn here, so that the initial weights and the order of the images are the same, and the
number of correctly classified images should agree exactly. For the other figures the seeds are unknown; they
are compared with the mean and the range of several runs.
"""

import json
import random
from dataclasses import dataclass

import numpy as np

from benchmarks.papers.mnist import load_mnist, small_images
from skbackprop import BackpropClassifier, Recipe

BOOK_SEED = 12345678
SIZES = (100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Setting:
    """One training: [784, n_hidden, 10], learning rate eta, penalty lambda / (2 n) sum W^2."""

    n_hidden: int
    loss: str
    eta: float
    lmbda: float
    n_epochs: int
    n_images: int = 50_000


class Numbers:
    """The random numbers of the book: NumPy's for the weights, Python 2's for the order of the images."""

    def __init__(self, seed=BOOK_SEED):
        self._normal = np.random.RandomState(seed)
        self._uniform = random.Random(seed).random

    def start(self, n_pixels, n_hidden, scaled):
        """Return an ``initialization`` function that draws all weights and biases from N(0, 1).

        With `scaled` the variance of the weights is 1 / n_in.
        """
        fans = [(n_pixels, n_hidden), (n_hidden, 10)]
        biases = [self._normal.randn(n_out) for _, n_out in fans]
        weights = [self._normal.randn(n_out, n_in).T for n_in, n_out in fans]
        if scaled:
            weights = [W / np.sqrt(len(W)) for W in weights]
        layers = zip(weights, biases, strict=True)
        return lambda rng, n_in, n_out: next(layers)

    def shuffle(self, order):
        """Shuffle the list `order` in place, as random.shuffle of Python 2 did."""
        for i in range(len(order) - 1, 0, -1):
            j = int(self._uniform() * (i + 1))
            order[i], order[j] = order[j], order[i]


def train(setting, images, numbers, start, order=None, on="test", watch=True):
    """Return the accuracy in % on the test or validation images after each epoch (or after the last only)."""
    order = list(range(setting.n_images)) if order is None else order
    X, y = {"test": (images.X_test, images.y_test), "validation": (images.X_val, images.y_val)}[on]
    model = BackpropClassifier(
        (setting.n_hidden,),
        activation="sigmoid",
        recipe=Recipe("textbook", initialization=start),
        loss=setting.loss,
        solver="sgd",
        momentum=0,
        learning_rate=setting.eta,
        alpha=setting.lmbda / setting.n_images,
        batch_size=10,
        shuffle=False,
        scaling=None,
        dtype="float64",
    )
    accuracies = []
    for epoch in range(setting.n_epochs):
        numbers.shuffle(order)
        model.partial_fit(images.X[order], images.y[order], classes=np.arange(10))
        if watch or epoch == setting.n_epochs - 1:
            accuracies.append(100 * model.score(X, y))
    return np.array(accuracies)


def train_once(setting, images, seed, on):
    """Return the accuracies of a run with initial weights from N(0, 1)."""
    numbers = Numbers(seed)
    start = numbers.start(images.X.shape[1], setting.n_hidden, scaled=False)
    return train(setting, images, numbers, start, on=on)


def unseeded(images, folder, seeds):
    """Results with unknown seeds: the best epoch of each run."""
    figures = [
        (Setting(30, "squared_error", 3.0, 0.0, 30), "test", 95.42),
        (Setting(100, "squared_error", 3.0, 0.0, 30), "test", 96.59),
        (Setting(100, "bce", 0.5, 5.0, 30), "validation", 97.92),
        (Setting(100, "bce", 0.1, 5.0, 60), "validation", 98.04),
    ]
    for setting, on, book in figures:
        best = [train_once(setting, images, seed, on).max() for seed in seeds]
        name = f"{describe(setting)}, best of {setting.n_epochs} epochs on {on}"
        print_line(name, book, np.mean(best), "the mean of " + ", ".join(f"{b:.2f}" for b in best))


def overfitting(images, folder, seeds):
    """Chapter 3, "Overfitting and regularization": cross-entropy with and without a penalty."""
    figures = [
        ("overfitting", Setting(30, "bce", 0.5, 0.0, 400, 1000)),
        ("regularized", Setting(30, "bce", 0.5, 0.1, 400, 1000)),
        ("overfitting_full", Setting(30, "bce", 0.5, 0.0, 30)),
        ("regularized_full", Setting(30, "bce", 0.5, 5.0, 30)),
    ]
    for file, setting in figures:
        numbers = Numbers()
        numbers.start(
            images.X.shape[1], 30, scaled=True
        )  # drawn by the constructor in the book's script, not used
        start = numbers.start(images.X.shape[1], 30, scaled=False)
        ours = train(setting, images, numbers, start, on="test")
        book = np.array(json.loads((folder / f"{file}.json").read_text())[1]) / 100
        print_curve(f"{describe(setting)}, test", book, ours, {"best": np.max, "last": lambda a: a[-1]})


def weight_initialization(images, folder, seeds):
    """Chapter 3, "Weight initialization": N(0, 1 / n) against N(0, 1)."""
    for n_hidden in (30, 100):
        book = json.loads((folder / f"weight_initialization_{n_hidden}.json").read_text())
        setting = Setting(n_hidden, "bce", 0.1, 5.0, 30)
        numbers, order = Numbers(), list(range(setting.n_images))
        for key, scaled in [("default", True), ("large", False)]:
            start = numbers.start(images.X.shape[1], n_hidden, scaled)
            ours = train(setting, images, numbers, start, order, on="validation")
            accuracies = np.array(book[f"{key}_weight_initialization"][1]) / 100
            name = f"{describe(setting)}, weights from N(0, {'1/n' if scaled else '1'}), validation"
            print_curve(name, accuracies, ours, {"first": lambda a: a[0], "last": lambda a: a[-1]})


def more_data(images, folder, seeds):
    """Chapter 3, "Other techniques": the accuracy by the number of training images."""
    book = json.loads((folder / "more_data.json").read_text())
    numbers = Numbers()
    numbers.start(
        images.X.shape[1], 30, scaled=True
    )  # drawn by the constructor in the book's script, not used
    for n_images, accuracy in zip(SIZES, book, strict=True):
        setting = Setting(30, "bce", 0.5, 1e-4 * n_images, 1_500_000 // n_images, n_images)
        start = numbers.start(images.X.shape[1], 30, scaled=False)
        ours = train(setting, images, numbers, start, on="validation", watch=False)
        print_line(f"{describe(setting)}, last on validation", accuracy, ours[-1])


def describe(setting):
    """Return a short description of a setting."""
    loss = {"squared_error": "squared error", "bce": "cross-entropy"}[setting.loss]
    return (
        f"{setting.n_images:6,d} images, {setting.n_hidden:3d} hidden, {loss}, eta {setting.eta:g}, "
        f"lambda {setting.lmbda:g}"
    )


def print_curve(name, book, ours, parts):
    """Print parts of two learning curves, and the number of epochs with equal accuracies."""
    same = np.isclose(book, ours, rtol=0, atol=1e-9).sum()
    for part, take in parts.items():
        print_line(f"{name}, {part}", take(book), take(ours), f"equal in {same} of {len(book)} epochs")


def print_line(name, book, ours, remark=""):
    """Print a line of the table."""
    print(f"{name:82s} {book:6.2f} {ours:6.2f} {ours - book:+6.2f}  {remark}", flush=True)


def run_small():
    """Train on a few small images, as a smoke test."""
    images = small_images()
    setting = Setting(30, "bce", 0.5, 0.1, 20, len(images.X))
    accuracy = train_once(setting, images, BOOK_SEED, on="test").max()
    print(f"{describe(setting)}, 8 x 8 digits, best on test: {accuracy:.2f} %")


PARTS = {f.__name__: f for f in (unseeded, overfitting, weight_initialization, more_data)}


def add_arguments(parser):
    """Add the options of this benchmark."""
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument(
        "--seeds", nargs="*", type=int, default=[1, 2, 3], help="seeds for the results with unknown seeds"
    )


def run(options):
    """Print the table."""
    if options.small:
        run_small()
        return
    images = load_mnist(options.data / "mnist", largest=256)  # the file of the book divides by 256
    print(f"{'accuracy, %':82s} {'book':>6s} {'found':>6s} {'diff.':>6s}")
    for name in options.parts:
        print(PARTS[name].__doc__)
        PARTS[name](images, options.data / "nielsen", options.seeds)
