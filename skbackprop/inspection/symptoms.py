"""The symptoms of a sick network: each a function from the measurements to the findings.

Where nobody knows the right bound, it stands between what healthy and sick networks showed on
scikit-learn's iris, digits, wine, breast cancer, diabetes and Friedman data, by all recipes and
solvers; these figures are with the bounds.
"""

import numpy as np
from sklearn.base import is_classifier

from skbackprop.estimators.warnings import OPEN_ENDED
from skbackprop.inspection.diagnosis import SEVERITIES, Finding
from skbackprop.inspection.kept_epoch import kept_epoch
from skbackprop.model.recipes import LEAST_STEPS

SIGMOIDS = ("sigmoid", "logistic", "tanh")
# Activations that are (nearly) flat at one side only.
RECTIFIERS = ("relu", "elu", "selu", "softplus", "silu", "gelu", "mish")

# Share of a layer's sigmoids that are flat (Glorot & Bengio, 2010). Healthy: 0.16 at most; from
# weights of variance 1: 0.3 to 0.7; on raw columns in the hundreds: 0.9 and more.
SATURATED = {"warning": 0.5, "critical": 0.9}
# Share of a layer's rectifiers that are dead: silent on every row (Lu et al., 2020). Networks that predict
# well have up to 0.8, in narrow layers that larger steps have trained; it is wasted work then.
DEAD = {"critical": 0.95, "info": 0.75}
# Share of all activations of the layer that are silent. Networks that predict well: 0.96 at most; those
# that too large steps have broken: 0.997 and more.
SILENT = {"warning": 0.98}
# ||delta|| of the first hidden layer, relative to the last one (Glorot & Bengio, 2010). Healthy: 0.5
# to 12; four and more layers of sigmoids that do not learn: 0.02 and less; rectifiers from
# weights of variance 1: 35 and more.
VANISHING = {"warning": 1 / 30, "critical": 1 / 1000}
EXPLODING = {"warning": 30, "critical": 1000}
# ||step|| / ||W||. Karpathy's rule of thumb is 1/1000 (CS231n, "Ratio of weights:updates"), and
# the parametrisation "ntk" takes 1/30 well. Harm begins at 1/4; a step as long as the weights
# forgets them.
LARGE_STEPS = {"warning": 0.25, "critical": 1}
# Below the rule of thumb, and so short that all steps together, if they went straight ahead, would
# not change the weights by a tenth.
SMALL_STEP = 1 / 1000
SHORT_WAY = 0.1
# Shares of the way from the loss of the best constant to the least possible loss: what counts as
# nothing, and what a network must have learned to overfit.
NOTHING_LEARNED = 0.01
SOMETHING_LEARNED = 0.1
# Share of what was learned on X that does not hold on the validation rows. At 1 the network is worse
# there than a constant. Healthy: 0.27 at most.
OVERFIT = {"warning": 0.5, "critical": 1}
# Root mean square of a column. The curvature of the loss grows with its square (LeCun et al.,
# 1998): beside a column of size 1 one of size 30 needs a learning rate a thousand times smaller.
LARGE_INPUTS = {"warning": 30, "critical": 1000}
SMALL_INPUTS = {"warning": 1 / 30, "critical": 1 / 1000}
# The last tenth of the epochs of a training that has converged brings less than this share of the
# whole fall of the loss.
LAST_PART = 1 / 10
STILL_FALLING = 0.01
# Schedules that end with max_iter make every loss fall in the end; that they were too short is
# known by the steps. The recipe takes at least 250; with less than 50 it had learned 0.7 to 0.9 of
# what it learns with all.
FEW_STEPS = LEAST_STEPS / 5
# Classes that a message names.
MOST_NAMES = 10


class NotExaminableError(Exception):
    """Says what could not be examined, and why."""


def saturated_sigmoids(m):
    """Layers of sigmoid or tanh where most activations are flat."""
    for layer, (name, flat) in enumerate(zip(m.network.activation_names, m.saturated, strict=True)):
        severity = rising(flat.mean(), SATURATED)
        if name in SIGMOIDS and severity:
            yield Finding(
                "saturated_sigmoids",
                severity,
                f"{flat.mean():.0%} of the activations of this {name} layer lie where its slope is below a "
                "hundredth of the largest: next to no gradient passes there.",
                'scaling="standard", smaller first weights (initialization="auto"), a smaller learning_rate, '
                'a larger alpha, or activation="relu".',
                layer,
                measured(saturated_share=flat.mean()),
            )


