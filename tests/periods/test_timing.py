"""When a period is billed, and what a bill is about."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import NotFound
from harmony_core.periods import (
    Alignment,
    Interval,
    Invoiced,
    Schedule,
    Span,
    Timing,
    after_invoice,
    billed_period,
    billed_through,
    first_invoice_day,
    invoice_day,
    trigger_day,
)

days = st.dates(date(2000, 1, 1), date(2050, 12, 31))
intervals = st.sampled_from([Interval.weeks(1), Interval.months(1), Interval.months(3)])
FEBRUARY = Span(date(2026, 2, 1), date(2026, 3, 1))
MONTHLY = Schedule(date(2026, 1, 31), Interval.months(1))


@pytest.mark.parametrize(
    ("timing", "lead", "expected"),
    [
        (Timing.ADVANCE, 0, date(2026, 2, 1)),
        (Timing.ADVANCE, 14, date(2026, 1, 18)),
        (Timing.ARREARS, 0, date(2026, 3, 1)),
        (Timing.ARREARS, 1, date(2026, 2, 28)),
    ],
)
def test_the_trigger_of_a_period(timing: Timing, lead: int, expected: date) -> None:
    assert trigger_day(FEBRUARY, timing, lead) == expected


@pytest.mark.parametrize(
    ("timing", "alignment", "offset", "expected"),
    [
        (Timing.ADVANCE, Alignment.ANNIVERSARY, None, date(2026, 2, 1)),
        (Timing.ADVANCE, Alignment.MONTH_LAST_DAY, None, date(2026, 2, 1)),
        (Timing.ADVANCE, Alignment.ANNIVERSARY, -5, date(2026, 1, 27)),
        (Timing.ARREARS, Alignment.ANNIVERSARY, None, date(2026, 3, 1)),
        (Timing.ARREARS, Alignment.ANNIVERSARY, 10, date(2026, 3, 10)),
        (Timing.ARREARS, Alignment.MONTH_LAST_DAY, None, date(2026, 2, 28)),
        (Timing.ARREARS, Alignment.MONTH_LAST_DAY, 0, date(2026, 2, 28)),
    ],
)
def test_the_date_of_an_invoice(
    timing: Timing, alignment: Alignment, offset: int | None, expected: date
) -> None:
    assert invoice_day(FEBRUARY, timing, alignment, offset) == expected


def test_the_first_invoice_of_a_clipped_period_comes_after_its_last_day() -> None:
    first = first_invoice_day(
        date(2026, 1, 5), Interval.months(1), Timing.ARREARS, last_day=date(2026, 1, 15)
    )
    assert first == date(2026, 1, 16)


def test_service_that_ends_before_it_starts_has_no_invoice() -> None:
    with pytest.raises(NotFound, match="ends on 2026-01-15, before it starts 2026-01-16"):
        first_invoice_day(
            date(2026, 1, 16), Interval.months(1), Timing.ARREARS, last_day=date(2026, 1, 15)
        )


@given(days, intervals, st.sampled_from(Timing))
def test_the_invoices_of_an_anniversary_follow_each_other(
    day: date, interval: Interval, timing: Timing
) -> None:
    """The next invoice comes when the period that the first one leaves open has its own date."""
    step = after_invoice(day, interval, timing)
    if timing is Timing.ADVANCE:
        assert step.next_invoice_day == Schedule(day, interval).boundary(1)
        assert Span.of_days(day, step.last_billed_day).end == step.next_invoice_day
    else:
        assert step.next_invoice_day == Schedule(day, interval).boundary(1)
        assert Span.of_days(step.last_billed_day, step.last_billed_day).end == day


def test_after_an_invoice_under_the_month_end_rule() -> None:
    day, monthly, rule = date(2026, 2, 22), Interval.months(1), Alignment.MONTH_LAST_DAY
    assert after_invoice(day, monthly, Timing.ARREARS, rule) == Invoiced(day, date(2026, 2, 28))
    assert after_invoice(day, monthly, Timing.ADVANCE, rule) == Invoiced(
        date(2026, 2, 28), date(2026, 3, 1)
    )


@pytest.mark.parametrize(
    ("timing", "terminated", "current", "expected"),
    [
        (Timing.ARREARS, False, False, ("2026-02-28", "2026-03-31")),
        (Timing.ADVANCE, False, False, ("2026-03-31", "2026-04-30")),
        (Timing.ARREARS, True, False, ("2026-03-31", "2026-04-30")),
        (Timing.ARREARS, False, True, ("2026-03-31", "2026-04-30")),
    ],
)
def test_what_a_bill_is_about(
    timing: Timing, terminated: bool, current: bool, expected: tuple[str, str]
) -> None:
    period = billed_period(
        MONTHLY,
        date(2026, 4, 1),
        timing,
        date(2026, 1, 31),
        terminated=terminated,
        current=current,
    )
    assert (str(period.start), str(period.end)) == expected


def test_a_bill_is_never_about_days_before_the_service() -> None:
    start = date(2026, 3, 10)
    clipped = billed_period(MONTHLY, date(2026, 4, 1), Timing.ARREARS, start)
    assert clipped == Span(start, date(2026, 3, 31))
    nothing = billed_period(MONTHLY, date(2026, 3, 12), Timing.ARREARS, start)
    assert nothing == Span(start, start)


def test_in_advance_all_is_billed_through_the_current_period() -> None:
    start, end = date(2026, 1, 31), date(2026, 4, 10)
    assert billed_through(MONTHLY, date(2026, 1, 30), start) == start
    assert billed_through(MONTHLY, date(2026, 3, 31), start) == date(2026, 4, 30)
    assert billed_through(MONTHLY, date(2026, 3, 31), start, end) == end
