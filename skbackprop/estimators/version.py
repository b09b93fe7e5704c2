"""The version of the package, also read by its build."""

__version__ = "1.0.0rc1"
