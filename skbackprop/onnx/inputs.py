"""From the inputs of a graph to a^0: encoding as in :mod:`skbackprop.tables.encoding`, scaling, input layer.

A graph has one input for all columns, or several inputs that hold successive columns of X in order, such as
one per column of a data frame in ``skl2onnx.to_onnx(model, frame[:1])``.
"""

import numpy as np

from skbackprop.onnx.graph import clip, concatenate, cos, is_nan, log, sqrt, where
from skbackprop.tables.category_values import unambiguous_in_float32
from skbackprop.tables.kinds import DATES
from skbackprop.tables.outliers import BOUND, BOUND_WITHOUT_LOGARITHM, FAR_OUT, NEAR

# What onnxruntime makes of NaN in a text input.
MISSING_TEXT = "nan"


def encoded_inputs(tensors, widths, model):
    """Return the encoded columns, before scaling, in float64.

    Parameters
    ----------
    tensors : list of Tensor
    widths : list of int
        Number of columns of each tensor.
    model : skbackprop.model.model.Model
    """
    encoder = model.encoder
    if encoder is None:
        x = numbers(tensors, widths, range(sum(widths)))
        return where(is_nan(x), np.atleast_1d(model.fill_values), x)
    refuse_dates_and_text(encoder)
    for column in encoder.categories:
        refuse_what_text_merges(column, locate(tensors, widths, column.position)[0])
    parts = []
    if encoder.numeric.size:
        x = numbers(tensors, widths, encoder.numeric)
        missing = is_nan(x)
        x = where(missing, encoder.medians[: encoder.numeric.size], x)
        parts.append(x)
        for ranks, median in zip(encoder.ranks, encoder.medians[encoder.numeric.size :], strict=True):
            j = np.flatnonzero(encoder.numeric == ranks.position)
            rank = rank_of(x.take(j, axis=1), ranks.knots)
            parts.append(where(missing.take(j, axis=1), np.atleast_2d(median), rank))
    for column in encoder.by_target:
        known = one_hot(*locate(tensors, widths, column.position), column.known_categories)
        encoding = column.target_encoding
        parts.append(known @ (encoding.encodings - encoding.prior) + encoding.prior)
    if encoder.indicated.size:
        parts.append(missing.take(encoder.indicated, axis=1).astype(np.float64))
    for column in encoder.categories:
        place = locate(tensors, widths, column.position)
        if not column.categories:  # all are rare, and ONNX does not allow an empty list of categories
            parts.append(one_hot(*place, column.known_categories[:1]) @ np.zeros((1, 1)) + np.ones(1))
            continue
        indicators = one_hot(*place, column.categories)
        parts.append(with_the_rest(indicators, column.n_codes) if column.has_rare else indicators)
    return concatenate(parts)


def rank_of(x, knots):
    """Return the rank of numbers between 0 and 1, linear between `knots` (see :class:`.RankColumn`)."""
    widths = np.diff(knots)
    parts = clip((x - knots[:-1]) * (1 / widths), 0.0, 1.0)
    return parts @ np.full((widths.size, 1), 1 / widths.size)


def refuse_dates_and_text(encoder):
    """Raise if columns are encoded by their dates or their text, which operators of ONNX cannot compute."""
    names = [column.name for column in encoder.dates]
    names += [column.name for column in encoder.categories if not set(DATES).isdisjoint(column.kinds)]
    if names:
        raise ValueError(
            f"The columns {names} of X hold dates, times or durations, for which ONNX has no type; fit on "
            "numbers computed from them."
        )
    names = [each.name for each in (*encoder.written, *encoder.texts)]
    if names:
        raise ValueError(
            f"The columns {names} of X are encoded by the dates, numbers or words in their text, for which "
            "ONNX has no operator; name all categorical columns in the 'categorical_features' parameter, so "
            "that they are encoded as categories only, and fit again."
        )


def refuse_what_text_merges(column, tensor):
    """Raise if the input of a CategoryColumn is text, which does not distinguish its categories.

    A number may be written in several ways (1 and 1.0), and may be a text as well.
    """
    if tensor.dtype.kind in "biuf":
        return
    known = column.known_categories
    texts = [category for category in known if isinstance(category, str)]
    numbers = [category for category in known if category is not None and not isinstance(category, str)]
    if numbers and texts:
        raise ValueError(
            f"Column {column.name!r} of X has the number {numbers[0]!r} and the text {texts[0]!r} as "
            "categories, but ONNX has only one type per column; convert the column to text, and fit again."
        )
    if numbers:
        raise ValueError(
            f"Column {column.name!r} of X has the number {numbers[0]!r} as a category, but the input "
            f"{tensor.name!r} of the graph is text. Declare it as Int64TensorType or DoubleTensorType."
        )
    if None in known and MISSING_TEXT in texts:
        raise ValueError(
            f"Column {column.name!r} of X has missing values and the category {MISSING_TEXT!r}, which are "
            "the same text in ONNX; rename the category, and fit again."
        )


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
        texts = [MISSING_TEXT if category is None else category for category in categories]
        indicators = column.apply(
            "OneHotEncoder", dtype=np.float32, domain="ai.onnx.ml", cats_strings=texts, zeros=1
        )
        return indicators.reshape(-1, len(categories)).astype(np.float64)
    known = np.array([[as_number(category, tensor.name) for category in categories]])
    alike = unambiguous_in_float32(categories)[None]
    if tensor.dtype.kind in "iu":
        return one_hot_of_integers(column, categories, alike)
    x = column.astype(np.float64)
    exact = np.where(np.isnan(alike), known, np.nan)
    indicators = x.equals(exact).astype(np.float64)
    if not np.isnan(alike).all():
        indicators = indicators + column.astype(np.float32).equals(alike).astype(np.float64)
    if None in categories:
        missing = np.array([[float(category is None) for category in categories]])
        indicators = where(is_nan(x), missing, indicators)
    return indicators


