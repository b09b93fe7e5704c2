"""Reproduction of the results of three publications: ``python -m benchmarks.papers NAME --data FOLDER``."""
