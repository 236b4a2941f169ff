"""How many periods have elapsed, are served, are billed."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import (
    ACTUAL_30,
    EXACT_CYCLES,
    KILLBILL_CYCLES,
    SECONDS,
    WHOLE,
    CyclePolicy,
    DayCount,
    Interval,
    Schedule,
    StubPeriod,
    Timing,
    billed_periods,
    count_periods,
    elapsed_periods,
    prorated_total,
    proration,
    service_periods,
)

days = st.dates(date(1950, 1, 1), date(2090, 12, 31))
lengths = st.integers(0, 1500).map(lambda n: timedelta(days=n))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    if draw(st.booleans()):
        return Schedule(draw(days), Interval.days(draw(st.integers(1, 60))))
    anchor_day = draw(st.none() | st.integers(1, 31))
    return Schedule(draw(days), Interval.months(draw(st.integers(1, 14))), anchor_day)


@given(schedules(), days, lengths, lengths)
def test_splitting_a_service_loses_nothing(
    schedule: Schedule, start: date, one: timedelta, other: timedelta
) -> None:
    middle, end = start + one, start + one + other
    parts = count_periods(schedule, start, middle) + count_periods(schedule, middle, end)
    assert parts == count_periods(schedule, start, end)


MONTHS_FIRST = CyclePolicy(StubPeriod.CALENDAR_MONTHS)


@pytest.mark.parametrize(
    ("months", "anchor_day", "start", "end", "expected"),
    [
        (1, 1, "2018-08-18", "2019-01-01", Fraction(14, 31) + 4),
        (1, 15, "2018-03-01", "2018-03-15", Fraction(14, 31)),  # the period has 28 days
        (1, 15, "2018-01-01", "2018-02-15", Fraction(14, 31) + 1),
        (3, 1, "2018-01-16", "2018-04-01", (Fraction(16, 31) + 2) / 3),
        (3, 1, "2018-01-01", "2018-02-15", (Fraction(14, 28) + 1) / 3),
        (3, 1, "2018-01-16", "2018-02-15", (Fraction(16, 31) + Fraction(14, 28)) / 3),
        (12, 31, "2023-01-31", "2023-03-31", Fraction(2, 12)),
        (12, 1, "2023-01-10", "2023-01-12", Fraction(2, 31) / 12),
    ],
)
def test_months_first_then_days_of_the_calendar_month(
    months: int, anchor_day: int, start: str, end: str, expected: Fraction
) -> None:
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    schedule = Schedule(first.replace(month=1, day=1), Interval.months(months), anchor_day)
    assert count_periods(schedule, first, last, MONTHS_FIRST) == expected


@given(schedules(), days, st.integers(0, 12))
def test_whole_periods_count_the_same_by_months_first(
    schedule: Schedule, day: date, periods: int
) -> None:
    n = schedule.index_at(day)
    start, end = schedule.boundary(n), schedule.boundary(n + periods)
    assert count_periods(schedule, start, end, MONTHS_FIRST) == periods


@given(days, st.integers(1, 60), days, lengths)
def test_an_interval_of_days_has_no_months(
    anchor: date, count: int, start: date, length: timedelta
) -> None:
    by_days = Schedule(anchor, Interval.days(count))
    found = count_periods(by_days, start, start + length, MONTHS_FIRST)
    assert found == count_periods(by_days, start, start + length)


@given(schedules(), days, lengths)
def test_the_count_is_the_sum_of_the_parts_of_each_period(
    schedule: Schedule, start: date, length: timedelta
) -> None:
    end = start + length
    walked = sum(
        (proration(p.span, p.full) for p in service_periods(start, end, schedule)), Fraction(0)
    )
    assert count_periods(schedule, start, end) == walked
    assert prorated_total(Fraction(7), schedule, start, end) == 7 * walked


@given(schedules(), days, lengths)
def test_elapsed_periods_are_those_that_are_over(
    schedule: Schedule, start: date, length: timedelta
) -> None:
    on = start + length
    whole_or_stub = [p for p in service_periods(start, on, schedule) if p.full.end <= on]
    assert elapsed_periods(schedule, start, on) == len(whole_or_stub)
    assert elapsed_periods(schedule, on + timedelta(days=1), start) == 0


@given(schedules(), days, lengths, lengths, st.sampled_from(Timing))
def test_billing_never_goes_back_nor_beyond_the_end(
    schedule: Schedule, start: date, one: timedelta, other: timedelta, timing: Timing
) -> None:
    earlier, later = start + one, start + one + other
    end = start + other
    billed = [
        billed_periods(schedule, on, start, end, timing=timing)
        for on in (start - timedelta(days=1), earlier, later, end + timedelta(days=9999))
    ]
    assert billed[0] == 0
    assert billed[1] <= billed[2] <= billed[3] == count_periods(schedule, start, end)


@given(schedules(), days, lengths)
def test_in_advance_a_period_more_is_billed_than_in_arrears(
    schedule: Schedule, start: date, length: timedelta
) -> None:
    on = start + length
    arrears = billed_periods(schedule, on, start, timing=Timing.ARREARS)
    advance = billed_periods(schedule, on, start)
    current = max(schedule.last_on_or_before(on), start)
    assert advance - arrears == count_periods(schedule, current, schedule.first_after(on))


@given(schedules(), days, lengths)
def test_a_policy_changes_stubs_and_nothing_else(
    schedule: Schedule, start: date, length: timedelta
) -> None:
    begin = schedule.first_on_or_after(start)
    end = schedule.first_on_or_after(begin + length)
    exact = count_periods(schedule, begin, end, EXACT_CYCLES)
    assert count_periods(schedule, begin, end, KILLBILL_CYCLES) == exact
    assert exact.denominator == 1


@pytest.mark.parametrize(
    ("policy", "count"),
    [
        (EXACT_CYCLES, Fraction(14, 90)),  # of 30 November to 27 February
        (CyclePolicy(StubPeriod.COUNTED), Fraction(14, 92)),  # of 28 November to 27 February
        (KILLBILL_CYCLES, Fraction("0.152173913")),
        (CyclePolicy(day_count=WHOLE), Fraction(1)),
        (CyclePolicy(day_count=DayCount.over(100)), Fraction(14, 100)),
    ],
)
def test_a_first_stub_before_a_billing_day_at_the_end_of_february(
    policy: CyclePolicy, count: Fraction
) -> None:
    quarterly = Schedule(date(2010, 11, 14), Interval.months(3), anchor_day=31)
    assert quarterly.boundary(1) == date(2011, 2, 28)
    assert count_periods(quarterly, date(2011, 2, 14), date(2011, 2, 28), policy) == count


def test_a_last_stub_counts_its_interval_from_where_it_starts() -> None:
    monthly = Schedule(date(2011, 1, 31), Interval.months(1))
    start, end = date(2011, 2, 28), date(2011, 3, 10)
    assert count_periods(monthly, start, end) == Fraction(10, 31)
    counted = CyclePolicy(StubPeriod.COUNTED)
    assert count_periods(monthly, start, end, counted) == Fraction(10, 28)


def test_two_stubs_are_rounded_each_by_itself() -> None:
    monthly = Schedule(date(2026, 1, 1), Interval.months(1))
    policy = CyclePolicy(places=2)  # 0.645... and 0.357...
    assert count_periods(monthly, date(2026, 1, 12), date(2026, 2, 11), policy) == Fraction("1.01")
    assert count_periods(monthly, date(2026, 1, 12), date(2026, 2, 11)) == Fraction(870, 868)


def test_thirty_days_for_each_month() -> None:
    monthly = Schedule(date(2018, 8, 1), Interval.months(1))
    policy = CyclePolicy(day_count=ACTUAL_30)
    total = prorated_total(Fraction(35), monthly, date(2018, 8, 18), date(2019, 1, 1), policy)
    assert total == 35 * (4 + Fraction(14, 30))


def test_far_away_costs_no_more_than_near() -> None:
    daily = Schedule(date(1, 1, 1), Interval.days(1))
    assert count_periods(daily, date(1, 1, 1), date(9999, 12, 31)) == 3_652_058
    assert elapsed_periods(daily, date(1, 1, 1), date(9999, 12, 31)) == 3_652_058


def test_what_is_refused() -> None:
    monthly = Schedule(date(2026, 1, 1), Interval.months(1))
    with pytest.raises(InvalidValue, match="a span ends on or after its start"):
        count_periods(monthly, date(2026, 2, 1), date(2026, 1, 1))
    for on in (date(2025, 12, 1), date(2026, 3, 1)):
        with pytest.raises(InvalidValue, match="service ends on or after its start"):
            billed_periods(monthly, on, date(2026, 2, 1), date(2026, 1, 1))
    policy = CyclePolicy(day_count=SECONDS)
    with pytest.raises(InvalidValue, match="needs a zone"):
        count_periods(monthly, date(2026, 1, 2), date(2026, 2, 1), policy)
    for places in (-1, True):
        with pytest.raises(InvalidValue, match="decimal places"):
            CyclePolicy(places=places)
