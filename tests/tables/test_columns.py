"""What a column is, and its values, in the frames of every library."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from skbackprop.tables.category_column import CategoryColumn
from skbackprop.tables.columns import Column
from skbackprop.tables.date_column import DateColumn
from skbackprop.tables.frames import as_frame
from skbackprop.tables.kinds import CATEGORY, DATE, DURATION, NUMBER, TIME

pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")

MAKERS = {
    "pandas": lambda table: table.to_pandas(),
    "pandas nullable": lambda table: table.to_pandas().convert_dtypes(),
    "pandas of Arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas objects": lambda table: pd.DataFrame(table.to_pydict(), dtype=object),
    "polars": pl.from_arrow,
    "pyarrow": lambda table: table,
    "record batch": lambda table: table.combine_chunks().to_batches()[0],
}
UTC = dt.UTC
COLUMNS = {
    "ints": (NUMBER, [3, None, -1]),
    "floats": (NUMBER, [0.5, None, 2.0]),
    "bools": (NUMBER, [True, None, False]),
    "decimals": (NUMBER, [Decimal("1.25"), None, Decimal("-3.5")]),
    "text": (CATEGORY, ["a", None, "nan"]),
    "dates": (DATE, [dt.date(2020, 2, 29), None, dt.date(1969, 12, 31)]),
    "datetimes": (DATE, [dt.datetime(2020, 2, 29, 12), None, dt.datetime(1, 1, 1)]),
    "zoned": (DATE, [dt.datetime(2020, 2, 29, 12, tzinfo=UTC), None, dt.datetime(2021, 7, 1, tzinfo=UTC)]),
    "times": (TIME, [dt.time(18, 0), None, dt.time(0, 0, 0, 5)]),
    "durations": (DURATION, [dt.timedelta(days=2), None, dt.timedelta(hours=-6)]),
}


@pytest.mark.parametrize("library", MAKERS)
@pytest.mark.parametrize("name", COLUMNS)
def test_kinds_and_values_in_every_library(library, name):
    kind, values = COLUMNS[name]
    column = as_frame(MAKERS[library](pa.table({name: values}))).column(0)
    assert column.kind == kind
    if kind == NUMBER:
        expected = [np.nan if v is None else float(v) for v in values]
        np.testing.assert_array_equal(column.numbers(), expected)
    elif kind != CATEGORY:
        days = DateColumn(column, 0).transform(column)[:, 0]
        np.testing.assert_allclose(days, [np.nan if v is None else days_of(v) for v in values], rtol=1e-15)


def days_of(value):
    """Return days since 1970 or since midnight, or the length, by Python's own arithmetic."""
    if isinstance(value, dt.time):
        value = dt.datetime.combine(dt.date.min, value) - dt.datetime.min
    elif isinstance(value, dt.datetime):
        value = value.replace(tzinfo=None) - dt.datetime(1970, 1, 1)
    elif isinstance(value, dt.date):
        value = value - dt.date(1970, 1, 1)
    return value / dt.timedelta(days=1)


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["a", "b"], pa.large_string()),
        pa.array(["a", "b"], pa.string_view()),
        pa.array(["a", "b"]).dictionary_encode(),
        pa.array(["a", "b"], pa.large_string()).dictionary_encode(),
    ],
    ids=lambda values: str(values.type),
)
@pytest.mark.parametrize("make", [MAKERS["pyarrow"], MAKERS["pandas of Arrow"], MAKERS["polars"]])
def test_text_in_all_its_encodings(make, values):
    column = as_frame(make(pa.table({"k": values}))).column(0)
    assert column.kind == CATEGORY
    assert sorted(column.distinct()[0]) == ["a", "b"]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_a_date_is_the_same_in_every_unit_and_zone(unit):
    moments = np.array(["2020-02-29T12:00", "2021-07-01T23:30"], "datetime64[s]")
    naive = pd.Series(moments).astype(f"datetime64[{unit}]")
    zoned = naive.dt.tz_localize("UTC").dt.tz_convert("Asia/Tokyo")
    column = DateColumn(Column("t", moments), 0)
    np.testing.assert_array_equal(column.transform(column_of(naive)), column.transform(Column("t", moments)))
    in_utc = DateColumn(column_of(naive.dt.tz_localize("UTC")), 0)
    np.testing.assert_array_equal(
        in_utc.transform(column_of(zoned)), in_utc.transform(column_of(naive.dt.tz_localize("UTC")))
    )
    with pytest.raises(
        ValueError, match=r"column 't' of X have the time zone Asia/Tokyo, but those of fit had None"
    ):
        column.transform(column_of(zoned))


def column_of(series):
    return as_frame(series.to_frame("t")).column(0)


