"""Which periods a run has to invoice, from dates alone.

For a host that keeps its own prices and wants only the calendar of billing. :func:`due` asks the
same question of a whole contract and answers with charges.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import takewhile

import attrs

from harmony_core.errors import InvalidValue
from harmony_core.periods import (
    Interval,
    Schedule,
    ServicePeriod,
    Span,
    Timing,
    service_periods,
    trigger_day,
)


@attrs.frozen
class DuePeriod:
    """A period that is not billed and whose trigger has come.

    ``full`` is the whole period of the schedule that ``span`` is, or is a part of.
    """

    span: Span
    full: Span
    trigger: date


def due_periods(
    start: date,
    interval: Interval | None,
    timing: Timing,
    run_date: date,
    *,
    lead_days: int = 0,
    last_day: date | None = None,
    billed_through: date | None = None,
) -> tuple[DuePeriod, ...]:
    """Give the periods to invoice in a run on ``run_date``, oldest first.

    Missed runs catch up: every period whose trigger has come is there, however long ago that was.

    Args:
        start: first day of service; boundaries are counted from it.
        interval: length of a period; ``None`` bills once, on the first day.
        timing: in advance the trigger is a period's first day, in arrears the day after its last.
        run_date: the day of the run; a trigger on this day has come.
        lead_days: days, zero or more, by which every trigger comes earlier.
        last_day: last day of service, inclusive; it clips the last period.
        billed_through: last day that is invoiced already. Where it lies within a period, the rest
            of that period is due.

    Raises:
        InvalidValue: lead days below zero, or service that ends before it starts.

    >>> monthly = due_periods(
    ...     date(2026, 1, 31), Interval.months(1), Timing.ARREARS, date(2026, 3, 31)
    ... )
    >>> [str(period.span) for period in monthly]
    ['2026-01-31..2026-02-27', '2026-02-28..2026-03-30']
    """
    if lead_days < 0:
        raise InvalidValue(f"lead days must be zero or more, got {lead_days}")
    if last_day is not None and last_day < start:
        raise InvalidValue(f"service ends on {last_day}, before it starts on {start}")
    if interval is None:
        once = Span.of_days(start, start)
        billed = billed_through is not None and billed_through >= start
        periods = iter(() if billed else (ServicePeriod(once, once),))
        timing = Timing.ADVANCE
    else:
        first = start if billed_through is None else max(start, billed_through + timedelta(days=1))
        end = None if last_day is None else last_day + timedelta(days=1)
        periods = service_periods(first, end, Schedule(start, interval))
    found = (
        DuePeriod(period.span, period.full, trigger_day(period.span, timing, lead_days))
        for period in periods
    )
    return tuple(takewhile(lambda period: period.trigger <= run_date, found))
