"""The tables of three papers beside ours: ``python -m benchmarks.papers NAME --data FOLDER``."""
