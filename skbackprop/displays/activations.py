"""ActivationsDisplay: what the neurons of each layer answer, and how many of them are stuck."""

import numpy as np

from skbackprop.displays.fitted import inputs_of_last_step, last_step
from skbackprop.displays.style import BLUE, ORANGE, axes_or_new
from skbackprop.inspection import hidden_activations
from skbackprop.inspection.saturation import saturation

# Half the distance between two layers, less a gap.
HALF_WIDTH = 0.42
# At either end this share of the values is left out: single ones far away would flatten all others.
OUTERMOST = 0.001


class ActivationsDisplay:
    """The distributions of z^l and a^l in each layer, and the shares that are saturated or dead.

    An activation is saturated where the slope sigma'(z) is below a hundredth of the largest slope
    of its function: no gradient passes there. For ReLU that is z <= 0, where the neuron is silent;
    for the sigmoid |z| > 6; for tanh |z| > 3. A unit is dead where it is saturated on every row. Both
    shares stand above the layer.

    Parameters
    ----------
    z, a : list of array-like of shape (n_samples, n_units)
        Weighted inputs and activations of each layer, the output layer last.
    saturated, dead : list of float
        For each hidden layer the share of saturated activations, and of dead units.

    Attributes
    ----------
    z_histograms_, a_histograms_ : list of StepPatch
        For each layer the share of the values in each bin, z at the left and a at the right; the
        fullest bin is as wide as there is room. The smallest and the largest thousandth of the
        values are left out.
    shares_ax_ : matplotlib SecondaryAxis
        The axis above, with the shares as its labels.
    ax_ : matplotlib Axes
    figure_ : matplotlib Figure

    See Also
    --------
    GradientFlowDisplay : What saturation does to the gradient.
    skbackprop.inspection.hidden_activations : The numbers themselves.

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

    def __init__(self, z, a, *, saturated, dead):
        self.z = z
        self.a = a
        self.saturated = saturated
        self.dead = dead

    @classmethod
    def from_estimator(cls, estimator, X, *, ax=None, **kwargs):
        """Draw what a fitted estimator makes of some rows.

        Parameters
        ----------
        estimator : BackpropClassifier, BackpropRegressor or Pipeline that ends with one
            Fitted. The units of several networks are taken together.
        X : {array-like, sparse matrix} of shape (n_samples, n_features)
            Inputs; some hundred rows suffice. The display keeps the values of all units.
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
            Where matplotlib is not installed.
        NotFittedError
            Where the estimator is not fitted.
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

    def plot(self, ax=None, *, bins=40, **kwargs):
        """Draw two histograms for each layer, back to back.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Where to draw; None makes a new figure.
        bins : int, default=40
            Number of bins for the values of a layer.
        **kwargs
            Passed to :meth:`matplotlib.axes.Axes.stairs` for every histogram, such as ``alpha``.

        Returns
        -------
        display : ActivationsDisplay
            This one.

        Raises
        ------
        ImportError
            Where matplotlib is not installed.
        """
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")

        def draw(values, layer, side, **style):
            span = np.quantile(values, [OUTERMOST, 1 - OUTERMOST])
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
