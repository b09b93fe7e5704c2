"""Files that are cut short, damaged or something else: an error that says so, and never half an estimator."""

import copy
import hashlib
import io
import json
import pickle
import re
import zipfile

import joblib
import numpy as np
import pytest
from sklearn.base import is_classifier
from sklearn.datasets import load_diabetes, load_iris
from sklearn.frozen import FrozenEstimator

from skbackprop import BackpropClassifier, BackpropRegressor, Checkpoint, HiddenLayerTransformer
from skbackprop.estimators.checkpoint import HEADER
from skbackprop.model.saved_state import PARTS
from skbackprop.tables.targets import ClassTargets

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
SMALL = {"hidden_layer_sizes": (8, 4), "max_iter": 3, "random_state": 0}


@pytest.fixture(scope="module")
def model():
    return BackpropClassifier(**SMALL, warm_start=True).fit(X, Y)


def pickled(model, path):
    path.write_bytes(pickle.dumps(model))


def open_pickle(path):
    return pickle.loads(path.read_bytes())


def through_skops(model, path):
    pytest.importorskip("skops.io", reason="skops is not installed").dump(model, path)


def open_skops(path):
    skops = pytest.importorskip("skops.io", reason="skops is not installed")
    return skops.load(path, trusted=skops.get_untrusted_types(file=path))


def checkpoint(model, path):
    Checkpoint(path).save(model)


FORMATS = {
    "pickle": (pickled, open_pickle),
    "joblib": (joblib.dump, joblib.load),
    "joblib, compressed": (lambda model, path: joblib.dump(model, path, compress=3), joblib.load),
    "skops": (through_skops, open_skops),
    "checkpoint": (checkpoint, Checkpoint.load),
}


@pytest.fixture(params=FORMATS)
def saved(request, model, tmp_path):
    """Return the path of a saved model, and what opens it."""
    save, load = FORMATS[request.param]
    path = tmp_path / "model"
    save(model, path)
    np.testing.assert_array_equal(load(path).predict_proba(X), model.predict_proba(X))
    return path, load


def nothing_or_whole(load, path, model):
    """Return whether `path` is refused, by whatever error; where it is not, it must be all of `model`."""
    try:
        loaded = load(path)
    except Exception:
        return True
    np.testing.assert_array_equal(loaded.predict_proba(X), model.predict_proba(X))
    assert loaded.get_params() == model.get_params()
    return False


def test_a_file_that_is_cut_short_anywhere(saved, model):
    path, load = saved
    content = path.read_bytes()
    n_bytes = len(content)
    stops = sorted({*range(30), *np.linspace(0, n_bytes - 1, 150).astype(int).tolist(), n_bytes - 1})
    refused = []
    for stop in stops:
        path.write_bytes(content[:stop])
        refused.append(nothing_or_whole(load, path, model))
    # The last bytes of a compressed joblib file are its checksum, which joblib does not ask for.
    assert all(refused[:-1])
    assert refused[-1] or load is joblib.load


@pytest.mark.parametrize("content", [b"", b"\x00" * 1000, b"age,town\n23,Bern\n", b"\x89PNG\r\n\x1a\n"])
def test_a_file_of_something_else(saved, content):
    path, load = saved
    path.write_bytes(content)
    with pytest.raises(Exception):  # noqa: B017
        load(path)


def test_a_folder(saved, tmp_path):
    _, load = saved
    with pytest.raises(OSError, match=re.escape(str(tmp_path))):
        load(tmp_path)


# The checkpoint is ours: its errors name the file and what is wrong with it.


def test_a_checkpoint_with_any_bit_flipped_is_refused(model, tmp_path):
    path = tmp_path / "iris.checkpoint"
    checkpoint(model, path)
    content = bytearray(path.read_bytes())
    rng = np.random.default_rng(0)
    places = [*range(60), *rng.integers(0, len(content), 400).tolist()]
    for place in places:
        bit = 1 << int(rng.integers(8))
        content[place] ^= bit
        path.write_bytes(content)
        with pytest.raises(ValueError, match=re.escape(repr(str(path)))):
            Checkpoint.load(path)
        content[place] ^= bit


@pytest.mark.parametrize("stop", [0, 1, len(HEADER) - 1, len(HEADER), len(HEADER) + 31, len(HEADER) + 32, -1])
def test_a_checkpoint_that_is_cut_short_names_its_path(model, tmp_path, stop):
    path = tmp_path / "iris.checkpoint"
    checkpoint(model, path)
    path.write_bytes(path.read_bytes()[:stop])
    message = "not a checkpoint" if 0 <= stop < len(HEADER) else "cut short or damaged"
    with pytest.raises(ValueError, match=f"{re.escape(repr(str(path)))}.*{message}"):
        Checkpoint.load(path)


