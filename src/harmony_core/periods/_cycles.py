"""How many periods: elapsed since a start, served in a span, billed by a day.

Whole periods count one each and are counted by their numbers, never by walking; a stub counts the
fraction of the full period that it is part of. Which full period that is, differs between billing
systems, so it is a policy value that is stored and not a special case.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.explanation import RoundingMode, round_to_step
from harmony_core.periods._day_count import ACTUAL_ACTUAL, DayCount, proration
from harmony_core.periods._instants import move_day
from harmony_core.periods._months import Month
from harmony_core.periods._schedule import Interval, Schedule
from harmony_core.periods._span import Span
from harmony_core.periods._timing import Timing


class StubPeriod(Word):
    """Of which full period a stub is a part; names are stored and never change their meaning."""

    OF_SCHEDULE = "of_schedule"
    """of the schedule's own period around it, so that the parts of a period add up to one"""
    COUNTED = "counted"
    """of one interval counted from the stub's boundary and not brought back to the billing day:
    backward from the end of a first stub, forward from the start of a last one"""
    CALENDAR_MONTHS = "calendar_months"
    """of the calendar month in which it begins, once the whole months of a longer interval are
    counted; an interval of days is divided as by ``OF_SCHEDULE``"""


def _stub_period(value: StubPeriod) -> StubPeriod:
    return StubPeriod(value)


@attrs.frozen
class CyclePolicy:
    """How periods are counted.

    Attributes:
        stub: the full period that a stub is divided by.
        day_count: the named rule that divides it.
        places: decimal places each stub is rounded to, half up; None keeps the exact fraction.
    """

    stub: StubPeriod = attrs.field(default=StubPeriod.OF_SCHEDULE, converter=_stub_period)
    day_count: DayCount = ACTUAL_ACTUAL
    places: int | None = attrs.field(default=None)

    def __attrs_post_init__(self) -> None:
        expect(self.day_count, DayCount, "the rule that divides a stub", "DayCount.fixed(30)")

    @places.validator
    def _is_a_number_of_places(self, _: object, value: int | None) -> None:
        if value is not None and (type(value) is not int or value < 0):
            raise InvalidValue(f"decimal places are a whole number from 0, got {value!r}")


EXACT_CYCLES = CyclePolicy()
"""Stubs are exact parts of the schedule's own periods: the default."""
KILLBILL_CYCLES = CyclePolicy(StubPeriod.COUNTED, places=9)
"""As Kill Bill counts: stubs divided by a counted interval, each rounded half up to nine places."""


def elapsed_periods(schedule: Schedule, start: date, on: date) -> int:
    """Count the periods of service from ``start`` that are over on day ``on``; zero before it.

    A first stub counts as one. The day after a period's last is the first on which it is over.

    >>> from harmony_core.periods import Interval
    >>> tenth = Schedule(date(2024, 1, 1), Interval.months(1), anchor_day=10)
    >>> elapsed_periods(tenth, date(2024, 1, 1), date(2024, 3, 15))
    3
    """
    _refuse_no_schedule(schedule)
    return max(0, schedule.index_at(on) - schedule.index_at(start))


def count_periods(
    schedule: Schedule, start: date, end: date, policy: CyclePolicy = EXACT_CYCLES
) -> Fraction:
    """Say how many periods the service ``[start, end)`` is worth, in constant time.

    By ``EXACT_CYCLES`` splitting a span loses nothing: the counts of its parts add up to its own.

    Raises:
        InvalidValue: ``end`` is before ``start``, or the day-count rule cannot divide a stub.

    >>> from harmony_core.periods import Interval
    >>> monthly = Schedule(date(2018, 8, 1), Interval.months(1))
    >>> count_periods(monthly, date(2018, 8, 18), date(2019, 1, 1))  # 14 of 31 days, and four
    Fraction(138, 31)
    """
    _refuse_no_schedule(schedule)
    expect(policy, CyclePolicy, "how periods are counted", "KILLBILL_CYCLES")
    service = Span(start, end)
    if not service:
        return Fraction(0)
    if _months_first(schedule, policy) and (months := schedule.interval.count) > 1:
        monthly = attrs.evolve(schedule, interval=Interval.months(1))
        return count_periods(monthly, start, end, policy) / months
    first = schedule.first_on_or_after(start)
    if end < first or (end == first and start < first):
        return _stub(service, _around_first(schedule, service, policy), policy)
    last = schedule.last_on_or_before(end)
    count = Fraction(schedule.index_at(last) - schedule.index_at(first))
    if start < first:
        head = Span(start, first)
        count += _stub(head, _around_first(schedule, head, policy), policy)
    if last < end:
        count += _stub(Span(last, end), _around_last(schedule, last, policy), policy)
    return count


