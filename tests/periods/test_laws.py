"""Laws of schedules over all start days, intervals, zones and leap cycles."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.periods import (
    InstantSchedule,
    InstantSpan,
    Interval,
    Schedule,
    Span,
    instant_of,
    local_day,
    wall_clock,
)

zones = st.sampled_from(sorted(available_timezones()))
leap_cycle = st.dates(date(1896, 1, 1), date(2104, 12, 31))  # 1900 and 2100 lack a 29 February
instants = st.datetimes(datetime(1972, 1, 1), datetime(2060, 1, 1)).map(  # noqa: DTZ001
    lambda wall: wall.replace(microsecond=0, tzinfo=UTC)
)
intervals = st.builds(Interval.days, st.integers(1, 800)) | st.builds(
    Interval.months, st.integers(1, 48)
)


@given(leap_cycle, st.integers(1, 48), st.integers(-60, 60), st.none() | st.integers(1, 31))
def test_an_anchor_is_sticky(start: date, months: int, n: int, anchor_day: int | None) -> None:
    boundary = Schedule(start, Interval.months(months), anchor_day).boundary(n)
    wanted = anchor_day or start.day
    assert boundary.day == min(wanted, monthrange(boundary.year, boundary.month)[1])


@pytest.mark.parametrize("day", [29, 30, 31])
def test_every_late_anchor_comes_back_in_every_month_of_four_centuries(day: int) -> None:
    monthly = Schedule(date(2000, 1, day), Interval.months(1))
    for n in range(4800):
        boundary = monthly.boundary(n)
        assert boundary.day == min(day, monthrange(boundary.year, boundary.month)[1])


@given(leap_cycle, intervals, st.integers(-60, 60), st.integers(0, 10**6))
def test_number_and_day_are_inverse(start: date, interval: Interval, n: int, inside: int) -> None:
    schedule = Schedule(start, interval)
    period = schedule.period(n)
    day = period.start + timedelta(days=inside % period.days)
    assert schedule.index_at(day) == n
    assert schedule.period_at(day) == period


@given(leap_cycle, intervals, st.integers(-20, 20), st.integers(1, 20), st.integers(0, 10**6))
def test_splitting_a_stretch_loses_no_day(
    start: date, interval: Interval, n: int, more: int, cut: int
) -> None:
    schedule = Schedule(start, interval)
    stretch = Span(schedule.boundary(n), schedule.boundary(n + more))
    middle = stretch.start + timedelta(days=cut % stretch.days)
    parts = [*schedule.periods(stretch.start, middle), *schedule.periods(middle, stretch.end)]
    assert set(parts) == set(schedule.periods(stretch.start, stretch.end))
    assert sum(part.days for part in set(parts)) == stretch.days


@given(instants, intervals, zones, st.integers(-30, 30))
def test_the_wall_clock_is_sticky_in_every_zone(
    anchor: datetime, interval: Interval, zone: str, n: int
) -> None:
    schedule = InstantSchedule(anchor, interval, zone)
    wall = wall_clock(anchor, zone)
    day = Schedule(wall.date(), interval).boundary(n)
    wanted = datetime.combine(day, wall.time())
    boundary = schedule.boundary(n)
    assert boundary == instant_of(wanted, zone)
    assert wall_clock(boundary, zone) >= wanted  # later only where the clocks skip it


@given(instants, intervals, zones, st.integers(-30, 30), st.floats(0, 0.999))
def test_number_and_instant_are_inverse_in_every_zone(
    anchor: datetime, interval: Interval, zone: str, n: int, part: float
) -> None:
    schedule = InstantSchedule(anchor, interval, zone)
    period = schedule.period(n)
    if period.start < period.end:  # a day that the zone left out is an empty period
        inside = period.start + timedelta(seconds=int(period.elapsed.total_seconds() * part))
        assert schedule.index_at(inside) == n
        assert schedule.period_at(inside) == period


@given(instants, zones, st.integers(1, 40))
def test_the_days_of_a_stretch_add_up_to_its_time(at: datetime, zone: str, days: int) -> None:
    stretch = Span.starting(local_day(at, zone), days)
    whole = InstantSpan.of_days(stretch, zone).elapsed
    each = [InstantSpan.of_days(Span.starting(day, 1), zone).elapsed for day in stretch.each_day()]
    assert sum(each, timedelta()) == whole


def test_constant_time_means_that_no_boundary_is_walked_to() -> None:
    schedule = Schedule(date(1, 1, 31), Interval.months(1))
    last = schedule.index_at(date(9999, 12, 31))
    assert schedule.boundary(last) == date(9999, 12, 31)
    assert last == 9999 * 12 - 1
    late = InstantSchedule(datetime.combine(date(9990, 1, 31), time(), UTC), Interval.months(1))
    assert late.boundary(-119_000) == datetime(73, 5, 31, tzinfo=UTC)
    assert late.index_at(datetime(73, 5, 31, tzinfo=UTC)) == -119_000
