"""Strategies of hypothesis: valid parameters, small data, containers, and what must hold of a fit."""

import warnings

import numpy as np
from containers import on_disk, read_only, read_only_csr, with_duplicates
from hypothesis import strategies as st
from scipy.sparse import coo_array, csc_array, csr_array, csr_matrix

from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.model.recipes import RECIPES
from skbackprop.network.activations import ACTIVATIONS
from skbackprop.network.initialization import INITIALIZATIONS
from skbackprop.network.losses import CLASSIFIER_LOSSES, REGRESSOR_LOSSES, Huber, Tweedie
from skbackprop.network.schedules import SCHEDULES

AUTO = st.just("auto")
RATES = st.sampled_from([0.0, 0.1, 0.9])
SIZES = st.lists(st.integers(1, 6), max_size=3).map(tuple)
CHANGED_RECIPES = st.builds(
    Recipe,
    st.sampled_from(sorted(RECIPES)),
    regularization_schedule=AUTO | st.sampled_from(sorted(SCHEDULES)),
    initialization=st.sampled_from(["auto", *sorted(INITIALIZATIONS)]),
    clip_norm=st.none() | st.sampled_from([1e-6, 1.0]),
    max_norm=st.none() | st.sampled_from([1e-6, 1.0]),
    parametrization=st.sampled_from(["auto", "standard", "ntk"]),
    input_layer=st.sampled_from(["auto", "scale", "piecewise", "periodic", "mixed", None]),
    label_smoothing=AUTO | RATES,
    clip_predictions=AUTO | st.booleans(),
)
SHARED = {
    "recipe": st.sampled_from(sorted(RECIPES)) | CHANGED_RECIPES,
    "n_estimators": AUTO | st.integers(1, 3),
    "hidden_layer_sizes": SIZES,
    "activation": AUTO | st.sampled_from(sorted(ACTIVATIONS)),
    "dropout": AUTO | RATES,
    "solver": AUTO | st.sampled_from(["sgd", "adam", "adamw", "lbfgs"]),
    "learning_rate": AUTO | st.sampled_from([1e-12, 1e-3, 0.1, 10.0, 1e6]),
    "schedule": AUTO | st.sampled_from([*sorted(SCHEDULES), "invscaling", "adaptive"]),
    "power_t": st.sampled_from([0.0, 0.5, 3.0]),
    "alpha": AUTO | st.sampled_from([0.0, 1e-4, 1.0, 1e6]),
    "batch_size": AUTO | st.sampled_from([1, 3, 100]),
    "max_iter": st.integers(1, 3),
    "max_fun": st.sampled_from([1, 10, 15_000]),
    "momentum": RATES,
    "nesterov": st.booleans(),
    "beta_1": RATES,
    "beta_2": AUTO | RATES,
    "epsilon": st.sampled_from([1e-16, 1e-8, 1.0]),
    "scaling": st.sampled_from(["auto", "standard", "robust", None]),
    "max_categories": AUTO | st.none() | st.sampled_from([2, 5]),
    "min_frequency": st.none() | st.sampled_from([2, 0.1]),
    "dtype": st.sampled_from(["auto", "float32", "float64"]),
    "early_stopping": AUTO | st.booleans(),
    "validation_fraction": st.sampled_from([0.01, 0.3, 0.99]),
    "n_iter_no_change": AUTO | st.none() | st.integers(1, 2),
    "tol": st.sampled_from([0.0, 1e-4, 1e3]),
    "warm_start": st.booleans(),
    "shuffle": st.booleans(),
    "random_state": st.integers(0, 3),
}
CLASSIFIERS = st.fixed_dictionaries(
    {},
    optional={
        **SHARED,
        "loss": st.sampled_from(sorted(CLASSIFIER_LOSSES)),
        "class_weight": st.sampled_from([None, "balanced"]),
    },
).map(lambda parameters: BackpropClassifier(**{"hidden_layer_sizes": (3,), "max_iter": 2, **parameters}))
REGRESSORS = st.fixed_dictionaries(
    {},
    optional={
        **SHARED,
        "loss": st.sampled_from(
            [*sorted(REGRESSOR_LOSSES), Huber(1e-6), Huber(1e6), Tweedie(1.01), Tweedie(1.99)]
        ),
        "quantile": st.sampled_from([0.01, 0.5, 0.99, [0.1, 0.5, 0.9]]),
    },
).map(lambda parameters: BackpropRegressor(**{"hidden_layer_sizes": (3,), "max_iter": 2, **parameters}))


@st.composite
def inputs(draw):
    """X: dense or sparse, tall or wide, with constant columns, huge and tiny scales, gaps."""
    n_rows, n_columns = draw(st.integers(1, 24)), draw(st.integers(1, 30))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    X = rng.normal(size=(n_rows, n_columns)) * draw(st.sampled_from([1e-300, 1e-20, 1.0, 1e10, 1e30]))
    X += draw(st.sampled_from([0.0, 1.0, 1e9, -1e20]))
    if draw(st.booleans()):
        X[:, 0] = draw(st.sampled_from([0.0, 1.0, 1e300, -1e-300]))
    if draw(st.booleans()):
        X = np.where(rng.random(X.shape) < 0.7, 0, X)
    if draw(st.booleans()):
        X = np.round(X / max(np.abs(X).max(), 1e-300) * 3)
    if draw(st.booleans()) and np.abs(X).max() < 1e38:
        X = X.astype(np.float32)
    if draw(st.integers(0, 3)) == 0:
        return csr_array(X)
    if draw(st.integers(0, 7)) == 0:
        X[rng.random(X.shape) < 0.1] = np.nan
    return X


