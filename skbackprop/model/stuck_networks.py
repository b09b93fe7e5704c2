"""Replacement of networks that got stuck in training, while others on the same table learned."""

import numpy as np

from skbackprop.network.members import parts

# A stuck network predicts an almost constant value: the spread of its outputs is less than LEAST_SPREAD times
# that of the median network, and its loss is more than WORSE times the median loss. Without the second
# condition, a network that is right to predict a constant would count as stuck. Of the two networks in the
# middle of an even number the better one is taken, so that half of the networks can be stuck.
LEAST_SPREAD = 0.1
WORSE = 2.0


def replace_stuck_networks(network, out_of_fold, losses_of):
    """Overwrite the parameters of stuck networks with those of the others, the lowest loss first.

    If columns are informative only in combination, as in pumadyn32nm, the weight decay may shrink a few
    networks to a constant before they find the structure that the others find.

    Parameters
    ----------
    network : Network
        Several networks side by side; changed in place.
    out_of_fold : OutOfFold
        The outputs of each network for the rows that it held out.
    losses_of : callable
        Returns the loss of each network on these rows, of shape (n_networks,). It takes a pass over all rows,
        so it is only called if a network might be stuck.

    Returns
    -------
    replaced : bool
        Whether there were stuck networks.
    """
    raw, folds = out_of_fold.raw, out_of_fold.folds
    if not flat_networks(raw, folds, network.n_networks).any():
        return False
    losses = losses_of()
    stuck = stuck_networks(raw, folds, losses)
    survivors = [e for e in np.argsort(losses) if not stuck[e]]
    chosen = np.arange(network.n_networks)
    for k, e in enumerate(np.flatnonzero(stuck)):
        donors = [d for d in survivors if can_take_over(network.input_layer, e, d)]
        if donors:
            chosen[e] = donors[k % len(donors)]
    for part in parts(network):
        part[...] = part[chosen]
    return bool((chosen != np.arange(network.n_networks)).any())


def can_take_over(input_layer, e, donor):
    """Return whether network `e` with the parameters of `donor` computes the same as `donor`.

    Where every second network has another a^0, the two must have the same.
    """
    return input_layer is None or not input_layer.alternates or (e - donor) % 2 == 0


def stuck_networks(raw, folds, losses):
    """Return for each network whether it got stuck; never more than half of them."""
    median = np.sort(losses)[(losses.size - 1) // 2]
    return flat_networks(raw, folds, losses.size) & (losses > WORSE * median)


def flat_networks(raw, folds, n_networks):
    """Return for each network whether the spread of its outputs is far below the median network's."""
    spreads = np.array([interquartile_range(raw[folds == e]) for e in range(n_networks)])
    return spreads < LEAST_SPREAD * np.sort(spreads)[n_networks // 2]


def interquartile_range(raw):
    """Return the interquartile range over the rows, averaged over the outputs."""
    lower, upper = np.quantile(raw, [0.25, 0.75], axis=0)
    return np.mean(upper - lower)
