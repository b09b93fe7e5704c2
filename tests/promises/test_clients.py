"""Programs that work with scikit-learn estimators, used as their own users would."""

import re
import runpy
import sys
import warnings
from importlib.util import find_spec

import numpy as np
import pytest
from fit_callbacks import Callback
from processes import ROOT, output_of
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import train_test_split

from skbackprop import BackpropClassifier, BackpropRegressor

EXAMPLES = {  # and what they need
    "tune_with_optuna": ["optuna"],
    "explain_with_shap": ["shap"],
    "stream_polars": ["polars", "pyarrow"],
    "ray_grid_search": ["ray"],
}
NOT_INSTALLED = "the extra 'clients' is not installed"


# Optuna.


@pytest.fixture
def optuna():
    return pytest.importorskip("optuna", reason=NOT_INSTALLED)


class Report(Callback):
    """Reports the validation loss of each epoch to a trial, and ends the fit where it is to be pruned."""

    def __init__(self, trial):
        self.trial = trial

    def on_fit_task_end(self, estimator, context, *, fitted_estimator):
        if context.task_name == "epoch":
            self.trial.report(fitted_estimator.validation_loss_curve_[-1], context.task_id)
            return self.trial.should_prune()


def test_optuna_prunes_after_an_epoch(optuna):
    pytest.importorskip("sklearn.callback", reason="scikit-learn has callbacks from 1.9 on")
    X, X_val, y, y_val = train_test_split(*load_iris(return_X_y=True), random_state=0)
    fitted = {}

    def objective(trial):
        learning_rate = trial.suggest_float("learning_rate", 1e-6, 0.1)
        network = BackpropClassifier(8, learning_rate=learning_rate, max_iter=9, random_state=0)
        network.set_callbacks(Report(trial)).fit(X, y, X_val=X_val, y_val=y_val)
        fitted[trial.number] = network
        if trial.should_prune():
            raise optuna.TrialPruned
        return network.best_loss_

    # A trial is pruned in its fourth epoch where its loss is above that of the first trial there.
    pruner = optuna.pruners.MedianPruner(n_startup_trials=1, n_warmup_steps=3)
    study = optuna.create_study(pruner=pruner)
    for learning_rate in (0.05, 1e-6):
        study.enqueue_trial({"learning_rate": learning_rate})
    study.optimize(objective, n_trials=2)
    good, bad = study.trials
    assert good.state == optuna.trial.TrialState.COMPLETE
    assert bad.state == optuna.trial.TrialState.PRUNED
    assert fitted[0].n_iter_ == 9
    assert fitted[1].n_iter_ == 4
    # What was reported is what a fit without the callback records.
    alone = BackpropClassifier(**fitted[0].get_params()).fit(X, y, X_val=X_val, y_val=y_val)
    assert list(good.intermediate_values.values()) == alone.validation_loss_curve_
    assert study.best_value == alone.best_loss_


def test_optuna_prunes_without_callbacks(optuna):
    X, X_val, y, y_val = train_test_split(*load_iris(return_X_y=True), random_state=0)
    settings = dict(recipe="textbook", max_iter=1, warm_start=True, random_state=0)

    def objective(trial):
        learning_rate = trial.suggest_float("learning_rate", 1e-6, 0.1)
        network = BackpropClassifier(8, learning_rate=learning_rate, **settings)
        for epoch in range(9):
            network.fit(X, y, X_val=X_val, y_val=y_val)
            trial.report(network.validation_loss_curve_[-1], epoch)
            if trial.should_prune():
                raise optuna.TrialPruned
        return network.validation_loss_curve_[-1]

    pruner = optuna.pruners.MedianPruner(n_startup_trials=1, n_warmup_steps=3)
    study = optuna.create_study(pruner=pruner)
    for learning_rate in (0.05, 1e-6):
        study.enqueue_trial({"learning_rate": learning_rate})
    study.optimize(objective, n_trials=2)
    assert [len(trial.intermediate_values) for trial in study.trials] == [9, 4]
    assert study.trials[1].state == optuna.trial.TrialState.PRUNED


# SHAP.


@pytest.fixture(scope="module")
def shap():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of Matplotlib's, which SHAP imports for its plots
        return pytest.importorskip("shap", reason=NOT_INSTALLED)


@pytest.mark.parametrize("explainer", ["KernelExplainer", "ExactExplainer"])
def test_shap_values_sum_to_the_prediction(explainer, shap):
    X, y = load_iris(return_X_y=True)
    network = BackpropClassifier(8, max_iter=10, random_state=0).fit(X, y)
    background, rows = X[::10], X[1::30]
    explanation = getattr(shap, explainer)(network.predict_proba, background)(rows)
    mean = network.predict_proba(background).mean(axis=0)
    np.testing.assert_allclose(explanation.base_values, np.tile(mean, (len(rows), 1)), rtol=1e-12)
    difference = network.predict_proba(rows) - mean
    np.testing.assert_allclose(explanation.values.sum(axis=1), difference, atol=1e-12)
    assert np.abs(difference).max() > 0.1


