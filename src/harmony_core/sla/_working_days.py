"""Working days: civil days of one zone on which a calendar opens; never 24 hours each."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from harmony_core.errors import BeyondHorizon, InvalidValue
from harmony_core.periods import InstantSpan
from harmony_core.sla._changes import (
    instant_of_wall,
    instants,
    kind_of_year,
    second_of,
    wall_second,
)
from harmony_core.sla._days import LENGTH, UNIT, Day
from harmony_core.sla._durations import DueAt, WorkingDays
from harmony_core.sla._index import FIRST_YEAR, LAST_YEAR, OpenIndex
from harmony_core.sla._zones import DAY, EPOCH, zone_key

_ONE_DAY = timedelta(days=1)
_MICROSECOND = timedelta(microseconds=1)
_MARGIN = 3  # days of UTC before and after a local year
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

    def count_working_days(self, zone: str, year: int) -> int | None: ...

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
        for day in _dates(year, _of_year(calendar, named, year))
        if first <= day <= last
    )


def _dates(year: int, numbers: Iterable[int]) -> list[date]:
    start = date(year, 1, 1)
    return [start + timedelta(days=number) for number in numbers]


def _nth(calendar: Opens, zone: str, day: date, count: int) -> date:
    """Give the working day so many after ``day``, or before it where the count is below zero."""
    if abs(count) > _MOST_DAYS:
        raise BeyondHorizon(f"{abs(count)} working days from {day} lie beyond the horizon")
    days = _of_year(calendar, zone, day.year)
    number = (day - date(day.year, 1, 1)).days
    index = (bisect_right(days, number) - 1 if count > 0 else bisect_left(days, number)) + count
    year = day.year
    while index < 0:
        year -= 1
        index += _count(calendar, zone, year)
    while index >= (found := _count(calendar, zone, year)):
        index -= found
        year += 1
    return date(year, 1, 1) + timedelta(days=_of_year(calendar, zone, year)[index])


def _count(calendar: Opens, zone: str, year: int) -> int:
    _within(year)
    found = calendar.count_working_days(zone, year)
    return len(_of_year(calendar, zone, year)) if found is None else found


def _within(year: int) -> None:
    if not FIRST_YEAR < year < LAST_YEAR:
        raise BeyondHorizon(
            f"working days are known from {FIRST_YEAR + 1} to {LAST_YEAR - 1}, not in {year}"
        )


def _of_year(calendar: Opens, zone: str, year: int) -> tuple[int, ...]:
    """Give the working days of a year, counted from its first day."""
    _within(year)
    near, known = (year - 1, year, year + 1), calendar.open_index.working_days
    kind = zone, tuple((calendar.kind(one), kind_of_year(zone, one)) for one in near)
    if (numbers := known.get(kind)) is None:
        numbers = known[kind] = _numbers(calendar, zone, year)
    return numbers


def _numbers(calendar: Opens, zone: str, year: int) -> tuple[int, ...]:
    index, near = calendar.open_index, (year - 1, year, year + 1)
    if not any(map(index.total_of, near)):
        return ()
    first, last = (second_of(at) // DAY for at in (year, year + 1))
    begun = sorted(calendar.days_begun(first, last))
    # Local days run from the end of the day of UTC before to the beginning of the one after.
    before, own, after = (index.days_of(at) for at in near)
    days = [*before[-_MARGIN:], *own, *after[:_MARGIN]]
    midnights = _midnights(zone, begun, (first, last))
    known, found = dict[_LocalDay, bool](), list[int]()
    for number in begun:
        (one, since), (other, until) = midnights[number], midnights[number + 1]
        start, end = one - first + _MARGIN, other - first + _MARGIN
        if other != one + 1:  # the clocks changed by hours
            opens = _opens(days[start : end + 1], since, until)
        else:
            of = days[start], days[end], since, until
            if of not in known:
                known[of] = _opens(of[:2], since, until)
            opens = known[of]
        if opens:
            found.append(number - first)
    return tuple(found)


def _midnights(
    zone: str, numbers: Iterable[int], year: tuple[int, int]
) -> dict[int, tuple[int, int]]:
    """Give the day of UTC, and the second of it, at which local days begin and end."""
    days = sorted({*numbers, *(number + 1 for number in numbers)})
    walls = [number * DAY for number in days]
    found = instants(zone, walls, (year[0] - 6) * DAY, (year[1] + 6) * DAY)
    return {number: divmod(at, DAY) for number, at in zip(days, found, strict=True)}


_LocalDay = tuple[Day, Day, int, int]
"""Two days of UTC, and the seconds of them between which a local day lies."""


def _opens(days: Sequence[Day], since: int, until: int) -> bool:
    """Whether anything is open from a second of the first day to one of the last."""
    ends = [since * UNIT, *([0] * (len(days) - 1))], [*([LENGTH] * (len(days) - 1)), until * UNIT]
    return any(day.opens_in(*part) for day, *part in zip(days, *ends, strict=True))


def _midnight(zone: str, day: date) -> datetime:
    return instant_of_wall(zone, (day - EPOCH.date()).days * DAY)
