"""scikit-learn's callbacks, with those that it brings and with those that a user would write."""

import io
import time

import numpy as np
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import accuracy_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")

SETTINGS = {"hidden_layer_sizes": 8, "random_state": 0}
X, Y = load_iris(return_X_y=True)


class Recorder:
    """Writes down every call; stops after `last` epochs."""

    def __init__(self, last=None):
        self.calls, self.predictions, self.data, self.last = [], [], [], last

    def setup(self, estimator, context):
        self.calls.append(("setup", context.task_name))

    def teardown(self, estimator, context):
        self.calls.append(("teardown", context.task_name))

    def on_fit_task_begin(self, estimator, context):
        self.calls.append(("begin", context.task_name, context.task_id))

    def on_fit_task_end(self, estimator, context, *, X, y, metadata, fitted_estimator):
        self.calls.append(("end", context.task_name, context.task_id))
        self.predictions.append(fitted_estimator.predict_proba(X))
        self.data.append((X, y, metadata))
        return self.last is not None and context.task_id + 1 == self.last


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_one_task_for_the_fit_and_one_for_each_epoch(solver):
    recorder = Recorder()
    model = BackpropClassifier(**SETTINGS, recipe="textbook", solver=solver, max_iter=3)
    model.set_callbacks(recorder).fit(X, Y)
    epochs = [(when, "epoch", i) for i in range(3) for when in ("begin", "end")]
    whole = [("setup", "fit"), ("begin", "fit", 0), *epochs, ("end", "fit", 0), ("teardown", "fit")]
    assert recorder.calls == whole


def test_hooks_get_what_the_user_gave():
    recorder = Recorder()
    weights = np.linspace(1, 2, 150)
    rows, labels = X.tolist(), Y.astype(str).tolist()
    model = BackpropClassifier(**SETTINGS, max_iter=2).set_callbacks(recorder)
    model.fit(rows, labels, sample_weight=weights)
    for X_there, y_there, metadata in recorder.data:
        assert X_there is rows
        assert y_there is labels
        assert metadata["sample_weight"] is weights


def test_the_fitted_estimator_is_that_of_its_epoch():
    recorder = Recorder()
    settings = {**SETTINGS, "recipe": "textbook", "schedule": lambda t: 1.0}
    BackpropClassifier(**settings, max_iter=4).set_callbacks(recorder).fit(X, Y)
    for n_epochs, seen in enumerate(recorder.predictions[:4], start=1):
        alone = BackpropClassifier(**settings, max_iter=n_epochs).fit(X, Y)
        np.testing.assert_array_equal(seen, alone.predict_proba(X))


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_a_hook_that_returns_true_ends_the_fit(solver):
    recorder = Recorder(last=3)
    model = BackpropClassifier(**SETTINGS, recipe="textbook", solver=solver, max_iter=50)
    model.set_callbacks(recorder).fit(X, Y)  # and without a warning: it was asked for
    assert model.n_iter_ == 3
    assert recorder.calls[-1] == ("teardown", "fit")


def test_a_callback_changes_nothing():
    plain = BackpropClassifier(**SETTINGS, max_iter=5).fit(X, Y)
    watched = BackpropClassifier(**SETTINGS, max_iter=5).set_callbacks(Recorder()).fit(X, Y)
    np.testing.assert_array_equal(watched.predict_proba(X), plain.predict_proba(X))
    assert set(vars(watched)) - set(vars(plain)) <= {"_skl_callbacks"}


def test_scoring_monitor_logs_every_epoch():
    monitor = callback.ScoringMonitor(scoring="accuracy")
    settings = {**SETTINGS, "recipe": "textbook", "schedule": lambda t: 1.0, "learning_rate": 0.02}
    BackpropClassifier(**settings, max_iter=6).set_callbacks(monitor).fit(X, Y)
    log = monitor.get_logs()
    scores = [row["accuracy"] for row in log.data if row["task_name"] == "epoch"]
    expected = [
        accuracy_score(Y, BackpropClassifier(**settings, max_iter=n).fit(X, Y).predict(X))
        for n in range(1, 7)
    ]
    assert scores == expected


def test_scoring_monitor_of_a_regressor():
    X, y = load_diabetes(return_X_y=True)
    monitor = callback.ScoringMonitor(scoring="r2")
    model = BackpropRegressor(**SETTINGS, max_iter=3, early_stopping=False).set_callbacks(monitor).fit(X, y)
    scores = [row["r2"] for row in monitor.get_logs().data]
    assert scores[-1] == pytest.approx(model.score(X, y))


def printed(estimator, monkeypatch):
    """Return what ProgressBar writes to a terminal while `estimator` is fitted."""
    pytest.importorskip("rich", reason="ProgressBar draws with rich")
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr("sys.stdout", terminal)
    estimator.set_callbacks(callback.ProgressBar()).fit(X, Y)
    return terminal.getvalue()


def test_progress_bar_of_a_fit(monkeypatch):
    text = printed(BackpropClassifier(**SETTINGS, max_iter=4), monkeypatch)
    assert "BackpropClassifier" in text
    assert "100%" in text


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_bars_are_nested(n_jobs, monkeypatch):
    network = BackpropClassifier(**SETTINGS, max_iter=4)
    search = GridSearchCV(network, {"dropout": [0.1, 0.2]}, cv=2, n_jobs=n_jobs)
    text = printed(search, monkeypatch)
    assert "GridSearchCV" in text
    assert "BackpropClassifier" in text


def test_progress_bars_in_a_pipeline(monkeypatch):
    pipeline = make_pipeline(StandardScaler(), BackpropClassifier(**SETTINGS, max_iter=4))
    text = printed(pipeline, monkeypatch)
    assert "Pipeline" in text
    assert "BackpropClassifier" in text


class TimeBudget:
    """What a user would write to stop after so many seconds."""

    def __init__(self, seconds):
        self.seconds = seconds

    def setup(self, estimator, context):
        self.end = time.monotonic() + self.seconds

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context):
        return time.monotonic() >= self.end


def test_a_time_budget():
    model = BackpropClassifier(**SETTINGS, max_iter=100_000, n_iter_no_change=None)
    model.set_callbacks(TimeBudget(0.2)).fit(X, Y)
    assert 1 <= model.n_iter_ < 100_000


def test_an_exception_in_a_hook_leaves_no_fitted_estimator():
    class Broken(Recorder):
        def on_fit_task_end(self, estimator, context):
            raise RuntimeError("broken")

    model = BackpropClassifier(**SETTINGS, max_iter=4).set_callbacks(Broken())
    with pytest.raises(RuntimeError, match="broken"):
        model.fit(X, Y)
    assert not hasattr(model, "coefs_")
