"""Symptoms of a training: initial weights, penalty, steps, and what was learned."""

import numpy as np
from sklearn.base import is_classifier

from skbackprop.estimators.warnings import OPEN_ENDED
from skbackprop.inspection.diagnosis import Finding
from skbackprop.inspection.evidence import NotExaminableError, measured
from skbackprop.inspection.kept_epoch import kept_epoch
from skbackprop.inspection.severity import severity_above
from skbackprop.inspection.symptoms_of_layers import FEW_UNITS
from skbackprop.model.resolving import LEAST_STEPS

# The penalty's part of the first steps, relative to that of the loss. Defaults: below 0.1. From 1.5 on the
# penalty can be the reason why a network has learned less than there is in X, or nothing.
PENALTY_RULES = 1.5
# ||step|| / ||W||. Karpathy's rule of thumb is 1/1000 (CS231n, "Ratio of weights:updates"), and
# 1/30 is harmless with the parametrization "ntk", up to 0.4 with recipe="fast". A step as long as the weights
# erases what they have learned.
LARGE_STEPS = {"warning": 0.5, "critical": 1}
# Steps are too small if they are below the rule of thumb and if all of them together, even in the same
# direction, would change the weights by less than a tenth.
SMALL_STEP = 1 / 1000
SHORT_WAY = 0.1
# The learned share is the decrease of the loss from that of the best constant, relative to the largest
# possible decrease. Below the first value nothing was learned; overfitting requires at least the second.
NOTHING_LEARNED = 0.01
SOMETHING_LEARNED = 0.1
# Share of the possible decrease of the loss that a forest predicts from the residuals of the network.
# Without a problem: at most 0.05; networks of one or two hidden units: 0.12 to 0.75.
UNLEARNED = {"warning": 0.1, "critical": 0.5}
# Dropout and label smoothing of at least this value can be the reason for underfitting.
STRONG = 0.4
# Share of the decrease of the loss on X that is absent on the validation rows. At 1 the network is worse
# than a constant on these. Without a problem: at most 0.27.
OVERFIT = {"warning": 0.5, "critical": 1}
# If a training has converged, the last tenth of its epochs accounts for less than this share of the total
# decrease of the loss.
LAST_PART = 1 / 10
STILL_FALLING = 0.01
# With a schedule that ends with max_iter the loss always decreases at the end, so the number of steps is
# used to detect a training that was too short. The recipes take at least 250 steps; with less than 50 the
# learned share was 0.7 to 0.9 of that of the full training.
FEW_STEPS = LEAST_STEPS / 5
# Number of classes that a message names.
MOST_NAMES = 10


def symmetric_weights(m):
    """Find a hidden layer whose units start with the same weights: equal gradients keep them equal."""
    for layer, (W, b) in enumerate(hidden_layers(m.initial_network), 1):
        if W.shape[-1] > 1 and all_units_equal(W) and all_units_equal(b):
            W_fitted = m.network.W[layer - 1]
            still = all_units_equal(W_fitted)
            yield Finding(
                "symmetric_weights",
                "critical" if still else "warning",
                f"All {W.shape[-1]} units of hidden layer {layer} start with the same weights. They get the "
                "same gradients, and "
                + ("are still the same: the layer is one unit." if still else "hardly differ."),
                'the recipe\'s initialization="auto", which draws the weights at random.',
                layer,
                measured(units=W.shape[-1], spread_of_fitted_weights=np.ptp(W_fitted, axis=-1).max()),
            )
            return


def hidden_layers(network):
    """Return (W^l, b^l) of the hidden layers."""
    return list(zip(network.W, network.b, strict=True))[:-1]


def all_units_equal(a):
    """Return whether the values of all units, on the last axis, are equal up to rounding."""
    return bool(np.ptp(a, axis=-1).max() <= 1e-6 * np.abs(a).max())


def penalty_rules(m):
    """Find a penalty that is stronger than the loss, in a network that has learned too little."""
    ratio, learned = m.penalty_ratio, m.learned_share
    if learned is None or ratio < PENALTY_RULES:
        return
    failed = not learned >= SOMETHING_LEARNED
    if failed or m.unlearned_share >= UNLEARNED["warning"]:
        yield Finding(
            "penalty_rules",
            "critical" if failed else "warning",
            f"The penalty alpha / 2 * sum(W ** 2) moves the initial weights {ratio:.2g} times as much as the "
            "loss does: it keeps the weights at zero for any data.",
            f'a smaller alpha (it is {m.settings.alpha:g}); the default is alpha="auto".',
            evidence=measured(penalty_ratio=ratio, learned_share=learned),
        )


