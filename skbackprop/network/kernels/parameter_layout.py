"""Positions of each W^l, b^l and parameter of the input layer in the vector theta."""

import math
from itertools import pairwise

from skbackprop.network.kernels.side_by_side import by_network


class ParameterLayout:
    """Order and shapes of the parts of theta: all W^l, then all b^l, then the input layer.

    Parameters
    ----------
    layer_sizes : sequence of int
        n_0, ..., n_L.
    n_networks : int
        E. W^1 is stored as n_0 x E n_1 (see :mod:`.products`), the others as E x n_{l-1} x n_l.
    input_shapes : dict of str to tuple
        The shapes of the input layer's parameters.

    Attributes
    ----------
    size : int
        Length of theta.
    n_weights : int
        ``theta[:n_weights]`` is all W^l.
    """

    def __init__(self, layer_sizes, n_networks, input_shapes):
        self._fans = list(pairwise(layer_sizes))
        self._n_networks = n_networks
        self._input_shapes = input_shapes
        W = [n_networks * n_in * n_out for n_in, n_out in self._fans]
        b = [n_networks * n_out for _, n_out in self._fans]
        self._sizes = [*W, *b, *map(math.prod, input_shapes.values())]
        self.n_weights = sum(W)
        self.size = sum(self._sizes)

    def slices(self):
        """Return the slices of theta of all W^l, all b^l and the input layer's parameters, in this order."""
        slices, start = [], 0
        for size in self._sizes:
            slices.append(slice(start, start + size))
            start += size
        return slices

    def split(self, vector):
        """Return views of `vector` (theta, or a gradient of its shape): W, b, input parameters.

        W^l is n_{l-1} x n_l and b^l has n_l numbers; with several networks, W^l is E x n_{l-1} x n_l and b^l
        is E x n_l.
        """
        parts = iter([vector[where] for where in self.slices()])
        E, W, b = self._n_networks, [], []
        for l, (n_in, n_out) in enumerate(self._fans):
            part = next(parts)
            if E == 1:
                W.append(part.reshape(n_in, n_out))
            else:
                W.append(by_network(part.reshape(n_in, -1), E) if l == 0 else part.reshape(E, n_in, n_out))
        for _, n_out in self._fans:
            part = next(parts)
            b.append(part if E == 1 else part.reshape(E, n_out))
        return W, b, {name: next(parts).reshape(shape) for name, shape in self._input_shapes.items()}


def in_order_of_storage(W):
    """Return a view of `W`, E x n_{l-1} x n_l of several networks, with its axes in the order of theta."""
    return W.transpose(sorted(range(W.ndim), key=lambda axis: -W.strides[axis]))
