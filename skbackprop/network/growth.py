"""Addition of inputs to a trained network, such as categories that first occur late in a stream.

A new input starts with weights of 0, or with a copy of the weights of the input that represented it
before, so that the outputs do not change.
"""

import numpy as np

from skbackprop.network.kernels.parameter_layout import in_order_of_storage


def grow_inputs(network, optimizer, origins, rng=None, fixed=(), fixed_in_half=()):
    """Add inputs to `network` in place, and adapt the state of its optimizer.

    Parameters
    ----------
    network : Network
    optimizer : Optimizer or None
    origins : ndarray of int, shape (n_inputs,)
        For each input of the grown network, the present input whose weights it gets; -1 for weights of 0.
    rng : numpy.random.Generator, default=None
        Draws the weights of new inputs, with the standard deviation of the present ones, instead of 0. This
        is needed where no input has varied so far, because weights of 0 could not be learned.
    fixed, fixed_in_half : sequence of int, default=()
        Indices of the inputs whose scale is fixed, in all networks or in half of them, if they are new.
    """
    old_layout, old_theta, old_layer = network.layout, network.theta, network.input_layer
    n_old = network.n_inputs
    sizes = list(network.layer_sizes)
    layer, rows = None, np.asarray(origins)
    sizes[0] = rows.size
    if old_layer is not None:
        layer = old_layer.widened(rows, fixed, fixed_in_half)
        embedded = np.arange(n_old, old_layer.n_outputs)  # they follow the inputs in a^0
        rows = np.concatenate((rows, embedded))
        sizes[0] = layer.n_outputs
    deviation = network.W[0].std()
    # Initialize the same object again, because the training refers to it as well.
    network.__init__(
        sizes, network.activation_names, network.dropout, old_theta.dtype, layer, network.n_networks
    )
    places = places_of_origin(old_layout, network.layout, rows)
    network.theta[...] = taken(old_theta, places)
    if layer is not None:
        s = network.input_parameters["s"]
        s[..., rows < 0] = layer.initial_scales[..., rows < 0]
    if rng is not None:
        W = in_order_of_storage(network.W[0])
        W[rows < 0] = deviation * rng.standard_normal(W[rows < 0].shape)
    if optimizer is not None:
        optimizer.follow_growth(network.n_weights, network.layout.slices(), lambda v: taken(v, places))


def places_of_origin(old, new, rows):
    """Return for each parameter of the `new` layout the index of its origin in the `old` one, or -1.

    Parameters
    ----------
    old, new : ParameterLayout
    rows : ndarray of int
        The origin of each row of W^1, and of each learned scale of the input layer.
    """
    places = np.empty(new.size, np.intp)
    W_old, b_old, p_old = old.split(np.arange(old.size))
    W, b, p = new.split(places)
    W[0][...] = np.where(rows[:, None] < 0, -1, W_old[0][..., rows, :])
    for part, old_part in zip((*W[1:], *b), (*W_old[1:], *b_old), strict=True):
        part[...] = old_part
    for name, part in p.items():
        part[...] = np.where(rows < 0, -1, p_old[name][..., rows]) if name == "s" else p_old[name]
    return places


def taken(vector, places):
    """Return the elements of `vector` at `places`, and 0 where a place is -1."""
    return np.where(places < 0, vector.dtype.type(0), vector[places])
