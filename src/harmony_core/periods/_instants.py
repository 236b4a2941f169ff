"""Instants and civil days of a named IANA zone.

Boundaries are local wall-clock times, turned into UTC. That is monotone: a wall time inside a gap
(clocks go forward) is the instant of the change, an ambiguous one (clocks go back) is its first
pass. A civil day may have 23, 24 or 25 hours, and may not exist at all; nothing is ever computed
by adding 24 hours. All answers are aware datetimes in UTC, because Python compares two datetimes
of one other zone by their wall clocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import attrs

from harmony_core.errors import InvalidValue, expect
from harmony_core.periods._months import add_months
from harmony_core.periods._schedule import Interval, Schedule
from harmony_core.periods._span import Span

_SECOND = timedelta(seconds=1)


def named_zone(key: str) -> ZoneInfo:
    """Give the IANA zone of that name; an unknown one is refused."""
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise InvalidValue(
            f"no time zone {key!r}: give an IANA name like 'Europe/London' or 'UTC'"
        ) from None


def in_utc(instant: datetime) -> datetime:
    """Express an aware datetime in UTC.

    Raises:
        InvalidValue: it has no offset, so it names no instant.
    """
    try:
        aware = instant.tzinfo is not None and instant.utcoffset() is not None
    except AttributeError:
        expect(instant, datetime, "an instant", "datetime(2026, 3, 1, 12, tzinfo=UTC)")
        raise
    if not aware:
        raise InvalidValue(f"{instant} has no zone: give an aware datetime")
    return instant.astimezone(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """Give the civil day of an instant in a zone.

    >>> local_day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "Europe/Berlin")
    datetime.date(2026, 7, 1)
    """
    return in_utc(instant).astimezone(named_zone(zone)).date()


def wall_clock(instant: datetime, zone: str) -> datetime:
    """Give what the clocks of a zone show at an instant, as a datetime without a zone."""
    return in_utc(instant).astimezone(named_zone(zone)).replace(tzinfo=None, fold=0)


def instant_of(wall: datetime, zone: str) -> datetime:
    """Give the instant in UTC at which the clocks of a zone first show ``wall``, or skip it.

    >>> instant_of(datetime(2026, 3, 29, 1, 30), "Europe/London")  # skipped: 01:00 became 02:00
    datetime.datetime(2026, 3, 29, 1, 0, tzinfo=datetime.timezone.utc)
    >>> instant_of(datetime(2026, 10, 25, 1, 30), "Europe/London")  # shown twice
    datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.timezone.utc)
    """
    tz = named_zone(zone)
    expect(wall, datetime, "what the clocks show", "datetime(2026, 3, 29, 1, 30)")
    if wall.tzinfo is not None:
        raise InvalidValue(
            f"what the clocks of {zone} show has no zone of its own, got {wall}: leave it out, or "
            "take wall_clock(instant, zone)"
        )
    first = wall.replace(tzinfo=tz, fold=0).astimezone(UTC)
    if first.astimezone(tz).replace(tzinfo=None, fold=0) == wall:
        return first
    return _change_between(wall.replace(tzinfo=tz, fold=1).astimezone(UTC), first, tz)


def _change_between(before: datetime, after: datetime, tz: ZoneInfo) -> datetime:
    """Find the one change of offset in ``(before, after]`` to the second; gaps are rare."""
    old = before.astimezone(tz).utcoffset()
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(tz).utcoffset() == old:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def local_midnight(day: date, zone: str) -> datetime:
    """Give the instant in UTC at which a civil day begins in a zone.

    >>> local_midnight(date(2026, 7, 1), "America/New_York")
    datetime.datetime(2026, 7, 1, 4, 0, tzinfo=datetime.timezone.utc)
    """
    expect(day, date | datetime, "the day that begins", "date(2026, 3, 1)")
    return instant_of(datetime.combine(day, time()), zone)


@attrs.frozen
class InstantSpan:
    """The time from ``start`` up to, and not including, ``end``; both in UTC."""

    start: datetime = attrs.field(converter=in_utc)
    end: datetime = attrs.field(converter=in_utc)

    def __attrs_post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidValue(f"a span ends on or after its start, but {self.end} < {self.start}")

    @classmethod
    def of_days(cls, span: Span, zone: str) -> InstantSpan:
        """Take civil days as they pass in a zone, from local midnight to local midnight."""
        expect(span, Span, "the days of a span of time", "Span.of_days(first, last)")
        return cls(local_midnight(span.start, zone), local_midnight(span.end, zone))

    @property
    def elapsed(self) -> timedelta:
        """How long it lasts."""
        return self.end - self.start

    @property
    def last_second(self) -> datetime:
        """The last whole second inside, for peers that count to 23:59:59."""
        return self.end - _SECOND

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= in_utc(instant) < self.end


def add_interval(
    instant: datetime,
    interval: Interval,
    n: int = 1,
    *,
    zone: str = "UTC",
    extra_days: int = 0,
    extra_seconds: int = 0,
) -> datetime:
    """Move an instant by ``n`` intervals on the clocks of ``zone``: the wall clock is kept.

    Months come first (clipped to the month's length), then days, then seconds. The seconds are
    elapsed time; months and days are civil ones.

    >>> start = datetime(2026, 3, 5, 5, tzinfo=UTC)  # midnight in New York
    >>> add_interval(start, Interval.days(5), zone="America/New_York")  # the clocks change
    datetime.datetime(2026, 3, 10, 4, 0, tzinfo=datetime.timezone.utc)
    """
    wall = wall_clock(instant, zone)
    day = move_day(wall.date(), interval, n, extra_days)
    same = day == wall.date()  # then it stays, even as the second time that the clocks show it
    moved = in_utc(instant) if same else instant_of(datetime.combine(day, wall.time()), zone)
    return moved + timedelta(seconds=extra_seconds)


def move_day(day: date, interval: Interval, n: int = 1, extra_days: int = 0) -> date:
    """Move a day by ``n`` intervals, then by ``extra_days``.

    Raises:
        InvalidValue: the result lies outside the years 1 to 9999.
    """
    expect(day, date | datetime, "the day that is moved", "date(2026, 3, 1)")
    expect(interval, Interval, "what a day is moved by", "Interval.months(1)")
    for number, what in ((n, "the number of intervals"), (extra_days, "the number of extra days")):
        expect(number, int, what)
    if interval.unit == "month":
        day, days = add_months(day, n * interval.count), extra_days
    else:
        days = n * interval.count + extra_days
    try:
        return day + timedelta(days=days)
    except OverflowError:
        raise InvalidValue(f"{days} days from {day} is outside the years 1 to 9999") from None


@attrs.frozen
class InstantSchedule:
    """A :class:`Schedule` whose boundaries keep the anchor's wall clock in an IANA zone.

    Two boundaries fall together only where the zone left out a whole civil day.

    >>> midnight = datetime(2026, 1, 31, 5, tzinfo=UTC)
    >>> monthly = InstantSchedule(midnight, Interval.months(1), "America/New_York")
    >>> monthly.boundary(2).isoformat()  # 31 March, 00:00 in New York, in summer time
    '2026-03-31T04:00:00+00:00'
    """

    anchor: datetime = attrs.field(converter=in_utc)
    interval: Interval
    zone: str = "UTC"
    anchor_day: int | None = None
    _days: Schedule = attrs.field(init=False, eq=False, repr=False)
    _clock: time = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        wall = wall_clock(self.anchor, self.zone)
        days = Schedule(wall.date(), self.interval, self.anchor_day)
        object.__setattr__(self, "_days", days)
        object.__setattr__(self, "_clock", wall.time())

    def boundary(self, n: int) -> datetime:
        """Give boundary ``n`` in UTC; number 0 is the anchor unless ``anchor_day`` moves it."""
        if not n and self.anchor_day is None:
            return self.anchor  # which may be the second time that the clocks show it
        return instant_of(datetime.combine(self._days.boundary(n), self._clock), self.zone)

    def period(self, n: int) -> InstantSpan:
        """Give period ``n``: from boundary n up to boundary n + 1."""
        return InstantSpan(self.boundary(n), self.boundary(n + 1))

    def index_at(self, instant: datetime) -> int:
        """Give the number of the period in which ``instant`` lies."""
        moment = in_utc(instant)
        n = self._days.index_at(local_day(moment, self.zone)) + 1
        while self.boundary(n) > moment:  # at most three steps: the clock, a gap, a lost day
            n -= 1
        return n

    def period_at(self, instant: datetime) -> InstantSpan:
        """Give the period in which ``instant`` lies."""
        return self.period(self.index_at(instant))

    def last_before(self, instant: datetime) -> datetime:
        """Give the last boundary earlier than ``instant``."""
        n = self.index_at(instant)
        while (found := self.boundary(n)) >= in_utc(instant):
            n -= 1
        return found

    def last_on_or_before(self, instant: datetime) -> datetime:
        """Give the last boundary that is not after ``instant``."""
        return self.boundary(self.index_at(instant))

    def first_after(self, instant: datetime) -> datetime:
        """Give the first boundary later than ``instant``."""
        return self.boundary(self.index_at(instant) + 1)

    def boundaries_after(self, instant: datetime) -> Iterator[datetime]:
        """List the boundaries later than ``instant``, without end."""
        return map(self.boundary, count(self.index_at(instant) + 1))

    def service_periods(self, start: datetime, end: datetime) -> tuple[InstantSpan, ...]:
        """Cut ``[start, end)`` at the boundaries; the first and last part may be stubs."""
        found, since = [], in_utc(start)
        n, until = self.index_at(since) + 1, in_utc(end)
        while since < until:
            stop = min(self.boundary(n), until)
            if since < stop:
                found.append(InstantSpan(since, stop))
            since, n = stop, n + 1
        return tuple(found)
