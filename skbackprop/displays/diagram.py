"""The parts of a network diagram: columns of units, lines for weights, names, a legend."""

import numpy as np

from skbackprop.displays.style import BLACK, BLUE, ORANGE, as_written, size_in_points

# Height of the three dots in an abbreviated column, in rows.
DOTS_ROWS = 1.5
# Names may take this share of the width of the axes on each side; longer ones are truncated.
NAME_SHARE = 0.28
# Mean width of a character, relative to the font size.
CHARACTER = 0.55
# Thinner lines (in points) are solid: dashes scale with the width, and drawing a million takes minutes.
THINNEST_DASHED = 0.1
# Space on either side of a column for the label below it, in points.
LABEL_ROOM = 22


class Column:
    """The units of a layer that are drawn, in one column.

    Parameters
    ----------
    x : int
        Horizontal position; 0 for the inputs.
    n_units : int
        Number of units of the layer.
    max_units : int
        Maximum number of units drawn. Of larger layers only the first and the last units are drawn, with
        dots between them.

    Attributes
    ----------
    units : ndarray of shape (n_drawn,)
        Indices of the units that are drawn.
    y : ndarray of shape (n_drawn,)
        Vertical positions of these units in rows, the first unit on top; the middle of the column is at 0.
    dots_y : float or None
        Vertical position of the middle dot; None if all units are drawn.
    """

    def __init__(self, x, n_units, max_units):
        self.x = x
        self.n_units = n_units
        self.dots_y = None
        self.units = np.arange(n_units)
        self.y = -np.arange(min(n_units, max_units), dtype=float)
        if n_units > max_units:
            n_last = max_units // 2
            n_first = max_units - n_last
            self.units = np.concatenate([self.units[:n_first], self.units[-n_last:]])
            self.y[n_first:] -= DOTS_ROWS
        middle = (self.y[0] + self.y[-1]) / 2
        self.y -= middle
        if n_units > max_units:
            self.dots_y = (self.y[n_first - 1] + self.y[n_first]) / 2


def draw_weights(ax, W, left, right, scale, **style):
    """Draw one line per weight between two columns, the largest weights on top.

    Parameters
    ----------
    ax : matplotlib Axes
    W : ndarray of shape (n_drawn_left, n_drawn_right)
    left, right : Column
    scale : float
        Line width for a weight of 1, in points.
    **style
        Keyword arguments for LineCollection.
    """
    from matplotlib.collections import LineCollection

    i, j = np.unravel_index(np.argsort(np.abs(W), axis=None), W.shape)
    starts = np.column_stack([np.full(W.size, left.x), left.y[i]])
    ends = np.column_stack([np.full(W.size, right.x), right.y[j]])
    is_positive = W[i, j] > 0
    widths = scale * np.abs(W[i, j])
    default = {
        "linewidths": widths,
        "colors": np.where(is_positive, BLUE, ORANGE).tolist(),
        "linestyles": np.where(is_positive | (widths < THINNEST_DASHED), "-", "--").tolist(),
        "zorder": 1,
    }
    lines = LineCollection(np.stack([starts, ends], axis=1), **{**default, **style})
    return ax.add_collection(lines)


def draw_units(ax, column, diameter):
    """Draw circles of `diameter` points for the units, and dots for the omitted ones."""
    x = np.full(column.y.size, column.x)
    units = ax.scatter(x, column.y, s=diameter**2, facecolor="white", edgecolor=BLACK, zorder=2)
    if column.dots_y is not None:
        y = column.dots_y + 0.4 * np.array([1, 0, -1])
        ax.scatter(np.full(3, column.x), y, s=(0.25 * diameter) ** 2, color=BLACK, linewidth=0, zorder=2)
    return units


def draw_names(ax, column, names, side, diameter, fontsize):
    """Write the names of the units next to a column and return the texts; draw nothing if `names` is None."""
    if names is None:
        return []
    gap = diameter / 2 + 3
    length = int(NAME_SHARE * size_in_points(ax)[0] / (CHARACTER * fontsize))
    style = {"left": dict(xytext=(-gap, 0), ha="right"), "right": dict(xytext=(gap, 0), ha="left")}[side]
    return [
        ax.annotate(
            as_written(shortened(names[unit], length)),
            (column.x, y),
            textcoords="offset points",
            va="center",
            fontsize=fontsize,
            **style,
        )
        for unit, y in zip(column.units, column.y, strict=True)
    ]


def shortened(name, length):
    """Return the name, truncated to `length` characters."""
    return name if len(name) <= length else f"{name[: length - 1]}…"


def make_room(ax, n_layers, left_names, right_names, diameter):
    """Set the limits of the x axis so that the names fit into the axes."""
    width, _ = size_in_points(ax)

    def room(names):
        pixels = max((name.get_window_extent().width for name in names), default=0)
        return max(LABEL_ROOM, pixels * 72 / ax.figure.dpi + diameter / 2 + 6)

    left, right = room(left_names), room(right_names)
    scale = n_layers / max(width - left - right, width / 4)  # layers per point
    ax.set_xlim(-scale * left, n_layers + scale * right)


def draw_legend(ax, width_scale):
    """Draw the legend of the lines above the units; `width_scale` is "layer" or "network"."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=BLUE, linestyle="-", label="weight > 0"),
        Line2D([], [], color=ORANGE, linestyle="--", label="weight < 0"),
    ]
    ax.legend(
        handles=handles,
        title=f"line width: |weight| / largest of the {width_scale}",
        title_fontsize="small",
        loc="upper center",
        ncols=2,
        fontsize="small",
        frameon=False,
        borderpad=0,
    )
