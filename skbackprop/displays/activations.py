"""ActivationsDisplay: distributions of the activations of each layer, and shares of saturated ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skbackprop.displays.style import BLUE, ORANGE, axes_or_new
from skbackprop.estimators.parameters import COUNT, validate
from skbackprop.inspection import hidden_activations
from skbackprop.inspection.pipelines import inputs_of_last_step, last_step
from skbackprop.inspection.saturation import saturation

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import StepPatch
    from numpy.typing import ArrayLike
    from sklearn.base import BaseEstimator

    from skbackprop.estimators.types import MatrixLike

# Half the distance between two layers, minus a gap.
HALF_WIDTH = 0.42
# This share of the values is omitted at either end, because single outliers would compress the histograms.
OUTERMOST = 0.001
# If a layer's range is this many times the usual one, a linear axis would hide the others.
MANY_TIMES = 10


class ActivationsDisplay:
    """The distributions of z^l and a^l in each layer, and the shares that are saturated or dead.

    An activation is saturated if the slope sigma'(z) is below a hundredth of the largest slope of
    the activation function, so that hardly any gradient passes: for ReLU if z <= 0, for the sigmoid
    if |z| > 6, for tanh if |z| > 3. A unit is dead if it is saturated on every row. Both shares are
    written below each layer. If the layers have very different ranges, the vertical axis is linear from -1
    to 1 and logarithmic beyond.

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
        ValueError
            If `bins` is not a positive int.
        """
        validate({"bins": [COUNT]}, {"bins": bins}, f"{type(self).__name__}.plot")
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")

        spans = [central_range(values) for values in (*self.z, *self.a)]
        sizes = [max(abs(low), abs(high)) for low, high in spans]
        curved = max(sizes) > MANY_TIMES * max(1, np.median(sizes))
        if curved:
            ax.set_yscale("symlog", linthresh=1)

        def draw(values: ArrayLike, layer: int, side: int, **style: Any) -> StepPatch:
            low, high = central_range(values)
            if curved:  # bins of equal height
                edges = np.sinh(np.linspace(np.arcsinh(low), np.arcsinh(high), bins + 1))
            else:
                edges = np.linspace(low, high, bins + 1)
            counts, edges = np.histogram(values, np.unique(edges))
            widths = HALF_WIDTH * counts / counts.max()
            # Outlines, so that values which are (nearly) equal are visible, too.
            style = {"fill": True, "linewidth": 0.8, **style, **kwargs}
            return ax.stairs(layer + side * widths, edges, baseline=layer, orientation="horizontal", **style)

        layers = range(1, len(self.z) + 1)
        self.z_histograms_ = [
            draw(z, layer, side=-1, facecolor=BLUE, edgecolor=BLUE)
            for layer, z in zip(layers, self.z, strict=True)
        ]
        self.a_histograms_ = [
            draw(a, layer, side=1, facecolor=ORANGE, edgecolor=ORANGE)
            for layer, a in zip(layers, self.a, strict=True)
        ]
        names = [*map(str, layers[:-1]), "output"]
        shares = zip([*self.saturated, None], [*self.dead, None], strict=True)
        labels = [
            f"{name}\n{percent(saturated)}\n{percent(dead)}"
            for name, (saturated, dead) in zip(names, shares, strict=True)
        ]
        ax.set_xticks(layers, labels, fontsize="small")
        ax.annotate(
            "layer\nsaturated\ndead",
            (0, 0),
            (-4, -7),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="right",
            va="top",
            fontsize="small",
        )
        ax.set_xlim(0.5, len(self.z) + 0.5)
        ax.set_ylabel("value")
        ax.legend(
            [self.z_histograms_[0], self.a_histograms_[0]],
            ["$z^l$, weighted input", "$a^l$, activation"],
            fontsize="small",
            loc="lower right",
            bbox_to_anchor=(1, 1),
            ncols=2,
            borderaxespad=0.2,
        )
        self.ax_, self.figure_ = ax, ax.figure
        return self


def central_range(values: ArrayLike) -> tuple[float, float]:
    """Return the range of the values without the outermost ones."""
    low, high = np.quantile(np.asarray(values, dtype=np.float64), [OUTERMOST, 1 - OUTERMOST])
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(low) + 0.5)


def percent(share: float | None) -> str:
    """Return a share as a label."""
    return "" if share is None else f"{share:.0%}"
