"""A warning about parameters that the user set but that have no effect."""

import inspect

from skbackprop.estimators.recipe import Recipe
from skbackprop.tables.user_warnings import warn

# Parameters without effect in partial_fit, which trains for one epoch. `max_iter` is not among them, because
# users often set it for all their estimators.
EPOCHS_ONLY = ("validation_fraction", "n_iter_no_change", "tol", "scoring", "regularization_schedule")
# Parameters without effect for the solver "lbfgs", which uses all rows at once.
BATCHES_ONLY = (
    "learning_rate", "schedule", "power_t", "momentum", "nesterov", "beta_1", "beta_2", "epsilon",
    "early_stopping", "validation_fraction", "n_iter_no_change", "scoring", "shuffle", "clip_norm",
    "max_norm", "regularization_schedule",
)  # fmt: skip


def warn_of_parameters_without_effect(estimator, settings, X_val=None, groups=None, streaming=False):
    """Warn once, naming all parameters that were set and have no effect.

    Parameters
    ----------
    estimator : BaseBackprop
    settings : Settings
        The resolved parameters of `estimator`.
    X_val
        As the user gave it, or None.
    groups : ndarray or None
        None also if target encodings use the groups, which they do whether or not rows are held out.
    streaming : bool, default=False
        Whether the method is partial_fit.
    """
    set_by_user = changed(estimator)
    if isinstance(estimator.recipe, Recipe):
        set_by_user |= changed(estimator.recipe)
    if X_val is not None:
        set_by_user.add("X_val")
    if groups is not None:
        set_by_user.add("groups")
    parts = []
    no_cycles = estimator.n_iter_no_change == "cycle" != settings.n_iter_no_change
    for names, reason in (*rules_of_epochs(settings, X_val, streaming, no_cycles), *rules(settings)):
        if named := [repr(name) for name in names if name in set_by_user]:
            parts.append(f"{', '.join(named)} ({reason})")
    if parts:
        warn(f"Without effect in this {'partial_fit' if streaming else 'fit'}: {'; '.join(parts)}.")


def changed(owner):
    """Return the names of the parameters of an estimator or a Recipe that are not at their defaults."""
    names = set()
    for name, parameter in inspect.signature(type(owner)).parameters.items():
        value, default = getattr(owner, name), parameter.default
        if type(value) is not type(default) or value != default:
            names.add(name)
    return names


def rules_of_epochs(settings, X_val, streaming, no_cycles):
    """Yield (names, reason) of parameters of epochs and of validation that have no effect.

    `no_cycles` is whether n_iter_no_change="cycle" was set and is not possible.
    """
    if streaming:
        schedule = () if settings.schedule in ("constant", "invscaling") else ("schedule",)
        early_stopping = ("early_stopping",) if settings.early_stopping else ()
        reason = "partial_fit trains for one epoch, without validation"
        yield (*EPOCHS_ONLY, *schedule, *early_stopping), reason
    elif settings.solver == "lbfgs":
        reason = "solver='lbfgs' uses all rows at every step and stops by the gradient"
        yield ("X_val", "groups", *BATCHES_ONLY), reason
    else:
        if X_val is not None:
            folds = ("early_stopping",) if settings.early_stopping == "folds" else ()
            yield (*folds, "validation_fraction", "groups"), "X_val is given"
        elif not settings.early_stopping:
            yield ("validation_fraction", "scoring", "groups"), "nothing is held out: early_stopping=False"
        elif settings.early_stopping == "folds":
            yield ("validation_fraction",), "early_stopping='folds' holds out a fold for each network"
        if no_cycles:
            yield (
                ("n_iter_no_change",),
                "'cycle' needs schedule='coslog4', and held-out rows monitored by a loss that is not robust",
            )
        if settings.n_iter_no_change in (None, "cycle"):
            adaptive = ("schedule",) if settings.schedule == "adaptive" else ()
            yield (*adaptive, "tol"), f"n_iter_no_change={settings.n_iter_no_change!r}"


def rules(settings):
    """Yield (names, reason) of parameters of the solver and the loss that have no effect."""
    solver = settings.solver
    if solver != "lbfgs":
        yield ("max_fun",), f"solver={solver!r}"
        if solver == "sgd":
            yield ("beta_1", "beta_2", "epsilon"), "solver='sgd'"
        else:
            yield ("momentum", "nesterov"), f"solver={solver!r}"
        if settings.schedule != "invscaling":
            yield ("power_t",), f"schedule={settings.schedule!r}"
    if settings.loss != "quantile":
        yield ("quantile",), f"loss={settings.loss!r}"
    if settings.kind == "regressor":
        yield ("label_smoothing",), "a regressor has no labels"
    else:
        yield ("clip_predictions",), "a classifier predicts no numbers"