def test_shap_values_of_a_linear_model_are_its_terms(shap):
    """They are slope * (x - mean), and the slopes are known from predictions alone."""
    X, y = load_diabetes(return_X_y=True)
    X = X[:, :5]
    network = BackpropRegressor((), recipe="textbook", random_state=0).fit(X, y)
    slopes = network.predict(np.eye(5)) - network.predict(np.zeros((1, 5)))
    explanation = shap.ExactExplainer(network.predict, X[:20])(X[20:25])
    expected = slopes * (X[20:25] - X[:20].mean(axis=0))
    np.testing.assert_allclose(explanation.values, expected, atol=1e-9)


# skrub.


@pytest.fixture(scope="module")
def skrub():
    return pytest.importorskip("skrub", reason=NOT_INSTALLED)


def reviews(n=300):
    """Return a frame of free text, and of dates and numbers stored as text; and whether a review is praise.

    No text occurs twice, and the month, the price and the text each tell about y.
    """
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, n)
    texts = (["broken on arrival", "late and damaged"], ["great quality", "fast and friendly"])
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(30 * (rng.integers(0, 6, n) + 3 * y), unit="D")
    frame = pd.DataFrame(
        {
            "review": [f"{texts[label][rng.integers(2)]}, order {i}" for i, label in enumerate(y)],
            "day": days.strftime("%d/%m/%Y"),
            "price": [f"{price:.2f}" for price in rng.normal(10 + 5 * y, 3)],
        }
    )
    return frame, np.array(["blame", "praise"])[y]


@pytest.mark.parametrize(
    "columns, score",
    [(["review"], 0.95), (["day"], 0.6), (["price"], 0.7), (["review", "day", "price"], 0.95)],
    ids=["free text", "dates", "numbers", "all"],
)
def test_skrub_prepares_free_text_and_strings_of_dates_and_numbers(columns, score, skrub):
    frame, y = reviews()
    train, new = frame[columns][:200], frame[columns][200:]
    network = BackpropClassifier(recipe="fast", max_iter=5, random_state=0)
    pipeline = skrub.tabular_pipeline(network).fit(train, y[:200])
    assert pipeline.score(new, y[200:]) > score
    vectorizer = skrub.TableVectorizer()
    network.fit(vectorizer.fit_transform(train), y[:200])
    assert network.score(vectorizer.transform(new), y[200:]) > score
    assert {report.kind for report in network.columns_} == {"number"}


# MLflow.


@pytest.mark.parametrize("serialization_format", ["skops", "cloudpickle"])
def test_mlflow_logs_a_network(serialization_format, tmp_path, monkeypatch):
    pytest.importorskip("mlflow", reason=NOT_INSTALLED)
    # Without a database (which mlflow-skinny has no driver for) MLflow asks for this word.
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own, about its dependencies
        import mlflow.sklearn

        options = {"serialization_format": serialization_format}
        X, y = load_iris(return_X_y=True)
        network = BackpropClassifier(8, max_iter=5, random_state=0).fit(X, y)
        if serialization_format == "skops":
            io = pytest.importorskip("skops.io", reason=NOT_INSTALLED)
            # MLflow wants to be told that these are trusted.
            options["skops_trusted_types"] = io.get_untrusted_types(data=io.dumps(network))
        mlflow.set_tracking_uri((tmp_path / "store").as_uri())
        with mlflow.start_run():
            mlflow.log_params(network.get_params())
            mlflow.log_metrics({"loss": network.loss_})
            logged = mlflow.sklearn.log_model(network, name="network", **options)
        loaded = mlflow.sklearn.load_model(logged.model_uri)
        served = mlflow.pyfunc.load_model(logged.model_uri)
    np.testing.assert_array_equal(loaded.predict_proba(X), network.predict_proba(X))
    np.testing.assert_array_equal(served.predict(X), network.predict(X))


# Examples.


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_runs(name):
    missing = [package for package in EXAMPLES[name] if find_spec(package) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    assert output_of(ROOT / "examples" / f"{name}.py")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_in_a_line_what_it_needs(name, monkeypatch):
    monkeypatch.setitem(sys.modules, EXAMPLES[name][0], None)
    with pytest.raises(SystemExit) as end:  # with a text, which Python prints, and exit status 1
        runpy.run_path(str(ROOT / "examples" / f"{name}.py"), run_name="__main__")
    assert re.fullmatch("This example needs .+", end.value.code)
