"""Open time of several calendars as arrays: direct tables from an instant, and back to one.

Time is cut into slots of some hours. For each slot stands which interval the first instant of it
lies in or after, so that a row needs one look-up and a comparison instead of a search; and the same
from open time to the interval in which so much has been worked.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.sla import OpenTime
from harmony_core.sla._days import LENGTH

FOREVER = np.int64(2**62)
"""Later than any instant, and more than any open time."""

_SHIFT = 34
"""A slot is 2**34 microseconds, 4.8 hours, or less where more opens: most hold one at most."""


class Rooms:
    """Room to work in for one call, so that threads may share tables."""

    def __init__(self) -> None:
        self.words = np.empty((2, BLOCK), np.int64)
        self.places = np.empty(BLOCK, np.intp)


class OpenTables:
    """The open time of calendars in the years from ``first`` to ``last``, in microseconds."""

    def __init__(self, calendars: Sequence[OpenTime], first: int, last: int) -> None:
        self.first, self.last = first, last
        parts = [_intervals(calendar, first, last) for calendar in calendars]
        self.since = int(parts[0][0][0])
        self.until = int(np.datetime64(f"{last + 1}-01-01", "us").astype(np.int64))
        intervals = sum(len(opens) for opens, _, _ in parts)
        self._totals = np.array([ends[-2] for _, _, ends in parts], np.int64)
        self._shift = _shift((self.until - self.since) * len(parts), intervals)
        self._worked_shift = _shift(int(self._totals.sum()), intervals)
        self._slots = ((self.until - self.since) >> self._shift) + 2
        self._backs = np.empty(len(parts), np.int64)
        of_slots, of_worked, places, back_at = list[Whole](), list[Whole](), 0, 0
        for number, (opens, _, ends) in enumerate(parts):
            # The first interval is empty and begins with the years; the last is for ever ahead.
            begun = -((self.since - opens) >> self._shift)  # the first slot that begins after it
            of_slots.append(_counted(begun, self._slots) + (places - 1))
            steps = (int(ends[-2]) >> self._worked_shift) + 2
            of_worked.append(_counted((ends >> self._worked_shift) + 1, steps) + places)
            self._backs[number] = back_at
            places, back_at = places + len(opens), back_at + steps
        self._next_opens = np.concatenate([np.append(opens[1:], FOREVER) for opens, _, _ in parts])
        self._gaps = np.concatenate([gaps for _, gaps, _ in parts])
        self._ends = np.concatenate([ends for _, _, ends in parts])
        self._of_slots = np.concatenate(of_slots).astype(np.intp)
        self._of_worked = np.concatenate(of_worked).astype(np.intp)

    def worked(self, at: Whole, codes: Whole | None, out: Whole, rooms: Rooms) -> None:
        """Write the open time from the beginning of the years up to each instant, inside them."""
        size = len(at)
        slot, place = rooms.words[0][:size], rooms.places[:size]
        self._places(at, codes, slot, place, rooms)
        np.take(self._gaps, place, out=out, mode="clip")
        np.subtract(at, out, out=out)
        np.take(self._ends, place, out=slot, mode="clip")
        np.minimum(out, slot, out=out)

    def instants(
        self, worked: Whole, codes: Whole | None, out: Whole, rooms: Rooms, *, far: bool
    ) -> None:
        """Write the first instant at which so much has been worked, or with ``far`` the last.

        What these years do not hold comes out as ``FOREVER`` or later.
        """
        size = len(worked)
        slot, place = rooms.words[0][:size], rooms.places[:size]
        most = self._totals[0] if codes is None else np.take(self._totals, codes, out=out)
        np.minimum(worked, most, out=slot)
        slot >>= self._worked_shift
        if codes is not None:
            slot += np.take(self._backs, codes, out=out)
        np.take(self._of_worked, slot, out=place, mode="clip")
        self._step(place, self._ends, worked, rooms, near=not far)
        np.take(self._gaps, place, out=out, mode="clip")
        out += worked

    def closes(self, opened: Whole, codes: Whole | None, rooms: Rooms) -> None:
        """Put the close after each instant in its place; instants are open, or ``FOREVER``.

        What is open to the end of these years comes out as ``FOREVER``.
        """
        size = len(opened)
        slot, place = rooms.words[0][:size], rooms.places[:size]
        self._places(np.minimum(opened, self.until - 1), codes, slot, place, rooms)
        closes = np.take(self._closes, place, out=slot, mode="clip")
        np.copyto(opened, closes, where=opened < FOREVER)

    @cached_property
    def _closes(self) -> Whole:
        """The close of each interval."""
        ends: Whole = self._gaps + np.where(self._gaps < FOREVER, self._ends, 0)
        ends[ends >= self.until] = FOREVER
        return ends

    def _places(
        self, at: Whole, codes: Whole | None, slot: Whole, place: NDArray[np.intp], rooms: Rooms
    ) -> None:
        """Write which interval each instant lies in or after."""
        np.subtract(at, self.since, out=slot)
        slot >>= self._shift
        if codes is not None:
            slot += np.multiply(codes, self._slots, out=rooms.words[1][: len(at)])
        np.take(self._of_slots, slot, out=place, mode="clip")
        self._step(place, self._next_opens, at, rooms, near=False)

    def _step(
        self, place: Whole, borders: Whole, wanted: Whole, rooms: Rooms, *, near: bool
    ) -> None:
        """Step on from the interval of the slot while its border is passed; rarely twice."""
        room = rooms.words[1][: len(place)]
        passed = np.less if near else np.less_equal
        np.take(borders, place, out=room, mode="clip")
        moved = passed(room, wanted)
        place += moved
        rows = np.flatnonzero(moved)
        while len(rows):
            rows = rows[passed(borders[place[rows]], wanted[rows])]
            place[rows] += 1


def _shift(length: int, intervals: int) -> int:
    """Give how long slots are, so that there are some more of them than intervals."""
    return max(0, min(_SHIFT, (length // (2 * intervals)).bit_length() - 1))


def _counted(numbers: Whole, slots: int) -> Whole:
    """Count for each slot the numbers up to its own."""
    counts = np.bincount(np.minimum(numbers, slots), minlength=slots + 1)
    return np.cumsum(counts[:slots])


def _intervals(calendar: OpenTime, first: int, last: int) -> tuple[Whole, Whole, Whole]:
    """Give the openings, the closed time before each, and the open time at each close.

    One interval of no length stands before all others, and one that never begins after them.
    """
    since = np.datetime64(f"{first}-01-01", "us").astype(np.int64)
    days = [day for year in range(first, last + 1) for day in calendar.open_index.days_of(year)]
    known = {day: np.array(day.edges, np.int64) for day in set(days)}
    edges = np.concatenate([known[day] for day in days])
    midnights = since + np.arange(len(days)) * LENGTH
    edges += np.repeat(midnights, [len(day.edges) for day in days])
    opens, closes = edges[::2], edges[1::2]
    apart = opens[1:] > closes[:-1]  # what meets at midnight is one
    opens = np.concatenate(([since], opens[:1], opens[1:][apart], [FOREVER]))
    closes = np.concatenate((closes[:-1][apart], closes[-1:]))
    ends = np.zeros(len(opens), np.int64)
    np.cumsum(closes - opens[1:-1], out=ends[1:-1])
    ends[-1] = FOREVER
    gaps = opens.copy()
    gaps[1:-1] -= ends[:-2]
    return opens, gaps, ends
