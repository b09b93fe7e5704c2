"""Dates, numbers and words in columns of text, compared with columns of dates and scikit-learn's parts."""

import datetime
import pickle
import re
import warnings

import numpy as np
import pytest

from skbackprop import BackpropClassifier, BackpropRegressor
from skbackprop.tables.frames import as_frame
from skbackprop.tables.written_dates import date_format, parse
from skbackprop.tables.written_numbers import written_number

pd = pytest.importorskip("pandas")

DAYS = pd.date_range("2023-11-20", periods=60)
pytestmark = pytest.mark.filterwarnings("ignore:More than half of the rows have categories")
FAST = {"recipe": "fast", "n_estimators": 1, "max_iter": 2, "random_state": 0}
FORMATS = [
    "%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y", "%m/%d/%Y", "%m/%d/%Y %H:%M",
    "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%b %d, %Y", "%d-%b-%y",
    "%m/%d/%Y %I:%M %p",
]  # fmt: skip


@pytest.mark.parametrize("written", FORMATS)
def test_dates_are_recognised_in_every_format(written):
    texts = [day.strftime(written) for day in DAYS]
    found = date_format(texts)
    assert [parse(text, found) for text in texts] == DAYS.to_pydatetime().tolist()


@pytest.mark.parametrize(
    "texts",
    [
        ["01/02/2024", "03/04/2024", "05/06/2024"],  # the day may be the month
        [f"{k:02}/{k:02}/2024" for k in range(1, 13)],
        ["2024-01-01", "2024-01-02", "soon"],
        ["2024-01-01", "2024-01-02", "03/01/2024"],  # two formats
        ["2024-01-01T00:00", "2024-01-02T00:00", "2024-01-03T00:00Z"],  # some with a time zone
        ["2024-01-01", "2024-01-02"],  # two dates only
        ["20240101", "20240102", "20240103"],
        ["1.2.3", "1.2.4", "1.3.0"],
        ["2024", "2023", "2022"],
        ["", " ", "-"],
        ["31/02/2024", "30/01/2024", "29/01/2024"],  # no such day
        *[[f"2024-01-0{k}{end}" for k in (1, 2, 3)] for end in ("-17", "/2023", "#07", "_17:30", "+01:00")],
        *[[f"2024-01-0{k}{end}" for k in (1, 2, 3)] for end in (" 17.5", "T17:30,5")],  # of hours and minutes
        [],
    ],
)
def test_other_texts_are_no_dates(texts):
    assert date_format(texts) is None


@pytest.mark.parametrize("end", ["T17", "t17:30", " 1730", " 173059", " 17:30:59.25", "T17:30:59,25"])
def test_times_of_iso_8601_are_those_of_pandas(end):
    texts = [f"2024-01-0{k}{end}" for k in (1, 2, 3)]
    dates = [parse(text, date_format(texts)) for text in texts]
    points = [text.replace(",", ".") for text in texts]  # pandas 2.0 loses what follows a comma
    assert dates == [pd.to_datetime(text).to_pydatetime() for text in points]


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize("end", ["-17", "/2023", "#07"])
def test_numbers_after_a_date_are_no_times(end, library):
    cases = pd.DataFrame({"case": DAYS.strftime("%Y-%m-%d") + end})
    module = pytest.importorskip(library)
    convert = {"polars": "from_pandas", "pyarrow": "table"}.get(library, "DataFrame")
    model = BackpropRegressor(**FAST).fit(getattr(module, convert)(cases), np.arange(60.0))
    assert model.columns_[0].text_read_as != "date"


@pytest.mark.parametrize("first", ["1969", "1977", "1990", "1999", "2019"])
def test_years_of_two_digits_have_the_century_of_pandas(first):
    days = pd.date_range(f"{first}-01-01", periods=49 * 12, freq="MS").strftime("%d-%b-%y")
    dates = [parse(text, date_format(list(days))) for text in days]
    assert dates == pd.to_datetime(days, format="%d-%b-%y").to_pydatetime().tolist()