def test_the_calendar_is_that_of_the_clocks_in_the_zone_of_the_fit():
    # A year of days at 9 o'clock in Berlin, which is not always the same hour in UTC.
    clocks = pd.Series(pd.date_range("2021-01-01 09:00", periods=365, tz="Europe/Berlin"))
    column = DateColumn(column_of(clocks), 0)
    assert column.parts == ["days", "day_of_year", "weekday"]
    np.testing.assert_array_equal(
        column.transform(column_of(clocks.dt.tz_convert("UTC"))), column.transform(column_of(clocks))
    )
    objects = column_of(clocks.astype(object))
    np.testing.assert_array_equal(column.transform(objects), column.transform(column_of(clocks)))


@pytest.mark.parametrize("zone", [ZoneInfo("Europe/Berlin"), "Europe/Berlin", dt.UTC])
def test_dates_as_objects_have_the_zone_that_all_of_them_have(zone):
    clocks = pd.Series(pd.date_range("2021-01-01 09:00", periods=365, tz=zone))
    with_a_gap = pd.concat([clocks.astype(object), pd.Series([None])])
    column = DateColumn(column_of(with_a_gap), 0)
    assert column.parts == ["days", "day_of_year", "weekday"]  # always 9 o'clock
    expected = DateColumn(column_of(clocks), 0).transform(column_of(clocks))
    np.testing.assert_array_equal(column.transform(column_of(with_a_gap))[:-1], expected)


def test_dates_as_objects_in_several_zones_are_moments_in_utc():
    moments = pd.date_range("2021-01-01", periods=4, freq="7h", tz="UTC")
    zones = ["UTC", "Asia/Tokyo", "America/New_York", dt.timezone(dt.timedelta(hours=2))]
    mixed = column_of(
        pd.Series([t.tz_convert(zone) for t, zone in zip(moments, zones, strict=True)], dtype=object)
    )
    in_utc = column_of(pd.Series(moments))
    assert mixed.zone == in_utc.zone == "UTC"
    np.testing.assert_array_equal(
        DateColumn(mixed, 0).transform(mixed), DateColumn(in_utc, 0).transform(in_utc)
    )


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", None])
def test_dates_have_the_zones_of_dateutil(zone):
    tz = pytest.importorskip("dateutil.tz")
    offset = tz.tzutc() if zone == "UTC" else tz.gettz(zone) if zone else tz.tzoffset(None, 7200)
    moments = pd.date_range("2021-01-01", periods=4, freq="7h", tz="UTC")
    in_utc = column_of(pd.Series(moments))
    expected = DateColumn(in_utc, 0).transform(in_utc)
    there = pd.Series(moments).dt.tz_convert(offset)
    for dates in (there, there.astype(object), pd.Series([t.to_pydatetime() for t in there], dtype=object)):
        np.testing.assert_array_equal(DateColumn(in_utc, 0).transform(column_of(dates)), expected)


NO_VALUES = {
    "dates": pl.Series([None] * 3, dtype=pl.Date),
    "naive": pl.Series([None] * 3, dtype=pl.Datetime("us")),
    "zoned": pl.Series([None] * 3, dtype=pl.Datetime("ms", "Asia/Tokyo")),
    "durations": pl.Series([None] * 3, dtype=pl.Duration),
    "times": pl.Series([None] * 3, dtype=pl.Time),
    "numbers": pl.Series([None] * 3, dtype=pl.Float32),
    "text": pl.Series([None] * 3, dtype=pl.String),
    "nothing": pl.Series([None] * 3),
}


@pytest.mark.parametrize("now", NO_VALUES)
@pytest.mark.parametrize("fitted", ["dates", "datetimes", "zoned", "times", "durations"])
def test_a_column_without_values_is_missing_whatever_its_type(fitted, now):
    column = DateColumn(as_frame(pl.DataFrame({"t": COLUMNS[fitted][1]})).column(0), 0)
    frame = pl.DataFrame({"t": NO_VALUES[now]})
    for table in (frame, frame.to_arrow(), frame.to_pandas()):
        assert np.isnan(column.transform(as_frame(table).column(0))).all()


@pytest.mark.parametrize("kind", ["datetime64", "timedelta64"])
def test_dates_that_microseconds_do_not_hold_are_refused(kind):
    seconds = 292_000 * 31_557_600  # of years; 2^63 microseconds are 292,271 years
    held = np.array([-seconds, 0, seconds], f"{kind}[s]")
    days = DateColumn(Column("t", held), 0).transform(Column("t", held))[:, 0]
    np.testing.assert_allclose(days, np.array([-seconds, 0, seconds]) / 86_400)
    beyond = np.array(["NaT", 0, 10 * seconds], f"{kind}[s]")
    objects = np.array([None, *beyond[1:]], object)
    for values in (beyond, objects):
        with pytest.raises(ValueError, match=r"Column 't' of X has the value .* more than 292,000 years"):
            DateColumn(Column("t", values), 0)


