"""Columns of instants and of durations at the door, as whole microseconds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeAlias, TypeGuard

import numpy as np
from numpy.typing import NDArray

from harmony_core.bulk._columns import Column, blocks, one_column
from harmony_core.bulk._kernel import BLOCK, Whole
from harmony_core.bulk._open_tables import FOREVER
from harmony_core.errors import InvalidValue
from harmony_core.sla._index import moment_in_utc

Instants: TypeAlias = NDArray[np.datetime64]
Durations: TypeAlias = NDArray[np.timedelta64]

MICROSECOND = timedelta(microseconds=1)

_LONGEST = timedelta(microseconds=2**60)  # beyond every horizon, with room to add
_PER_UNIT = {"D": 86_400 * 10**6, "h": 3600 * 10**6, "m": 60 * 10**6, "s": 10**6, "ms": 1000}


def as_instants(source: object, what: str, unit: str) -> Whole:
    """Read instants as microseconds since 1970."""
    if are_all(source, datetime):
        return listed_instants(source).view(np.int64)
    if isinstance(source, list | tuple):
        _refuse_a_mixture(source, what)
    if (dimensions := getattr(source, "ndim", 1)) > 1:
        raise InvalidValue(f"{what} are one column, got an array of {dimensions} dimensions")
    if isinstance(source, np.ndarray) and source.dtype == np.dtype("datetime64[us]"):
        found: Whole = np.ascontiguousarray(source).view(np.int64)
        if len(found) and int(found.min()) == np.iinfo(np.int64).min:
            raise InvalidValue(f"row {int(found.argmin())} of {what} has no instant: leave it out")
        return found
    column = one_column(source, what, None, also="timestamp")
    return whole_column(column, what, _to_microseconds(column.unit or unit, what))


def _refuse_a_mixture(source: Sequence[object], what: str) -> None:
    """Name the first row of a list of datetimes that is none."""
    rows = [row for row, one in enumerate(source) if not isinstance(one, datetime)]
    if 0 < len(rows) < len(source):
        found = source[rows[0]]
        raise InvalidValue(f"row {rows[0]} of {what} is no instant, got {found!r}: leave it out")


def listed_instants(source: Sequence[datetime]) -> Instants:
    """Make a column of a plain list of aware datetimes."""
    walls = [moment_in_utc(moment).replace(tzinfo=None) for moment in source]
    return np.array(walls, "datetime64[us]")


def as_durations(source: object, unit: str, size: int) -> Whole | int:
    """Read durations in microseconds: one for all rows, or a column."""
    if isinstance(source, timedelta):
        if source < timedelta():
            raise InvalidValue(f"a duration is zero or more, got {source}")
        return min(source, _LONGEST) // MICROSECOND
    if are_all(source, timedelta):
        source = np.array([min(one, _LONGEST) for one in source], "timedelta64[us]")
    own = None
    if getattr(getattr(source, "dtype", None), "kind", None) == "m":  # of pandas too
        source = np.asarray(source)
        if np.isnat(source).any():
            raise _no_duration(int(np.isnat(source).argmax()))
        own, source = np.datetime_data(source.dtype)[0], source.view(np.int64)
    column = one_column(source, "durations", None, also="duration")
    if (row := column.first_gap()) is not None:
        raise _no_duration(row)
    counted = own or column.unit or unit
    found = whole_column(column, "durations", _to_microseconds(counted, "durations"))
    if len(found) != size:
        raise InvalidValue(f"{size} starts need as many durations, or one, got {len(found)}")
    if size and int(found.min()) < 0:
        raise InvalidValue(f"row {int(found.argmin())}: a duration is zero or more")
    return np.minimum(found, _LONGEST // MICROSECOND)


def _no_duration(row: int) -> InvalidValue:
    return InvalidValue(f"row {row} has no duration: leave it out")


def are_all(source: object, kind: type) -> TypeGuard[Sequence[Any]]:
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
    if unit not in tuple(_PER_UNIT):  # also what cannot be looked up
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


def whole_column(column: Column, what: str, to: Callable[[Whole], Whole]) -> Whole:
    """Read whole numbers, turned block by block into others."""
    if column.places:
        raise InvalidValue(f"{what} are whole numbers, got decimals: cast them to integers")
    found, room = np.empty(len(column), np.int64), np.empty(BLOCK, np.int64)
    for first, last in blocks(len(column)):
        found[first:last] = to(column.narrow(first, last, room, -(2**63)))
    return found


def same_length(one: Whole, other: Whole, what: str, also: str) -> None:
    """Refuse columns of different lengths."""
    if len(one) != len(other):
        raise InvalidValue(f"{len(one)} {what} need as many {also}, got {len(other)}")


def years_of(instants: Whole) -> tuple[int, int]:
    """Give the first and the last year of instants."""
    ends = np.array([instants.min(), instants.max()]).view("datetime64[us]")
    first, last = ends.astype("datetime64[Y]").astype(np.int64) + 1970
    return int(first), int(last)