def steps_too_large(m):
    """Find first steps that are too large relative to the weights, or a training that diverged."""
    smallest, typical, largest = step_lengths(m)
    diverged = m.model.ended_by == "diverged"
    severity = "critical" if diverged else severity_above(typical, LARGE_STEPS)
    if severity:
        yield Finding(
            "steps_too_large",
            severity,
            ("The training diverged. " if diverged else "")
            + f"The norm of a step is {typical:.2g} times that of the weights; 0.001 to 0.03 is usual.",
            f"a smaller learning_rate (it is {m.settings.learning_rate:g}), or "
            f"recipe=Recipe({m.settings.recipe!r}, clip_norm=1.0).",
            evidence=measured(update_ratio=typical, smallest_ratio=smallest, largest_ratio=largest),
        )


def steps_too_small(m):
    """Find steps so small that all of them together hardly change the weights."""
    smallest, typical, largest = step_lengths(m)
    # Steps of 0 have no gradient to follow: they stay 0 with any learning rate.
    if 0 < typical < SMALL_STEP and typical * m.n_steps < SHORT_WAY:
        yield Finding(
            "steps_too_small",
            "warning",
            f"The norm of a step is {typical:.2g} times that of the weights; 0.001 to 0.03 is usual. "
            f"{m.n_steps} steps of this size hardly change the weights.",
            f"a larger learning_rate (it is {m.settings.learning_rate:g}).",
            evidence=measured(
                update_ratio=typical, smallest_ratio=smallest, largest_ratio=largest, steps=m.n_steps
            ),
        )


def step_lengths(m):
    """Return the smallest, the typical (geometric mean) and the largest ||step|| / ||W|| over the layers."""
    if m.update_ratios is None:
        raise NotExaminableError('The size of the steps: solver="lbfgs" determines it by a line search.')
    ratios = m.update_ratios[~np.isnan(m.update_ratios)]
    if not ratios.size:
        raise NotExaminableError("The size of the steps: the initial weights are zero.")
    return ratios.min(), np.exp(np.log(ratios).mean()), ratios.max()


def loss_never_fell(m):
    """Find a network that is hardly better than the best constant."""
    learned = m.learned_share
    if learned is None:
        raise NotExaminableError("Whether the loss decreased: a constant prediction is perfect for this y.")
    if not learned >= NOTHING_LEARNED:  # or NaN
        loss, constant, _ = m.losses
        in_X = m.target_forest.share_explained
        yield Finding(
            "loss_never_fell",
            "critical",
            "The predictions are no better than one constant for all rows: the network has learned nothing"
            + (f", although a random forest explains {in_X:.0%} of y." if in_X > NOTHING_LEARNED else "."),
            f"{likely_remedies(m)}; checking that the rows of X and y correspond.",
            evidence=measured(loss=loss, loss_of_best_constant=constant, share_explained_by_forest=in_X),
        )


def underfit(m):
    """Find a network that has not learned all that is in X, or a training that ended too early."""
    learned, unlearned = m.learned_share, m.unlearned_share
    if learned is not None and not learned >= NOTHING_LEARNED:
        return  # loss_never_fell
    if unlearned is not None and (severity := severity_above(unlearned, UNLEARNED)):
        yield Finding(
            "underfit",
            severity,
            "The network has not learned everything that X contains: from its residuals, a random forest "
            f"predicts another {unlearned:.0%} of the possible decrease of the loss, on unseen rows.",
            f"{likely_remedies(m)}.",
            evidence=measured(unlearned_share=unlearned, learned_share=learned),
        )
    elif m.model.ended_by is None:
        raise NotExaminableError("Whether max_iter ended the training: the reason for its end is unknown.")
    elif m.model.ended_by in ("max_iter", "max_fun"):
        yield from still_falling(m) if m.settings.schedule in OPEN_ENDED else too_few_steps(m)


