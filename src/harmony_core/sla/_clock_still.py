"""Spans in which something stands still, as they come, and the open time that they cover.

They come in the order of time, and the last may go on. What they cover is summed once for each
calendar, so that no question has to go through them all again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from harmony_core.sla._open_time import OpenTime

Closed = tuple[datetime, datetime | None]
"""A stretch that does not count; ``None`` has no end yet."""


class Still:
    """When something stood still; ``is_on`` says whether it does now."""

    __slots__ = ("_ends", "_starts", "_sums", "is_on")

    def __init__(self) -> None:
        self.is_on = False
        self._starts = list[datetime]()
        self._ends = list[datetime]()  # one fewer while it stands still
        self._sums = dict[int, tuple[OpenTime, list[timedelta]]]()

    def settle(self, at: datetime, *, stands: bool) -> None:
        """Say whether it stands still from an instant on; instants never go back."""
        if stands == self.is_on:
            return
        self.is_on = stands
        if stands:
            self._starts.append(at)
        elif at > self._starts[-1]:
            self._ends.append(at)
        else:
            self._starts.pop()  # it was for no time at all

    def up_to(self, at: datetime) -> Still:
        """Give the spans that began before an instant; one that went on then has no end yet."""
        found, count = Still(), bisect_left(self._starts, at)
        found._starts = self._starts[:count]
        found._ends = self._ends[: bisect_right(self._ends, at)]
        found.is_on = len(found._ends) < count
        return found

    def spans(self, since: datetime | None = None) -> Iterator[Closed]:
        """List the spans, or those that end after an instant."""
        first = 0 if since is None else bisect_right(self._ends, since)
        for number in range(first, len(self._starts)):
            end = self._ends[number] if number < len(self._ends) else None
            yield self._starts[number], end

    def covered(self, calendar: OpenTime, since: datetime, until: datetime) -> timedelta:
        """Give the open time of a calendar between two instants for which it stood still."""
        first = bisect_right(self._ends, since)
        last = bisect_left(self._starts, until)
        if first == last:
            return timedelta()
        whole = min(last, bisect_right(self._ends, until))
        sums = self._summed(calendar, whole)
        found = sums[whole] - sums[first] if whole > first else timedelta()
        if whole > first and self._starts[first] < since:
            found -= calendar.between(self._starts[first], since)
        if last > whole:  # the last of them goes on
            found += calendar.between(max(self._starts[whole], since), until)
        return found

    def _summed(self, calendar: OpenTime, count: int) -> list[timedelta]:
        """Sum what the first spans cover, each of them once."""
        _, sums = self._sums.setdefault(id(calendar), (calendar, [timedelta()]))
        for number in range(len(sums) - 1, count):
            worked = calendar.between(self._starts[number], self._ends[number])
            sums.append(sums[-1] + worked)
        return sums
