"""Spans of days and calendar months."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.periods import Month, Span, months_between

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))
spans = st.builds(Span.starting, days, st.integers(0, 800))


@given(spans, days)
def test_a_day_is_inside_just_when_it_is_listed(span: Span, day: date) -> None:
    assert (day in span) == (day in set(span.each_day()))
    assert len(list(span.each_day())) == span.days


@given(spans, spans)
def test_an_overlap_has_the_days_that_both_have(one: Span, other: Span) -> None:
    both = set(one.each_day()) & set(other.each_day())
    overlap = one.overlap(other)
    assert set(overlap.each_day() if overlap else ()) == both
    assert one.overlap(other) == other.overlap(one)
    assert one.covers(other) == (set(other.each_day()) <= set(one.each_day()))


@given(days, st.integers(0, 500))
def test_first_and_last_day_are_inside(first: date, more: int) -> None:
    last = first + timedelta(days=more)
    span = Span.of_days(first, last)
    assert (span.first_day, span.last_day, span.days) == (first, last, more + 1)
    assert span.end not in span


def test_an_empty_span_has_no_days() -> None:
    empty = Span(date(2026, 1, 1), date(2026, 1, 1))
    assert not empty
    assert empty.days == 0
    assert list(empty.each_day()) == []
    with pytest.raises(InvalidValue, match="empty span at 2026-01-01 has no last day"):
        _ = empty.last_day
    assert str(empty) == "2026-01-01 (no days)"


def test_a_span_does_not_run_backwards() -> None:
    with pytest.raises(InvalidValue, match="2025-12-31 is before 2026-01-01"):
        Span(date(2026, 1, 1), date(2025, 12, 31))
    with pytest.raises(InvalidValue, match="last day 2025-12-31 is before the first"):
        Span.of_days(date(2026, 1, 1), date(2025, 12, 31))


def test_a_span_takes_civil_days_only() -> None:
    with pytest.raises(InvalidValue, match="start must be a plain date"):
        Span(datetime(2026, 1, 1), date(2026, 2, 1))  # noqa: DTZ001


@given(days)
def test_a_month_has_the_days_of_its_number(day: date) -> None:
    month = Month.containing(day)
    assert day in month
    assert day in month.span
    assert month.span.days == month.days
    assert {each.month for each in month.span.each_day()} == {day.month}
    assert Month.of(str(month)) == month
    assert month.next().first_day == month.last_day + timedelta(days=1)
    assert month.next().previous() == month


@given(days, st.integers(-600, 600))
def test_months_are_counted_on_and_back(day: date, n: int) -> None:
    month = Month.containing(day)
    assert (month + n) - n == month
    assert (month + n > month) == (n > 0)


def test_months_between_are_both_included() -> None:
    listed = months_between(Month(2024, 11), Month(2025, 2))
    assert [str(month) for month in listed] == ["2024-11", "2024-12", "2025-01", "2025-02"]
    assert list(months_between(Month(2025, 2), Month(2025, 1))) == []


@pytest.mark.parametrize("text", ["2026-3", "2026-13", "2026-00", "26-03", "2026-03-01", ""])
def test_a_month_is_written_in_one_way(text: str) -> None:
    with pytest.raises(InvalidValue):
        Month.of(text)
