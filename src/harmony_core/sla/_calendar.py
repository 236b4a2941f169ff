"""A calendar: wall-clock rules in one zone that say when it is open."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import date, tzinfo

import attrs

from harmony_core.errors import InvalidValue, expect_each
from harmony_core.sla._changes import kind_of_year
from harmony_core.sla._days import Day
from harmony_core.sla._holidays import HolidayRule, PublicHolidays
from harmony_core.sla._hours import (
    WEEKDAYS,
    DayHours,
    Hours,
    Opening,
    dated,
    openings,
    plain_day,
    weekly,
)
from harmony_core.sla._index import OWN_INDEX, OpenIndex
from harmony_core.sla._open_time import OpenTime
from harmony_core.sla._utc_days import days_of_zone, total_of_zone, working_days_of_zone
from harmony_core.sla._walls import Walls
from harmony_core.sla._zones import zone_key

_FEW = 12  # openings of a day that a line of text still shows


def _week(days: Iterable[Iterable[Opening]]) -> tuple[tuple[Opening, ...], ...]:
    if not isinstance(days, Iterable):
        raise InvalidValue(f"a week has the hours of seven days from Monday, got {days!r}")
    week = tuple(openings(of_day) for of_day in days)
    if len(week) != len(WEEKDAYS):
        raise InvalidValue(f"a week has the hours of seven days from Monday, got {len(week)}")
    return week


def _days(days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted({plain_day(day) for day in expect_each(days, object, "holidays")}))


def _public(
    holidays: PublicHolidays | Iterable[PublicHolidays],
) -> tuple[PublicHolidays, ...]:
    rules = (holidays,) if isinstance(holidays, PublicHolidays) else holidays
    return tuple(sorted(set(expect_each(rules, PublicHolidays, "public holidays"))))


@attrs.frozen
class Calendar(OpenTime):
    """Opening hours of a week in one IANA zone, with what differs on dates.

    People write :meth:`of`. An override replaces the weekly hours of its date and beats holidays;
    an empty one closes. Breaks are closed time and come last. Borders are wall-clock times: one
    inside a gap of the clocks is the instant of the change, an ambiguous one is its first pass.

    Args:
        zone: an IANA key, or a zone of ``zoneinfo``, pytz or dateutil that has one.
        week: openings of seven days from Monday on; they belong to the day on which they begin.
        overrides: openings of dates instead.
        holidays: civil dates of the zone.
        public_holidays: those of countries, in every year.
        breaks: closed time of dates.
        holiday_rule: what a holiday closes.

    Raises:
        InvalidValue: the zone has no IANA name, or a date has hours twice.
    """

    zone: str = attrs.field(converter=zone_key)
    week: tuple[tuple[Opening, ...], ...] = attrs.field(converter=_week)
    overrides: tuple[DayHours, ...] = attrs.field(default=(), converter=dated)
    holidays: tuple[date, ...] = attrs.field(default=(), converter=_days)
    public_holidays: tuple[PublicHolidays, ...] = attrs.field(default=(), converter=_public)
    breaks: tuple[DayHours, ...] = attrs.field(default=(), converter=dated)
    holiday_rule: HolidayRule = attrs.field(default=HolidayRule.CIVIL_DAY, converter=HolidayRule)
    _walls: Walls = attrs.field(
        default=attrs.Factory(Walls, takes_self=True), init=False, eq=False, repr=False
    )
    open_index: OpenIndex = attrs.field(default=OWN_INDEX, init=False, eq=False, repr=False)

    @classmethod
    def of(
        cls,
        zone: str | tzinfo,
        hours: Mapping[str, Hours],
        *,
        holidays: str | PublicHolidays | Iterable[date | str | PublicHolidays] = (),
        overrides: Mapping[date, Hours] | Iterable[DayHours] = (),
        breaks: Mapping[date, Hours] | Iterable[DayHours] = (),
        holiday_rule: HolidayRule | str = HolidayRule.CIVIL_DAY,
    ) -> Calendar:
        """Write a calendar as one says it.

        Args:
            zone: ``"Europe/London"``, or a zone of ``zoneinfo``, pytz or dateutil.
            hours: by days of the week: ``{"mon-fri": "09:00-12:00, 13:00-17:30"}``. A close at or
                before its opening is on the next day; 24:00 is allowed.
            holidays: dates, public holidays of a country such as ``"GB-ENG"``, or both in one list.
            overrides: hours of dates, instead of the week's; ``""`` closes.
            breaks: closed time of dates.
            holiday_rule: ``civil_day`` closes the date from 00:00 to 24:00, ``shift_start`` the
                hours that begin on it.

        >>> from datetime import datetime, UTC
        >>> from harmony_core.sla import hours
        >>> london = Calendar.of(
        ...     "Europe/London", {"mon-fri": "09:00-17:30"}, holidays=[date(2026, 12, 25)]
        ... )
        >>> friday = datetime(2026, 3, 27, 16, 50, tzinfo=UTC)  # the clocks change on Sunday
        >>> london.add(friday, hours(1)).due.isoformat()
        '2026-03-30T08:20:00+00:00'
        """
        rules = [holidays] if isinstance(holidays, str | PublicHolidays) else holidays
        if not isinstance(rules, Iterable):
            raise InvalidValue(
                "holidays are a list of dates, a country such as 'GB-ENG', or both in one list, "
                f"got {holidays!r}"
            )
        rules = list(rules)
        return cls(
            zone,
            weekly(hours),
            overrides,
            [rule for rule in rules if not isinstance(rule, str | PublicHolidays)],
            [PublicHolidays.of(rule) for rule in rules if isinstance(rule, str | PublicHolidays)],
            breaks,
            holiday_rule,
        )

    def canonical(self) -> str:
        """See :class:`OpenTime`."""
        texts: dict[int, str] = {}  # the same hours stand on many days

        def text(hours: tuple[Opening, ...]) -> str:
            if id(hours) not in texts:
                texts[id(hours)] = _text(hours)
            return texts[id(hours)]

        week = {name: text(hours) for name, hours in zip(WEEKDAYS, self.week, strict=True) if hours}
        parts = {
            "week": week,
            "overrides": {row.day.isoformat(): text(row.hours) for row in self.overrides},
            "holidays": [day.isoformat() for day in self.holidays],
            "public": [
                [rule.country, rule.subdivision, *rule.categories] for rule in self.public_holidays
            ],
            "breaks": {row.day.isoformat(): text(row.hours) for row in self.breaks},
            "rule": "" if self.holiday_rule is HolidayRule.CIVIL_DAY else self.holiday_rule.value,
        }
        # What is empty is left out, so that a rule which is added later changes no older hash.
        said = {name: part for name, part in parts.items() if part}
        return json.dumps({"zone": self.zone} | said, separators=(",", ":"))

    def __str__(self) -> str:
        """Say the hours in a line: ``mon-fri 09:00-17:30, GB-ENG closed (Europe/London)``."""
        said = [_said(self.week)]
        said += [f"{rule} closed" for rule in self.public_holidays]
        for count, one, many in (
            (len(self.holidays), "holiday", "holidays"),
            (len(self.overrides), "day of other hours", "days of other hours"),
            (len(self.breaks), "day with breaks", "days with breaks"),
        ):
            said += [f"{count} {one if count == 1 else many}"] if count else []
        return f"{', '.join(said)} ({self.zone})"

    @property
    def zones(self) -> frozenset[str]:
        """Its own."""
        return frozenset((self.zone,))

    def kind(self, year: int) -> Hashable:
        """See :class:`OpenTime`."""
        if year in self._walls.years or self._walls.has_public(year):
            return year
        return kind_of_year(self.zone, year)

    @property
    def is_never_open(self) -> bool:
        """See :class:`OpenTime`."""
        return not any(self.week) and not any(row.hours for row in self.overrides)

    def days_begun(self, first: int, last: int) -> set[int]:
        """Days with hours of their own, breaks aside."""
        return self._walls.begun(first, last)

    def days_of(self, year: int) -> list[Day]:
        """See :class:`OpenTime`."""
        return days_of_zone(self._walls, self.zone, year)

    def total_of(self, year: int) -> int:
        """See :class:`OpenTime`; without its days."""
        return total_of_zone(self._walls, self.zone, year)

    def count_working_days(self, zone: str, year: int) -> int | None:
        """See :class:`OpenTime`; those of its own zone."""
        return working_days_of_zone(self._walls, zone, year) if zone == self.zone else None


def _said(week: Sequence[Sequence[Opening]]) -> str:
    """Write a week with the days together that have the same hours and follow each other."""
    runs: list[tuple[int, int, str]] = []
    for day, of_day in enumerate(week):
        many = len(of_day) > _FEW
        hours = f"{len(of_day)} openings" if many else _text(of_day)
        if runs and runs[-1][1:] == (day - 1, hours):
            runs[-1] = runs[-1][0], day, hours
        else:
            runs.append((day, day, hours))
    said = [
        f"{WEEKDAYS[first]}{f'-{WEEKDAYS[last]}' if last > first else ''} {hours}"
        for first, last, hours in runs
        if hours
    ]
    return "; ".join(said) or "no weekly hours"


def _text(hours: Iterable[Opening]) -> str:
    return ",".join(map(str, hours))
