"""Warnings that point to the line of the user's program, and warnings about columns of a table."""

import sys
import warnings

import numpy as np

# A warning names a column if more than this fraction of its rows has a category that is too rare, or a value
# that cannot be read because its type or its format differs from that of fit.
LARGEST_LOSS = 0.5
# A warning lists at most this many columns.
MOST_NAMED = 10


def warn(message, category=UserWarning):
    """Warn at the line of the user's program that called this package."""
    stacklevel, frame = 1, sys._getframe()
    while frame.f_back and frame.f_globals["__name__"].partition(".")[0] in ("skbackprop", "sklearn"):
        stacklevel, frame = stacklevel + 1, frame.f_back
    warnings.warn(message, category, stacklevel=stacklevel)


def warn_of_large_integers(names):
    """Warn of the columns `names`, which have integers that are not exact in float64."""
    if names:
        warn(
            f"The columns [{listed(map(repr, names))}] of X have integers or decimals beyond 2^53, which "
            "float64 rounds. If they are identifiers, drop them, or name them in the 'categorical_features' "
            "parameter (if X is a frame, or a dense array in memory)."
        )


def listed(texts):
    """Return `texts` joined by commas: the first ones, and how many more there are."""
    texts = list(texts)
    n_more = len(texts) - MOST_NAMED
    return ", ".join(texts[:MOST_NAMED]) + (f" and {n_more} more" if n_more > 0 else "")


def shown(value):
    """Return a value as text for a message: NumPy's scalars without their types, also in lists and dicts."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(shown, value)) + "]"
    if not isinstance(value, np.generic):
        return repr(value)
    # Dates in nanoseconds would become integers.
    plain = value if value.dtype.kind in "Mm" else value.item()
    return str(plain) if isinstance(plain, np.generic) else repr(plain)


def warn_of_rare_categories(encoder, earlier=None):
    """Warn of columns in which most rows have a category that is too rare to be learned.

    Columns whose text is read as dates or numbers are left out. Without effect if the user has set the
    `max_categories` parameter.

    Parameters
    ----------
    encoder : Encoder
    earlier : Encoder, default=None
        The encoder before the last rows of a stream; its warnings are not repeated.
    """
    known = {column.name for column in earlier.categories if loses_most(column)} if earlier else ()
    read_as = {column.name: encoder.text_read_as(column) for column in encoder.categories}
    lost = [
        column
        for column in encoder.categories
        if loses_most(column)
        and column.max_categories == "auto"
        and column.name not in known
        and read_as[column.name] not in ("date", "number")
    ]
    if not lost:
        return
    named = listed(f"{column.name!r} ({column.lost_share:.0%})" for column in lost)
    partly = listed(repr(column.name) for column in lost if read_as[column.name] == "words")
    learned = f"Only the words in the text of [{partly}] are learned. " if partly else ""
    warn(
        "More than half of the rows have categories that are too rare to be learned, in the columns "
        f"{named} of X. {learned}Parse columns of numbers or dates, encode text (for instance with "
        "skrub.TableVectorizer), and drop identifiers."
    )


def loses_most(column):
    """Return whether most rows of a CategoryColumn have a category that is too rare to be learned."""
    return column.lost_share > LARGEST_LOSS


def warn_of_another_type(name, now, in_fit, n_lost, n_rows):
    """Warn that most values of a category column are unknown, because they have another type than in fit."""
    warn(
        f"The categories in column {name!r} of X were {in_fit} in fit, but now {n_lost} of {n_rows} values "
        f"are {now}, none of which is known. Convert the column to its type in fit."
    )


def warn_of_another_format(name, now, in_fit, n_lost, n_rows):
    """Warn that most texts of a column of written dates cannot be read in the format of fit."""
    warn(
        f"Column {name!r} of X had dates in the format {in_fit} in fit; now {n_lost} of {n_rows} values "
        f"cannot be read as such dates, for instance {now!r}, and count as missing. Convert them."
    )


def warn_of_uncertain_century(name, text):
    """Warn that dates with years of two digits are not read."""
    warn(
        f"Column {name!r} of X has dates with years of two digits, for instance {text!r}, that do not lie "
        "within half a century. Their century is not certain, so they are categories only. Write four "
        "digits, or convert the column to dates."
    )


def warn_of_another_order(name, now, in_fit):
    """Warn that some dates of a column of written dates have the day and the month in another order."""
    warn(
        f"Column {name!r} of X had dates in the format {in_fit} in fit; now some have the day and the month "
        f"in the other order, for instance {now!r}, and count as missing. Others that may have either order "
        "are read as in fit. Convert the column."
    )


def warn_of_other_units(name, now, in_fit, n_lost, n_rows):
    """Warn that most numbers of a column of written numbers have no unit, currency and format of fit."""
    warn(
        f"{n_lost} of {n_rows} numbers in column {name!r} of X, such as {now!r}, have another unit or "
        f"currency, or another format, than those of fit, such as {in_fit!r}, and count as missing. Convert "
        "them."
    )


def warn_of_far_targets(distance, center, scale):
    """Warn that further training targets are far from the center of the first ones."""
    warn(
        f"The median of y is more than {distance} scales from the center of the first y (center "
        f"{center:.3g}, scale {scale:.3g}). Training that continues keeps this center and scale, and hardly "
        "learns such targets. Fit a new estimator, with first rows whose targets are like the later ones."
    )
