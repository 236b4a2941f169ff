"""A calendar: wall-clock rules in one zone that say when it is open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, tzinfo

import attrs

from harmony_core.errors import InvalidValue
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
from harmony_core.sla._index import FIRST_YEAR, SETTLED, OpenIndex, year_length, year_start
from harmony_core.sla._open_time import OWN_INDEX, OpenTime
from harmony_core.sla._sweep import Edges, merged, minus
from harmony_core.sla._zones import DAY, EPOCH, instants, zone_key

_EPOCH_DAY = EPOCH.toordinal()
_UNIT = 1_000_000
_MONDAY = 3  # 1 January 1970 was a Thursday


def _week(days: Iterable[Iterable[Opening]]) -> tuple[tuple[Opening, ...], ...]:
    week = tuple(openings(list(of_day)) for of_day in days)
    if len(week) != len(WEEKDAYS):
        raise InvalidValue(f"a week has the hours of seven days from Monday, got {len(week)}")
    return week


def _days(days: Iterable[date]) -> tuple[date, ...]:
    return tuple(sorted({plain_day(day) for day in days}))


def _public(
    holidays: PublicHolidays | Iterable[PublicHolidays],
) -> tuple[PublicHolidays, ...]:
    rules = (holidays,) if isinstance(holidays, PublicHolidays) else holidays
    return tuple(sorted(set(rules)))


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
    index: OpenIndex = attrs.field(default=OWN_INDEX, init=False, eq=False, repr=False)

    @classmethod
    def of(
        cls,
        zone: str | tzinfo,
        hours: Mapping[str, Hours],
        *,
        holidays: PublicHolidays | Iterable[date | PublicHolidays] = (),
        overrides: Mapping[date, Hours] | Iterable[DayHours] = (),
        breaks: Mapping[date, Hours] | Iterable[DayHours] = (),
        holiday_rule: HolidayRule | str = HolidayRule.CIVIL_DAY,
    ) -> Calendar:
        """Write a calendar as one says it.

        Args:
            zone: ``"Europe/London"``, or a zone of ``zoneinfo``, pytz or dateutil.
            hours: by days of the week: ``{"mon-fri": "09:00-12:00, 13:00-17:30"}``. A close at or
                before its opening is on the next day; 24:00 is allowed.
            holidays: dates, public holidays of a country, or both in one list.
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
        rules = [holidays] if isinstance(holidays, PublicHolidays) else list(holidays)
        return cls(
            zone,
            weekly(hours),
            overrides,
            [day for day in rules if not isinstance(day, PublicHolidays)],
            [rule for rule in rules if isinstance(rule, PublicHolidays)],
            breaks,
            holiday_rule,
        )

    def canonical(self) -> str:
        """See :class:`OpenTime`."""
        week = {
            name: _text(hours) for name, hours in zip(WEEKDAYS, self.week, strict=True) if hours
        }
        parts = {
            "week": week,
            "overrides": {row.day.isoformat(): _text(row.hours) for row in self.overrides},
            "holidays": [day.isoformat() for day in self.holidays],
            "public": [
                [rule.country, rule.subdivision, *rule.categories] for rule in self.public_holidays
            ],
            "breaks": {row.day.isoformat(): _text(row.hours) for row in self.breaks},
            "rule": "" if self.holiday_rule is HolidayRule.CIVIL_DAY else self.holiday_rule.value,
        }
        # What is empty is left out, so that a rule which is added later changes no older hash.
        said = {name: part for name, part in parts.items() if part}
        return json.dumps({"zone": self.zone} | said, separators=(",", ":"))

    @property
    def zones(self) -> frozenset[str]:
        """Its own."""
        return frozenset((self.zone,))

    @property
    def last_special_year(self) -> int:
        """See :class:`OpenTime`."""
        rows = [row.day for row in self.overrides + self.breaks]
        last = max([*rows, *self.holidays], default=date(FIRST_YEAR, 1, 1))
        # The packages' data end before; and hours of 31 December may run into the next year.
        return max(last.year + 1, SETTLED + 1 if self.public_holidays else FIRST_YEAR)

    @property
    def is_never_open(self) -> bool:
        """See :class:`OpenTime`."""
        return not any(self.week) and not any(row.hours for row in self.overrides)

    def begins_on(self, day: date) -> bool:
        """Whether hours begin on a civil day, breaks aside."""
        overridden = {row.day: row.hours for row in self.overrides}
        if day in overridden:
            return bool(overridden[day])
        return bool(self.week[day.weekday()]) and day not in self._closed_days(day.year)

    def edges(self, year: int) -> Edges:
        """See :class:`OpenTime`."""
        first = date(year, 1, 1).toordinal() - _EPOCH_DAY - 3  # 48 hours, and a day of offset
        last = date(year + 1, 1, 1).toordinal() - _EPOCH_DAY + 2
        closed_days = {
            number
            for day in self._closed_days(year - 1, year, year + 1)
            if first <= (number := day.toordinal() - _EPOCH_DAY) < last
        }
        overridden = _by_number(self.overrides, first, last)
        closed_days -= overridden.keys()
        special = overridden
        if self.holiday_rule is HolidayRule.SHIFT_START:
            special = overridden | dict.fromkeys(closed_days, ())
        week = [[opening.seconds for opening in of_day] for of_day in self.week]
        opens = list[tuple[int, int]]()
        for number in range(first, last):
            hours = special.get(number)
            if hours is None:
                hours = week[(number + _MONDAY) % 7]
            midnight = number * DAY
            for opening, close in hours:
                opens.append((midnight + opening, midnight + close))
        edges = self._of_walls(year, opens)
        closed = [
            (number * DAY + start, number * DAY + end)
            for number, hours in _by_number(self.breaks, first, last).items()
            for start, end in hours
        ]
        if self.holiday_rule is HolidayRule.CIVIL_DAY:
            closed += [(number * DAY, (number + 1) * DAY) for number in closed_days]
        return minus(edges, self._of_walls(year, sorted(closed)), year_length(year))

    def _of_walls(self, year: int, walls: list[tuple[int, int]]) -> Edges:
        """Turn intervals of the wall clock, sorted by opening, into time of a year of UTC."""
        start, until = year_start(year) // _UNIT, year_start(year + 1) // _UNIT
        bounds = start - 6 * DAY, until + 6 * DAY
        opens = instants(self.zone, [opening for opening, _ in walls], *bounds)
        ends = sorted({close for _, close in walls})
        close_of = dict(zip(ends, instants(self.zone, ends, *bounds), strict=True))
        return [
            edge * _UNIT
            for edge in merged(
                [at - start for at in opens],
                [close_of[close] - start for _, close in walls],
                until - start,
            )
        ]

    def _closed_days(self, *years: int) -> frozenset[date]:
        found = [rule.days(min(years), max(years)) for rule in self.public_holidays]
        return frozenset(self.holidays).union(*found)


def _text(hours: Iterable[Opening]) -> str:
    return ",".join(map(str, hours))


def _by_number(
    rows: Iterable[DayHours], first: int, last: int
) -> dict[int, list[tuple[int, int]] | tuple[()]]:
    return {
        number: [opening.seconds for opening in row.hours]
        for row in rows
        if first <= (number := row.day.toordinal() - _EPOCH_DAY) < last
    }