def write_checkpoint(path, content):
    path.write_bytes(HEADER + hashlib.sha256(content).digest() + content)


@pytest.mark.parametrize("thing", [{"a": 1}, None, np.arange(3), "model"])
def test_a_checkpoint_of_something_else_is_refused(thing, tmp_path):
    path = tmp_path / "thing.checkpoint"
    write_checkpoint(path, pickle.dumps(thing))
    with pytest.raises(
        ValueError, match=rf"thing\.checkpoint' contains a {type(thing).__name__}, which is not an estimator"
    ):
        Checkpoint.load(path)


def test_a_checkpoint_of_a_class_that_is_gone_says_so(tmp_path, model):
    path = tmp_path / "old.checkpoint"
    write_checkpoint(
        path, pickle.dumps(model, protocol=0).replace(b"skbackprop.network.network", b"skbackprop.netwerk")
    )
    with pytest.raises(
        ValueError, match=r"old\.checkpoint' is complete.*ModuleNotFoundError.*netwerk.*versions"
    ):
        Checkpoint.load(path)


@pytest.mark.parametrize("name", ["nowhere.checkpoint", "."])
def test_a_checkpoint_that_cannot_be_read_names_its_path(name, tmp_path):
    path = tmp_path / name
    with pytest.raises(OSError, match=re.escape(str(path))):
        Checkpoint.load(path)


# States that lack what they need, whatever format brought them.


@pytest.mark.parametrize("estimator", [BackpropClassifier, BackpropRegressor])
@pytest.mark.parametrize("state", [None, [], "state", 3])
def test_a_state_that_is_no_dict_is_refused(estimator, state):
    message = rf"A saved {estimator.__name__} must be a dict.*Got {type(state).__name__} instead"
    with pytest.raises(ValueError, match=message):
        estimator.__new__(estimator).__setstate__(state)


@pytest.mark.parametrize("name", ["estimator", "layer"])
def test_a_transformer_without_a_parameter_is_refused(model, name):
    transformer = HiddenLayerTransformer(FrozenEstimator(model)).fit(X, Y)
    loaded = pickle.loads(pickle.dumps(transformer))
    np.testing.assert_array_equal(loaded.transform(X), transformer.transform(X))
    state = transformer.__getstate__()
    del state[name]
    with pytest.raises(ValueError, match=rf"A saved HiddenLayerTransformer must have \['{name}'\]"):
        HiddenLayerTransformer.__new__(HiddenLayerTransformer).__setstate__(state)


def test_a_state_without_a_parameter_is_refused(model):
    state = model.__getstate__()
    for name in model.get_params():
        lacking = {key: value for key, value in state.items() if key != name}
        with pytest.raises(ValueError, match=rf"A saved BackpropClassifier must have \['{name}'\]"):
            BackpropClassifier.__new__(BackpropClassifier).__setstate__(lacking)
    with pytest.raises(ValueError, match=r"Got only \['colour'\]"):
        BackpropClassifier.__new__(BackpropClassifier).__setstate__({"colour": "red"})


@pytest.mark.parametrize("name", ["network", "loss", "targets", "scaling", "history", "settings", "encoder"])
def test_a_model_that_lacks_a_part_is_refused(model, name):
    inner = model._model
    lacking = {key: value for key, value in vars(inner).items() if key != name}
    with pytest.raises(ValueError, match=rf"A saved Model must have \['{name}'\]"):
        type(inner).__new__(type(inner)).__setstate__(lacking)


@pytest.mark.parametrize("name", ["network", "targets", "scaling", "history", "settings", "encoder"])
def test_a_model_with_something_else_for_a_part_is_refused(model, name):
    inner = model._model
    message = rf"The {name} of a saved Model must be \w+.*Got dict instead"
    with pytest.raises(ValueError, match=message):
        type(inner).__new__(type(inner)).__setstate__({**vars(inner), name: {}})


FRAME = {"age": [23.0, np.nan, 41.0, 35.0] * 10, "town": ["Bern", "Rome", "Oslo", "Bern"] * 10}
NEEDED = [
    (name, kind, attribute) for name, kinds in PARTS.items() for kind in kinds for attribute in kinds[kind]
]


@pytest.mark.parametrize(("name", "kind", "attribute"), NEEDED)
def test_a_part_that_lacks_an_attribute_is_refused(name, kind, attribute):
    frame = pytest.importorskip("pandas").DataFrame(FRAME)
    inner = BackpropRegressor(**SMALL).fit(frame, np.arange(40.0))._model
    if kind is ClassTargets:
        inner = BackpropClassifier(**SMALL).fit(frame, np.arange(40) % 2)._model
    part = copy.copy(getattr(inner, name))
    del vars(part)[attribute]
    with pytest.raises(ValueError, match=rf"A saved \w+ must have \['{attribute}'\]"):
        type(inner).__new__(type(inner)).__setstate__({**vars(inner), name: part})


