"""One transaction: rows wait and go out in batches, and are there for whoever reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from sqlalchemy import Connection, Select, Table, exists, select
from sqlalchemy.exc import IntegrityError

from harmony_core.errors import HarmonyError, RuleBroken

_CHUNK = 500
"""Parameters of one statement; every database takes as many."""


class Session:
    """What the repositories of one unit of work share."""

    def __init__(self, connection: Connection) -> None:
        self._connection: Connection | None = connection
        self._waiting: dict[Table, list[dict[str, Any]]] = {}
        self._new_keys: dict[Table, set[str]] = {}
        self._refusals: dict[Table, Callable[[str], HarmonyError]] = {}

    @property
    def connection(self) -> Connection:
        """The open connection.

        Raises:
            RuleBroken: the unit has ended.
        """
        if self._connection is None:
            raise RuleBroken("this unit of work has ended: begin another one")
        return self._connection

    def put(
        self,
        table: Table,
        row: dict[str, Any],
        refused: Callable[[str], HarmonyError] | None = None,
    ) -> None:
        """Let a row wait; the caller has looked that its key is free.

        ``refused`` makes the error for the case that it was not after all.
        """
        if self._connection is None:
            raise RuleBroken("this unit of work has ended: begin another one")
        self._waiting.setdefault(table, []).append(row)
        if refused is not None:
            self._refusals[table] = refused

    def put_once(
        self, table: Table, row: dict[str, Any], refused: Callable[[str], HarmonyError]
    ) -> None:
        """Let a row wait, or raise what ``refused`` makes when its first key column is taken."""
        column = next(iter(table.primary_key.columns))
        key = row[column.name]
        if self.has(table, key):
            raise refused(key)
        self._new_keys.setdefault(table, set()).add(key)
        self.put(table, row, refused)

    def has(self, table: Table, key: str) -> bool:
        """Tell whether the first key column holds ``key``, among waiting rows too."""
        if key in self._new_keys.get(table, ()):
            return True
        column = next(iter(table.primary_key.columns))
        return bool(self.connection.scalar(select(exists().where(column == key))))

    def rows(self, statement: Select[Any]) -> Iterator[tuple[Any, ...]]:
        """Read rows, this unit's own among them."""
        self.flush()
        return (tuple(row) for row in self.connection.execute(statement).fetchall())

    def rows_of(
        self, table: Table, column: str, keys: Collection[str]
    ) -> Iterator[tuple[Any, ...]]:
        """Read the rows in which ``column`` is one of ``keys``."""
        wanted = sorted(keys)
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            yield from self.rows(select(table).where(table.c[column].in_(chunk)))

    def replace(self, table: Table, row: dict[str, Any]) -> None:
        """Keep a row in place of the one under its key."""
        self.flush()
        column = next(iter(table.primary_key.columns))
        self.connection.execute(table.delete().where(column == row[column.name]))
        self._new_keys.setdefault(table, set()).add(row[column.name])
        self.put(table, row)

    def flush(self) -> None:
        """Send what waits.

        Raises:
            RuleBroken: a key was taken after all, because something outside wrote to the tables.
        """
        waiting, self._waiting = self._waiting, {}
        for table, rows in waiting.items():
            try:
                self.connection.execute(table.insert(), rows)
            except IntegrityError as taken:
                column = next(iter(table.primary_key.columns)).name
                refused = self._refusals.get(table, _taken)
                raise refused(", ".join(str(row[column]) for row in rows)) from taken

    def end(self) -> None:
        """Answer no more."""
        self._connection = None


def _taken(keys: str) -> RuleBroken:
    return RuleBroken(f"one of these is kept already: {keys}")
