"""Rows of a table from outside: the bad ones are reported with their path, the good ones go on.

A table is CSV text with a header. Each cell is asked for by name and kind, and a cell that is not
what was asked for makes its row a :class:`~harmony_core.errors.Problem` under ``name:line``.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date, time
from fractions import Fraction
from typing import Generic, TypeVar

import attrs

from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, Problem
from harmony_core.finance import exact

T = TypeVar("T")


@attrs.frozen
class Row:
    """One row: ``path`` is ``file.csv:7``, counting the header as line 1."""

    path: str
    cells: Mapping[str, str]

    def text(self, name: str) -> str:
        """A cell that must not be empty."""
        value = self.cells.get(name) or ""
        if not value:
            raise InvalidValue(f"{name} must not be empty")
        return value

    def optional(self, name: str) -> str | None:
        """A cell that may be empty."""
        return self.cells.get(name) or None

    def number(self, name: str, default: Fraction | None = None) -> Fraction:
        """An exact number; an empty cell gives ``default`` where there is one."""
        value = self.cells.get(name) or ""
        if not value and default is not None:
            return default
        return exact(value, name)

    def whole(self, name: str) -> int:
        """A whole number."""
        value = self.number(name)
        if value.denominator != 1:
            raise InvalidValue(f"{name} must be a whole number, got {self.cells[name]!r}")
        return value.numerator

    def flag(self, name: str) -> bool:
        """``0`` or ``1``."""
        value = self.text(name)
        if value not in ("0", "1"):
            raise InvalidValue(f"{name} must be 0 or 1, got {value!r}")
        return value == "1"

    def day(self, name: str) -> date:
        """A day, as 2026-03-31."""
        return read_day(self.text(name), name)

    def optional_day(self, name: str) -> date | None:
        """A day, or nothing."""
        value = self.optional(name)
        return None if value is None else read_day(value, name)

    def optional_time(self, name: str) -> time | None:
        """A time of day, as 16:50, or nothing."""
        value = self.optional(name)
        if value is None:
            return None
        try:
            return time.fromisoformat(value)
        except ValueError:
            raise InvalidValue(f"{name} must be a time like 16:50, got {value!r}") from None


@attrs.frozen
class Feed(Generic[T]):
    """What a table gave: the accepted values in their order, and every rejected row."""

    accepted: tuple[T, ...]
    rejected: tuple[Problem, ...]


def read_rows(
    lines: Iterable[str], name: str, columns: Collection[str], make: Callable[[Row], T]
) -> Feed[T]:
    """Read CSV text and make a value of each row.

    Args:
        lines: the text, by line; a file opened as text is fine.
        name: of the table, for the paths of problems.
        columns: the header must have all of them; others are left alone.
        make: makes a value or raises a :class:`~harmony_core.errors.HarmonyError`.

    Raises:
        InputRejected: there is no header, or a column is missing: no row can be understood.

    >>> feed = read_rows(
    ...     ["id,hours", "T1,1.5", "T2,x"],
    ...     "time.csv",
    ...     ["id", "hours"],
    ...     lambda row: row.number("hours"),
    ... )
    >>> feed.accepted, feed.rejected
    ((Fraction(3, 2),), ("time.csv:3: hours must be a plain number like '12.50', got 'x'",))
    """
    reader = csv.reader(lines, strict=True)
    accepted: list[T] = []
    rejected: list[Problem] = []
    try:
        header = [cell.strip().lstrip("\ufeff") for cell in next(reader, [])]
        if missing := [column for column in columns if column not in header]:
            message = f"column {', '.join(missing)} is missing; the header has {', '.join(header)}"
            raise InputRejected([Problem.at(f"{name}:1", message)])
        for cells in reader:
            if not cells:
                continue
            path = f"{name}:{reader.line_num}"
            if len(cells) != len(header):
                message = f"{len(cells)} cells, but the header has {len(header)}"
                rejected.append(Problem.at(path, message))
                continue
            try:
                accepted.append(make(Row(path, dict(zip(header, cells, strict=True)))))
            except HarmonyError as reason:
                rejected.append(Problem.at(path, str(reason)))
    except csv.Error as reason:
        rejected.append(Problem.at(f"{name}:{reader.line_num}", f"not CSV: {reason}"))
    return Feed(tuple(accepted), tuple(rejected))


def read_day(value: str, name: str) -> date:
    """Read a day in the one form 2026-03-31; ISO 8601 has others, which files mix up.

    Raises:
        InvalidValue: another form, or no day of the calendar.
    """
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:
        raise InvalidValue(f"{name} must be a day like 2026-03-31, got {value!r}")
    return day
