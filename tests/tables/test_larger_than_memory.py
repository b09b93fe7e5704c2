"""Arrays on disk, which are read and not copied, and streams of batches."""

import sys
import textwrap
import tracemalloc
import warnings
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from effort import FULL, thinned
from processes import output_of
from scipy import sparse
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from skbackprop import BackpropClassifier, BackpropRegressor, HiddenLayerTransformer
from skbackprop.inspection import check_gradients, diagnose, gradients
from skbackprop.tables import rows_on_disk as stored_rows
from skbackprop.tables import shuffling as row_pool
from skbackprop.tables.batches import Batches
from skbackprop.tables.rows_on_disk import StoredRows, is_stored, rows_of_a_block
from skbackprop.tables.scaling import robust_scaling

ROOT = Path(__file__).parents[2]
SETTINGS = {"hidden_layer_sizes": (12,), "max_iter": 3, "random_state": 0}
N_ROWS, N_FEATURES = 3000, 20
few_epochs = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
NOT_INSTALLED = "the extra 'clients' is not installed"


@pytest.fixture
def small_blocks(monkeypatch):
    """What is large for these tests, so that they need no gigabytes."""
    monkeypatch.setattr(stored_rows, "SMALL_BYTES", 0)
    monkeypatch.setattr(stored_rows, "BLOCK_BYTES", 4 * N_FEATURES * 50)
    monkeypatch.setattr(row_pool, "POOL_BYTES", 4 * N_FEATURES * 1000)
    share_of_the_pool = row_pool.POOL_BYTES // 512  # as it is with the sizes that users have
    monkeypatch.setattr("skbackprop.tables.batches.GATHERED_BYTES", share_of_the_pool)


def make_data():
    """Return X and y, sorted by the class, as files often are."""
    rng = np.random.default_rng(0)
    X = rng.normal(rng.normal(0, 100, N_FEATURES), rng.uniform(0.01, 50, N_FEATURES), (N_ROWS, N_FEATURES))
    z = (X - X.mean(axis=0)) / X.std(axis=0)
    y = (z[:, :5].sum(axis=1) > 0).astype(int)
    order = np.argsort(y, kind="stable")
    return X[order].astype(np.float32), y[order]


X, Y = make_data()
SOME_X, SOME_Y = X[::5], Y[::5]
WITH_GAPS = X.copy()
WITH_GAPS[np.random.default_rng(0).random(X.shape) < 0.01] = np.nan
WITH_GAPS[:, 7] = X[:, 7]  # no gap there, and so no indicator


@cache
def fit_in_memory(rows="all", estimator=BackpropClassifier, **settings):
    """Return the model that is fitted to an array in memory, to which those of every store are compared."""
    data = {"all": (X, Y), "some": (SOME_X, SOME_Y), "with gaps": (WITH_GAPS, Y)}[rows]
    return estimator(**SETTINGS | settings).fit(*data)


def as_memmap(a, folder, order="C"):
    stored = np.memmap(folder / "x.bin", a.dtype, "w+", shape=a.shape, order=order)
    stored[...] = a
    stored.flush()
    return np.memmap(folder / "x.bin", a.dtype, "r", shape=a.shape, order=order)


def as_npy(a, folder):
    np.save(folder / "x.npy", a)
    return np.load(folder / "x.npy", mmap_mode="r")


def as_hdf5(a, folder, **options):
    h5py = pytest.importorskip("h5py", reason=NOT_INSTALLED)
    with h5py.File(folder / "x.h5", "w") as file:
        file.create_dataset("x", data=a, **options)
    return h5py.File(folder / "x.h5", "r")["x"]


def as_zarr(a, folder):
    zarr = pytest.importorskip("zarr", reason=NOT_INSTALLED)
    stored = zarr.open(str(folder / "x.zarr"), mode="w", shape=a.shape, chunks=(70, 7), dtype=a.dtype)
    stored[:] = a
    return zarr.open(str(folder / "x.zarr"), mode="r")


def as_dask(a, folder):
    dask_array = pytest.importorskip("dask.array", reason="the extra 'dask' is not installed")
    return dask_array.from_array(a, (90, 20))