def one_hot_of_integers(column, categories, alike):
    """Return the one-hot encoding of integers, which float64 does not distinguish beyond 2^53.

    `alike` are the categories that are compared in float32, in which some fractions are whole.
    """
    whole = np.where(alike % 1 == 0, alike, 0).astype(int).ravel().tolist()
    categories = [number or category for number, category in zip(whole, categories, strict=True)]
    held = [isinstance(category, int) and -(2**63) <= category < 2**63 for category in categories]
    known = np.array([[c if is_held else 0 for c, is_held in zip(categories, held, strict=True)]], np.int64)
    return column.astype(np.int64).equals(known).astype(np.float64) * np.array([held], np.float64)


def as_number(category, name):
    """Return a category as a float; NaN, which nothing equals, if it is missing or no float equals it."""
    if isinstance(category, str):
        raise ValueError(
            f"The input {name!r} of the graph is numeric, but its column of X has the category {category!r}. "
            "Declare it as StringTensorType."
        )
    try:
        number = np.nan if category is None else float(category)
    except OverflowError:
        return np.nan
    return number if number == category else np.nan


def with_the_rest(indicators, n_codes):
    """Append the indicator of all other categories, 1 minus the sum of the others, as H A + b."""
    A, b = np.eye(n_codes - 1, n_codes), np.zeros(n_codes)
    A[:, -1], b[-1] = -1, 1
    return indicators @ A + b


def scaled(x, scaling, dtype):
    """Return (x - center) / scale in `dtype`, with the function of outliers of the first columns."""
    if scaling is None:
        return x.astype(dtype)
    x = ((x - scaling.center) / scaling.scale).astype(dtype)
    if not scaling.n_robust:
        return x
    robust = OUTLIER_FUNCTIONS[scaling.outliers](clip(x, -FAR_OUT, FAR_OUT))
    n_columns = scaling.center.size
    if scaling.n_robust == n_columns:
        return robust
    return where(x.graph.constant(np.arange(n_columns) < scaling.n_robust), robust, x)


def compressed(x):
    """Return u / sqrt(1 + (u / 7)^2) with u = 3 arsinh(x / 3).

    arsinh is written out: not every runtime has ONNX's Asinh for float64.
    """
    x = x * (1 / NEAR)
    distance = NEAR * log(abs(x) + sqrt(x * x + 1))
    return bound(where(x > 0, distance, -distance), BOUND)


def bounded(x):
    """Return x / sqrt(1 + (x / 3)^2)."""
    return bound(x, BOUND_WITHOUT_LOGARITHM)


def bound(x, most):
    """Return x / sqrt(1 + (x / most)^2)."""
    part = x * (1 / most)
    return x / sqrt(part * part + 1)


# As in `skbackprop.tables.outliers`.
OUTLIER_FUNCTIONS = {"compressed": compressed, "bounded": bounded}


def through_input_layer(x, network):
    """Return a^0 (see :mod:`skbackprop.network.input_layer`); for several networks, E x rows x n_0."""
    layer, p = network.input_layer, network.input_parameters
    if layer is None:
        return x
    *networks, n_outputs = layer.shapes["s"]
    parts = [x]
    if layer.pieces is not None:
        parts.append(pieces_of(x, layer.pieces, network.theta.dtype))
    if layer.columns.size:
        n_columns, n_components = layer.columns.size, layer.shapes["A"][-1]
        by_column = x.take(layer.columns, axis=1).transpose(1, 0).reshape(n_columns, -1, 1)
        u = by_column * p["f"] + p["p"]  # u_j = x_j f_j + p_j
        e = cos(u) @ p["A"] + p["q"]  # e_j = cos(u_j) A_j + q_j
        e = e.transpose(*((0, 2, 1, 3) if networks else (1, 0, 2)))  # by row
        if networks:
            parts = [part * np.ones((*networks, 1, 1), network.theta.dtype) for part in parts]
        parts.insert(1, e.reshape(*networks, -1, n_columns * n_components))
    return concatenate(parts) * p["s"].reshape(*networks, 1, n_outputs)  # a^0 = s * (x, e, h)


def pieces_of(x, pieces, dtype):
    """Return h (see :mod:`skbackprop.network.piecewise_linear`)."""
    slopes, offsets = pieces.slopes.astype(dtype), pieces.offsets.astype(dtype)
    return clip(x.take(pieces.columns, axis=1) * slopes + offsets, -1, 1)  # h_k = clip(g_k x_j + o_k, -1, 1)
