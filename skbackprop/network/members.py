"""Copies of networks: one of several networks trained side by side, or a copy in another dtype."""

from skbackprop.network.network import Network


def member(network, e):
    """Return a copy of network `e` of several as a single network."""
    input_layer = network.input_layer and network.input_layer.of_one_network()
    one = Network(
        network.layer_sizes, network.activation_names, network.dropout, network.theta.dtype, input_layer
    )
    copy_member(network, e, one)
    return one


def in_dtype(network, dtype):
    """Return a copy of `network` whose parameters have another dtype."""
    copied = Network(
        network.layer_sizes,
        network.activation_names,
        network.dropout,
        dtype,
        network.input_layer,
        network.n_networks,
    )
    copied.theta[...] = network.theta
    return copied


def copy_member(network, e, one):
    """Overwrite the parameters of `one`, a single network, with those of network `e` of several."""
    for part, own in zip(parts(network), parts(one), strict=True):
        own[...] = part if network.n_networks == 1 else part[e]


def copy_members(network, theta, chosen):
    """Overwrite in `theta`, a vector like ``network.theta``, the parameters of the `chosen` networks.

    `chosen` is an array of bool, one for each network.
    """
    W, b, input_parameters = network.layout.split(theta)
    for part, copied in zip(parts(network), [*W, *b, *input_parameters.values()], strict=True):
        copied[chosen] = part[chosen]


def parts(network):
    """Return all views of theta; with several networks, their first axis is the network."""
    return [*network.W, *network.b, *network.input_parameters.values()]
