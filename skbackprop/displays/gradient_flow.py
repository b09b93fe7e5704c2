"""GradientFlowDisplay: norms of the gradients in each layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skbackprop.displays.style import (
    BLACK,
    BLUE,
    GREEN,
    ORANGE,
    PURPLE,
    VERMILLION,
    axes_or_new,
    label_integers,
)
from skbackprop.inspection import gradients
from skbackprop.inspection.pipelines import inputs_of_last_step, last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import ArrayLike
    from sklearn.base import BaseEstimator

    from skbackprop.estimators.types import MatrixLike

# Styles of successive displays on the same axes: color, marker of dL/dW, marker of delta.
STYLES = [
    (BLUE, "o", "s"),
    (VERMILLION, "^", "v"),
    (GREEN, "D", "d"),
    (PURPLE, "P", "X"),
    (ORANGE, "<", ">"),
    (BLACK, "*", "p"),
]


class GradientFlowDisplay:
    """The norm of the gradient in each layer, on a logarithmic axis.

    Backpropagation multiplies delta by W^T and by sigma' from layer to layer. If these factors are
    mostly below 1, the gradient vanishes before it reaches the first layers, which then do not learn.
    If they are mostly above 1, it explodes.

    Parameters
    ----------
    dW_norms : array-like of shape (n_layers,)
        The Frobenius norm of dL/dW^l for each layer l = 1..L, including the output layer.
    delta_norms : array-like of shape (n_layers,)
        The Frobenius norm of delta^l = dL/dz^l, over all rows.

    Attributes
    ----------
    dW_line_, delta_line_ : Line2D
        Norms of 0, which have no position on a logarithmic axis, leave a gap in the line.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    ActivationsDisplay : Shares of saturated activations in each layer.
    skbackprop.inspection.gradients : The gradients themselves.

    References
    ----------
    Glorot & Bengio (2010). Understanding the difficulty of training deep feedforward neural networks.
    AISTATS.

    Hochreiter (1991). Untersuchungen zu dynamischen neuronalen Netzen. Diploma thesis, TU Munich.

    Examples
    --------
    In a network of four sigmoid layers the gradient vanishes:

    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.displays import GradientFlowDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> model = BackpropClassifier((10,) * 4, "sigmoid", recipe="textbook", random_state=0)
    >>> display = GradientFlowDisplay.from_estimator(model.partial_fit(X, y), X, y)
    >>> bool(display.dW_norms[0] < display.dW_norms[-1] / 10)
    True
    """

    def __init__(self, dW_norms: ArrayLike, delta_norms: ArrayLike) -> None:
        self.dW_norms = dW_norms
        self.delta_norms = delta_norms

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        X: MatrixLike,
        y: ArrayLike,
        *,
        sample_weight: ArrayLike | None = None,
        name: str | None = None,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Create and draw a display of the gradients of the loss on some rows.

        Parameters
        ----------
        estimator : BackpropClassifier, BackpropRegressor or Pipeline that ends with one
            Fitted estimator. For several networks the norms are taken over all of them.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the rows.
        name : str, default=None
            See :meth:`plot`.
        ax : matplotlib Axes, default=None
            See :meth:`plot`.
        **kwargs
            See :meth:`plot`.

        Returns
        -------
        display : GradientFlowDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        """
        fitted = last_step(estimator)
        layers = gradients(fitted, inputs_of_last_step(estimator, X), y, sample_weight=sample_weight)
        dW_norms = [float(np.linalg.norm(layer.dW.ravel())) for layer in layers]
        delta_norms = [float(np.linalg.norm(layer.delta.ravel())) for layer in layers]
        return cls(dW_norms, delta_norms).plot(ax, name=name, **kwargs)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **kwargs: Any) -> Self:
        r"""Draw both norms against the index of the layer.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default a new figure is created. Several displays on the same
            axes have different colors and markers.
        name : str, default=None
            Prefix of the labels in the legend, to compare several networks on the same axes.
        **kwargs
            Keyword arguments for :meth:`matplotlib.axes.Axes.plot`, such as ``color``, for both lines.

        Returns
        -------
        display : GradientFlowDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")
        prefix = "" if name is None else f"{name}: "
        n_displays = len(ax.lines) // 2  # each draws two lines
        color, dW_marker, delta_marker = STYLES[n_displays % len(STYLES)]

        def draw(norms: ArrayLike, **style: Any) -> Line2D:
            norms = np.asarray(norms, dtype=np.float64)
            layers = np.arange(1, norms.size + 1)
            (line,) = ax.plot(
                layers, np.where(norms > 0, norms, np.nan), **{"color": color, **style, **kwargs}
            )
            return line

        label = rf"{prefix}$\|\partial L / \partial W^l\|$"
        self.dW_line_ = draw(self.dW_norms, linestyle="-", marker=dW_marker, label=label)
        label = rf"{prefix}$\|\delta^l\|$"
        self.delta_line_ = draw(self.delta_norms, linestyle="--", marker=delta_marker, label=label)
        ax.set(yscale="log", xlabel="layer $l$ (output layer last)", ylabel="norm of the gradient")
        label_integers(ax)
        ax.legend(fontsize="small")
        self.ax_, self.figure_ = ax, ax.figure
        return self
