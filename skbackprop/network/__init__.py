"""The multilayer perceptron: forward and backward pass, losses, optimizers; independent of scikit-learn.

Begin with ``textbook.py``: the whole algorithm in plain NumPy, one equation per line. The other files compute
the same without allocating memory in a training step.

======================  ===================================================================
``textbook.py``         the complete algorithm; run it: ``python -m skbackprop.network.textbook``
``network.py``          the parameters theta, the forward and the backward pass
``members.py``          copies of one of several networks, or in another dtype
``activations.py``      sigma and sigma'
``losses/``             losses, delta^L, and the link of the output layer
``dropout.py``          dropout masks
``optimizers.py``       SGD, Adam, AdamW
``norms.py``            bounds on the gradient and on the weights of a unit
``schedules.py``        learning rate schedules
``initialization.py``   initial weights
``parametrization.py``  the neural tangent parametrization, as factors on the learning rate
``input_layer.py``      learned scales and periodic embeddings, which compute a^0 from the inputs
``piecewise_linear.py`` where a number lies between knots, another part of a^0
``input_transients.py`` the arrays of the input layer for a batch
``input_gradient.py``   the derivative of the outputs with respect to the inputs
``growth.py``           additional inputs for a trained network
``workspace.py``        the arrays z, a, delta, dW of a batch
``file_checks.py``      checks of networks loaded from files
``kernels/``            low-level routines for speed
======================  ===================================================================

Activations, losses, schedules and their base classes can be imported from here.
"""

from skbackprop.network.activations import (
    ACTIVATIONS,
    ELU,
    GELU,
    SELU,
    Activation,
    Identity,
    LeakyReLU,
    Mish,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Tanh,
)
from skbackprop.network.losses import (
    CLASSIFIER_LOSSES,
    REGRESSOR_LOSSES,
    AbsoluteError,
    BinaryCrossEntropy,
    Gamma,
    Huber,
    IdentityLink,
    LogisticLink,
    LogLink,
    Poisson,
    Quantile,
    Quantiles,
    SigmoidSquaredError,
    SoftmaxCrossEntropy,
    SquaredError,
    Tweedie,
)
from skbackprop.network.schedules import (
    SCHEDULES,
    constant,
    cosine,
    coslog4,
    flat_cos,
    invscaling,
    one_cycle,
)

__all__ = [
    "ACTIVATIONS",
    "CLASSIFIER_LOSSES",
    "ELU",
    "GELU",
    "REGRESSOR_LOSSES",
    "SCHEDULES",
    "SELU",
    "AbsoluteError",
    "Activation",
    "BinaryCrossEntropy",
    "Gamma",
    "Huber",
    "Identity",
    "IdentityLink",
    "LeakyReLU",
    "LogLink",
    "LogisticLink",
    "Mish",
    "Poisson",
    "Quantile",
    "Quantiles",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "SigmoidSquaredError",
    "SoftmaxCrossEntropy",
    "Softplus",
    "SquaredError",
    "Tanh",
    "Tweedie",
    "constant",
    "cosine",
    "coslog4",
    "flat_cos",
    "invscaling",
    "one_cycle",
]
