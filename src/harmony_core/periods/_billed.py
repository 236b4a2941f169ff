"""What a bill is about: the period it bills, up to where it bills, what is over by a day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from harmony_core.errors import NotFound, expect
from harmony_core.periods._alignment import Alignment
from harmony_core.periods._instants import InstantSpan, in_utc, local_day
from harmony_core.periods._schedule import Interval, Schedule
from harmony_core.periods._span import Span
from harmony_core.periods._timing import Timing, after_invoice

_SECOND = timedelta(seconds=1)


def _expect_service(schedule: object, on: object, start: object, end: object | None = None) -> None:
    expect(schedule, Schedule, "the schedule of a service", "Schedule(start, Interval.months(1))")
    expect(on, date, "the day that is asked about")
    expect(start, date, "the first day of service")
    expect(end, date | None, "the end of service")


def billed_period(
    schedule: Schedule,
    on: date,
    timing: Timing,
    start: date,
    *,
    terminated: bool = False,
    current: bool = False,
) -> Span:
    """Give the period that a bill drawn up on day ``on`` is about.

    In arrears that is the period before the one containing ``on``. In advance, after a
    termination, and for a look at current usage it is the one containing ``on``. It never begins
    before ``start``, the first day of service; a period wholly before it is the empty span there.
    """
    _expect_service(schedule, on, start)
    n = schedule.index_at(on)
    if Timing(timing) is Timing.ARREARS and not terminated and not current:
        n -= 1
    period = schedule.period(n)
    return Span(max(period.start, start), max(period.end, start))


def billed_time(
    schedule: Schedule,
    at: datetime,
    timing: Timing,
    start: datetime,
    zone: str,
    *,
    terminated_at: datetime | None = None,
    current: bool = False,
) -> InstantSpan:
    """Give the time that a bill drawn up at an instant is about, from local midnight to midnight.

    The days are those of :func:`billed_period` in ``zone``. A service terminated by then is billed
    to the second of its termination, which still counts.

    Args:
        schedule: the boundaries, in civil days of the zone.
        at: when the bill is drawn up.
        timing: in advance or in arrears.
        start: the instant at which the service began; its whole civil day is billed.
        zone: an IANA name.
        terminated_at: the instant of a termination; one after ``at`` is not known yet.
        current: look at the current period, whatever the timing.
    """
    terminated = terminated_at is not None and in_utc(terminated_at) <= in_utc(at)
    days = billed_period(
        schedule,
        local_day(at, zone),
        timing,
        local_day(start, zone),
        terminated=terminated,
        current=current,
    )
    time = InstantSpan.of_days(days, zone)
    if not terminated or terminated_at is None:
        return time
    return InstantSpan(time.start, max(time.start, min(time.end, in_utc(terminated_at) + _SECOND)))


def billed_through(schedule: Schedule, on: date, start: date, end: date | None = None) -> date:
    """Give the day up to which, not included, service in ``[start, end)`` is billed in advance.

    On day ``on`` that is the end of the period containing it. Before service starts nothing is
    billed, so the answer is ``start``; it is never after ``end``.

    >>> monthly = Schedule(date(2026, 1, 31), Interval.months(1))
    >>> billed_through(monthly, date(2026, 2, 28), date(2026, 1, 31))
    datetime.date(2026, 3, 31)
    """
    _expect_service(schedule, on, start, end)
    if on < start:
        return start
    through = schedule.period_at(on).end
    return through if end is None else min(through, end)


def service_period_at(schedule: Schedule, on: date, start: date, end: date | None = None) -> Span:
    """Give the period of the service ``[start, end)`` in which day ``on`` lies.

    Before the service begins that is its first period, a stub where it starts between boundaries.

    Raises:
        NotFound: the service has ended by then, or has no days.
        InvalidValue: ``end`` is before ``start``.

    >>> tenth = Schedule(date(2024, 1, 1), Interval.months(1), anchor_day=10)
    >>> str(service_period_at(tenth, date(2023, 12, 1), date(2024, 1, 1)))
    '2024-01-01..2024-01-09'
    """
    _expect_service(schedule, on, start, end)
    day = max(on, start)
    if end is not None and day not in Span(start, end):
        raise NotFound(f"no period on {day}: the service from {start} has ended on {end}")
    period = schedule.period_at(day)
    last = period.end if end is None else min(period.end, end)
    return Span(max(period.start, start), last)


def period_ended(schedule: Schedule, on: date, start: date) -> Span:
    """Give the last period of service from ``start`` that is over on day ``on``.

    Raises:
        NotFound: none is over by then.

    >>> tenth = Schedule(date(2024, 1, 1), Interval.months(1), anchor_day=10)
    >>> str(period_ended(tenth, date(2024, 1, 10), date(2024, 1, 1)))
    '2024-01-01..2024-01-09'
    """
    _expect_service(schedule, on, start)
    period = schedule.period(schedule.index_at(on) - 1)
    if period.end <= start:
        raise NotFound(f"no period is over on {on}: the service started on {start}")
    return Span(max(period.start, start), period.end)


def invoiced_period(
    invoice_on: date,
    interval: Interval,
    timing: Timing,
    start: date,
    *,
    alignment: Alignment = Alignment.ANNIVERSARY,
    last_billed_day: date | None = None,
    last_day: date | None = None,
    offset_days: int | None = None,
) -> Span:
    """Give the days that the invoice dated ``invoice_on`` is about.

    They begin after the last billed day, or with the service, and end where
    :func:`after_invoice` says; never after the service's last day.

    Raises:
        NotFound: nothing is left to invoice.

    >>> str(invoiced_period(date(2019, 2, 1), Interval.months(1), Timing.ARREARS, date(2019, 1, 5)))
    '2019-01-05..2019-01-31'
    """
    expect(start, date, "the first day of service")
    expect(last_billed_day, date | None, "the last day billed")
    expect(last_day, date | None, "the last day of service")
    first = start if last_billed_day is None else Span.of_days(last_billed_day, last_billed_day).end
    last = after_invoice(invoice_on, interval, timing, alignment, offset_days).last_billed_day
    if last_day is not None:
        last = min(last, last_day)
    if last < first:
        raise NotFound(f"nothing to invoice on {invoice_on}: billed up to {first}, due to {last}")
    return Span.of_days(first, last)
