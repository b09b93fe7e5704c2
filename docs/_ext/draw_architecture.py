"""Draw docs/_static/architecture.svg from the imports: ``python docs/_ext/draw_architecture.py``.

One box per folder of the package, with its modules. A line on the right leads from a folder to each folder
that it imports from. All lines lead downwards, which tests/test_imports.py checks.
"""

import ast
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "skbackprop"
PICTURE = ROOT / "docs" / "_static" / "architecture.svg"
# From the top: a folder imports from those after it.
FOLDERS = {
    "onnx": "converters for other runtimes",
    "displays": "pictures",
    "inspection": "what happens inside a network",
    "estimators": "the scikit-learn interface",
    "model": "what a fit builds and keeps",
    "tables": "from X and y to batches of numbers",
    "training": "the loop over batches",
    "network": "the mathematics",
}
COLUMNS = 3
BOX_WIDTH, COLUMN_WIDTH, LINE, TITLE, GAP, MARGIN = 468, 150, 17, 34, 16, 12
LANE = 11  # distance between two lines on the right


def modules(folder):
    """Return the names of the modules of a folder; a folder within it ends with a slash."""
    paths = [path for path in (PACKAGE / folder).iterdir() if not path.name.startswith("_")]
    return sorted({path.stem if path.suffix else f"{path.name}/" for path in paths})  # .py and .pyi once


def in_rows(names):
    """Return the names in rows of COLUMNS."""
    return [names[i : i + COLUMNS] for i in range(0, len(names), COLUMNS)]


def imported(path):
    """Return the folders of the package from which the file at `path` imports."""
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = [node.module for node in nodes if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("skbackprop.")}


def arrows():
    """Return the sorted pairs (folder, folder that it imports from)."""
    return sorted(
        {
            (folder, other)
            for folder in FOLDERS
            for path in (PACKAGE / folder).rglob("*.py")
            for other in imported(path) - {folder}
        },
        key=lambda pair: [list(FOLDERS).index(folder) for folder in pair],
    )


def boxes():
    """Return {folder: (top, height)}."""
    places, top = {}, MARGIN
    for folder in FOLDERS:
        height = TITLE + LINE * len(in_rows(modules(folder))) + 4
        places[folder] = top, height
        top += height + GAP
    return places


def draw_box(folder, top, height):
    """Return the lines of SVG of one folder."""
    x = MARGIN
    lines = [
        f'<rect x="{x}" y="{top}" width="{BOX_WIDTH}" height="{height}" rx="5"/>',
        f'<text x="{x + 10}" y="{top + 20}"><tspan class="folder">{folder}/</tspan>'
        f' <tspan class="what" dx="6">{escape(FOLDERS[folder])}</tspan></text>',
    ]
    for i, row in enumerate(in_rows(modules(folder))):
        for j, name in enumerate(row):
            place = f'x="{x + 10 + j * COLUMN_WIDTH}" y="{top + TITLE + 7 + i * LINE}"'
            lines.append(f"<text {place}>{escape(name)}</text>")
    return lines


def end_of_line(pair, folder, pairs, top, height):
    """Return where the line of `pair` meets the box of `folder`: arriving lines are above leaving ones."""
    ends = [other for other in pairs if other[1] == folder] + [other for other in pairs if other[0] == folder]
    return top + height * (ends.index(pair) + 1) / (len(ends) + 1)


def draw_lines(places):
    """Return the lines of SVG that connect the folders; the shortest are nearest to the boxes."""
    order, pairs, lines = list(FOLDERS), arrows(), []
    by_length = sorted(pairs, key=lambda pair: order.index(pair[1]) - order.index(pair[0]))
    for pair in pairs:
        start, end = (end_of_line(pair, folder, pairs, *places[folder]) for folder in pair)
        right = MARGIN + BOX_WIDTH
        lane = right + 14 + LANE * by_length.index(pair)
        lines.append(
            f'<path d="M{right} {start:.1f} H{lane} V{end:.1f} H{right + 1}" marker-end="url(#tip)"/>'
        )
    return lines


def picture():
    """Return the picture as SVG."""
    places = boxes()
    height = sum(places["network"]) + MARGIN
    width = 2 * MARGIN + BOX_WIDTH + 14 + LANE * len(arrows())
    lines = [line for folder, place in places.items() for line in draw_box(folder, *place)]
    content = "\n  ".join(draw_lines(places) + lines)
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
     aria-labelledby="title" font-family="Helvetica, Arial, sans-serif">
  <title id="title">The folders of skbackprop, their modules, and which folder imports from which</title>
  <!-- Drawn from the imports by docs/_ext/draw_architecture.py. -->
  <style>
    rect {{ stroke: #33475b; stroke-width: 1.2; fill: #eef4f9; }}
    text {{ fill: #14202b; font-size: 12.5px; }}
    .folder {{ font-size: 15px; font-weight: bold; }}
    .what {{ font-style: italic; }}
    path {{ stroke: #5b7186; stroke-width: 1.3; fill: none; stroke-linejoin: round; }}
  </style>
  <defs><marker id="tip" markerWidth="9" markerHeight="8" refX="8" refY="4" orient="auto">
    <polygon points="0,0 9,4 0,8" fill="#5b7186"/></marker></defs>
  <rect width="{width}" height="{height}" style="fill: #ffffff; stroke: none"/>
  {content}
</svg>
"""


if __name__ == "__main__":
    PICTURE.write_text(picture())
    print(f"{PICTURE.relative_to(ROOT)}: {len(arrows())} arrows between folders")
