"""Days of UTC as sets of time, made once and shared by all days that are alike.

A calendar has few kinds of day: seven for each offset of its zone, one for each date with hours of
its own. A year is a list of 365 of them, so that putting two years together is looking up pairs,
and how often a day opens is nobody's burden but the day's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import sub
from typing import Final

import attrs

from harmony_core.sla._sweep import Edges, at_least, cut, minus

UNIT: Final = 1_000_000
LENGTH: Final = 86_400 * UNIT
"""Microseconds of a day."""

Table = tuple[list[int], list[int], list[int]]
"""Openings from the day's start, the closed time before each, and the open time at each close, with
0 first. All in microseconds."""


@attrs.frozen(eq=False)
class Day:
    """The open time of one day, as rising microseconds from its start; compared by identity."""

    edges: tuple[int, ...]
    table: Table = attrs.field(init=False, repr=False)
    total: int = attrs.field(init=False, repr=False)

    @table.default
    def _of_edges(self) -> Table:
        opens = list(self.edges[::2])
        ends = list(accumulate(map(sub, self.edges[1::2], opens), initial=0))
        return opens, list(map(sub, opens, ends)), ends

    @total.default
    def _open_time(self) -> int:
        return self.table[2][-1]

    def worked(self, at: int) -> int:
        """Give the open time before a microsecond of it."""
        opens, gaps, ends = self.table
        index = bisect_right(opens, at)
        return min(at - gaps[index - 1], ends[index]) if index else 0

    def open_just_before(self, at: int) -> bool:
        """Whether it is open up to a microsecond of it."""
        return bisect_left(self.edges, at) % 2 == 1

    def opens_in(self, since: int, until: int) -> bool:
        """Whether anything of it is open between two of its microseconds."""
        index = bisect_right(self.edges, since)
        if index % 2:
            return since < until
        return index < len(self.edges) and self.edges[index] < until


@lru_cache(maxsize=2048)
def day_of(edges: tuple[int, ...]) -> Day:
    """Give the day with this open time."""
    return Day(edges)


CLOSED: Final = day_of(())
OPEN: Final = day_of((0, LENGTH))


@lru_cache(maxsize=2048)
def across(one: Day, following: Day, at: int) -> Day:
    """Give what runs from a moment of one day to the same moment of the following one."""
    if not at:
        return one
    edges = moved(cut(one.edges, at, LENGTH), -at)
    return day_of(tuple(touching(edges, moved(cut(following.edges, 0, at), LENGTH - at))))


def moved(edges: Iterable[int], by: int) -> Edges:
    """Move open time on."""
    return [edge + by for edge in edges]


def touching(edges: Edges, more: Edges) -> Edges:
    """Put open time behind open time, and join them where they meet."""
    if edges and more and edges[-1] == more[0]:
        return edges[:-1] + more[1:]
    return edges + more


@lru_cache(maxsize=2048)
def _at_least(needed: int, days: tuple[Day, ...]) -> Day:
    return day_of(tuple(at_least(needed, [day.edges for day in days])))


@lru_cache(maxsize=2048)
def _without(base: Day, closed: Day) -> Day:
    return day_of(tuple(minus(base.edges, closed.edges)))


Together = Callable[[tuple[Day, ...]], Day]
"""What becomes of the same day of several calendars."""


def any_of(days: tuple[Day, ...]) -> Day:
    """Give the time in which any of several days is open."""
    return _at_least(1, days)


def every_of(days: tuple[Day, ...]) -> Day:
    """Give the time in which all of several days are open."""
    return _at_least(len(days), days)


def first_without_second(days: tuple[Day, ...]) -> Day:
    """Give the time in which one day is open and another is not."""
    return _without(*days)


def put_together(parts: Sequence[Sequence[Day]], how: Together) -> list[Day]:
    """Put the days of several calendars together, one after the other."""
    rows = list(zip(*parts, strict=True))
    made = {days: how(days) for days in set(rows)}
    return [made[days] for days in rows]


def total_together(parts: Sequence[Sequence[Day]], how: Together) -> int:
    """Add up the open time of several calendars put together, which needs no list of days."""
    counts = Counter(zip(*parts, strict=True))
    return sum(how(days).total * count for days, count in counts.items())


def split(edges: Sequence[int], count: int) -> list[Day]:
    """Cut open time into so many days."""
    days, done, index = [CLOSED] * count, 0, 0
    while index < len(edges) and (number := edges[index] // LENGTH) < count:
        since = number * LENGTH
        until = bisect_left(edges, since + LENGTH, index)
        of_day = [edge - since for edge in edges[index:until]]
        if index % 2:  # open until this day, and in it unless it closes with the day before
            days[done:number] = [OPEN] * (number - done)
            of_day = [0, *of_day] if of_day[0] else of_day[1:]
        if until % 2:
            of_day.append(LENGTH)
        days[number] = day_of(tuple(of_day))
        done, index = number + 1, until
    if index < len(edges):  # a close with which the last day ends
        days[done:] = [OPEN] * (count - done)
    return days
