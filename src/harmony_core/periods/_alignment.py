"""Alignment of billing periods, and the periods of service that result.

Boundaries lie on the contract's own day, on the calendar, on a billing day, or at month ends. Where
service begins or ends between two of them the period is a stub: a part of a full one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.periods._schedule import Interval, Schedule
from harmony_core.periods._span import Span


class Alignment(Word):
    """Where the boundaries of a contract's periods lie."""

    ANNIVERSARY = "anniversary"
    """on the day on which service began"""
    CALENDAR = "calendar"
    """on Mondays, or the first of a month, quarter, half-year or year"""
    BILLING_DAY = "billing_day"
    """on a fixed day of the month, counted in months from the one in which service began"""
    MONTH_LAST_DAY = "month_last_day"
    """after the last day of a month; in arrears the invoice is dated on that last day"""


def billing_schedule(
    start: date,
    interval: Interval,
    alignment: Alignment = Alignment.ANNIVERSARY,
    billing_day: int | None = None,
) -> Schedule:
    """Give the boundaries for service that begins on ``start``.

    Calendar periods of 1, 2, 3, 4 or 6 months and of whole years are counted from 1 January, whole
    weeks from a Monday (ISO 8601). Other month counts begin on the first of the starting month,
    other day counts on ``start``. A billing day means nothing to an interval of days, which begins
    at once.

    Raises:
        InvalidValue: the alignment needs a billing day and there is none, or it has no use for it,
            or month ends are asked of an interval of days.

    >>> from_mid = billing_schedule(date(2026, 2, 10), Interval.months(3), Alignment.CALENDAR)
    >>> from_mid.period_at(date(2026, 2, 10))
    Span(start=datetime.date(2026, 1, 1), end=datetime.date(2026, 4, 1))
    """
    if (
        type(start) is not date
        or type(interval) is not Interval
        or type(alignment) is not Alignment
    ):
        expect(start, date, "the first day of service")
        expect(interval, Interval, "the interval of billing", "Interval.months(1)")
        alignment = Alignment(alignment)
    if (billing_day is not None) != (alignment is Alignment.BILLING_DAY):
        need = "needs" if alignment is Alignment.BILLING_DAY else "has no use for"
        raise InvalidValue(f"alignment {alignment.value} {need} a billing day, got {billing_day}")
    by_days = interval.unit == "day"
    if alignment is Alignment.ANNIVERSARY:
        return Schedule(start, interval)
    if alignment is Alignment.BILLING_DAY:
        return Schedule(start, interval, None if by_days else billing_day)
    if alignment is Alignment.MONTH_LAST_DAY:
        if by_days:
            raise InvalidValue(f"{interval.count} days have no month end: take months")
        return Schedule(start.replace(day=1), interval)
    if by_days:
        weeks = interval.count % 7 == 0
        return Schedule(start - timedelta(days=start.weekday()) if weeks else start, interval)
    fits_the_year = 12 % interval.count == 0 or interval.count % 12 == 0
    return Schedule(start.replace(month=1 if fits_the_year else start.month, day=1), interval)


@attrs.frozen
class ServicePeriod:
    """``span`` is served; ``full`` is the whole period of the schedule that it is part of."""

    span: Span
    full: Span

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the full period is cut off."""
        return self.span == self.full


def service_periods(start: date, end: date | None, schedule: Schedule) -> Iterator[ServicePeriod]:
    """Cut the service ``[start, end)`` at the boundaries of its schedule, oldest first.

    The parts tile it without gap or overlap. Without an end they go on for ever: take what is
    needed with ``itertools``.

    >>> monthly = billing_schedule(date(2026, 1, 20), Interval.months(1), Alignment.CALENDAR)
    >>> [str(p.span) for p in service_periods(date(2026, 1, 20), date(2026, 3, 11), monthly)]
    ['2026-01-20..2026-01-31', '2026-02-01..2026-02-28', '2026-03-01..2026-03-10']
    """
    expect(schedule, Schedule, "the schedule of a service", "billing_schedule(start, interval)")
    expect(start, date, "the first day of service")
    expect(end, date | None, "the end of service")
    for full in schedule.periods(start, end):
        last = full.end if end is None else min(full.end, end)
        yield ServicePeriod(Span(max(full.start, start), last), full)
