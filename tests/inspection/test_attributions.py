"""Attributions, compared with central differences, linear models, fine sums, and the predictions."""

import warnings

import numpy as np
import pandas as pd
import pytest
from effort import n_examples
from scipy.sparse import csr_array, csr_matrix
from sklearn.datasets import load_diabetes, load_iris, load_linnerud
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.inspection import attributions
from skbackprop.inspection.path_integrals import Pieces

DIABETES = load_diabetes(return_X_y=True, scaled=False)
IRIS = load_iris(return_X_y=True)
TWO_CLASSES = IRIS[0][50:], IRIS[1][50:]
SHORT = {"random_state": 0, "dtype": "float64", "max_iter": 5, "hidden_layer_sizes": (12, 8)}
METHODS = {"raw": "decision_function", "probability": "predict_proba", "prediction": "predict"}


def fitted(model, X, y):
    """Return the fitted model; warnings about the end of the training are expected here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y)


def frame(n_rows=120):
    """Return a frame with numbers, gaps, categories and dates, and a y that depends on all of them."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "city": rng.choice(["Rome", "Oslo", "Lima", None], n_rows),
            "age": np.where(rng.random(n_rows) < 0.2, np.nan, rng.normal(50, 9, n_rows)),
            "since": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n_rows), "D"),
            "rooms": rng.integers(1, 6, n_rows),
        }
    )
    age = X["age"].fillna(70) / 10
    y = (X["city"] == "Oslo") * 2.0 + age * np.sqrt(X["rooms"]) + X["since"].dt.month / 6
    return X, y.to_numpy()


X_FRAME, Y_FRAME = frame()
# Names, and what makes a fitted model, its X and the output that is explained.
CASES = {
    "periodic embeddings, two networks": lambda: (
        BackpropRegressor(n_estimators=2, **SHORT),
        *DIABETES,
        "prediction",
    ),
    "pieces, two networks": lambda: (
        BackpropRegressor(n_estimators=2, **{**SHORT, "recipe": Recipe(input_layer="mixed")}),
        *DIABETES,
        "prediction",
    ),
    "one network, tanh": lambda: (BackpropRegressor(activation="tanh", **SHORT), *DIABETES, "prediction"),
    "Poisson, whose link is exp": lambda: (
        BackpropRegressor(loss="poisson", n_estimators=2, **SHORT),
        *DIABETES,
        "prediction",
    ),
    "two classes, raw": lambda: (BackpropClassifier(n_estimators=2, **SHORT), *TWO_CLASSES, "raw"),
    "two classes": lambda: (BackpropClassifier(n_estimators=2, **SHORT), *TWO_CLASSES, "probability"),
    "three classes, raw": lambda: (BackpropClassifier(n_estimators=1, **SHORT), *IRIS, "raw"),
    "three classes": lambda: (BackpropClassifier(n_estimators=2, **SHORT), *IRIS, "probability"),
    "squared error of sigmoids": lambda: (
        BackpropClassifier(loss="squared_error", activation="tanh", **SHORT),
        *IRIS,
        "probability",
    ),
    "several labels": lambda: (
        BackpropClassifier(**SHORT),
        IRIS[0],
        np.column_stack((IRIS[1] == 0, IRIS[1] < 2)).astype(int),
        "probability",
    ),
    "several targets": lambda: (
        BackpropRegressor(n_estimators=2, **SHORT),
        *load_linnerud(return_X_y=True),
        "prediction",
    ),
    "textbook": lambda: (
        BackpropClassifier(recipe="textbook", activation="logistic", **SHORT),
        *IRIS,
        "raw",
    ),
}


@pytest.fixture(scope="module")
def model_of():
    """Return a function that fits the model of a case once."""
    models = {}

    def make(name):
        if name not in models:
            model, X, y, output = CASES[name]()
            models[name] = fitted(model, X, y), X, output
        return models[name]

    return make


