"""Symptoms of single layers: saturation, dead units, and gradients that vanish or explode."""

from skbackprop.inspection.diagnosis import Finding
from skbackprop.inspection.evidence import measured
from skbackprop.inspection.severity import highest, severity_above, severity_below

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
# Layers of at most this many units are narrow: in these chance can make all rectifiers dead.
FEW_UNITS = 10


def saturated_sigmoids(m):
    """Find layers of sigmoid or tanh units in which most activations are saturated."""
    for layer, (name, flat) in enumerate(zip(m.network.activation_names, m.saturated, strict=True), 1):
        severity = severity_above(flat.mean(), SATURATED)
        if name in SIGMOIDS and severity:
            yield Finding(
                "saturated_sigmoids",
                severity,
                f"{flat.mean():.0%} of the activations of this {name} layer are saturated: the slope is "
                "below a hundredth of its maximum, so hardly any gradient passes.",
                'scaling="standard", smaller initial weights (the recipe\'s initialization="auto"), a '
                'smaller learning_rate, a larger alpha, or activation="relu".',
                layer,
                measured(saturated_share=flat.mean()),
            )


def dead_rectifiers(m):
    """Find layers of rectifiers that are inactive on all rows or on nearly all."""
    for layer, (name, flat) in enumerate(zip(m.network.activation_names, m.saturated, strict=True), 1):
        dead, inactive = flat.all(axis=0), flat.mean()
        severity = highest(severity_above(dead.mean(), DEAD), severity_above(inactive, INACTIVE))
        if name in RECTIFIERS and severity:
            yield Finding(
                "dead_rectifiers",
                severity,
                f"{dead.sum()} of the {dead.size} units of this {name} layer are dead: they are inactive on "
                f"every row and receive no gradient. Of all activations of the layer {inactive:.1%} are "
                "inactive.",
                (f"more units (the layer has {dead.size}), " if dead.size <= FEW_UNITS else "")
                + 'a smaller learning_rate, scaling="standard", or activation="leaky_relu".',
                layer,
                measured(dead_share=dead.mean(), dead_units=dead.sum(), inactive_share=inactive),
            )


def large_initial_weights(m):
    """Find initial weights with which the gradient explodes before the first step."""
    hidden = m.initial_delta_norms[:-1]
    if len(hidden) < 2 or not hidden[-1] > 0:
        return
    ratio = hidden[0] / hidden[-1]
    if severity := severity_above(ratio, EXPLODING):
        yield Finding(
            "large_initial_weights",
            severity,
            "Before the first step the norm of delta grows by a factor of "
            f"{ratio:.2g} from the last hidden layer to the first: the initial weights are too large.",
            'smaller initial weights (the recipe\'s initialization="auto").',
            evidence=measured(first_delta=hidden[0], last_delta=hidden[-1], ratio=ratio),
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
            'activation="relu" or "selu", the recipe\'s initialization="auto", or fewer layers.',
            1,
            evidence,
        )
    if severity := severity_above(ratio, EXPLODING):
        yield Finding(
            "exploding_gradients",
            severity,
            f"The norm of delta grows by a factor of {ratio:.2g} from the last hidden layer to the first.",
            'smaller initial weights (the recipe\'s initialization="auto"), '
            f"recipe=Recipe({m.settings.recipe!r}, clip_norm=1.0) (or max_norm=2), or a larger alpha.",
            1,
            evidence,
        )
