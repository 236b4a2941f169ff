"""Sets of time as rising edges: ``[opens, closes, opens, closes, ...]``, half open and apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

Edges = list[int]


def merged(opens: Sequence[int], closes: Sequence[int], length: int) -> Edges:
    """Join intervals that overlap or touch, sorted by opening, and cut them to ``[0, length)``.

    Intervals of no length vanish: those that a gap of the clocks swallowed.
    """
    edges: Edges = []
    until = 0
    for start, end in zip(opens, closes, strict=True):
        if end <= until and edges:
            continue
        begin, stop = max(start, 0), min(end, length)
        if stop <= begin:
            continue
        if edges and begin <= until:
            edges[-1] = until = stop
        else:
            edges += (begin, stop)
            until = stop
    return edges


def at_least(needed: int, parts: Iterable[Edges]) -> Edges:
    """Give the time in which ``needed`` of the parts are open: one is their union.

    Openings count before closings at one instant, so that parts which touch merge.
    """
    opens, closes = list[int](), list[int]()
    for part in parts:
        opens += part[::2]
        closes += part[1::2]
    opens.sort()
    closes.sort()
    edges: Edges = []
    depth, next_close, count = 0, 0, len(closes)
    for start in opens:
        while next_close < count and closes[next_close] < start:
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
    return without_nothing(edges)


def without_nothing(edges: Edges) -> Edges:
    """Drop intervals of no length."""
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return list(chain.from_iterable(pair for pair in pairs if pair[0] < pair[1]))


def minus(edges: Edges, closed: Edges, length: int) -> Edges:
    """Take closed time out of the open time of ``[0, length)``."""
    return at_least(2, (edges, without_nothing([0, *closed, length]))) if closed else edges
