"""The network that the textbook teaches: forward, backward, losses, optimizers. It knows no scikit-learn.

Begin with ``textbook.py``: the whole algorithm in plain NumPy, one equation a line. The other files compute
the same without allocating anything in a training step.

======================  ===================================================================
``textbook.py``         all of it, to be read; ``python -m skbackprop.network.textbook``
``network.py``          the parameters theta, the forward and the backward pass
``members.py``          one of several networks side by side
``activations.py``      sigma and sigma'
``losses/``             what is minimised, delta^L, and the link of the output layer
``dropout.py``          dropout masks
``optimizers.py``       from the gradient to the step
``norms.py``            bounds on the gradient and on the weights of a unit
``schedules.py``        how the learning rate changes
``initialization.py``   first weights
``parametrization.py``  the neural tangent parametrisation, as factors on the learning rate
``input_layer.py``      learned scales and periodic embeddings that make a^0 of the inputs
``workspace.py``        the arrays z, a, delta, dW of a batch
``file_checks.py``      whether a network from a file is whole
``kernels/``            how it is made fast
======================  ===================================================================

Activations, losses and schedules, and what users derive their own from, can be imported from here.
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
