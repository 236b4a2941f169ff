"""Days of UTC as sets of time, made once and shared by all days that are alike.

A calendar has few kinds of day: seven for each offset of its zone, one for each date with hours of
its own. A year is a list of 365 of them, so that putting two years together is looking up pairs,
and how often a day opens is nobody's burden but the day's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
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


def days_of_any(parts: Sequence[Sequence[Day]]) -> list[Day]:
    """Give, day by day, the time in which any of several is open."""
    made = {days: _at_least(1, days) for days in set(zip(*parts, strict=True))}
    return [made[days] for days in zip(*parts, strict=True)]


def days_of_every(parts: Sequence[Sequence[Day]]) -> list[Day]:
    """Give, day by day, the time in which all of several are open."""
    made = {days: _at_least(len(parts), days) for days in set(zip(*parts, strict=True))}
    return [made[days] for days in zip(*parts, strict=True)]


def days_without(base: Sequence[Day], closed: Sequence[Day]) -> list[Day]:
    """Give, day by day, the time in which one is open and another is not."""
    made = {days: _without(*days) for days in set(zip(base, closed, strict=True))}
    return [made[days] for days in zip(base, closed, strict=True)]


def split(edges: Sequence[int], count: int) -> list[Day]:
    """Cut open time into so many days."""
    days, begun = [CLOSED] * count, dict[int, Edges]()
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        first, last = start // LENGTH, (end - 1) // LENGTH
        begun.setdefault(first, []).append(start - first * LENGTH)
        if last > first:
            begun[first].append(LENGTH)
            days[first + 1 : last] = [OPEN] * (last - first - 1)
            begun[last] = [0]
        begun[last].append(end - last * LENGTH)
    for number, of_day in begun.items():
        days[number] = day_of(tuple(of_day))
    return days


def edges_of(days: Iterable[Day]) -> Edges:
    """List the open time of days that follow each other, joined over midnight."""
    found = Edges()
    for number, day in enumerate(days):
        if not day.edges:
            continue
        since = number * LENGTH
        if found and found[-1] == since + day.edges[0]:
            found.pop()
            found += [since + edge for edge in day.edges[1:]]
        else:
            found += [since + edge for edge in day.edges]
    return found
