"""Memory and time of training on a large file: ``python -m benchmarks.larger_than_memory``.

Writes a file of random numbers (4 GB of float32), fits a classifier on it, and prints the time and two peaks
of memory: that of the resident memory (VmHWM, which includes the pages of the file that are mapped into the
process) and that of the anonymous memory (RssAnon, sampled 20 times per second). Both are of the whole
process, with Python, NumPy and scikit-learn. The file cache of the operating system is not included; with
--cold the file is removed from this cache before the fit. Linux only.
"""

import argparse
import os
import tempfile
import threading
import time
import warnings
from pathlib import Path

import numpy as np

from skbackprop import BackpropClassifier

WRITTEN_ROWS = 10_000


def memory(name):
    """Return a value of /proc/self/status on memory, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{name}:"))


def now():
    """Return the wall time and the CPU time."""
    return np.array([time.perf_counter(), time.process_time()])


def seconds(begin, end):
    """Return the time between two results of :func:`now` as text."""
    return "{:.1f} s wall time, {:.1f} s CPU time".format(*(end - begin))


class Peak(threading.Thread):
    """A thread that records the maximum of RssAnon."""

    def __init__(self):
        super().__init__(daemon=True)
        self.largest = 0.0

    def run(self):
        while True:
            self.largest = max(self.largest, memory("RssAnon"))
            time.sleep(0.05)


def open_store(kind, folder, shape):
    """Create an array on disk; return it and a function that opens it for reading."""
    path = folder / "x"
    if kind == "memmap":
        store = np.memmap(path, np.float32, "w+", shape=shape)
        return store, lambda: np.memmap(path, np.float32, "r", shape=shape)
    chunks = (max(1, 2**20 // (4 * shape[1])), shape[1])
    if kind == "hdf5":
        import h5py

        file = h5py.File(path, "w")
        return file.create_dataset("x", shape, np.float32, chunks=chunks), lambda: file["x"]
    import zarr

    stored = zarr.create_array(str(path), shape=shape, chunks=chunks, dtype="float32", compressors=None)
    return stored, lambda: zarr.open(str(path), mode="r")


def write(store, y):
    """Fill the store with rows sorted by class; the classes differ in the first ten columns."""
    rng = np.random.default_rng(0)
    for start in range(0, store.shape[0], WRITTEN_ROWS):
        rows = slice(start, min(start + WRITTEN_ROWS, store.shape[0]))
        block = rng.standard_normal((rows.stop - start, store.shape[1]), dtype=np.float32)
        block[:, :10] += np.where(y[rows], 0.4, -0.4)[:, None]
        store[rows] = block


def empty_cache(folder):
    """Write the files to the disk and drop them from the page cache."""
    for path in folder.rglob("*"):
        if path.is_file():
            file = os.open(path, os.O_RDONLY)
            os.fsync(file)
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def main():
    """Run the benchmark and print the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=4.0)
    parser.add_argument("--features", type=int, default=250)
    parser.add_argument("--store", choices=["memmap", "hdf5", "zarr"], default="memmap")
    parser.add_argument("--in-memory", action="store_true", help="read the whole file into memory first")
    parser.add_argument("--cold", action="store_true", help="remove the file from the system's cache first")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--recipe", choices=["tabular", "fast", "textbook"], default="textbook")
    options = parser.parse_args()
    n_rows = int(options.gigabytes * 1e9) // (4 * options.features)
    y = np.arange(n_rows) >= n_rows // 2
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store, read = open_store(options.store, folder, (n_rows, options.features))
        write(store, y)
        if options.store == "memmap":
            store.flush()
        del store
        if options.cold:
            empty_cache(folder)
        X = read()
        print(f"{options.store}, {n_rows} rows of {options.features} float32")
        peak = Peak()
        Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM, to exclude the writing of the file
        peak.start()
        started = now()
        if options.in_memory:
            X = np.array(X)
        model = BackpropClassifier(recipe=options.recipe, max_iter=options.epochs, random_state=0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a few epochs need not converge
            model.fit(X, y)
        fitted = now()
        score = model.score(X, y)
        print(f"fit, {options.epochs} epochs, recipe {options.recipe!r}: {seconds(started, fitted)}")
        print(f"predict all rows: {seconds(fitted, now())}; accuracy {score:.4f}")
        print(f"peak resident (VmHWM): {memory('VmHWM'):.0f} MB")
        print(f"of it anonymous (RssAnon): {peak.largest:.0f} MB")


if __name__ == "__main__":
    main()