@pytest.mark.parametrize("naive", [pd.Timestamp("2020"), dt.datetime(2020, 1, 1), dt.date(2020, 1, 1)])
def test_dates_with_and_without_a_zone_in_one_column_are_refused(naive):
    column = column_of(pd.Series([naive, None, pd.Timestamp("2020", tz="Asia/Tokyo")], dtype=object))
    with pytest.raises(
        ValueError, match=r"Column 't' of X has dates with and without a time zone; .*utc=True"
    ):
        DateColumn(column, 0)


def test_parts_of_the_calendar_against_the_standard_library():
    moments = [dt.datetime(1968, 1, 1) + k * dt.timedelta(days=37, hours=5) for k in range(200)]
    column = column_of(pd.Series(moments))
    encoder = DateColumn(column, 0)
    assert encoder.parts == ["days", "year", "day_of_year", "weekday", "hour"]
    numbers = dict(zip(encoder.feature_names, encoder.transform(column).T, strict=True))

    def on_circle(name, fractions):
        angles = 2 * np.pi * np.array(fractions)
        np.testing.assert_allclose(numbers[f"t_{name}_sin"], np.sin(angles), atol=1e-9)
        np.testing.assert_allclose(numbers[f"t_{name}_cos"], np.cos(angles), atol=1e-9)

    np.testing.assert_array_equal(numbers["t_year"], [t.year for t in moments])
    lengths = [dt.date(t.year, 12, 31).timetuple().tm_yday for t in moments]
    ordinals = [t.timetuple().tm_yday - 1 for t in moments]
    on_circle("day_of_year", np.divide(ordinals, lengths))
    on_circle("weekday", [t.weekday() / 7 for t in moments])
    on_circle("hour", [(t.hour + t.minute / 60) / 24 for t in moments])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (pl.Series([[1], [2]]), "lists; make"),
        (pl.Series([{"a": 1}, {"a": 2}]), "structs; make"),
        (pl.Series([b"a", b"b"]), "bytes; decode"),
        (pd.Series([1j, 2]), "complex numbers"),
        (pd.Series(pd.period_range("2020", periods=2, freq="M")), r"periods.*to_timestamp"),
        (pd.Series(pd.interval_range(0, 2)), "intervals; convert"),
        (pd.Series([{1}, [2]]), "lists"),
        (pd.Series([object(), object()]), "objects of other types"),
        (np.array([b"a", b"b"]), "bytes"),
    ],
    ids=["lists", "structs", "bytes", "complex", "periods", "intervals", "sets", "objects", "byte array"],
)
def test_other_kinds_are_refused_by_name_with_the_remedy(values, message):
    column = (
        Column("x", values) if isinstance(values, np.ndarray) else as_frame(values.to_frame("x")).column(0)
    )
    with pytest.raises(ValueError, match=rf"Column 'x' of X holds .*{message}"):
        column.kind  # noqa: B018


@pytest.mark.parametrize(
    ("value", "message"),
    [([1], "lists; make"), ({"a": 1}, "structs; make"), (np.ones(2), "lists"), ({1}, "lists")],
    ids=["list", "dict", "array", "set"],
)
def test_what_cannot_be_a_category_is_named_for_what_it_is(value, message):
    column = as_frame(pd.DataFrame({"x": pd.Series([value, None], dtype=object)})).column(0)
    with pytest.raises(ValueError, match=rf"Column 'x' of X holds {message}"):
        CategoryColumn(column, 0)


@pytest.mark.parametrize("dtype", [pl.Int128, pl.UInt128])
def test_integers_of_128_bits_are_numbers(dtype):
    values = [1, None, 3]
    frame = as_frame(pl.DataFrame({"x": pl.Series(values, dtype=dtype), "z": [0.5] * 3}))
    assert frame.column(0).kind == NUMBER
    np.testing.assert_array_equal(frame.numbers(np.arange(2)), [[1, 0.5], [np.nan, 0.5], [3, 0.5]])
    assert not frame.column(0).has_lossy_integers
    assert as_frame(pl.DataFrame({"x": pl.Series([2**100], dtype=dtype)})).column(0).has_lossy_integers