@pytest.mark.parametrize("attribute", ["n_inputs", "columns", "n_outputs", "shapes"])
def test_an_input_layer_that_lacks_an_attribute_is_refused(model, attribute):
    network = model._model.network
    input_layer = copy.copy(network.input_layer)
    del vars(input_layer)[attribute]
    with pytest.raises(ValueError, match=rf"A saved InputLayer must have \['{attribute}'\]"):
        changed(network, input_layer=input_layer)


def changed(network, **changes):
    state = {**network.__getstate__(), **changes}
    return type(network).__new__(type(network)).__setstate__(state)


def test_a_network_that_lacks_a_part_is_refused(model):
    network = model._model.network
    state = network.__getstate__()
    for name in ("theta", "layer_sizes", "n_networks", "activation_names", "input_layer"):
        lacking = {key: value for key, value in state.items() if key != name}
        with pytest.raises(ValueError, match=rf"A saved Network must have \['{name}'\]"):
            type(network).__new__(type(network)).__setstate__(lacking)


def test_a_network_with_parameters_of_another_shape_is_refused(model):
    network = model._model.network
    n = network.theta.size
    for theta in (network.theta[:-1], np.append(network.theta, 0), network.theta.reshape(1, -1), None):
        with pytest.raises(
            ValueError, match=rf"must have {n} parameters. Got.*shape {re.escape(str(np.shape(theta)))}"
        ):
            changed(network, theta=theta)


def test_a_network_of_an_unknown_activation_is_refused(model):
    network = model._model.network
    with pytest.raises(ValueError, match=r"activations \['swish'\], which are not registered"):
        changed(network, activation_names=("selu", "swish"))


def arrays_of(model):
    """Return the arrays that the predictions of a model are computed from."""
    scalings = [model._model.scaling, getattr(model._model.targets, "scaling", None)]
    pieces = model._model.network.input_layer.pieces
    encoding = [pieces.columns, pieces.slopes, pieces.offsets]
    return [model._model.network.theta, *encoding, *(a for s in scalings if s for a in (s.center, s.scale))]


def with_a_flipped_bit(content, array):
    """Yield `content` with each time another bit of `array` flipped."""
    start = content.index(array.tobytes())
    rng = np.random.default_rng(0)
    for place in rng.integers(0, array.nbytes, 40).tolist():
        damaged = bytearray(content)
        damaged[start + place] ^= 1 << int(rng.integers(8))
        yield bytes(damaged)


def joblib_bytes(model):
    file = io.BytesIO()
    joblib.dump(model, file)
    return file.getvalue()


@pytest.mark.parametrize("form", ["pickle", "joblib"])
@pytest.mark.parametrize("estimator", [BackpropClassifier(**SMALL), BackpropRegressor(**SMALL)])
def test_one_flipped_bit_of_the_numbers_is_found(form, estimator):
    X, y = (load_iris if is_classifier(estimator) else load_diabetes)(return_X_y=True)
    model = estimator.fit(X, y)
    content = pickle.dumps(model) if form == "pickle" else joblib_bytes(model)
    for array in arrays_of(model):
        for damaged in with_a_flipped_bit(content, array):
            with pytest.raises(ValueError, match=r"numbers of a saved Model do not match its checksum"):
                pickle.loads(damaged) if form == "pickle" else joblib.load(io.BytesIO(damaged))


@pytest.mark.parametrize("kind", ["float32", "float64"])
def test_numbers_in_the_byte_order_of_another_machine_are_the_same(kind):
    inner = BackpropClassifier(**SMALL, dtype=kind).fit(X, Y)._model
    state = inner.__getstate__()
    network = copy.copy(inner.network)
    network.theta = network.theta.astype(network.theta.dtype.newbyteorder())
    type(inner).__new__(type(inner)).__setstate__({**state, "network": network})
    network.theta = network.theta + 1
    with pytest.raises(ValueError, match="do not match its checksum"):
        type(inner).__new__(type(inner)).__setstate__({**state, "network": network})


def test_a_skops_file_whose_schema_was_edited_is_refused(model, tmp_path):
    skops = pytest.importorskip("skops.io", reason="skops is not installed")
    content = skops.dumps(model)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    schema = json.loads(entries["schema.json"])
    del schema["content"]["content"]["alpha"]
    entries["schema.json"] = json.dumps(schema).encode()
    path = tmp_path / "edited.skops"
    with zipfile.ZipFile(path, "w") as archive:
        for name, entry in entries.items():
            archive.writestr(name, entry)
    with pytest.raises(ValueError, match=r"A saved BackpropClassifier must have \['alpha'\]"):
        open_skops(path)
