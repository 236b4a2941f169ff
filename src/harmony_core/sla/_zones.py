"""Time zones as they come in, and the wall clock of one zone turned into instants.

Whatever object names a zone becomes its IANA key, and ``zoneinfo`` alone computes offsets: pytz and
dateutil lose daylight saving after 2037. Local to UTC is monotone: a wall time inside a gap is the
instant of the change, an ambiguous one is its first pass. Instants are whole seconds since 1970
here, because Python compares two datetimes of one other zone by their wall clocks.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import Final
from zoneinfo import TZPATH, ZoneInfo, ZoneInfoNotFoundError

from harmony_core.errors import BeyondHorizon, InvalidValue, NotFound, expect

DAY: Final = 86_400

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH: Final = EPOCH.replace(tzinfo=None)

# No zone ever changed twice within six days, which is what a probe brackets. The shortest time
# between two changes is Recife's in October 2000, seven days; tests/sla looks at every day.
_PROBE: Final = 3 * DAY

# Files beside the zones that name none: the computer's own clock, and defaults.
_NAMELESS: Final = frozenset({"localtime", "posixrules", "Factory"})

_ZONES = "'Europe/London' or ZoneInfo('Europe/London')"


@lru_cache(maxsize=1024)
def _zone(key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidValue(f"no time zone {key!r}: give an IANA name such as {_ZONES}") from None


def zone_key(zone: str | tzinfo) -> str:
    """Give the IANA key of a zone, however the host names it.

    Args:
        zone: an IANA name, or a zone of ``zoneinfo``, pytz or dateutil.

    Raises:
        InvalidValue: there is no such zone, or the object names none: a fixed offset, the clock of
            the computer, a rule without a name. An offset cannot say when the clocks change.

    >>> zone_key("Europe/London"), zone_key(ZoneInfo("Asia/Kolkata")), zone_key(UTC)
    ('Europe/London', 'Asia/Kolkata', 'UTC')
    """
    key = zone if isinstance(zone, str) else _key_of(zone)
    if key is None or key in _NAMELESS or key.startswith("right/"):
        raise InvalidValue(
            f"{zone!r} has no IANA name, so nobody knows when its clocks change: give {_ZONES}"
        )
    _zone(key)
    return key


def _key_of(zone: object) -> str | None:
    if zone is UTC:
        return "UTC"
    if type(zone).__name__ == "tzutc":  # dateutil's
        return "UTC"
    for name in ("key", "zone"):  # zoneinfo's and pytz's
        if isinstance(key := getattr(zone, name, None), str):
            return key
    file = getattr(zone, "_filename", None)  # dateutil keeps the file that it read
    return _key_of_file(file) if isinstance(file, str) else None


def _key_of_file(name: str) -> str | None:
    parts = PurePath(name).parts
    for start in range(len(parts)):
        key = "/".join(parts[start:])
        try:
            return _zone(key).key
        except InvalidValue:
            continue
    return None


def zones_of(country: str) -> tuple[str, ...]:
    """List the IANA zones of a country: a first guess at a customer's calendar.

    Args:
        country: ISO 3166-1, two letters: ``GB``.

    Raises:
        NotFound: no zone is known for it.

    >>> zones_of("GB"), zones_of("IN")
    (('Europe/London',), ('Asia/Kolkata',))
    """
    expect(country, str, "a country", "'GB'")
    known = import_module("pytz").country_timezones
    if country not in known:
        raise NotFound(f"no time zone of the country {country!r}: give two letters such as 'GB'")
    return tuple(known[country])


def in_utc(moment: datetime) -> datetime:
    """Express an aware datetime in UTC.

    The wall clock and zone of pytz or dateutil are read by ``zoneinfo``; their own offset only says
    which pass of a repeated hour is meant.

    Raises:
        InvalidValue: it is no datetime, or has no zone and so names no instant.
    """
    expect(moment, datetime, "an instant", "datetime(2026, 3, 27, 16, 50, tzinfo=UTC)")
    zone = moment.tzinfo
    if zone is UTC:
        return moment
    if isinstance(zone, ZoneInfo | timezone):
        return _as_utc(moment)
    if zone is None or moment.utcoffset() is None:
        raise InvalidValue(
            f"{moment.isoformat()} has no time zone, so it names no instant: say whose clock shows "
            "it, for example moment.replace(tzinfo=ZoneInfo('Europe/London'))"
        )
    key = _key_of(zone)
    if key is None:
        return _as_utc(moment)  # an offset of its own is enough for an instant
    local = moment.replace(tzinfo=_zone(key))
    if local.utcoffset() != moment.utcoffset():
        other = local.replace(fold=1 - local.fold)
        if other.utcoffset() == moment.utcoffset():
            local = other
    return _as_utc(local)


def _as_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise BeyondHorizon(
            f"{moment.isoformat()} lies outside the years that instants have: check it"
        ) from None


def _offset(zone: ZoneInfo, second: int) -> int:
    found = (EPOCH + timedelta(seconds=second)).astimezone(zone).utcoffset() or timedelta()
    return found.days * DAY + found.seconds  # zoneinfo rounds offsets to whole seconds


Change = tuple[int, int, int]
"""The second of UTC at which a zone's offset changes, the offset before it and the one after."""


