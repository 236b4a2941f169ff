"""Open time in columns of instants: what ``sla`` answers for one, for a million."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias, TypeGuard

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._columns import Column, blocks, one_column
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.bulk._open_tables import FOREVER, OpenTables, Rooms
from harmony_core.errors import BeyondHorizon, InvalidValue
from harmony_core.sla import HORIZON, OpenTime
from harmony_core.sla._index import moment_in_utc

Instants: TypeAlias = NDArray[np.datetime64]
Durations: TypeAlias = NDArray[np.timedelta64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = timedelta(microseconds=2**60)  # beyond every horizon, with room to add
_PER_UNIT = {"D": 86_400 * 10**6, "h": 3600 * 10**6, "m": 60 * 10**6, "s": 10**6, "ms": 1000}
_FEW = 64  # one row in so many is answered singly before the tables grow


def _as_tuple(calendars: OpenTime | Iterable[OpenTime]) -> tuple[OpenTime, ...]:
    several: object = (calendars,) if hasattr(calendars, "open_index") else calendars
    found = tuple(several) if isinstance(several, Iterable) else ()
    if not found or not all(hasattr(calendar, "open_index") for calendar in found):
        raise InvalidValue(f"a plan of open time needs calendars, got {calendars!r}")
    return found


@attrs.frozen(eq=False)
class OpenTimePlan:
    """Calendars, numbered from 0, whose open time is asked for in columns.

    Every row is what the calendar's own ``add`` and ``between`` give, to the microsecond, in any
    order of rows. Instants are ``datetime64`` or Arrow time stamps, of a zone or in UTC, whole
    numbers of ``unit`` since 1970, or a list of aware datetimes; durations are one ``timedelta``, a
    list of them, ``timedelta64``, or whole numbers of ``unit``. Codes say which calendar a row has;
    a plan of one needs none.

    >>> from harmony_core.sla import Calendar, hours
    >>> plan = OpenTimePlan(Calendar.of("Europe/London", {"mon-fri": "09:00-17:30"}))
    >>> friday = np.array(["2026-03-27T16:50"], "datetime64[us]")
    >>> plan.due(friday, hours(8)).astype("datetime64[m]").tolist()
    [datetime.datetime(2026, 3, 30, 15, 20)]
    """

    calendars: tuple[OpenTime, ...] = attrs.field(converter=_as_tuple)
    _kept: list[OpenTables] = attrs.field(init=False, repr=False, factory=list)

    def due(
        self, starts: object, durations: object, codes: object = None, *, unit: str = "s"
    ) -> Instants:
        """Give for each row the first instant at which the duration has been worked.

        Raises:
            InvalidValue: a column is none, a row has no instant or a duration below zero, or a
                code names no calendar; each with its row, counted from 0.
            BeyondHorizon: a row's calendar has too little open time.
        """
        return self._add(starts, durations, codes, unit, far=False)

    def breach_at(
        self, starts: object, durations: object, codes: object = None, *, unit: str = "s"
    ) -> Instants:
        """Give for each row the last such instant; ``NaT`` where none comes before the horizon."""
        return self._add(starts, durations, codes, unit, far=True)

    def between(
        self, starts: object, ends: object, codes: object = None, *, unit: str = "s"
    ) -> Durations:
        """Give for each row the open time from start to end, below zero when the end is earlier."""
        start, end = _microseconds(starts, "starts", unit), _microseconds(ends, "ends", unit)
        code = self._codes(codes, len(start))
        _same_length(start, end, "starts", "ends")
        if not len(start):
            return np.empty(0, "timedelta64[us]")
        tables = self._over(_years(start), _years(end))
        found, other, rooms = np.empty(len(start), np.int64), np.empty(BLOCK, np.int64), Rooms()
        for first, last in blocks(len(start)):
            of = None if code is None else code[first:last]
            tables.worked(end[first:last], of, found[first:last], rooms)
            tables.worked(start[first:last], of, other[: last - first], rooms)
            found[first:last] -= other[: last - first]
        return found.view("timedelta64[us]")

    def _add(
        self, starts: object, durations: object, codes: object, unit: str, *, far: bool
    ) -> Instants:
        start = _microseconds(starts, "starts", unit)
        duration = _durations(durations, unit, len(start))
        code = self._codes(codes, len(start))
        if not len(start):
            return np.empty(0, "datetime64[us]")
        first_year, last_year = _years(start)
        tables = self._over((first_year, last_year), (first_year, min(last_year + 1, HORIZON[1])))
        found = self._from(tables, start, duration, code, far)
        beyond = np.flatnonzero(found >= FOREVER)
        while len(beyond) * _FEW > len(start) and tables.last < HORIZON[1]:
            years = tables.last - tables.first + 1
            tables = self._over((tables.first, min(tables.last + years, HORIZON[1])))
            found = self._from(tables, start, duration, code, far)
            beyond = np.flatnonzero(found >= FOREVER)
        for row in map(int, beyond):
            lasting = duration if isinstance(duration, int) else int(duration[row])
            calendar = self.calendars[0 if code is None else code[row]]
            found[row] = _singly(calendar, row, int(start[row]), lasting, far)
        return found.view("datetime64[us]")

    def _from(
        self,
        tables: OpenTables,
        start: Whole,
        duration: Whole | int,
        code: Whole | None,
        far: bool,
    ) -> Whole:
        found, worked, rooms = np.empty(len(start), np.int64), np.empty(BLOCK, np.int64), Rooms()
        for first, last in blocks(len(start)):
            of = None if code is None else code[first:last]
            at, done = start[first:last], worked[: last - first]
            lasting = duration if isinstance(duration, int) else duration[first:last]
            tables.worked(at, of, done, rooms)
            done += lasting
            tables.instants(done, of, found[first:last], rooms, far=far)
            nothing = np.flatnonzero(np.equal(lasting, 0))  # adds nothing, also when closed
            if len(nothing):
                rows = nothing if isinstance(lasting, np.ndarray) else slice(None)
                found[first:last][rows] = at[rows]
        return found

    def _over(self, *years: tuple[int, int]) -> OpenTables:
        """Give tables that hold these years; they are kept, and grow."""
        first, last = min(of[0] for of in years), max(of[1] for of in years)
        if first < HORIZON[0] or last > HORIZON[1]:
            raise BeyondHorizon(
                f"calendars reach from {HORIZON[0]} to {HORIZON[1]}, and the instants from {first} "
                f"to {last}: say what they count by unit="
            )
        for known in self._kept:
            if known.first <= first and last <= known.last:
                return known
        made = OpenTables(self.calendars, first, last)
        self._kept[:] = [made]
        return made

    def _codes(self, codes: object, size: int) -> Whole | None:
        if codes is None:
            if len(self.calendars) > 1:
                raise InvalidValue(
                    f"the plan has {len(self.calendars)} calendars: give codes, a column with the "
                    "number of each row's"
                )
            return None
        found = _whole(one_column(codes, "codes", None), "codes", lambda block: block)
        if len(found) != size:
            raise InvalidValue(f"{size} instants need as many codes, got {len(found)}")
        wrong = np.flatnonzero((found < 0) | (found >= len(self.calendars)))
        if len(wrong):
            raise InvalidValue(
                f"row {wrong[0]} has the code {found[wrong[0]]}, but the plan has "
                f"{len(self.calendars)} calendars, numbered from 0"
            )
        return found


def _singly(calendar: OpenTime, row: int, start: int, duration: int, far: bool) -> int:
    try:
        answer = calendar.add(_EPOCH + start * _MICROSECOND, duration * _MICROSECOND)
    except BeyondHorizon as beyond:
        raise type(beyond)(f"row {row}: {beyond}") from None
    found = answer.breach_at if far else answer.due
    if found is None:
        return int(np.datetime64("NaT").astype(np.int64))
    return (found - _EPOCH) // _MICROSECOND


def _microseconds(source: object, what: str, unit: str) -> Whole:
    if _are_all(source, datetime):
        walls = [moment_in_utc(moment).replace(tzinfo=None) for moment in source]
        return np.array(walls, "datetime64[us]").view(np.int64)
    if (dimensions := getattr(source, "ndim", 1)) > 1:
        raise InvalidValue(f"{what} are one column, got an array of {dimensions} dimensions")
    if isinstance(source, np.ndarray) and source.dtype == np.dtype("datetime64[us]"):
        found: Whole = np.ascontiguousarray(source).view(np.int64)
        if len(found) and int(found.min()) == np.iinfo(np.int64).min:
            raise InvalidValue(f"row {int(found.argmin())} of {what} has no instant: leave it out")
        return found
    column = one_column(source, what, None, stamps=True)
    return _whole(column, what, _to_microseconds(column.unit or unit, what))


def _durations(source: object, unit: str, size: int) -> Whole | int:
    if isinstance(source, timedelta):
        if source < timedelta():
            raise InvalidValue(f"a duration is zero or more, got {source}")
        return min(source, _LONGEST) // _MICROSECOND
    if _are_all(source, timedelta):
        source = np.array([min(one, _LONGEST) for one in source], "timedelta64[us]")
    own = None
    if getattr(getattr(source, "dtype", None), "kind", None) == "m":  # of pandas too
        source = np.asarray(source)
        if np.isnat(source).any():
            row = int(np.isnat(source).argmax())
            raise InvalidValue(f"row {row} has no duration: leave it out")
        own, source = np.datetime_data(source.dtype)[0], source.view(np.int64)
    column = one_column(source, "durations", None)
    found = _whole(column, "durations", _to_microseconds(own or unit, "durations"))
    if len(found) != size:
        raise InvalidValue(f"{size} starts need as many durations, or one, got {len(found)}")
    if size and int(found.min()) < 0:
        raise InvalidValue(f"row {int(found.argmin())}: a duration is zero or more")
    return np.minimum(found, _LONGEST // _MICROSECOND)


def _are_all(source: object, kind: type) -> TypeGuard[Sequence[Any]]:
    """Whether it is a plain list of them: slow, but right."""
    return (
        isinstance(source, list | tuple)
        and len(source) > 0
        and all(isinstance(one, kind) for one in source)
    )


def _to_microseconds(unit: str, what: str) -> Callable[[Whole], Whole]:
    if unit == "us":
        return lambda block: block
    if unit == "ns":
        return lambda block: _whole_microseconds(block, what)
    if unit not in _PER_UNIT:
        raise InvalidValue(f"{what} count one of {', '.join(_PER_UNIT)}, us, ns, not {unit!r}")
    per = _PER_UNIT[unit]
    most = int(FOREVER) // per

    def scaled(block: Whole) -> Whole:
        if len(block) and max(int(block.max()), -int(block.min())) >= most:
            raise InvalidValue(f"{what} reach beyond {most} {unit}: say what they count by unit=")
        return block * per

    return scaled


def _whole_microseconds(block: Whole, what: str) -> Whole:
    found = block // 1000
    if (found * 1000 != block).any():
        raise InvalidValue(f"{what} have parts of a microsecond: round them to microseconds first")
    return found


def _whole(column: Column, what: str, to: Callable[[Whole], Whole]) -> Whole:
    if column.places:
        raise InvalidValue(f"{what} are whole numbers, got decimals: cast them to integers")
    found, room = np.empty(len(column), np.int64), np.empty(BLOCK, np.int64)
    for first, last in blocks(len(column)):
        found[first:last] = to(column.narrow(first, last, room, -(2**63)))
    return found


def _same_length(one: Whole, other: Whole, what: str, also: str) -> None:
    if len(one) != len(other):
        raise InvalidValue(f"{len(one)} {what} need as many {also}, got {len(other)}")


def _years(instants: Whole) -> tuple[int, int]:
    ends = np.array([instants.min(), instants.max()]).view("datetime64[us]")
    first, last = ends.astype("datetime64[Y]").astype(np.int64) + 1970
    return int(first), int(last)
