"""The displays: the drawn data compared with recomputed values, and scikit-learn's conventions."""

import re
import sys
import warnings
from itertools import pairwise

import numpy as np
import pytest
from processes import output_of
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.inspection import DecisionBoundaryDisplay
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import skbackprop.displays
from skbackprop import BackpropClassifier, BackpropRegressor, Recipe
from skbackprop.displays import (
    ActivationsDisplay,
    AttributionsDisplay,
    GradientFlowDisplay,
    LossCurveDisplay,
    NetworkDisplay,
    WeightsDisplay,
)
from skbackprop.network import textbook

matplotlib = pytest.importorskip("matplotlib", reason="the displays draw with matplotlib, the extra 'plot'")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
from matplotlib.colors import to_rgba  # noqa: E402

X, Y = load_iris(return_X_y=True)
SCALED = StandardScaler().fit_transform(X)
FRAME, _ = load_iris(return_X_y=True, as_frame=True)
DIGITS = load_digits(return_X_y=True)
TEXTBOOK = {"recipe": "textbook", "random_state": 0}

# How to create each display from an estimator.
MAKERS = {
    "LossCurveDisplay": lambda model, **kwargs: LossCurveDisplay.from_estimator(model, **kwargs),
    "NetworkDisplay": lambda model, **kwargs: NetworkDisplay.from_estimator(model, **kwargs),
    "WeightsDisplay": lambda model, **kwargs: WeightsDisplay.from_estimator(model, (2, 2), **kwargs),
    "ActivationsDisplay": lambda model, **kwargs: ActivationsDisplay.from_estimator(model, X, **kwargs),
    "AttributionsDisplay": lambda model, **kwargs: AttributionsDisplay.from_estimator(
        model, X[::30], **kwargs
    ),
    "GradientFlowDisplay": lambda model, **kwargs: GradientFlowDisplay.from_estimator(model, X, Y, **kwargs),
}
every_display = pytest.mark.parametrize("name", MAKERS)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def fitted(model, X=X, y=Y, **data):
    """Return the fitted model; warnings about convergence are expected here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit(X, y, **data)


@pytest.fixture(scope="module")
def model():
    return fitted(BackpropClassifier((6, 5), "tanh", **TEXTBOOK))


# The conventions.


def test_every_display_is_tested():
    assert sorted(MAKERS) == sorted(skbackprop.displays.__all__)


@every_display
def test_a_display_draws_on_a_new_figure_or_on_given_axes(name, model):
    display = MAKERS[name](model)
    assert isinstance(display, getattr(skbackprop.displays, name))
    assert display.ax_.figure is display.figure_
    _, ax = plt.subplots()
    assert MAKERS[name](model, ax=ax).ax_ is ax
    again = display.plot(ax=ax)
    assert again is display
    assert display.ax_ is ax
    assert display.figure_ is ax.figure


@every_display
def test_a_display_accepts_pipelines(name, model):
    display = MAKERS[name](fitted(make_pipeline(StandardScaler(), clone(model))))
    inside = fitted(clone(model), SCALED)
    X_inside = {
        "ActivationsDisplay": (SCALED,),
        "GradientFlowDisplay": (SCALED, Y),
        "AttributionsDisplay": (SCALED[::30],),
    }.get(name, ())
    shape = {"WeightsDisplay": ((2, 2),)}.get(name, ())
    alone = getattr(skbackprop.displays, name).from_estimator(inside, *X_inside, *shape)
    if name == "AttributionsDisplay":
        display, alone = display.attributions, alone.attributions
    names = {"loss_curve", "coefs", "weights", "z", "a", "dW_norms", "delta_norms", "values"}
    compared = vars(alone).keys() & names
    assert compared
    for attribute in compared:
        for one, other in zip(getattr(display, attribute), getattr(alone, attribute), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9)


@every_display
def test_a_display_needs_a_fitted_estimator(name):
    with pytest.raises(NotFittedError):
        MAKERS[name](BackpropClassifier())
    with pytest.raises(TypeError):
        MAKERS[name](LogisticRegression(max_iter=1000).fit(X, Y))


@every_display
def test_a_missing_matplotlib_raises_import_error(name, model, monkeypatch):
    display = MAKERS[name](model)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=f"{name}.plot requires matplotlib"):
        display.plot()
    with pytest.raises(ImportError, match=f"{name}.plot requires matplotlib"):
        MAKERS[name](model)


def test_matplotlib_is_imported_only_when_drawing():
    output_of("-c", "import sys, skbackprop.displays; assert 'matplotlib' not in sys.modules")


@every_display
@pytest.mark.parametrize("size", [(6.4, 4.8), (4, 3)])
@pytest.mark.parametrize("n_estimators", [1, 2])
def test_nothing_is_clipped_and_no_label_overlaps(name, size, n_estimators):
    model = BackpropClassifier((20, 12), recipe="tabular", n_estimators=n_estimators, max_iter=5)
    model = fitted(model.set_params(early_stopping=True, scoring="accuracy", random_state=0), FRAME)
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    makers = {
        "WeightsDisplay": lambda: WeightsDisplay.from_estimator(model, (1, 4), ax=ax),
        "ActivationsDisplay": lambda: ActivationsDisplay.from_estimator(model, FRAME, ax=ax),
        "GradientFlowDisplay": lambda: GradientFlowDisplay.from_estimator(model, FRAME, Y, ax=ax),
        "AttributionsDisplay": lambda: AttributionsDisplay.from_estimator(model, FRAME[::30], ax=ax),
    }
    makers.get(name, lambda: MAKERS[name](model, ax=ax))()
    figure.draw_without_rendering()
    whole = figure.bbox.padded(1)
    texts = [text for text in figure.findobj(matplotlib.text.Text) if text.get_visible() and text.get_text()]
    boxes = {text: text.get_window_extent() for text in texts}
    for text, box in boxes.items():
        if box.width and not outside_of_view(text, ax):
            assert whole.contains(*box.min), text
            assert whole.contains(*box.max), text
    labels = [boxes[text] for text in [*ax.get_xticklabels(), *ax.texts] if text in boxes]
    for i, label in enumerate(labels):
        assert label.count_overlaps(labels[:i]) == 0, texts


def outside_of_view(text, ax):
    """Whether a text is the label of a tick outside the limits, which is not drawn."""
    for axes in ax.figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            low, high = sorted(axis.get_view_interval())
            for ticks in (False, True):
                for label, where in zip(
                    axis.get_ticklabels(ticks), axis.get_ticklocs(minor=ticks), strict=False
                ):
                    if label is text:
                        return not low <= where <= high
    return False


# LossCurveDisplay.


def test_loss_curves_agree_with_the_estimator():
    model = fitted(BackpropClassifier(10, early_stopping=True, scoring="accuracy", **TEXTBOOK))
    display = LossCurveDisplay.from_estimator(model)
    epochs = np.arange(1, model.n_iter_ + 1)
    for name, curve in {
        "loss": model.loss_curve_,
        "penalty": model.penalty_curve_,
        "validation_loss": model.validation_loss_curve_,
        "validation_score": model.validation_scores_,
    }.items():
        np.testing.assert_array_equal(display.lines_[name].get_xdata(), epochs)
        np.testing.assert_array_equal(display.lines_[name].get_ydata(), curve)
    assert display.lines_["validation_score"].axes is display.score_ax_
    assert display.lines_["loss"].axes is display.ax_
    assert set(display.lines_["kept_epoch"].get_xdata()) == {np.argmax(model.validation_scores_) + 1}
    labels = [text.get_text() for text in display.score_ax_.get_legend().get_texts()]
    assert sorted(labels) == sorted(line.get_label() for line in display.lines_.values())


def test_the_penalty_is_computed_from_the_weights():
    model = fitted(BackpropClassifier(10, alpha=0.1, **TEXTBOOK))
    penalty = LossCurveDisplay.from_estimator(model).lines_["penalty"].get_ydata()
    assert penalty[-1] == pytest.approx(0.05 * sum((W**2).sum() for W in model.coefs_))
    without = LossCurveDisplay.from_estimator(fitted(BackpropClassifier(10, alpha=0.0, **TEXTBOOK)))
    assert "penalty" not in without.lines_


@pytest.mark.parametrize("warm_start", [False, True])
def test_the_kept_epoch_has_the_loss_of_the_final_weights(warm_start):
    settings = {"learning_rate": 0.05, "max_iter": 60, "n_iter_no_change": None, "warm_start": warm_start}
    model = BackpropClassifier(50, **settings, **TEXTBOOK)
    model = fitted(model, X[::2], Y[::2], X_val=X[1::2], y_val=Y[1::2])
    (kept,) = set(LossCurveDisplay.from_estimator(model).lines_["kept_epoch"].get_xdata())
    loss = log_loss(Y[1::2], model.predict_proba(X[1::2]))
    assert loss == pytest.approx(model.validation_loss_curve_[kept - 1])
    assert kept < 60
    last = fitted(BackpropClassifier(5, max_iter=7, **TEXTBOOK))
    assert set(LossCurveDisplay.from_estimator(last).lines_["kept_epoch"].get_xdata()) == {7}


def test_scores_of_another_scorer_are_not_drawn():
    settings = {"max_iter": 4, "n_iter_no_change": None, "warm_start": True, "early_stopping": True}
    model = fitted(BackpropClassifier(5, scoring="accuracy", **settings, **TEXTBOOK), X, Y)
    fitted(model.set_params(scoring="neg_log_loss", max_iter=3), X, Y)
    lines = LossCurveDisplay.from_estimator(model).lines_
    np.testing.assert_array_equal(lines["validation_loss"].get_xdata(), np.arange(1, 8))
    np.testing.assert_array_equal(lines["validation_score"].get_xdata(), [5, 6, 7])
    np.testing.assert_allclose(
        lines["validation_score"].get_ydata(), -np.array(model.validation_loss_curve_[-3:])
    )
    fitted(model.set_params(scoring="loss"), X, Y)
    assert "validation_score" not in LossCurveDisplay.from_estimator(model).lines_


def test_validations_and_the_kept_epoch_of_a_long_stream_are_within_the_curve(monkeypatch):
    monkeypatch.setattr("skbackprop.training.loop.STREAM_EPOCHS", 10)
    settings = {"max_iter": 4, "n_iter_no_change": None, "warm_start": True, "scoring": "accuracy"}
    model = fitted(BackpropClassifier(5, **settings, early_stopping=True, **TEXTBOOK), X, Y)
    losses, scores = model.validation_loss_curve_[:], model.validation_scores_[:]
    for n_calls, n_left in ((8, 2), (5, 0)):  # 12 and 17 epochs, of which the last 10 are shown
        for _ in range(n_calls):
            model.partial_fit(X, Y)
        display = LossCurveDisplay.from_estimator(model)
        assert len(model.loss_curve_) == 10
        assert model.validation_epochs_ == [1, 2][:n_left]
        assert model.validation_loss_curve_ == losses[4 - n_left :]
        assert model.validation_scores_ == scores[4 - n_left :]
        assert set(display.lines_["kept_epoch"].get_xdata()) == {10}
    fitted(model, X, Y)
    assert model.validation_epochs_ == [11, 12, 13, 14]
    (kept,) = set(LossCurveDisplay.from_estimator(model).lines_["kept_epoch"].get_xdata())
    assert 10 <= kept <= 14


@pytest.mark.parametrize(
    ("curve", "scale"), [([3, 2, 1], "linear"), ([3, 1, 0.1], "log"), ([30, 1, -1], "linear")]
)
def test_losses_with_a_large_range_have_a_logarithmic_axis(curve, scale):
    assert LossCurveDisplay(curve).plot().ax_.get_yscale() == scale
    _, ax = plt.subplots()
    LossCurveDisplay([100, 1]).plot(ax)
    assert LossCurveDisplay([-1, -2]).plot(ax).ax_.get_yscale() == "linear"


def test_trainings_are_compared_on_the_same_axes(model):
    first = LossCurveDisplay.from_estimator(model, name="one")
    scored = fitted(BackpropClassifier(5, early_stopping=True, scoring="accuracy", **TEXTBOOK))
    second = LossCurveDisplay.from_estimator(scored, name="two", ax=first.ax_, color="red")
    assert first.ax_.get_legend() is None  # one legend for both
    labels = {text.get_text() for text in second.score_ax_.get_legend().get_texts()}
    assert {"one: training loss", "two: training loss", "two: validation score"} <= labels
    assert {line.get_color() for line in second.lines_.values()} == {"red"}
    third = LossCurveDisplay.from_estimator(scored, name="three", ax=first.ax_, score_ax=second.score_ax_)
    assert third.score_ax_ is second.score_ax_


def test_loss_curves_of_scikit_learns_networks():
    mlp = fitted(MLPClassifier(5, early_stopping=True, random_state=0))
    display = LossCurveDisplay.from_estimator(mlp)
    np.testing.assert_array_equal(display.lines_["loss"].get_ydata(), mlp.loss_curve_)
    assert set(display.lines_["kept_epoch"].get_xdata()) == {np.argmax(mlp.validation_scores_) + 1}
    with pytest.raises(TypeError, match="must have the attribute loss_curve_"):
        LossCurveDisplay.from_estimator(fitted(MLPClassifier(5, solver="lbfgs", random_state=0)))


def test_one_epoch_is_a_point():
    model = BackpropClassifier(5, **TEXTBOOK).partial_fit(X, Y)
    assert LossCurveDisplay.from_estimator(model).lines_["loss"].get_marker() == "o"


# NetworkDisplay.


def drawn_weights(lines):
    """Return {(start, end): (width, color, dash)} of a LineCollection."""
    return {
        (tuple(start), tuple(end)): (width, tuple(color), style)
        for (start, end), width, color, style in zip(
            lines.get_segments(),
            lines.get_linewidths(),
            lines.get_colors(),
            lines.get_linestyles(),
            strict=True,
        )
    }


def test_width_and_color_of_a_line_show_the_weight(model):
    display = NetworkDisplay.from_estimator(model, max_linewidth=2.0)
    positions = [units.get_offsets() for units in display.units_]
    assert [len(places) for places in positions] == [4, 6, 5, 3]
    for l, W in enumerate(model.coefs_):
        lines = drawn_weights(display.weights_[l])
        assert len(lines) == W.size
        for (i, j), weight in np.ndenumerate(W):
            width, color, (_, dashes) = lines[tuple(positions[l][i]), tuple(positions[l + 1][j])]
            assert width == pytest.approx(2.0 * abs(weight) / np.abs(W).max())
            assert color == to_rgba("#0072B2" if weight > 0 else "#E69F00")
            assert (dashes is None) == (weight > 0 or width < 0.1)
    common = NetworkDisplay.from_estimator(model, max_linewidth=2.0, width_scale="network")
    widest = [lines.get_linewidths().max() for lines in common.weights_]
    largest = np.array([np.abs(W).max() for W in model.coefs_])
    np.testing.assert_allclose(widest, 2.0 * largest / largest.max())


def test_units_are_drawn_in_columns_with_the_first_on_top(model):
    for x, units in enumerate(NetworkDisplay.from_estimator(model).units_):
        places = units.get_offsets()
        assert set(places[:, 0]) == {x}
        assert (np.diff(places[:, 1]) < 0).all()
        assert places[:, 1].mean() == pytest.approx(0)


@pytest.mark.parametrize(
    ("sizes", "drawn"),
    [((2, 2, 1), [2, 2, 1]), ((784, 1024, 10), [10, 10, 10]), ((11, 10, 12), [10, 10, 10])],
)
def test_wide_layers_are_abbreviated(sizes, drawn):
    rng = np.random.default_rng(0)
    coefs = [rng.normal(size=(n, m)) for n, m in pairwise(sizes)]
    display = NetworkDisplay(coefs).plot()
    assert [len(units.get_offsets()) for units in display.units_] == drawn
    labels = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert labels == [f"input\n{sizes[0]} units", f"1\n{sizes[1]}", f"output\n{sizes[2]}"]
    # The first five and the last five units are drawn, so the last line belongs to the last weight.
    last = drawn_weights(display.weights_[0])[
        tuple(display.units_[0].get_offsets()[-1]), tuple(display.units_[1].get_offsets()[-1])
    ]
    first = [np.r_[:5, n - 5 : n] if n > 10 else np.arange(n) for n in sizes]
    shown = coefs[0][np.ix_(first[0], first[1])]
    assert last[0] == pytest.approx(2.5 * abs(coefs[0][-1, -1]) / np.abs(shown).max())


def test_names_are_drawn_next_to_the_units():
    network = BackpropClassifier(5, recipe=Recipe("tabular", input_layer=None), random_state=0)
    model = fitted(network, FRAME, np.array(["a", "b", "c"])[Y])
    display = NetworkDisplay.from_estimator(model)
    texts = [text.get_text() for text in display.ax_.texts]
    assert texts == [
        "sepal length (cm)",
        "sepal width (cm)",
        "petal length (cm)",
        "petal width (cm)",
        "a",
        "b",
        "c",
    ]
    places = [text.xy for text in display.ax_.texts]
    np.testing.assert_array_equal(
        places, np.vstack([display.units_[0].get_offsets(), display.units_[-1].get_offsets()])
    )
    _, narrow = plt.subplots(figsize=(3, 3), layout="constrained")
    names = [text.get_text() for text in NetworkDisplay.from_estimator(model, ax=narrow).ax_.texts]
    assert names[0].endswith("…")
    assert names[0].startswith("sepal")
    binary = fitted(BackpropClassifier(5, **TEXTBOOK), X[:100], np.array(["no", "yes"])[Y[:100]])
    assert [text.get_text() for text in NetworkDisplay.from_estimator(binary).ax_.texts] == ["yes"]


def test_embeddings_have_numbered_names():
    frame, y = load_diabetes(return_X_y=True, as_frame=True)
    model = fitted(BackpropRegressor(5, max_iter=2, random_state=0), frame[["age", "sex", "bmi"]], y)
    display = NetworkDisplay.from_estimator(model)
    names = display.input_names
    pieces = [f"{name}[{k}]" for name in ("age", "bmi") for k in range(1, 7)]
    assert names == ["age", "sex", "bmi", "age~1", "age~2", "age~3", "bmi~1", "bmi~2", "bmi~3", *pieces]


@pytest.mark.parametrize("name", ["tabular", "textbook"])
def test_encoded_columns_have_the_names_of_their_inputs(name):
    pd = pytest.importorskip("pandas")
    # As many inputs as columns, in another order: numbers come before categories.
    X = pd.DataFrame({"kind": ["a"] * 40, "size": np.arange(40.0)})
    model = fitted(BackpropRegressor(5, recipe=name, max_iter=2, random_state=0), X, X["size"])
    embeddings = ["size~1", "size~2", "size~3"] if name == "tabular" else []
    embeddings += [f"size[{k}]" for k in range(1, 7)] if name == "tabular" else []
    assert NetworkDisplay.from_estimator(model).input_names == ["size", "kind_a", *embeddings]
    # More inputs than columns, embedded ones among them.
    X["day"] = pd.date_range("2026-01-01", periods=40)
    model = fitted(BackpropRegressor(5, recipe=name, max_iter=2, random_state=0), X, X["size"])
    names = NetworkDisplay.from_estimator(model).input_names
    assert len(names) == model.coefs_[0].shape[-2]
    assert names[:2] == ["size", "day_days"]
    assert ("day_days~3" in names) == (name == "tabular")


def test_one_of_several_networks_is_drawn():
    model = fitted(BackpropClassifier(6, n_estimators=3, **TEXTBOOK))
    for e in range(3):
        for drawn, W in zip(NetworkDisplay.from_estimator(model, network=e).coefs, model.coefs_, strict=True):
            np.testing.assert_array_equal(drawn, W[e])
    for network in (3, -1, 1.0, True, None, "0", np.array([0, 1])):
        for name in ("NetworkDisplay", "WeightsDisplay"):
            with pytest.raises(ValueError, match=r"network must be an int from 0 to 2\. Got "):
                MAKERS[name](model, network=network)


def test_invalid_arguments_raise(model):
    with pytest.raises(ValueError, match=r"shapes \(2, 3\) of W\^1 and \(4, 1\) of W\^2 are inconsistent"):
        NetworkDisplay([np.ones((2, 3)), np.ones((4, 1))])


WRONG = {
    ("NetworkDisplay", "width_scale"): (1, "unit", None, np.array(["layer"])),
    ("NetworkDisplay", "max_units"): (1, 2.5, "ten", None, True),
    ("NetworkDisplay", "max_linewidth"): (-1, np.nan, "thin", None),
    ("WeightsDisplay", "max_units"): (0, -1, 2.5, "ten", True),
    ("ActivationsDisplay", "bins"): (0, 2.5, "auto", None, [0, 1]),
    ("AttributionsDisplay", "kind"): ("pie", 1, None, np.array(["bar"])),
    ("AttributionsDisplay", "max_columns"): (0, 2.5, "all", True),
}


@pytest.mark.parametrize(("name", "parameter"), WRONG)
def test_wrong_values_are_named(model, name, parameter):
    for value in WRONG[name, parameter]:
        message = f"'{parameter}' parameter of {name}.plot must be .* Got {re.escape(repr(value))} instead"
        with pytest.raises(ValueError, match=message):
            MAKERS[name](model, **{parameter: value})


@every_display
def test_what_is_no_axes_is_named(model, name):
    _, several = plt.subplots(1, 2)
    for value in ("left", 1, several):
        with pytest.raises(TypeError, match=r"^ax must be a single matplotlib Axes or None\. Got"):
            MAKERS[name](model, ax=value)
    if name == "LossCurveDisplay":
        with pytest.raises(TypeError, match="score_ax must be a single matplotlib Axes or None"):
            MAKERS[name](model, score_ax="right")


def test_tiny_negative_weights_are_solid_lines():
    display = NetworkDisplay([np.array([[1.0, -1e-9], [-0.5, 0.5]])]).plot()
    display.figure_.draw_without_rendering()
    dashes = [dash for _, dash in display.weights_[0].get_linestyles() if dash is not None]
    assert len(dashes) == 1
    assert min(dashes[0]) > 0.1  # points


def test_weights_of_zero_have_no_width():
    display = NetworkDisplay([np.zeros((2, 2))]).plot()
    assert set(display.weights_[0].get_linewidths()) == {0}


# WeightsDisplay.


def tile(image, number, shape, n_columns):
    """Return one image of a mosaic with borders of one pixel."""
    row, column = divmod(number, n_columns)
    top, left = row * (shape[0] + 1), column * (shape[1] + 1)
    return image[top : top + shape[0], left : left + shape[1]]


def test_each_image_shows_the_weights_of_one_unit():
    model = BackpropClassifier(10, **TEXTBOOK).partial_fit(*DIGITS)
    display = WeightsDisplay.from_estimator(model, (8, 8))
    image = display.image_.get_array()
    n_columns = (image.shape[1] + 1) // 9
    for unit in range(10):
        np.testing.assert_array_equal(
            tile(image, unit, (8, 8), n_columns), model.coefs_[0][:, unit].reshape(8, 8)
        )
    assert image.count() == 640  # the other pixels are border
    assert display.image_.get_clim() == (-abs(model.coefs_[0]).max(), abs(model.coefs_[0]).max())
    assert display.ax_.get_xlabel() == "10 units"


def test_max_units_limits_the_number_of_images():
    rng = np.random.default_rng(0)
    display = WeightsDisplay(rng.normal(size=(6, 150)), (2, 3)).plot(max_units=20, colorbar=False)
    assert display.image_.get_array().count() == 20 * 6
    assert display.ax_.get_xlabel() == "20 of 150 units"
    assert display.colorbar_ is None


def test_embeddings_are_omitted_from_the_images():
    frame = load_diabetes().data[:, :4]
    regressor = BackpropRegressor(5, n_estimators=1, max_iter=2, random_state=0)
    model = fitted(regressor, frame, load_diabetes().target)
    assert model.coefs_[0].shape[0] > 4
    np.testing.assert_array_equal(WeightsDisplay.from_estimator(model, (2, 2)).weights, model.coefs_[0][:4])


def test_an_inconsistent_shape_raises(model):
    for shape in [(3, 2), (4,), 4, "22", None, (2.0, 2.0), ("a", "b"), (-2, -2), (True, 4), np.array(4)]:
        with pytest.raises(ValueError, match="shape must consist of two numbers whose product is 4"):
            WeightsDisplay.from_estimator(model, shape)


# ActivationsDisplay.


@pytest.mark.parametrize(
    ("activation", "is_saturated"),
    [
        ("relu", lambda z: z <= 0),
        ("sigmoid", lambda z: np.exp(-np.abs(z)) / (1 + np.exp(-np.abs(z))) ** 2 < 0.0025),
        ("tanh", lambda z: 1 - np.tanh(z) ** 2 < 0.01),
        ("leaky_relu", lambda z: np.zeros(z.shape, bool)),
        ("identity", lambda z: np.zeros(z.shape, bool)),
    ],
)
def test_saturated_shares_count_small_slopes(activation, is_saturated):
    recipe = Recipe("textbook", initialization="normal")
    model = fitted(BackpropClassifier((20, 10), activation, **{**TEXTBOOK, "recipe": recipe}), 3 * X)
    z, a = textbook.forward(SCALED, model.coefs_, model.intercepts_, activation)
    display = ActivationsDisplay.from_estimator(model, 3 * X)
    flat = [is_saturated(values) for values in z[:2]]
    assert display.saturated == pytest.approx([where.mean() for where in flat])
    assert display.dead == pytest.approx([where.all(axis=0).mean() for where in flat])
    for l in range(2):
        np.testing.assert_allclose(display.a[l], a[l + 1], rtol=1e-9, atol=1e-12)
    labels = [label.get_text() for label in display.ax_.get_xticklabels()]
    shares = enumerate(zip(display.saturated, display.dead, strict=True), 1)
    expected = [f"{layer}\n{100 * s:.0f}%\n{100 * d:.0f}%" for layer, (s, d) in shares]
    assert labels == [*expected, "output\n\n"]


def test_histograms_show_the_distribution_of_the_values(model):
    z, a = textbook.forward(SCALED, model.coefs_, model.intercepts_, "tanh")
    display = ActivationsDisplay.from_estimator(model, X, bins=15)
    drawn = [*display.z_histograms_, *display.a_histograms_]
    values = [*z, *a[1:], textbook.softmax(z[-1])]
    sides = [-1, -1, -1, 1, 1, 1]
    for histogram, given, side, layer in zip(drawn, values, sides, [1, 2, 3] * 2, strict=True):
        widths, edges, baseline = histogram.get_data()
        low, high = np.quantile(given, [0.001, 0.999])
        np.testing.assert_allclose(edges, np.linspace(low, high, 16), rtol=1e-9)
        inside = given[(given >= low) & (given <= high)]
        counts = np.bincount(np.minimum((15 * (inside - low) / (high - low)).astype(int), 14), minlength=15)
        assert baseline == layer
        np.testing.assert_allclose(side * (widths - layer) / 0.42, counts / counts.max(), atol=0.05)


def test_layers_of_very_different_ranges_are_all_visible():
    small, large = np.random.default_rng(0).normal(size=(2, 500, 4))
    z = [1000 * large, small, small]
    display = ActivationsDisplay(z, [np.tanh(values) for values in z], saturated=[1, 0], dead=[0, 0]).plot()
    display.figure_.draw_without_rendering()
    heights = [
        np.ptp(
            [display.ax_.transData.transform((0, edge))[1] for edge in histogram.get_data().edges[[0, -1]]]
        )
        for histogram in display.z_histograms_
    ]
    assert min(heights) > max(heights) / 10
    widths, edges, baseline = display.z_histograms_[0].get_data()
    counts = np.histogram(z[0], edges)[0]
    np.testing.assert_allclose((baseline - widths) / 0.42, counts / counts.max())


def test_positive_weights_are_blue_and_negative_ones_orange():
    display = WeightsDisplay(np.array([[1.0], [-1.0], [0.0]]), (1, 3)).plot()
    (positive, negative, zero) = display.image_.to_rgba(np.array([1.0, -1.0, 0.0]))[:, :3]
    assert positive[2] > 2 * positive[0]
    assert negative[0] > 2 * negative[2]
    np.testing.assert_allclose(zero, 1, atol=0.01)


def test_values_that_are_nearly_equal_are_visible():
    """Beside values of a range of 2000 their histogram is less than a pixel high."""
    z = [np.linspace(-1000, 1000, 500), np.linspace(3, 3.001, 500)]
    display = ActivationsDisplay(z, [np.tanh(values) for values in z], saturated=[1], dead=[0]).plot()
    figure = display.figure_
    figure.set_dpi(100)
    figure.canvas.draw()
    column, row = display.ax_.transData.transform((2 - 0.2, 3.0)).round().astype(int)
    pixels = np.asarray(figure.canvas.buffer_rgba())[::-1]
    assert (pixels[row - 2 : row + 3, column, 0] < 128).any()  # blue


def test_a_linear_model_has_activations_too():
    display = ActivationsDisplay.from_estimator(fitted(BackpropClassifier((), **TEXTBOOK)), X)
    assert display.saturated == []
    assert len(display.z_histograms_) == 1


# GradientFlowDisplay.


def norms_by_the_textbook(model, activation):
    """Return the norms of dL/dW^l and of delta^l of a network for iris."""
    z, a = textbook.forward(SCALED, model.coefs_, model.intercepts_, activation)
    delta = (textbook.softmax(z[-1]) - np.eye(3)[Y]) / 150
    dW, _ = textbook.backward(delta, z, a, model.coefs_, activation)
    deltas = [delta]
    for W, values in zip(model.coefs_[:0:-1], z[-2::-1], strict=True):
        deltas.insert(0, (deltas[0] @ W.T) * textbook.SIGMA_PRIME[activation](values))
    return [np.sqrt((g**2).sum()) for g in dW], [np.sqrt((d**2).sum()) for d in deltas]


@pytest.mark.parametrize("activation", ["sigmoid", "relu"])
def test_norms_agree_with_the_textbook(activation):
    model = BackpropClassifier((10,) * 4, activation, **TEXTBOOK).partial_fit(X, Y)
    display = GradientFlowDisplay.from_estimator(model, X, Y)
    dW_norms, delta_norms = norms_by_the_textbook(model, activation)
    np.testing.assert_allclose(display.dW_line_.get_ydata(), dW_norms, rtol=1e-8)
    np.testing.assert_allclose(display.delta_line_.get_ydata(), delta_norms, rtol=1e-8)
    np.testing.assert_array_equal(display.dW_line_.get_xdata(), [1, 2, 3, 4, 5])
    assert display.ax_.get_yscale() == "log"


def test_vanishing_gradients_can_be_compared_on_the_same_axes():
    _, ax = plt.subplots()
    falls = {}
    for activation in ("sigmoid", "relu"):
        model = BackpropClassifier((30,) * 6, activation, **TEXTBOOK).partial_fit(*DIGITS)
        display = GradientFlowDisplay.from_estimator(model, *DIGITS, name=activation, ax=ax)
        falls[activation] = display.delta_norms[-1] / display.delta_norms[0]
    assert falls["sigmoid"] > 1000
    assert falls["relu"] < 10
    assert len({(line.get_color(), line.get_marker()) for line in ax.lines}) == 4
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [label.split(":")[0] for label in labels] == ["sigmoid", "sigmoid", "relu", "relu"]


def test_a_gradient_of_zero_is_a_gap():
    display = GradientFlowDisplay([0.0, 1.0], [0.0, 2.0]).plot()
    np.testing.assert_array_equal(display.dW_line_.get_ydata(), [np.nan, 1])


def test_norms_of_several_networks_are_taken_over_all_of_them():
    model = BackpropClassifier((8, 6), "tanh", n_estimators=2, **TEXTBOOK).partial_fit(X, Y)
    squares = np.zeros((2, 3))
    for e in range(2):
        one = BackpropClassifier((8, 6), "tanh", **TEXTBOOK).partial_fit(X, Y)
        for mine, theirs in zip(one.coefs_ + one.intercepts_, model.coefs_ + model.intercepts_, strict=True):
            mine[...] = theirs[e]
        squares += np.square(norms_by_the_textbook(one, "tanh"))
    display = GradientFlowDisplay.from_estimator(model, X, Y)
    np.testing.assert_allclose([display.dW_norms, display.delta_norms], np.sqrt(squares), rtol=1e-8)


# Displays of scikit-learn.


def test_decision_boundary_display_of_scikit_learn():
    model = fitted(BackpropClassifier(10, **TEXTBOOK), X[:100, :2], Y[:100])
    display = DecisionBoundaryDisplay.from_estimator(
        model, X[:100, :2], response_method="predict_proba", grid_resolution=7
    )
    grid = np.column_stack([display.xx0.ravel(), display.xx1.ravel()])
    np.testing.assert_allclose(display.response.ravel(), model.predict_proba(grid)[:, 1])
