"""What a bill is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import NotFound
from harmony_core.periods import (
    Alignment,
    InstantSpan,
    Interval,
    Schedule,
    Timing,
    billed_time,
    invoiced_period,
    local_midnight,
    period_ended,
    service_period_at,
    service_periods,
)

days = st.dates(date(1990, 1, 1), date(2060, 12, 31))
intervals = st.builds(Interval.days, st.integers(1, 60)) | st.builds(
    Interval.months, st.integers(1, 14)
)
NEW_YORK = "America/New_York"


@given(days, intervals, days, st.integers(0, 900), st.integers(1, 900))
def test_the_service_period_at_a_day_is_one_of_the_service_periods(
    anchor: date, interval: Interval, start: date, after: int, more: int
) -> None:
    schedule, on = Schedule(anchor, interval), start + timedelta(days=after)
    end = on + timedelta(days=more)
    periods = [period.span for period in service_periods(start, end, schedule)]
    assert [span for span in periods if on in span] == [service_period_at(schedule, on, start, end)]
    assert service_period_at(schedule, start - timedelta(days=more), start, end) == periods[0]
    over = [span for span in takewhile(lambda span: span.end <= on, periods) if span.end < end]
    if over:
        assert period_ended(schedule, on, start) == over[-1]
    else:
        with pytest.raises(NotFound, match="no period is over"):
            period_ended(schedule, on, start)


def test_no_period_after_the_end() -> None:
    monthly = Schedule(date(2026, 1, 1), Interval.months(1))
    with pytest.raises(NotFound, match="has ended on 2026-03-01"):
        service_period_at(monthly, date(2026, 3, 1), date(2026, 1, 1), date(2026, 3, 1))


@given(days, intervals, st.sampled_from(Timing), st.integers(1, 12))
def test_invoices_in_a_row_tile_the_service(
    start: date, interval: Interval, timing: Timing, count: int
) -> None:
    end = Schedule(start, interval).boundary(count)
    billed, last_day = None, end - timedelta(days=1)
    for full in Schedule(start, interval).periods(start, end):
        invoice_on = full.start if timing is Timing.ADVANCE else full.end
        if invoice_on.day > 28 or start.day > 28:
            return  # the day of an invoice alone does not say on which day it is anchored
        span = invoiced_period(
            invoice_on, interval, timing, start, last_billed_day=billed, last_day=last_day
        )
        assert span == full
        billed = span.last_day
    assert billed == last_day


def test_an_invoice_in_the_middle_of_a_month_ends_with_it() -> None:
    start, last_day = date(2018, 1, 1), date(2020, 1, 15)
    monthly, advance = Interval.months(1), Timing.ADVANCE
    ends = Alignment.MONTH_LAST_DAY
    span = invoiced_period(
        date(2018, 12, 16),
        monthly,
        advance,
        start,
        alignment=ends,
        last_billed_day=date(2018, 12, 15),
        last_day=last_day,
    )
    assert str(span) == "2018-12-16..2018-12-31"
    with pytest.raises(NotFound, match="nothing to invoice on 2020-02-01"):
        invoiced_period(
            date(2020, 2, 1), monthly, advance, start, last_billed_day=last_day, last_day=last_day
        )


def test_the_time_of_a_bill_is_from_local_midnight_to_midnight() -> None:
    monthly = Schedule(date(2022, 1, 1), Interval.months(1))
    at, start = datetime(2022, 4, 2, tzinfo=UTC), datetime(2022, 3, 7, 20, tzinfo=UTC)
    assert billed_time(monthly, at, Timing.ARREARS, start, NEW_YORK) == InstantSpan(
        local_midnight(date(2022, 3, 7), NEW_YORK), local_midnight(date(2022, 4, 1), NEW_YORK)
    )
    current = billed_time(monthly, at, Timing.ARREARS, start, NEW_YORK, current=True)
    assert current.start == datetime(2022, 4, 1, 4, tzinfo=UTC)


def test_a_bill_after_a_termination_ends_with_its_second() -> None:
    monthly = Schedule(date(2022, 1, 1), Interval.months(1))
    start, ended = datetime(2022, 1, 1, tzinfo=UTC), datetime(2022, 3, 9, 15, 0, tzinfo=UTC)
    bill = billed_time(
        monthly, datetime(2022, 3, 10, tzinfo=UTC), Timing.ARREARS, start, "UTC",
        terminated_at=ended,
    )  # fmt: skip
    assert bill.start == datetime(2022, 3, 1, tzinfo=UTC)
    assert bill.last_second == ended
    not_yet_known = billed_time(
        monthly, datetime(2022, 3, 8, tzinfo=UTC), Timing.ARREARS, start, "UTC",
        terminated_at=ended,
    )  # fmt: skip
    assert not_yet_known.end == datetime(2022, 3, 1, tzinfo=UTC)
