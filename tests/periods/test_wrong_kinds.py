"""What is given in the place of something else is refused in words, not taken for a default."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest

from harmony_core.errors import HarmonyError, InvalidValue
from harmony_core.periods import (
    ACTUAL_ACTUAL,
    EXACT_CYCLES,
    THIRTY_30,
    Alignment,
    CyclePolicy,
    DayCount,
    DayCountRule,
    History,
    InstantSchedule,
    InstantSpan,
    Interval,
    Month,
    Schedule,
    Span,
    StubPeriod,
    Timing,
    add_interval,
    add_months,
    after_invoice,
    billed_period,
    billed_periods,
    billed_through,
    billed_time,
    billing_schedule,
    bucket_start,
    bucket_starts,
    count_periods,
    creditable,
    days_present,
    elapsed_periods,
    first_invoice_day,
    in_utc,
    instant_of,
    invoice_day,
    invoiced_period,
    local_day,
    local_midnight,
    months_between,
    move_day,
    part_left,
    period_ended,
    presence,
    prorate,
    prorate_change,
    prorated_total,
    proration,
    service_period_at,
    service_periods,
    trigger_day,
    wall_clock,
)

DAY, LATER = date(2026, 1, 1), date(2026, 3, 1)
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
JANUARY, MONTHS = Span(DAY, date(2026, 2, 1)), Interval.months(1)
MONTHLY = Schedule(DAY, MONTHS)
TIME = InstantSpan.of_days(JANUARY, "UTC")
HALF = Fraction(1, 2)
WALL = datetime.combine(DAY, time())

CALLS: tuple[tuple[Callable[..., Any], tuple[Any, ...]], ...] = (
    (Span, (DAY, LATER)), (Span.of_days, (DAY, DAY)), (Span.starting, (DAY, 3)),
    (Month, (2026, 1)), (Month.of, ("2026-01",)), (Month.containing, (DAY,)),
    (add_months, (DAY, 1)), (months_between, (Month(2026, 1), Month(2026, 3))),
    (Interval, ("day", 3)), (Interval.of, (1, "month")), (Interval.months, (1,)),
    (Interval.weeks, (1,)), (Interval.years, (1,)), (Interval.days, (1,)),
    (Schedule, (DAY, MONTHS, 3)), (MONTHLY.boundary, (3,)), (MONTHLY.period, (3,)),
    (MONTHLY.index_at, (DAY,)), (MONTHLY.period_at, (DAY,)),
    (Schedule(DAY, Interval.days(10)).boundary, (3,)),
    (Schedule(DAY, Interval.days(10)).index_at, (DAY,)),
    (billing_schedule, (DAY, MONTHS, Alignment.CALENDAR)),
    (service_periods, (DAY, LATER, MONTHLY)), (trigger_day, (JANUARY, Timing.ADVANCE)),
    (invoice_day, (JANUARY, Timing.ARREARS, Alignment.ANNIVERSARY)),
    (elapsed_periods, (MONTHLY, DAY, LATER)), (count_periods, (MONTHLY, DAY, LATER, EXACT_CYCLES)),
    (billed_periods, (MONTHLY, LATER, DAY)), (prorated_total, (HALF, MONTHLY, DAY, LATER)),
    (DayCount, (DayCountRule.OVER, 30)), (DayCount.fixed, (30,)),
    (CyclePolicy, (StubPeriod.COUNTED, ACTUAL_ACTUAL, 9)),
    (proration, (JANUARY, JANUARY, ACTUAL_ACTUAL)),
    (prorate, (HALF, JANUARY, JANUARY, ACTUAL_ACTUAL)), (part_left, (JANUARY, DAY)),
    (prorate_change, (HALF, HALF, HALF, HALF)), (creditable, (HALF, HALF, HALF)),
    (InstantSpan, (NOON, NOON)), (InstantSpan.of_days, (JANUARY, "UTC")),
    (InstantSchedule, (NOON, MONTHS, "UTC", 3)), (in_utc, (NOON,)), (local_day, (NOON, "UTC")),
    (wall_clock, (NOON, "UTC")), (instant_of, (WALL, "UTC")),
    (local_midnight, (DAY, "UTC")), (add_interval, (NOON, MONTHS, 1)),
    (move_day, (DAY, MONTHS, 1, 0)), (bucket_start, (NOON, timedelta(hours=1), "UTC")),
    (bucket_starts, (TIME, Interval.days(1), "UTC")), (History, ([],)),
    (History.of, ([(DAY, 1)],)), (History.of([(DAY, 1)]).at, (DAY, DAY)),
    (trigger_day, (JANUARY, Timing.ARREARS, 14)), (after_invoice, (DAY, MONTHS, Timing.ARREARS)),
    (invoice_day, (JANUARY, Timing.ARREARS, Alignment.CALENDAR, 3)),
    (first_invoice_day, (DAY, MONTHS, Timing.ADVANCE)),
    (invoiced_period, (DAY, MONTHS, Timing.ADVANCE, DAY)),
    (billed_period, (MONTHLY, LATER, Timing.ARREARS, DAY)), (period_ended, (MONTHLY, LATER, DAY)),
    (billed_time, (MONTHLY, NOON, Timing.ADVANCE, NOON, "UTC")),
    (billed_through, (MONTHLY, LATER, DAY, LATER)), (service_period_at, (MONTHLY, DAY, DAY, LATER)),
    (days_present, ([(NOON, True)], JANUARY, "UTC")),
    (presence, ([[(NOON, True)]], JANUARY, "UTC", JANUARY)),
    (MONTHLY.boundaries, (DAY, LATER)), (MONTHLY.periods, (DAY, LATER)),
    (prorate_change(HALF, HALF, HALF).rounded, (HALF,)),
)  # fmt: skip
WRONG: tuple[Any, ...] = (
    None, 3, -1, 1.5, float("nan"), True, "x", "", b"x", object(), [], (1,), {}, [None], Span,
    DAY, NOON, JANUARY, MONTHS, Decimal("NaN"), Decimal("1.5"), Fraction(1, 3), 10**30,
)  # fmt: skip


@pytest.mark.parametrize(("call", "arguments"), CALLS)
def test_every_refusal_is_an_error_of_ours(
    call: Callable[..., Any], arguments: tuple[Any, ...]
) -> None:
    assert _first_of(call(*arguments)) is not None
    for place in range(len(arguments)):
        for wrong in WRONG:
            with suppress(HarmonyError):
                _first_of(call(*arguments[:place], wrong, *arguments[place + 1 :]))


def _first_of(answer: object) -> object:
    return list(islice(answer, 20)) if isinstance(answer, Iterator) else answer


WORD: Any = "anniversary"


def test_a_policy_by_its_plain_name_is_that_policy() -> None:
    mid: Any = date(2026, 1, 20)
    assert billing_schedule(mid, MONTHS, WORD) == billing_schedule(mid, MONTHS)
    advance: Any = "advance"
    assert trigger_day(JANUARY, advance) == DAY
    thirty: Any = "thirty_30"
    assert DayCount(thirty) == THIRTY_30
    assert proration(Span(date(2026, 1, 30), date(2026, 2, 1)), JANUARY, DayCount(thirty)) == (
        Fraction(1, 30)
    )


FLOAT: Any = 10.5


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: prorate(FLOAT, JANUARY, JANUARY), "amount of a full period must be a Fraction or"),
        (lambda: creditable(FLOAT, HALF), "the credit must be a Fraction or a whole number, such"),
        (lambda: prorate_change(HALF, HALF, FLOAT), "the part that is left must be a Fraction or"),
        (lambda: trigger_day(JANUARY, Timing.ADVANCE, FLOAT), "days earlier or later must be a wh"),
        (lambda: Month(2026, FLOAT), "the number of a month must be a whole number, got 10.5"),
        (lambda: trigger_day(JANUARY, WORD), "Timing is one of advance, arrears, got 'anniversar"),
        (lambda: instant_of(NOON, "Europe/London"), "has no zone of its own, got 2026-01-01 12:00"),
    ],
)
def test_the_words_say_what_was_expected(make: Callable[[], Any], message: str) -> None:
    with pytest.raises(InvalidValue, match=message):
        make()
