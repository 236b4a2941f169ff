"""Sets of time as rising edges: ``[opens, closes, opens, closes, ...]``, half open and apart."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise

Edges = list[int]


def joined(intervals: Iterable[tuple[int, int]]) -> Edges:
    """Join intervals that overlap or touch; they come sorted by their openings."""
    edges: Edges = []
    until = None
    for start, end in intervals:
        if until is None or start > until:
            edges += (start, end)
            until = end
        elif end > until:
            edges[-1] = until = end
    return edges


def apart(edges: Edges) -> Edges:
    """Drop intervals of no length and join those that touch, where edges fell together."""
    if all(one < other for one, other in pairwise(edges)):
        return edges
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return joined(pair for pair in pairs if pair[0] < pair[1])


def cut(edges: Sequence[int], first: int, last: int) -> Edges:
    """Keep what lies in ``[first, last)``."""
    start, end = bisect_right(edges, first), bisect_left(edges, last)
    before = [first] if start % 2 else []
    after = [last] if end % 2 else []
    return [*before, *edges[start:end], *after] if start <= end else []


def minus(edges: Sequence[int], closed: Sequence[int]) -> Edges:
    """Take closed time out of open time."""
    found: Edges = []
    done = 0
    for start, end in zip(closed[::2], closed[1::2], strict=True):
        until = bisect_left(edges, start, done)
        found += edges[done:until]
        if until % 2:  # open as the closed time begins
            found.append(start)
        done = bisect_right(edges, end, until)
        if done % 2:  # open as it ends
            found.append(end)
    found += edges[done:]
    return found


def at_least(needed: int, parts: Sequence[Sequence[int]]) -> Edges:
    """Give the time in which ``needed`` of the parts are open: one is their union.

    Openings count before closings at one instant, so that parts which touch join.
    """
    if len(parts) == 1:
        return list(parts[0])
    opens = sorted(edge for part in parts for edge in part[::2])
    closes = sorted(edge for part in parts for edge in part[1::2])
    edges: Edges = []
    depth, next_close = 0, 0
    for start in opens:
        while closes[next_close] < start:
            if depth == needed:
                edges.append(closes[next_close])
            depth -= 1
            next_close += 1
        depth += 1
        if depth == needed:
            edges.append(start)
    for end in closes[next_close:]:
        if depth == needed:
            edges.append(end)
        depth -= 1
    return apart(edges)