STORES = {
    "memmap": as_memmap,
    "memmap, a column after the other": lambda a, folder: as_memmap(a, folder, order="F"),
    "npy": as_npy,
    "hdf5": as_hdf5,
    "hdf5, chunked": lambda a, folder: as_hdf5(a, folder, chunks=(64, 20), compression="gzip"),
    "zarr": as_zarr,
    "dask": as_dask,
}


@pytest.fixture(params=STORES)
def store(request, tmp_path):
    """A function that puts an array on disk."""
    return lambda a: STORES[request.param](a, tmp_path)


# Reading.


def test_what_is_indexed_is_what_is_stored(store, small_blocks):
    stored = StoredRows(store(X))
    assert stored.shape == X.shape
    assert stored.dtype == X.dtype
    for rows in (slice(0, 10), slice(40, 170), slice(None), slice(2990, None), slice(2990, 4000)):
        np.testing.assert_array_equal(stored[rows], X[rows])
    for rows in ([5], [2999, 0, 7, 7, 1500], np.random.default_rng(0).permutation(N_ROWS)):
        np.testing.assert_array_equal(stored[rows], X[rows])
    np.testing.assert_array_equal(stored[:, 2:5][100:200], X[100:200, 2:5])
    np.testing.assert_array_equal(stored.then(lambda block: 2 * block)[:60], 2 * X[:60])


def test_what_counts_as_stored(store, tmp_path):
    on_disk = store(X)
    assert not is_stored(on_disk)  # small
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stored_rows, "SMALL_BYTES", X.nbytes - 1)
        assert is_stored(on_disk)
        assert not is_stored(X)
        assert not is_stored(X.tolist())
        assert not is_stored(as_memmap(Y, tmp_path))


class OfChunks:
    """What the size of a block depends on."""

    shape, dtype = (10**6, 1000), np.dtype(np.float32)

    def __init__(self, chunks):
        self.chunks = chunks


@pytest.mark.parametrize(
    ("chunks", "block_rows"),
    [
        (None, 65),  # 256 KB
        ((10, 1000), 70),  # whole chunks of at least so much
        ((5000, 10), 5000),  # one chunk is more
        ((10**6, 1), 8388),  # 32 MB: a chunk has all rows
        (((300, 400, 300), (1000,)), 400),  # of different sizes, as Dask's may be
    ],
)
def test_how_many_rows_are_read_at_once(chunks, block_rows):
    assert rows_of_a_block(OfChunks(chunks)) == block_rows


def test_pages_with_changes_of_the_users_are_not_let_go(tmp_path, small_blocks):
    as_memmap(X, tmp_path)
    changed = np.memmap(tmp_path / "x.bin", X.dtype, "c", shape=X.shape)
    changed[:100] = 7
    stored = StoredRows(changed)
    assert (stored[:100] == 7).all()
    stored[:]
    assert (changed[:100] == 7).all()


@pytest.mark.parametrize("batch_size", [1, 7, 64, 1024, N_ROWS])
@pytest.mark.parametrize("part", ["all", "some"])
def test_every_row_comes_once_and_with_its_target(batch_size, part, store, small_blocks):
    rows = None if part == "all" else np.random.default_rng(1).permutation(N_ROWS)[:500]
    numbers = np.arange(N_ROWS, dtype=np.float32)[:, None]
    options = {"batch_size": batch_size, "dtype": np.dtype(np.float32), "rows": rows}
    batches = Batches(StoredRows(store(X)), numbers, **options)
    orders = []
    for rng in (np.random.default_rng(0), np.random.default_rng(1), None):
        order = []
        for X_batch, Y_batch, _ in batches.epoch(rng):
            order += Y_batch[:, 0].astype(int).tolist()
            np.testing.assert_array_equal(X_batch, X[order[-len(X_batch) :]])
            assert batches.batch_size - len(X_batch) in (0, 1)
        orders.append(order)
        assert sorted(order) == (list(range(N_ROWS)) if rows is None else sorted(rows.tolist()))
    assert orders[0] != orders[1]
    assert orders[2] == sorted(orders[2])


