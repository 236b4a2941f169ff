"""What is open on the clocks of a calendar's own zone, and as days of UTC.

On its own clocks a calendar is a week, and some dated days. What those clocks show never goes back
(a repeated hour stands at its end), so that an instant is open when what they show is: between two
changes of the clocks a day of UTC is the end of one local day and the beginning of the next.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Final, Protocol

from harmony_core.sla._changes import parts
from harmony_core.sla._days import CLOSED, LENGTH, UNIT, Day, across, day_of, moved, touching
from harmony_core.sla._holidays import HolidayRule, PublicHolidays
from harmony_core.sla._hours import DayHours, Opening, Pairs, pairs
from harmony_core.sla._sweep import Edges, cut, joined, minus
from harmony_core.sla._zones import DAY, EPOCH

_EPOCH_DAY: Final = EPOCH.toordinal()
_THURSDAY: Final = 3  # 1 January 1970 was one
_WHOLE: Final[Pairs] = ((0, LENGTH),)

Dated = dict[int, Day]
"""Local days, in days since 1970, that differ from those of the week."""


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


class Walls:
    """The week of a calendar and its dated days, as numbers.

    ``years`` are those of UTC that a date may touch: its own, and its neighbour near the turn.
    """

    __slots__ = (
        "_breaks",
        "_holidays",
        "_hours",
        "_overrides",
        "_public",
        "_starts_only",
        "week",
        "years",
    )

    def __init__(self, rules: Rules) -> None:
        known: dict[int, Pairs] = {}  # the same hours stand on many days

        def numbers(hours: tuple[Opening, ...]) -> Pairs:
            if id(hours) not in known:
                known[id(hours)] = pairs(hours)
            return known[id(hours)]

        def numbered(rows: Sequence[DayHours]) -> tuple[list[int], list[Pairs]]:
            days = [row.day.toordinal() - _EPOCH_DAY for row in rows]
            return days, [numbers(row.hours) for row in rows]

        self._public = rules.public_holidays
        self._hours = [numbers(hours) for hours in rules.week]
        self._overrides, self._breaks = numbered(rules.overrides), numbered(rules.breaks)
        self._holidays = [day.toordinal() - _EPOCH_DAY for day in rules.holidays]
        self._starts_only = rules.holiday_rule is HolidayRule.SHIFT_START
        before = [self._hours[-1], *self._hours]
        self.week = [_local(one, own, (), ()) for one, own in pairwise(before)]
        self.years = frozenset(_touched([*self._overrides[0], *self._breaks[0], *self._holidays]))

    def dated(self, first: int, last: int) -> Dated:
        """Give the local days of ``[first, last)`` that differ from those of the week."""
        special = _within(self._overrides, first - 1, last)
        shut = _within(self._breaks, first - 1, last)
        for number in self.holidays(first - 1, last) - special.keys():
            if self._starts_only:
                special[number] = ()
            else:
                shut[number] = shut.get(number, ()) + _WHOLE

        def hours(number: int) -> Pairs:
            found = special.get(number)
            return self._hours[(number + _THURSDAY) % 7] if found is None else found

        touched = special.keys() | shut.keys()
        return {
            number: _local(
                hours(number - 1), hours(number), shut.get(number - 1, ()), shut.get(number, ())
            )
            for number in touched | {number + 1 for number in touched}
        }

    def holidays(self, first: int, last: int) -> set[int]:
        """Give the holidays of ``[first, last)``."""
        start, end = bisect_left(self._holidays, first), bisect_left(self._holidays, last)
        found = set(self._holidays[start:end])
        years = [(EPOCH + timedelta(days=number)).year for number in (first, last)]
        for rule in self._public:
            days = (day.toordinal() - _EPOCH_DAY for day in rule.days(years[0], years[1]))
            found.update(day for day in days if first <= day < last)
        return found

    def begun(self, first: int, last: int) -> set[int]:
        """Give the days of ``[first, last)`` on which hours begin, breaks aside."""
        special = _within(self._overrides, first, last)
        week = [bool(hours) for hours in self._hours]
        found = {number for number in range(first, last) if week[(number + _THURSDAY) % 7]}
        found -= self.holidays(first, last)
        return found - special.keys() | {day for day, hours in special.items() if hours}

    def days(self, zone: str, first: int, last: int) -> list[Day]:
        """Give the days of UTC from ``first`` up to ``last``."""
        dated = self.dated(first - 2, last + 2)
        days, changed = [CLOSED] * (last - first), dict[int, Edges]()
        if not dated and not any(self._hours):
            return days
        for since, until, offset, reached in parts(zone, first * DAY, last * DAY):
            begin, end = -(-since // DAY), until // DAY
            inner = (at for at in (begin * DAY, end * DAY) if since < at < until)
            for start, stop in pairwise([since, *inner, until]):
                number = start // DAY
                if stop - start >= DAY and reached is None:
                    days[begin - first : end - first] = self._whole(begin, end, offset, dated)
                    continue
                if reached is None:
                    piece = self._piece(start + offset, stop + offset, dated)
                else:
                    of, at = divmod(reached, DAY)
                    of, at = (of, at) if at else (of - 1, DAY)
                    piece = [0, (stop - start) * UNIT]
                    if not self._local(of, dated).open_just_before(at * UNIT):
                        piece = []
                piece = moved(piece, (start - number * DAY) * UNIT)
                changed[number] = touching(changed.get(number, []), piece)
        for number, edges in changed.items():
            days[number - first] = day_of(tuple(edges))
        return days

    def _local(self, number: int, dated: Dated) -> Day:
        return dated.get(number) or self.week[(number + _THURSDAY) % 7]

    def _whole(self, begin: int, end: int, offset: int, dated: Dated) -> list[Day]:
        """Give days of UTC on which the clocks do not change."""
        shift, past = divmod(offset, DAY)
        at = past * UNIT
        first = (begin + shift + _THURSDAY) % 7
        week = [across(one, other, at) for one, other in pairwise([*self.week, self.week[0]])]
        days = (week * ((end - begin) // 7 + 2))[first : first + end - begin]
        for number in {of - back for of in dated for back in (shift, shift + 1)}:
            if begin <= number < end:
                of = number + shift
                days[number - begin] = across(
                    self._local(of, dated), self._local(of + 1, dated), at
                )
        return days

    def _piece(self, start: int, stop: int, dated: Dated) -> Edges:
        """Give the open time between two wall seconds, a day apart at most, from the first one."""
        of, following = start // DAY, (stop - 1) // DAY
        last = min(stop - of * DAY, DAY)
        found = cut(self._local(of, dated).edges, (start - of * DAY) * UNIT, last * UNIT)
        found = moved(found, (of * DAY - start) * UNIT)
        if following > of:
            more = cut(self._local(following, dated).edges, 0, (stop - following * DAY) * UNIT)
            found = touching(found, moved(more, (following * DAY - start) * UNIT))
        return found


def _touched(numbers: Iterable[int]) -> set[int]:
    """Name the years that days touch, with a margin for hours over midnight and for offsets."""
    found = set[int]()
    for number in numbers:
        day = date.fromordinal(number + _EPOCH_DAY)
        found.add(day.year)
        if day.month in {1, 12}:
            found |= {day.year - 1} if day.timetuple().tm_yday < 6 else set()
            found |= {day.year + 1} if day.month == 12 and day.day > 26 else set()
    return found


def _within(rows: tuple[list[int], list[Pairs]], first: int, last: int) -> dict[int, Pairs]:
    days, hours = rows
    start, end = bisect_left(days, first), bisect_left(days, last)
    return dict(zip(days[start:end], hours[start:end], strict=True))


@lru_cache(maxsize=2048)
def _local(before: Pairs, own: Pairs, shut_before: Pairs, shut: Pairs) -> Day:
    """Give a local day, into which the hours and breaks of the day before may run."""
    return day_of(tuple(minus(_of_day(before, own), _of_day(shut_before, shut))))


def _of_day(before: Pairs, own: Pairs) -> Edges:
    run_on = [(start - LENGTH, end - LENGTH) for start, end in before if end > LENGTH]
    return cut(joined(sorted([*run_on, *own])), 0, LENGTH)
