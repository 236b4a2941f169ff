"""The repositories of a SQL store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy import Table, select

from harmony_core.assets import DeviceEvent
from harmony_core.errors import HarmonyError, NotFound, RuleBroken
from harmony_core.pricing import PriceBook
from harmony_core.repositories import _sql_book_rows as books
from harmony_core.repositories import _sql_fact_rows as rows
from harmony_core.repositories import _sql_tables as tables
from harmony_core.repositories._company import Company
from harmony_core.repositories._identity import (
    contradiction,
    key_of,
    name_of,
    order_of,
    refuse_other,
)
from harmony_core.repositories._sql_session import Session
from harmony_core.repositories._sql_values import Remembered, reader_of, written
from harmony_core.repositories.ports import Fact
from harmony_core.work import Expense, TimeEntry, UsageRecord

T = TypeVar("T")
F = TypeVar("F", bound=Fact)


class Memories:
    """What the units of one store have read, by kind of row; see :class:`Remembered`."""

    def __init__(self) -> None:
        self.records: dict[type, Remembered[Any]] = {}
        self.facts: dict[type, Remembered[Any]] = {
            TimeEntry: Remembered(rows.time_entry),
            Expense: Remembered(rows.expense),
            UsageRecord: Remembered(rows.usage_record),
            DeviceEvent: Remembered(rows.device_event),
        }
        self.rates = Remembered(books.rate)
        self.charges = Remembered(books.charge)
        self.recognised = Remembered(books.recognised)
        self.journal = Remembered(books.journal_entry, most=50_000)

    def record(self, cls: type[T]) -> Remembered[T]:
        """What reads a column of records of ``cls``."""
        if cls not in self.records:
            read = reader_of(cls)
            self.records[cls] = Remembered(lambda row: read(row[0]))
        return self.records[cls]


@attrs.frozen
class Part:
    session: Session
    memories: Memories


class SqlCompany(Part):
    def get(self) -> Company:
        read = self.memories.record(Company)
        for row in self.session.rows(select(tables.company.c.record)):
            return read(row)
        raise NotFound("the store has no company yet: save one")

    def save(self, company: Company) -> None:
        self.session.replace(tables.company, {"id": "company", "record": written(company)})


class SqlPriceBook(Part):
    def get(self) -> PriceBook:
        read = self.memories.record(PriceBook)
        for row in self.session.rows(select(tables.price_book.c.record)):
            return read(row)
        return PriceBook(())

    def save(self, book: PriceBook) -> None:
        row = {"id": "price_book", "record": written(book)}
        self.session.replace(tables.price_book, row)


@attrs.frozen
class SqlRegister(Part, Generic[T]):
    noun: str
    cls: type[T]

    @property
    def _table(self) -> Table:
        return tables.registers[self.noun]

    def get(self, id: str, /) -> T:  # noqa: A002  the field's own name
        statement = select(self._table.c.record).where(self._table.c.id == id)
        for row in self.session.rows(statement):
            return self.memories.record(self.cls)(row)
        raise NotFound(f"no {self.noun} {id!r}")

    def all(self) -> tuple[T, ...]:
        read = self.memories.record(self.cls)
        found = sorted(self.session.rows(select(self._table.c.id, self._table.c.record)))
        return tuple(read(row[1:]) for row in found)

    def add(self, value: T, /) -> None:
        self.session.put_once(self._table, _record_row(value), self._taken)

    def save(self, value: T, /) -> None:
        self.session.replace(self._table, _record_row(value))

    def _taken(self, id_: str) -> HarmonyError:
        return RuleBroken(f"{self.noun} {id_!r} is kept already: save() replaces it")


def _record_row(value: Any) -> dict[str, Any]:
    return {"id": value.id, "record": written(value)}


@attrs.frozen
class SqlLog(Part, Generic[T]):
    noun: str
    cls: type[T]

    def add(self, value: T, /) -> None:
        table, row = tables.logs[self.noun], _record_row(value)
        if not self.session.has(table, row["id"]):
            self.session.put_once(table, row, self._taken)
            return
        for kept in self.session.rows(select(table.c.record).where(table.c.id == row["id"])):
            refuse_other(self.noun, self.memories.record(self.cls)(kept), value)

    def _taken(self, id_: str) -> HarmonyError:
        return RuleBroken(f"{self.noun} {id_!r} is kept already")

    def all(self) -> tuple[T, ...]:
        table, read = tables.logs[self.noun], self.memories.record(self.cls)
        found = sorted(self.session.rows(select(table.c.id, table.c.record)))
        return tuple(read(row[1:]) for row in found)


_FACTS: dict[type, tuple[Table, str, Callable[[Any], dict[str, Any]]]] = {
    TimeEntry: (tables.time_entry, "id", rows.time_row),
    Expense: (tables.expense, "id", rows.expense_row),
    UsageRecord: (tables.usage_record, "id", rows.usage_row),
    DeviceEvent: (tables.device_event, "device_id", rows.event_row),
}
"""Table of each kind of fact, the column that finds it best, and what makes its row."""


class SqlFacts(Part):
    def add(self, facts: Iterable[Fact]) -> int:
        by_class: defaultdict[type, list[Fact]] = defaultdict(list)
        for fact in facts:
            key_of(fact)  # refuses what is no fact
            by_class[type(fact)].append(fact)
        return sum(self._add(cls, of_one_class) for cls, of_one_class in by_class.items())

    def _add(self, cls: type, facts: list[Fact]) -> int:
        table, _, row_of = _FACTS[cls]
        kept = {key_of(fact): fact for fact in self._near(cls, facts)}
        new = 0
        for fact in facts:
            known = kept.get(key_of(fact))
            if known is None:
                kept[key_of(fact)] = fact
                self.session.put(table, row_of(fact))
                new += 1
            elif known != fact:
                raise contradiction(known, fact)
        return new

    def like(self, facts: Iterable[F], /) -> tuple[F, ...]:
        by_class: defaultdict[type, list[F]] = defaultdict(list)
        for fact in facts:
            by_class[type(fact)].append(fact)
        found: list[F] = []
        for cls, of_one_class in by_class.items():
            names = {name_of(fact) for fact in of_one_class}
            found += [fact for fact in self._near(cls, of_one_class) if name_of(fact) in names]
        return tuple(found)

    def _near(self, cls: type, facts: Iterable[F]) -> Iterator[F]:
        """Read the facts that the best column of the table finds: those wanted are among them."""
        table, column, _ = _FACTS[cls]
        wanted = {getattr(fact, column) for fact in facts}
        return map(self.memories.facts[cls], self.session.rows_of(table, column, wanted))

    def time(self, known_on: date) -> tuple[TimeEntry, ...]:
        return self._known(TimeEntry, known_on)

    def expenses(self, known_on: date) -> tuple[Expense, ...]:
        return self._known(Expense, known_on)

    def usage(self, known_on: date) -> tuple[UsageRecord, ...]:
        return self._known(UsageRecord, known_on)

    def device_events(self, known_on: date) -> tuple[DeviceEvent, ...]:
        return self._known(DeviceEvent, known_on)

    def _known(self, cls: type[F], known_on: date) -> tuple[F, ...]:
        table, read = _FACTS[cls][0], self.memories.facts[cls]
        statement = select(table).where(table.c.known_on <= known_on.isoformat())
        found: list[F] = [read(row) for row in self.session.rows(statement)]
        return tuple(sorted(found, key=order_of))