def test_batches_of_a_sorted_file_are_mixed(tmp_path, small_blocks):
    """The shares of the classes in a batch are those of a draw from all rows."""
    batches = Batches(
        StoredRows(as_memmap(X, tmp_path)), Y[:, None].astype(np.float32), batch_size=100, dtype=X.dtype
    )
    shares = [
        Y_batch.mean() for seed in range(5) for _, Y_batch, _ in batches.epoch(np.random.default_rng(seed))
    ]
    # Of 100 draws the standard deviation is 0.05; twenty blocks of one class each add at most 0.025.
    assert 0.03 < np.std(shares) < 0.065
    assert np.mean(shares) == pytest.approx(Y.mean(), abs=1e-6)


# Fitting and predicting.


@pytest.mark.parametrize("recipe", ["textbook", "fast"])
def test_fits_of_small_arrays_on_disk_are_fits_of_arrays(recipe, store):
    here = fit_in_memory(recipe=recipe, schedule="cosine")
    there = clone(here).fit(store(X), Y)
    np.testing.assert_array_equal(there.predict_proba(X), here.predict_proba(X))


@pytest.mark.parametrize("recipe", ["textbook", "fast"])
def test_fits_of_large_ones_are_as_good(recipe, store, small_blocks):
    here = fit_in_memory(recipe=recipe, schedule="cosine", max_iter=12, batch_size=64, learning_rate=0.02)
    there = clone(here).fit(store(X), Y)
    assert here.score(X, Y) > 0.97
    assert there.score(X, Y) > here.score(X, Y) - 0.01


def test_the_regressors_embeddings_and_several_networks(tmp_path, small_blocks):
    y = X[:, :3] @ [0.1, 0.2, 0.3]
    settings = {**SETTINGS, "n_estimators": 2, "max_iter": 10}
    model = BackpropRegressor(**settings).fit(as_memmap(X, tmp_path), y)
    assert model._model.settings.input_layer == "mixed"
    assert model.score(X, y) > BackpropRegressor(**settings).fit(X, y).score(X, y) - 0.02 > 0.9


def test_predictions_are_those_of_the_array(store, small_blocks):
    X, Y = SOME_X, SOME_Y  # twelve blocks
    on_disk = store(X)
    model = fit_in_memory("some", n_estimators=2)
    for method in ("predict_proba", "predict_log_proba", "decision_function", "predict"):
        np.testing.assert_array_equal(getattr(model, method)(on_disk), getattr(model, method)(X))
    assert model.predict_proba(on_disk).dtype == np.float32
    assert model.score(on_disk, Y) == model.score(X, Y)
    hidden = HiddenLayerTransformer(model)
    np.testing.assert_array_equal(hidden.fit(X, Y).transform(on_disk), hidden.transform(X))
    regressor = fit_in_memory("some", BackpropRegressor, recipe="fast", n_estimators=2, dropout=0.1)
    for there, here in zip(
        regressor.predict(on_disk, return_std=True),
        regressor.predict(X, return_std=True),
        strict=True,
    ):
        np.testing.assert_array_equal(there, here)


def test_the_inspection_reads_it_all(tmp_path, small_blocks):
    on_disk = as_memmap(X, tmp_path)
    model = fit_in_memory()
    for there, here in zip(gradients(model, on_disk, Y), gradients(model, X, Y), strict=True):
        np.testing.assert_array_equal(there.dW, here.dW)
    assert str(diagnose(model, on_disk, Y)) == str(diagnose(model, X, Y))
    untrained = BackpropClassifier(**SETTINGS, recipe="textbook", activation="tanh")
    assert check_gradients(untrained, on_disk, Y).passed


@few_epochs
def test_a_full_batch_is_the_same_whatever_holds_it(store, small_blocks):
    """There is no order to differ in; the sums are made in another."""
    for more in ({"batch_size": N_ROWS}, {"solver": "lbfgs"}):
        here = fit_in_memory(recipe="textbook", dtype="float64", schedule="cosine", **more)
        there = clone(here).fit(store(X), Y)
        np.testing.assert_allclose(there.predict_proba(X), here.predict_proba(X), rtol=1e-9)


