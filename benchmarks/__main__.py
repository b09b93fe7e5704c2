"""Benchmarks of speed: epochs in skbackprop, scikit-learn, PyTorch and matrix products alone; estimators.

The contenders run alternately, A B C A B C, each in a separate process; ratios are medians over the rounds.
"""

import argparse
import json
import os
import platform
import warnings
from functools import partial
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np
from threadpoolctl import threadpool_info

import skbackprop
from benchmarks import estimators
from benchmarks.contenders import WORKLOADS, epoch_seconds_of_a_new_process
from benchmarks.turns import ratio_text, take_turns


def has_torch():
    """Whether PyTorch can be imported; print a message if not."""
    if find_spec("torch") is None:
        print("PyTorch is not installed and is omitted.")
        return False
    return True


def entrants(name, options, torch):
    """Return the contenders of a workload by their names in the table, each with its dropout rate."""
    if options.dtype == "as-called":
        return {"skbackprop": ("skbackprop as called", 0.0), "scikit-learn": ("scikit-learn", 0.0)}
    found = {"skbackprop": ("skbackprop", options.dropout)}
    if options.dropout:
        found["without dropout"] = "skbackprop", 0.0  # scikit-learn has no dropout
    else:
        found["scikit-learn"] = "scikit-learn", 0.0
    if name != "text":  # its inputs are sparse
        if torch:
            found["PyTorch"] = "PyTorch", options.dropout
        if not options.dropout:
            found["floor"] = "floor", 0.0
    return found


def compare_epochs(options, torch):
    """Print the table of epochs and return the measured seconds."""
    dropped = f", dropout {options.dropout}" if options.dropout else ""
    print(f"An epoch, {options.dtype}{dropped}")
    print(f"{'workload':11s} {'ms':>9s}   time relative to skbackprop: median (quartiles)")
    results = {}
    for name in options.only:
        dtype = "float64" if options.dtype == "as-called" else options.dtype
        turns = results[name] = take_turns(
            {
                shown: partial(epoch_seconds_of_a_new_process, contender, name, dtype, dropout)
                for shown, (contender, dropout) in entrants(name, options, torch).items()
            },
            options.repeats,
        )
        print(f"{name:11s} {np.median(turns['skbackprop']) * 1e3:9.2f}   {ratio_text(turns)}", flush=True)
    return results


def machine():
    """Return a description of the machine and the versions."""
    packages = ["numpy", "scipy", "scikit-learn"]
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "skbackprop": skbackprop.__version__,
        "linear algebra": [library for library in threadpool_info() if library["user_api"] == "blas"],
        **{name: version(name) for name in packages},
    }


def main():
    """Run the benchmarks and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=["epochs", "estimators"], help="one of the two tables")
    parser.add_argument("--only", nargs="*", choices=WORKLOADS, default=list(WORKLOADS))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument(
        "--dtype", choices=["float32", "float64", "as-called"], default="float32",
        help="as-called: float64 input for both, with the default dtype of skbackprop",
    )  # fmt: skip
    parser.add_argument(
        "--dropout",
        type=float,
        default=0.0,
        help="compare with skbackprop without dropout and PyTorch with dropout",
    )
    parser.add_argument("--small", action="store_true", help="a smoke test of a few seconds")
    parser.add_argument("--no-torch", action="store_true")
    parser.add_argument("--json", help="also write the times to this file")
    options = parser.parse_args()
    if options.small:
        options.only, options.repeats = ["tiny", "digits"], 1
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    results = {"options": vars(options), "machine": machine()}
    if options.part != "estimators":
        results["seconds per epoch"] = compare_epochs(options, not options.no_torch and has_torch())
    if options.part != "epochs":
        print("\nWhole estimators, time relative to skbackprop: median (quartiles)")
        results["estimators"] = estimators.main(options.small)
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
