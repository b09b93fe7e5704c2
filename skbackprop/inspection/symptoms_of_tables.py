"""Symptoms of the table: columns and rows from which nothing useful, or too much, can be learned."""

import numpy as np
from sklearn.base import is_classifier

from skbackprop.inspection.diagnosis import Finding
from skbackprop.inspection.evidence import NotExaminableError, measured
from skbackprop.inspection.severity import severity_above

# Largest out-of-bag share of y that the reference forest explains if X has no information about y.
NOTHING_EXPLAINED = 0.01
# From 10 rows, with its leaves of three, the forest mostly explains nothing even if one column decides.
FEWEST_ROWS = 20
# Divided by the number of validation rows: the share of y that a network seems to explain by chance.
BY_CHANCE = 4
# One column alone explains at least DECIDES of y, and leaves at most LEFT_OVER of what all other columns
# leave. Only columns of at least LEAST_IMPORTANCE in the forest on all columns are examined.
DECIDES = 0.95
LEAST_IMPORTANCE = 1 / 4
LEFT_OVER = 0.25
# Area under the ROC curve of the forest that tells rows of X from rows of X_val (a two-sample test by
# classification, Lopez-Paz & Oquab, 2017). Rows of random splits: 0.45 to 0.55.
DIFFERENT = {"warning": 0.75, "critical": 0.95}
# Of the rows sorted by the certainty of the forest, label noise shows in the most certain ones: at most this
# share of them has the predicted label, hardly more than of the next ones. Where classes merely overlap, the
# most certain rows are (nearly) all right, or are far better than the next ones.
CERTAIN_PART = 0.4
CERTAIN_AND_RIGHT = 0.92
PLATEAU = 0.05
LEAST_ROWS = 100
LEAST_EXPLAINED = 0.05
# Number of columns that a message names.
MOST_NAMES = 3
# Share of rows whose value of a column is different from all others.
ALL_DIFFERENT = 0.95
# Row numbers and other serial numbers are whole numbers, all different, and evenly spread over their range:
# the largest distance of their distribution from the uniform one, times the root of the number of rows, is
# below the 1 % critical value of the Kolmogorov-Smirnov test.
EVENLY_SPREAD = 1.63


def uninformative_inputs(m):
    """Find inputs from which neither the network nor the reference forest predicts y."""
    if m.learned_share is None:
        return
    if m.X.shape[0] < FEWEST_ROWS:
        raise NotExaminableError(
            f"Whether X contains information about y: X has fewer than {FEWEST_ROWS} rows."
        )
    if m.plain_losses is not None:
        _, validated, constant = m.plain_losses
        chance = BY_CHANCE / m.n_validation_rows
        in_vain = not constant - validated > chance * abs(constant)  # or NaN
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


def identifiers(m):
    """Find columns of X that number or name the rows."""
    if len(m.column_groups) < 2 or m.X.shape[0] < LEAST_ROWS:
        return
    names = [(name, share) for name, share in m.distinct_shares() if share >= ALL_DIFFERENT]
    for name, distinct in [*names, *serial_numbers(m)]:
        yield Finding(
            "identifier",
            "warning",
            f"Column {name!r} of X looks like an identifier: {distinct:.0%} of its values are different. "
            "What a network learns about single rows does not apply to new ones.",
            f"dropping {name!r}; if it holds a date, a number as text or free text, converting it to a date, "
            "to numbers or to counts of words.",
            evidence=measured(share_of_distinct_values=distinct),
        )


def serial_numbers(m):
    """Yield (name, 1) of the columns of different whole numbers that are evenly spread over their range."""
    for group, values in m.number_columns():
        n = values.size
        if not (values == np.round(values)).all() or np.unique(values).size < n:
            continue
        place = (np.sort(values) - values.min()) / np.ptp(values)
        if np.abs(place - np.linspace(0, 1, n)).max() * np.sqrt(n) < EVENLY_SPREAD:
            yield group.name, 1.0


def deciding_column(m):
    """Find a column of X that predicts y nearly perfectly, although all others together do not."""
    groups, forest = m.column_groups, m.target_forest
    if len(groups) < 2 or forest.share_explained < NOTHING_EXPLAINED:
        return
    importances = [forest.importances[group.inputs].sum() for group in groups]
    group = groups[int(np.argmax(importances))]
    if max(importances) < sum(importances) * LEAST_IMPORTANCE:
        return
    alone, without = m.explained_by(group.inputs), m.explained_without(group.inputs)
    if alone >= DECIDES and 1 - alone <= LEFT_OVER * (1 - without):
        yield Finding(
            "deciding_column",
            "warning",
            f"Column {group.name!r} of X alone explains {alone:.1%} of y, and all other columns together "
            f"explain {max(without, 0):.1%}. It may have been derived from y (leakage).",
            f"checking whether {group.name!r} is known when predictions are made; if not, dropping it.",
            evidence=measured(column=group.position, explained_by_it=alone, explained_by_the_others=without),
        )


def different_rows(m):
    """Find validation rows whose inputs a forest can tell from those of X."""
    if m.validation_X is None:
        return
    auc, importances = m.adversarial_validation
    if severity := severity_above(auc, DIFFERENT):
        groups = sorted(m.column_groups, key=lambda group: -importances[group.inputs].sum())
        names = ", ".join(repr(group.name) for group in groups[:MOST_NAMES])
        yield Finding(
            "different_rows",
            severity,
            "The rows of X_val differ from those of X: a random forest tells them apart with an area under "
            f"the ROC curve of {auc:.2f} (0.5 if they did not differ), mostly by the columns {names}.",
            "comparing these columns; training on rows like those to be predicted; leaving out columns that "
            "only say when or where a row comes from.",
            evidence=measured(area_under_curve=auc),
        )


def label_noise(m):
    """Find labels that contradict the inputs even where classes do not overlap."""
    if not is_classifier(m.estimator) or m.model.targets.multilabel:
        return
    if m.sample[1].shape[0] < LEAST_ROWS or m.target_forest.share_explained < LEAST_EXPLAINED:
        return
    certain, next_ones = m.right_by_certainty(CERTAIN_PART)
    if certain <= CERTAIN_AND_RIGHT and certain - next_ones <= PLATEAU:
        losses = m.plain_losses or ()
        yield Finding(
            "label_noise",
            "warning",
            f"About {1 - certain:.0%} of the labels seem to be wrong: even where a random forest is most "
            "certain, this fraction of unseen rows has another label, and hardly more elsewhere. Classes "
            "that merely overlap can be separated in some places.",
            "checking the labels; until then early_stopping=True, more dropout or a larger alpha, so that "
            "the network does not memorize them.",
            evidence=measured(
                wrong_where_certain=1 - certain,
                wrong_elsewhere=1 - next_ones,
                **dict(zip(("loss", "validation_loss"), losses, strict=False)),
            ),
        )
