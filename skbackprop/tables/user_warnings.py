"""Warnings at the line of the user's program: what a table lost when it was read."""

import sys
import warnings

# A column is named where more than this share of its rows has no category of its own.
LARGEST_LOSS = 0.5


def warn(message, category=UserWarning):
    """Warn at the line of the user's program that called this package, through whatever decorators."""
    stacklevel, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals["__name__"].partition(".")[0] in ("skbackprop", "sklearn"):
        stacklevel, frame = stacklevel + 1, frame.f_back
    warnings.warn(message, category, stacklevel=stacklevel)


def warn_of_large_integers(table, positions):
    """Warn where integers are no float64.

    Parameters
    ----------
    table : Frame or Rows
    positions : ndarray of int
        The columns that are numbers.
    """
    names = [table.names[j] for j in positions if table.column(j).has_lossy_integers]
    if names:
        warn(
            f"The columns {names} of X have integers beyond 2^53, which float64 rounds. Where they are "
            "identifiers, drop them, or name them in the 'categorical_features' parameter."
        )


def warn_of_rare_categories(columns, earlier=()):
    """Warn where most rows have a category that is too rare to be told from others.

    Columns for which the user has set the `max_categories` parameter are left out.

    Parameters
    ----------
    columns : list of CategoryColumn
    earlier : list of CategoryColumn, default=()
        The same columns before the last rows of a stream; what was warned of then is left out, too.
    """
    known = {column.name for column in earlier if column.lost_share > LARGEST_LOSS}
    shares = {c.name: c.lost_share for c in columns if c.max_categories == "auto" and c.name not in known}
    told = ", ".join(f"{name!r} ({share:.0%})" for name, share in shares.items() if share > LARGEST_LOSS)
    if told:
        warn(
            "More than half of the rows have categories that are too rare to be learned, in the columns "
            f"{told} of X. Parse them where they hold numbers or dates, encode text (for instance with "
            "skrub.TableVectorizer), or drop them where they are identifiers."
        )


def warn_of_another_type(name, now, in_fit):
    """Warn where no value of a category column is known, as the column has another type than in fit."""
    warn(
        f"The categories in column {name!r} of X were {in_fit} in fit, now the column holds {now}, none of "
        "which is known. Convert the column to what it was in fit."
    )