def dead_rectifiers(m):
    """Layers of rectifiers that answer to few rows or to none."""
    for layer, (name, flat) in enumerate(zip(m.network.activation_names, m.saturated, strict=True)):
        dead, silent = flat.all(axis=0), flat.mean()
        severity = gravest(rising(dead.mean(), DEAD), rising(silent, SILENT))
        if name in RECTIFIERS and severity:
            yield Finding(
                "dead_rectifiers",
                severity,
                f"{dead.sum()} of the {dead.size} units of this {name} layer are silent on every row (no "
                f"gradient wakes them any more), and of all its activations {silent:.1%} are silent.",
                'a smaller learning_rate, scaling="standard", or activation="leaky_relu".',
                layer,
                measured(dead_share=dead.mean(), dead_units=dead.sum(), silent_share=silent),
            )


def gradient_flow(m):
    """A gradient that has vanished or exploded on its way from the last hidden layer to the first."""
    hidden = m.delta_norms[:-1]
    if len(hidden) < 2 or not hidden[-1] > 0:
        return
    ratio = hidden[0] / hidden[-1]
    evidence = measured(first_delta=hidden[0], last_delta=hidden[-1], ratio=ratio)
    if severity := falling(ratio, VANISHING):
        yield Finding(
            "vanishing_gradients",
            severity,
            f"Of the gradient in the last hidden layer a share of {ratio:.1g} reaches the first one, which "
            "learns that much more slowly.",
            'activation="relu" or "selu", initialization="auto", or fewer layers.',
            0,
            evidence,
        )
    if severity := rising(ratio, EXPLODING):
        yield Finding(
            "exploding_gradients",
            severity,
            f"From the last hidden layer to the first one the gradient grows by a factor of {ratio:.2g}.",
            'smaller first weights (initialization="auto"), clip_norm=1.0, max_norm, or a larger alpha.',
            0,
            evidence,
        )


def steps_too_large(m):
    """First steps that are no longer small beside the weights, or a training that diverged."""
    smallest, typical, largest = step_lengths(m)
    diverged = m.model.ended_by == "diverged"
    severity = "critical" if diverged else rising(typical, LARGE_STEPS)
    if severity:
        yield Finding(
            "steps_too_large",
            severity,
            ("The training diverged. " if diverged else "")
            + f"The first steps change the weights by a share of {typical:.2g} each; 0.001 to 0.03 is usual.",
            f"a smaller learning_rate (it is {m.settings.learning_rate:g}), or clip_norm=1.0.",
            evidence=measured(update_ratio=typical, smallest_ratio=smallest, largest_ratio=largest),
        )


def steps_too_small(m):
    """Steps so small that all of them together lead nowhere."""
    smallest, typical, largest = step_lengths(m)
    if typical < SMALL_STEP and typical * m.n_steps < SHORT_WAY:
        yield Finding(
            "steps_too_small",
            "warning",
            f"The first steps change the weights by a share of {typical:.2g} each; 0.001 to 0.03 is usual, "
            f"and {m.n_steps} steps as small as these lead nowhere.",
            f"a larger learning_rate (it is {m.settings.learning_rate:g}).",
            evidence=measured(
                update_ratio=typical, smallest_ratio=smallest, largest_ratio=largest, steps=m.n_steps
            ),
        )


def step_lengths(m):
    """Return the smallest, the typical (geometric mean) and the largest ||step|| / ||W|| of the layers."""
    if m.update_ratios is None:
        raise NotExaminableError('The size of the steps: solver="lbfgs" finds it by a line search.')
    ratios = m.update_ratios[~np.isnan(m.update_ratios)]
    if not ratios.size:
        raise NotExaminableError("The size of the steps: the weights start at zero.")
    return ratios.min(), np.exp(np.log(ratios).mean()), ratios.max()


def loss_never_fell(m):
    """A network that is hardly better than the best constant."""
    learned = learned_share(m)
    if learned is None:
        raise NotExaminableError("Whether the loss fell: on this y a constant is perfect.")
    if not learned >= NOTHING_LEARNED:  # or NaN
        loss, constant, _ = m.losses
        yield Finding(
            "loss_never_fell",
            "critical",
            "The network predicts no better than one constant for all rows: it has learned nothing, or "
            "X says nothing about y.",
            "what the other findings advise; another learning_rate; and see whether the rows of X and y "
            "belong together.",
            evidence=measured(loss=loss, loss_of_best_constant=constant),
        )