@few_epochs
def test_weights_validation_and_stopping(tmp_path, small_blocks):
    on_disk = as_memmap(X, tmp_path)
    weights = np.where(np.arange(N_ROWS) % 3 == 0, 0.0, 1.0)
    settings = {**SETTINGS, "batch_size": 64, "max_iter": 6, "early_stopping": True}
    for scoring in ("loss", "accuracy"):
        model = BackpropClassifier(**settings, scoring=scoring).fit(on_disk, Y, sample_weight=weights)
        assert len(model.validation_loss_curve_) == 6
        assert model.score(X, Y) > 0.9
    model = BackpropClassifier(**SETTINGS, scoring="accuracy")
    model.fit(X, Y, X_val=on_disk, y_val=Y)
    assert model.best_validation_score_ == model.score(X, Y)
    # Rows of weight 0 are not there.
    full = {**SETTINGS, "recipe": "textbook", "solver": "lbfgs", "dtype": "float64", "max_iter": 5}
    weighted = BackpropClassifier(**full).fit(on_disk, Y, sample_weight=weights)
    without = BackpropClassifier(**full).fit(X[weights > 0], Y[weights > 0])
    np.testing.assert_allclose(weighted.predict_proba(X), without.predict_proba(X), rtol=1e-6)


@few_epochs
def test_gaps_are_filled_block_by_block(store, small_blocks):
    here = fit_in_memory("with gaps", recipe="textbook", solver="lbfgs", dtype="float64")
    there = clone(here).fit(store(WITH_GAPS), Y)
    assert there.coefs_[0].shape[0] == here.coefs_[0].shape[0] == 2 * N_FEATURES - 1
    np.testing.assert_allclose(there.predict_proba(X), here.predict_proba(X), rtol=1e-6)
    np.testing.assert_array_equal(there.predict(store(WITH_GAPS)), there.predict(WITH_GAPS))
    # Gaps that no row of the fit had.
    for model in (fit_in_memory(), clone(here).fit(store(X), Y)):
        medians = np.quantile(X, 0.5, axis=0, method="inverted_cdf")
        expected = model.predict_proba(np.where(np.isnan(WITH_GAPS), medians, WITH_GAPS))
        np.testing.assert_array_equal(model.predict_proba(store(WITH_GAPS)), expected)
        np.testing.assert_array_equal(model.predict_proba(WITH_GAPS), expected)


