"""The repositories of rates, charges and books in a SQL store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Select, func, or_, select

from harmony_core.billing import Charge, Invoice, Recognised
from harmony_core.errors import AlreadyCharged, HarmonyError, NotFound, RuleBroken
from harmony_core.finance import Booked, JournalEntry, Rate, RateBook
from harmony_core.periods import Month
from harmony_core.repositories import _sql_book_rows as books
from harmony_core.repositories import _sql_tables as tables
from harmony_core.repositories._identity import (
    refuse_other_rate,
)
from harmony_core.repositories._sql_parts import Part


class SqlRates(Part):
    def add(self, rates: Iterable[Rate]) -> None:
        wanted = {rate.id: rate for rate in rates}
        found = map(self.memories.rates, self.session.rows_of(tables.rate, "id", wanted))
        kept = {rate.id: rate for rate in found}
        for id_, rate in wanted.items():
            if id_ in kept:
                refuse_other_rate(kept[id_], rate)
            else:
                self.session.put(tables.rate, books.rate_row(rate))

    def book(self) -> RateBook:
        return RateBook(map(self.memories.rates, self.session.rows(select(tables.rate))))


class SqlCharges(Part):
    def add(self, charge: Charge) -> None:
        self.session.put_once(tables.charge, books.charge_row(charge), _charged)

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

    def of_contracts(self, contract_ids: Collection[str]) -> tuple[Charge, ...]:
        found = sorted(self.session.rows_of(tables.charge, "contract_id", contract_ids), key=_first)
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
            self.session.put(table, books.recognised_row(row), _recognised)

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
            amount = books.booked((one, first, two, second, three, third))
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
        self.session.put_once(tables.invoice, books.invoice_row(invoice), _issued)

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
            self.session.put(tables.journal_entry, books.entry_row(entry))
            for number, line in enumerate(entry.lines):
                self.session.put(tables.journal_line, books.line_row(entry.id, number, line))

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
