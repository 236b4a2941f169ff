"""When the clocks of a zone change, and the wall clock of one zone turned into instants.

The zone's file lists single changes and ends with a rule for all years after them. It says where to
look, and ``zoneinfo`` what the clocks show there; the rule is asked once for each kind of year. So
a year in 2400 costs what this one does, and none between is looked at.

Instants are whole seconds since 1970 here, because Python compares two datetimes of one other zone
by their wall clocks.

Source: RFC 9636 for the files.
"""

from __future__ import annotations

import zoneinfo
from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from io import BytesIO
from itertools import count
from pathlib import Path
from pkgutil import get_data
from struct import unpack, unpack_from
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from harmony_core.errors import InvalidValue
from harmony_core.sla._zones import DAY, EPOCH

_NAIVE_EPOCH: Final = EPOCH.replace(tzinfo=None)
_SINCE: Final = (date(1899, 1, 1) - EPOCH.date()).days * DAY  # a year before the horizon

# No rule changes the clocks twice within six days, which is what a probe brackets.
_PROBE: Final = 3 * DAY

Change = tuple[int, int, int]
"""The second of UTC at which a zone's offset changes, the offset before it and the one after."""

Part = tuple[int, int, int, int | None]
"""Seconds of UTC from and to which the clocks run evenly, and their offset; or, while an hour is
repeated, the wall second that they had reached before."""

Weekdays = tuple[int, int]
KindOfYear = tuple[Weekdays, tuple[Part, ...]]
"""The weekdays of the first and the last day; and the parts, counted from the year's start."""


class _Clocks(NamedTuple):
    """One zone: its changes up to the years that keep to its rule, and the first of these."""

    zone: ZoneInfo
    listed: tuple[Change, ...]
    ruled: int


@lru_cache(maxsize=1024)
def _clocks(key: str) -> _Clocks:
    data = _file(key)
    zone = ZoneInfo.from_file(BytesIO(data), key)
    instants = [at for at in _listed(data) if at >= _SINCE]
    found, offset = list[Change](), _offset(zone, _SINCE)
    for at in instants:
        before, offset = offset, _offset(zone, at)
        if before != offset:
            found.append((at, before, offset))
    last = instants[-1] if instants else _SINCE
    ruled = year_of(last) + 1
    found += _probed(zone, last, second_of(ruled) - 1)  # the rule holds from the last one on
    return _Clocks(zone, tuple(found), ruled)


def _file(key: str) -> bytes:
    """Read what ``zoneinfo`` reads: the first file on its path, or the one of the package."""
    for place in zoneinfo.TZPATH:
        path = Path(place, key)
        if path.is_file():
            return path.read_bytes()
    found = get_data("tzdata", f"zoneinfo/{key}")
    if found is None:
        raise InvalidValue(f"no data of the time zone {key!r}: install the package tzdata")
    return found


def _listed(data: bytes) -> tuple[int, ...]:
    """Read the instants of a zone's single changes, of offset or of name, from its file."""
    at, size, code = 0, 4, "l"
    if data[4:5] >= b"2":  # the same again, in 64 bits
        by_utc, by_standard, leaps, times, types, letters = unpack_from(">6l", data, 20)
        at = 44 + times * 5 + types * 6 + letters + leaps * 8 + by_standard + by_utc
        size, code = 8, "q"
    times = unpack_from(">6l", data, at + 20)[3]
    return unpack(f">{times}{code}", data[at + 44 : at + 44 + times * size])


def year_of(second: int) -> int:
    """Give the year of UTC in which a second lies."""
    return (EPOCH + timedelta(seconds=second)).year


def second_of(year: int) -> int:
    """Give the second with which a year of UTC begins."""
    return (date(year, 1, 1).toordinal() - EPOCH.toordinal()) * DAY


def _offset(zone: ZoneInfo, second: int) -> int:
    found = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset() or timedelta()
    return found.days * DAY + found.seconds  # zoneinfo rounds offsets to whole seconds


def _probed(zone: ZoneInfo, first: int, last: int) -> list[Change]:
    """List a zone's changes of offset in ``(first, last]``, found by asking ``zoneinfo``.

    Walls are asked, as that is four times as fast. One in a gap still has the offset before the
    change, which is then up to a day earlier than it.
    """
    found, since = list[Change](), first - 2 * DAY
    start = _NAIVE_EPOCH + timedelta(seconds=since)
    walls = [
        start + timedelta(seconds=at) for at in range(0, last + 2 * DAY - since + _PROBE, _PROBE)
    ]
    known = list(map(zone.utcoffset, walls))
    for index in range(1, len(known)):
        if known[index - 1] == known[index]:
            continue
        low = since + (index - 1) * _PROBE - 2 * DAY
        high = since + index * _PROBE + DAY
        before = _offset(zone, low)
        while high - low > 1:
            middle = (low + high) // 2
            if _offset(zone, middle) == before:
                low = middle
            else:
                high = middle
        if first < high <= last:
            found.append((high, before, _offset(zone, high)))
    return found


