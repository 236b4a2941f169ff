"""Working days: civil days of one zone on which a calendar opens; never 24 hours each."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date, datetime, timedelta
from typing import Protocol

from harmony_core.errors import BeyondHorizon, InvalidValue
from harmony_core.periods import InstantSpan
from harmony_core.sla._durations import DueAt, WorkingDays
from harmony_core.sla._index import FIRST_YEAR, LAST_YEAR, OpenIndex
from harmony_core.sla._zones import DAY, EPOCH, instant_of_wall, wall_second

_ONE_DAY = timedelta(days=1)


class Opens(Protocol):
    """What working days are counted by; every calendar is one."""

    @property
    def open_index(self) -> OpenIndex: ...

    @property
    def zones(self) -> frozenset[str]: ...

    def next_open(self, moment: datetime) -> datetime: ...

    def open_spans(self, start: datetime, end: datetime) -> tuple[InstantSpan, ...]: ...

    def begins_on(self, day: date) -> bool: ...


def zone_of(calendar: Opens, named: str | None) -> str:
    """Give the zone whose days are counted."""
    if named is not None:
        return named
    if len(zones := calendar.zones) != 1:
        raise InvalidValue(
            f"whose days? This calendar is of {', '.join(sorted(zones)) or 'no zone'}: name one, "
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


def working_days(calendar: Opens, zone: str, first: date, last: date) -> tuple[date, ...]:
    """List the working days from ``first`` to ``last``, both included."""
    return tuple(
        day
        for year in range(first.year, last.year + 1)
        for day in _of_year(calendar, zone, year)
        if first <= day <= last
    )


def _nth(calendar: Opens, zone: str, day: date, count: int) -> date:
    days = _of_year(calendar, zone, day.year)
    index = bisect_right(days, day) + count - 1
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
        raise BeyondHorizon(f"working days are known inside {FIRST_YEAR} and {LAST_YEAR}")
    first, last = date(year, 1, 1), date(year, 12, 31)
    found: set[int] = set()
    for span in calendar.open_spans(_midnight(zone, first), _midnight(zone, last + _ONE_DAY)):
        # The instant of the end is closed, so the day of the last microsecond is meant.
        end = span.end - timedelta(microseconds=1)
        found.update(range(wall_second(zone, span.start) // DAY, wall_second(zone, end) // DAY + 1))
    days = (EPOCH.date() + timedelta(days=number) for number in sorted(found))
    return tuple(day for day in days if calendar.begins_on(day))


def _midnight(zone: str, day: date) -> datetime:
    return instant_of_wall(zone, (day - EPOCH.date()).days * DAY)
