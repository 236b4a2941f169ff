"""A week of wall-clock hours under labels, with holidays: when an hour costs more.

The calendar says which label holds at an instant (``normal``, ``after_hours``, ``weekend``,
``holiday``, or any others); what a label costs is agreed elsewhere, so that one calendar serves
many contracts. Borders are wall-clock times of one IANA zone; every length is elapsed time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import attrs

from harmony_core.errors import InvalidValue, expect, expect_each
from harmony_core.periods import (
    InstantSpan,
    LabelledSpan,
    instant_of,
    local_day,
    local_midnight,
)

_DAY = timedelta(days=1)
_WEEK = 7 * 24 * 60 * 60 * 10**6
_MICROSECOND = timedelta(microseconds=1)


def _weekdays(days: Iterable[int]) -> tuple[int, ...]:
    found = tuple(sorted(set(expect_each(days, int, "weekdays"))))
    if any(type(day) is not int or not 1 <= day <= 7 for day in found):
        raise InvalidValue(f"weekdays are 1 (Monday) to 7 (Sunday), got {list(found)}")
    return found


@attrs.frozen
class WeeklyHours:
    """Hours from ``opens`` to ``closes`` on some weekdays, under one label.

    ``closes`` on or before ``opens`` means the next day: 22:00 to 06:00 is a night that belongs to
    the weekday on which it began, and 00:00 to 00:00 is a whole day.

    >>> WeeklyHours("night", [1, 2, 3, 4, 5], time(22), time(6)).weekdays
    (1, 2, 3, 4, 5)
    """

    label: str
    weekdays: tuple[int, ...] = attrs.field(converter=_weekdays)
    opens: time
    closes: time

    def __attrs_post_init__(self) -> None:
        if not self.label:
            raise InvalidValue("weekly hours need a label, such as 'normal'")
        expect(self.label, str, "the label of weekly hours")
        for name in ("opens", "closes"):
            expect(getattr(self, name), time, f"{name} of the hours {self.label!r}", "time(9)")
        if not self.weekdays:
            raise InvalidValue(f"the hours {self.label!r} are on no weekday: name at least one")
        if self.opens.tzinfo is not None or self.closes.tzinfo is not None:
            raise InvalidValue("weekly hours are wall-clock times: the calendar names the zone")

    def begun_on(self, day: date) -> tuple[datetime, datetime] | None:
        """The wall-clock hours that begin on ``day``; ``None`` on other weekdays."""
        if day.isoweekday() not in self.weekdays:
            return None
        until = day + _DAY if self.closes <= self.opens else day
        return datetime.combine(day, self.opens), datetime.combine(until, self.closes)

    def __str__(self) -> str:
        days = ", ".join(map(str, self.weekdays))
        return f"{self.label} {self.opens:%H:%M}-{self.closes:%H:%M} on weekdays {days}"


def _hours(hours: Iterable[WeeklyHours]) -> tuple[WeeklyHours, ...]:
    return expect_each(hours, WeeklyHours, "weekly hours of a calendar")


def _holidays(
    holidays: Mapping[date, str] | Iterable[tuple[date, str]],
) -> tuple[tuple[date, str], ...]:
    pairs = holidays.items() if isinstance(holidays, Mapping) else holidays
    found = expect_each(pairs, tuple, "holidays of a calendar")
    for day, label in found:
        expect(day, date, "a holiday")
        expect(label, str, f"the label of the holiday {day}")
    return tuple(sorted(found))


@attrs.frozen
class RateCalendar:
    """Which label holds when, in one zone: holidays first, then weekly hours, then the rest.

    Args:
        zone: an IANA name; every wall-clock time is of this zone.
        hours: any number, several a day and over midnight; no two of them at one time.
        outside: the label of other time on ordinary days.
        weekend: the label of other time on ``weekend_days``.
        weekend_days: 1 is Monday, 7 is Sunday; there may be none.
        holidays: whole civil days with the label of each; they go before weekly hours, also before
            hours that began the evening before.

    Raises:
        InvalidValue: two weekly hours meet, a day is two holidays, or there is no such zone.

    >>> calendar = RateCalendar.office(
    ...     "Europe/London", time(9), time(18), holidays=[date(2026, 12, 25)]
    ... )
    >>> evening = InstantSpan(
    ...     *(instant_of(datetime(2026, 2, 3, hour, 30), "Europe/London") for hour in (16, 20))
    ... )
    >>> [(part.label, str(part.span.elapsed)) for part in calendar.labelled(evening)]
    [('normal', '1:30:00'), ('after_hours', '2:30:00')]
    """

    zone: str
    hours: tuple[WeeklyHours, ...] = attrs.field(converter=_hours)
    outside: str = "after_hours"
    weekend: str = "weekend"
    weekend_days: tuple[int, ...] = attrs.field(default=(6, 7), converter=_weekdays)
    holidays: tuple[tuple[date, str], ...] = attrs.field(default=(), converter=_holidays)
    _by_date: Mapping[date, str] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("zone", "outside", "weekend"):
            expect(getattr(self, name), str, f"{name} of a rate calendar")
        local_midnight(date(2026, 1, 1), self.zone)  # refuses a zone that does not exist
        by_date: dict[date, str] = {}
        for day, label in self.holidays:
            if day in by_date:
                raise InvalidValue(
                    f"{day} is a holiday twice, as {by_date[day]!r} and {label!r}: keep one"
                )
            by_date[day] = label
        if not all((self.outside, self.weekend, *by_date.values())):
            raise InvalidValue("every time of a rate calendar has a label: none may be empty")
        self._refuse_overlaps()
        object.__setattr__(self, "_by_date", by_date)

    @classmethod
    def office(
        cls,
        zone: str,
        opens: time,
        closes: time,
        *,
        holidays: Iterable[date] = (),
        weekend_days: Iterable[int] = (6, 7),
    ) -> RateCalendar:
        """Make the usual one: ``normal`` hours on weekdays, else ``after_hours``.

        Weekend days are ``weekend``, holidays ``holiday``.
        """
        weekend = _weekdays(weekend_days)
        weekdays = [day for day in range(1, 8) if day not in weekend]
        hours = [WeeklyHours("normal", weekdays, opens, closes)] if weekdays else []
        dated = [(day, "holiday") for day in sorted(set(holidays))]
        return cls(zone, hours, weekend_days=weekend, holidays=dated)

    @property
    def labels(self) -> frozenset[str]:
        """Every label that it can give."""
        rest = {self.outside} | ({self.weekend} if self.weekend_days else set())
        return frozenset(rest | {one.label for one in self.hours} | set(self._by_date.values()))

    def labelled(self, span: InstantSpan) -> tuple[LabelledSpan, ...]:
        """Cut a stretch of time where the label changes.

        A border inside an hour that the clocks skip is the instant of the change; inside an hour
        that they show twice it is its first pass.
        """
        found: list[LabelledSpan] = []
        day = local_day(span.start, self.zone)
        reached = span.start
        while reached < span.end:
            for until, label in self._borders(day):
                end = min(until, span.end)
                if end <= reached:
                    continue
                if found and found[-1].label == label:
                    found[-1] = LabelledSpan(InstantSpan(found[-1].span.start, end), label)
                else:
                    found.append(LabelledSpan(InstantSpan(reached, end), label))
                reached = end
            day += _DAY
        return tuple(found)

    def _borders(self, day: date) -> Iterator[tuple[datetime, str]]:
        """The parts of a civil day, each by the instant at which it ends."""
        holiday = self._by_date.get(day)
        if holiday is not None:
            yield local_midnight(day + _DAY, self.zone), holiday
            return
        opens, closes = (datetime.combine(one, time()) for one in (day, day + _DAY))
        rest = self.weekend if day.isoweekday() in self.weekend_days else self.outside
        shifts = sorted(
            (max(begins, opens), min(ends, closes), one.label)
            for one in self.hours
            for begun in (day - _DAY, day)
            for begins, ends in filter(None, [one.begun_on(begun)])
            if begins < closes and ends > opens
        )
        for begins, ends, label in shifts:
            yield instant_of(begins, self.zone), rest
            yield instant_of(ends, self.zone), label
        yield instant_of(closes, self.zone), rest

    def _refuse_overlaps(self) -> None:
        monday = date(2024, 1, 1)
        start = datetime.combine(monday, time())
        week = sorted(
            ((begun[0] - start) // _MICROSECOND, (begun[1] - start) // _MICROSECOND, str(one))
            for one in self.hours
            for offset in range(7)
            if (begun := one.begun_on(monday + offset * _DAY)) is not None
        )
        if week:  # what begins on Sunday may last into Monday
            first = week[0]
            week.append((first[0] + _WEEK, first[1] + _WEEK, first[2]))
        for (_, ends, one), (begins, _, other) in pairwise(week):
            if begins < ends:
                raise InvalidValue(
                    f"the weekly hours {one} and {other} meet: let the first close before the "
                    "second opens, so that every time has one label"
                )
