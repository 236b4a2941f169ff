"""The open-time index: how much open time lies before an instant, and when so much has passed.

One year of UTC at a time is computed, when it is first needed, as its openings and their running
totals in whole microseconds. Every question is then two look-ups by bisection, whatever the span:
``worked(t)`` is the open time since a fixed anchor, and what adds to it is looked up backwards.
Years that no dated rule touches are computed once for each kind (the weekday of 1 January, leap or
not, the changes of the clocks), so that centuries cost little more than some years.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from operator import sub
from threading import Lock
from typing import Final, Protocol

from harmony_core.errors import BeyondHorizon, InvalidValue, NeverOpens
from harmony_core.sla._sweep import Edges
from harmony_core.sla._zones import DAY, EPOCH, in_utc, offsets

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2499

HORIZON: Final = FIRST_YEAR, LAST_YEAR
"""The first and the last year that calendars reach; what lies beyond is refused at once."""

# From this year on every zone keeps to one rule for ever: the last change that is listed singly is
# Gaza's in October 2086. tests/sla holds every zone to it.
SETTLED: Final = 2087

_UNIT: Final = 1_000_000

Year = tuple[datetime, int, list[int], list[int], list[int]]
"""Its start; open time before it; openings from its start; and, counted from the anchor, the closed
time before each opening (less the year's start) and the open time at each close, with the year's
first. All in microseconds."""


class OpenSet(Protocol):
    """What an index is made from."""

    def edges(self, year: int) -> Edges:
        """Give the open time of a year of UTC, in microseconds from its start."""
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
    return (date(year, 1, 1).toordinal() - EPOCH.toordinal()) * DAY * _UNIT


def year_length(year: int) -> int:
    """Give the microseconds of a year."""
    return year_start(year + 1) - year_start(year)


def microseconds(duration: timedelta) -> int:
    """Express a duration as a whole number."""
    return (duration.days * DAY + duration.seconds) * _UNIT + duration.microseconds


class OpenIndex:
    """Answers about the open time of one calendar; it grows by itself and forgets nothing."""

    __slots__ = ("_blocks", "_counted", "_lock", "_source", "_years", "days", "days_alike")

    def __init__(self, source: OpenSet) -> None:
        self._source = source
        self._years: dict[int, Year] = {}
        # Working days of zones and years, and of years that are alike: counted from their start.
        self.days: dict[tuple[str, int], tuple[date, ...]] = {}
        self.days_alike: dict[Hashable, tuple[int, ...]] = {}
        self._blocks: dict[Hashable, tuple[int, Edges]] = {}
        # The first year counted, the open time before each one, and after the last.
        self._counted: tuple[int, list[int]] = 0, []
        self._lock = Lock()

    def __reduce__(self) -> tuple[type[OpenIndex], tuple[OpenSet]]:
        return OpenIndex, (self._source,)  # what was computed stays behind

    # --- questions --------------------------------------------------------------------------

    def worked(self, moment: datetime) -> int:
        """Give the open microseconds from the anchor up to an instant in UTC."""
        base, before, opens, gaps, ends = self._years.get(moment.year) or self._year(moment.year)
        past = moment - base
        at = (past.days * DAY + past.seconds) * _UNIT + past.microseconds
        index = bisect_right(opens, at)
        if not index:
            return before
        worked, end = at - gaps[index - 1], ends[index]
        return worked if worked < end else end

    def add(self, start: datetime, duration: int) -> tuple[datetime, datetime | None]:
        """Give the first and the last instant at which so much, above zero, has been worked."""
        worked = self.worked(start) + duration
        year = self._years[start.year]
        if worked > year[4][-1]:
            year = self._year_with(worked, bisect_left)
        base, _, _, gaps, ends = year
        index = bisect_left(ends, worked)
        first = base + timedelta(0, 0, gaps[index - 1] + worked)
        if ends[index] != worked:
            return first, first
        try:
            return first, self.last(worked)
        except BeyondHorizon:
            return first, None

    def subtract(self, end: datetime, duration: int) -> tuple[datetime, datetime | None]:
        """Give the last and the first instant from which so much, above zero, is worked."""
        worked = self.worked(end) - duration
        year = self._years[end.year]
        if worked < year[1]:
            year = self._year_with(worked, bisect_right)
        base, _, _, gaps, ends = year
        index = bisect_right(ends, worked)
        last = base + timedelta(0, 0, gaps[index - 1] + worked)
        if ends[index - 1] != worked:
            return last, last
        try:
            return last, self.first(worked)
        except BeyondHorizon:
            return last, None

    def first(self, worked: int) -> datetime:
        """Give the first instant at which so much has been worked; a close counts."""
        base, _, _, gaps, ends = self._year_with(worked, bisect_left)
        return base + timedelta(0, 0, gaps[bisect_left(ends, worked) - 1] + worked)

    def last(self, worked: int) -> datetime:
        """Give the last instant before more than that has been worked: an opening, not a close."""
        base, _, _, gaps, ends = self._year_with(worked, bisect_right)
        return base + timedelta(0, 0, gaps[bisect_right(ends, worked) - 1] + worked)

    def is_open(self, moment: datetime) -> bool:
        """Whether an instant in UTC lies in open time; its opening does, its close does not."""
        base, _, opens, gaps, ends = self._years.get(moment.year) or self._year(moment.year)
        at = microseconds(moment - base)
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
            base, _, opens, gaps, ends = self._years.get(year) or self._year(year)
            index = bisect_right(opens, microseconds(max(at, base) - base))
            if not index:
                return base  # open up to the end of the year before, and closed as this one begins
            close = gaps[index - 1] + ends[index]
            if close < year_length(year):
                return base + timedelta(0, 0, close)
        raise BeyondHorizon(
            f"[{self._source}] is open from {at.isoformat()} to the horizon, the end of "
            f"{LAST_YEAR}, without a close"
        )

    def intervals(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """List the open time in ``[start, end)``, in order, joined where years meet."""
        for year in (start.year, end.year):
            _within_horizon(year)
        held: tuple[datetime, datetime] | None = None
        for year in range(start.year, end.year + 1):
            base, _, opens, gaps, ends = self._years.get(year) or self._year(year)
            since = microseconds(max(start, base) - base)
            first = max(bisect_right(opens, since) - 1, 0)
            for index in range(first, len(opens)):
                opened = max(base + timedelta(0, 0, opens[index]), start)
                closed = min(base + timedelta(0, 0, gaps[index] + ends[index + 1]), end)
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

    def table(self, first_year: int, last_year: int) -> tuple[list[int], list[int], list[int]]:
        """Give the openings and closes of years in microseconds since 1970, and their totals.

        The totals are the open time before each opening, from the anchor, and after the last.
        """
        opens, closes, totals = list[int](), list[int](), list[int]()
        for year in range(first_year, last_year + 1):
            _, before, of_year, gaps, ends = self._years.get(year) or self._year(year)
            start = year_start(year)
            opens += [start + at for at in of_year]
            closes += [start + gap + end for gap, end in zip(gaps, ends[1:], strict=True)]
            totals = (totals or [before]) + ends[1:]
        return opens, closes, totals

    # --- growth -----------------------------------------------------------------------------

    def _year(self, year: int) -> Year:
        """Give a year that may not have been looked at yet."""
        _within_horizon(year)
        found = self._years.get(year)
        if found is None:
            before, edges = self._reach(year), self.edges(year)
            opens = edges[::2]
            lengths = map(sub, edges[1::2], opens)
            ends = list(accumulate(lengths, initial=before))
            gaps = list(map(sub, opens, ends))
            start = EPOCH + timedelta(0, 0, year_start(year))
            found = self._years[year] = start, before, opens, gaps, ends
        return found

    def edges(self, year: int) -> Edges:
        """Give the open time of a year as rising microseconds from its start; not to be changed."""
        return self._block(year)[1]

    def _block(self, year: int) -> tuple[int, Edges]:
        kind = self._source.kind(year)
        found = self._blocks.get(kind)
        if found is None:
            edges = self._source.edges(year)
            found = self._blocks[kind] = sum(edges[1::2]) - sum(edges[::2]), edges
        return found

    def _total(self, year: int) -> int:
        return self._block(year)[0]

    def _reach(self, year: int) -> int:
        """Count all years up to this one, and give the open time before it."""
        with self._lock:
            first, befores = self._counted
            if not befores:
                first, befores = year, [0, self._total(year)]
            if year < first:
                earlier = accumulate(
                    (-self._total(back) for back in range(first - 1, year - 1, -1)),
                    initial=befores[0],
                )
                first, befores = year, list(earlier)[:0:-1] + befores
            count = first + len(befores) - 1
            if year >= count:
                totals = map(self._total, range(count, year + 1))
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


@lru_cache(maxsize=8192)
def kind_of_year(zone: str, year: int) -> Hashable:
    """Name what years have in common whose clocks and days of the week are alike.

    They are the days of the week, and when the clocks change, counted from the year's start.
    """
    days = date(year, 1, 1).weekday(), date(year, 12, 31).weekday()
    if year >= SETTLED and (like := _settled_years()[days]) != year:
        return kind_of_year(zone, like)
    start, end = year_start(year) // _UNIT, year_start(year + 1) // _UNIT
    parts = offsets(zone, start - 6 * DAY, end + 6 * DAY)
    return days, tuple((at - start, offset) for at, offset in parts)


@lru_cache(maxsize=1)
def _settled_years() -> dict[tuple[int, int], int]:
    """Give the first settled year of each of the 14 kinds; they are there within 41 years."""
    return {
        (date(year, 1, 1).weekday(), date(year, 12, 31).weekday()): year
        for year in reversed(range(SETTLED, SETTLED + 41))
    }


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
