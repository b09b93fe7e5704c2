"""Diagnosis: networks with each problem, networks without it, and measured values recomputed in the tests."""

import copy
import pickle
import re
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from effort import FULL, n_examples, thinned
from scipy.sparse import csr_matrix
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
    make_classification,
    make_friedman1,
    make_multilabel_classification,
)
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, mean_tweedie_deviance
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skbackprop
from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.inspection import Diagnosis, Finding, diagnose
from skbackprop.inspection.causes import CONSEQUENCES
from skbackprop.inspection.measurements import Measurements
from skbackprop.network import textbook
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES

IRIS = load_iris(return_X_y=True)
DIGITS = tuple(part[:600] for part in load_digits(return_X_y=True))
CANCER = load_breast_cancer(return_X_y=True)
DIABETES = load_diabetes(return_X_y=True)
FRIEDMAN = make_friedman1(1000, noise=1, random_state=0)
ONE_EXTREME = FRIEDMAN[0], np.where(np.arange(1000) == 3, 1e9, FRIEDMAN[1])
IN_MILLIONS = FRIEDMAN[0], 1e6 * FRIEDMAN[1]
SHUFFLED = FRIEDMAN[0], np.random.default_rng(0).permutation(FRIEDMAN[1])
# One row in a hundred belongs to the second class, and the classes overlap.
RARE = make_classification(
    1000, 5, n_informative=3, n_redundant=0, weights=[0.99], class_sep=0.3, flip_y=0, random_state=0
)


def with_column(column, X=FRIEDMAN[0][:400]):
    """Return X with a further column."""
    return np.column_stack((X, column))


def mislabeled(y, share):
    """Return y, in which a share of the labels is replaced by other ones."""
    rng = np.random.default_rng(0)
    wrong = rng.random(y.size) < share
    return np.where(wrong, (y + rng.integers(1, y.max() + 1, y.size)) % (y.max() + 1), y)


SOME = FRIEDMAN[0][:400], FRIEDMAN[1][:400]
SHORT = {"hidden_layer_sizes": 20, "max_iter": 20}
TEXTBOOK = {"recipe": "textbook", "random_state": 0}


