"""Days of UTC out of what the clocks of one zone show.

What clocks show never goes back (a repeated hour stands at its end), so that an instant is open
when what they show is. Between two changes of the clocks a day of UTC is the end of one local day
and the beginning of the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from harmony_core.sla._changes import Part, changes, kind_of_year, second_of
from harmony_core.sla._days import CLOSED, UNIT, Day, across, day_of, moved, touching
from harmony_core.sla._sweep import Edges, cut, minus
from harmony_core.sla._walls import Line, Walls, weekday
from harmony_core.sla._zones import DAY


def days_of_zone(walls: Walls, zone: str, year: int) -> list[Day]:
    """Give the days of a year of UTC."""
    line, first, last = walls.line(year), second_of(year) // DAY, second_of(year + 1) // DAY
    days, changed = [CLOSED] * (last - first), dict[int, Edges]()
    if not any(day.edges for day in line.week) and not line.dated(first - 2, last + 2):
        return days
    for since, until, offset, reached in _parts(zone, year):
        begin, end = -(-since // DAY), until // DAY
        inner = (at for at in (begin * DAY, end * DAY) if since < at < until)
        for start, stop in pairwise([since, *inner, until]):
            number = start // DAY
            if stop - start >= DAY and reached is None:
                days[begin - first : end - first] = _whole(line, begin, end, offset)
                continue
            if reached is None:
                piece = _piece(line, start + offset, stop + offset)
            else:
                piece = [0, (stop - start) * UNIT] if _open_before(line, reached) else []
            piece = moved(piece, (start - number * DAY) * UNIT)
            changed[number] = touching(changed.get(number, []), piece)
    for number, edges in changed.items():
        days[number - first] = day_of(tuple(edges))
    return days


def total_of_zone(walls: Walls, zone: str, year: int) -> int:
    """Give the open time of a year of UTC, which needs none of its days."""
    line, total = walls.line(year), 0
    for since, until, offset, reached in _parts(zone, year):
        if reached is None:
            begin, end = divmod(since + offset, DAY), divmod(until + offset, DAY)
            total += line.worked(end[0], end[1] * UNIT) - line.worked(begin[0], begin[1] * UNIT)
        elif _open_before(line, reached):
            total += (until - since) * UNIT
    return total


def working_days_of_zone(walls: Walls, zone: str, year: int) -> int:
    """Count the working days of a local year, which needs none of them singly."""
    line, first, last = walls.line(year), second_of(year) // DAY, second_of(year + 1) // DAY
    turns = changes(zone, (first - 2) * DAY, (last + 2) * DAY)
    skipped = [(at + before, at + after) for at, before, after in turns if after > before]
    cut_short = {day for gap in skipped for day in range(gap[0] // DAY, (gap[1] - 1) // DAY + 1)}
    count = line.working_days(first, last)
    for day in cut_short:
        if first <= day < last and line.working_days(day, day + 1):
            gaps = [[(end - day * DAY) * UNIT for end in gap] for gap in skipped]
            left = line.day(day).edges
            for gap in gaps:
                left = tuple(minus(left, gap))
            count -= not left
    return count


def _parts(zone: str, year: int) -> Iterator[Part]:
    start = second_of(year)
    for since, until, offset, reached in kind_of_year(zone, year)[1]:
        yield since + start, until + start, offset, None if reached is None else reached + start


def _open_before(line: Line, wall: int) -> bool:
    """Whether it is open just before the clocks show a wall second."""
    number = (wall - 1) // DAY
    return line.day(number).open_just_before((wall - number * DAY) * UNIT)


def _whole(line: Line, begin: int, end: int, offset: int) -> list[Day]:
    """Give days of UTC on which the clocks do not change."""
    shift, past = divmod(offset, DAY)
    at, week = past * UNIT, line.week
    first = weekday(begin + shift)
    usual = [across(one, other, at) for one, other in pairwise([*week, week[0]])]
    days = (usual * ((end - begin) // 7 + 2))[first : first + end - begin]
    dated = line.dated(begin + shift, end + shift + 1)
    for number in {of - back for of in dated for back in (shift, shift + 1)}:
        if begin <= number < end:
            of = number + shift
            days[number - begin] = across(line.day(of), line.day(of + 1), at)
    return days


def _piece(line: Line, start: int, stop: int) -> Edges:
    """Give the open time between two wall seconds, a day apart at most, from the first one."""
    of, following = start // DAY, (stop - 1) // DAY
    last = min(stop - of * DAY, DAY)
    found = cut(line.day(of).edges, (start - of * DAY) * UNIT, last * UNIT)
    found = moved(found, (of * DAY - start) * UNIT)
    if following > of:
        more = cut(line.day(following).edges, 0, (stop - following * DAY) * UNIT)
        found = touching(found, moved(more, (following * DAY - start) * UNIT))
    return found
