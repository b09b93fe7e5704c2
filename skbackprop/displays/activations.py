"""ActivationsDisplay: distributions of the activations of each layer, and shares of saturated ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skbackprop.displays.style import BLUE, ORANGE, axes_or_new
from skbackprop.inspection import hidden_activations
from skbackprop.inspection.pipelines import inputs_of_last_step, last_step
from skbackprop.inspection.saturation import saturation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import StepPatch
    from numpy.typing import ArrayLike
    from sklearn.base import BaseEstimator

    from skbackprop.inspection.inspected_data import MatrixLike

# Half the distance between two layers, minus a gap.
HALF_WIDTH = 0.42
# This share of the values is omitted at either end, because single outliers would compress the histograms.
OUTERMOST = 0.001


class ActivationsDisplay:
    """The distributions of z^l and a^l in each layer, and the shares that are saturated or dead.

    An activation is saturated if the slope sigma'(z) is below a hundredth of the largest slope of
    the activation function, so that hardly any gradient passes: for ReLU if z <= 0, for the sigmoid
    if |z| > 6, for tanh if |z| > 3. A unit is dead if it is saturated on every row. Both shares are
    written above each layer.

    Parameters
    ----------
    z, a : list of array-like of shape (n_samples, n_units)
        Weighted inputs and activations of each layer, the output layer last.
    saturated, dead : list of float
        The shares of saturated activations and of dead units for each hidden layer.

    Attributes
    ----------
    z_histograms_, a_histograms_ : list of StepPatch
        Histograms of each layer, of z on the left and of a on the right. The widths are scaled
        to the fullest bin. The smallest and the largest thousandth of the values are omitted.
    shares_ax_ : matplotlib SecondaryAxis
        The upper axis, with the shares as its labels.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    GradientFlowDisplay : The norms of the gradients, which vanish with saturation.
    skbackprop.inspection.hidden_activations : The values themselves.

    References
    ----------
    Glorot & Bengio (2010). Understanding the difficulty of training deep feedforward neural networks.
    AISTATS.

    Lu, Shin, Su & Karniadakis (2020). Dying ReLU and initialization: theory and numerical examples.
    Communications in Computational Physics 28, 1671-1706.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.displays import ActivationsDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> model = BackpropClassifier((20, 10), "relu", random_state=0).fit(X, y)
    >>> display = ActivationsDisplay.from_estimator(model, X)
    >>> len(display.saturated)
    2
    """

    def __init__(
        self,
        z: Sequence[ArrayLike],
        a: Sequence[ArrayLike],
        *,
        saturated: Sequence[float],
        dead: Sequence[float],
    ) -> None:
        self.z = z
        self.a = a
        self.saturated = saturated
        self.dead = dead

    @classmethod
    def from_estimator(
        cls, estimator: BaseEstimator, X: MatrixLike, *, ax: Axes | None = None, **kwargs: Any
    ) -> Self:
        """Create and draw a display of a fitted estimator for some rows.

        Parameters
        ----------
        estimator : BackpropClassifier, BackpropRegressor or Pipeline that ends with one
            Fitted estimator. The units of several networks are pooled.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs; a few hundred rows suffice. The display stores the values of all units.
        ax : matplotlib Axes, default=None
            See :meth:`plot`.
        **kwargs
            See :meth:`plot`.

        Returns
        -------
        display : ActivationsDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        """
        fitted = last_step(estimator)
        layers = hidden_activations(fitted, inputs_of_last_step(estimator, X))
        names = fitted._model.network.activation_names
        is_saturated = [saturation(name, layer.z) for name, layer in zip(names, layers, strict=False)]
        display = cls(
            [layer.z for layer in layers],
            [layer.a for layer in layers],
            saturated=[float(where.mean()) for where in is_saturated],
            dead=[float(where.all(axis=0).mean()) for where in is_saturated],
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, *, bins: int = 40, **kwargs: Any) -> Self:
        """Draw two histograms back to back for each layer.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default a new figure is created.
        bins : int, default=40
            Number of bins per histogram.
        **kwargs
            Keyword arguments for :meth:`matplotlib.axes.Axes.stairs`, such as ``alpha``, for all histograms.

        Returns
        -------
        display : ActivationsDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")

        def draw(values: ArrayLike, layer: int, side: int, **style: Any) -> StepPatch:
            values = np.asarray(values)
            span = tuple(np.quantile(values, [OUTERMOST, 1 - OUTERMOST]))
            shares, edges = np.histogram(values, bins=bins, range=span)
            widths = HALF_WIDTH * shares / shares.max()
            style = {"fill": True, "edgecolor": "black", "linewidth": 0.5, **style, **kwargs}
            return ax.stairs(layer + side * widths, edges, baseline=layer, orientation="horizontal", **style)

        layers = range(1, len(self.z) + 1)
        self.z_histograms_ = [
            draw(z, layer, side=-1, facecolor=BLUE) for layer, z in zip(layers, self.z, strict=True)
        ]
        self.a_histograms_ = [
            draw(a, layer, side=1, facecolor=ORANGE, hatch="////")
            for layer, a in zip(layers, self.a, strict=True)
        ]
        ax.set_xticks(layers, [*layers[:-1], "output"], fontsize="small")
        ax.set_xlim(0.5, len(self.z) + 0.5)
        ax.set(xlabel="layer (above: saturated, dead)", ylabel="value")
        labels = [f"s {s:.0%}\nd {d:.0%}" for s, d in zip(self.saturated, self.dead, strict=True)]
        self.shares_ax_ = ax.secondary_xaxis("top")
        self.shares_ax_.set_xticks(layers[:-1], labels, fontsize="small")
        self.shares_ax_.tick_params(length=0)
        ax.legend([self.z_histograms_[0], self.a_histograms_[0]], ["$z^l$", "$a^l$"], fontsize="small")
        self.ax_, self.figure_ = ax, ax.figure
        return self