def fitted(model, X, y, **data):
    """Return the fitted model; warnings about convergence are expected here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, **data)


DIAGNOSES = {}


def diagnosis_of(model, data):
    """Return the diagnosis of the fitted model, which several tests share."""
    key = repr(model), id(data)
    if key not in DIAGNOSES:
        DIAGNOSES[key] = diagnose(fitted(model, *data), *data)
    return DIAGNOSES[key]


def scaled(data):
    """Return (X, y) with columns of mean 0 and variance 1."""
    return StandardScaler().fit_transform(data[0]), data[1]


def names(diagnosis):
    """Return the names of the findings."""
    return [finding.name for finding in diagnosis]


def found(diagnosis, name):
    """Return the finding of that name (for the first affected layer)."""
    return next(finding for finding in diagnosis if finding.name == name)


def classifier(**settings):
    return BackpropClassifier(**{**TEXTBOOK, **settings})


def regressor(**settings):
    return BackpropRegressor(**{**TEXTBOOK, **settings})


def fast(estimator, **settings):
    """Return an estimator of two networks that are trained together."""
    return estimator(**{"recipe": "fast", "n_estimators": 2, "random_state": 0, **settings})


def ones(rng, n_in, n_out):
    """Initialize all units of a layer equally."""
    return np.full((n_in, n_out), 1 / n_in), np.zeros(n_out)


# Recipes that differ in the initial weights.
NORMAL, ZEROS, ONES = (Recipe("textbook", initialization=scheme) for scheme in ("normal", "zeros", ones))
FAST_ZEROS = Recipe("fast", initialization="zeros")

# The finding, its severity, a network with the problem, a similar network without it, and their data.
DEEP = {"hidden_layer_sizes": (30,) * 8}
CASES = [
    ("badly_scaled_inputs", "critical", classifier(scaling=None), classifier(), CANCER),
    ("steps_too_large", "critical", classifier(learning_rate=3.0), classifier(), IRIS),
    (
        "steps_too_large",
        "warning",
        fast(BackpropClassifier, learning_rate=0.15),
        fast(BackpropClassifier),
        IRIS,
    ),
    (
        "steps_too_large",
        "critical",
        regressor(solver="sgd", learning_rate=0.3),
        regressor(solver="sgd", learning_rate=0.01),
        FRIEDMAN,
    ),
    ("steps_too_small", "warning", classifier(learning_rate=1e-6), classifier(), IRIS),
    (
        "steps_too_small",
        "warning",
        fast(BackpropRegressor, learning_rate=1e-6),
        fast(BackpropRegressor),
        DIABETES,
    ),
    (
        "saturated_sigmoids",
        "warning",
        classifier(activation="tanh", recipe=NORMAL),
        classifier(activation="tanh"),
        DIGITS,
    ),
    (
        "saturated_sigmoids",
        "critical",
        classifier(activation="sigmoid", scaling=None, recipe=NORMAL),
        classifier(activation="sigmoid"),
        CANCER,
    ),
    (
        "dead_rectifiers",
        "warning",
        regressor(solver="sgd", learning_rate=0.05),
        regressor(solver="sgd", learning_rate=0.01),
        FRIEDMAN,
    ),
    (
        "dead_rectifiers",
        "critical",
        regressor(solver="sgd", learning_rate=0.1),
        regressor(solver="sgd", learning_rate=0.01),
        FRIEDMAN,
    ),
    ("vanishing_gradients", "critical", classifier(activation="sigmoid", **DEEP), classifier(**DEEP), DIGITS),
    (
        "exploding_gradients",
        "critical",
        classifier(recipe=NORMAL, hidden_layer_sizes=(100,) * 5),
        classifier(hidden_layer_sizes=(100,) * 5),
        IRIS,
    ),
    (
        "large_initial_weights",
        "critical",
        classifier(recipe=NORMAL, hidden_layer_sizes=(100,) * 5),
        classifier(hidden_layer_sizes=(100,) * 5),
        IRIS,
    ),
    ("loss_never_fell", "critical", classifier(activation="sigmoid", **DEEP), classifier(**DEEP), DIGITS),
    ("underfit", "warning", classifier(max_iter=5), classifier(), DIGITS),
    ("underfit", "warning", classifier(solver="lbfgs", max_iter=3), classifier(solver="lbfgs"), CANCER),
    (
        "underfit",
        "warning",
        fast(BackpropClassifier, max_iter=2),
        fast(BackpropClassifier),
        DIGITS,
    ),
    ("underfit", "critical", classifier(hidden_layer_sizes=1), classifier(), DIGITS),
    ("underfit", "warning", regressor(hidden_layer_sizes=1), regressor(), FRIEDMAN),
    (
        "underfit",
        "warning",
        fast(BackpropClassifier, dropout=0.9),
        fast(BackpropClassifier),
        DIGITS,
    ),
    ("penalty_rules", "critical", classifier(alpha=10), classifier(), DIGITS),
    ("penalty_rules", "critical", regressor(solver="lbfgs", alpha=3), regressor(solver="lbfgs"), FRIEDMAN),
    ("penalty_rules", "warning", regressor(alpha=1), regressor(), FRIEDMAN),
    ("symmetric_weights", "critical", classifier(recipe=ZEROS), classifier(), IRIS),
    ("symmetric_weights", "critical", regressor(recipe=ONES), regressor(), FRIEDMAN),
    (
        "symmetric_weights",
        "critical",
        fast(BackpropRegressor, recipe=FAST_ZEROS),
        fast(BackpropRegressor, recipe=FAST_ZEROS, hidden_layer_sizes=()),
        FRIEDMAN,
    ),
    ("extreme_targets", "critical", regressor(), regressor(loss="huber"), ONE_EXTREME),
    ("badly_scaled_targets", "critical", regressor(scaling=None), regressor(), IN_MILLIONS),
    (
        "classes_never_predicted",
        "warning",
        classifier(hidden_layer_sizes=()),
        classifier(hidden_layer_sizes=(), class_weight="balanced"),
        RARE,
    ),
]


def one_of_each(cases):
    """Return all cases in a complete run, else the first of each finding."""
    firsts = {case[0]: i for i, case in reversed(list(enumerate(cases)))}
    chosen = [(i, case) for i, case in enumerate(cases) if FULL or firsts[case[0]] == i]
    return [pytest.param(*case, id=f"{case[0]}-{i}") for i, case in chosen]


@pytest.mark.parametrize(("name", "severity", "faulty", "healthy", "data"), one_of_each(CASES))
def test_a_problem_is_found_in_the_faulty_network_only(name, severity, faulty, healthy, data):
    finding = found(diagnosis_of(faulty, data), name)
    assert finding.severity == severity
    assert name not in names(diagnosis_of(healthy, data))


def test_overfitting_is_found_on_given_validation_rows():
    X, X_val, y, y_val = train_test_split(*DIABETES, random_state=0)
    overfitted = fitted(regressor(solver="lbfgs", max_iter=1000, alpha=0), X, y)
    diagnosis = diagnose(overfitted, X, y, X_val=X_val, y_val=y_val)
    finding = found(diagnosis, "overfit")
    assert finding.severity == "critical"
    # With y scaled to variance 1, half the mean squared error of predicting the mean is 1/2.
    residuals = (overfitted.predict(X_val) - y_val) / y.std()
    assert finding.evidence["validation_loss"] == pytest.approx((residuals**2).mean() / 2)
    assert finding.evidence["loss_of_best_constant"] == pytest.approx(0.5)
    assert "overfit" not in names(diagnose(overfitted, X, y))  # unknown without validation rows
    healthy = fitted(regressor(hidden_layer_sizes=(), alpha=0.01), X, y)
    assert "overfit" not in names(diagnose(healthy, X, y, X_val=X_val, y_val=y_val))


def test_overfitting_is_found_by_the_validation_losses_of_the_training():
    X, X_val, y, y_val = train_test_split(*DIABETES, random_state=0)
    overfitted = fitted(
        regressor(hidden_layer_sizes=(100, 100), n_iter_no_change=None), X, y, X_val=X_val, y_val=y_val
    )
    assert "overfit" not in names(diagnose(overfitted, X, y))  # because the best epoch was kept
    finding = found(
        diagnose(fitted(regressor(solver="lbfgs"), X, y), X, y, X_val=X_val, y_val=y_val), "overfit"
    )
    assert finding.evidence["validation_loss"] > min(overfitted.validation_loss_curve_)
    watched = diagnose(overfitted, X, y).not_examined
    assert not any("Overfitting" in reason for reason in watched)


def streamed(model, X, y):
    """Return the model after a stream of 30 calls."""
    for _ in range(30):
        model.partial_fit(X, y)
    return model


def from_scikit_learn(model, X, y):
    """Return a trained network of scikit-learn that can be continued."""
    mlp = fitted(MLPClassifier(random_state=0), X, y)
    return BackpropClassifier.from_sklearn(mlp).set_params(warm_start=True)


# What precedes a training with validation, and the number of epochs of that training.
BEFORE_VALIDATION = {
    "long fit": (fitted, 3),
    "short fit": (lambda model, X, y: fitted(model.set_params(max_iter=2), X, y), 60),
    "stream": (streamed, 3),
    "network of scikit-learn": (from_scikit_learn, 3),
}


@pytest.mark.parametrize("before", BEFORE_VALIDATION)
def test_the_validation_loss_of_a_continued_training_is_that_of_its_weights(before):
    X, X_val, y, y_val = train_test_split(*CANCER, random_state=0)
    train, n_epochs = BEFORE_VALIDATION[before]
    model = train(classifier(warm_start=True, learning_rate=0.01), X, y)
    model.set_params(max_iter=n_epochs, n_iter_no_change=None)
    fitted(model, X, y, X_val=X_val, y_val=y_val)
    diagnosis = diagnose(model, X, y)
    assert not any("Overfitting" in reason for reason in diagnosis.not_examined)
    _, validated, _ = Measurements(model, X, y, None, None, None, None).plain_losses
    assert validated == pytest.approx(log_loss(y_val, model.predict_proba(X_val)), rel=1e-6)


@pytest.mark.parametrize("last", ["fit", "stream"])
def test_overfitting_is_not_examined_if_the_last_training_had_no_validation(last):
    model = fitted(classifier(warm_start=True, early_stopping=True, max_iter=5), *IRIS)
    if last == "fit":
        fitted(model.set_params(early_stopping=False), *IRIS)
    else:
        model.partial_fit(*IRIS)
    assert any(reason.startswith("Overfitting") for reason in diagnose(model, *IRIS).not_examined)


def test_uninformative_inputs_are_found():
    healthy, faulty = (fitted(regressor(alpha=3.0), *data) for data in (FRIEDMAN, SHUFFLED))
    assert "uninformative_inputs" not in names(diagnose(healthy, *FRIEDMAN))
    assert names(diagnose(faulty, *SHUFFLED))[0] == "uninformative_inputs"
    X, X_val, y, y_val = train_test_split(*SHUFFLED, random_state=0)
    overfitted = diagnose(fitted(regressor(), X, y), X, y, X_val=X_val, y_val=y_val)
    assert names(overfitted)[0] == "uninformative_inputs"
    assert found(overfitted, "overfit").consequence_of == ("uninformative_inputs",)


@pytest.mark.parametrize("n_rows", [1, 2, 8])
def test_few_rows_say_nothing_about_the_information_in_the_inputs(n_rows):
    X, y = IRIS[0][::7], IRIS[1][::7]
    diagnosis = diagnose(fitted(fast(BackpropClassifier), X, y), X[:n_rows], y[:n_rows])
    assert "uninformative_inputs" not in names(diagnosis)
    assert "Whether X contains information about y: X has fewer than 20 rows." in diagnosis.not_examined


# Problems of the data: the finding, data with the problem, and similar data without it.
DATA_CASES = [
    (
        "deciding_column",
        (with_column(2 * SOME[1] + 1e-3 * np.random.default_rng(0).normal(size=400)), SOME[1]),
        (with_column(SOME[1] + 2 * np.random.default_rng(0).normal(size=400)), SOME[1]),
    ),
    ("deciding_column", (with_column(IRIS[1], IRIS[0]), IRIS[1]), IRIS),
    ("identifier", (with_column(np.random.default_rng(0).permutation(400) + 7000), SOME[1]), SOME),
    ("identifier", (with_column(np.arange(400)), SOME[1]), (with_column(np.arange(400) // 4), SOME[1])),
    ("identifier", (with_column(np.arange(400)), SOME[1]), (with_column(np.arange(400) ** 2), SOME[1])),
    ("label_noise", (CANCER[0], mislabeled(CANCER[1], 0.2)), CANCER),
    ("label_noise", (IRIS[0], mislabeled(IRIS[1], 0.2)), IRIS),
    ("label_noise", (DIGITS[0], mislabeled(DIGITS[1], 0.15)), DIGITS),
]


@pytest.mark.parametrize(("name", "faulty", "healthy"), one_of_each(DATA_CASES))
def test_a_problem_of_the_data_is_found_in_the_faulty_data_only(name, faulty, healthy):
    for data, expected in [(faulty, True), (healthy, False)]:
        make = classifier if data[1].dtype.kind == "i" else regressor
        diagnosis = diagnose(fitted(make(**SHORT), *data), *data)
        assert (name in names(diagnosis)) == expected, diagnosis


def test_columns_are_named_in_a_frame():
    pandas = pytest.importorskip("pandas", reason="frames are pandas'")
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 300)
    frame = pandas.DataFrame(
        {
            "size": rng.normal(size=300) + y,
            "name": [f"customer {i}" for i in rng.permutation(300)],
            "town": rng.choice(["north", "south", "west"], 300),
            "verdict": np.where(y, "yes", "no"),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # nearly all names are rare categories
        model = fitted(classifier(**SHORT), frame, y)
    diagnosis = diagnose(model, frame, y)
    assert "'name'" in found(diagnosis, "identifier").message
    assert [finding.name for finding in diagnosis].count("identifier") == 1
    deciding = found(diagnosis, "deciding_column")
    assert "'verdict'" in deciding.message
    assert deciding.evidence["column"] == 3


def test_rows_that_differ_are_found():
    X, X_val, y, y_val = train_test_split(*FRIEDMAN, random_state=0)
    model = fitted(regressor(**SHORT), X, y)
    assert "different_rows" not in names(diagnose(model, X, y, X_val=X_val, y_val=y_val))
    shifted = X_val + np.where(np.arange(10) == 6, 0.8, 0)
    finding = found(diagnose(model, X, y, X_val=shifted, y_val=y_val), "different_rows")
    assert "by the columns '6'," in finding.message
    # A forest on one uniform column that is shifted by 0.8 of its range: 1 - 0.2^2 / 2.
    assert finding.evidence["area_under_curve"] == pytest.approx(0.98, abs=0.01)


@pytest.mark.parametrize(
    ("cause", "model", "data"),
    one_of_each(
        [
            ("penalty_rules", classifier(alpha=100), IRIS),
            ("symmetric_weights", fast(BackpropClassifier, recipe=FAST_ZEROS), IRIS),
            ("symmetric_weights", classifier(recipe=ZEROS), IRIS),
            ("extreme_targets", fast(BackpropRegressor), ONE_EXTREME),
            ("extreme_targets", regressor(), ONE_EXTREME),
            ("underfit", classifier(hidden_layer_sizes=1), DIGITS),
            ("steps_too_small", classifier(learning_rate=1e-6), DIGITS),
        ]
    ),
)
def test_the_cause_comes_before_its_consequences(cause, model, data):
    first, *others = diagnosis_of(model, data)
    assert (first.name, first.consequence_of) == (cause, ())
    assert all(cause in finding.consequence_of for finding in others)


def test_every_finding_has_a_test_case():
    sources = Path(skbackprop.__file__).with_name("inspection").glob("symptoms*.py")
    known = {name for source in sources for name in re.findall(r'Finding\(\s*"(\w+)"', source.read_text())}
    assert len(known) >= 10
    assert known == set(CONSEQUENCES)
    assert known == {case[0] for case in CASES} | {case[0] for case in DATA_CASES} | {
        "different_rows",
        "overfit",
        "uninformative_inputs",
    }


# Networks without problems.


LOADERS = [load_iris, load_breast_cancer, load_wine, load_digits]  # the last one is the largest


@pytest.mark.parametrize(
    ("load", "recipe"), thinned([(load, recipe) for load in LOADERS for recipe in ("tabular", "fast")], 5)
)
def test_nothing_is_found_in_classifiers_by_default(load, recipe):
    X, X_val, y, y_val = train_test_split(*load(return_X_y=True), random_state=0)
    model = BackpropClassifier(recipe=recipe, random_state=0).fit(X, y)
    diagnosis = diagnose(model, X, y, X_val=X_val, y_val=y_val)
    assert not diagnosis, diagnosis
    assert not diagnosis.not_examined


@pytest.mark.parametrize("name", thinned(["diabetes", "friedman"], 2))
def test_nothing_is_found_in_regressors_by_default(name):
    data = {"diabetes": DIABETES, "friedman": FRIEDMAN}[name]
    recipe = "tabular" if FULL else "fast"
    diagnosis = diagnose(BackpropRegressor(recipe=recipe, random_state=0).fit(*data), *data)
    assert not diagnosis, diagnosis


def test_nothing_is_found_in_a_model_of_a_data_frame():
    pandas = pytest.importorskip("pandas", reason="frames are pandas'")
    rng = np.random.default_rng(0)
    frame = pandas.DataFrame(
        {
            "age": rng.integers(18, 90, 600).astype(float),
            "income": rng.lognormal(10, 1, 600),
            "town": pandas.Categorical(rng.choice(["north", "south", "west"], 600)),
        }
    )
    y = (frame["age"] > 50) ^ (frame["town"] == "south")
    frame.loc[::20, "age"] = np.nan
    diagnosis = diagnose(fast(BackpropClassifier).fit(frame, y), frame, y)
    assert not diagnosis, diagnosis


# Every fourth of the twelve: each recipe once, each time with another solver.
RECIPES_AND_SOLVERS = list(product(["lbfgs", "sgd", "adam", "auto"], ["tabular", "fast", "textbook"]))


@pytest.mark.parametrize("n_estimators", thinned([3, 1], 2))
@pytest.mark.parametrize(("solver", "recipe"), thinned(RECIPES_AND_SOLVERS, 4))
def test_all_recipes_and_solvers_can_be_examined(recipe, solver, n_estimators):
    settings = {"recipe": recipe, "solver": solver, "n_estimators": n_estimators, "dtype": "float32"}
    if solver == "sgd":
        settings["learning_rate"] = 0.05
    model = fitted(BackpropClassifier(20, random_state=0, **settings), *CANCER)
    diagnosis = diagnose(model, *CANCER)
    assert not diagnosis.at_least("critical"), diagnosis
    assert any("lbfgs" in reason for reason in diagnosis.not_examined) == (solver == "lbfgs")


@pytest.mark.parametrize("loss", thinned(list(REGRESSOR_LOSSES), 3))
def test_all_losses_of_the_regressor_can_be_examined(loss):
    X, X_val, y, y_val = train_test_split(*(FRIEDMAN if FULL else SOME), random_state=0)
    model = fast(BackpropRegressor, loss=loss, max_iter=16).fit(X, y.clip(0))
    diagnosis = diagnose(model, X, y.clip(0), X_val=X_val, y_val=y_val.clip(0))
    assert not diagnosis, diagnosis


@pytest.mark.parametrize("loss", CLASSIFIER_LOSSES)
@pytest.mark.parametrize("n_classes", thinned([2, 3], 2))
def test_all_losses_of_the_classifier_can_be_examined(loss, n_classes):
    X, y = (part[IRIS[1] < n_classes] for part in IRIS)
    settings = {"learning_rate": 0.01} if loss == "squared_error" else {}
    model = fitted(fast(BackpropClassifier, loss=loss, **settings), X, y)
    diagnosis = diagnose(model, X, y, X_val=X, y_val=y)
    assert not diagnosis.at_least("critical"), diagnosis
    assert set(names(diagnosis)) <= {"underfit"}


def test_sparse_inputs_labels_and_weights_can_be_examined():
    X, y = make_multilabel_classification(500, 20, n_classes=3, random_state=0)
    w = np.random.default_rng(0).integers(0, 3, 500)
    model = fast(BackpropClassifier).fit(csr_matrix(X), y, w)
    diagnosis = diagnose(model, csr_matrix(X), y, w)
    assert not diagnosis, diagnosis
    dense = diagnose(copy.deepcopy(model), X, y, w)
    assert repr(dense) == repr(diagnosis)
    y[:, 1] = 0
    y[0, 1] = 1  # a label of a single row
    settings = {"recipe": "textbook", "solver": "adam", "learning_rate": 0.05}
    model = BackpropClassifier((), **settings, random_state=0).fit(csr_matrix(X), y)
    finding = found(diagnose(model, csr_matrix(X), y), "classes_never_predicted")
    assert finding.evidence == {"classes": 1, "share_of_y": 1 / y.sum()}


@pytest.mark.parametrize("scaling", ["standard", "robust", None])
def test_wide_rows_of_mostly_zeros_can_be_examined(scaling):
    X = np.zeros((300, 1200))
    rng = np.random.default_rng(0)
    X[rng.integers(300, size=6000), rng.integers(1200, size=6000)] = rng.integers(1, 5, 6000)
    X[:, 0] = rng.normal(5, 2, size=300)
    y = X[:, 0] + X[:, 1]
    settings = {"recipe": "textbook", "learning_rate": 0.01, "max_iter": 30, "scaling": scaling}
    model = fitted(BackpropRegressor(8, dropout=0.0, **settings, random_state=0), X, y)
    # Rows whose inputs may be dropped are made dense.
    with_dense_rows = fitted(BackpropRegressor(8, dropout=[0.0, 0.0], **settings, random_state=0), X, y)
    X_val, y_val = np.roll(X[:100], 1, axis=1), y[:100]
    expected = diagnose(with_dense_rows, X, y, X_val=X_val, y_val=y_val)
    assert "different_rows" in names(expected)
    for form in (np.array, csr_matrix):
        diagnosis = diagnose(copy.deepcopy(model), form(X), y, X_val=form(X_val), y_val=y_val)
        assert names(diagnosis) == names(expected)
        for finding, other in zip(diagnosis, expected, strict=True):
            assert finding.evidence == pytest.approx(other.evidence, rel=1e-3)


def test_streams_can_be_examined():
    model = fast(BackpropClassifier)
    for _ in range(20):
        model.partial_fit(*IRIS)
    diagnosis = diagnose(model, *IRIS)
    assert not diagnosis, diagnosis
    assert "Whether max_iter ended the training: the reason for its end is unknown." in diagnosis.not_examined


def test_loaded_models_can_be_examined():
    model = classifier(learning_rate=1e-6).fit(*IRIS)
    assert str(diagnose(pickle.loads(pickle.dumps(model)), *IRIS)) == str(diagnose(model, *IRIS))


def test_scikit_learns_networks_can_be_examined():
    X, y = scaled(CANCER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        healthy = MLPClassifier(random_state=0).fit(X, y)
        raw = MLPRegressor(random_state=0).fit(CANCER[0], y)
    diagnosis = diagnose(BackpropClassifier.from_sklearn(healthy), X, y)
    assert not diagnosis, diagnosis
    assert "Whether max_iter ended the training: the reason for its end is unknown." in diagnosis.not_examined
    assert "badly_scaled_inputs" in names(diagnose(BackpropRegressor.from_sklearn(raw), CANCER[0], y))


# The measured values.


def textbook_pass(model, X, y):
    """Return z and delta of every layer, computed by the textbook algorithm; delta is that of single rows."""
    activation = model._model.network.activation_names[0]
    z, _ = textbook.forward(X, model.coefs_, model.intercepts_, activation)
    delta = [textbook.softmax(z[-1]) - np.eye(z[-1].shape[1])[y]]
    for W, z_below in zip(model.coefs_[:0:-1], z[-2::-1], strict=True):
        delta.insert(0, (delta[0] @ W.T) * textbook.SIGMA_PRIME[activation](z_below))
    return z, delta


def test_the_saturated_share_counts_small_slopes():
    model = fitted(classifier(activation="tanh", recipe=NORMAL, hidden_layer_sizes=(30, 20)), *DIGITS)
    z, _ = textbook_pass(model, *scaled(DIGITS))
    expected = [(np.abs(values) > np.arctanh(np.sqrt(0.99))).mean() for values in z[:2]]  # 1 - a^2 < 0.01
    findings = [f for f in diagnose(model, *DIGITS) if f.name == "saturated_sigmoids"]
    assert [finding.layer for finding in findings] == [1, 2]
    assert [finding.evidence["saturated_share"] for finding in findings] == pytest.approx(expected)


def test_dead_units_are_inactive_on_every_row():
    model = fitted(regressor(solver="sgd", learning_rate=0.1), *FRIEDMAN)
    z, _ = textbook.forward(scaled(FRIEDMAN)[0], model.coefs_, model.intercepts_, "relu")
    finding = found(diagnose(model, *FRIEDMAN), "dead_rectifiers")
    assert finding.evidence["dead_units"] == (z[0] <= 0).all(axis=0).sum()
    assert finding.evidence["dead_share"] == finding.evidence["dead_units"] / 100
    assert finding.evidence["inactive_share"] == pytest.approx((z[0] <= 0).mean())


def test_dead_units_of_an_accurate_network_are_reported_as_info():
    model = fitted(classifier(), *IRIS)
    model.intercepts_[0][:80] = -1e6
    finding = found(diagnose(model, *IRIS), "dead_rectifiers")
    assert finding.severity == "info"
    assert finding.evidence["dead_share"] == pytest.approx(0.8, abs=0.05)


def test_the_gradient_ratio_agrees_with_the_textbook():
    model = fitted(classifier(activation="sigmoid", **DEEP), *IRIS)
    _, delta = textbook_pass(model, *scaled(IRIS))
    evidence = found(diagnose(model, *IRIS), "vanishing_gradients").evidence
    norms = [np.sqrt((values**2).sum(axis=1).mean()) for values in delta]
    assert evidence["first_delta"] == pytest.approx(norms[0])
    assert evidence["last_delta"] == pytest.approx(norms[-2])
    assert evidence["ratio"] == pytest.approx(norms[0] / norms[-2])


def test_the_update_ratio_of_adam_is_its_learning_rate():
    # Adam's first steps change every weight by eta, and weights of variance 1 have a root mean square of 1.
    model = fitted(classifier(learning_rate=1e-5, recipe=NORMAL, hidden_layer_sizes=(50, 50)), *IRIS)
    finding = found(diagnose(model, *IRIS), "steps_too_small")
    for ratio in ("update_ratio", "smallest_ratio", "largest_ratio"):
        assert finding.evidence[ratio] == pytest.approx(1e-5, rel=0.3)
    assert finding.evidence["steps"] == model.n_iter_


def test_the_update_ratio_of_gradient_descent_agrees_with_the_gradient():
    # A linear model, whose gradient is computed by hand.
    X, y = scaled(DIABETES)
    start = 0.1 * np.random.default_rng(0).normal(size=(10, 1))

    def same_start(rng, n_in, n_out):
        return start, np.zeros(1)

    model = regressor(
        hidden_layer_sizes=(), solver="sgd", momentum=0.0, alpha=0.0, learning_rate=0.1, batch_size=442,
        recipe=Recipe("textbook", initialization=same_start), max_iter=1,
    )  # fmt: skip
    model = fitted(model, X, y)
    target = (y - y.mean()) / y.std()
    W, b, lengths = start[:, 0].copy(), 0.0, []
    for _ in range(10):
        error = X @ W + b - target
        step, b = 0.1 * X.T @ error / 442, b - 0.1 * error.mean()
        W -= step
        lengths.append(np.linalg.norm(step) / np.linalg.norm(start))
    ratios = Measurements(model, X, y, None, None, None, None).update_ratios
    assert ratios == pytest.approx([np.mean(lengths)])


def test_the_losses_agree_with_scikit_learn_and_the_entropy():
    model = fitted(classifier(learning_rate=1e-6), *DIGITS)
    evidence = found(diagnose(model, *DIGITS), "loss_never_fell").evidence
    shares = np.bincount(DIGITS[1]) / len(DIGITS[1])
    assert evidence["loss"] == pytest.approx(log_loss(DIGITS[1], model.predict_proba(DIGITS[0])))
    assert evidence["loss_of_best_constant"] == pytest.approx(-(shares @ np.log(shares)))  # the entropy


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        ("squared_error", lambda y: ((y - y.mean()) ** 2).mean() / 2),
        ("absolute_error", lambda y: np.abs(y - np.median(y)).mean()),
        ("quantile", lambda y: np.maximum(0.9 * (y - q(y)), 0.1 * (q(y) - y)).mean()),
        ("poisson", lambda y: mean_tweedie_deviance(y, np.full_like(y, y.mean()), power=1) / 2),
        ("gamma", lambda y: np.log(y.mean()) - np.log(y).mean()),
        ("tweedie", lambda y: mean_tweedie_deviance(y, np.full_like(y, y.mean()), power=1.5) / 2),
    ],
)
def test_the_best_constants_agree_with_their_closed_forms(loss, expected):
    X, y = FRIEDMAN[0], FRIEDMAN[1].clip(0.1 if loss == "gamma" else 0)
    model = fitted(regressor(loss=loss, quantile=0.9, hidden_layer_sizes=5, max_iter=2, scaling=None), X, y)
    _, constant, least = Measurements(model, X, y, None, None, None, None).losses
    assert constant == pytest.approx(expected(y), rel=1e-3)
    assert least == pytest.approx(0, abs=1e-9)


def q(y):
    return np.quantile(y, 0.9)


def test_the_least_loss_includes_label_smoothing():
    model = fitted(classifier(recipe=Recipe("textbook", label_smoothing=0.3), learning_rate=0.03), *IRIS)
    loss, _, least = Measurements(model, *IRIS, None, None, None, None).losses
    target = np.array([0.8, 0.1, 0.1])
    assert least == pytest.approx(-(target @ np.log(target)))
    assert least < loss < least + 0.1


def test_the_sizes_of_columns_are_root_mean_squares():
    X, _ = CANCER
    finding = found(diagnosis_of(classifier(scaling=None), CANCER), "badly_scaled_inputs")
    sizes = np.sqrt((X**2).mean(axis=0))
    expected = {"largest_size": sizes.max(), "smallest_size": sizes.min(), "column": sizes.argmax()}
    assert finding.evidence == pytest.approx(expected)
    tiny = 1e-4 * scaled(IRIS)[0]
    finding = found(diagnose(fitted(classifier(scaling=None), tiny, IRIS[1]), tiny, IRIS[1]), finding.name)
    assert finding.evidence["largest_size"] == pytest.approx(1e-4)


def test_the_penalty_is_compared_with_the_gradient_of_the_loss():
    X, y = scaled(IRIS)
    model = fitted(classifier(solver="lbfgs", alpha=10.0, recipe=ONES, hidden_layer_sizes=3), X, y)
    W = [np.full((4, 3), 1 / 4), np.full((3, 3), 1 / 3)]
    z, _ = textbook.forward(X, W, [np.zeros(3)] * 2, "relu")
    delta = (textbook.softmax(z[-1]) - np.eye(3)[y]) / 150
    dW = [X.T @ ((delta @ W[1].T) * (z[0] > 0)), np.maximum(z[0], 0).T @ delta]
    expected = 10 * np.sqrt(sum((w**2).sum() for w in W) / sum((g**2).sum() for g in dW))
    measured = Measurements(model, X, y, None, None, None, None).penalty_ratio
    assert measured == pytest.approx(expected)


def test_extreme_targets_are_counted():
    finding = found(diagnosis_of(regressor(), ONE_EXTREME), "extreme_targets")
    assert finding.evidence["extreme_rows"] == 1
    assert finding.evidence["row"] == 3
    assert "y = 1e+09, in row 3" in finding.message


def test_at_most_ten_classes_are_named():
    X = np.random.default_rng(0).normal(size=(300, 2))
    y = np.arange(300) % 30
    model = classifier().partial_fit(X, y)
    model.coefs_[-1][...], model.intercepts_[-1][...] = 0, np.arange(30) == 3
    finding = found(diagnose(model, X, y), "classes_never_predicted")
    assert finding.severity == "critical"  # one class is predicted, and nothing was learned
    assert finding.message.endswith(": 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, and 19 more.")


def test_sample_weights_are_used():
    X, y = RARE
    model = fitted(classifier(hidden_layer_sizes=()), X, y)
    w = np.where(y == 1, 3.0, 1.0)
    finding = found(diagnose(model, X, y, w), "classes_never_predicted")
    assert finding.evidence["share_of_y"] == pytest.approx(w[y == 1].sum() / w.sum())
    absent = diagnose(model, X, y, (y == 0).astype(float))
    assert "classes_never_predicted" not in names(absent)  # rows of weight 0 are ignored


# No side effects, and errors.


def test_the_estimator_is_not_changed():
    model = fast(BackpropClassifier, dropout=0.5, max_iter=5, warm_start=True).fit(*IRIS)
    twin, attributes = copy.deepcopy(model), set(vars(model))
    diagnose(model, *IRIS)
    assert set(vars(model)) == attributes
    np.testing.assert_array_equal(
        model.fit(*IRIS).predict_proba(IRIS[0]), twin.fit(*IRIS).predict_proba(IRIS[0])
    )


def test_a_diagnosis_is_reproducible():
    model = fitted(classifier(recipe=NORMAL, learning_rate=1.0), *DIGITS)
    assert repr(diagnose(model, *DIGITS)) == repr(diagnose(model, *DIGITS))


def test_a_constant_y_is_not_reported():
    X, y = FRIEDMAN[0][:300], np.ones(300)
    diagnosis = diagnose(fitted(fast(BackpropRegressor), X, y), X, y)
    assert "loss_never_fell" not in names(diagnosis)
    assert (
        "Whether the loss decreased: a constant prediction is perfect for this y." in diagnosis.not_examined
    )


def test_invalid_arguments_raise():
    model = fitted(classifier(), *IRIS)
    with pytest.raises(NotFittedError):
        diagnose(BackpropClassifier(), *IRIS)
    with pytest.raises(TypeError, match="'estimator' parameter must be a BackpropClassifier"):
        diagnose(make_pipeline(StandardScaler(), LogisticRegression()).fit(*IRIS), *IRIS)
    with pytest.raises(ValueError, match="X_val and y_val must be given together"):
        diagnose(model, *IRIS, X_val=IRIS[0])
    with pytest.raises(ValueError, match="X has 3 features, but BackpropClassifier is expecting 4"):
        diagnose(model, IRIS[0][:, :3], IRIS[1])


@pytest.mark.filterwarnings("ignore:More than half of the rows have categories that are too rare")
def test_a_category_of_one_row_does_not_explain_its_own_target():
    """Most names are those of one row, and y is noise: where it has no name, it cannot be learned."""
    pd = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    names_of_rows = np.arange(300)
    names_of_rows[:20] //= 2  # ten pairs of rows with equal names and targets
    y = rng.normal(size=300)[names_of_rows]
    X, X_val = (
        pd.DataFrame({"name": [f"{letter}{i}" for i in names_of_rows], "a": rng.normal(size=300)})
        for letter in "nm"
    )
    model = BackpropRegressor(8, recipe="fast", random_state=0).fit(X, y)
    found = names(diagnose(model, X, y, X_val=X_val, y_val=rng.normal(size=300)))
    assert "identifier" in found
    assert not {"underfit", "deciding_column", "different_rows", "overfit"} & set(found)


def test_a_network_that_overfits_is_not_advised_to_train_longer():
    """The loss on X still decreases: without other rows that is underfitting, with them it is not."""
    X, y = make_classification(240, 20, n_informative=4, flip_y=0.4, random_state=0)
    X, X_val, y, y_val = train_test_split(X, y, test_size=0.5, random_state=0)
    model = fitted(classifier(max_iter=60, learning_rate=0.005), X, y)
    assert "underfit" in names(diagnose(model, X, y))
    with_others = names(diagnose(model, X, y, X_val=X_val, y_val=y_val))
    assert "overfit" in with_others
    assert "underfit" not in with_others


def test_labels_in_the_wrong_order_are_found_with_few_validation_rows():
    """On 45 rows a network that predicts nearly a constant is better than it by chance."""
    X, y = load_wine(return_X_y=True)
    rng = np.random.default_rng(0)
    for seed in range(n_examples(2, 8)):
        X_fit, X_val, y_fit, y_val = train_test_split(X, rng.permutation(y), random_state=seed)
        model = fitted(fast(BackpropClassifier), X_fit, y_fit)
        assert names(diagnose(model, X_fit, y_fit, X_val=X_val, y_val=y_val))[0] == "uninformative_inputs"


def dead_units(rng, n_in, n_out):
    return rng.normal(0, 0.1, (n_in, n_out)), np.full(n_out, -50.0)


def test_units_that_are_dead_from_the_start_are_the_cause():
    """Their gradient is 0: neither smaller than that of the penalty, nor in need of a larger step."""
    model = fitted(classifier(recipe=Recipe("textbook", initialization=dead_units), max_iter=20), *IRIS)
    assert names(diagnose(model, *IRIS))[0] == "dead_rectifiers"


def test_steps_have_the_wrong_length_because_the_gradient_explodes():
    """Plain gradient descent diverges with a learning rate that is not much larger: that is no remedy."""
    settings = {"solver": "sgd", "learning_rate": 1e-8, "hidden_layer_sizes": (20,) * 5, "max_iter": 10}
    diagnosis = diagnose(fitted(regressor(recipe=NORMAL, **settings), *FRIEDMAN), *FRIEDMAN)
    assert names(diagnosis)[0] == "large_initial_weights"
    assert found(diagnosis, "steps_too_small").consequence_of == ("large_initial_weights",)


@pytest.mark.parametrize("recipe", ["tabular", "fast"])
def test_steps_that_are_too_large_are_not_taken_for_a_penalty(recipe):
    """After the first of them the weights, and so the penalty, are large: that is a consequence."""
    model = fitted(BackpropClassifier(16, recipe=recipe, learning_rate=20.0, random_state=0), *IRIS)
    assert names(diagnose(model, *IRIS))[0] == "steps_too_large"


# The report.

FINDINGS = [
    Finding("small", "info", "Something small.", "nothing"),
    Finding("bad", "critical", "Worse than 1 < 2 & 3.", "a & b", 1, {"some_share": 0.123456, "count": 7.0}),
    Finding("middle", "warning", "Something.", "something"),
]


def test_findings_are_sorted_by_severity():
    diagnosis = Diagnosis(FINDINGS, "X")
    assert names(diagnosis) == ["bad", "middle", "small"]
    assert diagnosis[0] is FINDINGS[1]
    assert len(diagnosis) == 3
    assert names(diagnosis.at_least("warning")) == ["bad", "middle"]
    assert not Diagnosis([])
    with pytest.raises(ValueError, match=r"'severity' parameter must be one of .* Got 'grave' instead"):
        diagnosis.at_least("grave")


def test_the_report_contains_every_finding():
    report = str(Diagnosis(FINDINGS, "BackpropClassifier", ["Overfitting: no rows."]))
    assert report.splitlines()[0] == "Diagnosis of BackpropClassifier (critical: 1, warning: 1, info: 1)"
    assert "CRITICAL: bad (layer 1)\n  Worse than 1 < 2 & 3.\n" in report
    assert "  measured: some_share = 0.1235, count = 7\n  try: a & b" in report
    assert report.endswith("Not examined:\n  Overfitting: no rows.")
    assert "measured" not in str(FINDINGS[0])
    assert max(map(len, str(diagnose(fitted(CASES[1][2], *IRIS), *IRIS)).splitlines())) <= 88


def test_the_table_for_notebooks_is_html():
    from xml.etree import ElementTree

    html = Diagnosis(FINDINGS, "BackpropClassifier", ["None < of these."])._repr_html_()
    page = ElementTree.fromstring(html.replace("<br>", "<br/>"))
    assert len(page.findall(".//tbody/tr")) == 3
    text = "".join(page.itertext())
    assert "Worse than 1 < 2 & 3." in text
    assert "some share: 0.1235" in text
    assert "None < of these." in text
    assert "<table" not in Diagnosis([])._repr_html_()


def test_the_table_scrolls_and_begins_with_the_advice():
    from xml.etree import ElementTree

    html = Diagnosis(FINDINGS, "BackpropClassifier")._repr_html_()
    page = ElementTree.fromstring(html.replace("<br>", "<br/>"))
    assert "overflow-x: auto" in page.find(".//table/..").get("style")
    first, *_ = page.find(".//tbody/tr")
    assert "".join(first.itertext()) == "critical bad (layer 1)a & b"


def test_a_class_that_is_nowhere_the_likeliest_is_no_failure():
    rng = np.random.default_rng(0)
    X = rng.standard_normal((2000, 3))
    y = rng.random(2000) < 1 / (1 + np.exp(4.5 - X[:, 0]))  # at most one half, of few rows
    model = fitted(BackpropClassifier(recipe="fast", random_state=0), X, y)
    assert not model.predict(X).any()
    assert model.predict_proba(X)[y, 1].mean() > 1.3 * y.mean()  # it has learned
    finding = found(diagnose(model, X, y), "classes_never_predicted")
    assert finding.severity == "warning"
    assert "TunedThresholdClassifierCV" in finding.advice


def test_target_encodings_are_those_of_the_groups_of_the_fit():
    pandas = pytest.importorskip("pandas")
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 60, 1200)  # of five doctors each, who see no patient of another group
    y = rng.normal(size=60)[groups] + 0.1 * rng.normal(size=1200)
    frame = pandas.DataFrame({"doctor": [f"d{5 * g + k % 5}" for k, g in enumerate(groups)], "x": y**2})
    model = BackpropRegressor((4,), recipe="fast", max_iter=2, max_categories=20, random_state=0)
    model.fit(frame, y, groups=groups)
    # Without rows of other groups, the encoding of each row is the mean of y.
    place = model._model.encoder.feature_names.index("doctor_target")
    measured = Measurements(model, frame, y, None, None, None, None, groups + 7)
    np.testing.assert_allclose(measured.X[:][:, place], y.mean(), atol=1e-6)
    diagnose(model, frame, y, groups=groups)
    with pytest.warns(UserWarning, match=r"The fit had groups, .* \(columns 'doctor'\)"):
        diagnose(model, frame, y)
    with pytest.raises(ValueError, match="groups must have one value for each of the 1200 rows"):
        diagnose(model, frame, y, groups=groups[1:])
    diagnose(model.fit(frame, y), frame, y)  # without a warning
