"""Networks that got stuck, while others on the same table learned: they are not to spoil the mean."""

import numpy as np

from skbackprop.network.members import parts

# A stuck network predicts nearly one value: its outputs spread over less than this share of the median
# network's, and its loss is more than WORSE times the median network's. The second tells it from a network
# that is right to predict one value, because there is nothing to learn.
LEAST_SPREAD = 0.1
WORSE = 2.0


def replace_stuck_networks(network, out_of_fold, losses_of):
    """Overwrite the parameters of stuck networks with copies of the others, those of lowest loss first.

    On a table whose columns tell something only together (pumadyn32nm is one) a few of several networks may
    shrink to a constant under the weight decay, before they find what the others find.

    Parameters
    ----------
    network : Network
        Several networks side by side; changed in place.
    out_of_fold : OutOfFold
        What each predicts for the rows that it held out.
    losses_of : callable
        Returns the loss of each on these rows, of shape (n_networks,). It is called where a network might be
        stuck, because it takes a pass over all rows.
    """
    raw, folds = out_of_fold.raw, out_of_fold.folds
    if not flat_networks(raw, folds, network.n_networks).any():
        return
    losses = losses_of()
    stuck = stuck_networks(raw, folds, losses)
    survivors = [e for e in np.argsort(losses) if not stuck[e]]
    chosen = np.arange(network.n_networks)
    chosen[stuck] = np.resize(survivors, stuck.sum())
    for part in parts(network):
        part[...] = part[chosen]


def stuck_networks(raw, folds, losses):
    """Return for each network whether it got stuck; never more than half of them."""
    return flat_networks(raw, folds, losses.size) & (losses > WORSE * np.median(losses))


def flat_networks(raw, folds, n_networks):
    """Return for each network whether it predicts nearly one value, unlike the median one."""
    spreads = np.array([quartile_distance(raw[folds == e]) for e in range(n_networks)])
    return spreads < LEAST_SPREAD * np.median(spreads)


def quartile_distance(raw):
    """Return the distance of the quartiles of each output over the rows, the mean over the outputs."""
    lower, upper = np.quantile(raw, [0.25, 0.75], axis=0)
    return np.mean(upper - lower)
