"""What is open on the clocks of a calendar's own zone: a week, and some dated days.

Dated days are put together once, when the calendar is written, so that a question about a year
looks at those of the year, and one over centuries at the sum of what they differ by. Only public
holidays of a country wait until a year is asked for.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final, NamedTuple, Protocol

from harmony_core.sla._days import LENGTH, Day, day_of
from harmony_core.sla._holidays import HolidayRule, PublicHolidays, load
from harmony_core.sla._hours import DayHours, Opening, Pairs, pairs
from harmony_core.sla._sweep import Edges, cut, joined, minus
from harmony_core.sla._zones import EPOCH

_EPOCH_DAY: Final = EPOCH.toordinal()
_THURSDAY: Final = 3  # 1 January 1970 was one
_WHOLE: Final[Pairs] = ((0, LENGTH),)
_EVER: Final = (date.min.toordinal() - _EPOCH_DAY, date.max.toordinal() - _EPOCH_DAY + 1)

_MARGIN: Final = 5  # days beside a year that may touch it
_LAST_PUBLIC: Final = 2101  # the package's holidays end with 2100


class Rules(Protocol):
    """What is written in a calendar."""

    @property
    def week(self) -> tuple[tuple[Opening, ...], ...]: ...

    @property
    def overrides(self) -> tuple[DayHours, ...]: ...

    @property
    def holidays(self) -> tuple[date, ...]: ...

    @property
    def public_holidays(self) -> tuple[PublicHolidays, ...]: ...

    @property
    def breaks(self) -> tuple[DayHours, ...]: ...

    @property
    def holiday_rule(self) -> HolidayRule: ...


class Local(NamedTuple):
    """A day on the clocks of a zone, and whether it is a working day: hours of its own begin."""

    open: Day
    works: bool


class Line:
    """Local days, counted since 1970: those of a week, and dated ones with what they differ by."""

    __slots__ = ("_counts", "_days", "_differences", "_numbers", "_sums", "week")

    def __init__(self, week: list[Local], dated: Mapping[int, Local]) -> None:
        self.week = [day.open for day in week]
        self._sums = list(accumulate((day.open.total for day in week), initial=0))
        self._counts = list(accumulate((day.works for day in week), initial=0)), [0]
        self._numbers = sorted(dated)
        self._days = [dated[number] for number in self._numbers]
        self._differences = [0]
        for number, (open_, works) in zip(self._numbers, self._days, strict=True):
            usual = week[weekday(number)]
            self._differences.append(self._differences[-1] + open_.total - usual.open.total)
            self._counts[1].append(self._counts[1][-1] + works - usual.works)

    def day(self, number: int) -> Day:
        """Give one local day."""
        index = bisect_left(self._numbers, number)
        if index < len(self._numbers) and self._numbers[index] == number:
            return self._days[index].open
        return self.week[weekday(number)]

    def dated(self, first: int, last: int) -> list[int]:
        """Name the dated days of ``[first, last)``."""
        return self._numbers[bisect_left(self._numbers, first) : bisect_left(self._numbers, last)]

    def worked(self, number: int, at: int) -> int:
        """Give the open time before a microsecond of a day, on clocks that never change."""
        weeks, of_week = divmod(number + _THURSDAY, 7)
        index = bisect_left(self._numbers, number)
        before = weeks * self._sums[-1] + self._sums[of_week] + self._differences[index]
        return before + self.day(number).worked(at) if at else before

    def working_days(self, first: int, last: int) -> int:
        """Count the working days of ``[first, last)``, on clocks that never change."""
        usual, differences = self._counts
        counted = list[int]()
        for number in (first, last):
            weeks, of_week = divmod(number + _THURSDAY, 7)
            index = bisect_left(self._numbers, number)
            counted.append(weeks * usual[-1] + usual[of_week] + differences[index])
        return counted[1] - counted[0]


class Walls:
    """The week of a calendar and its dated days, as numbers.

    ``years`` are those of UTC that a date may touch: its own, and its neighbour near the turn.
    """

    __slots__ = (
        "_breaks",
        "_holidays",
        "_hours",
        "_line",
        "_overrides",
        "_public",
        "_run_on",
        "_starts_only",
        "_week",
        "years",
    )

    def __init__(self, rules: Rules) -> None:
        known: dict[int, Pairs] = {}  # the same hours stand on many days

        def numbers(hours: tuple[Opening, ...]) -> Pairs:
            found = known.get(id(hours))
            if found is None:
                found = known[id(hours)] = pairs(hours)
            return found

        def numbered(rows: Sequence[DayHours]) -> tuple[list[int], list[Pairs]]:
            days = [row.day.toordinal() - _EPOCH_DAY for row in rows]
            return days, [numbers(row.hours) for row in rows]

        self._hours = [numbers(hours) for hours in rules.week]
        self._overrides, self._breaks = numbered(rules.overrides), numbered(rules.breaks)
        self._run_on = any(end > LENGTH for hours in known.values() for _, end in hours)
        self._holidays = [day.toordinal() - _EPOCH_DAY for day in rules.holidays]
        self._public = rules.public_holidays
        for rule in self._public:
            load(rule.country)
        self._starts_only = rules.holiday_rule is HolidayRule.SHIFT_START
        rows = (*rules.overrides, *rules.breaks)
        self.years = frozenset(_touched([*(row.day for row in rows), *rules.holidays]))
        before = [self._hours[-1], *self._hours]
        self._week = [_local(one, own, (), ()) for one, own in pairwise(before)]
        self._line = Line(self._week, self._dated(*_EVER, set(self._holidays)))

    def has_public(self, year: int) -> bool:
        """Whether holidays of a country may close days of a year, which nobody wrote down."""
        return bool(self._public) and year <= _LAST_PUBLIC

    def line(self, year: int) -> Line:
        """Give the local days near a year."""
        if not self.has_public(year):
            return self._line
        first, last = (date(at, 1, 1).toordinal() - _EPOCH_DAY for at in (year, year + 1))
        holidays = self._closed(first - _MARGIN, last + _MARGIN)
        return Line(self._week, self._dated(first - _MARGIN, last + _MARGIN, holidays))

    def _dated(self, first: int, last: int, holidays: set[int]) -> dict[int, Local]:
        """Put together the days of ``[first, last)`` that differ from those of the week."""
        special = _within(self._overrides, first - 1, last)
        shut = _within(self._breaks, first - 1, last)
        for number in holidays - special.keys():
            if self._starts_only:
                special[number] = ()
            else:
                shut[number] = shut.get(number, ()) + _WHOLE
        week, touched = self._hours, special.keys() | shut.keys()
        if self._run_on:  # the days after may differ too
            touched |= {number + 1 for number in touched}
        return {
            number: _local(
                special.get(number - 1, week[weekday(number - 1)]),
                special.get(number, week[weekday(number)]),
                shut.get(number - 1, ()),
                shut.get(number, ()),
            )
            for number in touched
        }

    def _closed(self, first: int, last: int) -> set[int]:
        """Give the holidays of ``[first, last)``."""
        start, end = bisect_left(self._holidays, first), bisect_left(self._holidays, last)
        found = set(self._holidays[start:end])
        years = [date.fromordinal(number + _EPOCH_DAY).year for number in (first, last)]
        for rule in self._public:
            days = (day.toordinal() - _EPOCH_DAY for day in rule.days(*years))
            found.update(day for day in days if first <= day < last)
        return found

    def begun(self, first: int, last: int) -> set[int]:
        """Give the days of ``[first, last)`` on which hours begin, breaks aside."""
        found, since = set[int](), weekday(first)
        for of_week, hours in enumerate(self._hours):
            if hours:
                found.update(range(first + (of_week - since) % 7, last, 7))
        special = _within(self._overrides, first, last)
        found -= self._closed(first, last)
        return found - special.keys() | {day for day, hours in special.items() if hours}


def weekday(number: int) -> int:
    """Give the weekday of a day since 1970; Monday is 0."""
    return (number + _THURSDAY) % 7


def _touched(days: Iterable[date]) -> set[int]:
    """Name the years that days touch, with a margin for hours over midnight and for offsets."""
    found = set[int]()
    for day in days:
        found.add(day.year)
        if day.month == 1 and day.day < _MARGIN:
            found.add(day.year - 1)
        elif day.month == 12 and day.day > 31 - _MARGIN:
            found.add(day.year + 1)
    return found


def _within(rows: tuple[list[int], list[Pairs]], first: int, last: int) -> dict[int, Pairs]:
    days, hours = rows
    start, end = bisect_left(days, first), bisect_left(days, last)
    return dict(zip(days[start:end], hours[start:end], strict=True))


@lru_cache(maxsize=2048)
def _local(before: Pairs, own: Pairs, shut_before: Pairs, shut: Pairs) -> Local:
    """Give a local day, into which the hours and breaks of the day before may run."""
    found = day_of(tuple(minus(_of_day(before, own), _of_day(shut_before, shut))))
    return Local(found, bool(own) and found.total > 0)


def _of_day(before: Pairs, own: Pairs) -> Edges:
    run_on = [(start - LENGTH, end - LENGTH) for start, end in before if end > LENGTH]
    return cut(joined(sorted([*run_on, *own])), 0, LENGTH)
