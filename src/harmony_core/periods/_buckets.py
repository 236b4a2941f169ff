"""Time buckets of a named zone: where the minute, hour, day, week or month of an instant began."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from harmony_core.errors import InvalidValue, expect
from harmony_core.periods._alignment import Alignment, billing_schedule
from harmony_core.periods._instants import (
    InstantSpan,
    in_utc,
    instant_of,
    local_day,
    local_midnight,
    move_day,
    named_zone,
    wall_clock,
)
from harmony_core.periods._schedule import Interval

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


def bucket_start(at: datetime, width: Interval | timedelta, zone: str = "UTC") -> datetime:
    """Give the instant in UTC at which the bucket of ``at`` began on the clocks of ``zone``.

    Buckets of an :class:`Interval` are civil days, weeks from Monday (ISO 8601), or months that
    divide the year, counted from January; they begin at local midnight. Buckets of a ``timedelta``
    are whole seconds that divide a day, counted from midnight; one begins whenever the clocks show
    its start, so an hour that the clocks show twice is two buckets.

    Args:
        at: an aware datetime.
        width: how long a bucket is on the calendar or on the clock.
        zone: an IANA name.

    Raises:
        InvalidValue: the width does not tile a day, the calendar or the year, ``at`` has no zone,
            or there is no such zone.

    >>> at = datetime(2026, 8, 13, 14, 37, tzinfo=UTC)  # 20:22 in Kathmandu
    >>> str(bucket_start(at, timedelta(hours=1), "Asia/Kathmandu"))
    '2026-08-13 14:15:00+00:00'
    >>> str(bucket_start(at, Interval.weeks(1), "Asia/Kathmandu"))
    '2026-08-09 18:15:00+00:00'
    """
    if isinstance(width, Interval):
        return local_midnight(_first_day(local_day(at, zone), width), zone)
    _refuse_width(width)
    wall = wall_clock(at, zone)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    return _last_shown(midnight + (wall - midnight) // width * width, in_utc(at), zone)


def bucket_starts(
    span: InstantSpan, width: Interval | timedelta, zone: str = "UTC"
) -> tuple[datetime, ...]:
    """Give the instants in UTC at which the buckets of ``span`` begin there, in order.

    They tile it: the first begins with the span, even where its bucket began earlier, and each
    other one where :func:`bucket_start` says. Nothing has no buckets.

    Raises:
        InvalidValue: as :func:`bucket_start` does.

    >>> from harmony_core.periods import Span
    >>> day = Span(date(2026, 10, 25), date(2026, 10, 26))  # the clocks go back
    >>> spring_back = InstantSpan.of_days(day, "Europe/Berlin")
    >>> len(bucket_starts(spring_back, timedelta(hours=1), "Europe/Berlin"))
    25
    """
    expect(span, InstantSpan, "what is cut into buckets", "InstantSpan.of_days(span, zone)")
    if span.start == span.end:
        return ()
    began = (
        _civil_starts(span, width, zone)
        if isinstance(width, Interval)
        else _clock_starts(span, width, zone)
    )
    inside = {start for start in began if span.start < start < span.end}
    return (span.start, *sorted(inside))


def _civil_starts(span: InstantSpan, width: Interval, zone: str) -> Iterator[datetime]:
    day = _first_day(local_day(span.start, zone), width)
    while (start := local_midnight(day, zone)) < span.end:
        yield start
        day = move_day(day, width)


def _clock_starts(span: InstantSpan, width: timedelta, zone: str) -> Iterator[datetime]:
    """Each round time when the clocks first show it, and again where they show it twice."""
    _refuse_width(width)
    tz = named_zone(zone)
    day = local_day(span.start, zone) - _DAY  # clocks that go back may take the day with them
    last = local_day(span.end, zone) + _DAY
    while day <= last:
        midnight = datetime.combine(day, time())
        for number in range(_DAY // width):
            wall = midnight + width * number
            yield instant_of(wall, zone)
            again = wall.replace(tzinfo=tz, fold=1).astimezone(UTC)
            if wall_clock(again, zone) == wall:
                yield again
        day += _DAY


def _refuse_width(width: timedelta) -> None:
    expect(width, Interval | timedelta, "the width of buckets", "timedelta(hours=1)")
    if width < _SECOND or _DAY % width or width % _SECOND:
        raise InvalidValue(f"buckets of {width} do not divide a day: take whole seconds that do")


def _first_day(day: date, width: Interval) -> date:
    tiles = width.count in (1, 7) if width.unit == "day" else 12 % width.count == 0
    if not tiles:
        raise InvalidValue(
            f"buckets of {width.count} {width.unit}s have no first one: take 1 day, 1 week or "
            "months that divide the year, or a Schedule from an anchor"
        )
    return billing_schedule(day, width, Alignment.CALENDAR).last_on_or_before(day)


def _last_shown(wall: datetime, at: datetime, zone: str) -> datetime:
    """Find the last instant up to ``at`` at which the clocks showed ``wall``, or skipped it."""
    second_pass = wall.replace(tzinfo=named_zone(zone), fold=1).astimezone(UTC)
    if second_pass <= at and wall_clock(second_pass, zone) == wall:
        return second_pass
    return instant_of(wall, zone)
