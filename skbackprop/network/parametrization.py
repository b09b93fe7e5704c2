"""The neural tangent parametrization ("ntk"), as factors on the learning rate.

In the standard parametrization W has a variance of about 1 / n_{l-1}. In the neural tangent parametrization
(Jacot et al., 2018) the parameters w have variance 1, and the layer divides:

    z^l = a^{l-1} w^l / sqrt(n_{l-1}) + b^l

The package keeps W = w / sqrt(n_{l-1}), so the passes are the same in both. Only the step differs. With
r = 1 / sqrt(n_{l-1}), W = r w and dL/dw = r dL/dW:

    Adam   w <- w - eta m' / (sqrt(v') + epsilon)    the gradient's scale r cancels:  W <- W - r eta (...)
    SGD    w <- w - eta dL/dw                        W <- W - r^2 eta dL/dW

so r is the factor on Adam's learning rate, and r^2 on that of SGD (``Optimizer.rate_power``). The unit of
eta is chosen such that a layer of 256 inputs has the factor 1, that is sqrt(256 / n_{l-1}) = 16 r instead of
r; learning rates are then comparable with those of the standard parametrization. The factors of the biases
and of the input layer are those of RealMLP (Holzmueller et al., 2024, "Better by default") in this unit.
"""

import math

# The number of inputs of a layer whose factor is 1.
UNIT_INPUTS = 256
BIAS_RATE = 1.6
INPUT_RATES = {"s": 96.0, "f": 1.6, "p": 1.6, "A": 1.6, "q": 1.6}


def ntk_rates(network):
    """Return (slice of theta, factor on Adam's learning rate) of each part of theta."""
    factors = [math.sqrt(UNIT_INPUTS / n_in) for n_in in network.layer_sizes[:-1]]
    factors += [BIAS_RATE] * len(network.b)
    factors += [INPUT_RATES[name] for name in network.input_parameters]
    return list(zip(network.layout.slices(), factors, strict=True))