@pytest.mark.parametrize(("first", "last"), [(1930, 1995), (1950, 2010), (1955, 1975), (1925, 2024)])
def test_dates_that_two_digits_spread_over_two_centuries_are_not_read(first, last):
    born = pd.date_range(f"{first}-01-01", f"{last}-12-31", freq="120D")
    y, model = np.arange(len(born)) / len(born), BackpropRegressor(**FAST)
    four, two = (pd.DataFrame({"born": born.strftime(f"%d-%b-%{year}")}) for year in "Yy")
    assert "born_days" in model.fit(four, y).columns_[0].inputs
    with pytest.warns(
        UserWarning, match=r"'born' of X has dates with years of two digits, .*'\d\d-\w+-\d\d'"
    ):
        assert "born_days" not in model.fit(two, y).columns_[0].inputs
    model.set_params(categorical_features=["born"]).fit(two, y)  # without a warning


def test_later_years_that_may_be_of_another_century_are_missing():
    days = pd.date_range("1995-01-01", periods=400, freq="MS")
    model = BackpropRegressor(**FAST).fit(pd.DataFrame({"day": days.strftime("%d-%b-%y")}), np.arange(400.0))
    later = pd.DataFrame({"day": ["01-May-40", "01-May-80", "01-May-68", "01-May-69", None]})
    found = encoded(model, later)["day_days"]
    near = pd.to_datetime(["2040-05-01", "1980-05-01"]) - pd.Timestamp("1970-01-01")
    np.testing.assert_array_equal(found, [*near.days, *[found[-1]] * 3])
    with pytest.warns(UserWarning, match="'day' of X had dates in the format %d-%b-%y .*'01-May-68'"):
        model.predict(later[2:4])


@pytest.mark.parametrize("written", [each for each in FORMATS if "%m" in each and each[:2] != "%Y"])
def test_dates_with_the_day_and_the_month_in_the_other_order_are_named(written):
    model = BackpropRegressor(**FAST).fit(pd.DataFrame({"day": DAYS.strftime(written)}), np.arange(60.0))
    other = DAYS.strftime(written.translate(str.maketrans("dm", "md")))
    with pytest.warns(UserWarning, match=f"'day' of X had dates in .* the other order, .*'{other[0]}'"):
        model.predict(pd.DataFrame({"day": other}))  # some are dates in the order of fit, too
    model.predict(pd.DataFrame({"day": [*DAYS.strftime(written), "unknown"]}))  # without a warning


