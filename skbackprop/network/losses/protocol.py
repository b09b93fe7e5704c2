"""Check that a custom loss follows the protocol of the losses, before training.

Without it, a method that returns its result instead of writing it would leave uninitialized memory in `out`,
and training would use that without an error.
"""

import copy

import numpy as np


def is_custom(loss):
    """Return whether `loss` is not of a class of this package."""
    return not type(loss).__module__.startswith(f"{__package__}.")


def check_loss(loss, Y):
    """Raise ValueError if a method of a custom `loss` has a wrong result for rows of targets.

    Parameters
    ----------
    loss : object
        A copy is called, because a loss may count its calls.
    Y : ndarray of shape (n_rows, n_outputs)
        Encoded targets in the dtype of the network.
    """
    loss = copy.copy(loss)
    z = np.random.default_rng(0).standard_normal(Y.shape).astype(Y.dtype)
    with np.errstate(all="ignore"):  # as in training, where overflow is detected in the loss
        check_values(called("value", loss, Y, z, np.empty_like(z)), z.shape[0])
        refuse_unwritten("delta", loss, Y, z)
        refuse_unwritten("inverse_link", loss, z)
        if hasattr(loss, "combine"):
            of_two_networks = np.stack([z, z], axis=1)
            refuse_other_than_array("combine", loss.combine(of_two_networks), z.shape, "a row of raw outputs")


def check_values(values, n_rows):
    """Raise ValueError if the result of ``value`` is not one number per row."""
    refuse_other_than_array("value", values, (n_rows,), "one number")


def refuse_other_than_array(name, result, shape, content):
    """Raise ValueError if the result of the method `name` of a loss is no array of numbers of this shape."""
    if isinstance(result, np.ndarray) and result.dtype.kind in "biuf" and result.shape == shape:
        return
    raise ValueError(
        f"The 'loss' parameter must have a method {name}() that returns {content} per row, here an array of "
        f"numbers of shape {shape}. Got the type {type(result).__name__}, shape {np.shape(result)} and dtype "
        f"{np.asarray(result).dtype} instead."
    )


def refuse_unwritten(name, loss, *arguments):
    """Raise ValueError if the method `name` of `loss` does not write all of its result into `out`."""
    out = np.full_like(arguments[-1], np.nan)
    called(name, loss, *arguments, out)
    not_written = np.isnan(out)
    if not not_written.any():
        return
    # The result itself may be NaN; what is kept or added to depends on the content of `out`.
    out.fill(0)
    called(name, loss, *arguments, out)
    if not np.isnan(out[not_written]).all():
        raise ValueError(
            f"The 'loss' parameter must have a method {name}() that writes all of its result into the array "
            f"'out', as in out[...] = result. That of {loss!r} does not."
        )


def called(name, loss, *arguments):
    """Return the result of a method of `loss`; raise ValueError if it changes y_true or raw_prediction."""
    given = [array.copy() for array in arguments[:-1]]
    result = getattr(loss, name)(*given, arguments[-1])
    if not all(map(np.array_equal, given, arguments)):
        raise ValueError(
            f"The 'loss' parameter must have a method {name}() that does not change its arguments except "
            f"the last one. That of {loss!r} writes into y_true or raw_prediction."
        )
    return result
