"""The symptoms that a diagnosis looks for: each is a function from the measurements to the findings.

Thresholds without a published value lie between the values measured on networks with and without the
problem, for scikit-learn's iris, digits, wine, breast cancer, diabetes and Friedman data with all recipes
and solvers. The comments give the measured values.
"""

import numpy as np
from sklearn.base import is_classifier

from skbackprop.estimators.warnings import OPEN_ENDED
from skbackprop.inspection.diagnosis import SEVERITIES, Finding
from skbackprop.inspection.kept_epoch import kept_epoch
from skbackprop.model.recipes import LEAST_STEPS

SIGMOIDS = ("sigmoid", "logistic", "tanh")
# Activations that are (nearly) flat on one side only.
RECTIFIERS = ("relu", "elu", "selu", "softplus", "silu", "gelu", "mish")

# Share of saturated activations of a layer (Glorot & Bengio, 2010). Without a problem: at most 0.16; with
# initial weights of variance 1: 0.3 to 0.7; with unscaled columns in the hundreds: 0.9 and more.
SATURATED = {"warning": 0.5, "critical": 0.9}
# Share of the rectifiers of a layer that are dead: inactive on every row (Lu et al., 2020). Networks that
# predict well have up to 0.8, in narrow layers trained with large steps; the computation is then wasted.
DEAD = {"critical": 0.95, "info": 0.75}
# Share of inactive activations of the layer. Networks that predict well: at most 0.96; networks damaged by
# too large steps: 0.997 and more.
INACTIVE = {"warning": 0.98}
# ||delta|| of the first hidden layer, relative to the last one (Glorot & Bengio, 2010). Without a problem:
# 0.5 to 12; four and more sigmoid layers that do not learn: 0.02 and less; rectifiers with initial
# weights of variance 1: 35 and more.
VANISHING = {"warning": 1 / 30, "critical": 1 / 1000}
EXPLODING = {"warning": 30, "critical": 1000}
# ||step|| / ||W||. Karpathy's rule of thumb is 1/1000 (CS231n, "Ratio of weights:updates"), and
# 1/30 is harmless with the parametrization "ntk". Problems begin at 1/4; a step as long as the weights
# erases what they have learned.
LARGE_STEPS = {"warning": 0.25, "critical": 1}
# Steps are too small if they are below the rule of thumb and if all of them together, even in the same
# direction, would change the weights by less than a tenth.
SMALL_STEP = 1 / 1000
SHORT_WAY = 0.1
# The learned share is the decrease of the loss from that of the best constant, relative to the largest
# possible decrease. Below the first value nothing was learned; overfitting requires at least the second.
NOTHING_LEARNED = 0.01
SOMETHING_LEARNED = 0.1
# Share of the decrease of the loss on X that is absent on the validation rows. At 1 the network is worse
# than a constant on these. Without a problem: at most 0.27.
OVERFIT = {"warning": 0.5, "critical": 1}
# Root mean square of a column. The curvature of the loss grows with its square (LeCun et al.,
# 1998): a column of size 30 needs a learning rate a thousand times smaller than a column of size 1.
LARGE_INPUTS = {"warning": 30, "critical": 1000}
SMALL_INPUTS = {"warning": 1 / 30, "critical": 1 / 1000}
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


class NotExaminableError(Exception):
    """Raised if a symptom cannot be examined; the message says which, and why."""


def saturated_sigmoids(m):
    """Find layers of sigmoid or tanh units in which most activations are saturated."""
    for layer, (name, flat) in enumerate(zip(m.network.activation_names, m.saturated, strict=True)):
        severity = severity_above(flat.mean(), SATURATED)
        if name in SIGMOIDS and severity:
            yield Finding(
                "saturated_sigmoids",
                severity,
                f"{flat.mean():.0%} of the activations of this {name} layer are saturated: the slope is "
                "below a hundredth of its maximum, so hardly any gradient passes.",
                'scaling="standard", smaller initial weights (initialization="auto"), a smaller '
                'learning_rate, a larger alpha, or activation="relu".',
                layer,
                measured(saturated_share=flat.mean()),
            )


def dead_rectifiers(m):
    """Find layers of rectifiers that are inactive on all rows or on nearly all."""
    for layer, (name, flat) in enumerate(zip(m.network.activation_names, m.saturated, strict=True)):
        dead, inactive = flat.all(axis=0), flat.mean()
        severity = highest(severity_above(dead.mean(), DEAD), severity_above(inactive, INACTIVE))
        if name in RECTIFIERS and severity:
            yield Finding(
                "dead_rectifiers",
                severity,
                f"{dead.sum()} of the {dead.size} units of this {name} layer are dead: they are inactive on "
                f"every row and receive no gradient. Of all activations of the layer {inactive:.1%} are "
                "inactive.",
                'a smaller learning_rate, scaling="standard", or activation="leaky_relu".',
                layer,
                measured(dead_share=dead.mean(), dead_units=dead.sum(), inactive_share=inactive),
            )


