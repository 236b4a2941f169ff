"""Civil days and wall clocks of named zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import (
    InstantSchedule,
    InstantSpan,
    Interval,
    Span,
    add_interval,
    instant_of,
    local_day,
    local_midnight,
    move_day,
    wall_clock,
)

zones = st.sampled_from(
    [
        "UTC",
        "Europe/London",
        "America/New_York",
        "America/Sao_Paulo",
        "Africa/Casablanca",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Apia",
    ]
)
walls = st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1))  # noqa: DTZ001
instants = walls.map(lambda wall: wall.replace(microsecond=0, tzinfo=UTC))
steps = st.builds(Interval.days, st.integers(1, 40)) | st.builds(
    Interval.months, st.integers(1, 15)
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@given(walls, walls, zones)
def test_local_to_utc_is_monotone(one: datetime, other: datetime, zone: str) -> None:
    assert (instant_of(one, zone) <= instant_of(other, zone)) or one > other


@given(instants, zones)
def test_the_clock_at_an_instant_leads_back_to_it_or_to_its_first_pass(
    instant: datetime, zone: str
) -> None:
    back = instant_of(wall_clock(instant, zone), zone)
    assert back == instant or instant - timedelta(hours=3) <= back < instant


@pytest.mark.parametrize(
    ("wall", "zone", "expected"),
    [
        ("2026-03-29T01:30", "Europe/London", "2026-03-29T01:00Z"),  # skipped
        ("2026-10-25T01:30", "Europe/London", "2026-10-25T00:30Z"),  # shown twice: first pass
        ("2026-07-01T00:00", "Asia/Kolkata", "2026-06-30T18:30Z"),
        ("2018-11-04T00:00", "America/Sao_Paulo", "2018-11-04T03:00Z"),  # this midnight is skipped
        ("2011-12-30T12:00", "Pacific/Apia", "2011-12-30T10:00Z"),  # this day does not exist
        ("2026-10-04T02:10", "Australia/Lord_Howe", "2026-10-03T15:30Z"),  # half an hour skipped
        ("2040-07-01T14:00", "Europe/Paris", "2040-07-01T12:00Z"),  # summer time after 2037
    ],
)
def test_wall_times_that_are_skipped_or_shown_twice(wall: str, zone: str, expected: str) -> None:
    assert instant_of(datetime.fromisoformat(wall), zone) == utc(expected)


def test_a_civil_day_has_its_own_length() -> None:
    def hours(day: date, zone: str) -> float:
        return InstantSpan.of_days(Span.starting(day, 1), zone).elapsed / timedelta(hours=1)

    assert hours(date(2026, 3, 29), "Europe/Berlin") == 23
    assert hours(date(2026, 10, 25), "Europe/Berlin") == 25
    assert hours(date(2011, 12, 30), "Pacific/Apia") == 0
    assert hours(date(2026, 4, 5), "Australia/Lord_Howe") == 24.5


@given(instants, steps, zones, instants)
def test_the_period_at_an_instant_contains_it(
    anchor: datetime, interval: Interval, zone: str, instant: datetime
) -> None:
    schedule = InstantSchedule(anchor, interval, zone)
    n = schedule.index_at(instant)
    assert schedule.boundary(n) <= instant < schedule.boundary(n + 1)
    assert instant in schedule.period_at(instant)
    assert schedule.first_after(instant) == schedule.boundary(n + 1)
    assert schedule.last_on_or_before(instant) == schedule.boundary(n)
    assert schedule.last_before(instant) < instant


@given(instants, steps, zones, st.integers(1, 400 * 86_400))
def test_service_periods_of_instants_tile(
    start: datetime, interval: Interval, zone: str, seconds: int
) -> None:
    end = start + timedelta(seconds=seconds)
    parts = InstantSchedule(start, interval, zone).service_periods(start, end)
    assert (parts[0].start, parts[-1].end) == (start, end)
    assert all(one.end == other.start for one, other in pairwise(parts))
    assert all(part.elapsed > timedelta(0) for part in parts)


def test_boundaries_keep_the_wall_clock_over_a_change() -> None:
    schedule = InstantSchedule(utc("2026-02-28T08:00-05:00"), Interval.days(7), "America/New_York")
    listed = list(islice(schedule.boundaries_after(utc("2026-02-28T13:00Z")), 2))
    assert listed == [utc("2026-03-07T13:00Z"), utc("2026-03-14T12:00Z")]


def test_what_the_clocks_show_twice_stays_the_second_time_where_nothing_moves() -> None:
    second = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 02:30 in Berlin
    first = second - timedelta(hours=1)  # 02:30 as well, before the clocks went back
    assert wall_clock(first, "Europe/Berlin") == wall_clock(second, "Europe/Berlin")
    for instant in (first, second):
        assert add_interval(instant, Interval.days(1), 0, zone="Europe/Berlin") == instant
        monthly = InstantSchedule(instant, Interval.months(1), "Europe/Berlin")
        assert monthly.boundary(0) == instant
        assert [monthly.index_at(monthly.boundary(n)) for n in (-1, 0, 1)] == [-1, 0, 1]
        assert monthly.index_at(instant - timedelta(microseconds=1)) == -1


def test_an_anchor_day_holds_for_instants_too() -> None:
    schedule = InstantSchedule(utc("2026-02-10T00:00Z"), Interval.months(1), "UTC", anchor_day=31)
    assert schedule.boundary(1) == utc("2026-03-31T00:00Z")


def test_a_lost_day_leaves_an_empty_period() -> None:
    daily = InstantSchedule(utc("2011-12-28T10:00Z"), Interval.days(1), "Pacific/Apia")
    lost = next(n for n in range(5) if daily.boundary(n) == daily.boundary(n + 1))
    assert daily.period(lost).elapsed == timedelta(0)
    assert daily.index_at(daily.boundary(lost)) == lost + 1
    assert all(part.elapsed for part in daily.service_periods(daily.anchor, daily.boundary(5)))


def test_months_come_first_then_days_then_seconds() -> None:
    moved = add_interval(
        utc("2024-01-31T10:00Z"), Interval.months(1), 1, extra_days=1, extra_seconds=3600
    )
    assert moved == utc("2024-03-01T11:00Z")
    assert move_day(date(2024, 1, 31), Interval.months(1), -1, 5) == date(2024, 1, 5)
    with pytest.raises(InvalidValue, match="years 1 to 9999"):
        move_day(date(2024, 1, 31), Interval.days(1), 10**8)


def test_the_same_instant_is_another_day_elsewhere() -> None:
    instant = utc("2026-06-30T23:30Z")
    assert local_day(instant, "Europe/London") == date(2026, 7, 1)
    assert local_day(instant, "America/New_York") == date(2026, 6, 30)
    assert local_midnight(date(2026, 7, 1), "Europe/London") == utc("2026-06-30T23:00Z")


def test_a_span_of_instants_says_its_last_second() -> None:
    february = InstantSpan.of_days(Span(date(2026, 2, 1), date(2026, 3, 1)), "Europe/Berlin")
    assert february.last_second == utc("2026-02-28T22:59:59Z")
    with pytest.raises(InvalidValue, match="ends on or after its start"):
        InstantSpan(february.end, february.start)


def test_an_instant_needs_a_zone_that_exists() -> None:
    with pytest.raises(InvalidValue, match="has no zone"):
        local_day(datetime(2026, 1, 1), "UTC")  # noqa: DTZ001
    for key in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(InvalidValue, match="no time zone"):
            local_midnight(date(2026, 1, 1), key)