@pytest.mark.parametrize("name", CASES)
def test_small_differences_give_the_slopes_of_the_predictions(name, model_of):
    model, X, output = model_of(name)
    predict = getattr(model, METHODS[output])
    deviation, rng = X.std(axis=0), np.random.default_rng(0)
    h = 1e-4
    for x in X[:: len(X) // n_examples(2, 8)]:
        x = x + 0.1 * deviation  # away from the corners of clipped predictions
        difference = h * deviation * rng.choice([-1, 1], X.shape[1])
        result = attributions(model, [x + difference], [x - difference], output=output, tolerance=1e-6)
        for j in range(X.shape[1]):
            step = np.zeros(X.shape[1])
            step[j] = difference[j]
            slope = (predict([x + step]) - predict([x - step]))[0]
            size = np.abs(result.values).max()
            np.testing.assert_allclose(result.values[0, j], slope, rtol=1e-4, atol=1e-5 * size)


@pytest.mark.parametrize("name", CASES)
def test_the_values_of_a_row_sum_to_its_prediction_less_the_mean_of_the_background(name, model_of):
    model, X, output = model_of(name)
    X = X[:: n_examples(9, 2)]
    predicted = getattr(model, METHODS[output])(X)
    result = attributions(model, X, output=output)
    assert result.values.shape == (len(X), X.shape[1], *predicted.shape[1:])
    np.testing.assert_allclose(result.base_values, np.broadcast_to(predicted.mean(axis=0), predicted.shape))
    missing = np.abs(predicted - predicted.mean(axis=0) - result.values.sum(axis=1)).max(axis=0)
    assert (missing <= 1e-3 * np.ptp(predicted, axis=0)).all()
    np.testing.assert_allclose(result.error, (missing / np.ptp(predicted, axis=0)).max(), rtol=1e-6)


@pytest.mark.parametrize("recipe", ["tabular", "fast", "textbook"])
def test_sums_hold_with_the_default_network_of_each_recipe(recipe):
    X, y = DIABETES
    model = fitted(BackpropRegressor(recipe=recipe, max_iter=5, random_state=0, dtype="float32"), X, y)
    result = attributions(model, X[:5], X[:30])
    sums = result.base_values + result.values.sum(axis=1)
    assert np.abs(sums - model.predict(X[:5])).max() <= 1e-3 * np.ptp(model.predict(X[:30]))


def test_values_are_the_integrals_of_the_slopes():
    X, y = DIABETES
    model = fitted(BackpropRegressor(activation="tanh", scaling="standard", **SHORT), X, y)
    x, b = X[3], X[40]
    result = attributions(model, [x], [b], n_steps=32)
    t = (np.arange(400) + 0.5) / 400
    points = b + t[:, None] * (x - b)
    for j in range(X.shape[1]):
        step = np.zeros(X.shape[1])
        step[j] = 1e-5 * X[:, j].std()
        slopes = (model.predict(points + step) - model.predict(points - step)) / (2 * step[j])
        expected = (x[j] - b[j]) * slopes.mean()
        np.testing.assert_allclose(result.values[0, j], expected, atol=1e-3 * np.ptp(model.predict(X)))


@pytest.mark.parametrize("n_steps", [1, 2, 5])
def test_sums_hold_with_any_number_of_steps(n_steps):
    X, y = IRIS
    model = fitted(BackpropClassifier(**SHORT), X, y)
    result = attributions(model, X[:9], X[::9], n_steps=n_steps)
    sums = result.base_values + result.values.sum(axis=1)
    extent = np.ptp(model.decision_function(X), axis=0)
    assert (np.abs(sums - model.decision_function(X[:9])) <= 1e-3 * extent).all()


def test_a_network_of_float64_keeps_sums_that_float32_cannot():
    X, y = DIABETES
    model = fitted(BackpropRegressor(activation="tanh", scaling="standard", **SHORT), X, y)
    result = attributions(model, X[:2], X[5:8], tolerance=1e-9)
    sums = result.base_values + result.values.sum(axis=1)
    np.testing.assert_allclose(sums, model.predict(X[:2]), rtol=0, atol=1e-9 * np.ptp(model.predict(X[:8])))


@pytest.mark.parametrize(
    "parameters",
    [
        {"hidden_layer_sizes": ()},
        {"hidden_layer_sizes": (7, 5), "activation": "identity", "n_estimators": 2, "solver": "adam"},
    ],
    ids=["no hidden layer", "identity"],
)
def test_a_linear_model_gives_its_coefficients_times_the_differences_from_the_means(parameters):
    X, y = DIABETES
    model = BackpropRegressor(recipe="textbook", random_state=0, **parameters)
    model = fitted(model, X, y)
    n_features = X.shape[1]
    coefficients = model.predict(np.eye(n_features)) - model.predict(np.zeros((1, n_features)))
    result = attributions(model, X[:50], X)
    expected = coefficients * (X[:50] - X.mean(axis=0))
    np.testing.assert_allclose(result.values, expected, rtol=1e-6, atol=1e-6 * np.ptp(model.predict(X)))


def test_a_category_a_date_and_a_gap_are_one_column():
    linear = fitted(BackpropRegressor((), recipe="textbook", random_state=0), X_FRAME, Y_FRAME)
    few = X_FRAME[:6].reset_index(drop=True)
    result = attributions(linear, few, X_FRAME, max_background=None)
    assert result.feature_names == list(X_FRAME)
    # In a linear model the value of a column is what its exchange changes, in the mean over the background.
    for name in X_FRAME:
        for i in range(len(few)):
            exchanged = few.loc[[i] * len(X_FRAME)].reset_index(drop=True)
            exchanged[name] = X_FRAME[name]
            expected = linear.predict(few)[i] - linear.predict(exchanged).mean()
            value = result.values[i, result.feature_names.index(name)]
            np.testing.assert_allclose(value, expected, rtol=1e-6, atol=1e-6 * np.ptp(Y_FRAME))


def test_frames_with_categories_gaps_and_dates_keep_their_sums():
    model = fitted(BackpropRegressor(**SHORT), X_FRAME, Y_FRAME)
    result = attributions(model, X_FRAME[::6])
    assert result.values.shape == (20, 4)
    assert result.error <= 1e-3
    assert result.data[:, 0].tolist() == X_FRAME["city"][::6].tolist()


def counts(n_columns):
    """Return a matrix of counts, mostly zeros, and classes that depend on some columns."""
    rng = np.random.default_rng(0)
    X = rng.poisson(0.05, (80, n_columns)).astype(float)
    return X, (X[:, :40].sum(axis=1) > X[:, 40:80].sum(axis=1)).astype(int)


@pytest.mark.parametrize("n_columns", [90, 1100])  # made dense by batches, and sparse throughout
def test_sparse_and_dense_rows_have_the_same_values(n_columns):
    X, y = counts(n_columns)
    model = fitted(BackpropClassifier((8,), max_iter=5, random_state=0), csr_matrix(X), y)
    sparse = attributions(model, csr_array(X[:3]), csr_array(X[:20]))
    dense = attributions(model, X[:3], X[:20])
    np.testing.assert_allclose(sparse.values, dense.values, atol=1e-6 * sparse.range)
    assert sparse.error <= 1e-3
    np.testing.assert_array_equal(sparse.data.toarray(), dense.data)


def test_pipelines_and_searches_are_explained_through_their_last_step():
    X, y = load_iris(return_X_y=True, as_frame=True)
    network = BackpropClassifier(**SHORT)
    pipeline = make_pipeline(StandardScaler().set_output(transform="pandas"), network)
    search = GridSearchCV(pipeline, {"backpropclassifier__alpha": [0.01]}, cv=2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        search.fit(X, y)
    whole = attributions(search, X[:9], X[::9])
    best = search.best_estimator_
    step = attributions(best[-1], best[:-1].transform(X[:9]), best[:-1].transform(X[::9]))
    np.testing.assert_array_equal(whole.values, step.values)
    np.testing.assert_array_equal(whole.values, attributions(best, X[:9], X[::9]).values)
    assert whole.feature_names == list(X)
    np.testing.assert_allclose(whole.predictions, search.decision_function(X[:9]))


def test_columns_without_variation_and_a_single_class_have_no_say():
    X, y = IRIS
    X = np.column_stack((X, np.ones(len(X))))
    model = fitted(BackpropClassifier(**SHORT), X, y)
    X[:, 4] = np.arange(len(X))
    assert not attributions(model, X[::15]).values[:, 4].any()
    with pytest.warns(UserWarning, match="only one class"):
        single = BackpropClassifier(**SHORT).fit(X, np.zeros(len(X)))
    result = attributions(single, X[:9], output="probability")
    assert not result.values.any()
    assert result.error == 0


def test_the_background_is_drawn_by_random_state():
    X, y = IRIS
    model = fitted(BackpropClassifier(**SHORT), X, y)
    first, again = (attributions(model, X[:3], X, max_background=10) for _ in range(2))
    other = attributions(model, X[:3], X, max_background=10, random_state=1)
    assert first.n_background == 10
    np.testing.assert_array_equal(first.values, again.values)
    assert (first.values != other.values).any()
    np.testing.assert_allclose(first.base_values[0], model.decision_function(X).mean(axis=0))
    assert max(first.error, other.error) <= 1e-3
    assert attributions(model, X[:3], X, max_background=None).n_background == len(X)


def test_names_of_columns_and_outputs():
    X, y = IRIS
    model = fitted(BackpropClassifier(**SHORT), X, np.array(["a", "b", "c"])[y])
    result = attributions(model, X[:5])
    assert result.feature_names == ["x0", "x1", "x2", "x3"]
    assert result.output_names == ["a", "b", "c"]
    assert result.mean_absolute.shape == (4, 3)


def test_the_representation_names_the_strongest_columns_and_the_error():
    X, y = IRIS
    result = attributions(fitted(BackpropClassifier(**SHORT), X, y), X[:5])
    first, columns, error = repr(result).splitlines()
    assert first == "Attributions of 5 rows to 4 columns (output='raw' of 3 outputs, 5 background rows)"
    sizes = np.abs(result.values).mean(axis=0).sum(axis=1)
    assert columns.split(": ")[1].split()[0] == f"x{sizes.argmax()}"
    assert f"{result.error:.1e}" in error


def test_a_piece_with_one_jump_of_the_slope_is_exact():
    # c_1 = 1 and c_2 = 0 before t = 0.3, c_1 = 0 and c_2 = 5 after it.
    c = np.array([[[[1.0], [0.0]], [[0.0], [5.0]]]])
    F = np.array([[[0.0], [0.3 * 1 + 0.7 * 5]]])
    piece = Pieces(np.zeros(1, int), np.zeros(1, int), np.zeros(1), np.ones(1), c, F)
    integrals, errors = piece.integrals()
    np.testing.assert_allclose(integrals[0, :, 0], [0.3, 3.5])
    np.testing.assert_allclose(errors, 0, atol=1e-12)


def test_sums_that_miss_the_tolerance_are_warned_about():
    X, y = DIABETES
    model = fitted(BackpropRegressor(**{**SHORT, "dtype": "float32"}), X, y)
    with pytest.warns(UserWarning, match=r"miss its prediction by .* more than tolerance=1e-18"):
        attributions(model, X[:20], tolerance=1e-18)  # the sums hold up to the rounding of float64, 1e-16


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"output": "prediction"}, "one of .*'raw', 'probability'.* BackpropClassifier. Got 'prediction'"),
        ({"tolerance": 0}, r"'tolerance' parameter .* must be a float in the range \(0\.0, inf\]\. Got 0"),
        ({"tolerance": "tight"}, "'tolerance' parameter .* Got 'tight'"),
        ({"n_steps": 0}, r"'n_steps' parameter .* must be an int in the range \[1, inf\)\. Got 0"),
        ({"max_background": 2.5}, r"'max_background' parameter .* int .* or None\. Got 2.5"),
        ({"max_background": True}, "'max_background' parameter .* Got True"),
        ({"random_state": "one"}, "'random_state' parameter of attributions must be an int .* Got 'one'"),
    ],
)
def test_parameters_out_of_range_are_refused(parameters, message):
    model = fitted(BackpropClassifier(**SHORT), *IRIS)
    with pytest.raises(ValueError, match=message):
        attributions(model, IRIS[0], **parameters)


def test_other_estimators_unfitted_ones_and_single_rows_are_refused():
    X, y = IRIS
    with pytest.raises(TypeError, match="BackpropClassifier or a BackpropRegressor"):
        attributions(LogisticRegression(max_iter=1000).fit(X, y), X)
    with pytest.raises(NotFittedError):
        attributions(BackpropClassifier(), X)
    model = fitted(BackpropClassifier(**SHORT), X, y)
    with pytest.raises(ValueError, match="'background' parameter must be given"):
        attributions(model, X[:1])
    with pytest.raises(ValueError, match="4 features"):
        attributions(model, X, X[:, :3])
