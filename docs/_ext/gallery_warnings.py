"""Warnings in the examples are errors: those of the build itself are Sphinx's concern."""

import warnings

before = []


def are_errors(gallery_conf, filename, when):
    """Make warnings errors while an example runs."""
    if when == "before":
        before.append(list(warnings.filters))
        warnings.simplefilter("error")
    else:
        warnings.filters[:] = before.pop()
