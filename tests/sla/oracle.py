"""A second opinion on open time, by steps: slow, plain, and sharing nothing with the library.

The instant of a wall time is found by walking: the first one at which the local clock has reached
it. That is the whole rule, in a gap and in a repeated hour alike. Instants are seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HOUR = 3600

Interval = tuple[int, int]


def second(moment: datetime) -> int:
    return round((moment - EPOCH).total_seconds())


def moment(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


class Walls:
    """The local clock of a zone, walked by hours; by minutes and seconds where it jumps."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._shown: dict[int, int] = {}

    def local(self, seconds: int) -> int:
        if seconds not in self._shown:
            shown = moment(seconds).astimezone(self._zone).replace(tzinfo=UTC)
            self._shown[seconds] = second(shown)
        return self._shown[seconds]

    def instant(self, wall: int) -> int:
        start = (wall // HOUR - 30) * HOUR
        for hour in range(start, start + 60 * HOUR, HOUR):
            found = self._within(hour, HOUR, wall)
            if found is not None:
                return found
        raise AssertionError(f"the clock never reached {wall}")

    def _within(self, start: int, length: int, wall: int) -> int | None:
        first = self.local(start)
        if length == 1 or self.local(start + length) - first == length:
            return start + max(0, wall - first) if wall < first + length else None
        for part in range(start, start + length, length // 60):
            found = self._within(part, length // 60, wall)
            if found is not None:
                return found
        return None


def day_second(day: date) -> int:
    return second(datetime(day.year, day.month, day.day, tzinfo=UTC))


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for start, end in sorted(intervals):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        else:
            found.append((start, end))
    return found


def without(intervals: Iterable[Interval], closed: Iterable[Interval]) -> list[Interval]:
    rest = list(intervals)
    for start, end in closed:
        rest = [
            part
            for low, high in rest
            for part in ((low, min(high, start)), (max(low, end), high))
            if part[0] < part[1]
        ]
    return joined(rest)


def both(one: Iterable[Interval], other: Sequence[Interval]) -> list[Interval]:
    return joined((max(low, start), min(high, end)) for low, high in one for start, end in other)


Hours = Sequence[tuple[int, int]]
"""Openings and closes of a day in seconds; a close at or before its opening is on the next day."""


def open_time(
    zone: str,
    week: Sequence[Hours],
    first: date,
    last: date,
    *,
    overrides: Mapping[date, Hours] | None = None,
    holidays: Iterable[date] = (),
    breaks: Mapping[date, Hours] | None = None,
    shift_start: bool = False,
) -> list[Interval]:
    """List the open time of hours that begin between two dates, both included."""
    walls = Walls(zone)
    overrides, breaks = overrides or {}, breaks or {}
    closed_days = set(holidays) - overrides.keys()

    def instants(day: date, hours: Hours) -> list[Interval]:
        midnight = day_second(day)
        ends = [(at, end if end > at else end + 24 * HOUR) for at, end in hours]
        return [(walls.instant(midnight + at), walls.instant(midnight + end)) for at, end in ends]

    found, closed = list[Interval](), list[Interval]()
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        hours = overrides.get(day, week[day.weekday()])
        if day in closed_days and shift_start:
            hours = ()
        if day in closed_days and not shift_start:
            closed += instants(day, [(0, 0)])
        found += instants(day, hours)
        closed += instants(day, breaks.get(day, ()))
    return without(joined(found), closed)


def worked(intervals: Iterable[Interval], start: int, end: int) -> int:
    if end < start:
        return -worked(intervals, end, start)
    return sum(max(0, min(high, end) - max(low, start)) for low, high in intervals)


def due(intervals: Iterable[Interval], start: int, duration: int) -> int:
    left = duration
    for low, high in intervals:
        begin = max(low, start)
        if high > begin and left <= high - begin:
            return begin + left
        left -= max(0, high - begin)
    raise AssertionError("too little open time")


def breach(intervals: Iterable[Interval], start: int, duration: int) -> int:
    left = duration
    for low, high in intervals:
        begin = max(low, start)
        if high > begin and left < high - begin:
            return begin + left
        left -= max(0, high - begin)
    raise AssertionError("too little open time")
