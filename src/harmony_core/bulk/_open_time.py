"""Open time in columns of instants: what ``sla`` answers for one, for a million."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import attrs
import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._columns import blocks, one_column
from harmony_core.bulk._instants import (
    MICROSECOND,
    Durations,
    Instants,
    as_durations,
    as_instants,
    same_length,
    whole_column,
    years_of,
)
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.bulk._open_tables import FOREVER, OpenTables, Rooms
from harmony_core.errors import BeyondHorizon, InvalidValue
from harmony_core.sla import HORIZON, OpenTime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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

    Every row is what the calendar's own ``add``, ``subtract``, ``between``, ``is_open``,
    ``next_open`` and ``next_close`` give, to the microsecond, in any order of rows. Instants are
    ``datetime64`` or Arrow time stamps, of a zone or in UTC, whole numbers of ``unit`` since 1970,
    or a list of aware datetimes; durations are one ``timedelta``, a list of them, ``timedelta64``,
    or whole numbers of ``unit``. Codes say which calendar a row has; a plan of one needs none.

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

    def latest_start(
        self, ends: object, durations: object, codes: object = None, *, unit: str = "s"
    ) -> Instants:
        """Give for each row the last instant from which the duration is worked up to the end.

        Raises:
            InvalidValue: as :meth:`due` does.
            BeyondHorizon: a row's calendar has too little open time before the end.
        """
        return self._subtract(ends, durations, codes, unit, far=True)

    def earliest_start(
        self, ends: object, durations: object, codes: object = None, *, unit: str = "s"
    ) -> Instants:
        """Give for each row the first such instant; ``NaT`` where none comes after the horizon."""
        return self._subtract(ends, durations, codes, unit, far=False)

    def is_open(
        self, moments: object, codes: object = None, *, unit: str = "s"
    ) -> NDArray[np.bool_]:
        """Say for each row whether it is open; an opening is, a close is not."""
        at = as_instants(moments, "moments", unit)
        code = self._codes(codes, len(at))
        if not len(at):
            return np.empty(0, np.bool_)
        found: NDArray[np.bool_] = self._opening(self._over(years_of(at)), at, code) == at
        return found

    def next_open(self, moments: object, codes: object = None, *, unit: str = "s") -> Instants:
        """Give for each row the instant itself where it is open, else the next opening.

        Raises:
            InvalidValue: a column is none, a row has no instant, or a code names no calendar.
            BeyondHorizon: a row's calendar does not open again.
        """
        at = as_instants(moments, "moments", unit)
        code = self._codes(codes, len(at))
        return self._found(
            at,
            lambda tables: self._opening(tables, at, code),
            lambda row: self._of(code, row).next_open(_moment(at[row])),
        )

    def next_close(self, moments: object, codes: object = None, *, unit: str = "s") -> Instants:
        """Give for each row the first close after the instant.

        Raises:
            InvalidValue: as :meth:`next_open` does.
            BeyondHorizon: a row's calendar stays open, or shut, to the horizon.
        """
        at = as_instants(moments, "moments", unit)
        code = self._codes(codes, len(at))

        def closing(tables: OpenTables) -> Whole:
            found, rooms = self._opening(tables, at, code), Rooms()
            for first, last in blocks(len(at)):
                of = None if code is None else code[first:last]
                tables.closes(found[first:last], of, rooms)
            return found

        return self._found(
            at, closing, lambda row: self._of(code, row).next_close(_moment(at[row]))
        )

    def between(
        self, starts: object, ends: object, codes: object = None, *, unit: str = "s"
    ) -> Durations:
        """Give for each row the open time from start to end, below zero when the end is earlier."""
        start, end = as_instants(starts, "starts", unit), as_instants(ends, "ends", unit)
        code = self._codes(codes, len(start))
        same_length(start, end, "starts", "ends")
        if not len(start):
            return np.empty(0, "timedelta64[us]")
        tables = self._over(years_of(start), years_of(end))
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
        start = as_instants(starts, "starts", unit)
        duration = as_durations(durations, unit, len(start))
        code = self._codes(codes, len(start))

        def singly(row: int) -> datetime | None:
            answer = self._of(code, row).add(_moment(start[row]), _lasting(duration, row))
            return answer.breach_at if far else answer.due

        return self._found(
            start, lambda tables: self._from(tables, start, duration, code, far), singly
        )

    def _subtract(
        self, ends: object, durations: object, codes: object, unit: str, *, far: bool
    ) -> Instants:
        end = as_instants(ends, "ends", unit)
        duration = as_durations(durations, unit, len(end))
        code = self._codes(codes, len(end))

        def singly(row: int) -> datetime | None:
            answer = self._of(code, row).subtract(_moment(end[row]), _lasting(duration, row))
            return answer.latest if far else answer.earliest

        return self._found(
            end,
            lambda tables: self._from(tables, end, duration, code, far, back=True),
            singly,
            back=True,
        )

    def _found(
        self,
        at: Whole,
        ask: Callable[[OpenTables], Whole],
        singly: Callable[[int], datetime | None],
        *,
        back: bool = False,
    ) -> Instants:
        """Ask tables that grow while many rows lie beyond them; a few rows are asked singly."""
        if not len(at):
            return np.empty(0, "datetime64[us]")
        first, last = years_of(at)
        near = max(first - 1, HORIZON[0]) if back else min(last + 1, HORIZON[1])
        tables = self._over((first, last), (near, near))
        found = ask(tables)
        beyond = np.flatnonzero(found >= FOREVER)
        while len(beyond) * _FEW > len(at):
            _one(singly, int(beyond[0]))  # if it fails, no table will ever hold it
            years = tables.last - tables.first + 1
            wider = (
                (max(tables.first - years, HORIZON[0]), tables.last)
                if back
                else (tables.first, min(tables.last + years, HORIZON[1]))
            )
            if wider == (tables.first, tables.last):
                break
            tables = self._over(wider)
            found = ask(tables)
            beyond = np.flatnonzero(found >= FOREVER)
        for row in map(int, beyond):
            found[row] = _one(singly, row)
        return found.view("datetime64[us]")

    def _opening(self, tables: OpenTables, at: Whole, code: Whole | None) -> Whole:
        """Give the instant itself where it is open, else the next opening."""
        return self._from(tables, at, None, code, far=True)

    def _from(
        self,
        tables: OpenTables,
        start: Whole,
        duration: Whole | int | None,
        code: Whole | None,
        far: bool,
        *,
        back: bool = False,
    ) -> Whole:
        """Go so much open time from each instant; without a duration, only out of closed time."""
        found, worked, rooms = np.empty(len(start), np.int64), np.empty(BLOCK, np.int64), Rooms()
        for first, last in blocks(len(start)):
            of = None if code is None else code[first:last]
            at, done = start[first:last], worked[: last - first]
            tables.worked(at, of, done, rooms)
            if duration is None:
                tables.instants(done, of, found[first:last], rooms, far=far)
                continue
            lasting = duration if isinstance(duration, int) else duration[first:last]
            if back:
                done -= lasting
            else:
                done += lasting
            tables.instants(done, of, found[first:last], rooms, far=far)
            if back:  # what lies at the beginning of the tables or before it, they do not know
                found[first:last][done < 0 if far else done <= 0] = FOREVER
            nothing = np.flatnonzero(np.equal(lasting, 0))  # adds nothing, also when closed
            if len(nothing):
                rows = nothing if isinstance(lasting, np.ndarray) else slice(None)
                found[first:last][rows] = at[rows]
        return found

    def _of(self, code: Whole | None, row: int) -> OpenTime:
        return self.calendars[0 if code is None else code[row]]

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
        found = whole_column(one_column(codes, "codes", None), "codes", lambda block: block)
        if len(found) != size:
            raise InvalidValue(f"{size} instants need as many codes, got {len(found)}")
        wrong = np.flatnonzero((found < 0) | (found >= len(self.calendars)))
        if len(wrong):
            raise InvalidValue(
                f"row {wrong[0]} has the code {found[wrong[0]]}, but the plan has "
                f"{len(self.calendars)} calendars, numbered from 0"
            )
        return found


def _one(singly: Callable[[int], datetime | None], row: int) -> int:
    try:
        found = singly(row)
    except BeyondHorizon as beyond:
        raise type(beyond)(f"row {row}: {beyond}") from None
    if found is None:
        return int(np.datetime64("NaT").astype(np.int64))
    return (found - _EPOCH) // MICROSECOND


def _moment(at: np.int64) -> datetime:
    return _EPOCH + int(at) * MICROSECOND


def _lasting(duration: Whole | int, row: int) -> timedelta:
    return (duration if isinstance(duration, int) else int(duration[row])) * MICROSECOND
