"""Colors, number format and axes of all figures, of the displays and of the examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sklearn.utils._optional_dependencies import check_matplotlib_support

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

# Okabe & Ito (2008), "Color universal design".
BLACK = "#000000"
BLUE = "#0072B2"
GREEN = "#009E73"
ORANGE = "#E69F00"
PURPLE = "#CC79A7"
VERMILLION = "#D55E00"
SKY = "#56B4E9"
GREY = "#757575"
# In the order in which they are used: neighbors differ in lightness as well as in hue.
PALETTE = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, BLACK)
# Ends of the diverging map: darker than ORANGE, so that both ends are equally far from white.
DARK_ORANGE, DARK_BLUE = "#A04000", "#00507D"


def use_style() -> None:
    """Set matplotlib's defaults to the style of this documentation, for the rest of the program.

    Lines have the colors of Okabe and Ito, grids are faint, and axes have no frame at the top and right.
    """
    check_matplotlib_support("use_style")
    import matplotlib as mpl
    from cycler import cycler

    mpl.rcParams.update(
        {
            "axes.prop_cycle": cycler(color=PALETTE),
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlesize": "medium",
            "axes.unicode_minus": True,
            "figure.facecolor": "white",
            "grid.alpha": 0.3,
            "image.cmap": "cividis",
            "legend.frameon": False,
        }
    )


def diverging_map() -> Colormap:
    """Return the map of signed numbers: negative ones are orange, zero is white, positive ones are blue.

    Masked pixels are grey.
    """
    from matplotlib.colors import LinearSegmentedColormap

    colors = [DARK_ORANGE, VERMILLION, "#F6C79F", "#FFFFFF", "#A6D0EA", BLUE, DARK_BLUE]
    return LinearSegmentedColormap.from_list("orange_blue", colors).with_extremes(bad="0.8")


def with_minus(text: str) -> str:
    """Return a formatted number with a minus sign in place of the hyphen."""
    return text.replace("-", "\N{MINUS SIGN}")


def as_written(text: str) -> str:
    """Return a name or a value of the user for matplotlib, which reads text between two "$" as a formula."""
    return text.replace("$", r"\$")


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
    TypeError
        If `ax` is something else.
    """
    check_matplotlib_support(caller)
    check_axes("ax", ax)
    if ax is not None:
        return ax
    import matplotlib.pyplot as plt

    _, ax = plt.subplots(layout="constrained")
    return ax


def check_axes(name, ax):
    """Raise TypeError unless `ax`, the parameter `name`, is a matplotlib Axes or None."""
    from matplotlib.axes import Axes

    if not isinstance(ax, (Axes, type(None))):
        raise TypeError(f"{name} must be a single matplotlib Axes or None. Got {ax!r}.")


def label_integers(ax: Axes) -> None:
    """Place the ticks of the x axis at integers only."""
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 5, 10], integer=True))


def size_in_points(ax: Axes) -> tuple[float, float]:
    """Return the width and the height of the axes in points (1/72 inch)."""
    inches = ax.get_window_extent().transformed(ax.figure.dpi_scale_trans.inverted())
    return 72 * inches.width, 72 * inches.height