def billed_periods(
    schedule: Schedule,
    on: date,
    start: date,
    end: date | None = None,
    *,
    timing: Timing = Timing.ADVANCE,
    policy: CyclePolicy = EXACT_CYCLES,
) -> Fraction:
    """Say how many periods of the service ``[start, end)`` are billed by day ``on``.

    In advance that is everything up to the end of the period containing ``on``, in arrears up to
    the last boundary reached; never beyond ``end``, and nothing before ``start``.

    Raises:
        InvalidValue: ``end`` is before ``start``.

    >>> from harmony_core.periods import Interval
    >>> fifteenth = Schedule(date(2011, 1, 1), Interval.months(1), anchor_day=15)
    >>> billed_periods(fifteenth, date(2011, 1, 20), date(2011, 1, 1))  # 14 of 31 days, and one
    Fraction(45, 31)
    """
    _refuse_no_schedule(schedule)
    for day, what in ((on, "the day of billing"), (start, "the first day of service")):
        expect(day, date, what)
    expect(end, date | None, "the end of service")
    if end is not None and end < start:
        raise InvalidValue(f"service ends on or after its start, but {end} is before {start}")
    if on < start:
        through = start
    elif end is not None and on >= end:
        through = end
    else:
        n = schedule.index_at(on)
        reached = schedule.boundary(n + 1 if Timing(timing) is Timing.ADVANCE else n)
        through = max(reached, start) if end is None else min(max(reached, start), end)
    return count_periods(schedule, start, through, policy)


def prorated_total(
    amount: Fraction,
    schedule: Schedule,
    start: date,
    end: date,
    policy: CyclePolicy = EXACT_CYCLES,
) -> Fraction:
    """Give what the service ``[start, end)`` costs at ``amount`` for a full period, exactly.

    >>> from harmony_core.periods import Interval
    >>> monthly = Schedule(date(2026, 1, 1), Interval.months(1))
    >>> prorated_total(Fraction(310), monthly, date(2026, 1, 22), date(2026, 4, 1))
    Fraction(720, 1)
    """
    expect(amount, Fraction | int, "the amount of a full period", "Fraction(310)")
    return amount * count_periods(schedule, start, end, policy)


def _refuse_no_schedule(schedule: object) -> None:
    expect(schedule, Schedule, "what counts periods", "Schedule(start, Interval.months(1))")


def _months_first(schedule: Schedule, policy: CyclePolicy) -> bool:
    return policy.stub is StubPeriod.CALENDAR_MONTHS and schedule.interval.unit == "month"


def _around_first(schedule: Schedule, head: Span, policy: CyclePolicy) -> Span:
    if policy.stub is StubPeriod.COUNTED:
        return Span(move_day(head.end, schedule.interval, -1), head.end)
    if _months_first(schedule, policy):
        return Month.containing(head.start).span
    return schedule.period_at(head.start)


def _around_last(schedule: Schedule, boundary: date, policy: CyclePolicy) -> Span:
    if policy.stub is StubPeriod.COUNTED:
        return Span(boundary, move_day(boundary, schedule.interval))
    if _months_first(schedule, policy):
        return Month.containing(boundary).span
    return schedule.period_at(boundary)


def _stub(service: Span, full: Span, policy: CyclePolicy) -> Fraction:
    part = proration(service, full, policy.day_count)
    if policy.places is None:
        return part
    return round_to_step(part, Fraction(1, 10**policy.places), RoundingMode.HALF_UP)
