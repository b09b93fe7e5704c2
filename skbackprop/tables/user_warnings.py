"""Warnings that point to the line of the user's program, and warnings about columns of a table."""

import sys
import warnings

# A warning names a column if more than this fraction of its rows has a category that is too rare.
LARGEST_LOSS = 0.5


def warn(message, category=UserWarning):
    """Warn at the line of the user's program that called this package."""
    stacklevel, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals["__name__"].partition(".")[0] in ("skbackprop", "sklearn"):
        stacklevel, frame = stacklevel + 1, frame.f_back
    warnings.warn(message, category, stacklevel=stacklevel)


def warn_of_large_integers(table, positions):
    """Warn of columns with integers that are not exact in float64.

    Parameters
    ----------
    table : Frame or ArrayTable
    positions : ndarray of int
        Indices of the numeric columns.
    """
    names = [table.names[j] for j in positions if table.column(j).has_lossy_integers]
    if names:
        warn(
            f"The columns {names} of X have integers beyond 2^53, which float64 rounds. If they are "
            "identifiers, drop them or name them in the 'categorical_features' parameter."
        )


def warn_of_rare_categories(columns, earlier=(), texts=()):
    """Warn of columns in which most rows have a category that is too rare to be learned.

    Without effect if the user has set the `max_categories` parameter.

    Parameters
    ----------
    columns : list of CategoryColumn
    earlier : list of CategoryColumn, default=()
        The same columns before the last rows of a stream; their warnings are not repeated.
    texts : collection of str, default=()
        Names of the columns whose words are learned.
    """
    known = {column.name for column in earlier if column.lost_share > LARGEST_LOSS}
    shares = {c.name: c.lost_share for c in columns if c.max_categories == "auto" and c.name not in known}
    lost = {name: share for name, share in shares.items() if share > LARGEST_LOSS}
    if not lost:
        return
    named = ", ".join(f"{name!r} ({share:.0%})" for name, share in lost.items())
    partly = [name for name in lost if name in texts]
    learned = f"Only the words in the text of {partly} are learned. " if partly else ""
    warn(
        "More than half of the rows have categories that are too rare to be learned, in the columns "
        f"{named} of X. {learned}Parse columns of numbers or dates, encode text (for instance with "
        "skrub.TableVectorizer), and drop identifiers."
    )


def warn_of_another_type(name, now, in_fit):
    """Warn that no value of a category column is known, because it has another type than in fit."""
    warn(
        f"The categories in column {name!r} of X were {in_fit} in fit, but now the column holds {now}, none "
        "of which is known. Convert the column to its type in fit."
    )
