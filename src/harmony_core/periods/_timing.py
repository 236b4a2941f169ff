"""When a period is billed: in advance or in arrears, early, or on a month's last day."""

from __future__ import annotations

from datetime import date, timedelta

import attrs

from harmony_core.errors import InvalidValue, NotFound, Word, expect
from harmony_core.periods._alignment import Alignment, billing_schedule, service_periods
from harmony_core.periods._schedule import Interval
from harmony_core.periods._span import Span

_MOST_DAYS = date.max.toordinal()


class Timing(Word):
    """Whether a period is billed before or after it is served."""

    ADVANCE = "advance"
    ARREARS = "arrears"


def trigger_day(period: Span, timing: Timing, lead_days: int = 0) -> date:
    """Give the first day on which a period is due.

    In advance that is its first day, in arrears the day after its last, each earlier by
    ``lead_days``.

    >>> march = Span.of_days(date(2026, 3, 1), date(2026, 3, 31))
    >>> trigger_day(march, Timing.ADVANCE, lead_days=14), trigger_day(march, Timing.ARREARS)
    (datetime.date(2026, 2, 15), datetime.date(2026, 4, 1))
    """
    _refuse_no_period(period)
    if timing is Timing.ADVANCE:  # before it is read: a run asks for every period of every line
        day = period.start
    else:
        day = period.end if Timing(timing) is Timing.ARREARS else period.start
    return day - _days(lead_days) if lead_days else day


def invoice_day(
    period: Span,
    timing: Timing,
    alignment: Alignment = Alignment.ANNIVERSARY,
    offset_days: int | None = None,
) -> date:
    """Give the date on the invoice of a period.

    ``offset_days`` counts from the first day in advance, and from the last day in arrears. By
    default an invoice in advance is dated on the first day; one in arrears on the day after the
    last, or, with month-end alignment, on the last day itself.

    Source: the ``monthlylastday`` rule and the invoicing offset of OCA contract.

    >>> february = Span.of_days(date(2026, 2, 5), date(2026, 2, 28))
    >>> invoice_day(february, Timing.ARREARS, Alignment.MONTH_LAST_DAY)
    datetime.date(2026, 2, 28)
    """
    _refuse_no_period(period)
    if Timing(timing) is Timing.ADVANCE:
        return period.first_day + _days(offset_days or 0)
    return period.last_day + _days(_arrears_offset(alignment, offset_days))


def _days(count: int) -> timedelta:
    expect(count, int, "how many days earlier or later", "14")
    if abs(count) > _MOST_DAYS:
        raise InvalidValue(f"{count} days lead out of the calendar, which has the years 1 to 9999")
    return timedelta(days=count)


def _refuse_no_period(period: object) -> None:
    if type(period) is not Span:
        expect(period, Span, "a period to bill", "Span.of_days(first, last)")


def _arrears_offset(alignment: Alignment, offset_days: int | None) -> int:
    if offset_days is not None:
        return offset_days
    return 0 if Alignment(alignment) is Alignment.MONTH_LAST_DAY else 1


def first_invoice_day(
    start: date,
    interval: Interval,
    timing: Timing,
    *,
    alignment: Alignment = Alignment.ANNIVERSARY,
    last_day: date | None = None,
    offset_days: int | None = None,
) -> date:
    """Give the date of the first invoice for service from ``start`` through ``last_day``.

    Raises:
        NotFound: service ends before it starts, so there is nothing to invoice.
    """
    expect(last_day, date | None, "the last day of service")
    if last_day is not None and last_day < start:
        raise NotFound(f"nothing to invoice: service ends on {last_day}, before it starts {start}")
    end = None if last_day is None else Span.of_days(start, last_day).end
    schedule = billing_schedule(start, interval, alignment)
    period = next(service_periods(start, end, schedule))
    return invoice_day(period.span, timing, alignment, offset_days)


@attrs.frozen
class Invoiced:
    """Where billing stands after an invoice: the last day it covers, the date of the next one."""

    last_billed_day: date
    next_invoice_day: date


def after_invoice(
    invoice_on: date,
    interval: Interval,
    timing: Timing,
    alignment: Alignment = Alignment.ANNIVERSARY,
    offset_days: int | None = None,
) -> Invoiced:
    """Say where billing stands after the invoice dated ``invoice_on``, whatever came before it.

    In advance the invoice opens a period, in arrears it closes one; the next period begins where
    it stops. Of use where only the date of an invoice is known and not the schedule it came from.

    >>> after_invoice(date(2026, 2, 22), Interval.weeks(1), Timing.ARREARS)
    Invoiced(last_billed_day=datetime.date(2026, 2, 21), next_invoice_day=datetime.date(2026, 3, 1))
    """
    expect(invoice_on, date, "the day of an invoice")
    if Timing(timing) is Timing.ADVANCE:
        start = invoice_on - _days(offset_days or 0)
        billed = _first_period(start, interval, alignment)
        following = _first_period(billed.end, interval, alignment)
    else:
        last = invoice_on - _days(_arrears_offset(alignment, offset_days))
        billed = Span.of_days(last, last)
        following = _first_period(billed.end, interval, alignment)
    return Invoiced(billed.last_day, invoice_day(following, timing, alignment, offset_days))


def _first_period(start: date, interval: Interval, alignment: Alignment) -> Span:
    schedule = billing_schedule(start, interval, alignment)
    return next(service_periods(start, None, schedule)).span
