"""Checks of a model loaded from a file: complete, and with the numbers that were saved."""

import zlib
from types import NoneType

import numpy as np

from skbackprop.model.recipes import Settings
from skbackprop.network.file_checks import require
from skbackprop.network.network import Network
from skbackprop.tables.encoding import Encoder
from skbackprop.tables.scaling import Scaling
from skbackprop.tables.targets import ClassTargets, RealTargets
from skbackprop.training.history import History

# The parts of a model: their allowed classes, and the attributes that prediction needs.
PARTS = {
    "network": {Network: ("theta",)},
    "targets": {
        ClassTargets: ("classes", "multilabel", "n_outputs"),
        RealTargets: ("scaling", "n_outputs", "one_dimensional", "lowest", "highest", "clip_predictions"),
    },
    "scaling": {NoneType: (), Scaling: ("center", "scale", "n_robust")},
    "encoder": {
        NoneType: (),
        Encoder: ("categorical", "numeric", "dates", "categories", "n_numeric", "indicated", "medians"),
    },
    "settings": {Settings: ("dtype",)},
    "history": {History: ()},
}


def check_parts(state):
    """Raise ValueError if a part of the model in `state` is incomplete or of a class that is not allowed."""
    for name, kinds in PARTS.items():
        part = state[name]
        needed = [attributes for kind, attributes in kinds.items() if isinstance(part, kind)]
        if not needed:
            expected = " or ".join(kind.__name__ for kind in kinds)
            raise ValueError(
                f"The {name} of a saved Model must be {expected}. Got {type(part).__name__} instead: the "
                "file is damaged or of another kind."
            )
        if needed[0]:
            require(part, vars(part), needed[0])


def checksum(state):
    """Return the CRC-32 of the numbers and names from which predictions are computed.

    It does not depend on the byte order of the machine.
    """
    code = 0
    for values in arrays(state):
        little_endian = np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<"))
        code = zlib.crc32(little_endian, code)
    return code


def arrays(state):
    """Yield the arrays from which predictions are computed; names, such as those of categories, as text."""
    yield state["network"].theta
    pieces = getattr(state["network"].input_layer, "pieces", None)
    if pieces is not None:
        yield pieces.columns
        yield pieces.slopes
        yield pieces.offsets
    for scaling in (state["scaling"], getattr(state["targets"], "scaling", None)):
        if scaling is not None:
            yield np.asarray(scaling.center)
            yield np.asarray(scaling.scale)
    if state.get("medians") is not None:  # models of earlier versions have none
        yield np.asarray(state["medians"])
    if state["encoder"] is not None:
        yield np.asarray(state["encoder"].medians)
        for column in state["encoder"].dates:
            yield text_bytes([column.kind, column.zone, column.parts])
        for written in state["encoder"].written:
            yield text_bytes([vars(written)[name] for name in sorted(vars(written))])
        for ranks in state["encoder"].ranks:
            yield ranks.knots
        for text in state["encoder"].texts:
            yield text_bytes(text.groups)
            yield text.rarity
            yield text.components
        for column in state["encoder"].categories:
            yield text_bytes([column.categories, column.has_rare])
        for column in state["encoder"].by_target:
            yield text_bytes(column.known_categories)
            yield column.target_encoding.encodings


def text_bytes(values):
    """Return the bytes of the repr of a list."""
    return np.frombuffer(repr(values).encode(), np.uint8)
