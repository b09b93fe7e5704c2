"""The version, where the package and its build read it."""

__version__ = "1.0.0rc1"
