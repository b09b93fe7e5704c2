"""AttributionsDisplay: the contributions of columns to predictions, over all rows or for one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from scipy.sparse import issparse

from skbackprop.displays.fitted import INT
from skbackprop.displays.style import BLUE, GREY, PURPLE, VERMILLION, as_written, axes_or_new, with_minus
from skbackprop.estimators.constraints import Choice
from skbackprop.estimators.parameters import COUNT, validate
from skbackprop.inspection.column_attributions import Attributions, attributions

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from sklearn.base import BaseEstimator

    from skbackprop.estimators.types import MatrixLike

KINDS = ("beeswarm", "bar", "waterfall")
# Largest number of characters of a value next to the name of its column.
LONGEST_VALUE = 14
# Number of points side by side over the width of a column.
N_BINS = 60


class AttributionsDisplay:
    """The attributions of predictions to the columns of X.

    Parameters
    ----------
    attributions : Attributions
        The result of :func:`skbackprop.inspection.attributions`.
    target : int or str, default=None
        The position or the name of the output, if there are several; None for the last one.

    Attributes
    ----------
    bars_ : matplotlib BarContainer or None
        The bars of the kinds "bar" and "waterfall".
    points_ : list of matplotlib PathCollection or None
        The points of each column in a beeswarm, from the top to the bottom.
    colorbar_ : matplotlib Colorbar or None
    columns_ : list of str
        The names of the columns that are drawn, from the top to the bottom.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Raises
    ------
    ValueError
        If there is no output `target`.

    See Also
    --------
    skbackprop.inspection.attributions : The values, and how they are computed.

    References
    ----------
    Lundberg et al. (2020). From local explanations to global understanding with explainable AI for trees.
    Nature Machine Intelligence 2, 56-67. (The beeswarm.)

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from skbackprop import BackpropRegressor
    >>> from skbackprop.displays import AttributionsDisplay
    >>> X, y = load_diabetes(return_X_y=True, as_frame=True)
    >>> model = BackpropRegressor(recipe="fast", max_iter=5, random_state=0).fit(X, y)
    >>> display = AttributionsDisplay.from_estimator(model, X[:20], kind="bar", max_columns=3)
    >>> len(display.columns_)
    4
    """

    def __init__(self, attributions: Attributions, target: int | str | None = None) -> None:
        self.attributions = attributions
        self.target = target
        self._position = position_of(attributions, target)

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: MatrixLike,
        background: MatrixLike | None = None,
        *,
        output: str = "auto",
        target: int | str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Compute the attributions of a fitted estimator and draw them.

        Parameters
        ----------
        estimator : BackpropClassifier or BackpropRegressor, or a Pipeline or search that ends with one
            Fitted.
        X, background, output
            See :func:`skbackprop.inspection.attributions`.
        target : int or str, default=None
            The output that is drawn, if there are several; None for the last one.
        ax : matplotlib Axes, default=None
            See :meth:`plot`.
        **kwargs
            See :meth:`plot`.

        Returns
        -------
        display : AttributionsDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            The errors of :func:`skbackprop.inspection.attributions`, or if there is no output `target`.
        """
        return cls(attributions(estimator, X, background, output=output), target).plot(ax, **kwargs)

    @classmethod
    def from_attributions(
        cls,
        attributions: Attributions,
        *,
        target: int | str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw attributions that were computed before.

        Parameters
        ----------
        attributions : Attributions
        target : int or str, default=None
            The output that is drawn, if there are several; None for the last one.
        ax : matplotlib Axes, default=None
            See :meth:`plot`.
        **kwargs
            See :meth:`plot`.

        Returns
        -------
        display : AttributionsDisplay
        """
        return cls(attributions, target).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        kind: str = "beeswarm",
        row: int = 0,
        max_columns: int = 10,
    ) -> Self:
        """Draw the attributions.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default a new figure is created.
        kind : {"beeswarm", "bar", "waterfall"}, default="beeswarm"
            "beeswarm" draws a point for each row, colored by the rank of its value in the column; "bar" the
            mean absolute value of each column; "waterfall" the steps from the base value to the prediction
            of one row.
        row : int, default=0
            The row of "waterfall".
        max_columns : int, default=10
            The columns with the largest values are drawn. The others are added up in the kinds "bar" and
            "waterfall".

        Returns
        -------
        display : AttributionsDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `kind` or `max_columns` is invalid, or if there is no row with this index.
        """
        allowed = {"kind": [Choice(*KINDS)], "max_columns": [COUNT]}
        validate(allowed, {"kind": kind, "max_columns": max_columns}, f"{type(self).__name__}.plot")
        values = self._of_target(self.attributions.values)
        if not INT.is_satisfied_by(row) or row not in range(-len(values), len(values)):
            raise ValueError(f"row must be an int from 0 to {len(values) - 1}. Got {row!r}.")
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")
        self.bars_, self.points_, self.colorbar_ = None, None, None
        self.ax_, self.figure_ = ax, ax.figure
        size = np.abs(values[row]) if kind == "waterfall" else np.abs(values).mean(axis=0)
        order = np.argsort(-size, kind="stable")
        shown, others = order[:max_columns], order[max_columns:]
        draw = {"beeswarm": self._beeswarm, "bar": self._bar, "waterfall": self._waterfall}[kind]
        draw(values, shown, others, row)
        ax.set_yticks(range(len(self.columns_)), map(as_written, self.columns_))
        ax.set_ylim(len(self.columns_) - 0.4, -0.6)
        ax.tick_params(axis="y", length=0)
        ax.locator_params(axis="x", nbins=4)  # labels such as -0.025 are wide
        ax.spines[["top", "right", "left"]].set_visible(False)
        return self

    def _of_target(self, values):
        return values if self._position is None else values[..., self._position]

    def _quantity(self):
        """Return the name of the explained output."""
        result = self.attributions
        names = {"raw": "raw output", "probability": "probability", "prediction": "prediction"}
        name = names[result.output]
        return name if self._position is None else f"{name} of {self._output_name()}"

    def _output_name(self):
        """Return the name of the drawn output, if there are several."""
        return as_written(self.attributions.output_names[self._position])

    def _unit(self):
        """Return the unit of the values, in parentheses."""
        result = self.attributions
        if result.output == "prediction":
            name = "y" if self._position is None else self._output_name()
            return f"(units of {name})"
        name = {"raw": "raw output", "probability": "probability"}[result.output]
        return f"({name})" if self._position is None else f"({name} of {self._output_name()})"

    def _bar(self, values, shown, others, row):
        sizes = np.abs(values).mean(axis=0)
        self.columns_ = [self.attributions.feature_names[j] for j in shown] + other_columns(others)
        lengths = [*sizes[shown], *([sizes[others].sum()] if others.size else [])]
        colors = [BLUE] * len(shown) + [GREY] * bool(others.size)
        self.bars_ = self.ax_.barh(range(len(lengths)), lengths, color=colors, height=0.7)
        self.ax_.set_xlabel(f"mean |attribution| {self._unit()}")

    def _beeswarm(self, values, shown, others, row):
        from matplotlib import colormaps
        from matplotlib.ticker import FixedLocator

        cmap = colormaps["cividis"].with_extremes(bad=PURPLE)
        self.columns_ = [self.attributions.feature_names[j] for j in shown]
        self.ax_.axvline(0, color=GREY, linewidth=0.8, zorder=0)
        width = np.ptp(values[:, shown]) or 1.0
        self.points_ = []
        colored = None
        for y, j in enumerate(shown):
            offsets = spread(values[:, j], width / N_BINS)
            ranks = relative_ranks(column_of(self.attributions.data, j))
            style = {"s": 12, "linewidths": 0, "alpha": 0.9, "rasterized": len(values) > 500}
            if ranks is None:
                points = self.ax_.scatter(values[:, j], y + offsets, color=PURPLE, **style)
            else:
                style |= {"cmap": cmap, "vmin": 0, "vmax": 1, "plotnonfinite": True}
                points = colored = self.ax_.scatter(values[:, j], y + offsets, c=ranks, **style)
            self.points_.append(points)
        if colored is not None:
            self.colorbar_ = self.figure_.colorbar(colored, ax=self.ax_, pad=0.02, aspect=30)
            self.colorbar_.ax.yaxis.set_major_locator(FixedLocator([0, 1]))
            self.colorbar_.ax.set_yticklabels(["low", "high"])
            self.colorbar_.ax.tick_params(length=0)
            self.colorbar_.outline.set_visible(False)
            self.colorbar_.set_label("value (purple: text or missing)", labelpad=-12)
        self.ax_.set_xlabel(f"attribution {self._unit()}")

    def _waterfall(self, values, shown, others, row):
        result = self.attributions
        data = [column_of(result.data, j)[row] for j in shown]
        names = [result.feature_names[j] for j in shown]
        self.columns_ = [f"{name} = {text(value)}" for name, value in zip(names, data, strict=True)]
        self.columns_ += other_columns(others)
        steps = np.array([*values[row, shown], *([values[row, others].sum()] if others.size else [])])
        # From the base value below the last column up to the prediction above the first one.
        starts = self._of_target(result.base_values)[row] + np.cumsum(steps[::-1])[::-1] - steps
        colors = np.where(steps > 0, BLUE, VERMILLION)  # as for signed weights
        self.bars_ = self.ax_.barh(range(len(steps)), steps, left=starts, color=colors, height=0.7)
        for y in range(len(steps) - 1):
            self.ax_.plot([starts[y]] * 2, [y + 0.35, y + 0.65], color=GREY, linewidth=0.8)
        base, prediction = starts[-1], starts[0] + steps[0]
        self.ax_.axvline(base, color=GREY, linewidth=0.8, linestyle=":", zorder=0)
        self.ax_.axvline(prediction, color=GREY, linewidth=0.8, linestyle="--", zorder=0)
        self._label_steps(starts, steps)
        self.ax_.set_xlabel(f"{self._quantity()}\nfrom {base:.4g} (dotted) to {prediction:.4g} (dashed)")

    def _label_steps(self, starts, steps):
        """Write each step next to its bar, and make room for it."""
        for y, (start, step) in enumerate(zip(starts, steps, strict=True)):
            label = with_minus(f"{step:+.3g}")
            end, side = start + step, "left" if step > 0 else "right"
            shift = (3 if step > 0 else -3, 0)
            self.ax_.annotate(
                label, (end, y), shift, textcoords="offset points", ha=side, va="center", fontsize="small"
            )
        ends = np.concatenate((starts, starts + steps))
        room = 0.25 * np.ptp(ends)
        self.ax_.set_xlim(ends.min() - room, ends.max() + room)


def position_of(attributions, target):
    """Return the position of the output `target`, None if there is one output only."""
    if attributions.values.ndim == 2:
        if target is not None:
            raise ValueError(f"target must be None, because there is one output only. Got {target!r}.")
        return None
    n_outputs = attributions.values.shape[2]
    if target is None:
        return n_outputs - 1
    if isinstance(target, str) and target in attributions.output_names:
        return attributions.output_names.index(target)
    if not INT.is_satisfied_by(target) or target not in range(n_outputs):
        raise ValueError(
            f"target must be one of {attributions.output_names} or an int from 0 to {n_outputs - 1}. "
            f"Got {target!r}."
        )
    return int(target)


def other_columns(others):
    """Return the label of the columns that are added up in a list, an empty list if there are none."""
    return [f"{others.size} other column{'s' * (others.size > 1)}"] if others.size else []


def column_of(data, j):
    """Return the values of a column of an array or a sparse matrix."""
    return data[:, [j]].toarray().ravel() if issparse(data) else data[:, j]


def relative_ranks(values):
    """Return the ranks of numbers from 0 to 1, NaN for missing ones; None if they are not numbers."""
    from scipy.stats import rankdata

    try:
        numbers = values.astype(np.float64)
    except (TypeError, ValueError):
        return None
    ranks = rankdata(numbers, nan_policy="omit") - 1
    return ranks / max(np.nanmax(ranks, initial=0), 1)


def spread(x, width):
    """Return offsets in [-0.4, 0.4] that separate points whose distance is less than `width`."""
    bins = np.round(x / width).astype(np.int64)
    offsets = np.zeros(len(x))
    counts = np.unique(bins, return_counts=True)
    largest = counts[1].max()
    step = min(0.1, 0.8 / max(largest - 1, 1))
    for which, count in zip(*counts, strict=True):
        members = np.flatnonzero(bins == which)
        places = np.arange(count)
        # From the middle outwards, to both sides in turn.
        offsets[members] = step * np.where(places % 2, (places + 1) // 2, -(places // 2))
    return offsets


def text(value):
    """Return a value of X as a short text."""
    if value is None or value != value:
        return "missing"
    if isinstance(value, (float, np.floating)):
        return with_minus(f"{value:.4g}")
    words = str(getattr(value, "date", lambda: value)() if hasattr(value, "isoformat") else value)
    return words if len(words) <= LONGEST_VALUE else f"{words[: LONGEST_VALUE - 1]}\N{HORIZONTAL ELLIPSIS}"
