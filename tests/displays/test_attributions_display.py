"""AttributionsDisplay: what is drawn, compared with the attributions."""

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.displays import AttributionsDisplay, NetworkDisplay
from skbackprop.inspection import attributions

matplotlib = pytest.importorskip("matplotlib", reason="the displays draw with matplotlib, the extra 'plot'")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def result():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=60), "city": rng.choice(["Rome", "Oslo"], 60)})
    X["b"], X["c"] = rng.normal(size=(2, 60))
    X.loc[::7, "b"] = np.nan
    y = 3 * X["a"] + (X["city"] == "Rome") + 0.1 * X["b"].fillna(1)
    model = BackpropRegressor((4,), n_estimators=1, max_iter=20, random_state=0).fit(X, y)
    return attributions(model, X[:30], X)


def order(sizes):
    return np.argsort(-sizes)


def test_bars_are_the_mean_absolute_values_and_the_others_are_added_up(result):
    display = AttributionsDisplay.from_attributions(result, kind="bar", max_columns=2)
    first, second, *others = order(result.mean_absolute)
    names = [result.feature_names[j] for j in (first, second)]
    assert display.columns_ == [*names, "2 other columns"]
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == display.columns_
    widths = [bar.get_width() for bar in display.bars_]
    sizes = result.mean_absolute
    np.testing.assert_allclose(widths, [sizes[first], sizes[second], sizes[others].sum()])
    assert display.ax_.get_xlabel() == "mean |attribution| (units of y)"


def test_a_waterfall_leads_from_the_base_value_to_the_prediction(result):
    display = AttributionsDisplay.from_attributions(result, kind="waterfall", row=3, max_columns=3)
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in display.bars_]
    prediction = result.base_values[3] + result.values[3].sum()
    np.testing.assert_allclose(ends[-1][0], result.base_values[3])
    np.testing.assert_allclose(ends[0][1], prediction)
    for above, below in pairwise(ends):
        np.testing.assert_allclose(above[0], below[1])
    j = order(np.abs(result.values[3]))[0]
    assert display.columns_[0].startswith(f"{result.feature_names[j]} = ")


def test_a_beeswarm_has_a_point_for_each_row_colored_by_its_value(result):
    display = AttributionsDisplay.from_attributions(result)
    for name, points in zip(display.columns_, display.points_, strict=True):
        j = result.feature_names.index(name)
        np.testing.assert_allclose(points.get_offsets()[:, 0], result.values[:, j])
        colors = points.get_array()
        if name == "city":
            assert colors is None
            continue
        values = result.data[:, j].astype(float)
        np.testing.assert_array_equal(np.ma.getmaskarray(colors) | np.isnan(colors), np.isnan(values))
        present = ~np.isnan(values)
        assert (np.argsort(colors[present]) == np.argsort(values[present])).all()


def test_one_of_several_outputs_is_drawn():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    y = np.array(["low", "mid", "top"])[np.digitize(X[:, 0], [-0.5, 0.5])]
    model = BackpropClassifier((4,), n_estimators=1, max_iter=10, random_state=0).fit(X, y)
    result = attributions(model, X[:10], X[:20], output="probability")
    for target, k in (("low", 0), (1, 1), (None, 2)):
        display = AttributionsDisplay.from_attributions(result, kind="bar", target=target)
        np.testing.assert_allclose(
            [bar.get_width() for bar in display.bars_], np.sort(result.mean_absolute[:, k])[::-1]
        )
        assert display.ax_.get_xlabel() == f"mean |attribution| (probability of {model.classes_[k]})"
    for target in (3, 1.0, True, np.array([0, 1])):
        with pytest.raises(ValueError, match=r"target must be one of .*'low'.* Got "):
            AttributionsDisplay(result, target)
    with pytest.raises(ValueError, match=r"target must be one of .*'low'.* Got 'high'"):
        AttributionsDisplay(result, "high")


@pytest.mark.parametrize("dtype", ["Float64", "double[pyarrow]"])
def test_missing_numbers_of_nullable_columns(dtype):
    if "pyarrow" in dtype:
        pytest.importorskip("pyarrow")
    x = np.random.default_rng(0).normal(size=60)
    X = pd.DataFrame({"x": pd.array([None, *x[1:]], dtype=dtype), "k": ["a", "b"] * 30})
    model = BackpropClassifier((4,), recipe="fast", max_iter=3, random_state=0).fit(X, x > 0)
    result = attributions(model, X)
    display = AttributionsDisplay.from_attributions(result, kind="waterfall")
    assert sorted(display.columns_) == ["k = a", "x = missing"]
    display = AttributionsDisplay.from_attributions(result)
    colors = display.points_[display.columns_.index("x")].get_array()
    assert np.ma.getmaskarray(colors).tolist() == [True] + [False] * 59
    assert (np.argsort(colors[1:]) == np.argsort(x[1:])).all()


def test_dollars_in_names_and_values_are_no_formulas():
    x = np.random.default_rng(0).normal(size=60)
    X = pd.DataFrame({"a$b_$": x, "pay": np.where(x > 1, "$5K_$9K", "$1K_$5K"), "z": x**2})
    y = np.array(["$a_$", "$_b$", "c"])[np.digitize(x, [-0.5, 0.5])]
    model = BackpropClassifier((4,), n_estimators=1, recipe="fast", max_iter=3, random_state=0).fit(X, y)
    displays = [
        AttributionsDisplay.from_estimator(model, X, kind="waterfall", target="$_b$"),
        AttributionsDisplay.from_estimator(model, X, kind="bar", target="$_b$"),
        NetworkDisplay.from_estimator(model),
    ]
    texts = []
    for display in displays:
        display.figure_.canvas.draw()  # matplotlib reads formulas here
        drawn = (*display.ax_.get_yticklabels(), display.ax_.xaxis.label, *display.ax_.texts)
        texts += [each._preprocess_math(each.get_text()) for each in drawn]
    assert not any(is_formula for _, is_formula in texts)
    drawn = "\n".join(text for text, _ in texts)
    for name in ("a$b_$\n", "pay = $", "of $_b$", "pay_$1K_$5K", "\n$a_$\n"):
        assert name in drawn


def test_a_list_of_one_quantile_is_one_of_several_outputs():
    X = pd.DataFrame({"x": np.random.default_rng(0).normal(size=60)})
    settings = {"recipe": "fast", "max_iter": 3, "loss": "quantile", "random_state": 0}
    listed, single = (BackpropRegressor(4, quantile=q, **settings).fit(X, X["x"]) for q in ([0.5], 0.5))
    results = [attributions(model, X[:5], X) for model in (listed, single)]
    assert results[0].output_names == ["y0"]
    np.testing.assert_allclose(results[0].values[:, :, 0], results[1].values)
    display = AttributionsDisplay.from_estimator(listed, X[:5], background=X, kind="bar")
    assert display.ax_.get_xlabel() == "mean |attribution| (units of y0)"


def test_unknown_kinds_rows_and_outputs_are_refused(result):
    display = AttributionsDisplay(result)
    for row in (30, -31, 1.0, True, "first", None, np.array([0, 1])):
        with pytest.raises(ValueError, match=r"row must be an int from 0 to 29. Got "):
            display.plot(kind="waterfall", row=row)
    with pytest.raises(ValueError, match=r"one output only. Got 1"):
        AttributionsDisplay(result, 1)
