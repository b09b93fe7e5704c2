"""The order of the examples: first a selection for newcomers, then the others by name."""

FIRST = (
    "plot_digits.py",
    "plot_pipeline.py",
    "plot_messy_frame.py",
    "plot_decision_boundaries.py",
    "plot_dropout.py",
    "plot_early_stopping.py",
    "plot_learning_rates.py",
    "plot_doctor.py",
    "plot_attributions.py",
    "plot_network_displays.py",
    "plot_time_budget.py",
    "plot_class_weights.py",
    "plot_reliability.py",
    "plot_quantile_band.py",
    "plot_monte_carlo_dropout.py",
    "plot_own_loss.py",
    "plot_backprop_by_hand.py",
    "plot_activations.py",
    "plot_saturation.py",
    "plot_descent.py",
)


def place(filename):
    """Return the sort key of an example."""
    return (FIRST.index(filename) if filename in FIRST else len(FIRST), filename)
