"""The symptoms that a diagnosis looks for: each is a function from the measurements to the findings.

Thresholds without a published value lie between the values measured on networks with and without the
problem, for scikit-learn's iris, digits, wine, breast cancer, diabetes and Friedman data with all recipes
and solvers. The comments give the measured values.
"""

from skbackprop.inspection import (
    symptoms_of_layers,
    symptoms_of_scales,
    symptoms_of_tables,
    symptoms_of_training,
)

SYMPTOMS = (
    symptoms_of_scales.extreme_targets,
    symptoms_of_scales.badly_scaled_targets,
    symptoms_of_scales.badly_scaled_inputs,
    symptoms_of_tables.uninformative_inputs,
    symptoms_of_tables.identifiers,
    symptoms_of_tables.different_rows,
    symptoms_of_tables.deciding_column,
    symptoms_of_tables.label_noise,
    symptoms_of_training.symmetric_weights,
    symptoms_of_layers.large_initial_weights,
    symptoms_of_training.penalty_rules,
    symptoms_of_training.steps_too_large,
    symptoms_of_training.steps_too_small,
    symptoms_of_layers.saturated_sigmoids,
    symptoms_of_layers.dead_rectifiers,
    symptoms_of_layers.gradient_flow,
    symptoms_of_training.loss_never_fell,
    symptoms_of_training.underfit,
    symptoms_of_training.overfit,
    symptoms_of_training.classes_never_predicted,
)
