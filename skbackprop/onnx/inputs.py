"""From the inputs of a graph to a^0: encoding as in :mod:`skbackprop.tables.encoding`, scaling, input layer.

A graph has one input for all columns, or several inputs that hold successive columns of X in order, such as
one per column of a data frame in ``skl2onnx.to_onnx(model, frame[:1])``.
"""

import numpy as np

from skbackprop.onnx.graph import clip, concatenate, cos, is_nan, sqrt, where
from skbackprop.tables.scaling import FAR_OUT


def encoded_inputs(tensors, widths, model):
    """Return the encoded columns, before scaling, in float64.

    Parameters
    ----------
    tensors : list of Tensor
    widths : list of int
        Number of columns of each tensor.
    model : skbackprop.model.model.Model
    """
    encoder, scaling = model.encoder, model.scaling
    if encoder is None:
        x = numbers(tensors, widths, range(sum(widths)))
        # The training data had no missing values: these are replaced by the center of the column.
        return where(is_nan(x), np.zeros(1) if scaling is None else scaling.center, x)
    parts = []
    if encoder.numeric.size:
        x = numbers(tensors, widths, encoder.numeric)
        missing = is_nan(x)
        parts.append(where(missing, encoder.medians, x))
        if encoder.indicated.size:
            parts.append(missing.take(encoder.indicated, axis=1).astype(np.float64))
    for k, j in enumerate(encoder.categorical):
        categories = encoder._one_hot.categories_[k].tolist()
        indicators = one_hot(*locate(tensors, widths, j), categories)
        if encoder._common[k] is not None:
            indicators = share_the_rest(indicators, len(categories), categories.index("(rare)"))
        parts.append(indicators)
    encoded = concatenate(parts)
    return encoded.astype(np.float32).astype(np.float64) if model.settings.dtype == "float32" else encoded


def locate(tensors, widths, j):
    """Return the tensor that contains column `j` of X, and the index of the column in this tensor."""
    stops = np.cumsum(widths)
    i = int(np.searchsorted(stops, j, side="right"))
    return tensors[i], int(j - stops[i] + widths[i])


def numbers(tensors, widths, columns):
    """Return numeric columns of X in float64."""
    places = [locate(tensors, widths, j) for j in columns]
    parts = []
    for i, tensor in enumerate(tensors):
        chosen = [place for found, place in places if found is tensor]
        if not chosen:
            continue
        if tensor.dtype.kind not in "biuf":
            first = sum(widths[:i]) + chosen[0]
            raise ValueError(
                f"Column {first} of X is numeric, but the input {tensor.name!r} of the graph is text. "
                "Declare it as FloatTensorType or DoubleTensorType."
            )
        x = tensor.astype(np.float64)
        parts.append(x if len(chosen) == widths[i] else x.take(chosen, axis=1))
    return concatenate(parts)


def one_hot(tensor, place, categories):
    """Return the one-hot encoding of a column in float64; unknown categories give a row of zeros."""
    column = tensor.take([place], axis=1)
    if tensor.dtype.kind not in "biuf":
        shape = (-1, len(categories))
        indicators = column.apply(
            "OneHotEncoder", dtype=np.float32, domain="ai.onnx.ml", cats_strings=categories, zeros=1
        )
        return indicators.reshape(*shape).astype(np.float64)
    # The encoder stores categories as text: "3.0" is the number 3.
    known = np.array([[as_number(category, tensor.name) for category in categories]])
    x = column.astype(np.float64)
    indicators = x.equals(known).astype(np.float64)
    if "nan" in categories:
        missing = np.array([[float(category == "nan") for category in categories]])
        indicators = where(is_nan(x), missing, indicators)
    return indicators


def as_number(category, name):
    """Return a category as a number; NaN, which equals no value, for the category of rare values."""
    if category == "(rare)":
        return np.nan
    try:
        return float(category)
    except ValueError:
        raise ValueError(
            f"The input {name!r} of the graph is numeric, but its column of X has the category {category!r}. "
            "Declare it as StringTensorType."
        ) from None


def share_the_rest(indicators, n_categories, rare):
    """Set the indicator of the rare categories to 1 minus the sum of the others, as H A + b."""
    A, b = np.eye(n_categories), np.zeros(n_categories)
    A[:, rare] = -1
    A[rare, rare] = 0
    b[rare] = 1
    return indicators @ A + b


def scaled(x, scaling, dtype):
    """Return (x - center) / scale in `dtype`, with the smooth clipping of the first `n_clipped` columns."""
    if scaling is None:
        return x.astype(dtype)
    x = ((x - scaling.center) / scaling.scale).astype(dtype)
    if not scaling.n_clipped:
        return x
    bounded = clip(x, -FAR_OUT, FAR_OUT)
    third = bounded * (1 / 3)
    bounded = bounded / sqrt(third * third + 1)  # x / sqrt(1 + (x / 3)^2)
    n_columns = scaling.center.size
    if scaling.n_clipped == n_columns:
        return bounded
    return where(x.graph.constant(np.arange(n_columns) < scaling.n_clipped), bounded, x)


def through_front(x, network):
    """Return a^0, see :mod:`skbackprop.network.input_layer`."""
    front, p = network.front, network.front_parameters
    if front is None:
        return x
    if front.columns.size:
        n_columns, n_components = front.columns.size, front.shapes["A"][2]
        by_column = x.take(front.columns, axis=1).transpose(1, 0).reshape(n_columns, -1, 1)
        u = by_column * p["f"] + p["p"]  # u_j = x_j f_j + p_j
        e = cos(u) @ p["A"] + p["q"]  # e_j = cos(u_j) A_j + q_j
        e = e.transpose(1, 0, 2).reshape(-1, n_columns * n_components)
        x = concatenate([x, e])
    return x * p["s"]  # a^0 = s * (x, e)
