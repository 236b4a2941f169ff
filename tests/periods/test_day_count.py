"""Proration by named rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import (
    ACTUAL_30,
    ACTUAL_ACTUAL,
    SECONDS,
    THIRTY_30,
    WHOLE,
    DayCount,
    DayCountRule,
    InstantSpan,
    Interval,
    Month,
    Schedule,
    Span,
    prorate,
    proration,
)

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
additive = st.sampled_from(
    [ACTUAL_ACTUAL, ACTUAL_30, THIRTY_30, DayCount.fixed(28), DayCount.over(365)]
)


@given(additive, days, st.lists(st.integers(0, 40), min_size=1, max_size=8))
def test_splitting_a_span_loses_nothing(
    day_count: DayCount, start: date, lengths: list[int]
) -> None:
    period = Month.containing(start).span
    whole = Span.starting(start, sum(lengths))
    parts, since = [], start
    for length in lengths:
        parts.append(Span.starting(since, length))
        since = parts[-1].end
    total = sum((proration(part, period, day_count) for part in parts), Fraction(0))
    assert total == proration(whole, period, day_count)


@given(st.sampled_from([ACTUAL_ACTUAL, THIRTY_30, DayCount.fixed(30), WHOLE]), days)
def test_a_whole_calendar_month_is_one(day_count: DayCount, day: date) -> None:
    month = Month.containing(day).span
    assert proration(month, month, day_count) == 1


@given(days, st.integers(1, 12), st.integers(-20, 20))
def test_actual_30_knows_the_months_of_any_schedule(anchor: date, months: int, n: int) -> None:
    period = Schedule(anchor, Interval.months(months)).period(n)
    assert proration(period, period, ACTUAL_30) == Fraction(period.days, 30 * months)


@pytest.mark.parametrize(
    ("first", "last", "day_count", "expected"),
    [
        ("2026-02-15", "2026-02-28", ACTUAL_ACTUAL, "14/28"),
        ("2026-02-15", "2026-02-28", ACTUAL_30, "14/30"),
        ("2026-02-15", "2026-02-28", THIRTY_30, "16/30"),
        ("2026-01-31", "2026-01-31", THIRTY_30, "0"),
        ("2026-01-16", "2026-01-31", THIRTY_30, "15/30"),
        ("2026-01-16", "2026-01-31", DayCount.fixed(30), "15/30"),
        ("2026-01-16", "2026-01-31", DayCount.over(365), "16/365"),
        ("2026-01-16", "2026-01-16", WHOLE, "1"),
    ],
)
def test_part_of_a_month(first: str, last: str, day_count: DayCount, expected: str) -> None:
    service = Span.of_days(date.fromisoformat(first), date.fromisoformat(last))
    month = Month.containing(service.start).span
    assert proration(service, month, day_count) == Fraction(expected)


def test_whole_periods_are_not_prorated_but_nothing_is_nothing() -> None:
    month = Month(2026, 1).span
    assert proration(Span.starting(date(2026, 1, 31), 0), month, WHOLE) == 0


def test_seconds_count_the_hours_that_a_day_has() -> None:
    march = InstantSpan.of_days(Month(2026, 3).span, "Europe/Berlin")
    change = InstantSpan.of_days(Span.starting(date(2026, 3, 29), 1), "Europe/Berlin")
    assert change.elapsed == timedelta(hours=23)
    assert proration(change, march, SECONDS) == Fraction(23, 31 * 24 - 1)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)), st.integers(0, 10**9))  # noqa: DTZ001
def test_elapsed_time_is_additive_to_the_microsecond(start: datetime, cut: int) -> None:
    since = start.replace(tzinfo=UTC)
    middle = since + timedelta(microseconds=cut)
    end = since + timedelta(microseconds=10**9)
    whole = InstantSpan(since, end)
    left = proration(InstantSpan(since, middle), whole, SECONDS)
    assert left + proration(InstantSpan(middle, end), whole, SECONDS) == 1


def test_prorating_an_amount_is_exact() -> None:
    service = Span.of_days(date(2026, 1, 22), date(2026, 1, 28))
    assert prorate(Fraction("99.99"), service, Month(2026, 1).span) == Fraction("99.99") * 7 / 31


def test_what_cannot_be_prorated_says_why() -> None:
    month = Month(2026, 1).span
    nothing = Span.starting(date(2026, 1, 1), 0)
    with pytest.raises(InvalidValue, match="period without days"):
        proration(month, nothing)
    with pytest.raises(InvalidValue, match="needs a period of whole months"):
        proration(nothing, Span.starting(date(2026, 1, 1), 7), ACTUAL_30)
    with pytest.raises(InvalidValue, match="needs a zone"):
        proration(month, month, SECONDS)
    with pytest.raises(InvalidValue, match="no days when counted by thirty_30"):
        proration(month, Span.starting(date(2026, 1, 31), 1), THIRTY_30)
    instants = InstantSpan.of_days(month, "UTC")
    with pytest.raises(InvalidValue, match="both be spans of days, or both of instants"):
        proration(month, instants)
    with pytest.raises(InvalidValue, match="actual_actual counts days"):
        proration(instants, instants)
    with pytest.raises(InvalidValue, match="empty period"):
        proration(instants, InstantSpan(instants.start, instants.start), SECONDS)
    with pytest.raises(InvalidValue, match="counts no days"):
        SECONDS.days(month)


def test_a_policy_has_a_number_just_when_its_rule_takes_one() -> None:
    with pytest.raises(InvalidValue, match="fixed_month needs a number of days, got 0"):
        DayCount.fixed(0)
    with pytest.raises(InvalidValue, match="actual_actual takes no number"):
        DayCount(DayCountRule.ACTUAL_ACTUAL, 30)