@lru_cache(maxsize=1024)
def _weekdays(year: int) -> Weekdays:
    """Give the weekdays of a year's first and last day; there are 14 kinds."""
    return date(year, 1, 1).weekday(), date(year, 12, 31).weekday()


@lru_cache(maxsize=4096)
def _like(days: Weekdays, since: int) -> int:
    """Give the first year from ``since`` on with the same calendar."""
    return next(year for year in count(since) if _weekdays(year) == days)


@lru_cache(maxsize=8192)
def _by_rule(key: str, like: int) -> tuple[Change, ...]:
    """List the changes of a year that keeps to the rule, counted from its start."""
    start = second_of(like)
    found = _probed(_clocks(key).zone, start - 1, second_of(like + 1) - 1)
    return tuple((at - start, before, after) for at, before, after in found)


def changes(key: str, first: int, last: int) -> tuple[Change, ...]:
    """List a zone's changes of offset in ``(first, last]``."""
    _, listed, ruled = _clocks(key)
    found = listed[bisect_left(listed, (first + 1,)) : bisect_left(listed, (last + 1,))]
    for year in range(max(year_of(first), ruled), year_of(last) + 1):
        since = second_of(year)
        found += tuple(
            (since + at, before, after)
            for at, before, after in _by_rule(key, _like(_weekdays(year), ruled))
            if first < since + at <= last
        )
    return found


def offset_at(key: str, second: int) -> int:
    """Give how far the clocks of a zone are ahead of UTC, in seconds."""
    return _offset(_clocks(key).zone, second)


def parts(key: str, first: int, last: int) -> list[Part]:
    """Cut ``[first, last)`` where the clocks change, and where a repeated hour ends.

    What the clocks show never goes back: while an hour is repeated they stand at its end.
    """
    found, since = list[Part](), first - 2 * DAY
    turns = changes(key, since, last)
    offset, reached = turns[0][1] if turns else offset_at(key, since), since - 2 * DAY
    for at, _, after in (*turns, (last, 0, 0)):
        even = min(max(since, reached - offset), at)
        found += [(since, even, 0, reached)] if even > since else []
        found += [(even, at, offset, None)] if at > even else []
        reached, since, offset = max(reached, at + offset), at, after
    return [
        (max(start, first), end, offset, wall) for start, end, offset, wall in found if end > first
    ]


def kind_of_year(key: str, year: int) -> KindOfYear:
    """Name what years have in common whose clocks and days of the week are alike.

    A year that keeps to the zone's rule is of one of 14 kinds.
    """
    settled = _clocks(key).ruled + 1
    return _kind(key, year if year < settled else _like(_weekdays(year), settled))


@lru_cache(maxsize=16_384)
def _kind(key: str, year: int) -> KindOfYear:
    start, end = second_of(year), second_of(year + 1)
    return _weekdays(year), tuple(
        (since - start, until - start, offset, None if wall is None else wall - start)
        for since, until, offset, wall in parts(key, start, end)
    )


def instants(key: str, walls: list[int], first: int, last: int) -> list[int]:
    """Turn rising wall-clock seconds into rising instants, for walls well inside ``first, last``.

    A wall time inside a gap is the instant of the change, an ambiguous one is its first pass.

    Args:
        key: an IANA key.
        walls: seconds since 1 January 1970, 00:00 on the zone's own clocks.
        first: an instant before all of them, in seconds of UTC.
        last: one after all of them.
    """
    zone_changes = changes(key, first, last)
    offset = zone_changes[0][1] if zone_changes else offset_at(key, first)
    found, done = list[int](), 0
    for at, before, after in zone_changes:
        offset = after
        until = bisect_left(walls, at + before, done)  # the first pass of a repeated hour ends here
        found += [wall - before for wall in walls[done:until]]
        done = until
        if after > before:  # the clocks skip these
            until = bisect_left(walls, at + after, done)
            found += [at] * (until - done)
            done = until
    found += [wall - offset for wall in walls[done:]]
    return found


def wall_second(key: str, moment: datetime) -> int:
    """Give what the clocks of a zone show at an instant, as seconds since 1970 on those clocks."""
    local = moment.astimezone(_clocks(key).zone).replace(tzinfo=UTC, fold=0)
    past = local - EPOCH
    return past.days * DAY + past.seconds


def instant_of_wall(key: str, wall: int) -> datetime:
    """Give the instant at which the clocks of a zone first show a wall second, or skip it."""
    (second,) = instants(key, [wall], wall - 3 * DAY, wall + 3 * DAY)
    return EPOCH + timedelta(seconds=second)
