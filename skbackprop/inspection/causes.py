"""Causes and consequences among problems: a diagnosis lists causes before their consequences."""

from dataclasses import replace

# Failures of the network as a whole, which any cause in the data or in the training can have.
FAILURES = ("loss_never_fell", "underfit", "classes_never_predicted")
# Damage to single layers.
DAMAGE = ("saturated_sigmoids", "dead_rectifiers", "vanishing_gradients", "exploding_gradients")

# The consequences that each problem can have. The problems are in the order in which they act: every one
# explains only later ones.
CONSEQUENCES = {
    "extreme_targets": (
        "badly_scaled_targets",
        "uninformative_inputs",  # the squares of a few rows dominate the forest as well
        "steps_too_large",
        *DAMAGE,
        "overfit",
        *FAILURES,
    ),
    "badly_scaled_targets": ("penalty_rules", "steps_too_large", "steps_too_small", *DAMAGE, *FAILURES),
    "badly_scaled_inputs": ("steps_too_large", "steps_too_small", *DAMAGE, "overfit", *FAILURES),
    "uninformative_inputs": ("penalty_rules", "overfit", *FAILURES),
    "identifier": ("different_rows", "overfit"),
    "different_rows": ("overfit",),
    "deciding_column": (),
    "label_noise": ("overfit",),
    "symmetric_weights": ("steps_too_large", "steps_too_small", *DAMAGE, *FAILURES),
    "large_initial_weights": ("steps_too_large", "steps_too_small", *DAMAGE, "overfit", *FAILURES),
    "penalty_rules": ("steps_too_large", *DAMAGE, *FAILURES),
    "steps_too_large": (*DAMAGE, "overfit", *FAILURES),
    "steps_too_small": FAILURES,
    "saturated_sigmoids": ("vanishing_gradients", "exploding_gradients", *FAILURES),
    "dead_rectifiers": ("vanishing_gradients", *FAILURES),
    "vanishing_gradients": FAILURES,
    "exploding_gradients": ("overfit", *FAILURES),
    "loss_never_fell": ("underfit", "classes_never_predicted"),
    "underfit": ("classes_never_predicted",),
    "overfit": (),
    "classes_never_predicted": (),
}


def explained(findings):
    """Return the findings with `consequence_of` set, and in the order in which the problems act."""
    known = {finding.name for finding in findings if finding.severity != "info"}
    order = list(CONSEQUENCES)
    return [
        replace(
            finding,
            consequence_of=tuple(
                name for name in order if name in known and finding.name in CONSEQUENCES[name]
            ),
        )
        for finding in sorted(findings, key=lambda finding: order.index(finding.name))
    ]