def test_objects_are_what_their_values_are():
    def kind(*values):
        return as_frame(pd.DataFrame({"x": pd.Series(values, dtype=object)})).column(0).kind

    assert kind(1, 2.5, None, True, Decimal(1), np.float32(2)) == NUMBER
    assert kind(None, np.nan, pd.NA, pd.NaT) == NUMBER
    assert kind("1", 1) == CATEGORY
    assert kind("a", np.nan) == CATEGORY
    assert kind(dt.date(2020, 1, 1), pd.Timestamp("2020"), np.datetime64("2020"), pd.NaT) == DATE
    assert kind(dt.timedelta(1), pd.Timedelta(1), np.timedelta64(1, "D")) == DURATION


def test_integers_that_float64_does_not_hold():
    def lossy(values):
        return column_of(pd.Series(values)).has_lossy_integers

    assert lossy([2**53 + 1, 0])
    assert lossy(pd.array([2**60, None], dtype="Int64"))
    assert lossy(np.array([2**63], np.uint64))
    assert lossy(pd.Series([2**70, None], dtype=object))
    assert lossy(pd.Series([np.int64(-(2**60)), None], dtype=object))
    assert lossy(pd.Series([Decimal(2**53 + 1), Decimal("NaN"), Decimal("sNaN")], dtype=object))
    assert lossy(pd.arrays.SparseArray([0, 2**60]))
    assert not lossy(pd.Series([Decimal(2**53), Decimal("0.1"), np.int64(1)], dtype=object))
    assert not lossy(pd.Series([np.timedelta64(2**60, "ns"), np.timedelta64(1, "D")], dtype=object))
    assert not lossy([2**53, -(2**53)])
    assert not lossy([2.0**60])
    assert not lossy(pd.Series([2.0**60, None], dtype=object))
    assert as_frame(pl.DataFrame({"x": [2**60, None]})).column(0).has_lossy_integers
    for size, expected in ((2**60, True), (2**53, False)):
        decimals = pa.table({"x": pa.array([Decimal(size), None], pa.decimal128(20, 0))})
        for frame in (decimals, pl.from_arrow(decimals)):
            assert as_frame(frame).column(0).has_lossy_integers is expected


@pytest.mark.parametrize(("unit", "shown"), [("Y", "5 years"), ("M", "5 months")])
def test_durations_of_no_definite_length_are_refused(unit, shown):
    values = np.empty(2, object)
    values[:] = [np.timedelta64(1, "D"), np.timedelta64(5, unit)]
    column = as_frame(pd.DataFrame({"age": pd.Series(values, dtype=object)})).column(0)
    with pytest.raises(ValueError, match=f"Column 'age' of X has the value {shown}, .*convert it to days"):
        column.moments(DURATION, None)


def test_durations_without_a_unit_are_refused():
    column = as_frame(pd.DataFrame({"age": pd.Series([np.timedelta64(1), None], dtype=object)})).column(0)
    with pytest.raises(ValueError, match="Column 'age' of X holds objects of other types; convert them"):
        DateColumn(column, 0)


def test_a_signaling_nan_is_missing():
    values = pd.Series([Decimal("sNaN"), Decimal(2)], dtype=object)
    column = as_frame(pd.DataFrame({"x": values})).column(0)
    np.testing.assert_array_equal(column.numbers(), [np.nan, 2])


ZONED_YEARS = [1890, 1915, 1940, 2020, 2037, 2038, 2150]


@pytest.mark.parametrize("library", MAKERS)
@pytest.mark.parametrize("name", ["Europe/Berlin", "America/New_York", "Asia/Kolkata"])
def test_local_time_is_that_of_the_zone_database_in_every_year(library, name):
    zone = ZoneInfo(name)
    moments = [dt.datetime(y, m, 3, 2, 30, tzinfo=UTC) for y in ZONED_YEARS for m in (1, 7)]
    table = pa.table({"t": pa.array([*moments, None], pa.timestamp("us", name))})
    column = as_frame(MAKERS[library](table)).column(0)
    expected = [*(moment.astimezone(zone).replace(tzinfo=None) for moment in moments), None]
    np.testing.assert_array_equal(column.moments(DATE, name), np.array(expected, "datetime64[us]"))


@pytest.mark.parametrize("end", [dt.datetime(9999, 12, 31, 23, 59, 59), dt.datetime(1, 1, 1)])
@pytest.mark.parametrize("name", ["America/New_York", "Asia/Tokyo"])
def test_dates_for_never_are_at_the_end_of_the_calendar_in_any_zone(end, name):
    dates = [end.replace(tzinfo=ZoneInfo(name)), dt.datetime(2020, 1, 1, tzinfo=UTC)] * 30
    column = as_frame(pd.DataFrame({"t": pd.Series(dates, dtype=object)})).column(0)
    assert column.kind == DATE
    found = column.moments(DATE, "UTC")
    assert abs(found[0] - np.datetime64(end)) <= np.timedelta64(1, "D")
    categories = CategoryColumn(column, 0).categories
    assert len(categories) == 2