def test_the_scaling_is_that_of_all_rows_or_of_a_large_sample(tmp_path, small_blocks, monkeypatch):
    on_disk = as_memmap(X, tmp_path)
    standard = BackpropClassifier(**SETTINGS, scaling="standard").fit(on_disk, Y)._model.scaling
    np.testing.assert_allclose(standard.center, X.mean(axis=0, dtype=np.float64), rtol=1e-9)
    np.testing.assert_allclose(standard.scale, X.std(axis=0, dtype=np.float64), rtol=1e-9)
    weights = np.where(np.arange(N_ROWS) < 2000, 1.0, 0.0)
    whole = robust_scaling(X, weights)
    np.testing.assert_array_equal(robust_scaling(StoredRows(on_disk), weights).center, whole.center)
    monkeypatch.setattr(stored_rows, "SAMPLE_BYTES", X.nbytes // 3)
    sampled = robust_scaling(StoredRows(on_disk), weights)
    # The median of 1000 draws is off by 1.25 / sqrt(1000) = 0.04 standard deviations.
    assert (np.abs(sampled.center - whole.center) < 4 * 0.04 * X.std(axis=0)).all()
    np.testing.assert_allclose(sampled.scale, whole.scale, rtol=0.25)
    assert (sampled.center != whole.center).any()


def test_infinity_and_categories_are_refused(tmp_path, small_blocks):
    on_disk = as_memmap(X, tmp_path)
    with pytest.raises(ValueError, match=r"parameter is \[3\], but X is a large array"):
        BackpropClassifier(**SETTINGS, categorical_features=[3]).fit(on_disk, Y)
    model = BackpropClassifier(**SETTINGS).fit(on_disk, Y)
    with pytest.raises(ValueError, match="X has 5 features, but BackpropClassifier is expecting 20"):
        model.predict(as_memmap(X[:, :5], tmp_path))
    infinite = X.copy()
    infinite[1234, 5] = np.inf
    on_disk = as_memmap(infinite, tmp_path)
    with pytest.raises(ValueError, match=r"infinity .* first in row 1234"):
        BackpropClassifier(**SETTINGS).fit(on_disk, Y)
    with pytest.raises(ValueError, match="infinity"):
        model.predict(on_disk)


@pytest.mark.parametrize(
    ("numbers", "named"),
    [
        (np.array([2**53, 2**53 + 1, -(2**53) - 1]), "[1, 2]"),
        (np.array([0, 2**53 + 1, 10**18], np.uint64), "[1, 2]"),
        (np.array([2**53, -(2**53), 0]), None),
        (np.array([127, -128, 0], np.int8), None),
        (np.full(300, 2**60), "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 290 more]"),
    ],
)
def test_integers_beyond_2_to_the_53_are_named(numbers, named, tmp_path, small_blocks):
    whole = np.zeros((300, len(numbers)), numbers.dtype)
    whole[150] = numbers  # not in the first block
    for X in (as_memmap(whole, tmp_path), whole):  # the same on disk as in memory
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            BackpropClassifier((4,), recipe="fast", max_iter=1, random_state=0).fit(X, np.arange(300) % 2)
        texts = [str(w.message) for w in caught if "2^53" in str(w.message)]
        assert [f"The columns {named} of X" in text for text in texts] == [True] * (named is not None)


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_y_must_be_as_long(method, tmp_path, small_blocks):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        getattr(BackpropClassifier(**SETTINGS), method)(as_memmap(X, tmp_path), Y[:-1])


# Memory.

BEGIN = """
import resource, sys
from pathlib import Path
import numpy as np
from skbackprop import BackpropClassifier

def status(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":"))

rng = np.random.default_rng(0)
"""
# A process that may take 180 MB more, with a file of 240 MB.
LIMITED = """
model = BackpropClassifier((8,), n_estimators=2, max_iter=1, batch_size=256, random_state=0)
model.fit(rng.normal(size=(300, 1000)).astype(np.float32), np.arange(300) % 2)  # all is loaded
X = np.memmap(sys.argv[1], np.float32, "r", shape=(60_000, 1000))
y = np.arange(60_000) % 2
room = 180 * 2**20
assert room < X.nbytes
resource.setrlimit(resource.RLIMIT_DATA, (status("VmData") + room,) * 2)
before = status("VmHWM")
"""


def printed_by(*parts, argument=""):
    """Return what a program prints in a process of its own."""
    program = "".join(map(textwrap.dedent, (BEGIN, *parts)))
    return output_of("-W", "error", "-c", program, argument)


@pytest.fixture(scope="module")
def large_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("large") / "x.bin"
    block = np.random.default_rng(0).normal(size=(6000, 1000)).astype(np.float32)
    with path.open("wb") as file:
        for _ in range(10):
            block.tofile(file)
    yield path
    path.unlink()


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="the system's limit on data is Linux's")


@on_linux
def test_a_copy_of_x_is_more_than_the_limit_allows(large_file):
    program = """
    try:
        np.array(X)
    except MemoryError:
        print("no room")
    """
    assert printed_by(LIMITED, program, argument=large_file) == "no room\n"


def test_the_check_for_gaps_and_infinity_takes_a_block_at_a_time(large_file):
    X = np.memmap(large_file, np.float32, "r", shape=(60_000, 1000))
    tracemalloc.start()
    assert not StoredRows(X).find_gaps().any()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * stored_rows.BLOCK_BYTES  # a bool for each number would be 60 MB


TRAINED = {
    "fit": "model.fit(X, y)",
    "textbook": "model.set_params(recipe='textbook', max_iter=2).fit(X, y)",
    "partial_fit": "clone(model).partial_fit(X, y)",
}


@on_linux
@pytest.mark.parametrize("train", thinned(list(TRAINED), 3))
def test_x_is_not_copied(train, large_file):
    program = f"""
    import warnings
    from sklearn.base import clone
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # one epoch need not be enough
        model = {TRAINED[train]}
    assert model.predict(X).shape == y.shape
    print((status("VmHWM") - before) / 2**20)
    """
    # Nor are the pages of the file counted as this process's: they are let go.
    assert float(printed_by(LIMITED, program, argument=large_file)) < 180