def likely_remedies(m):
    """Return what can be changed so that a network learns more, the most likely first."""
    settings, hidden = m.settings, [W.shape[-1] for W, _ in hidden_layers(m.network)]
    remedies = []
    if np.max(settings.dropout, initial=0) >= STRONG:
        remedies.append(f"less dropout (it is {settings.dropout})")
    if getattr(settings, "label_smoothing", 0) >= STRONG:
        remedies.append(f"less label_smoothing (it is {settings.label_smoothing:g})")
    if hidden and min(hidden) <= FEW_UNITS:
        remedies.append(f"more hidden units (a layer has only {min(hidden)})")
    if m.model.ended_by in ("max_iter", "max_fun") or m.n_steps < LEAST_STEPS:
        remedies.append(f"more training (it took {m.n_steps} steps: max_iter, tol, early_stopping)")
    if not hidden:
        remedies.append("a hidden layer (the model is linear)")
    return ", ".join(
        [*remedies, *(["more units or layers"] if not remedies else []), "a larger learning_rate"]
    )


def still_falling(m):
    """Find a loss that still decreased when the training ended, in a network that does not overfit yet."""
    lost = share_lost(m)
    if lost is not None and severity_above(lost, OVERFIT):
        return  # further epochs would make it worse
    curve = np.array(m.history.loss)
    n_last = max(1, round(LAST_PART * len(curve)))
    if len(curve) <= n_last or kept_epoch(m.estimator) <= len(curve) - n_last:
        return  # the weights of further epochs would not have been kept
    share = (curve[-n_last - 1] - curve[-1]) / (curve.max() - m.least_training_loss)
    if share > STILL_FALLING:
        yield Finding(
            "underfit",
            "warning",
            f"The loss was still decreasing when {m.model.ended_by} ended the training: the last {n_last} of "
            f"{len(curve)} epochs account for {share:.0%} of its decrease.",
            f"a larger {m.model.ended_by}, or a larger learning_rate.",
            evidence=measured(epochs=len(curve), last_epochs=n_last, share_of_decrease=share),
        )


def too_few_steps(m):
    """Find a schedule that ended after a few steps."""
    if m.n_steps < FEW_STEPS:
        yield Finding(
            "underfit",
            "warning",
            f"The learning-rate schedule ended after {m.n_steps} steps, which are too few to learn much.",
            f"a larger max_iter (it is {m.settings.max_iter}), or a smaller batch_size.",
            evidence=measured(epochs=m.history.n_epochs, steps=m.n_steps),
        )


def overfit(m):
    """Find a network whose loss is much higher on the validation rows than on X."""
    if m.plain_losses is None:
        raise NotExaminableError(
            "Overfitting: there were no validation rows in the last training; pass X_val and y_val."
        )
    lost = share_lost(m)
    if lost is not None and (severity := severity_above(lost, OVERFIT)):
        trained, validated, constant = m.plain_losses
        yield Finding(
            "overfit",
            severity,
            "On the validation rows the network is worse than a constant prediction."
            if severity == "critical"
            else f"{lost:.0%} of the decrease of the loss on X is absent on the validation rows.",
            "early_stopping=True, more dropout, a larger alpha, fewer units, or more rows.",
            evidence=measured(loss=trained, validation_loss=validated, loss_of_best_constant=constant),
        )


def share_lost(m):
    """Return the share of the decrease of the loss on X that is absent on the validation rows.

    None without validation rows, or if hardly anything was learned.
    """
    if m.plain_losses is None:
        return None
    trained, validated, constant = m.plain_losses
    if not (m.learned_share or 0) > SOMETHING_LEARNED or not constant > trained:
        return None
    return (validated - trained) / (constant - trained)


def classes_never_predicted(m):
    """Find classes or labels of y that are never predicted."""
    if not is_classifier(m.estimator):
        return
    counts, predicted = m.class_counts
    missing = (counts > 0) & (predicted == 0)
    if missing.any():
        names = [str(label) for label in m.model.targets.classes[missing]]
        if len(names) > MOST_NAMES:
            names[MOST_NAMES:] = [f"and {len(names) - MOST_NAMES} more"]
        # The probability of a rare class may vary without ever being the largest.
        learned = (m.learned_share or 0) > SOMETHING_LEARNED
        yield Finding(
            "classes_never_predicted",
            "warning" if learned or np.count_nonzero(predicted) > 1 else "critical",
            f"These classes of y are never predicted: {', '.join(names)}.",
            'class_weight="balanced", a lower threshold (TunedThresholdClassifierCV of scikit-learn), more '
            "training, or more units.",
            evidence=measured(classes=missing.sum(), share_of_y=counts[missing].sum() / counts.sum()),
        )
