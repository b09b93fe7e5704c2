"""Draw docs/_static/comparison.svg from docs/defaults.md: ``python docs/_ext/draw_comparison.py``.

Each dot is one of the sixty further frames: the result of the default divided by that of boosted trees, from
the two tables of the page. Dots that would overlap are placed above and below each other.
"""

import math
from html import escape
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1]
PAGE, PICTURE = DOCS / "defaults.md", DOCS / "_static" / "comparison.svg"
# The first cells of the headers of the tables; for each strip, its name and the columns of trees and of the
# default.
CLASSIFICATION, REGRESSION = "classification", "regression: RMSE / std"
STRIPS = [
    ("RMSE", REGRESSION, 1, 3),
    ("log-loss", CLASSIFICATION, 4, 6),
    ("error rate", CLASSIFICATION, 1, 3),
]
BETTER, WORSE, GRAY = "#2b83ba", "#e08214", "#7f7f7f"
WIDTH, LEFT, RIGHT, TOP, ROW, RADIUS = 660, 104, 16, 30, 110, 5
TICKS = (0.5, 0.7, 1, 1.4)
LOWEST, HIGHEST = 0.48, 1.5


def rows_of(page, header):
    """Return the cells of each row of the table whose header begins with `header`."""
    start = page.index(f"| {header} |")
    lines = page[start:].split("\n\n", 1)[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]


def ratios(rows, of_trees, of_default):
    """Return (name, ratio) of each row, in ascending order; not of rows in which trees have 0."""
    pairs = [(row[0], float(row[of_default]), float(row[of_trees])) for row in rows]
    return sorted(((name, ours / trees) for name, ours, trees in pairs if trees), key=lambda pair: pair[1])


def x_of(ratio):
    """Return the horizontal place of a ratio, on a logarithmic axis; ratios beyond it are at its ends."""
    ratio = min(max(ratio, LOWEST), HIGHEST)
    return LEFT + math.log(ratio / LOWEST) / math.log(HIGHEST / LOWEST) * (WIDTH - LEFT - RIGHT)


def place(pairs):
    """Return (name, ratio, x, level) of each dot, where dots of one level do not overlap."""
    placed, ends = [], {}
    for name, ratio in pairs:
        x, level = x_of(ratio), 0
        while x - ends.get(level, -math.inf) < 2 * RADIUS + 1:
            level = -level if level > 0 else 1 - level
        ends[level] = x
        placed.append((name, ratio, x, level))
    return placed


def draw_strip(name, pairs, y):
    """Return the lines of SVG of one strip, whose middle is at height y."""
    n_better = sum(ratio < 1 for _, ratio in pairs)
    label = f"{n_better} of {len(pairs)} better"
    lines = [
        f'<text x="{LEFT - 12}" y="{y}" text-anchor="end">{escape(name)}</text>',
        f'<text x="{LEFT - 12}" y="{y + 15}" text-anchor="end" font-size="11">{label}</text>',
    ]
    for frame, ratio, x, level in place(pairs):
        color = BETTER if ratio < 1 else WORSE if ratio > 1 else GRAY
        height = y + level * (2 * RADIUS + 1)
        title = f"<title>{escape(frame)}: {ratio:.2f}</title>"
        lines.append(f'<circle cx="{x:.1f}" cy="{height}" r="{RADIUS}" fill="{color}">{title}</circle>')
    return lines


def draw():
    """Return the picture as SVG."""
    page, bottom, lines = PAGE.read_text(), TOP + ROW * len(STRIPS), []
    for tick in TICKS:
        x, width = x_of(tick), 2 if tick == 1 else 0.5
        ends = f'x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}"'
        lines.append(f'<line {ends} stroke="{GRAY}" stroke-width="{width}"/>')
        lines.append(f'<text x="{x:.1f}" y="{bottom + 17}" text-anchor="middle">{tick:g}</text>')
    for shift, anchor, side in ((-8, "end", "the default is better"), (8, "start", "trees are better")):
        lines.append(f'<text x="{x_of(1) + shift:.1f}" y="{TOP - 10}" text-anchor="{anchor}">{side}</text>')
    for k, (name, header, of_trees, of_default) in enumerate(STRIPS):
        pairs = ratios(rows_of(page, header), of_trees, of_default)
        lines += draw_strip(name, pairs, TOP + ROW * (k + 0.5))
    middle = (LEFT + WIDTH - RIGHT) / 2
    label = "result of the default, divided by that of boosted trees (logarithmic)"
    lines.append(f'<text x="{middle}" y="{bottom + 37}" text-anchor="middle">{label}</text>')
    content = "\n  ".join(lines)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 46}" width="{WIDTH}"
     role="img" aria-label="Results of the default on sixty frames, relative to those of boosted trees"
     font-family="sans-serif" font-size="13" fill="{GRAY}" stroke="none">
  {content}
</svg>
"""


if __name__ == "__main__":
    PICTURE.write_text(draw())
    print(f"{PICTURE.relative_to(DOCS.parent)}: {len(STRIPS)} strips")
