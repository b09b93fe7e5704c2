"""WeightsDisplay: the weights of the units of the first layer as images."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skbackprop.displays.fitted import weights_of
from skbackprop.displays.style import axes_or_new, diverging_map
from skbackprop.estimators.constraints import ArrayOf
from skbackprop.estimators.parameters import COUNT, validate
from skbackprop.inspection.pipelines import last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike
    from sklearn.base import BaseEstimator

# The allowed items of a shape.
SIZES = ArrayOf(COUNT)


class WeightsDisplay:
    """The incoming weights of each unit of the first layer, as an image with the shape of the inputs.

    Negative weights are orange, positive weights are blue, and weights of 0 are white.

    Parameters
    ----------
    weights : array-like of shape (n_pixels, n_units)
        W^1. Each column is the image of a unit.
    shape : (int, int)
        Rows and columns of the images, whose product is n_pixels.

    Attributes
    ----------
    image_ : matplotlib AxesImage
        All images combined into one, row by row, separated by masked pixels.
    colorbar_ : matplotlib Colorbar or None
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    Raises
    ------
    ValueError
        If `shape` is inconsistent with the number of weights of a unit.

    See Also
    --------
    NetworkDisplay : The weights of all layers, as lines.

    References
    ----------
    Olshausen & Field (1996). Emergence of simple-cell receptive field properties by learning a sparse
    code for natural images. Nature 381, 607-609.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.displays import WeightsDisplay
    >>> X, y = load_digits(return_X_y=True)
    >>> model = BackpropClassifier(16, n_estimators=1, random_state=0).partial_fit(X, y)
    >>> display = WeightsDisplay.from_estimator(model, shape=(8, 8))
    >>> display.weights.shape
    (64, 16)
    """

    def __init__(self, weights: ArrayLike, shape: tuple[int, int]) -> None:
        n_pixels = np.shape(weights)[0]
        is_pair = SIZES.is_satisfied_by(shape) and np.shape(shape) == (2,)
        if not is_pair or math.prod(shape) != n_pixels:
            raise ValueError(
                f"shape must consist of two numbers whose product is {n_pixels}, the number of weights of "
                f"a unit. Got {shape!r}."
            )
        self.weights = weights
        self.shape = shape

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        shape: tuple[int, int],
        *,
        network: int = 0,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Create and draw a display of the first layer of a fitted estimator.

        Parameters
        ----------
        estimator : BackpropClassifier, BackpropRegressor or Pipeline that ends with one
            Fitted estimator. The weights apply to the inputs after scaling, if the estimator scales
            them. Weights of periodic embeddings and of a piecewise linear encoding are omitted.
        shape : (int, int)
            Rows and columns of an image, such as (8, 8).
        network : int, default=0
            Index of the network, if the estimator holds several (``n_estimators``).
        ax : matplotlib Axes, default=None
            See :meth:`plot`.
        **kwargs
            See :meth:`plot`.

        Returns
        -------
        display : WeightsDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If the estimator has no ``coefs_``.
        ValueError
            If `shape` is inconsistent with the number of inputs, or if there is no network with this
            index.
        """
        fitted = last_step(estimator)
        weights = weights_of(fitted, network)[0]
        # The embeddings follow the inputs.
        layer = fitted._model.network.input_layer if hasattr(fitted, "_model") else None
        n_inputs = len(weights) if layer is None else layer.n_inputs
        return cls(weights[:n_inputs], shape).plot(ax, **kwargs)

    def plot(
        self, ax: Axes | None = None, *, max_units: int = 100, colorbar: bool = True, **kwargs: Any
    ) -> Self:
        """Draw the images.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default a new figure is created.
        max_units : int, default=100
            Maximum number of units drawn. The label below the images gives the total number.
        colorbar : bool, default=True
            Whether to draw a color bar.
        **kwargs
            Keyword arguments for :meth:`matplotlib.axes.Axes.imshow`, such as ``cmap``.

        Returns
        -------
        display : WeightsDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If `max_units` is not a positive int.
        """
        validate({"max_units": [COUNT]}, {"max_units": max_units}, f"{type(self).__name__}.plot")
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")
        weights = np.asarray(self.weights)
        n_units = weights.shape[1]
        images = weights[:, :max_units].T.reshape(-1, *self.shape)
        largest = np.abs(images).max()
        style = {"cmap": diverging_map(), "vmin": -largest, "vmax": largest, **kwargs}
        self.image_ = ax.imshow(mosaic(images), **style)
        ax.set(xticks=[], yticks=[], frame_on=False)
        shown = f"{n_units} units" if len(images) == n_units else f"{len(images)} of {n_units} units"
        ax.set_xlabel(shown)
        self.colorbar_ = None
        if colorbar:
            self.colorbar_ = ax.figure.colorbar(self.image_, ax=ax, label="weight $W^1$", shrink=0.8)
        self.ax_, self.figure_ = ax, ax.figure
        return self


def mosaic(images):
    """Combine images of shape (n_images, height, width) into one masked image.

    The images are separated by borders of one masked pixel. The aspect ratio of the result is about 4 : 3.
    """
    n_images, height, width = images.shape
    n_columns = math.ceil(math.sqrt(n_images * 4 / 3 * (height + 1) / (width + 1)))
    n_columns = min(n_columns, n_images)
    n_rows = math.ceil(n_images / n_columns)
    tiles = np.full((n_rows * n_columns, height + 1, width + 1), np.nan)
    tiles[:n_images, :-1, :-1] = images
    whole = tiles.reshape(n_rows, n_columns, height + 1, width + 1).swapaxes(1, 2)
    whole = whole.reshape(n_rows * (height + 1), n_columns * (width + 1))
    return np.ma.masked_invalid(whole[:-1, :-1])
