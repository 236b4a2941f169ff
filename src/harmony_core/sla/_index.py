"""The open-time index: how much open time lies before an instant, and when so much has passed.

A year of UTC is a list of days, many of them the same object, and their running totals in whole
microseconds; it is made when it is first needed. Every question is then a few look-ups, whatever
the span: ``worked(t)`` is the open time since a fixed anchor, and what adds to it is looked up
backwards. Years that no dated rule touches are computed once for each kind (the weekday of 1
January, leap or not, the changes of the clocks), so that centuries cost little more than some
years, and of a year that is only passed through nothing but its total.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate
from threading import Lock
from typing import Any, Final, Protocol

import attrs

from harmony_core.errors import BeyondHorizon, InvalidValue, NeverOpens
from harmony_core.sla._changes import second_of
from harmony_core.sla._days import LENGTH, UNIT, Day, Table
from harmony_core.sla._zones import DAY, EPOCH, in_utc

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2499

HORIZON: Final = FIRST_YEAR, LAST_YEAR
"""The first and the last year that calendars reach; what lies beyond is refused at once."""

Year = tuple[datetime, list[int], list[Table]]
"""Its start; the open time from the anchor before each day, and after the last; its days."""


class OpenSet(Protocol):
    """What an index is made from."""

    def days_of(self, year: int) -> list[Day]:
        """Give the open time of each day of a year of UTC."""
        ...

    def total_of(self, year: int) -> int:
        """Give the open time of a year of UTC, which may be known without its days."""
        ...

    def canonical(self) -> str:
        """Write the rules in one text."""
        ...

    def kind(self, year: int) -> Hashable:
        """Name what years have in common that are open alike, counted from their start."""
        ...

    @property
    def is_never_open(self) -> bool:
        """Whether its rules alone say that it has no open time."""
        ...


def year_start(year: int) -> int:
    """Give the microsecond since 1970 at which a year of UTC begins."""
    return second_of(year) * UNIT


def year_length(year: int) -> int:
    """Give the microseconds of a year."""
    return year_start(year + 1) - year_start(year)


def microseconds(duration: timedelta) -> int:
    """Express a duration as a whole number."""
    return (duration.days * DAY + duration.seconds) * UNIT + duration.microseconds


class OpenIndex:
    """Answers about the open time of one calendar; it grows by itself and forgets nothing."""

    __slots__ = (
        "_counted",
        "_days",
        "_hash",
        "_lock",
        "_source",
        "_totals",
        "_years",
        "working_days",
    )

    def __init__(self, source: OpenSet) -> None:
        self._source = source
        self._years: dict[int, Year] = {}
        # Working days of zones and kinds of year, counted from its start.
        self.working_days: dict[Hashable, tuple[int, ...]] = {}
        # Years that are alike: their open time, and their days where somebody looked at them.
        self._totals: dict[Hashable, int] = {}
        self._days: dict[Hashable, list[Day]] = {}
        # The first year counted, the open time before each one, and after the last.
        self._counted: tuple[int, list[int]] = 0, []
        self._lock = Lock()
        self._hash = ""  # once somebody asked for it

    def __reduce__(self) -> tuple[type[OpenIndex], tuple[OpenSet]]:
        return OpenIndex, (self._source,)  # what was computed stays behind

    @property
    def content_hash(self) -> str:
        """Identifies the rules."""
        if not self._hash:
            self._hash = sha256(self._source.canonical().encode()).hexdigest()
        return self._hash

    # --- questions --------------------------------------------------------------------------

    def worked(self, moment: datetime) -> int:
        """Give the open microseconds from the anchor up to an instant in UTC."""
        base, befores, tables = self._years.get(moment.year) or self._year(moment.year)
        past = moment - base
        day = past.days
        opens, gaps, ends = tables[day]
        at = past.seconds * UNIT + past.microseconds
        index = bisect_right(opens, at)
        if not index:
            return befores[day]
        worked, end = at - gaps[index - 1], ends[index]
        return befores[day] + (worked if worked < end else end)

    def add(self, start: datetime, duration: int) -> tuple[datetime, datetime | None]:
        """Give the first and the last instant at which so much, above zero, has been worked."""
        worked = self.worked(start) + duration
        year = self._years[start.year]
        if worked > year[1][-1]:
            year = self._year_with(worked, bisect_left)
        base, befores, tables = year
        day = bisect_left(befores, worked) - 1
        _, gaps, ends = tables[day]
        rest = worked - befores[day]
        index = bisect_left(ends, rest)
        first = base + timedelta(day, 0, gaps[index - 1] + rest)
        if ends[index] != rest:
            return first, first
        try:
            return first, self.last(worked)
        except BeyondHorizon:
            return first, None

    def subtract(self, end: datetime, duration: int) -> tuple[datetime, datetime | None]:
        """Give the last and the first instant from which so much, above zero, is worked."""
        worked = self.worked(end) - duration
        year = self._years[end.year]
        if worked < year[1][0]:
            year = self._year_with(worked, bisect_right)
        base, befores, tables = year
        day = bisect_right(befores, worked) - 1
        _, gaps, ends = tables[day]
        rest = worked - befores[day]
        index = bisect_right(ends, rest)
        last = base + timedelta(day, 0, gaps[index - 1] + rest)
        if ends[index - 1] != rest:
            return last, last
        try:
            return last, self.first(worked)
        except BeyondHorizon:
            return last, None

    def first(self, worked: int) -> datetime:
        """Give the first instant at which so much has been worked; a close counts."""
        base, befores, tables = self._year_with(worked, bisect_left)
        day = bisect_left(befores, worked) - 1
        _, gaps, ends = tables[day]
        rest = worked - befores[day]
        return base + timedelta(day, 0, gaps[bisect_left(ends, rest) - 1] + rest)

    def last(self, worked: int) -> datetime:
        """Give the last instant before more than that has been worked: an opening, not a close."""
        base, befores, tables = self._year_with(worked, bisect_right)
        day = bisect_right(befores, worked) - 1
        _, gaps, ends = tables[day]
        rest = worked - befores[day]
        return base + timedelta(day, 0, gaps[bisect_right(ends, rest) - 1] + rest)

    def is_open(self, moment: datetime) -> bool:
        """Whether an instant in UTC lies in open time; its opening does, its close does not."""
        base, _, tables = self._years.get(moment.year) or self._year(moment.year)
        past = moment - base
        opens, gaps, ends = tables[past.days]
        at = past.seconds * UNIT + past.microseconds
        index = bisect_right(opens, at)
        return bool(index) and at - gaps[index - 1] < ends[index]

    def next_open(self, moment: datetime) -> datetime:
        """Give the instant itself when open, else the next opening."""
        if self.is_open(moment):
            return moment
        return self.last(self.worked(moment))

    def previous_close(self, moment: datetime) -> datetime:
        """Give the instant itself when it was open just before, else the close before it."""
        return self.first(self.worked(moment))

    def next_close(self, moment: datetime) -> datetime:
        """Give the next close after an instant, the one after the next opening when closed."""
        at = self.next_open(moment)
        for year in range(at.year, LAST_YEAR + 1):
            if year > at.year and self.total_of(year) == year_length(year):
                continue
            base, befores, tables = self._years.get(year) or self._year(year)
            day, since = 0, 0
            if at > base:
                past = at - base
                day, since = past.days, past.seconds * UNIT + past.microseconds
            opens, gaps, ends = tables[day]
            index = bisect_right(opens, since)
            if not index:
                return base  # open up to the end of the year before, and closed as this one begins
            close = gaps[index - 1] + ends[index]
            if close == LENGTH:  # over midnight, on to the first day that is not open throughout
                shut = (day + 1) * LENGTH - befores[day + 1]
                day = bisect_right(
                    range(len(tables)), shut, day + 1, key=lambda end: _shut(befores, end + 1)
                )
                if day == len(tables):
                    continue
                opens, gaps, ends = tables[day]
                close = ends[1] if opens and not opens[0] else 0
            return base + timedelta(day, 0, close)
        raise BeyondHorizon(
            f"[{self._source}] is open from {at.isoformat()} to the horizon, the end of "
            f"{LAST_YEAR}, without a close"
        )

    def intervals(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """List the open time in ``[start, end)``, in order, joined over midnight."""
        for year in (start.year, end.year):
            _within_horizon(year)
        held: tuple[datetime, datetime] | None = None
        for base, tables, day in self._open_days(start, end):
            midnight, (opens, gaps, ends) = base + timedelta(day), tables[day]
            for index, at in enumerate(opens):
                opened = max(midnight + timedelta(0, 0, at), start)
                closed = min(midnight + timedelta(0, 0, gaps[index] + ends[index + 1]), end)
                if closed <= opened:
                    continue
                if held is not None and held[1] == opened:
                    held = held[0], closed
                    continue
                if held is not None:
                    yield held
                held = opened, closed
        if held is not None:
            yield held

    def _open_days(
        self, start: datetime, end: datetime
    ) -> Iterator[tuple[datetime, list[Table], int]]:
        """Find the days with open time from that of one instant to that of another."""
        for number in range(start.year, end.year + 1):
            if number not in self._years and not self.total_of(number):
                continue
            base, befores, tables = self._years.get(number) or self._year(number)
            day = max((start - base).days, 0)
            last = min((end - base).days, len(tables) - 1)
            while (day := bisect_right(befores, befores[day]) - 1) <= last:
                yield base, tables, day
                day += 1

    # --- growth -----------------------------------------------------------------------------

    def _year(self, year: int) -> Year:
        """Give a year that may not have been looked at yet."""
        _within_horizon(year)
        found = self._years.get(year)
        if found is None:
            before, days = self._reach(year), self.days_of(year)
            befores = list(accumulate([day.total for day in days], initial=before))
            start = EPOCH + timedelta(0, second_of(year))
            found = self._years[year] = start, befores, [day.table for day in days]
        return found

    def days_of(self, year: int) -> list[Day]:
        """Give the open time of each day of a year; not to be changed."""
        kind = self._source.kind(year)
        found = self._days.get(kind)
        if found is None:
            found = self._days[kind] = self._source.days_of(year)
        return found

    def total_of(self, year: int) -> int:
        """Give the open time of a year."""
        kind = self._source.kind(year)
        found = self._totals.get(kind)
        if found is None:
            found = self._totals[kind] = self._source.total_of(year)
        return found

    def _reach(self, year: int) -> int:
        """Count all years up to this one, and give the open time before it."""
        with self._lock:
            first, befores = self._counted
            if not befores:
                first, befores = year, [0, self.total_of(year)]
            if year < first:
                earlier = accumulate(
                    (-self.total_of(back) for back in range(first - 1, year - 1, -1)),
                    initial=befores[0],
                )
                first, befores = year, list(earlier)[:0:-1] + befores
            count = first + len(befores) - 1
            if year >= count:
                totals = map(self.total_of, range(count, year + 1))
                befores = befores[:-1] + list(accumulate(totals, initial=befores[-1]))
            self._counted = first, befores
            return befores[year - first]

    def _year_with(self, worked: int, find: Callable[[list[int], int], int]) -> Year:
        """Find the year in which so much has been worked, counting further years as needed."""
        first, befores = self._counted
        index = find(befores, worked) - 1
        while not 0 <= index < len(befores) - 1:
            self._reach(self._next_to_count(index < 0))
            first, befores = self._counted
            index = find(befores, worked) - 1
        return self._years.get(first + index) or self._year(first + index)

    def _next_to_count(self, before: bool) -> int:
        """Name a year beyond those counted: few rounds to the horizon, little work before it."""
        first, befores = self._counted
        last, step = first + len(befores) - 2, 1 + len(befores) // 2
        if self._source.is_never_open:
            raise NeverOpens(f"[{self._source}] never opens: give it opening hours")
        if before and first > FIRST_YEAR:
            return max(first - step, FIRST_YEAR)
        if not before and last < LAST_YEAR:
            return min(last + step, LAST_YEAR)
        years = f"between {first} and {last}, the horizon: calendars reach that far"
        if befores[0] == befores[-1]:
            raise NeverOpens(f"[{self._source}] has no open time {years}; check its hours")
        raise BeyondHorizon(f"[{self._source}] has too little open time {years}")


def _within_horizon(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise BeyondHorizon(
            f"calendars reach from {FIRST_YEAR} to {LAST_YEAR}, so the year {year} is beyond: "
            "check the instant"
        )


OWN_INDEX: Any = attrs.Factory(OpenIndex, takes_self=True)
"""The default of a calendar's index: an empty one, which fills as the calendar is asked."""


def _shut(befores: Sequence[int], day: int) -> int:
    """Give the closed time of a year up to one of its days, but for what is the same for all."""
    return day * LENGTH - befores[day]


def moment_in_utc(moment: datetime) -> datetime:
    """Take an instant as it comes."""
    return moment if getattr(moment, "tzinfo", None) is UTC else in_utc(moment)


def checked_duration(duration: timedelta) -> int:
    """Take a duration of zero or more in microseconds."""
    if not isinstance(duration, timedelta):
        raise InvalidValue(f"a duration is a timedelta such as hours(8), got {duration!r}")
    found = microseconds(duration)
    if found < 0:
        raise InvalidValue(f"a duration is zero or more, got {duration}: use subtract to go back")
    return found
