"""Time zones as they come in, and the data that is known of them.

Whatever object names a zone becomes its IANA key, and ``zoneinfo`` alone computes offsets: pytz and
dateutil lose daylight saving after 2037. Its data is the computer's own, or the package tzdata's.
"""

from __future__ import annotations

import zoneinfo
from datetime import UTC, datetime, timezone, tzinfo
from functools import lru_cache
from importlib import import_module
from pathlib import Path, PurePath
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from harmony_core.errors import BeyondHorizon, InvalidValue, NotFound, expect

DAY: Final = 86_400

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

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


def tz_data_version() -> str:
    """Give the version of the time zone data in use, such as ``2026f``.

    It is the data that ``zoneinfo`` reads: of the computer if it has any, else of the package
    tzdata. A due instant that lies ahead is a forecast, because governments move clocks: keep this
    beside a stored one and derive it again when it differs. ``"unknown"`` where the computer does
    not say; a program that needs the same data everywhere begins with
    ``zoneinfo.reset_tzpath(to=())``, which leaves the package.
    """
    return _version_in(zoneinfo.TZPATH)


@lru_cache(maxsize=8)
def _version_in(places: tuple[str, ...]) -> str:
    for place in map(Path, places):
        if not Path(place, "Europe", "London").is_file():
            continue
        if (rules := place / "tzdata.zi").is_file():
            with rules.open(encoding="utf-8") as lines:
                return lines.readline().rpartition(" ")[2].strip()
        said = place / "+VERSION"  # of macOS
        return said.read_text(encoding="utf-8").strip() if said.is_file() else "unknown"
    return str(import_module("tzdata").IANA_VERSION)
