"""Lets docstrings be plain text: formulas with absolute values, and names of scikit-learn's labels."""

import re

from docutils.utils import get_source_line

# Outside of backticks |x| is an absolute value, and (n_) a name that ends with an underscore.
QUOTED = re.compile(r"(`+.*?`+)")


def escape_line(line):
    """Return a line of a docstring in which nothing is taken for a substitution or a link."""
    parts = QUOTED.split(line)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"(\(\w+)_(?=[,)])", r"\1\\_", parts[i].replace("|", r"\|"))
    return "".join(parts)


def escape(app, what, name, obj, options, lines):
    """Change the lines of a docstring in place."""
    lines[:] = [escape_line(line) for line in lines]


def text_of_foreign_label(app, env, node, contnode):
    """Take labels of scikit-learn's own site, which inherited docstrings name, as plain text."""
    source, _ = get_source_line(node)
    # autosummary repeats the first lines of docstrings, and does not say whose.
    inherited = any(place in (source or "") for place in ("docstring of sklearn.", "<autosummary>"))
    return contnode if inherited and node["reftype"] == "ref" else None


def setup(app):
    """Connect both; numpydoc, which comes at 500, gets the escaped lines."""
    app.connect("autodoc-process-docstring", escape, priority=400)
    app.connect("missing-reference", text_of_foreign_label)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