def learned_share(m):
    """Return how far the loss is on the way from that of the best constant to the least, or None."""
    loss, constant, least = m.losses
    way = constant - least
    return (constant - loss) / way if way > 1e-9 * max(1, abs(constant)) else None


def overfit(m):
    """A network that knows the rows of X, and not what they have in common with others."""
    if m.plain_losses is None:
        raise NotExaminableError("Overfitting: there are no validation rows; give X_val and y_val.")
    trained, validated, constant = m.plain_losses
    if not (learned_share(m) or 0) > SOMETHING_LEARNED or not constant > trained:
        return
    lost = (validated - trained) / (constant - trained)
    if severity := rising(lost, OVERFIT):
        yield Finding(
            "overfit",
            severity,
            "The network is worse than a constant on the validation rows."
            if severity == "critical"
            else f"{lost:.0%} of what the network has learned on X does not hold on the validation rows.",
            "early_stopping=True, more dropout, a larger alpha, fewer units, or more rows.",
            evidence=measured(loss=trained, validation_loss=validated, loss_of_best_constant=constant),
        )


def badly_scaled_inputs(m):
    """Columns of X that enter a network without scaling at a size far from 1."""
    if m.model.scaling is not None:
        return
    sizes = m.input_sizes
    column, largest = sizes.argmax(), sizes.max()
    severity = rising(largest, LARGE_INPUTS) or falling(largest, SMALL_INPUTS)
    if severity and largest > 0:
        yield Finding(
            "badly_scaled_inputs",
            severity,
            f"There is no scaling, and the largest column of X, number {column}, has the size {largest:.4g} "
            "where about 1 is right.",
            'scaling="standard" or "robust".',
            evidence=measured(largest_size=largest, smallest_size=sizes[sizes > 0].min(), column=column),
        )


def classes_never_predicted(m):
    """Classes, or labels, that are in y and in no prediction."""
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
            f"These classes of y are predicted for no row: {', '.join(names)}.",
            'class_weight="balanced", more training, or more units.',
            evidence=measured(classes=missing.sum(), share_of_y=counts[missing].sum() / counts.sum()),
        )


def underfit(m):
    """A training that max_iter ended too early."""
    if m.model.ended_by is None:
        raise NotExaminableError("Whether max_iter ended the training: it is not known what ended it.")
    if m.model.ended_by in ("max_iter", "max_fun"):
        yield from still_falling(m) if m.settings.schedule in OPEN_ENDED else too_few_steps(m)


def still_falling(m):
    """A loss that was falling when the training ended."""
    curve = np.array(m.history.loss)
    n_last = max(1, round(LAST_PART * len(curve)))
    if len(curve) == n_last or kept_epoch(m.estimator) <= len(curve) - n_last:
        return  # more epochs would not have been kept
    share = (curve[-n_last - 1] - curve[-1]) / (curve.max() - m.losses[2])
    if share > STILL_FALLING:
        yield Finding(
            "underfit",
            "warning",
            f"The loss was still falling when {m.model.ended_by} ended the training: the last {n_last} of "
            f"{len(curve)} epochs brought {share:.0%} of its fall.",
            f"a larger {m.model.ended_by}, or a larger learning_rate.",
            evidence=measured(epochs=len(curve), last_epochs=n_last, their_share_of_the_fall=share),
        )


def too_few_steps(m):
    """A schedule that came to its end within a few steps."""
    if m.n_steps < FEW_STEPS:
        yield Finding(
            "underfit",
            "warning",
            f"The schedule led the learning rate to its end within {m.n_steps} steps, too few to learn much.",
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


def rising(value, bounds):
    """Return the gravest severity whose bound a value reaches that is worse the larger it is, or None."""
    return gravest(*(severity for severity, bound in bounds.items() if value >= bound))


def falling(value, bounds):
    """Return the gravest severity whose bound a value reaches that is worse the smaller it is, or None."""
    return gravest(*(severity for severity, bound in bounds.items() if value <= bound))


def gravest(*severities):
    """Return the gravest of some severities, of which any may be None; None where there is none."""
    return max(filter(None, severities), key=SEVERITIES.index, default=None)


def measured(**numbers):
    """Return the evidence of a finding: floats by their names."""
    return {name: float(number) for name, number in numbers.items()}