@lru_cache(maxsize=1024)
def _probes(first: int, last: int) -> list[datetime]:
    start = _NAIVE_EPOCH + timedelta(seconds=first)
    return [start + timedelta(seconds=second) for second in range(0, last - first + _PROBE, _PROBE)]


@lru_cache(maxsize=8192)
def changes(key: str, first: int, last: int) -> tuple[Change, ...]:
    """List a zone's changes of offset in ``(first, last]``, found by asking ``zoneinfo``.

    Walls are asked, as that is four times as fast. One in a gap still has the offset before the
    change, which is then up to a day earlier than it.
    """
    zone, found = _zone(key), list[Change]()
    since = first - 2 * DAY
    known = list(map(zone.utcoffset, _probes(since, last + 2 * DAY)))
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
    return tuple(found)


def instants(key: str, walls: list[int], first: int, last: int) -> list[int]:
    """Turn rising wall-clock seconds into rising instants, for walls well inside ``first, last``.

    Args:
        key: an IANA key.
        walls: seconds since 1 January 1970, 00:00 on the zone's own clocks.
        first: an instant before all of them, in seconds of UTC.
        last: one after all of them.
    """
    zone_changes = changes(key, first, last)
    offset = zone_changes[0][1] if zone_changes else _offset(_zone(key), first)
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


def offsets(key: str, first: int, last: int) -> tuple[tuple[int, int], ...]:
    """Cut ``[first, last)`` where a zone changes: when each part begins, and its offset."""
    found = changes(key, first, last)
    start = found[0][1] if found else _offset(_zone(key), first)
    return (first, start), *((at, after) for at, _, after in found)


def wall_second(key: str, moment: datetime) -> int:
    """Give what the clocks of a zone show at an instant, as seconds since 1970 on those clocks."""
    local = moment.astimezone(_zone(key)).replace(tzinfo=UTC, fold=0)
    past = local - EPOCH
    return past.days * DAY + past.seconds


def instant_of_wall(key: str, wall: int) -> datetime:
    """Give the instant at which the clocks of a zone first show a wall second, or skip it."""
    (second,) = instants(key, [wall], wall - 3 * DAY, wall + 3 * DAY)
    return EPOCH + timedelta(seconds=second)


@lru_cache(maxsize=1)
def tz_data_version() -> str:
    """Give the version of the time zone data in use, such as ``2026f``.

    A due instant that lies ahead is a forecast: governments move clocks. Keep this beside a stored
    one and derive it again when it differs. ``"unknown"`` where the system does not say.
    """
    for place in map(Path, _with_zones(TZPATH)):
        with_line = place / "tzdata.zi"
        if with_line.is_file():
            with with_line.open(encoding="utf-8") as lines:
                return lines.readline().rpartition(" ")[2].strip()
        return "unknown"
    return str(import_module("tzdata").IANA_VERSION)


def _with_zones(places: Iterable[str]) -> list[str]:
    return [place for place in places if Path(place, "Europe", "London").is_file()]
