"""The input layer of a model, made from its data."""

from types import SimpleNamespace

import numpy as np
import pytest

from skbackprop.model.layers import make_input_layer
from skbackprop.tables.encoded_rows import EncodedRows


def settings(input_layer, n_estimators=2):
    return SimpleNamespace(input_layer=input_layer, n_estimators=n_estimators, kind="classifier")


def encoder(n_numeric, **columns):
    columns = {"on_circle": (), "with_ranks": (), **columns}
    return SimpleNamespace(n_numeric=n_numeric, codes_of_many=lambda most: np.arange(0), **columns)


ROWS = np.random.default_rng(0).normal(size=(300, 4))


@pytest.mark.parametrize(
    ("kind", "embedded", "encoded"),
    [("scale", [], []), ("periodic", [0, 1, 3], []), ("piecewise", [], [0, 3]), ("mixed", [0, 1, 3], [0, 3])],
)
def test_which_columns_are_encoded(kind, embedded, encoded):
    X = ROWS.copy()
    X[:, 1] = np.arange(300) % 5
    X[:, 2] = np.arange(300) % 2
    layer = make_input_layer(settings(kind), X, None, None)
    assert layer.columns.tolist() == embedded
    assert ([] if layer.pieces is None else np.unique(layer.pieces.columns).tolist()) == encoded
    for name in ("on_circle", "with_ranks"):
        without = make_input_layer(settings(kind), X, None, None, encoder(4, **{name: [0]}))
        assert 0 not in without.columns
        assert without.pieces is None or 0 not in without.pieces.columns


def test_indicators_of_very_many_categories_are_not_made():
    """With them, the sample of rows would need a terabyte."""
    X = EncodedRows(ROWS, np.arange(300, dtype=np.int32)[:, None], [10**9])
    layer = make_input_layer(settings("mixed", n_estimators=1), X, None, None, encoder(4))
    assert len(layer.columns) == 4
