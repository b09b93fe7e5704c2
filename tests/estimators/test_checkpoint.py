"""A training that was saved under way goes on as if nothing had happened."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from effort import n_examples
from fit_callbacks import StopAfter
from sklearn.datasets import load_diabetes, load_iris

from skbackprop import BackpropClassifier, BackpropRegressor, Checkpoint

pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)


def interrupted(model, path, n_epochs, every=1, **data):
    """Return the checkpoint of a fit that died after `n_epochs`."""
    model.set_callbacks(Checkpoint(path, every), StopAfter(n_epochs))
    with pytest.raises(SystemExit):
        model.fit(**data)
    return Checkpoint.load(path)


@pytest.mark.parametrize("every", [1, 4])
@pytest.mark.parametrize(
    ("n_epochs", "patience"), [(4, None), (11, None), (20, None), (4, "cycle"), (8, "cycle")]
)
def test_a_resumed_fit_is_the_uninterrupted_one(n_epochs, patience, every, tmp_path):
    X, y = (part[:150] for part in load_diabetes(return_X_y=True))
    w = np.linspace(0.5, 2, len(y))
    settings = {"hidden_layer_sizes": (12, 6), "n_estimators": 2, "dropout": 0.1}
    settings |= {"early_stopping": True, "max_iter": 20, "n_iter_no_change": patience}
    whole = BackpropRegressor(**settings, random_state=0).fit(X, y, sample_weight=w)
    assert whole.n_iter_ == (10 if patience else 20)
    resumed = interrupted(
        BackpropRegressor(**settings, random_state=0),
        tmp_path / "c",
        n_epochs,
        every,
        X=X,
        y=y,
        sample_weight=w,
    )
    assert resumed.n_iter_ == n_epochs - n_epochs % every
    resumed.fit(X, y, sample_weight=w)
    np.testing.assert_array_equal(resumed.predict(X), whole.predict(X))
    assert resumed.loss_curve_ == whole.loss_curve_
    assert resumed.validation_loss_curve_ == whole.validation_loss_curve_


def test_a_resumed_fit_can_be_interrupted_again(tmp_path):
    settings = {"hidden_layer_sizes": 6, "max_iter": 12, "random_state": 0}
    whole = BackpropClassifier(**settings).fit(X, Y)
    once = interrupted(BackpropClassifier(**settings), tmp_path / "c", 5, X=X, y=Y)
    # The epochs of a fit are counted anew by scikit-learn: three more.
    twice = interrupted(once, tmp_path / "c", 3, X=X, y=Y)
    assert twice.n_iter_ == 8
    np.testing.assert_array_equal(twice.fit(X, Y).predict_proba(X), whole.predict_proba(X))


def test_a_checkpoint_predicts_and_holds_no_callbacks(tmp_path):
    settings = {"hidden_layer_sizes": 6, "recipe": "textbook", "schedule": lambda_of_one, "random_state": 0}
    loaded = interrupted(BackpropClassifier(**settings, max_iter=9), tmp_path / "c", 4, X=X, y=Y)
    alone = BackpropClassifier(**settings, max_iter=4).fit(X, Y)
    np.testing.assert_array_equal(loaded.predict_proba(X), alone.predict_proba(X))
    assert not [name for name in vars(loaded) if "callback" in name]


def lambda_of_one(t):
    return 1.0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked process")
def test_killed_at_random_moments(tmp_path):
    n_moments = n_examples(6, 30)  # of six kinds of fits
    program = Path(__file__).with_name("killed_fits.py")
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, program, tmp_path, str(n_moments)],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    n_epochs = [int(line) for line in done.stdout.split()]
    assert len(n_epochs) == n_moments
    assert sum(n > 0 for n in n_epochs) >= 0.4 * n_moments  # else hardly anything was resumed


def test_an_unwritable_file_raises_before_the_first_epoch(tmp_path):
    model = BackpropClassifier(4, max_iter=2).set_callbacks(Checkpoint(tmp_path / "no" / "c"))
    with pytest.raises(FileNotFoundError, match="folder"):
        model.fit(X, Y)


def test_a_full_disk_leaves_the_checkpoint_before(tmp_path, monkeypatch):
    path = tmp_path / "c"
    settings = {"hidden_layer_sizes": 6, "max_iter": 8, "random_state": 0}
    before = interrupted(BackpropClassifier(**settings), path, 3, X=X, y=Y)
    content = path.read_bytes()

    def no_space(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match=r"No space left.*unchanged"):
        BackpropClassifier(**settings).set_callbacks(Checkpoint(path)).fit(X, Y)
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["c"]
    assert before.n_iter_ == 3


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "empty", "pickle"])
def test_damaged_files_are_refused(damage, tmp_path):
    path = tmp_path / "c"
    interrupted(BackpropClassifier(4, max_iter=4, random_state=0), path, 2, X=X, y=Y)
    content = bytearray(path.read_bytes())
    if damage == "cut":
        content = content[:-10]
    elif damage == "changed":
        content[len(content) // 2] ^= 1
    elif damage == "foreign":
        content = b"GIF89a"
    elif damage == "empty":
        content = b""
    else:
        content = pickle.dumps(BackpropClassifier())
    path.write_bytes(content)
    message = "cut short or damaged" if damage in ("cut", "changed") else "not a checkpoint"
    with pytest.raises(ValueError, match=message):
        Checkpoint.load(path)
    with pytest.raises(FileNotFoundError):
        Checkpoint.load(tmp_path / "missing")


@pytest.mark.parametrize("every", [0, -1, 1.5, True, "2"])
def test_every_is_a_positive_int(every):
    with pytest.raises(ValueError, match="'every' parameter"):
        Checkpoint("c", every)


@pytest.mark.parametrize("use", [Checkpoint, Checkpoint.load])
@pytest.mark.parametrize("path", [None, 3, b"c"])
def test_a_path_is_text_or_a_path(use, path):
    with pytest.raises(TypeError, match=f"'path' parameter of Checkpoint must be .* Got {path!r}"):
        use(path)