def gradient_flow(m):
    """Find a gradient that vanishes or explodes between the last hidden layer and the first one."""
    hidden = m.delta_norms[:-1]
    if len(hidden) < 2 or not hidden[-1] > 0:
        return
    ratio = hidden[0] / hidden[-1]
    evidence = measured(first_delta=hidden[0], last_delta=hidden[-1], ratio=ratio)
    if severity := severity_below(ratio, VANISHING):
        yield Finding(
            "vanishing_gradients",
            severity,
            f"The norm of delta in the first hidden layer is {ratio:.1g} times that in the last one, so the "
            "first layer learns much more slowly.",
            'activation="relu" or "selu", initialization="auto", or fewer layers.',
            0,
            evidence,
        )
    if severity := severity_above(ratio, EXPLODING):
        yield Finding(
            "exploding_gradients",
            severity,
            f"The norm of delta grows by a factor of {ratio:.2g} from the last hidden layer to the first.",
            'smaller initial weights (initialization="auto"), clip_norm=1.0, '
            "Recipe(max_norm=2), or a larger alpha.",
            0,
            evidence,
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
            f"a smaller learning_rate (it is {m.settings.learning_rate:g}), or clip_norm=1.0.",
            evidence=measured(update_ratio=typical, smallest_ratio=smallest, largest_ratio=largest),
        )


def steps_too_small(m):
    """Find steps so small that all of them together hardly change the weights."""
    smallest, typical, largest = step_lengths(m)
    if typical < SMALL_STEP and typical * m.n_steps < SHORT_WAY:
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
    learned = learned_share(m)
    if learned is None:
        raise NotExaminableError("Whether the loss decreased: a constant prediction is perfect for this y.")
    if not learned >= NOTHING_LEARNED:  # or NaN
        loss, constant, _ = m.losses
        yield Finding(
            "loss_never_fell",
            "critical",
            "The predictions are no better than one constant for all rows: the network has learned nothing, "
            "or X contains no information about y.",
            "the advice of the other findings; another learning_rate; checking that the rows of X and y "
            "correspond.",
            evidence=measured(loss=loss, loss_of_best_constant=constant),
        )


def learned_share(m):
    """Return the decrease of the loss from that of the best constant, as a share of the largest possible one.

    None if the best constant already has the least possible loss.
    """
    loss, constant, least = m.losses
    possible = constant - least
    return (constant - loss) / possible if possible > 1e-9 * max(1, abs(constant)) else None


def overfit(m):
    """Find a network whose loss is much higher on the validation rows than on X."""
    if m.plain_losses is None:
        raise NotExaminableError("Overfitting: there are no validation rows; pass X_val and y_val.")
    trained, validated, constant = m.plain_losses
    if not (learned_share(m) or 0) > SOMETHING_LEARNED or not constant > trained:
        return
    lost = (validated - trained) / (constant - trained)
    if severity := severity_above(lost, OVERFIT):
        yield Finding(
            "overfit",
            severity,
            "On the validation rows the network is worse than a constant prediction."
            if severity == "critical"
            else f"{lost:.0%} of the decrease of the loss on X is absent on the validation rows.",
            "early_stopping=True, more dropout, a larger alpha, fewer units, or more rows.",
            evidence=measured(loss=trained, validation_loss=validated, loss_of_best_constant=constant),
        )


def badly_scaled_inputs(m):
    """Find columns of an unscaled X whose root mean square is far from 1."""
    if m.model.settings.scaling is not None:
        return
    sizes = m.input_sizes
    column, largest = sizes.argmax(), sizes.max()
    severity = severity_above(largest, LARGE_INPUTS) or severity_below(largest, SMALL_INPUTS)
    if severity and largest > 0:
        yield Finding(
            "badly_scaled_inputs",
            severity,
            f"X is not scaled, and its largest column, number {column}, has the root mean square "
            f"{largest:.4g}; a value of about 1 is appropriate.",
            'scaling="standard" or "robust".',
            evidence=measured(largest_size=largest, smallest_size=sizes[sizes > 0].min(), column=column),
        )


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
        yield Finding(
            "classes_never_predicted",
            "critical" if np.count_nonzero(predicted) < 2 else "warning",
            f"These classes of y are never predicted: {', '.join(names)}.",
            'class_weight="balanced", more training, or more units.',
            evidence=measured(classes=missing.sum(), share_of_y=counts[missing].sum() / counts.sum()),
        )


def underfit(m):
    """Find a training that max_iter ended too early."""
    if m.model.ended_by is None:
        raise NotExaminableError("Whether max_iter ended the training: the reason for its end is unknown.")
    if m.model.ended_by in ("max_iter", "max_fun"):
        yield from still_falling(m) if m.settings.schedule in OPEN_ENDED else too_few_steps(m)


def still_falling(m):
    """Find a loss that was still decreasing when the training ended."""
    curve = np.array(m.history.loss)
    n_last = max(1, round(LAST_PART * len(curve)))
    if len(curve) == n_last or kept_epoch(m.estimator) <= len(curve) - n_last:
        return  # the weights of further epochs would not have been kept
    share = (curve[-n_last - 1] - curve[-1]) / (curve.max() - m.losses[2])
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
            evidence=measured(epochs=len(m.history.loss), steps=m.n_steps),
        )


SYMPTOMS = (
    badly_scaled_inputs,
    steps_too_large,
    steps_too_small,
    saturated_sigmoids,
    dead_rectifiers,
    gradient_flow,
    loss_never_fell,
    underfit,
    overfit,
    classes_never_predicted,
)


def severity_above(value, bounds):
    """Return the highest severity whose bound `value` reaches or exceeds, or None."""
    return highest(*(severity for severity, bound in bounds.items() if value >= bound))


def severity_below(value, bounds):
    """Return the highest severity whose bound `value` reaches or falls below, or None."""
    return highest(*(severity for severity, bound in bounds.items() if value <= bound))


def highest(*severities):
    """Return the highest of `severities`, ignoring None; None if there is no other."""
    return max(filter(None, severities), key=SEVERITIES.index, default=None)


def measured(**numbers):
    """Return the evidence of a finding: a dict from names to floats."""
    return {name: float(number) for name, number in numbers.items()}
