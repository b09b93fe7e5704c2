"""Directives for the page of the parameters, whose tables are made from those of the package."""

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.estimators import parameters
from skbackprop.estimators.documentation import auto_table_rst, quoted, type_of

# The groups of the tables of parameters, as the page shows them.
GROUPS = {
    "network": parameters.NETWORK,
    "training": parameters.TRAINING,
    "stopping": parameters.STOPPING,
    "classifier": [each for each in parameters.CLASSIFIER if each not in parameters.SHARED],
    "regressor": [each for each in parameters.REGRESSOR if each not in parameters.SHARED],
    "recipe": parameters.RECIPE,
}


def default_of(name):
    """Return the default of a parameter as text; those of a Recipe are written on its own page."""
    for estimator in (BackpropClassifier(), BackpropRegressor()):
        if hasattr(estimator, name):
            return f"``{quoted(getattr(estimator, name))}``"
    return ""


def table_rst(group):
    """Return the names, defaults, values and descriptions of a group as a table in reStructuredText."""
    lines = [
        ".. list-table::",
        "   :header-rows: 1",
        "   :widths: 22 14 64",
        "   :class: parameters",
        "",
        "   * - Parameter",
        "     - Default",
        "     - Values, and what it does",
    ]
    for parameter in GROUPS[group]:
        description = " ".join(parameter.description.split())
        lines += [
            f"   * - ``{parameter.name}``",
            f"     - {default_of(parameter.name)}",
            f"     - *{type_of(parameter)}.* {description}",
        ]
    return "\n".join(lines)


class Generated(Directive):
    """A table in reStructuredText, which :meth:`source` returns."""

    def run(self):
        """Return the nodes of the table."""
        node = nodes.container()
        lines = StringList(self.source().splitlines(), source=self.state.document.current_source)
        self.state.nested_parse(lines, self.content_offset, node)
        return node.children


class ParameterTable(Generated):
    """``.. parameter-table:: GROUP``."""

    required_arguments = 1

    def source(self):
        """Return the table of the group."""
        return table_rst(self.arguments[0])


class AutoTable(Generated):
    """``.. auto-table::``."""

    def source(self):
        """Return the table of what "auto" becomes."""
        return auto_table_rst().replace(".. list-table::", ".. list-table::\n   :class: auto-table")


def setup(app):
    """Register the directives with Sphinx."""
    app.add_directive("parameter-table", ParameterTable)
    app.add_directive("auto-table", AutoTable)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