# Streams.


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("solver", ["sgd", "adamw"])
def test_predictions_do_not_jump_when_a_batch_moves_the_scaling(dtype, solver):
    """The steps of the second call are too small to change anything: what would is the scaling."""
    X, y = load_digits(return_X_y=True)
    settings = {"hidden_layer_sizes": 16, "solver": solver, "dtype": dtype, "random_state": 0}
    if solver == "sgd":
        settings["momentum"] = 0
    model = BackpropClassifier(**settings).partial_fit(X[:200], y[:200], classes=np.arange(10))
    before = model.predict_proba(X)
    first_weights = model.coefs_[0].copy()
    model._model.training.learning_rate = 1e-300
    model.partial_fit(20 + 5 * X[200:900], y[200:900])
    assert np.abs(model.coefs_[0] - first_weights).max() > 0.1
    tolerance = 1e-9 if dtype == "float64" else 2e-3
    np.testing.assert_allclose(model.predict_proba(X), before, rtol=tolerance, atol=tolerance / 100)


def test_the_statistics_of_a_stream_are_those_of_all_its_rows():
    rng = np.random.default_rng(0)
    stream = [rng.normal(10 * i, 1 + i, size=(30 + i, 4)) for i in range(12)]
    weights = [rng.uniform(0, 2, len(batch)) for batch in stream]
    model = BackpropRegressor(hidden_layer_sizes=(4,), random_state=0)
    for i, (batch, w) in enumerate(zip(stream, weights, strict=True)):
        model.partial_fit(batch, batch[:, 0] - 10 * i, sample_weight=w)
    whole = StandardScaler().fit(np.vstack(stream), sample_weight=np.concatenate(weights))
    np.testing.assert_allclose(model._model.scaling.center, whole.mean_, rtol=1e-12)
    np.testing.assert_allclose(model._model.scaling.scale, whole.scale_, rtol=1e-12)


@pytest.mark.parametrize("method", ["partial_fit", "fit"])
def test_predictions_follow_a_target_that_leaves_the_range_of_the_first_batch(method):
    """They are clipped to the range of all y so far."""
    rng = np.random.default_rng(0)
    settings = {"hidden_layer_sizes": (16,), "schedule": "constant", "random_state": 0}
    model = BackpropRegressor(max_iter=1, warm_start=True, **settings)
    for level in (0, 20):
        for _ in range(40):
            X = rng.normal(size=(50, 2))
            getattr(model, method)(X, level + X.sum(axis=1))
    assert model.predict(X).mean() == pytest.approx(20, abs=2)


def test_partial_fit_reads_an_array_on_disk_part_by_part(tmp_path):
    on_disk = as_memmap(X, tmp_path)
    here = BackpropClassifier(**SETTINGS)
    there = clone(here)
    for rows in gen_batches(N_ROWS, 500):
        here.partial_fit(X[rows], Y[rows], classes=[0, 1])
        there.partial_fit(on_disk[rows], Y[rows], classes=[0, 1])
    np.testing.assert_array_equal(there.predict_proba(on_disk), here.predict_proba(X))


@on_linux
def test_a_long_stream_takes_no_more_memory():
    """Many calls after those that fill what is kept of the losses; a complete run makes thousands."""
    n_kept, n_more = (1000, 3000) if FULL else (50, 150)
    program = f"""
    from skbackprop.training import loop

    loop.STREAM_EPOCHS = {n_kept}

    def call(i):
        X = rng.normal(i / 1000, 1, size=(20, 20))
        stream.partial_fit(X, X[:, 0] > 0, classes=[False, True])

    stream = BackpropClassifier(hidden_layer_sizes=(8,), n_estimators=1, random_state=0)
    n_before = {2 * n_kept}
    for i in range(n_before):
        call(i)
    warm = status("RssAnon")
    for i in range(n_before, n_before + {n_more}):
        call(i)
    print((status("RssAnon") - warm) / 2**20)
    """
    assert float(printed_by(program)) < 1


@few_epochs
@pytest.mark.parametrize("make", [sparse.csr_array, sparse.csr_matrix, sparse.csc_array])
def test_a_large_sparse_matrix_is_in_memory(make):
    """Dense it would take 640 MB; its numbers are a few."""
    rng = np.random.default_rng(0)
    y = np.arange(4000) % 2
    X = make(
        (np.ones(8000), (np.repeat(np.arange(4000), 2), rng.integers(0, 20_000, 8000))), shape=(4000, 20_000)
    )
    model = BackpropClassifier(4, recipe="textbook", max_iter=1, n_iter_no_change=None).fit(X, y)
    assert model.predict_proba(X).shape == (4000, 2)
