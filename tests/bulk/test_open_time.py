"""Columns of instants: every row is what its calendar says of it alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.bulk import OpenTimePlan
from harmony_core.errors import BeyondHorizon, InvalidValue, NeverOpens
from harmony_core.periods import InstantSpan
from harmony_core.sla import Calendar, hours
from tests.sla.calendars import cases

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = date(2026, 3, 28)
LONDON = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}, holidays=[date(2026, 4, 3)])
KOLKATA = Calendar.of("Asia/Kolkata", {"mon-fri": "09:00-18:00"})
ALWAYS = Calendar.of("UTC", {"daily": "00:00-24:00"})

instants = st.integers(-600 * 86_400, 400 * 86_400).map(
    lambda second: datetime(2026, 3, 28, tzinfo=UTC) + timedelta(seconds=second)
) | st.integers(-40, 40).map(lambda hour: datetime(2026, 3, 28, tzinfo=UTC) + timedelta(hours=hour))
durations = st.timedeltas(timedelta(0), timedelta(days=90)) | st.integers(0, 40).map(
    lambda quarter: timedelta(minutes=15 * quarter)
)


def stamps(moments: list[datetime]) -> np.ndarray:
    return np.array([moment.replace(tzinfo=None) for moment in moments], "datetime64[us]")


def moment(stamp: np.datetime64) -> datetime | None:
    microseconds = int(stamp.astype("datetime64[us]").astype(np.int64))
    return None if np.isnat(stamp) else EPOCH + timedelta(microseconds=microseconds)


@given(st.data(), st.lists(st.tuples(instants, instants, durations), min_size=1, max_size=20))
def test_rows_are_single_answers(
    data: st.DataObject, rows: list[tuple[datetime, datetime, timedelta]]
) -> None:
    some = data.draw(st.lists(cases(DAY), min_size=1, max_size=3))
    calendars = [found.calendar | LONDON for found in some]
    plan = OpenTimePlan(calendars)
    codes = data.draw(
        st.lists(st.integers(0, len(some) - 1), min_size=len(rows), max_size=len(rows))
    )
    starts, ends, lasting = (list(column) for column in zip(*rows, strict=True))
    column = np.array(lasting, "timedelta64[us]")
    due = plan.due(stamps(starts), column, codes)
    breach = plan.breach_at(stamps(starts), column, codes)
    worked = plan.between(stamps(starts), stamps(ends), codes)
    latest = plan.latest_start(stamps(starts), column, codes)
    earliest = plan.earliest_start(stamps(starts), column, codes)
    is_open = plan.is_open(stamps(starts), codes)
    next_open = plan.next_open(stamps(starts), codes)
    try:
        closes = [
            calendars[code].next_close(start) for code, start in zip(codes, starts, strict=True)
        ]
    except BeyondHorizon:  # one of them never closes again, which no row can say
        with pytest.raises(BeyondHorizon):
            plan.next_close(stamps(starts), codes)
    else:
        assert [moment(stamp) for stamp in plan.next_close(stamps(starts), codes)] == closes
    for row, code in enumerate(codes):
        start_by = calendars[code].subtract(starts[row], lasting[row])
        assert moment(latest[row]) == start_by.latest
        assert moment(earliest[row]) == start_by.earliest
        assert is_open[row] == calendars[code].is_open(starts[row])
        assert moment(next_open[row]) == calendars[code].next_open(starts[row])
        answer = calendars[code].add(starts[row], lasting[row])
        assert moment(due[row]) == answer.due
        assert moment(breach[row]) == answer.breach_at
        assert worked[row].item() == calendars[code].between(starts[row], ends[row])


def test_every_second_of_a_week_in_any_order() -> None:
    """Slivers of open time, slots with many openings, and both sides of every edge."""
    quarters = ", ".join(
        f"{hour:02}:{at:02}-{hour:02}:{at + 1:02}" for hour in range(24) for at in (0, 7, 30)
    )
    slivers = Calendar.of("America/New_York", {"daily": quarters})
    plan = OpenTimePlan([slivers])
    start = np.datetime64("2026-03-06T00:00:00", "us")
    seconds = np.random.default_rng(7).permutation(np.arange(0, 7 * 86_400, 11))
    found = plan.due(start + seconds.astype("timedelta64[s]"), hours(1))
    first = datetime(2026, 3, 6, tzinfo=UTC)
    for row in range(0, len(seconds), 97):
        answer = slivers.add(first + timedelta(seconds=int(seconds[row])), hours(1))
        assert moment(found[row]) == answer.due


def test_calendars_that_open_often_and_seldom_share_a_plan() -> None:
    """Slots are as long as the openings of all of them allow."""
    often = [f"{at // 60:02}:{at % 60:02}:00-{at // 60:02}:{at % 60:02}:30" for at in range(1440)]
    once = Calendar.of("UTC", {}, overrides={date(2027, 1, 1): "00:00-09:00"})
    calendars = [LONDON, Calendar.of("Asia/Kolkata", {"daily": often}), once, LONDON - LONDON]
    plan = OpenTimePlan(calendars)
    random = np.random.default_rng(7)
    starts = np.datetime64("2026-01-01", "us") + random.integers(0, 365 * 86_400 * 10**6, 400)
    codes = random.integers(0, 4, 400)
    worked = plan.between(starts, starts[::-1], codes)
    some = np.flatnonzero(codes < 2)
    due = plan.due(starts[some], hours(20), codes[some])
    for row, code in enumerate(codes):
        start, end = (
            EPOCH + timedelta(microseconds=int(at)) for at in starts[[row, -1 - row]].view("i8")
        )
        assert worked[row].item() == calendars[code].between(start, end)
    for place, start, found in zip(some, starts[some].view("i8"), due, strict=True):
        answer = calendars[codes[place]].add(EPOCH + timedelta(microseconds=int(start)), hours(20))
        assert moment(found) == answer.due


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_whole_numbers_count_their_unit(unit: str) -> None:
    per = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}[unit]
    friday = int(datetime(2026, 3, 27, 16, 50, tzinfo=UTC).timestamp())
    found = OpenTimePlan(LONDON).due([friday * per], [3600 * per], unit=unit)
    assert moment(found[0]) == datetime(2026, 3, 30, 8, 20, tzinfo=UTC)
    stamp = np.array([friday], "datetime64[s]").astype(f"datetime64[{unit}]")
    assert OpenTimePlan(LONDON).due(stamp, hours(1))[0] == found[0]


@pytest.mark.parametrize("zone", [None, "Asia/Tokyo"])
def test_arrow_and_frames_come_in_as_they_are(zone: str | None) -> None:
    pyarrow, pandas = pytest.importorskip("pyarrow"), pytest.importorskip("pandas")
    second = int(datetime(2026, 3, 27, 16, 50, tzinfo=UTC).timestamp())
    due = stamps([datetime(2026, 3, 30, 8, 20, tzinfo=UTC)])
    column = pyarrow.array([second * 1000], pyarrow.timestamp("ms", zone))
    plan = OpenTimePlan(LONDON)
    assert (plan.due(column, hours(1)) == due).all()
    frame = pandas.DataFrame({"opened": column.to_pandas(), "target": [hours(1)]})
    assert (plan.due(frame["opened"], frame["target"]) == due).all()
    frame["due"] = plan.due(frame["opened"], hours(1))
    assert frame["due"][0].to_pydatetime() == datetime(2026, 3, 30, 8, 20)  # noqa: DTZ001


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_durations_come_in_as_arrow_and_polars_have_them(unit: str) -> None:
    pyarrow, polars = pytest.importorskip("pyarrow"), pytest.importorskip("polars")
    starts = stamps([datetime(2026, 3, 27, 16, 50, tzinfo=UTC)] * 3)
    lasting = [hours(8), timedelta(0), timedelta(days=30, seconds=1)]
    plan = OpenTimePlan(LONDON)
    expected = plan.due(starts, lasting)
    arrow = pyarrow.array(lasting, pyarrow.duration(unit))
    assert (plan.due(starts, arrow) == expected).all()
    assert (plan.due(starts[1:], arrow.slice(1)) == expected[1:]).all()
    chunks = pyarrow.chunked_array([arrow.slice(0, 1), arrow.slice(1)])
    assert (plan.due(starts, chunks) == expected).all()
    if unit != "s":  # which polars has not
        assert (
            plan.due(starts, polars.Series(lasting, dtype=polars.Duration(unit))) == expected
        ).all()


def test_columns_of_other_times_are_refused_with_the_way_out() -> None:
    polars = pytest.importorskip("polars")
    starts, plan = stamps([datetime(2026, 3, 27, 16, 50, tzinfo=UTC)] * 2), OpenTimePlan(LONDON)
    with pytest.raises(InvalidValue, match="row 1 has no duration: leave it out"):
        plan.due(starts, polars.Series([hours(8), None]))
    with pytest.raises(InvalidValue, match="row 1: a duration is zero or more"):
        plan.due(starts, polars.Series([hours(8), -hours(8)]))
    with pytest.raises(InvalidValue, match="parts of a microsecond"):
        plan.due(starts, polars.Series([1, 2000]).cast(polars.Duration("ns")))
    with pytest.raises(InvalidValue, match=r"cast it to int64 .* or to a duration"):
        plan.due(starts, polars.Series(["8", "8"]))
    with pytest.raises(InvalidValue, match="or to a time stamp"):
        plan.due(polars.Series([DAY, DAY]), hours(8))


def test_spans_of_centuries_and_rows_that_reach_far() -> None:
    starts = stamps([datetime(2026, 1, 1, tzinfo=UTC)] * 200)
    lasting = np.full(200, 8, "timedelta64[h]").astype("timedelta64[us]")
    lasting[7] = np.timedelta64(24 * 365 * 300, "h")
    found = OpenTimePlan([ALWAYS]).due(starts, lasting)
    assert found[7] == starts[7] + lasting[7]
    assert found[0] == starts[0] + lasting[0]
    lasting[:] = lasting[7]
    assert (OpenTimePlan([ALWAYS]).due(starts, lasting) == starts + lasting).all()


def test_what_never_opens_again_has_no_breach() -> None:
    once = Calendar.of("UTC", {}, overrides={date(2026, 6, 1): "09:00-10:00"})
    starts = stamps([datetime(2026, 1, 1, tzinfo=UTC)])
    plan = OpenTimePlan(once)
    assert moment(plan.due(starts, hours(1))[0]) == datetime(2026, 6, 1, 10, tzinfo=UTC)
    assert np.isnat(plan.breach_at(starts, hours(1))[0])
    with pytest.raises(BeyondHorizon, match=r"row 0: .* too little open time"):
        plan.due(starts, hours(2))
    with pytest.raises(NeverOpens, match="row 0"):
        OpenTimePlan(LONDON & (ALWAYS - LONDON)).due(starts, hours(2))


def test_a_close_is_found_wherever_it_lies() -> None:
    """Past the turn of the year, past centuries, in any of several calendars, or nowhere."""
    shut = {date(2027, 1, 1): "00:00-06:00", date(2031, 5, 1): ""}
    turn = Calendar.of("UTC", {"daily": "00:00-24:00"}, overrides=shut)
    moments = stamps([datetime(2026, 12, 31, 22, tzinfo=UTC)] * 100)
    plan = OpenTimePlan([LONDON, turn, KOLKATA])
    for code, calendar in enumerate(plan.calendars):
        close = calendar.next_close(datetime(2026, 12, 31, 22, tzinfo=UTC))
        codes = np.full(100, code)
        assert set(map(moment, plan.next_close(moments, codes))) == {close}
    late = stamps([datetime(2027, 1, 2, tzinfo=UTC)] * 100)
    found = OpenTimePlan(turn).next_close(late)
    assert set(map(moment, found)) == {datetime(2031, 5, 1, tzinfo=UTC)}
    with pytest.raises(BeyondHorizon, match=r"row 1: .* without a close"):
        OpenTimePlan([LONDON, ALWAYS]).next_close(late[:2], [0, 1])


def test_what_never_opens_is_shut_and_says_so() -> None:
    never = OpenTimePlan([LONDON, Calendar.of("UTC", {})])
    noon = stamps([datetime(2026, 3, 2, 12, tzinfo=UTC)] * 3)
    assert never.is_open(noon, [0, 1, 0]).tolist() == [True, False, True]
    with pytest.raises(NeverOpens, match="row 1"):
        never.next_open(noon, [0, 1, 0])
    with pytest.raises(NeverOpens, match="row 2"):
        never.latest_start(noon, hours(1), [0, 0, 1])


def test_starts_lie_before_the_years_of_the_column() -> None:
    ends = stamps([datetime(2026, 1, 2, 9, 30, tzinfo=UTC)] * 100)
    far = hours(9000)
    for calendar in (LONDON, KOLKATA, ALWAYS):
        plan, answer = OpenTimePlan(calendar), calendar.subtract(moment(ends[0]), far)  # type: ignore[arg-type]
        assert set(map(moment, plan.latest_start(ends, far))) == {answer.latest}
        assert set(map(moment, plan.earliest_start(ends, far))) == {answer.earliest}
    once = Calendar.of("UTC", {}, overrides={date(2026, 6, 1): "09:00-10:00"})
    after = stamps([datetime(2026, 7, 1, tzinfo=UTC)])
    assert moment(OpenTimePlan(once).latest_start(after, hours(1))[0]) == datetime(
        2026, 6, 1, 9, tzinfo=UTC
    )
    assert np.isnat(OpenTimePlan(once).earliest_start(after, hours(1))[0])
    with pytest.raises(BeyondHorizon, match=r"row 0: .* too little open time"):
        OpenTimePlan(once).latest_start(after, hours(2))


def test_polars_columns_come_in_and_go_out() -> None:
    polars = pytest.importorskip("polars")
    opened = [datetime(2026, 3, 27, 16, 50, tzinfo=UTC), datetime(2026, 3, 28, 3, tzinfo=UTC)]
    frame = polars.DataFrame({"opened": opened, "calendar": [0, 1]})
    plan = OpenTimePlan([LONDON, KOLKATA])
    columns = {
        "open": plan.is_open(frame["opened"], frame["calendar"]),
        "next": plan.next_open(frame["opened"], frame["calendar"]),
        "close": plan.next_close(frame["opened"], frame["calendar"]),
        "start": plan.latest_start(frame["opened"], hours(1), frame["calendar"]),
    }
    found = frame.with_columns(**{name: polars.Series(column) for name, column in columns.items()})
    for row in found.rows(named=True):
        calendar = plan.calendars[row["calendar"]]
        assert row["open"] == calendar.is_open(row["opened"])
        assert row["next"] == calendar.next_open(row["opened"]).replace(tzinfo=None)
        assert row["close"] == calendar.next_close(row["opened"]).replace(tzinfo=None)
        latest = calendar.subtract(row["opened"], hours(1)).latest
        assert row["start"] == latest.replace(tzinfo=None)


def test_pauses_of_microseconds_count() -> None:
    pause = InstantSpan(
        datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=UTC), datetime(2026, 3, 2, 11, tzinfo=UTC)
    )
    plan = OpenTimePlan(LONDON.closed_during([pause]))
    found = plan.between(stamps([datetime(2026, 3, 2, tzinfo=UTC)]), stamps([pause.end]))
    assert found[0].item() == timedelta(hours=1, microseconds=5)


def test_no_rows_are_no_rows() -> None:
    none = np.empty(0, "datetime64[us]")
    assert len(OpenTimePlan(LONDON).due(none, hours(1))) == 0
    assert len(OpenTimePlan(LONDON).between(none, none)) == 0
    assert len(OpenTimePlan(LONDON).latest_start(none, hours(1))) == 0
    assert len(OpenTimePlan(LONDON).is_open(none)) == 0
    assert len(OpenTimePlan(LONDON).next_open(none)) == 0
    assert len(OpenTimePlan(LONDON).next_close(none)) == 0


NOON = np.array(["2026-03-02T12:00"], "datetime64[us]")


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda plan: plan.due(NOON, hours(1)), "2 calendars: give codes"),
        (lambda plan: plan.due(NOON, hours(1), [2]), "row 0 has the code 2"),
        (lambda plan: plan.due(NOON, hours(1), [0, 1]), "need as many codes, got 2"),
        (lambda plan: plan.due(NOON, [-5], [0]), "row 0: a duration is zero or more"),
        (lambda plan: plan.due(NOON, -hours(1), [0]), "a duration is zero or more"),
        (lambda plan: plan.due(NOON, [1, 2], [0]), "need as many durations"),
        (lambda plan: plan.due([1.5], hours(1), [0]), "floats are not exact"),
        (lambda plan: plan.due([1001], hours(1), [0], unit="ns"), "parts of a microsecond"),
        (lambda plan: plan.due([1], hours(1), [0], unit="years"), "not 'years'"),
        (lambda plan: plan.is_open([1], [0], unit=[]), r"not \[\]"),
        (
            lambda plan: plan.is_open([datetime(2026, 3, 2, tzinfo=UTC), None], [0, 0]),
            "row 1 of moments is no instant, got None",
        ),
        (lambda plan: plan.between(NOON, [1, 2], [0]), "1 starts need as many ends, got 2"),
        (
            lambda plan: plan.due(np.array(["NaT"], "datetime64[us]"), hours(1), [0]),
            "row 0 of starts has no instant",
        ),
        (
            lambda plan: plan.due(NOON, np.array(["NaT"], "timedelta64[s]"), [0]),
            "row 0 has no duration",
        ),
    ],
)
def test_what_is_no_column_is_refused_with_its_row(call: object, complaint: str) -> None:
    with pytest.raises(InvalidValue, match=complaint):
        call(OpenTimePlan([LONDON, KOLKATA]))  # type: ignore[operator]


def test_instants_beyond_the_horizon_are_refused() -> None:
    with pytest.raises(BeyondHorizon, match="from 1900 to 2499"):
        OpenTimePlan(LONDON).due([10**12], hours(1))


def test_a_plan_needs_calendars() -> None:
    with pytest.raises(InvalidValue, match="needs calendars"):
        OpenTimePlan([])


def test_plain_lists_of_datetimes_and_durations_are_columns_too() -> None:
    plan = OpenTimePlan(LONDON)
    starts = [
        datetime(2026, 3, 27, 16, 50, tzinfo=UTC),
        datetime(2026, 3, 28, 3, tzinfo=ZoneInfo("Asia/Kolkata")),
    ]
    lengths = [timedelta(hours=1), timedelta(hours=8)]
    expected = [
        LONDON.add(*row).due.replace(tzinfo=None) for row in zip(starts, lengths, strict=True)
    ]
    assert plan.due(starts, lengths).tolist() == expected
    assert plan.between(starts, starts[::-1]).tolist() == [
        LONDON.between(*starts),
        LONDON.between(*starts[::-1]),
    ]
    with pytest.raises(InvalidValue, match="has no time zone"):
        plan.due([starts[0].replace(tzinfo=None)], timedelta(hours=1))


@pytest.mark.parametrize(
    "durations",
    [
        timedelta.max,
        [timedelta.max],
        np.array([2**63 - 1], "timedelta64[us]"),
        np.array([2**62 - 1], np.int64),
    ],
)
def test_no_duration_is_too_long_to_be_refused(durations: object) -> None:
    plan = OpenTimePlan(LONDON)
    with pytest.raises(BeyondHorizon, match="row 0"):
        plan.due(np.array(["2026-03-27T16:50"], "datetime64[us]"), durations, unit="us")


def test_a_table_is_no_column_and_nothing_is_no_calendar() -> None:
    with pytest.raises(InvalidValue, match="one column"):
        OpenTimePlan(LONDON).due(np.zeros((1, 2), "datetime64[us]"), timedelta(hours=1))
    for wrong in (None, 5):
        with pytest.raises(InvalidValue, match="needs calendars"):
            OpenTimePlan(wrong)  # type: ignore[arg-type]
