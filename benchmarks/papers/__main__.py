"""Published results and those of skbackprop: ``python -m benchmarks.papers NAME --data FOLDER``.

FOLDER contains mnist/ (the four original idx files, gzip), nielsen/ (the JSON files of the book's figures)
and gal/ (``<name>.tar.gz``, the data and the 20 splits of each set). ``--small`` needs no folder and takes a
few seconds: a smoke test on scikit-learn's digits and on synthetic data.
"""

import argparse
import time
import warnings
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning

from benchmarks.papers import dropout, gal, nielsen

PAPERS = {"nielsen": nielsen, "dropout": dropout, "gal": gal}


def main():
    """Run one benchmark."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, help="the folder")
    parser.add_argument("--small", action="store_true", help="a few seconds, without the folder")
    names = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, paper in PAPERS.items():
        own = names.add_parser(name, help=paper.__doc__.splitlines()[0])
        own.add_argument("--data", type=Path, default=argparse.SUPPRESS)
        own.add_argument("--small", action="store_true", default=argparse.SUPPRESS)
        paper.add_arguments(own)
    options = parser.parse_args()
    if options.data is None and not options.small:
        parser.error("--data FOLDER is needed, or --small")
    # Most of these trainings are intended to end at max_iter.
    warnings.simplefilter("ignore", ConvergenceWarning)
    wall, cpu = time.perf_counter(), time.process_time()
    PAPERS[options.name].run(options)
    print(f"{time.perf_counter() - wall:.0f} s, {time.process_time() - cpu:.0f} s of CPU")


if __name__ == "__main__":
    main()
