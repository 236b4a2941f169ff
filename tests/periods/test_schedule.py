"""Boundaries counted from one anchor."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import islice, pairwise

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import (
    Alignment,
    Interval,
    Schedule,
    Span,
    add_months,
    billing_schedule,
    service_periods,
)

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
intervals = st.builds(Interval.days, st.integers(1, 400)) | st.builds(
    Interval.months, st.integers(1, 30)
)


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    interval = draw(intervals)
    anchor_day = draw(st.none() | st.integers(1, 31)) if interval.unit == "month" else None
    return Schedule(draw(days), interval, anchor_day)


@given(days, st.integers(-600, 600))
def test_adding_months_agrees_with_relativedelta(day: date, n: int) -> None:
    assert add_months(day, n) == day + relativedelta(months=n)


@given(schedules(), st.integers(-40, 40))
def test_a_boundary_agrees_with_relativedelta(schedule: Schedule, n: int) -> None:
    count, base = schedule.interval.count, schedule.anchor
    if schedule.interval.unit == "day":
        assert schedule.boundary(n) == base + timedelta(days=n * count)
    else:
        step = relativedelta(months=n * count, day=schedule.anchor_day or base.day)
        assert schedule.boundary(n) == base + step


@given(schedules(), days)
def test_the_period_at_a_day_contains_it(schedule: Schedule, day: date) -> None:
    n = schedule.index_at(day)
    assert day in schedule.period(n)
    assert schedule.period_at(day) == schedule.period(n)
    assert schedule.last_on_or_before(day) == schedule.boundary(n)


@given(schedules(), st.integers(-100, 100))
def test_boundaries_rise_and_know_their_number(schedule: Schedule, n: int) -> None:
    assert schedule.boundary(n) < schedule.boundary(n + 1)
    assert schedule.index_at(schedule.boundary(n)) == n


@given(schedules(), days)
def test_the_next_boundary(schedule: Schedule, day: date) -> None:
    after, on_or_after = schedule.first_after(day), schedule.first_on_or_after(day)
    assert after > day
    assert on_or_after in (day, after)
    assert (on_or_after == day) == (schedule.last_on_or_before(day) == day)
    assert next(schedule.boundaries_after(day)) == after


@given(schedules(), days, st.integers(0, 900))
def test_boundaries_and_periods_of_a_stretch(schedule: Schedule, day: date, more: int) -> None:
    until = day + timedelta(days=more)
    stretch = Span(day, until)
    listed = list(schedule.boundaries(day, until))
    assert listed == [
        each for each in stretch.each_day() if schedule.first_on_or_after(each) == each
    ]
    periods = list(schedule.periods(day, until))
    assert all(period.overlap(stretch) for period in periods)
    assert all(one.end == other.start for one, other in pairwise(periods))
    if stretch:
        assert periods[0].start <= day
        assert periods[-1].end >= until
    else:
        assert periods == []


def test_an_anchor_is_sticky() -> None:
    monthly = Schedule(date(2026, 1, 31), Interval.months(1))
    assert [monthly.boundary(n) for n in range(-2, 4)] == [
        date(2025, 11, 30),
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
        date(2026, 4, 30),
    ]
    yearly = Schedule(date(2024, 2, 29), Interval.years(1))
    assert [yearly.boundary(n) for n in (1, 4)] == [date(2025, 2, 28), date(2028, 2, 29)]


def test_an_anchor_day_moves_the_boundaries_within_their_months() -> None:
    schedule = Schedule(date(2022, 2, 19), Interval.months(1), anchor_day=31)
    assert list(islice(schedule.boundaries(date(2022, 2, 1)), 3)) == [
        date(2022, 2, 28),
        date(2022, 3, 31),
        date(2022, 4, 30),
    ]


def test_a_far_boundary_costs_no_more_than_a_near_one() -> None:
    daily = Schedule(date(2026, 1, 1), Interval.days(1))
    assert daily.boundary(2_000_000) == date(2026, 1, 1) + timedelta(days=2_000_000)
    assert daily.index_at(date.min) == (date.min - date(2026, 1, 1)).days


@pytest.mark.parametrize("n", [10**6, -(10**6), 10**12])
def test_the_calendar_has_an_end(n: int) -> None:
    for interval in (Interval.months(1), Interval.days(30)):
        with pytest.raises(InvalidValue, match="outside the calendar"):
            Schedule(date(2026, 1, 31), interval).boundary(n)


def test_what_makes_no_schedule_is_refused() -> None:
    with pytest.raises(InvalidValue, match="one month or more, got 0"):
        Interval.months(0)
    with pytest.raises(InvalidValue, match="no interval 'fortnight'"):
        Interval.of(1, "fortnight")
    with pytest.raises(InvalidValue, match="needs an interval of months"):
        Schedule(date(2026, 1, 1), Interval.weeks(1), anchor_day=3)
    with pytest.raises(InvalidValue, match="from 1 to 31, got 32"):
        Schedule(date(2026, 1, 1), Interval.months(1), anchor_day=32)
    with pytest.raises(InvalidValue, match="take InstantSchedule"):
        Schedule(datetime(2026, 1, 1), Interval.months(1))  # noqa: DTZ001


@given(days, st.integers(1, 1500), intervals, st.sampled_from(Alignment), st.integers(1, 31))
def test_service_periods_tile(
    start: date, length: int, interval: Interval, alignment: Alignment, billing_day: int
) -> None:
    if alignment is Alignment.MONTH_LAST_DAY and interval.unit == "day":
        interval = Interval.months(interval.count)
    day = billing_day if alignment is Alignment.BILLING_DAY else None
    schedule = billing_schedule(start, interval, alignment, day)
    end = start + timedelta(days=length)
    parts = list(service_periods(start, end, schedule))
    assert parts[0].span.start == start
    assert parts[-1].span.end == end
    assert all(one.span.end == other.span.start for one, other in pairwise(parts))
    assert sum(part.span.days for part in parts) == length
    assert all(part.full.covers(part.span) for part in parts)
    assert all(part.is_whole for part in parts[1:-1])
    assert [
        part.span for part in islice(service_periods(start, None, schedule), len(parts) - 1)
    ] == [part.span for part in parts[:-1]]


def test_service_that_ends_where_it_starts_has_no_periods() -> None:
    schedule = Schedule(date(2026, 1, 1), Interval.months(1))
    assert list(service_periods(date(2026, 1, 5), date(2026, 1, 5), schedule)) == []


@pytest.mark.parametrize(
    ("start", "interval", "alignment", "billing_day", "first"),
    [
        (date(2026, 2, 10), Interval.months(1), Alignment.ANNIVERSARY, None, "2026-03-10"),
        (date(2026, 2, 10), Interval.months(1), Alignment.CALENDAR, None, "2026-03-01"),
        (date(2026, 2, 10), Interval.months(3), Alignment.CALENDAR, None, "2026-04-01"),
        (date(2026, 8, 10), Interval.months(6), Alignment.CALENDAR, None, "2027-01-01"),
        (date(2026, 8, 10), Interval.years(2), Alignment.CALENDAR, None, "2028-01-01"),
        (date(2026, 8, 10), Interval.months(5), Alignment.CALENDAR, None, "2027-01-01"),
        (date(2026, 11, 22), Interval.weeks(1), Alignment.CALENDAR, None, "2026-11-23"),
        (date(2026, 11, 22), Interval.days(10), Alignment.CALENDAR, None, "2026-12-02"),
        (date(2026, 2, 10), Interval.months(3), Alignment.BILLING_DAY, 15, "2026-02-15"),
        (date(2026, 2, 10), Interval.months(3), Alignment.BILLING_DAY, 5, "2026-05-05"),
        (date(2026, 2, 10), Interval.days(30), Alignment.BILLING_DAY, 5, "2026-03-12"),
        (date(2026, 1, 5), Interval.months(2), Alignment.MONTH_LAST_DAY, None, "2026-03-01"),
    ],
)
def test_the_end_of_the_first_period_under_an_alignment(
    start: date, interval: Interval, alignment: Alignment, billing_day: int | None, first: str
) -> None:
    schedule = billing_schedule(start, interval, alignment, billing_day)
    part = next(service_periods(start, None, schedule))
    assert part.span == Span(start, date.fromisoformat(first))


def test_an_alignment_says_what_it_needs() -> None:
    start, monthly = date(2026, 1, 1), Interval.months(1)
    with pytest.raises(InvalidValue, match="billing_day needs a billing day, got None"):
        billing_schedule(start, monthly, Alignment.BILLING_DAY)
    with pytest.raises(InvalidValue, match="calendar has no use for a billing day, got 3"):
        billing_schedule(start, monthly, Alignment.CALENDAR, 3)
    with pytest.raises(InvalidValue, match="7 days have no month end"):
        billing_schedule(start, Interval.weeks(1), Alignment.MONTH_LAST_DAY)
