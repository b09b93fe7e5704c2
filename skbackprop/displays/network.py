"""NetworkDisplay: the layers of a network, its units and its weights, as a diagram."""

from itertools import pairwise

import numpy as np

from skbackprop.displays.diagram import Column, draw_legend, draw_names, draw_units, draw_weights, make_room
from skbackprop.displays.fitted import input_names, last_step, output_names, weights_of
from skbackprop.displays.style import axes_or_new, size_in_points

# Rows above the units, for the legend.
LEGEND_ROWS = 1.5
# Points.
LARGEST_UNIT = 14
LARGEST_NAME = 8


class NetworkDisplay:
    """A network as a diagram: a line for each weight, its width the size, its colour the sign.

    Positive weights are blue and solid, negative ones orange and dashed.

    Parameters
    ----------
    coefs : list of array-like of shape (n_{l-1}, n_l)
        The weights W^l of each layer.
    input_names, output_names : list of str, default=None
        Written beside the units; None writes nothing.

    Attributes
    ----------
    weights_ : list of LineCollection
        For each W^l the lines of the weights between units that are drawn, the largest on top.
    units_ : list of PathCollection
        For each layer the units that are drawn, the inputs first.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Raises
    ------
    ValueError
        Where the weights of a layer do not fit to those of the layer before.

    See Also
    --------
    WeightsDisplay : The first layer's weights as images.

    References
    ----------
    Ozesmi & Ozesmi (1999). An artificial neural network approach to spatial habitat modelling with
    interspecific interaction. Ecological Modelling 116, 15-31.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.displays import NetworkDisplay
    >>> X, y = load_iris(return_X_y=True, as_frame=True)
    >>> model = BackpropClassifier(5, front=None, random_state=0).fit(X, y)
    >>> display = NetworkDisplay.from_estimator(model)
    >>> [len(units.get_offsets()) for units in display.units_]
    [4, 5, 3]
    """

    def __init__(self, coefs, *, input_names=None, output_names=None):
        for l, (W, following) in enumerate(pairwise(coefs), start=1):
            if np.shape(W)[1] != np.shape(following)[0]:
                raise ValueError(
                    f"W^{l} of shape {np.shape(W)} and W^{l + 1} of shape {np.shape(following)} do not "
                    "fit together."
                )
        self.coefs = coefs
        self.input_names = input_names
        self.output_names = output_names

    @classmethod
    def from_estimator(cls, estimator, *, network=0, ax=None, **kwargs):
        """Draw the network of a fitted estimator.

        The inputs have the names of the columns of X, the outputs those of the classes. Periodic
        embeddings of a column "age" are inputs of the names "age~1", "age~2" and so on.

        Parameters
        ----------
        estimator : BackpropClassifier, BackpropRegressor or Pipeline that ends with one
            Fitted. scikit-learn's own networks will do too.
        network : int, default=0
            Which one, where the estimator holds several networks (``n_estimators``).
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
            Where matplotlib is not installed.
        NotFittedError
            Where the estimator is not fitted.
        TypeError
            Where the estimator has no ``coefs_``.
        ValueError
            Where there is no such network.
        """
        fitted = last_step(estimator)
        coefs = weights_of(fitted, network)
        names = {"input_names": input_names(fitted), "output_names": output_names(fitted)}
        return cls(coefs, **names).plot(ax, **kwargs)

    def plot(self, ax=None, *, max_units=10, max_linewidth=2.5, width_scale="layer", **kwargs):
        """Draw the diagram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        max_units : int, default=10
            Of a layer with more units the first and the last are drawn, with dots between them. The
            number of all is below the layer.
        max_linewidth : float, default=2.5
            Width of the line of the largest weight, in points.
        width_scale : {"layer", "network"}, default="layer"
            Whether the largest weight is that of each layer, or that of the network; only those
            that are drawn count.
        **kwargs
            Passed to :class:`matplotlib.collections.LineCollection`, such as ``alpha``.

        Returns
        -------
        display : NetworkDisplay
            This one.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        ValueError
            Where `width_scale` is neither of the two, or `max_units` is below 2.
        """
        if width_scale not in ("layer", "network"):
            raise ValueError(f'width_scale must be "layer" or "network". Got {width_scale!r}.')
        if max_units < 2:
            raise ValueError(f"max_units must be at least 2. Got {max_units!r}.")
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")
        sizes = [len(self.coefs[0]), *(np.shape(W)[1] for W in self.coefs)]
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
        draw_legend(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self