@st.composite
def labels(draw, n_rows):
    """Classes (down to one row each, or one class only) or an indicator matrix of labels."""
    kind = draw(st.sampled_from(["few", "words", "one_each", "labels", "one"]))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    if kind == "labels":
        return rng.integers(0, 2, (n_rows, draw(st.integers(2, 4))))
    if kind == "one":
        return np.zeros(n_rows, int)
    y = np.arange(n_rows) if kind == "one_each" else rng.integers(0, draw(st.integers(2, 5)), n_rows)
    return y.astype(str) if kind == "words" else y


@st.composite
def numbers(draw, n_rows):
    """One or several real targets, also constant, huge, tiny or negative."""
    shape = draw(st.sampled_from([(n_rows,), (n_rows, 1), (n_rows, 3)]))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    y = rng.normal(size=shape) * draw(st.sampled_from([0.0, 1e-300, 1e-9, 1.0, 1e9, 1e100]))
    y += draw(st.sampled_from([0.0, 5.0, -1e12]))
    return np.abs(y) if draw(st.booleans()) else y


@st.composite
def weights(draw, n_rows):
    """None, or weights of which some (or all) may be zero."""
    kind = draw(st.sampled_from(["none", "some", "zeros", "huge"]))
    if kind == "none":
        return None
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    w = rng.integers(0, 3, n_rows).astype(float)
    return {"some": w, "zeros": np.zeros(n_rows), "huge": w * 1e200}[kind]


def fits_or_explains(estimator, X, y, sample_weight):
    """Fit twice (warm_start) and predict; return whether there was a fit and not an explained refusal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # ConvergenceWarning and advice on parameters
        try:
            estimator.fit(X, y, sample_weight=sample_weight)
        except (ValueError, TypeError) as error:
            assert len(str(error)) > 20, error
            assert not hasattr(estimator, "coefs_")
            return False
        if estimator.warm_start:
            estimator.fit(X, y, sample_weight=sample_weight)
    for array in estimator.coefs_ + estimator.intercepts_:
        assert np.isfinite(array).all()
    methods = [estimator.predict]
    if hasattr(estimator, "predict_proba"):
        methods = [estimator.predict_proba, estimator.predict_log_proba]
    try:
        predicted = [method(X) for method in methods]
    except ValueError as error:
        assert "not finite" in str(error), error  # the last step of all made the weights explode
        return False
    for values in predicted:
        assert np.isfinite(values).all()
    return True


# Forms in which the same numbers may come.
CONTAINERS = {
    "array": np.asarray,
    "Fortran": np.asfortranarray,
    "big-endian": lambda X: X.astype(X.dtype.newbyteorder(">")),
    "every second column": lambda X: np.repeat(X, 2, axis=1)[:, ::2],
    "backwards": lambda X: X[::-1].copy()[::-1],
    "read-only": read_only,
    "list": lambda X: X.tolist(),
    "memory map": on_disk,
    "CSR": csr_array,
    "CSR matrix": csr_matrix,
    "CSC": csc_array,
    "COO": coo_array,
    "duplicates": with_duplicates,
    "read-only CSR": read_only_csr,
}
# Types in which small whole numbers are exact.
NUMBER_TYPES = ["float64", "float32", "float16", "int8", "int64", "uint8", "bool"]


@st.composite
def same_numbers(draw, X):
    """The numbers of X, a float64 array, in a type that holds them and in a container."""
    holding = [name for name in NUMBER_TYPES if np.array_equal(X.astype(name).astype(float), X)]
    typed = X.astype(draw(st.sampled_from(holding)))
    container = draw(st.sampled_from(sorted(CONTAINERS)))
    if container == "duplicates":
        typed = X  # halves of whole numbers
    elif typed.dtype == np.float16 and ("CS" in container or container == "COO"):
        typed = X  # SciPy has no sparse float16
    return CONTAINERS[container](typed)


@st.composite
def tables(draw):
    """A float64 array of whole numbers, of halves, or of any numbers, many of them zero."""
    n_rows, n_columns = draw(st.integers(8, 40)), draw(st.integers(1, 12))
    rng = np.random.default_rng(draw(st.integers(0, 9)))
    kind = draw(st.sampled_from(["counts", "flags", "halves", "any"]))
    X = {
        "counts": rng.poisson(2, (n_rows, n_columns)).astype(float),
        "flags": rng.integers(0, 2, (n_rows, n_columns)).astype(float),
        "halves": rng.integers(-8, 9, (n_rows, n_columns)) / 2,
        "any": rng.normal(size=(n_rows, n_columns)) * 10.0 ** rng.integers(-2, 3, n_columns),
    }[kind]
    return np.where(rng.random(X.shape) < draw(st.sampled_from([0.0, 0.5, 0.9])), 0.0, X)


def outcome(estimator, X, y, sample_weight, X_val, y_val, X_new):
    """Return the predictions of a fit, or the message of its refusal."""
    method = "predict_proba" if hasattr(estimator, "predict_proba") else "predict"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            estimator.fit(X, y, sample_weight=sample_weight, X_val=X_val, y_val=y_val)
            return getattr(estimator, method)(X_new)
        except ValueError as error:
            return str(error)
