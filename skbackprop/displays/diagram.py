"""The parts of the diagram of a network: columns of units, the lines between them, names, a legend."""

import numpy as np

from skbackprop.displays.style import BLACK, BLUE, ORANGE, size_in_points

# Rows that the three dots of an abbreviated column take.
DOTS_ROWS = 1.5
# Longer names are shortened.
NAME_LENGTH = 16
# Thinner lines, in points, are solid: dashes shrink with the width, and drawing a million takes minutes.
THINNEST_DASHED = 0.1
# Points that the label below a column needs at either side of it.
LABEL_ROOM = 22


class Column:
    """The units of a layer that are drawn, one below the other.

    Parameters
    ----------
    x : int
        Where it stands: 0 is that of the inputs.
    n_units : int
        How many units the layer has.
    max_units : int
        Of more units only the first and the last ones are drawn, with dots between them.

    Attributes
    ----------
    units : ndarray of shape (n_drawn,)
        The numbers of the units that are drawn.
    y : ndarray of shape (n_drawn,)
        Their heights in rows, the first on top; the middle of the column is at 0.
    dots_y : float or None
        The height of the middle one of the dots, where there are some.
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
    """Draw a line for each weight between two columns, the largest on top.

    Parameters
    ----------
    ax : matplotlib Axes
    W : ndarray of shape (n_drawn_left, n_drawn_right)
    left, right : Column
    scale : float
        Width of the line of a weight of 1, in points.
    **style
        Passed to LineCollection.
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
    """Draw circles of a diameter in points, and the dots that stand for the units between them."""
    x = np.full(column.y.size, column.x)
    units = ax.scatter(x, column.y, s=diameter**2, facecolor="white", edgecolor=BLACK, zorder=2)
    if column.dots_y is not None:
        y = column.dots_y + 0.4 * np.array([1, 0, -1])
        ax.scatter(np.full(3, column.x), y, s=(0.25 * diameter) ** 2, color=BLACK, linewidth=0, zorder=2)
    return units


def draw_names(ax, column, names, side, diameter, fontsize):
    """Write beside a column the names of its units, where there are names; return the texts."""
    if names is None:
        return []
    gap = diameter / 2 + 3
    style = {"left": dict(xytext=(-gap, 0), ha="right"), "right": dict(xytext=(gap, 0), ha="left")}[side]
    return [
        ax.annotate(
            shortened(names[unit]),
            (column.x, y),
            textcoords="offset points",
            va="center",
            fontsize=fontsize,
            **style,
        )
        for unit, y in zip(column.units, column.y, strict=True)
    ]


def shortened(name):
    """Return a name of at most NAME_LENGTH characters."""
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def make_room(ax, n_layers, left_names, right_names, diameter):
    """Set the limits of x so that the names have room within the axes."""
    width, _ = size_in_points(ax)

    def room(names):
        pixels = max((name.get_window_extent().width for name in names), default=0)
        return max(LABEL_ROOM, pixels * 72 / ax.figure.dpi + diameter / 2 + 6)

    left, right = room(left_names), room(right_names)
    scale = n_layers / max(width - left - right, width / 4)  # layers to a point
    ax.set_xlim(-scale * left, n_layers + scale * right)


def draw_legend(ax):
    """Say above the units what the lines mean."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=BLUE, linestyle="-", label="positive"),
        Line2D([], [], color=ORANGE, linestyle="--", label="negative"),
    ]
    ax.legend(handles=handles, loc="upper center", ncols=2, fontsize="small", frameon=False, borderpad=0)
