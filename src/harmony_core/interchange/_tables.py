"""Rows of a table from outside: the bad ones are reported with their path, the good ones go on.

A table is CSV text with a header. Each cell is asked for by name and kind, and a cell that is not
what was asked for makes its row a :class:`~harmony_core.errors.Problem` under ``name:line``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any, Generic, TypeVar

import attrs

from harmony_core.errors import HarmonyError, InputRejected, InvalidValue, Problem, expect_each
from harmony_core.finance import exact
from harmony_core.interchange._csv_lines import csv_lines
from harmony_core.interchange._faults import shown

T = TypeVar("T")

_FLAGS = {"0": False, "1": True, "false": False, "true": True}


@attrs.frozen
class Header:
    """The names of the columns of a table, and where they stand."""

    path: str
    columns: tuple[str, ...]

    def require(self, columns: Collection[str]) -> None:
        """Refuse the table where a column is missing.

        Raises:
            InputRejected: with all that are missing.
        """
        missing = [column for column in columns if column not in self.columns]
        if not missing:
            return
        what = f"column {', '.join(missing)} is missing; the header has {', '.join(self.columns)}"
        if len(self.columns) == 1 and (signs := [one for one in ";\t|" if one in self.columns[0]]):
            what += f": if {signs[0]!r} stands between its cells, say delimiter={signs[0]!r}"
        raise InputRejected([Problem.at(self.path, what)])


@attrs.frozen
class Row:
    """One row of a table, a JSON object, or any other mapping of names to cells.

    Cells are asked for by name and kind. A cell may hold text, or already the plain Python value;
    binary floats are refused, since they are not what was written.

    Args:
        path: where it stands: ``file.csv:7``, counting the header as line 1.
        cells: by column; ``None`` and empty text are empty cells.
        fault: what makes the row unreadable as a whole; its text is the only cell then.
        id: the id that a reader gave to it, where the source has none.
        header: of the table that it is from, so that a missing column is told once and not by row.
    """

    path: str
    cells: Mapping[str, Any]
    fault: str = ""
    id: str = ""
    header: Header | None = attrs.field(default=None, eq=False, repr=False)

    def text(self, name: str) -> str:
        """A cell that must not be empty."""
        value = self.optional(name)
        if value is None:
            raise InvalidValue(f"{name} must not be empty")
        return value

    def optional(self, name: str) -> str | None:
        """A cell that may be empty; a whole number is its digits."""
        value = self.cells.get(name)
        if isinstance(value, str):
            return value or None
        if value is None:
            return None
        if type(value) is int:
            return str(value)
        raise InvalidValue(f"{name} must be text, got {shown(value)}")

    def number(self, name: str, default: Fraction | None = None) -> Fraction:
        """An exact number; an empty cell gives ``default`` where there is one."""
        value = self.cells.get(name)
        if value is None or value == "":
            if default is None:
                raise InvalidValue(f"{name} must not be empty")
            return default
        return exact(value, name)

    def whole(self, name: str) -> int:
        """A whole number."""
        value = self.number(name)
        if value.denominator != 1:
            raise InvalidValue(f"{name} must be a whole number, got {self.cells[name]!r}")
        return value.numerator

    def flag(self, name: str, default: bool | None = None) -> bool:
        """``0`` or ``1``, ``true`` or ``false`` in any case, or a boolean.

        An empty cell gives ``default`` where there is one.
        """
        value = self.cells.get(name)
        if type(value) is bool:
            return value
        if default is not None and (value is None or value == ""):
            return default
        text = self.text(name)
        if (flag := _FLAGS.get(text.lower())) is None:
            raise InvalidValue(f"{name} must be 0 or 1, or true or false, got {text!r}")
        return flag

    def day(self, name: str) -> date:
        """A day, as 2026-03-31."""
        value = self.cells.get(name)
        return value if type(value) is date else read_day(self.text(name), name)

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

    def stamp(self, name: str) -> datetime:
        """A time stamp, as 2026-03-31T16:50:00Z; without an offset where none is written."""
        value = self.cells.get(name)
        return value if isinstance(value, datetime) else read_stamp(self.text(name), name)


@attrs.frozen
class Feed(Generic[T]):
    """What a table gave: the accepted values in their order, and every rejected row."""

    accepted: tuple[T, ...]
    rejected: tuple[Problem, ...]


def read_rows(
    lines: Iterable[str],
    name: str,
    columns: Collection[str],
    make: Callable[[Row], T],
    *,
    delimiter: str = ",",
) -> Feed[T]:
    """Read CSV text and make a value of each row.

    Args:
        lines: the text, by line; a file opened as text is fine.
        name: of the table, for the paths of problems.
        columns: the header must have all of them; others are left alone.
        make: makes a value or raises a :class:`~harmony_core.errors.HarmonyError`.
        delimiter: the sign between two cells.

    Raises:
        InputRejected: there is no header, or a column is missing: no row can be understood.
        InvalidValue: the lines are bytes, or the delimiter is no sign that may stand between cells.

    >>> feed = read_rows(
    ...     ["id,hours", "T1,1.5", "T2,x"],
    ...     "time.csv",
    ...     ["id", "hours"],
    ...     lambda row: row.number("hours"),
    ... )
    >>> feed.accepted, feed.rejected
    ((Fraction(3, 2),), ("time.csv:3: hours must be a plain number like '12.50', got 'x'",))
    """
    accepted: list[T] = []
    rejected: list[Problem] = []
    for row in csv_table(lines, name, columns, delimiter=delimiter):
        try:
            if row.fault:
                raise InvalidValue(row.fault)
            accepted.append(make(row))
        except HarmonyError as reason:
            rejected.append(Problem.at(row.path, str(reason)))
    return Feed(tuple(accepted), tuple(rejected))


def csv_table(
    lines: Iterable[str], name: str, columns: Collection[str] = (), *, delimiter: str = ","
) -> Iterator[Row]:
    """Give the rows of CSV text one by one; a row that is damaged says so in ``fault``.

    Args:
        lines: the text, by line or whole; a file opened as text with ``newline=""`` is fine.
        name: of the table, for the paths of its rows.
        columns: the header must have all of them; others are left alone. ``read_usage`` asks for
            those of its layout by itself.
        delimiter: the sign between two cells; none is guessed.

    Raises:
        InputRejected: there is no header, a column is missing or there twice: no row can be
            understood. Raised with the first row.
        InvalidValue: the lines are bytes, or the delimiter is no sign that may stand between
            cells. Raised with the first row too.

    >>> [(row.path, row.cells["hours"]) for row in csv_table(["id,hours", "T1,1.5"], "time.csv")]
    [('time.csv:2', '1.5')]
    """
    expect_each(columns, str, "columns of a table")
    rows = csv_lines(lines, delimiter=delimiter)
    first = next(rows, None)
    path = f"{name}:{first.number if first else 1}"
    names = [cell.strip() for cell in first.cells] if first else []
    header = Header(path, tuple(names))
    header.require(columns)
    if not names:
        raise InputRejected([Problem.at(path, "there is no header")])
    if twice := sorted({column for column in names if names.count(column) > 1 and column}):
        message = f"column {', '.join(twice)} is there twice: no row can be understood"
        raise InputRejected([Problem.at(path, message)])
    for line in rows:
        path = f"{name}:{line.number}"
        if len(line.cells) == len(names):
            yield Row(path, dict(zip(names, line.cells, strict=True)), header=header)
        elif line.cells:
            fault = f"{len(line.cells)} cells, but the header has {len(names)}"
            yield Row(path, {"": line.text}, fault, header=header)
        else:
            fault = "not CSV: see its quotation marks and line end"
            yield Row(path, {"": line.text}, fault, header=header)


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


_STAMP = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z| UTC|[+-]\d\d(:?\d\d)?)?", re.ASCII
)


def read_stamp(value: str, name: str) -> datetime:
    """Read a time stamp in the form 2026-03-31T16:50:00Z, with or without seconds and offset.

    Databases write it with a space, and the offset as ``UTC`` or ``+00``; that is read as well.
    Digits after the microseconds are left out.

    Raises:
        InvalidValue: another form, or no day or time there is.
    """
    try:
        if _STAMP.fullmatch(value):
            return datetime.fromisoformat(value.replace(" UTC", "Z"))
    except ValueError:
        pass  # such as the 30th of February
    raise InvalidValue(f"{name} must be a time stamp like 2026-03-31T16:50:00Z, got {shown(value)}")
