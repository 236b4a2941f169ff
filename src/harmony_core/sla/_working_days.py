"""Working days: civil days of one zone on which a calendar opens; never 24 hours each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable
from datetime import date, datetime, timedelta
from typing import Protocol

from harmony_core.errors import BeyondHorizon, InvalidValue
from harmony_core.periods import InstantSpan
from harmony_core.sla._durations import DueAt, WorkingDays
from harmony_core.sla._index import FIRST_YEAR, LAST_YEAR, OpenIndex, kind_of_year, year_start
from harmony_core.sla._sweep import cut
from harmony_core.sla._zones import DAY, EPOCH, instant_of_wall, offsets, wall_second, zone_key

_ONE_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_UNIT = 1_000_000
_MOST_DAYS = (LAST_YEAR - FIRST_YEAR + 1) * 366


class Opens(Protocol):
    """What working days are counted by; every calendar is one."""

    @property
    def open_index(self) -> OpenIndex: ...

    @property
    def zones(self) -> frozenset[str]: ...

    def next_open(self, moment: datetime) -> datetime: ...

    def open_spans(self, start: datetime, end: datetime) -> tuple[InstantSpan, ...]: ...

    def kind(self, year: int) -> Hashable: ...

    def days_begun(self, first: int, last: int) -> set[int]: ...


def zone_of(calendar: Opens, named: str | None) -> str:
    """Give the zone whose days are counted."""
    if named is not None:
        return zone_key(named)
    if len(zones := calendar.zones) != 1:
        raise InvalidValue(
            f"whose days? [{calendar}] is of {', '.join(sorted(zones)) or 'no zone'}: name one, "
            "as in WorkingDays(3, zone='Europe/London')"
        )
    return next(iter(zones))


def due_on_working_day(calendar: Opens, start: datetime, duration: WorkingDays) -> datetime:
    """Say when working days from an instant on are over."""
    zone = zone_of(calendar, duration.zone)
    if duration.count or duration.at is DueAt.CLOSE:
        start = calendar.next_open(start)
    wall = wall_second(zone, start)
    day = EPOCH.date() + timedelta(days=wall // DAY)
    if duration.count:
        day = _nth(calendar, zone, day, duration.count)
    elif duration.at is DueAt.SAME_TIME:
        return start
    midnight = _midnight(zone, day)
    spans = calendar.open_spans(midnight, _midnight(zone, day + _ONE_DAY))
    if duration.at is DueAt.CLOSE:
        return spans[-1].end
    due = instant_of_wall(zone, (day - EPOCH.date()).days * DAY + wall % DAY)
    due += timedelta(microseconds=start.microsecond)
    begun = [span for span in spans if span.start <= due]
    return min(due, begun[-1].end) if begun else spans[0].start


def start_on_working_day(calendar: Opens, end: datetime, duration: WorkingDays) -> datetime:
    """Say when working days up to an instant begin; what ends while closed ends at the close."""
    if duration.at is DueAt.CLOSE:
        raise InvalidValue("working days are counted back to the same time, not to a close")
    if not duration.count:
        return end
    zone, index = zone_of(calendar, duration.zone), calendar.open_index
    is_open = index.is_open(end)
    closed = end if is_open else index.previous_close(end)
    wall = wall_second(zone, closed)
    # A close at midnight is of the day before.
    of_day = wall if is_open else wall_second(zone, closed - _MICROSECOND)
    last = EPOCH.date() + timedelta(days=of_day // DAY)
    day = _nth(calendar, zone, last, -duration.count)
    spans = calendar.open_spans(_midnight(zone, day), _midnight(zone, day + _ONE_DAY))
    midnight = (day - EPOCH.date()).days * DAY
    days_on = wall // DAY - of_day // DAY
    start = instant_of_wall(zone, midnight + days_on * DAY + wall % DAY)
    start += timedelta(microseconds=closed.microsecond)
    left = [span for span in spans if span.end >= start]
    return max(start, left[0].start) if left else spans[-1].end


def working_days(
    calendar: Opens, first: date, last: date, zone: str | None = None
) -> tuple[date, ...]:
    """List the working days from ``first`` to ``last``, both included."""
    named = zone_of(calendar, zone)
    return tuple(
        day
        for year in range(first.year, last.year + 1)
        for day in _of_year(calendar, named, year)
        if first <= day <= last
    )


def _nth(calendar: Opens, zone: str, day: date, count: int) -> date:
    """Give the working day so many after ``day``, or before it where the count is below zero."""
    if abs(count) > _MOST_DAYS:
        raise BeyondHorizon(f"{abs(count)} working days from {day} lie beyond the horizon")
    days = _of_year(calendar, zone, day.year)
    index = bisect_right(days, day) + count - 1 if count > 0 else bisect_left(days, day) + count
    for year in range(day.year, FIRST_YEAR, -1):
        if index >= 0:
            break
        days = _of_year(calendar, zone, year - 1)
        index += len(days)
    for year in range(day.year, LAST_YEAR):
        if index < len(days):
            return days[index]
        index -= len(days)
        days = _of_year(calendar, zone, year + 1)
    raise BeyondHorizon(f"there are no {count} working days between {day} and {LAST_YEAR}")


def _of_year(calendar: Opens, zone: str, year: int) -> tuple[date, ...]:
    known = calendar.open_index.days
    found = known.get((zone, year))
    if found is None:
        found = known[zone, year] = _found(calendar, zone, year)
    return found


def _found(calendar: Opens, zone: str, year: int) -> tuple[date, ...]:
    if not FIRST_YEAR < year < LAST_YEAR:
        raise BeyondHorizon(
            f"working days are known from {FIRST_YEAR + 1} to {LAST_YEAR - 1}, not in {year}"
        )
    near, alike = (year - 1, year, year + 1), calendar.open_index.days_alike
    kind = zone, tuple((calendar.kind(one), kind_of_year(zone, one)) for one in near)
    if (numbers := alike.get(kind)) is None:
        numbers = alike[kind] = _numbers(calendar, zone, year)
    start = date(year, 1, 1)
    return tuple(start + timedelta(days=number) for number in numbers)


def _numbers(calendar: Opens, zone: str, year: int) -> tuple[int, ...]:
    """Give the working days of a year, counted from its first day."""
    first, last = (date(at, 1, 1).toordinal() - EPOCH.toordinal() for at in (year, year + 1))
    since, until = first * DAY - 2 * DAY, last * DAY + 2 * DAY
    edges = [
        year_start(near) + edge
        for near in (year - 1, year, year + 1)
        for edge in calendar.open_index.edges(near)
    ]
    parts = offsets(zone, since, until)
    found: set[int] = set()
    for (start, offset), end in zip(parts, [*(at for at, _ in parts[1:]), until], strict=True):
        part = cut(edges, start * _UNIT, end * _UNIT)
        for opens, closes in zip(part[::2], part[1::2], strict=True):
            # The instant of the close is closed, so the day of the microsecond before is meant.
            days = ((at + offset * _UNIT) // (DAY * _UNIT) for at in (opens, closes - 1))
            found.update(range(next(days), next(days) + 1))
    found &= calendar.days_begun(first, last)
    return tuple(number - first for number in sorted(found))


def _midnight(zone: str, day: date) -> datetime:
    return instant_of_wall(zone, (day - EPOCH.date()).days * DAY)
