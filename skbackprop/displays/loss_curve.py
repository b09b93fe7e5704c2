"""LossCurveDisplay: losses and scores of a training by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from skbackprop.displays.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    VERMILLION,
    axes_or_new,
    check_axes,
    label_integers,
)
from skbackprop.inspection.kept_epoch import kept_epoch
from skbackprop.inspection.pipelines import last_step

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from sklearn.base import BaseEstimator


class LossCurveDisplay:
    """Losses and scores of a training by epoch.

    The axis of the losses is logarithmic if the losses are positive and differ by more than a factor of 10.

    Parameters
    ----------
    loss_curve : array-like of shape (n_epochs,)
        Training loss after each epoch.
    penalty_curve : array-like of shape (n_epochs,), default=()
        The penalty ``alpha / 2 * sum(W ** 2)`` after each epoch; drawn unless it is always 0.
    validation_loss_curve : array-like of shape (n_validations,), default=()
        Loss on the validation rows.
    validation_scores : array-like of shape (n_validations,), default=()
        Score on the validation rows; drawn on a separate axis on the right.
    validation_epochs : array-like of shape (n_validations,), default=None
        The epochs (counted from 1) of the validations. By default they are the first ones.
    kept_epoch : int, default=None
        The epoch (counted from 1) whose weights were kept; None if it is not to be marked.

    Attributes
    ----------
    lines_ : dict of str to Line2D
        The lines that were drawn, with keys among "loss", "penalty", "validation_loss",
        "validation_score" and "kept_epoch".
    ax_ : matplotlib Axes
    score_ax_ : matplotlib Axes or None
        The axis of the score; None if there is no score.
    figure_ : matplotlib Figure

    See Also
    --------
    sklearn.model_selection.LearningCurveDisplay : Scores by size of the training set.

    References
    ----------
    Prechelt (1998). Early stopping - but when? In: Neural Networks: Tricks of the Trade. Springer.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skbackprop import BackpropClassifier
    >>> from skbackprop.displays import LossCurveDisplay
    >>> X, y = load_iris(return_X_y=True)
    >>> model = BackpropClassifier(20, recipe="fast", early_stopping=True, random_state=0).fit(X, y)
    >>> display = LossCurveDisplay.from_estimator(model)
    >>> sorted(display.lines_)
    ['kept_epoch', 'loss', 'penalty', 'validation_loss']
    """

    def __init__(
        self,
        loss_curve: Sequence[float],
        *,
        penalty_curve: Sequence[float] = (),
        validation_loss_curve: Sequence[float] = (),
        validation_scores: Sequence[float] = (),
        validation_epochs: Sequence[int] | None = None,
        kept_epoch: int | None = None,
    ) -> None:
        self.loss_curve = loss_curve
        self.penalty_curve = penalty_curve
        self.validation_loss_curve = validation_loss_curve
        self.validation_scores = validation_scores
        self.validation_epochs = validation_epochs
        self.kept_epoch = kept_epoch

    @classmethod
    def from_estimator(
        cls,
        estimator: BaseEstimator,
        *,
        name: str | None = None,
        ax: Axes | None = None,
        score_ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Create and draw a display of the training of a fitted estimator.

        Parameters
        ----------
        estimator : BackpropClassifier, BackpropRegressor or Pipeline that ends with one
            Fitted estimator. MLPClassifier and MLPRegressor are accepted as well, except with
            solver="lbfgs".
        name : str, default=None
            See :meth:`plot`.
        ax, score_ax : matplotlib Axes, default=None
            See :meth:`plot`.
        **kwargs
            See :meth:`plot`.

        Returns
        -------
        display : LossCurveDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        NotFittedError
            If the estimator is not fitted.
        TypeError
            If the estimator has no ``loss_curve_``.
        """
        fitted = last_step(estimator)
        if not hasattr(fitted, "loss_curve_"):
            raise TypeError(f"The estimator must have the attribute loss_curve_. Got {fitted!r}.")
        display = cls(
            fitted.loss_curve_,
            penalty_curve=getattr(fitted, "penalty_curve_", ()),
            validation_loss_curve=getattr(fitted, "validation_loss_curve_", ()),
            validation_scores=getattr(fitted, "validation_scores_", None) or (),
            validation_epochs=getattr(fitted, "validation_epochs_", None),
            kept_epoch=kept_epoch(fitted),
        )
        return display.plot(ax, name=name, score_ax=score_ax, **kwargs)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        name: str | None = None,
        score_ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to plot on. By default a new figure is created.
        name : str, default=None
            Prefix of the labels in the legend, to compare several trainings on the same axes.
        score_ax : matplotlib Axes, default=None
            Axes for the score, such as the `score_ax_` of another display on the same axes. By default
            an axis is added on the right of `ax`.
        **kwargs
            Keyword arguments for :meth:`matplotlib.axes.Axes.plot`, such as ``color`` or ``linewidth``,
            for all curves.

        Returns
        -------
        display : LossCurveDisplay
            The display itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        ax = axes_or_new(ax, f"{type(self).__name__}.plot")
        check_axes("score_ax", score_ax)
        prefix = "" if name is None else f"{name}: "
        self.lines_: dict[str, Line2D] = {}

        def draw(
            axes: Axes,
            key: str,
            values: Sequence[float],
            validation_epochs: Sequence[int] | None = None,
            **style: Any,
        ) -> None:
            epochs: Sequence[int] = range(1, len(values) + 1)
            if validation_epochs is not None:
                # After a change of scoring the scores are those of the last validations.
                epochs = validation_epochs[-len(values) :]
            # A single point would not be visible as a line.
            style["marker"] = "o" if len(values) == 1 else None
            (self.lines_[key],) = axes.plot(epochs, values, **{**style, **kwargs})

        draw(ax, "loss", self.loss_curve, color=BLUE, linestyle="-", label=f"{prefix}training loss")
        if len(self.validation_loss_curve):
            style = dict(color=VERMILLION, linestyle="--", label=f"{prefix}validation loss")
            draw(ax, "validation_loss", self.validation_loss_curve, self.validation_epochs, **style)
        if np.any(self.penalty_curve):
            style = dict(color=GREY, label=f"{prefix}penalty")
            dashes = 0, (6, 2, 1, 2, 1, 2)  # unlike those of the kept epoch
            draw(ax, "penalty", self.penalty_curve, None, linestyle=dashes, **style)
        if len(self.validation_scores):
            score_ax = ax.twinx() if score_ax is None else score_ax
            style = dict(color=GREEN, linestyle="-.", label=f"{prefix}validation score")
            draw(score_ax, "validation_score", self.validation_scores, self.validation_epochs, **style)
            score_ax.set_ylabel("validation score")
        if self.kept_epoch is not None:
            self.lines_["kept_epoch"] = ax.axvline(
                self.kept_epoch,
                label=f"{prefix}kept: epoch {self.kept_epoch}",
                color=kwargs.get("color", BLACK),
                linestyle=(0, (1, 3)),
                linewidth=1,
            )
        ax.set(xlabel="epoch", ylabel="loss")
        self._scale_losses(ax)
        label_integers(ax)
        self._draw_legend(ax, score_ax)
        self.ax_, self.score_ax_, self.figure_ = ax, score_ax, ax.figure
        return self

    @staticmethod
    def _scale_losses(ax: Axes) -> None:
        """Make the axis of the losses logarithmic if they differ by more than a factor of 10."""
        from matplotlib.ticker import LogLocator, NullFormatter

        lowest, highest = ax.dataLim.intervaly
        if not 0 < 10 * lowest < highest:
            ax.set_yscale("linear")
            return
        ax.set_yscale("log")
        # Decimal labels; additional ones between the powers of ten if there are few of these.
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if highest < 1000 * lowest else (1,)))
        ax.yaxis.set_major_formatter("{x:g}")
        ax.yaxis.set_minor_formatter(NullFormatter())

    @staticmethod
    def _draw_legend(ax: Axes, score_ax: Axes | None) -> None:
        """Draw one legend for both axes, on the one in front."""
        from matplotlib.lines import Line2D

        handles, labels = ax.get_legend_handles_labels()
        if score_ax is None:
            ax.legend(handles, labels, fontsize="small")
            return
        if (old := ax.get_legend()) is not None:
            old.remove()  # the legend of a training without a score
        more_handles, more_labels = score_ax.get_legend_handles_labels()
        score_ax.legend(handles + more_handles, labels + more_labels, fontsize="x-small")
        # Legends avoid the lines of their own axes only, so invisible copies of the other lines are added.
        for line in ax.lines:
            data, transform = line.get_data(), line.get_transform()
            score_ax.add_artist(Line2D(*data, transform=transform, visible=False))
