"""Training and optimizer of a model, from the settings of its estimator."""

import numpy as np

from skbackprop.network.optimizers import OPTIMIZERS
from skbackprop.network.parametrization import ntk_rates
from skbackprop.training.loop import Training


def make_training(model, seed):
    """Return a new training of the network of `model`."""
    settings = model.settings
    return Training(
        model.network,
        model.loss,
        make_optimizer(settings, model.network),
        np.random.Generator(np.random.SFC64(seed)),
        model.history,
        learning_rate=settings.learning_rate,
        schedule=settings.schedule,
        power_t=settings.power_t,
        regularization_schedule=settings.regularization_schedule,
        clip_norm=settings.clip_norm,
        max_norm=settings.max_norm,
        shuffle=settings.shuffle,
    )


def make_optimizer(settings, network):
    """Return the optimizer of a network, None for "lbfgs"."""
    if settings.solver == "lbfgs":
        return None
    if settings.solver == "sgd":
        own = {"momentum": settings.momentum, "nesterov": settings.nesterov}
    else:
        own = {name: getattr(settings, name) for name in ("beta_1", "beta_2", "epsilon")}
    return OPTIMIZERS[settings.solver](
        **own,
        alpha=settings.alpha,
        n_weights=network.n_weights,
        rates=ntk_rates(network) if settings.parametrization == "ntk" else (),
    )
