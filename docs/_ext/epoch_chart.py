"""The directive ``.. epoch-chart:: FILE``: the ratios of a table of benchmarks as a chart, in SVG.

The page shows the same CSV file as a table. Each row is a workload, with the times of the other libraries
relative to that of skbackprop. Text and axes take the color of the page, light or dark.
"""

import csv
import math
from html import escape
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive

# Columns of the table, with color and name. The last is the time of skbackprop relative to the lower bound.
MARKS = {
    "scikit-learn": ("#e08214", "scikit-learn"),
    "PyTorch": ("#9970ab", "PyTorch"),
    "skbackprop / lower bound": ("#7f7f7f", "matrix products alone"),
}
OURS = "#2b83ba"
WIDTH, LEFT, RIGHT, TOP, ROW = 500, 82, 14, 54, 26
TICKS = (0.5, 1, 2, 5, 10)


def x_of(ratio):
    """Return the horizontal place of a ratio, on a logarithmic axis."""
    share = math.log(ratio / TICKS[0]) / math.log(TICKS[-1] / TICKS[0])
    return LEFT + share * (WIDTH - LEFT - RIGHT)


def ratios(row):
    """Return (color, name, time relative to skbackprop) of each mark of a workload."""
    found = []
    for column, (color, name) in MARKS.items():
        if row[column]:
            number = float(row[column])
            found.append((color, name, 1 / number if column.endswith("lower bound") else number))
    return found


def draw_axis(bottom):
    """Return the lines of SVG of the axis, its ticks and the line of skbackprop."""
    lines = []
    for tick in TICKS:
        x = x_of(tick)
        stroke = f'stroke="{OURS}" stroke-width="2"' if tick == 1 else 'stroke="currentColor" opacity="0.25"'
        lines.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 6}" y2="{bottom}" {stroke}/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{tick:g}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    label = "time of one epoch, relative to skbackprop (logarithmic)"
    return [*lines, f'<text x="{middle}" y="{bottom + 37}" text-anchor="middle">{label}</text>']


def draw_legend():
    """Return the lines of SVG of the legend, in two rows."""
    entries = [(OURS, "skbackprop"), *MARKS.values()]
    lines = []
    for i, (color, name) in enumerate(entries):
        x, y = LEFT + 8 + 190 * (i % 2), 12 + 18 * (i // 2)
        lines.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{color}"/>')
        lines.append(f'<text x="{x + 11}" y="{y + 4.5}">{escape(name)}</text>')
    return lines


def chart(rows):
    """Return the chart as SVG: a line for each workload, with a mark for each library."""
    bottom = TOP + ROW * len(rows)
    lines = draw_legend() + draw_axis(bottom)
    for i, row in enumerate(rows):
        y = TOP + ROW * (i + 0.5)
        name = row["workload"].partition(":")[0]
        marks = ratios(row)
        ends = [x_of(ratio) for _, _, ratio in marks] + [x_of(1)]
        lines.append(f'<text x="{LEFT - 10}" y="{y + 4.5}" text-anchor="end">{escape(name)}</text>')
        span = f'x1="{min(ends):.1f}" x2="{max(ends):.1f}" y1="{y}" y2="{y}"'
        lines.append(f'<line {span} stroke="currentColor" opacity="0.5"/>')
        for color, library, ratio in marks:
            title = f"<title>{escape(name)}, {escape(library)}: {ratio:.2g}</title>"
            lines.append(f'<circle cx="{x_of(ratio):.1f}" cy="{y}" r="5.5" fill="{color}">{title}</circle>')
        lines.append(f'<circle cx="{x_of(1):.1f}" cy="{y}" r="5.5" fill="{OURS}"/>')
    content = "\n  ".join(lines)
    return f"""<svg class="chart" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 44}"
     role="img" aria-label="Time of one epoch of each workload, relative to skbackprop"
     fill="currentColor" font-size="13.5">
  {content}
</svg>"""


class EpochChart(Directive):
    """``.. epoch-chart:: FILE``, relative to the page."""

    required_arguments = 1

    def run(self):
        """Return the chart as a node."""
        environment = self.state.document.settings.env
        _, path = environment.relfn2path(self.arguments[0])
        environment.note_dependency(path)
        rows = list(csv.DictReader(Path(path).read_text().splitlines()))
        return [nodes.raw("", chart(rows), format="html")]


def setup(app):
    """Register the directive with Sphinx."""
    app.add_directive("epoch-chart", EpochChart)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
