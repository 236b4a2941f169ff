"""Time buckets of a named zone in columns of instants.

The offset of the zone is looked up once for every day on which there is an instant, and where it
changes within the day, the change is found to the second. So a column needs a look-up among the
stretches of one offset, and whole-number arithmetic; the rare buckets that begin before their
stretch does are asked for one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import attrs
import numpy as np

from harmony_core.bulk._columns import Column, blocks, one_column
from harmony_core.bulk._instants import are_all, listed_instants
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.errors import InvalidValue, expect
from harmony_core.periods import Interval, bucket_start, wall_clock

_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A day and a year from the ends of Python's calendar, so that walls and years stay inside.
_FIRST = (datetime(2, 1, 2, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
_LAST = (datetime(9998, 12, 30, tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)


def bucket_starts(
    instants: object, width: Interval | timedelta, zone: str = "UTC", *, unit: str = "s"
) -> Whole:
    """Give for each instant where its bucket began, as ``periods.bucket_start`` does.

    Args:
        instants: a column of whole numbers since 1970-01-01 in UTC, or of ``datetime64`` or Arrow
            time stamps (so of pandas and polars). Those of a zone are instants whatever it is;
            those without one are read in UTC. A plain list of aware datetimes is one too, in
            microseconds.
        width: a day, a week, months that divide the year, or whole seconds that divide a day.
        zone: an IANA name.
        unit: what the instants count, and what the answer counts: ``s``, ``ms``, ``us`` or
            ``ns``. A column of ``datetime64`` or of Arrow time stamps says it itself.

    Raises:
        InvalidValue: a row has no instant, or one outside of the years 2 to 9998; or the width,
            the zone or the unit is none.

    >>> bucket_starts([1_790_000_000], timedelta(hours=1), "Asia/Kathmandu").tolist()
    [1789996500]
    """
    expect(unit, str, "the unit of instants", "'ms'")
    bucket_start(_EPOCH, width, zone)  # refuses a width or a zone that there is not
    if are_all(instants, datetime):
        instants = listed_instants(instants)
    column = one_column(instants, "instants", None, also="timestamp")
    unit = column.unit or unit
    if unit not in _PER_SECOND:
        raise InvalidValue(f"instants count {', '.join(_PER_SECOND)}, not {unit!r}: cast them")
    if column.places:
        raise InvalidValue("instants are whole numbers, got decimals: cast them to integers")
    per, starts = _PER_SECOND[unit], np.empty(len(column), np.int64)
    if not len(column):
        return starts
    stretches = _Stretches(_present_days(column, per), width, zone)
    for start, stop, second in _seconds(column, per):
        starts[start:stop] = stretches.bucket_starts(second)
    if int(starts.min()) * per < -(2**63):
        raise InvalidValue(
            f"the bucket of row {int(starts.argmin())} begins before what 64 bits of {unit} reach: "
            "give the instants in seconds"
        )
    np.multiply(starts, per, out=starts)
    return starts


def _seconds(column: Column, per: int) -> Iterator[tuple[int, int, Whole]]:
    room, result = np.empty(BLOCK, np.int64), np.empty(BLOCK, np.int64)
    for start, stop in blocks(len(column)):
        instant = column.narrow(start, stop, room, -(2**63))
        second = np.floor_divide(instant, per, out=result[: stop - start])
        if int(second.min()) < _FIRST or int(second.max()) > _LAST:
            row = start + int(np.argmax((second < _FIRST) | (second > _LAST)))
            raise InvalidValue(
                f"row {row} lies outside of the years 2 to 9998: {column.whole(row)} of "
                f"{per} to the second; say what they count by unit="
            )
        yield start, stop, second


def _present_days(column: Column, per: int) -> list[int]:
    """List the days in UTC, counted from 1970, on which there is an instant."""
    first = _FIRST // _DAY
    present = np.zeros(_LAST // _DAY - first + 1, np.bool_)
    for _, _, second in _seconds(column, per):
        present[second // _DAY - first] = True
    return [int(day) + first for day in np.flatnonzero(present)]


@attrs.frozen
class _Stretch:
    """Seconds from ``begin`` up to ``end`` over which a zone has one offset from UTC."""

    begin: int
    end: int
    offset: int


class _Stretches:
    """The stretches of some days, and where buckets begin in each."""

    def __init__(self, days: list[int], width: Interval | timedelta, zone: str) -> None:
        self._width, self._zone = width, zone
        stretches = list(self._found(days))
        self._begins = np.array([stretch.begin for stretch in stretches], np.int64)
        self._offsets = np.array([stretch.offset for stretch in stretches], np.int64)
        if isinstance(width, Interval):
            self._first_day = (stretches[0].begin - 2 * _DAY) // _DAY
            last_day = (stretches[-1].end + 2 * _DAY) // _DAY
            self._of_days = self._starts_of_days(stretches, last_day - self._first_day + 1)
        else:
            self._seconds = width // timedelta(seconds=1)
            self._of_begins = np.array([self._start(begin) for begin in self._begins], np.int64)

    def bucket_starts(self, second: Whole) -> Whole:
        stretch = np.searchsorted(self._begins, second, "right") - 1
        offset = self._offsets[stretch]
        wall = second + offset
        if isinstance(self._width, Interval):
            day: Whole = wall // _DAY - self._first_day
            return self._of_days[day]
        start: Whole = wall // self._seconds * self._seconds - offset
        # Before its stretch the clocks stood otherwise; these rows share the bucket of its begin.
        early = np.flatnonzero(start < self._begins[stretch])
        start[early] = self._of_begins[stretch[early]]
        return start

    def _starts_of_days(self, stretches: list[_Stretch], size: int) -> Whole:
        starts = np.zeros(size, np.int64)
        known: set[int] = set()
        for one in stretches:
            days = range((one.begin + one.offset) // _DAY, (one.end - 1 + one.offset) // _DAY + 1)
            for day in days:
                if day not in known:
                    known.add(day)
                    at = max(one.begin, day * _DAY - one.offset)
                    starts[day - self._first_day] = self._start(at)
        return starts

    def _start(self, second: int) -> int:
        start = bucket_start(_instant(second), self._width, self._zone)
        return (start - _EPOCH) // timedelta(seconds=1)

    def _found(self, days: list[int]) -> Iterator[_Stretch]:
        open_: _Stretch | None = None
        for day in days:
            for stretch in self._within(day * _DAY, (day + 1) * _DAY):
                if open_ and (open_.end, open_.offset) == (stretch.begin, stretch.offset):
                    open_ = attrs.evolve(open_, end=stretch.end)
                    continue
                if open_:
                    yield open_
                open_ = stretch
        if open_:
            yield open_

    def _within(self, begin: int, end: int) -> Iterator[_Stretch]:
        """Cut a time where the offset changes; no zone changes it and back within one day."""
        if (offset := self._offset(begin)) == self._offset(end - 1):
            yield _Stretch(begin, end, offset)
        else:
            middle = (begin + end) // 2
            yield from self._within(begin, middle)
            yield from self._within(middle, end)

    def _offset(self, second: int) -> int:
        at = _instant(second)
        return (wall_clock(at, self._zone) - at.replace(tzinfo=None)) // timedelta(seconds=1)


def _instant(second: int) -> datetime:
    return _EPOCH + timedelta(seconds=int(second))
