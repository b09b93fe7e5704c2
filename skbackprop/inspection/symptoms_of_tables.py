"""Symptoms of the table: columns and rows from which nothing useful, or too much, can be learned."""

from skbackprop.inspection.diagnosis import Finding
from skbackprop.inspection.evidence import measured

# Out-of-bag share of y that the reference forest explains. At most this much is nothing.
NOTHING_EXPLAINED = 0.01


def uninformative_inputs(m):
    """Find inputs from which neither the network nor the reference forest predicts y."""
    if m.learned_share is None:
        return
    if m.plain_losses is not None:
        _, validated, constant = m.plain_losses
        in_vain = not validated < constant
    else:
        in_vain = not m.learned_share >= NOTHING_EXPLAINED
    if in_vain and (explained := m.target_forest.share_explained) <= NOTHING_EXPLAINED:
        yield Finding(
            "uninformative_inputs",
            "warning",
            "X seems to contain no information about y: neither a random forest nor the network predicts "
            "unseen rows better than a constant does.",
            "checking that the rows of X and y correspond; other columns; more rows.",
            evidence=measured(share_explained_by_forest=explained),
        )
