"""A due instant that is stored, with what it was derived from."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from types import NoneType

import attrs

from harmony_core.errors import InvalidValue, Word, expect
from harmony_core.sla._answers import Due
from harmony_core.sla._calendar import Calendar
from harmony_core.sla._clock import ClockReading
from harmony_core.sla._holidays import holiday_data_version
from harmony_core.sla._index import moment_in_utc
from harmony_core.sla._open_time import (
    CalendarDifference,
    CalendarIntersection,
    CalendarUnion,
    OpenTime,
    an_open_time,
)
from harmony_core.sla._zones import tz_data_version


class Outdated(Word):
    """Why a stored due instant must be derived again."""

    CALENDAR = "calendar"
    """The rules of the calendar are others."""
    TIME_ZONES = "time_zones"
    """The time zone data are of another version."""
    HOLIDAYS = "holidays"
    """The data of public holidays are of another version."""


@attrs.frozen
class KeptDue:
    """A due instant as it is stored: a forecast, and what it was made from.

    Args:
        due: the first instant at which the time will have been worked; ``None`` while paused.
        breach_at: from when on it is more.
        content_hash: of the calendar; of all of them, where a clock ran on several.
        tz_version: of the time zone data.
        holiday_version: of the data of public holidays; empty where the calendar uses none.
    """

    due: datetime | None = attrs.field(converter=attrs.converters.optional(moment_in_utc))
    breach_at: datetime | None = attrs.field(converter=attrs.converters.optional(moment_in_utc))
    content_hash: str
    tz_version: str
    holiday_version: str = ""

    def __attrs_post_init__(self) -> None:
        for name in ("content_hash", "tz_version", "holiday_version"):
            expect(getattr(self, name), str, f"{name} of a kept due instant")

    @classmethod
    def of(cls, answer: Due | ClockReading, *calendars: OpenTime) -> KeptDue:
        """Keep an answer of a calendar with that calendar, or a reading of a clock.

        Raises:
            InvalidValue: the answer of a calendar is without it.

        >>> from datetime import UTC
        >>> from harmony_core.sla import hours
        >>> office = Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"})
        >>> answer = office.add(datetime(2026, 3, 27, 16, 50, tzinfo=UTC), hours(8))
        >>> kept = KeptDue.of(answer, office)
        >>> kept.outdated(office), kept.outdated(office, tz_version="2099a")
        ((), (<Outdated.TIME_ZONES: 'time_zones'>,))
        """
        expect(answer, Due | ClockReading, "what is kept", "calendar.add(start, hours(8))")
        if isinstance(answer, ClockReading):
            calendars = answer.calendars
        elif not calendars:
            raise InvalidValue(
                "keep the answer of a calendar with that calendar: KeptDue.of(due, calendar)"
            )
        return cls(
            answer.due,
            answer.breach_at,
            _hash_of(calendars),
            tz_data_version(),
            _holiday_version(calendars),
        )

    def outdated(
        self,
        *calendars: OpenTime,
        tz_version: str | None = None,
        holiday_version: str | None = None,
    ) -> tuple[Outdated, ...]:
        """Say why it must be derived again; nothing where it need not.

        Args:
            calendars: as they are now: the calendar, or those of a clock (``reading.calendars``).
            tz_version: of the data in use now, unless another is given.
            holiday_version: likewise.
        """
        for version in (tz_version, holiday_version):
            expect(version, str | NoneType, "version of the data in use", "'2026f'")
        tz = tz_data_version() if tz_version is None else tz_version
        holidays = _holiday_version(calendars) if holiday_version is None else holiday_version
        found = []
        if _hash_of(calendars) != self.content_hash:
            found.append(Outdated.CALENDAR)
        if tz != self.tz_version:
            found.append(Outdated.TIME_ZONES)
        if "" not in (self.holiday_version, holidays) and self.holiday_version != holidays:
            found.append(Outdated.HOLIDAYS)
        return tuple(found)


def _hash_of(calendars: tuple[OpenTime, ...]) -> str:
    hashes = [an_open_time(one).content_hash for one in calendars]
    if len(hashes) == 1:
        return hashes[0]
    return sha256("\n".join(hashes).encode()).hexdigest()


def _holiday_version(calendars: tuple[OpenTime, ...]) -> str:
    return holiday_data_version() if any(map(_has_public, calendars)) else ""


def _has_public(calendar: OpenTime) -> bool:
    match calendar:
        case Calendar():
            return bool(calendar.public_holidays)
        case CalendarUnion() | CalendarIntersection():
            return any(map(_has_public, calendar.parts))
        case CalendarDifference():
            return _has_public(calendar.base) or _has_public(calendar.without)
    return False
