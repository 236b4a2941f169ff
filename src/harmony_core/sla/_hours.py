"""Opening hours as people write them: ``{"mon-fri": "09:00-17:30", "sat": "22:00-06:00"}``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time
from functools import lru_cache
from typing import Final, TypeAlias

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each
from harmony_core.sla._zones import DAY

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_FULL = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS: Final = {"daily": "mon-sun", "weekdays": "mon-fri", "weekend": "sat-sun"}


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second


@attrs.frozen(order=True)
class Opening:
    """Hours from ``opens`` up to ``closes`` on the clocks of a calendar's zone.

    ``closes`` at or before ``opens`` means the next day: 22:00 to 06:00 is a night that belongs to
    the day on which it begins, 00:00 to 00:00 is a whole day, and 24:00 is the next day's 00:00.

    >>> str(Opening.of("22:00-06:00")), str(Opening.of("00:00-24:00"))
    ('22:00-06:00', '00:00-24:00')
    """

    opens: time
    closes: time

    def __attrs_post_init__(self) -> None:
        for clock in (self.opens, self.closes):
            if type(clock) is not time:
                raise InvalidValue(f"opening hours need times of day, got {clock!r}")
            if clock.tzinfo is not None:
                raise InvalidValue(f"{clock} has a zone of its own: the calendar names the zone")
            if clock.microsecond:
                raise InvalidValue(f"opening hours have whole seconds, got {clock}")

    @classmethod
    def of(cls, hours: OpeningLike) -> Opening:
        """Read ``"09:00-17:30"``, or a pair of texts or times.

        Raises:
            InvalidValue: it is neither, or a time does not exist.
        """
        if isinstance(hours, Opening):
            return hours
        if isinstance(hours, str):
            return _written(hours)
        if not isinstance(hours, tuple | list):
            raise InvalidValue(f"opening hours are like '09:00-17:30', got {hours!r}")
        return _opening(hours, hours)

    @property
    def seconds(self) -> tuple[int, int]:
        """Both ends in seconds since the midnight with which the day begins; up to 48 hours."""
        opens, closes = _seconds(self.opens), _seconds(self.closes)
        return opens, closes if closes > opens else closes + DAY

    def __str__(self) -> str:
        return f"{_shown(self.opens)}-{_shown(self.closes) if self.closes != time() else '24:00'}"


@lru_cache(maxsize=4096)
def _written(text: str) -> Opening:
    return _opening(_plain(text).split("-"), text)


def _opening(pair: Sequence[object], hours: object) -> Opening:
    if len(pair) != 2:
        raise InvalidValue(f"opening hours are like '09:00-17:30', got {hours!r}")
    return Opening(clock(pair[0], hours), clock(pair[1], hours, end=True))


OpeningLike: TypeAlias = "Opening | str | tuple[str | time, str | time] | list[str]"
Hours: TypeAlias = "str | Opening | Iterable[OpeningLike]"
"""Hours of a day: ``"09:00-12:00, 13:00-17:30"``, or a list of openings; empty means closed."""


def _shown(clock: time) -> str:
    return clock.isoformat("seconds" if clock.second else "minutes")


def clock(value: object, hours: object, *, end: bool = False) -> time:
    """Read a time of day; ``24:00`` only where hours end."""
    if isinstance(value, time):
        return value
    text = str(value).strip()
    if end and text in {"24:00", "24:00:00"}:
        return time()
    parts = text.split(":")
    if len(parts) in {2, 3} and all(part.isascii() and part.isdigit() for part in parts):
        with suppress(ValueError):
            return time.fromisoformat(":".join(part.zfill(2) for part in parts))
    raise InvalidValue(f"no time of day {value!r} in {hours!r}: opening hours are 09:00-17:30")


def openings(hours: Hours) -> tuple[Opening, ...]:
    """Read the hours of one day, in any order."""
    if isinstance(hours, Opening):
        return (hours,)
    if isinstance(hours, str):
        return _of_day(hours)
    if not isinstance(hours, Iterable):
        raise InvalidValue(
            f"hours of a day are like '09:00-12:00, 13:00-17:30', or '' where it is closed, "
            f"got {hours!r}"
        )
    parts = tuple(hours)
    if all(type(part) is str for part in parts):
        return _of_texts(parts)
    return tuple(sorted(map(Opening.of, parts)))


@lru_cache(maxsize=256)
def _of_texts(parts: tuple[str, ...]) -> tuple[Opening, ...]:
    return tuple(sorted(map(Opening.of, parts)))


@lru_cache(maxsize=1024)
def _of_day(text: str) -> tuple[Opening, ...]:
    return tuple(sorted(Opening.of(part) for part in text.split(",") if part.strip()))


Pairs = tuple[tuple[int, int], ...]
"""Openings and closes in microseconds since the midnight that begins a day; up to 48 hours."""


def pairs(hours: Iterable[Opening]) -> Pairs:
    """Give the hours of a day as numbers."""
    return tuple((start * 10**6, end * 10**6) for start, end in (of.seconds for of in hours))


@attrs.frozen(order=True)
class DayHours:
    """Openings of one date."""

    day: date
    hours: tuple[Opening, ...] = attrs.field(converter=openings)

    def __attrs_post_init__(self) -> None:
        plain_day(self.day)


def plain_day(day: object) -> date:
    """Take a civil date, and refuse what carries a clock."""
    if isinstance(day, str) and day.lower().split("-")[0].strip() in {*WEEKDAYS, *_FULL, *_GROUPS}:
        raise InvalidValue(
            f"{day!r} names days of the week, and a date is needed: a break of every week is "
            "written in its hours, such as {'mon-fri': '09:00-12:00, 13:00-17:30'}"
        )
    if not isinstance(day, date) or isinstance(day, datetime):
        raise InvalidValue(f"a calendar names civil days such as date(2026, 12, 25), got {day!r}")
    return day


def weekdays(text: str) -> list[int]:
    """Read ``mon``, ``mon-fri``, ``mon,wed`` or ``sat-mon``; Monday is 0."""
    expect(text, str, "days of the week", "'mon-fri'")
    found: list[int] = []
    for part in _plain(text).lower().split(","):
        ends = [_weekday(name, text) for name in _GROUPS.get(part.strip(), part).split("-")]
        if len(ends) > 2:
            raise InvalidValue(f"days of the week are like 'mon-fri', got {text!r}")
        first, last = ends[0], ends[-1]
        found += [(first + step) % 7 for step in range((last - first) % 7 + 1)]
    return found


def _plain(text: str) -> str:
    return text.replace("\N{EN DASH}", "-")  # as printed pages have it


def _weekday(name: str, text: str) -> int:
    name = name.strip()
    for names in (WEEKDAYS, _FULL):
        if name in names:
            return names.index(name)
    raise InvalidValue(
        f"no day of the week {name!r} in {text!r}: they are {', '.join(WEEKDAYS)}, "
        "and 'mon-fri' or 'daily' name several"
    )


def weekly(hours: Mapping[str, Hours]) -> tuple[tuple[Opening, ...], ...]:
    """Read a week: the openings of seven days from Monday on."""
    expect(hours, Mapping, "hours of a week", "{'mon-fri': '09:00-17:30'}")
    found: list[tuple[Opening, ...] | None] = [None] * 7
    for days, of_day in hours.items():
        for day in weekdays(days):
            if found[day] is not None:
                raise InvalidValue(
                    f"{WEEKDAYS[day]} has hours twice, the second time under {days!r}: write them "
                    "together, as in '09:00-12:00, 13:00-17:00'"
                )
            found[day] = openings(of_day)
    return tuple(of_day or () for of_day in found)


def dated(days: Mapping[date, Hours] | Iterable[DayHours]) -> tuple[DayHours, ...]:
    """Read hours of dates, in their order; a date stands once."""
    if isinstance(days, Mapping):
        rows: Iterable[DayHours] = (DayHours(day, hours) for day, hours in days.items())
    else:
        rows = expect_each(days, DayHours, "hours of dates, such as {date(2026, 12, 24): ''},")
    found: dict[date, DayHours] = {}
    for row in rows:
        if row.day in found:
            raise InvalidValue(f"{row.day} has hours twice: write them together")
        found[row.day] = row
    return tuple(found[day] for day in sorted(found))
