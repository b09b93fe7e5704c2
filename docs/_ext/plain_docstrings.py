"""Support plain text in docstrings: formulas with absolute values, and labels of scikit-learn's site."""

import re

from docutils.utils import get_source_line

# Outside of backticks |x| denotes an absolute value, and (n_) a name that ends with an underscore.
QUOTED = re.compile(r"(`+.*?`+)")


def escape_line(line):
    """Return a line of a docstring with substitutions and links escaped."""
    parts = QUOTED.split(line)
    for i in range(0, len(parts), 2):
        parts[i] = re.sub(r"(\(\w+)_(?=[,)])", r"\1\\_", parts[i].replace("|", r"\|"))
    return "".join(parts)


def escape(app, what, name, obj, options, lines):
    """Change the lines of a docstring in place."""
    lines[:] = [escape_line(line) for line in lines]


def text_of_foreign_label(app, env, node, contnode):
    """Render references of inherited docstrings to labels of scikit-learn's site as plain text."""
    source, _ = get_source_line(node)
    # autosummary repeats the first lines of docstrings without their source.
    inherited = any(place in (source or "") for place in ("docstring of sklearn.", "<autosummary>"))
    return contnode if inherited and node["reftype"] == "ref" else None


def setup(app):
    """Connect both handlers; the first runs before numpydoc (priority 500)."""
    app.connect("autodoc-process-docstring", escape, priority=400)
    app.connect("missing-reference", text_of_foreign_label)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
