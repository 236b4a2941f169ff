"""The repositories of a SQL store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any, Generic, TypeVar

import attrs
from sqlalchemy import Select, Table, func, or_, select

from harmony_core.assets import DeviceEvent
from harmony_core.billing import Charge, Invoice, Recognised
from harmony_core.errors import AlreadyCharged, HarmonyError, NotFound, RuleBroken
from harmony_core.finance import Booked, JournalEntry, Rate, RateBook
from harmony_core.periods import Month
from harmony_core.pricing import PriceBook
from harmony_core.repositories import _sql_rows as rows
from harmony_core.repositories import _sql_tables as tables
from harmony_core.repositories._company import Company
from harmony_core.repositories._identity import (
    contradiction,
    key_of,
    name_of,
    order_of,
    refuse_other,
    refuse_other_rate,
)
from harmony_core.repositories._sql_session import Session
from harmony_core.repositories.ports import Fact
from harmony_core.work import Expense, TimeEntry, UsageRecord

T = TypeVar("T")
F = TypeVar("F", bound=Fact)


class Memories:
    """What the units of one store have read, by kind of row; see :class:`rows.Remembered`."""

    def __init__(self) -> None:
        self.records: dict[type, rows.Remembered[Any]] = {}
        self.facts: dict[type, rows.Remembered[Any]] = {
            TimeEntry: rows.Remembered(rows.time_entry),
            Expense: rows.Remembered(rows.expense),
            UsageRecord: rows.Remembered(rows.usage_record),
            DeviceEvent: rows.Remembered(rows.device_event),
        }
        self.rates = rows.Remembered(rows.rate)
        self.charges = rows.Remembered(rows.charge)
        self.recognised = rows.Remembered(rows.recognised)
        self.journal = rows.Remembered(rows.journal_entry, most=50_000)

    def record(self, cls: type[T]) -> rows.Remembered[T]:
        """What reads a column of records of ``cls``."""
        if cls not in self.records:
            read = rows.reader_of(cls)
            self.records[cls] = rows.Remembered(lambda row: read(row[0]))
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
        self.session.replace(tables.company, {"id": "company", "record": rows.written(company)})


class SqlPriceBook(Part):
    def get(self) -> PriceBook:
        read = self.memories.record(PriceBook)
        for row in self.session.rows(select(tables.price_book.c.record)):
            return read(row)
        return PriceBook(())

    def save(self, book: PriceBook) -> None:
        row = {"id": "price_book", "record": rows.written(book)}
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
    return {"id": value.id, "record": rows.written(value)}


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


class SqlRates(Part):
    def add(self, rates: Iterable[Rate]) -> None:
        wanted = {rate.id: rate for rate in rates}
        found = map(self.memories.rates, self.session.rows_of(tables.rate, "id", wanted))
        kept = {rate.id: rate for rate in found}
        for id_, rate in wanted.items():
            if id_ in kept:
                refuse_other_rate(kept[id_], rate)
            else:
                self.session.put(tables.rate, rows.rate_row(rate))

    def book(self) -> RateBook:
        return RateBook(map(self.memories.rates, self.session.rows(select(tables.rate))))


class SqlCharges(Part):
    def add(self, charge: Charge) -> None:
        self.session.put_once(tables.charge, rows.charge_row(charge), _charged)

    def keys(self) -> frozenset[str]:
        return frozenset(key for (key,) in self.session.rows(select(tables.charge.c.key)))

    def get(self, key: str) -> Charge:
        for row in self.session.rows(select(tables.charge).where(tables.charge.c.key == key)):
            return self.memories.charges(row)
        raise NotFound(f"no charge {key!r}")

    def all(
        self, triggered_from: date | None = None, triggered_through: date | None = None
    ) -> tuple[Charge, ...]:
        statement = _within(
            select(tables.charge), tables.charge.c.trigger_day, triggered_from, triggered_through
        )
        found = sorted(self.session.rows(statement), key=_first)
        return tuple(self.memories.charges(row) for row in found)

    def unearned(self, triggered_through: date) -> tuple[Charge, ...]:
        charge, row = tables.charge.c, tables.recognised.c
        columns = ("transaction_minor", "entity_minor", "group_minor")
        sums = [func.sum(row[name]).label(name) for name in columns]
        earned = select(row.charge_key, *sums).group_by(row.charge_key).subquery()
        statement = (
            select(tables.charge)
            .outerjoin(earned, earned.c.charge_key == charge.key)
            .where(charge.trigger_day <= triggered_through.isoformat())
            .where(or_(*(charge[name] != func.coalesce(earned.c[name], 0) for name in columns)))
        )
        found = sorted(self.session.rows(statement), key=_first)
        return tuple(self.memories.charges(row) for row in found)


def _charged(key: str) -> HarmonyError:
    return AlreadyCharged(f"{key!r} is charged already")


def _first(row: tuple[Any, ...]) -> str:
    key: str = row[0]
    return key


def _within(
    statement: Select[Any], column: Any, first: date | None, last: date | None
) -> Select[Any]:
    if first is not None:
        statement = statement.where(column >= first.isoformat())
    if last is not None:
        statement = statement.where(column <= last.isoformat())
    return statement


class SqlRecognitions(Part):
    def add(self, recognised: Iterable[Recognised]) -> None:
        table, wanted = tables.recognised, tuple(recognised)
        found = self.session.rows_of(table, "charge_key", {row.charge_key for row in wanted})
        kept = {(key, month) for key, month, *_ in found}
        for row in wanted:
            key = (row.charge_key, str(row.month))
            if key in kept:
                raise AlreadyCharged(f"{row.charge_key!r} is recognised in {row.month} already")
            kept.add(key)
            self.session.put(table, rows.recognised_row(row), _recognised)

    def totals(self) -> dict[str, Booked]:
        column = tables.recognised.c
        codes = (column.transaction_currency, column.entity_currency, column.group_currency)
        sums = [
            func.sum(one)
            for one in (column.transaction_minor, column.entity_minor, column.group_minor)
        ]
        statement = select(column.charge_key, *codes, *sums).group_by(column.charge_key, *codes)
        totals: dict[str, Booked] = {}
        for key, first, second, third, *amounts in sorted(self.session.rows(statement)):
            one, two, three = map(int, amounts)  # some databases sum integers to a decimal
            amount = rows.booked((one, first, two, second, three, third))
            totals[key] = totals[key] + amount if key in totals else amount
        return totals

    def all(self) -> tuple[Recognised, ...]:
        read = self.memories.recognised
        found = sorted(self.session.rows(select(tables.recognised)), key=lambda row: row[:2])
        return tuple(read(row) for row in found)


def _recognised(keys: str) -> HarmonyError:
    return AlreadyCharged(f"one of these is recognised already: {keys}")


class SqlInvoices(Part):
    def add(self, invoice: Invoice) -> None:
        self.session.put_once(tables.invoice, rows.invoice_row(invoice), _issued)

    def get(self, id: str, /) -> Invoice:  # noqa: A002  the field's own name
        statement = select(tables.invoice.c.record).where(tables.invoice.c.id == id)
        for row in self.session.rows(statement):
            return self.memories.record(Invoice)(row)
        raise NotFound(f"no invoice {id!r}")

    def all(
        self, day_from: date | None = None, day_through: date | None = None
    ) -> tuple[Invoice, ...]:
        column, read = tables.invoice.c, self.memories.record(Invoice)
        statement = _within(select(column.id, column.record), column.day, day_from, day_through)
        return tuple(read(row[1:]) for row in sorted(self.session.rows(statement)))


def _issued(id_: str) -> HarmonyError:
    return RuleBroken(f"invoice {id_!r} is kept already: invoices are not changed")


class SqlJournal(Part):
    def add(self, entries: Iterable[JournalEntry]) -> None:
        wanted = tuple(entries)
        found = self.session.rows_of(tables.journal_entry, "id", {entry.id for entry in wanted})
        kept = {row[0] for row in found}
        for entry in wanted:
            if entry.id in kept:
                raise RuleBroken(f"journal entry {entry.id!r} is kept already: post a correction")
            kept.add(entry.id)
            self.session.put(tables.journal_entry, rows.entry_row(entry))
            for number, line in enumerate(entry.lines):
                self.session.put(tables.journal_line, rows.line_row(entry.id, number, line))

    def entries(
        self, through: date | None = None, entity: str | None = None
    ) -> Iterator[JournalEntry]:
        head, line = tables.journal_entry, tables.journal_line
        chosen = partial(self._chosen, through=through, entity=entity)
        lines: defaultdict[str, list[tuple[int, tuple[Any, ...]]]] = defaultdict(list)
        joined = select(line).join(head, head.c.id == line.c.entry_id)
        for entry_id, number, *rest in self.session.rows(chosen(joined)):
            lines[entry_id].append((number, tuple(rest)))
        heads = sorted(self.session.rows(chosen(select(head))), key=lambda row: (row[2], row[0]))
        read = self.memories.journal
        return (read((*row, tuple(rest for _, rest in sorted(lines[row[0]])))) for row in heads)

    @staticmethod
    def _chosen(statement: Select[Any], through: date | None, entity: str | None) -> Select[Any]:
        head = tables.journal_entry.c
        if entity is not None:
            statement = statement.where(head.entity == entity)
        return _within(statement, head.day, None, through)


class SqlMonths(Part):
    def closed(self) -> frozenset[Month]:
        found = self.session.rows(select(tables.closed_month.c.month))
        return frozenset(Month.of(month) for (month,) in found)

    def close(self, month: Month) -> None:
        self.session.put_once(tables.closed_month, {"month": str(month)}, _closed)


class SqlNights(Part):
    def last(self) -> date | None:
        newest = select(tables.billing_night.c.day).order_by(tables.billing_night.c.day.desc())
        found = next(self.session.rows(newest.limit(1)), None)
        return None if found is None else date.fromisoformat(found[0])

    def ran(self, day: date) -> None:
        if not self.session.has(tables.billing_night, day.isoformat()):
            self.session.put_once(tables.billing_night, {"day": day.isoformat()}, _ran)


def _ran(day: str) -> HarmonyError:
    return RuleBroken(f"another run billed through {day} at the same moment: run it again")


def _closed(month: str) -> HarmonyError:
    return RuleBroken(f"{month} is closed already")