def test_zones_are_converted():
    texts = ["2024-01-01T00:00:00+02:00", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00-03:30"]
    zoned = date_format(texts)
    assert [parse(text, zoned).hour for text in texts] == [22, 0, 3]
    assert date_format([text[:19] for text in texts]) != zoned
    assert parse("2024-01-01T00:00:00", zoned) is None


def encoded(model, X):
    """Return the encoded columns of X by their names."""
    rows = model._model.encoder.transform(as_frame(X))[:]
    return dict(zip(model._model.encoder.feature_names, rows.T, strict=True))


def text_numbers(model, X):
    """Return the 30 numbers of the column "product" of X, one in each row."""
    by_name = encoded(model, X)
    return np.array([by_name[f"product_text{k}"] for k in range(30)])


def written_frame(n=200):
    rng = np.random.default_rng(0)
    days = DAYS[rng.integers(0, len(DAYS), n)]
    return pd.DataFrame({"day": days.strftime("%d/%m/%Y"), "x": rng.normal(size=n)}), days, rng.normal(size=n)


def test_dates_in_text_have_the_numbers_of_dates():
    X, days, y = written_frame()
    X.loc[:4, "day"] = None
    days = days.to_series(index=X.index).mask(X["day"].isna())
    text = BackpropRegressor(**FAST).fit(X, y)
    dates = BackpropRegressor(**FAST).fit(X.assign(day=days), y)
    by_text, by_date = encoded(text, X), encoded(dates, X.assign(day=days))
    assert set(by_date) < set(by_text)
    for name, numbers in by_date.items():
        np.testing.assert_array_equal(by_text[name], numbers)
    report = text.columns_[0]
    assert report.kind == "category"
    assert set(dates.columns_[0].inputs) < set(report.inputs)
    assert len(report.categories) == X["day"].nunique(dropna=False)


def test_points_on_a_circle_are_not_embedded_a_second_time():
    X, _, y = written_frame()
    X["when"] = pd.date_range("2020-01-01", periods=len(X), freq="31h")
    model = BackpropRegressor(n_estimators=1, max_iter=2, random_state=0).fit(X, y)
    embedded = {model._model.encoder.feature_names[j] for j in model._model.network.input_layer.columns}
    assert embedded == {"x", "when_days", "day_days"}


def test_a_day_that_was_not_in_fit_is_predicted_from_its_neighbors():
    days = pd.date_range("2023-01-01", periods=365)
    season = np.cos(2 * np.pi * days.day_of_year.to_numpy() / 365)
    X = pd.DataFrame({"day": days.strftime("%d/%m/%Y")})
    fit = np.random.default_rng(0).random(365) < 0.7
    model = BackpropRegressor(recipe="fast", random_state=0).fit(X[fit], season[fit])
    assert model.score(X[~fit], season[~fit]) > 0.95


def test_empty_text_is_a_missing_date():
    day = pd.date_range("2024-01-01", periods=60).strftime("%Y-%m-%d").to_series(index=range(60))
    y = np.arange(60.0)
    models = [
        BackpropRegressor(**FAST).fit(pd.DataFrame({"day": day.where(y > 8, x)}), y) for x in ("", "  ")
    ]
    missing = BackpropRegressor(**FAST).fit(pd.DataFrame({"day": day.where(y > 8, None)}), y)
    for model, blank in zip(models, ("", "  "), strict=True):
        assert model.columns_[0].text_read_as == "date"
        found = encoded(model, pd.DataFrame({"day": [blank, day[20]]}))
        expected = encoded(missing, pd.DataFrame({"day": [None, day[20]]}, dtype=object))
        np.testing.assert_array_equal(found["day_days"], expected["day_days"])
        model.predict(pd.DataFrame({"day": [blank]}))  # without a warning, like any missing date


def test_later_values_that_are_no_dates_are_missing_dates():
    X, _, y = written_frame()
    model = BackpropRegressor(**FAST).fit(X, y)
    odd = X[:4].assign(day=["2023-12-01", "tomorrow", None, "01/12/2023"])
    medians = dict(zip(model._model.encoder.feature_names, model._model.encoder.medians, strict=False))
    with pytest.warns(UserWarning, match="'day' .*now 2 of 3 values cannot be read"):
        days = encoded(model, odd)["day_days"]
    np.testing.assert_array_equal(days[:3], medians["day_days"])
    assert days[3] != medians["day_days"]
    with pytest.warns(UserWarning, match="'day' of X had dates in the format %d/%m/%Y .*'2023-12-01'"):
        model.predict(odd[:3])
    model.predict(odd[2:3])  # without a warning: a missing value has no format


def test_numbers_in_another_unit_are_missing_numbers():
    k = np.arange(300) % 50
    X, y = pd.DataFrame({"size": [f"{each} kg" for each in k], "price": [f"{each} €" for each in k]}), 1.0 * k
    X.loc[7, "size"] = "?"
    model = BackpropRegressor(**FAST).fit(X, y)
    later = pd.DataFrame({"size": ["500 g", "7 KG.", "9 kg", "?"], "price": ["$9", "€9", "9", "€8"]})
    found, median = encoded(model, later), model._model.encoder.medians
    np.testing.assert_array_equal(found["size_number"], [median[0], 7, 9, median[0]])
    np.testing.assert_array_equal(found["price_number"], [median[1], 9, median[1], 8])
    with pytest.warns(UserWarning, match="'size' of X, such as '500 g', have another unit .*such as '0 kg'"):
        model.predict(later.assign(price="€5").iloc[[0, 3]])
    with pytest.warns(UserWarning, match="'price' of X, such as '\\$9', have another unit or currency"):
        model.predict(later[["size", "price"]].iloc[[0, 2]].assign(size="5 kg"))
    model.predict(later.iloc[[3]])  # without a warning: "?" is no number, in fit neither


@pytest.mark.parametrize(
    "text", ["USD 3", "3 000 $", "$3.000", "$30,00", "$3'000", "$1.250", "$0,500", "½ $"]
)
def test_numbers_that_are_written_otherwise_than_in_fit_are_missing_and_named(text):
    k = np.arange(300) % 50
    X = pd.DataFrame({"price": [f"${1000 * each:,}" for each in k]})
    model = BackpropRegressor(**FAST).fit(X, 1.0 * k)
    median = model._model.encoder.medians[0]
    with pytest.warns(
        UserWarning, match=f"'price' of X, such as {re.escape(repr(text))}, have another .*format"
    ):
        found = encoded(model, pd.DataFrame({"price": [text]}))
    np.testing.assert_array_equal(found["price_number"], [median])
    # Without a warning: most of these numbers are read.
    found = encoded(model, pd.DataFrame({"price": [text, "$7,000", "$7000", "$.5", "$1,234.125"]}))
    np.testing.assert_array_equal(found["price_number"], [median, 7000, 7000, 0.5, 1234.125])
    model.predict(pd.DataFrame({"price": ["unknown", None, ""]}))  # without a warning: no number at all


@pytest.mark.parametrize(
    ("write", "comma", "point"),
    [
        (lambda k: f"{k} kg", False, False),
        (lambda k: f"{k / 8} kg", False, True),
        (lambda k: f"{1000 * k:,} kg", True, False),
        (lambda k: f"{1000.5 * k:,} kg", True, True),
        (lambda k: f"{k}, kg", False, False),  # no separator
    ],
)
def test_a_comma_or_a_point_before_three_digits_has_the_meaning_that_it_had_in_fit(write, comma, point):
    k = np.arange(300) % 50
    model = BackpropRegressor(**FAST).fit(pd.DataFrame({"size": [write(each) for each in k]}), 1.0 * k)
    median = model._model.encoder.medians[0]
    later = [
        "1,250 kg",
        "1.250 kg",
        "1,250.5 kg",
        "1,250,000 kg",
        "0.125 kg",
        "0,125 kg",
        "1250.125 kg",
        "2.5 kg",
    ]
    expected = [
        1250 if comma else median,
        1.25 if point else median,
        1250.5,
        1250000,
        0.125,
        median,
        1250.125,
        2.5,
    ]
    np.testing.assert_array_equal(encoded(model, pd.DataFrame({"size": later}))["size_number"], expected)


def test_numbers_in_the_rarer_of_two_readings_are_missing_numbers():
    k = np.arange(300) % 50
    X = pd.DataFrame({"profit": [f"{each} bn" if each else "4000" for each in k]})
    model = BackpropRegressor(**FAST).fit(X, 1.0 * k)
    later = pd.DataFrame({"profit": ["7bn", "7", "7%"]})
    median = model._model.encoder.medians[0]
    with pytest.warns(UserWarning, match="'profit' of X, such as '7', have another unit .*such as '1 bn'"):
        found = encoded(model, later)["profit_number"]
    np.testing.assert_array_equal(found, [7, median, median])


AMOUNTS = np.random.default_rng(0).integers(1, 1000, 500) * 50
WRITTEN_OTHERWISE = {
    "points": lambda each: f"{each:,} kg".replace(",", "."),
    "spaces": lambda each: f"{each:,} kg".replace(",", " "),
    "tonnes": lambda each: f"{each / 1000:g} t" if each >= 1000 else f"{each} kg",
}


def warnings_of(call, *arguments):
    """Return the result of a call, and the texts of its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        return call(*arguments), [str(each.message) for each in caught]


@pytest.mark.parametrize("name", WRITTEN_OTHERWISE)
def test_most_numbers_in_another_unit_or_format_are_named_once_with_their_share(name):
    model = BackpropRegressor(**FAST).fit(pd.DataFrame({"s": [f"{a:,} kg" for a in AMOUNTS]}), 1.0 * AMOUNTS)
    later = pd.DataFrame({"s": list(map(WRITTEN_OTHERWISE[name], AMOUNTS))})
    large = AMOUNTS >= 1000
    found, (told,) = warnings_of(model.predict, later)
    assert told.startswith(f"{large.sum()} of 500 numbers in column 's' of X, such as ")
    assert told.endswith("Convert them.")
    few = np.r_[np.flatnonzero(large)[:8], np.flatnonzero(~large)[:8]]
    alone = [model.predict(later[k : k + 1])[0] for k in few[8:]]  # without a warning
    np.testing.assert_allclose(alone, found[few[8:]], rtol=1e-6)
    np.testing.assert_allclose(model.predict(later.iloc[few]), found[few], rtol=1e-6)  # half of them: none


def test_most_dates_in_another_format_are_named_once_with_their_share():
    days = pd.Series(pd.date_range("2020-01-01", periods=500))
    model = BackpropRegressor(**FAST).fit(pd.DataFrame({"d": days.dt.strftime("%d.%m.%Y")}), np.arange(500.0))
    later = days.dt.strftime("%Y-%m-%d").tolist()
    later[0] = "01.01.2020"
    _, (told,) = warnings_of(model.predict, pd.DataFrame({"d": later}))
    assert "'d' of X" in told
    assert "now 499 of 500 values cannot be read as such dates, for instance '2020-01-02'" in told
    later[:250] = days[:250].dt.strftime("%d.%m.%Y").tolist()
    model.predict(pd.DataFrame({"d": later}))  # without a warning: half of them


def test_the_day_and_the_month_in_the_other_order_are_named_whatever_their_share():
    days = pd.Series(pd.date_range("2020-01-01", periods=500))
    model = BackpropRegressor(**FAST).fit(pd.DataFrame({"d": days.dt.strftime("%d/%m/%Y")}), np.arange(500.0))
    _, (told,) = warnings_of(model.predict, pd.DataFrame({"d": days.dt.strftime("%m/%d/%Y")}))  # 60 %
    assert "the day and the month in the other order" in told


def test_text_with_digits_that_was_no_number_in_fit_is_not_named():
    sizes = [*(f"{k} kg" for k in range(40)), "code 9", "see note 3"]
    X = pd.DataFrame({"size": sizes + ["code 9"] * 100})
    model = BackpropRegressor(**FAST).fit(X, np.arange(142.0))
    assert model.columns_[0].text_read_as == "number"
    model.predict(X)
    model.predict(X[-50:])
    with pytest.warns(UserWarning, match="^1 of 1 numbers in column 'size'"):
        model.predict(pd.DataFrame({"size": ["9 lb", *["code 9"] * 5]}))


@pytest.mark.parametrize("other", ["12/31/2023", "2023-12-31", "soon"])
def test_rows_of_weight_zero_raise_no_warning_about_formats(other):
    X, _, y = written_frame()
    weights = np.ones(len(X))
    weights[1:] = np.arange(len(X) - 1) % 4 == 0
    X.loc[weights == 0, "day"] = other
    model = BackpropRegressor(**FAST).fit(X, y, sample_weight=weights)
    assert [report.text_read_as for report in model.columns_ if report.name == "day"] == ["date"]


def test_dates_and_numbers_of_few_rows_each_are_learned_without_a_warning():
    days = pd.date_range("2020-01-01", periods=300).strftime("%Y-%m-%d")
    X = pd.DataFrame({"day": days, "size": [f"{k} kg" for k in range(300)]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = BackpropRegressor(**FAST).fit(X, np.arange(300.0))
        model.predict(X)
    with pytest.warns(UserWarning, match="too rare.*'day'.*'size'"):
        BackpropRegressor(**FAST, categorical_features=["day", "size"]).fit(X, np.arange(300.0))


def test_rows_of_weight_0_do_not_change_the_format():
    X, _, y = written_frame()
    X.loc[0, "day"] = "yesterday"
    w = np.ones(len(X))
    w[0] = 0
    names = BackpropRegressor(**FAST).fit(X, y, sample_weight=w).columns_[0].inputs
    assert "day_days" in names
    assert "day_days" not in BackpropRegressor(**FAST).fit(X, y).columns_[0].inputs


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("8GB", 8, "GB"), ("1.37 kg", 1.37, "kg"), ("12%", 12, "%"), ("-4.5 °C", -4.5, "°C"),
        ("$1,234,567.89", 1234567.89, ""), (" € 12 ", 12, ""), ("<1", 1, ""), ("> 20", 20, ""),
        ("10+ years", 10, "+ years"), ("1e-3", 1e-3, ""), (".5", 0.5, ""), ("+7", 7, ""), ("-$5", -5, ""),
        ("5 €", 5, ""), ("1.2M €", 1.2, "M"), (">=5", 5, ""), ("<= 5", 5, ""),
        ("\N{MINUS SIGN}5 °C", -5, "°C"), (7, 7, ""), (2.5, 2.5, ""), ("$-5", -5, ""),
        ("30-day", 30, "-day"), ("5.- CHF", 5, ".- CHF"),
    ],
)  # fmt: skip
def test_written_numbers(text, number, unit):
    found = written_number(text)
    assert found.number == pytest.approx(number)
    assert found.unit == unit


@pytest.mark.parametrize(
    "text",
    ["shop 17", "A4", "1-2", "12:30", "1.2.3", "5'11", "1,2,3", "12,34", "", "GB", "1" * 41, "1½ cups", "--5",
     " " * 39 + "x", "-$-5", "7.50-", "7.50 -", "7.50- €", "7.50€-", "$7-", "7\N{MINUS SIGN}", None],
)  # fmt: skip
def test_other_values_are_no_written_numbers(text):
    assert written_number(text) is None


@pytest.mark.parametrize("odd", [np.inf, -np.inf, 10**400])
def test_numbers_beyond_float64_are_missing_numbers(odd):
    y = np.arange(100.0)
    X = pd.DataFrame({"size": [odd, *(f"{k} kg" for k in range(1, 100))]}, dtype=object)
    model = BackpropRegressor(**FAST).fit(X, y)
    found = encoded(model, X)["size_number"]
    np.testing.assert_array_equal(found, [50, *range(1, 100)])


@pytest.mark.parametrize(
    ("write", "number"),
    [
        (lambda k: f"{k} GB", lambda k: k),
        (lambda k: f"€{k / 10:.1f}M" if k % 3 else f"€{100 * k}K", lambda k: 1e5 * k),
        (lambda k: f"{k}B" if k == 4 else f"{k}", lambda k: np.nan if k == 4 else k),
        (lambda k: f"{1000 * k}" if k == 4 else f"{k} bn", lambda k: np.nan if k == 4 else k),
        (lambda k: f"{k} Years" if k % 2 else f"{k} YEAR", lambda k: k),
        (lambda k: f"{1000 * k:,}", lambda k: 1000 * k),
        (lambda k: f"{k}.125e+03", lambda k: 1000 * k + 125),
        (lambda k: f"{10**6 * k:,}", lambda k: 10**6 * k),
        (lambda k: "?" if k == 4 else str(k), lambda k: np.nan if k == 4 else k),
        (
            lambda k: ["< 1 year", "1 year", f"{k} years", "10+ years"][min(k, 2) + (k == 10)],
            lambda k: max(k, 1),
        ),
    ],
)
def test_numbers_in_text_have_their_values(write, number):
    k = np.random.default_rng(0).permutation(np.arange(220) % 11)
    X = pd.DataFrame({"size": [write(each) for each in k]})
    model = BackpropRegressor(**FAST).fit(X, 1.0 * k)
    expected = np.array([number(each) for each in k], float)
    median = np.nanquantile(expected, 0.5, method="inverted_cdf")
    found = encoded(model, X)["size_number"]
    np.testing.assert_allclose(found, np.where(np.isnan(expected), median, expected))
    assert model.columns_[0].kind == "category"
    assert len(model.columns_[0].categories) == X["size"].nunique()


@pytest.mark.parametrize(
    "texts",
    [
        [str(k) for k in range(10_000, 10_100)],  # postal codes
        [f"{k} GB" for k in range(9)],  # few
        [f"{k} GB" for k in range(50)] + [f"size {k}" for k in range(20)],
        [f"{k} {street} street" for k in range(5) for street in ("Oak", "Elm", "Ash", "Fir")],
        [f"s{k}" for k in range(50)],
        *(
            [f"{k} {unit}" for k in range(1, 50)] + [f"{k} {other}" for k in range(1, 9)]
            for unit, other in map(str.split, ("g kg", "s min", "s ms", "m m²", "% ‰", "' \"", "€ $", "b B"))
        ),
        [f"${k}" for k in range(1, 50)] + [f"€{k}" for k in range(1, 50)],
        [f"{50 * k}" for k in range(1, 20)] + [f"{k / 10}K" for k in range(10, 30)],
        [f"{k}.250 €" for k in range(1, 50)],  # may be thousands
        [f"{k},250" for k in range(1, 50)] + ["0,569", "-0,250"],  # decimal commas
        [f"{k}%" for k in range(1, 50)] + [f"0.{k}" for k in range(1, 20)],
        *(
            [f"{k} {unit}" for k in range(1, 50)] + [f"{k} {other}" for k in range(1, 20)]
            for unit, other in map(str.split, ("MW mW", "MPa mPa", "$/MWh $/mWh", "Mbar mbar"))
        ),
        *(
            [f"{k}{unit}" for k in range(1, 50)] + [f"{1000 * k}" for k in range(1, 20)]
            for unit in (" million", "bn", " thousand", " lakh", "T", " dozen", " percent", " bp", "¢", "/hr")
        ),
        *(
            [f"{k} {unit}" for k in range(1, 50)] + [f"{1000 * k} €" for k in range(1, 20)]
            for unit in ("Mio. €", "mn €", "T€", "€/h")
        ),
    ],
)
def test_other_columns_have_no_written_numbers(texts):
    X = pd.DataFrame({"size": texts * 3})
    model = BackpropRegressor(**FAST).fit(X, np.arange(len(X)) % 7.0)
    assert "size_number" not in model.columns_[0].inputs


def test_a_number_with_a_unit_that_was_not_in_fit_lies_between_others():
    k = np.random.default_rng(0).integers(0, 300, 600)
    X, fit = pd.DataFrame({"weight": [f"{each / 10} kg" for each in k]}), k % 10 != 5
    model = BackpropRegressor(recipe="fast", max_iter=60, random_state=0).fit(X[fit], np.sin(k[fit] / 50))
    assert model.score(X[~fit], np.sin(k[~fit] / 50)) > 0.98


MAKERS = ["Acme", "Borg", "Corax", "Delta", "Emu", "Fern"]
KINDS = ["drill", "saw", "lamp", "ladder"]


def catalogue(n, seed):
    """Return a frame of product names, almost all different, and prices that depend on their words."""
    rng = np.random.default_rng(seed)
    maker, kind = rng.integers(0, len(MAKERS), n), rng.integers(0, len(KINDS), n)
    names = [
        f"{MAKERS[m]} {KINDS[k]} {c}" for m, k, c in zip(maker, kind, rng.integers(0, 10**6, n), strict=True)
    ]
    return pd.DataFrame({"product": names}), maker + 2.0 * kind + rng.normal(scale=0.1, size=n)


def test_names_that_were_not_in_fit_are_known_by_their_words():
    (X, y), (X_new, y_new) = catalogue(500, 0), catalogue(300, 1)
    fast = {"recipe": "fast", "max_iter": 60, "random_state": 0}
    with pytest.warns(UserWarning, match=r"too rare.*Only the words in .*'product'"):
        model = BackpropRegressor(**fast).fit(X, y)
    assert model.score(X_new, y_new) > 0.95
    only_categories = BackpropRegressor(**fast, categorical_features=["product"])
    with pytest.warns(UserWarning, match="too rare.* of X. Parse"):
        only_categories.fit(X, y)
    assert only_categories.score(X_new, y_new) < 0.1
    classifier = BackpropClassifier(**fast).fit(X, y > 4.5)
    assert classifier.score(X_new, y_new > 4.5) > 0.95


def test_the_same_text_in_other_containers_and_orders_gives_the_same_numbers():
    pl = pytest.importorskip("polars")
    X, y = catalogue(300, 0)
    model = BackpropRegressor(**FAST).fit(X, y)
    numbers = text_numbers(model, X)
    rows = np.random.default_rng(0).permutation(len(X))
    for table, order in (
        (pl.DataFrame({"product": X["product"].tolist()}), slice(None)),
        (X.iloc[rows], rows),
    ):
        other = BackpropRegressor(**FAST).fit(table, y[order])
        found = text_numbers(other, table)
        np.testing.assert_allclose(found, numbers[:, order], atol=1e-9)
    categorical = X.astype({"product": "category"})
    np.testing.assert_allclose(model.predict(categorical), model.predict(X), atol=1e-9)


def test_the_numbers_are_those_of_scikit_learns_parts():
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline

    X, y = catalogue(300, 0)
    model = BackpropRegressor(**FAST).fit(X, y)
    numbers = text_numbers(model, X).T
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 4), min_df=2)
    expected = make_pipeline(letters, TruncatedSVD(30, random_state=0)).fit(sorted(X["product"].unique()))
    expected = expected.transform(X["product"])
    np.testing.assert_allclose(numbers / numbers.std(), expected / expected.std(), atol=1e-6)


@pytest.mark.parametrize(
    "pattern", ["shop {}", "s{}", "{}", "ID-{}", "Order No. {}", "{:08x}", "{0}:{0}", "10.0.{0}.{0}"]
)
def test_identifiers_remain_categories_only(pattern):
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"id": [pattern.format(10_000 + k) for k in rng.integers(0, 150, 600)]})
    model = BackpropRegressor(**FAST).fit(X, rng.normal(size=600))
    assert not [name for name in model.columns_[0].inputs if name.startswith("id_text")]


@pytest.mark.parametrize("odd", ["", "a", "é", "the a of", 7, None, 2.5])
def test_odd_text_has_numbers(odd):
    X, y = catalogue(300, 0)
    X = X.astype(object)
    X.loc[::7, "product"] = odd
    model = BackpropRegressor(**FAST).fit(X, y)
    assert "product_text0" in model.columns_[0].inputs
    assert np.isfinite(model.predict(pd.DataFrame({"product": [odd, "never seen", ""]}, dtype=object))).all()


def test_the_sample_of_many_names_contains_all_letters():
    names = [f"{maker} {k}" for maker in MAKERS for k in range(4000)]
    X, y = pd.DataFrame({"product": names}), np.repeat(np.arange(6.0), 4000)
    model = BackpropRegressor(**FAST).fit(X, y)
    numbers = text_numbers(model, X).T
    centers = np.array([numbers[y == k].mean(axis=0) for k in range(6)])
    nearest = ((numbers[::50, None] - centers) ** 2).sum(axis=2).argmin(axis=1)
    np.testing.assert_array_equal(nearest, y[::50])


def test_values_are_read_as_their_categories_are():
    days = pd.Categorical(pd.date_range("2024-01-01", periods=60).repeat(5))
    sizes = np.array([*[f"{k}.5" for k in range(59)], 100] * 5, object)
    X = pd.DataFrame({"day": days, "size": sizes})
    model = BackpropRegressor(**FAST).fit(X, np.arange(300.0))
    assert encoded(model, X)["size_number"].max() == 100
    np.testing.assert_allclose(np.ptp(encoded(model, X)["day_days"]), 59)


def test_rows_of_weight_0_have_no_indicator_of_missing_values():
    X, _, y = written_frame()
    w = np.ones(len(X))
    X.loc[0, ["x", "day"]] = None
    w[0] = 0
    names = BackpropRegressor(**FAST).fit(X, y, sample_weight=w)._model.encoder.feature_names
    assert not [name for name in names if name.endswith("_missing")]


def test_missing_text_has_one_indicator():
    X, _, y = written_frame()
    X.loc[::7, "day"] = None
    names = BackpropRegressor(**FAST).fit(X, y)._model.encoder.feature_names
    assert [name for name in names if name.endswith("_missing")] == ["day_missing"]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("output", ["default", "pandas"])
def test_the_output_of_scikit_learns_transformers_may_be_set(output):
    from sklearn import config_context

    X, y = catalogue(300, 0)
    with config_context(transform_output=output):
        model = BackpropRegressor(**FAST).fit(X, y)
        assert np.isfinite(model.predict(X)).all()


def test_a_stream_keeps_the_encoding_of_its_first_piece():
    (X, y), (later, y_later) = catalogue(300, 0), catalogue(300, 1)
    model = BackpropRegressor(**FAST).partial_fit(X, y)
    before = encoded(model, later)["product_text3"]
    model.partial_fit(later, y_later)
    np.testing.assert_array_equal(encoded(model, later)["product_text3"], before)


def test_text_survives_pickling_and_damage_is_noticed():
    X, y = catalogue(300, 0)
    X["day"] = DAYS[np.arange(300) % 60].strftime("%d.%m.%Y")
    model = BackpropRegressor(**FAST).fit(X, y)
    copied = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(copied.predict(X), model.predict(X))
    state = model._model.__getstate__()
    state["encoder"].texts[0].components[0, 0] += 1
    with pytest.raises(ValueError, match="checksum"):
        object.__new__(type(model._model)).__setstate__(state)


def test_attributions_count_the_inputs_of_text_to_their_column():
    X, y = catalogue(300, 0)
    X["day"] = DAYS[np.arange(300) % 60].strftime("%d.%m.%Y")
    X["x"] = y
    model = BackpropRegressor(**FAST).fit(X, y)
    encoder = model._model.encoder
    assert len(encoder.owners) == len(encoder.feature_names) == model._model.network.n_inputs
    for name, owner in zip(encoder.feature_names, encoder.owners, strict=True):
        assert name.startswith(X.columns[owner])


def test_parse_reads_real_dates_only():
    assert parse(" 29/02/2024 ", "%d/%m/%Y") == datetime.datetime(2024, 2, 29)
    assert parse("29/02/2023", "%d/%m/%Y") is None
