"""NetworkDisplay: a diagram of the layers, units and weights of a network."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np

from skbackprop.displays.diagram import Column, draw_legend, draw_names, draw_units, draw_weights, make_room
from skbackprop.displays.fitted import input_names, output_names, weights_of
from skbackprop.displays.style import axes_or_new, size_in_points
from skbackprop.estimators.constraints import Choice, Number
from skbackprop.estimators.parameters import NOT_NEGATIVE, validate
from skbackprop.inspection.pipelines import last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike
    from sklearn.base import BaseEstimator

# Rows above the units, for the legend.
LEGEND_ROWS = 2
# Points.
LARGEST_UNIT = 14
LARGEST_NAME = 8
# The allowed values of the parameters of plot.
ALLOWED = {
    "max_units": [Number(Integral, 2, None, closed="left")],
    "max_linewidth": [NOT_NEGATIVE],
    "width_scale": [Choice("layer", "network")],
}


class NetworkDisplay:
    """A diagram of a network with one line per weight.

    The width of a line shows the absolute value of the weight. Positive weights are blue and solid,
    negative weights orange and dashed.

    Parameters
    ----------
    coefs : list of array-like of shape (n_{l-1}, n_l)
        The weights W^l of each layer.
    input_names, output_names : list of str, default=None
        Names of the units, written next to them; None for no names.

    Attributes
    ----------
    weights_ : list of LineCollection
        For each W^l the lines between the units that are drawn, the largest weights on top.
    units_ : list of PathCollection
        The units that are drawn, one collection per layer, starting with the inputs.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Raises
    ------
    ValueError
        If the shapes of the weights of successive layers are inconsistent.

    See Also
    --------
    WeightsDisplay : The weights of the first layer as images.

    References
    ----------
    Ozesmi & Ozesmi (1999). An artificial neural network approach to spatial habitat modelling with
    interspecific interaction. Ecological Modelling 116, 15-31.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier, Recipe
    >>> from skbackprop.displays import NetworkDisplay
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> recipe = Recipe("tabular", input_layer=None)
    >>> model = BackpropClassifier(5, recipe=recipe, random_state=0).fit(X, y)
    >>> display = NetworkDisplay.from_estimator(model)
    >>> [len(units.get_offsets()) for units in display.units_]
    [4, 5, 3]
    """

    def __init__(
        self,
        coefs: Sequence[ArrayLike],
        *,
        input_names: Sequence[str] | None = None,
        output_names: Sequence[str] | None = None,
    ) -> None:
        for l, (W, following) in enumerate(pairwise(coefs), start=1):
            if np.shape(W)[1] != np.shape(following)[0]:
                raise ValueError(
                    f"The shapes {np.shape(W)} of W^{l} and {np.shape(following)} of W^{l + 1} are "
                    "inconsistent."
                )
        self.coefs = coefs
        self.input_names = input_names
        self.output_names = output_names

    @classmethod
    def from_estimator(
        cls, estimator: BaseEstimator, *, network: int = 0, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Create and draw a display of the network of a fitted estimator.

        The inputs are labeled with the names of the columns of X, those of encoded columns with the names in
        ``columns_``, the outputs with the classes. The periodic embeddings of an input "age" are inputs named
        "age~1", "age~2" and so on, the pieces of its piecewise linear encoding "age[1]", "age[2]" and so on.

        Parameters
        ----------
        estimator : BackpropClassifier, BackpropRegressor or Pipeline that ends with one
            Fitted estimator. MLPClassifier and MLPRegressor are accepted as well.
        network : int, default=0
            Index of the network, if the estimator holds several (``n_estimators``).
        ax : matplotlib Axes, default=None
            See :meth:`plot`.
        **kwargs
            See :meth:`plot`.

        Returns
        -------
        display : NetworkDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If the estimator has no ``coefs_``.
        ValueError
            If there is no network with this index.
        """
        fitted = last_step(estimator)
        coefs = weights_of(fitted, network)
        names = {"input_names": input_names(fitted), "output_names": output_names(fitted)}
        return cls(coefs, **names).plot(ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        max_units: int = 10,
        max_linewidth: float = 2.5,
        width_scale: Literal["layer", "network"] = "layer",
        **kwargs: Any,
    ) -> Self:
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default a new figure is created.
        max_units : int, default=10
            Maximum number of units drawn per layer. Of larger layers the first and the last units are
            drawn, with dots between them. The total number of units is written below the layer.
        max_linewidth : float, default=2.5
            Line width of the largest weight, in points.
        width_scale : {"layer", "network"}, default="layer"
            Whether line widths are relative to the largest weight of the layer or of the network,
            among the weights that are drawn.
        **kwargs
            Keyword arguments for :class:`matplotlib.collections.LineCollection`, such as ``alpha``.

        Returns
        -------
        display : NetworkDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If a parameter is invalid, for instance if `max_units` is less than 2.
        """
        given = {"max_units": max_units, "max_linewidth": max_linewidth, "width_scale": width_scale}
        validate(ALLOWED, given, f"{type(self).__name__}.plot")
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")
        sizes = [np.shape(self.coefs[0])[0], *(np.shape(W)[1] for W in self.coefs)]
        columns = [Column(x, n_units, max_units) for x, n_units in enumerate(sizes)]
        half_height = max(column.y[0] for column in columns) + 0.5
        row = size_in_points(ax)[1] / (2 * half_height + LEGEND_ROWS)  # the height of a row in points
        diameter = min(LARGEST_UNIT, 0.7 * row)
        fontsize = min(LARGEST_NAME, 0.9 * row)

        weights = [
            np.asarray(W)[np.ix_(left.units, right.units)]
            for W, (left, right) in zip(self.coefs, pairwise(columns), strict=True)
        ]
        largest = np.array([np.abs(W).max() for W in weights])
        if width_scale == "network":
            largest[:] = largest.max()
        scales = max_linewidth / np.where(largest > 0, largest, 1)
        self.weights_ = [
            draw_weights(ax, W, left, right, scale, **kwargs)
            for W, (left, right), scale in zip(weights, pairwise(columns), scales, strict=True)
        ]
        self.units_ = [draw_units(ax, column, diameter) for column in columns]
        ax.set_ylim(-half_height, half_height + LEGEND_ROWS)

        first, *_, last = columns
        left_names = draw_names(ax, first, self.input_names, "left", diameter, fontsize)
        right_names = draw_names(ax, last, self.output_names, "right", diameter, fontsize)
        make_room(ax, len(weights), left_names, right_names, diameter)

        names = ["input", *range(1, len(weights)), "output"]
        labels = [f"{name}\n{n_units}" for name, n_units in zip(names, sizes, strict=True)]
        labels[0] += " units"
        ax.set_xticks(range(len(columns)), labels, fontsize="small")
        ax.tick_params(bottom=False)
        ax.set(yticks=[], frame_on=False)
        draw_legend(ax, width_scale)
        self.ax_, self.figure_ = ax, ax.figure
        return self
