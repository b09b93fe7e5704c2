"""Colors and axes shared by the displays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklearn.utils._optional_dependencies import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Okabe & Ito (2008), "Color universal design".
BLACK = "#000000"
BLUE = "#0072B2"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
VERMILLION = "#D55E00"
GREY = "#757575"


def axes_or_new(ax: Axes | None, caller: str) -> Axes:
    """Return `ax`, or the axes of a new figure if `ax` is None.

    Parameters
    ----------
    ax : matplotlib Axes or None
    caller : str
        Name of the function that needs matplotlib, for the error message.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    check_matplotlib_support(caller)
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(layout="constrained")
    return ax


def label_integers(ax: Axes) -> None:
    """Place the ticks of the x axis at integers only."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return the width and the height of the axes in points (1/72 inch)."""
    inches = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    return 72 * inches.width, 72 * inches.height
