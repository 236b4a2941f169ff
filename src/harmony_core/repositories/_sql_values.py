"""How a SQL store writes single values, and remembers what it read."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from datetime import date, time
from typing import Any, Generic, TypeAlias, TypeVar

from harmony_core.errors import InvalidValue
from harmony_core.finance import Money
from harmony_core.interchange import from_record, to_record

T = TypeVar("T")
Row: TypeAlias = dict[str, Any]

day_of = date.fromisoformat
_LARGEST = 2**63 - 1


class Remembered(Generic[T]):
    """Turns rows into values, each different row once.

    A value is a function of its row alone and immutable, so it may be shared by all units of a
    store. What is remembered is dropped when it grows beyond ``most``.
    """

    def __init__(self, read: Callable[[tuple[Any, ...]], T], most: int = 200_000) -> None:
        self._read, self._most = read, most
        self._known: dict[Hashable, T] = {}

    def __call__(self, row: tuple[Any, ...]) -> T:
        """Give the value of a row."""
        value = self._known.get(row)
        if value is None:
            if len(self._known) >= self._most:
                self._known.clear()
            value = self._known[row] = self._read(row)
        return value


def minor(money: Money) -> int:
    """Give minor units that a 64-bit column holds.

    Raises:
        InvalidValue: there are more of them.
    """
    if abs(money.minor) > _LARGEST:
        raise InvalidValue(f"{money} is more than a column of 64 bits holds")
    return money.minor


def as_json(data: Any) -> str:
    """Write plain data on one line."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def written(value: object) -> str:
    """Write a value's record as JSON text."""
    return as_json(to_record(value))


def reader_of(cls: type[T]) -> Callable[[str], T]:
    """Make what reads a value of ``cls`` from JSON text."""
    return lambda text: from_record(json.loads(text), cls)


def maybe_text(value: date | time | None) -> str | None:
    """Write a day, a time or nothing."""
    return None if value is None else value.isoformat()


def maybe_day(text: str | None) -> date | None:
    """Read a day, or nothing."""
    return date.fromisoformat(text) if text else None
