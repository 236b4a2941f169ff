"""The tables of a memory store, and what reads and writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Any, Generic, Protocol, TypeVar

import attrs

from harmony_core.assets import DeviceEvent
from harmony_core.billing import Charge, Invoice, Recognised
from harmony_core.errors import AlreadyCharged, NotFound, RuleBroken
from harmony_core.finance import Booked, JournalEntry, Rate, RateBook
from harmony_core.periods import Month
from harmony_core.pricing import PriceBook
from harmony_core.repositories._company import Company
from harmony_core.repositories._identity import (
    Key,
    contradiction,
    key_of,
    name_of,
    order_of,
    refuse_other,
    refuse_other_rate,
)
from harmony_core.repositories.ports import Fact
from harmony_core.work import Expense, TimeEntry, UsageRecord

T = TypeVar("T")
F = TypeVar("F", bound=Fact)


@attrs.define
class Tables:
    company: Company | None = None
    price_book: PriceBook = attrs.Factory(lambda: PriceBook(()))
    registers: dict[str, dict[str, Any]] = attrs.Factory(dict)
    facts: dict[tuple[type, Key], Fact] = attrs.Factory(dict)
    rates: dict[str, Rate] = attrs.Factory(dict)
    book: RateBook | None = None
    charges: dict[str, Charge] = attrs.Factory(dict)
    recognised: dict[tuple[str, Month], Recognised] = attrs.Factory(dict)
    earned: dict[str, Booked] = attrs.Factory(dict)
    invoices: dict[str, Invoice] = attrs.Factory(dict)
    logs: dict[str, dict[str, Any]] = attrs.Factory(dict)
    journal: dict[str, JournalEntry] = attrs.Factory(dict)
    months: set[Month] = attrs.Factory(set)
    night: date | None = None

    def copied(self) -> Tables:
        return Tables(
            company=self.company,
            price_book=self.price_book,
            registers={name: dict(values) for name, values in self.registers.items()},
            facts=dict(self.facts),
            rates=dict(self.rates),
            book=self.book,
            charges=dict(self.charges),
            recognised=dict(self.recognised),
            earned=dict(self.earned),
            invoices=dict(self.invoices),
            logs={name: dict(values) for name, values in self.logs.items()},
            journal=dict(self.journal),
            months=set(self.months),
            night=self.night,
        )


class OpenUnit(Protocol):
    """Gives the tables while the unit is open."""

    @property
    def tables(self) -> Tables: ...


@attrs.frozen
class Part:
    unit: OpenUnit

    @property
    def _tables(self) -> Tables:
        return self.unit.tables


class HeldCompanies(Part):
    def get(self) -> Company:
        if self._tables.company is None:
            raise NotFound("the store has no company yet: save one")
        return self._tables.company

    def save(self, company: Company) -> None:
        self._tables.company = company


class HeldPriceBook(Part):
    def get(self) -> PriceBook:
        return self._tables.price_book

    def save(self, book: PriceBook) -> None:
        self._tables.price_book = book


@attrs.frozen
class HeldRegister(Part, Generic[T]):
    noun: str

    @property
    def _values(self) -> dict[str, Any]:
        return self._tables.registers.setdefault(self.noun, {})

    def get(self, id: str, /) -> T:  # noqa: A002  the field's own name
        try:
            value: T = self._values[id]
        except KeyError:
            raise NotFound(f"no {self.noun} {id!r}") from None
        return value

    def all(self) -> tuple[T, ...]:
        values = self._values
        return tuple(values[id_] for id_ in sorted(values))

    def add(self, value: T, /) -> None:
        id_ = _id(value)
        if id_ in self._values:
            raise RuleBroken(f"{self.noun} {id_!r} is kept already: save() replaces it")
        self._values[id_] = value

    def save(self, value: T, /) -> None:
        self._values[_id(value)] = value


@attrs.frozen
class HeldLog(Part, Generic[T]):
    noun: str

    def add(self, value: T, /) -> None:
        kept = self._tables.logs.setdefault(self.noun, {})
        refuse_other(self.noun, kept.setdefault(_id(value), value), value)

    def all(self) -> tuple[T, ...]:
        kept = self._tables.logs.get(self.noun, {})
        return tuple(kept[id_] for id_ in sorted(kept))


def _id(value: Any) -> str:
    id_: str = value.id
    return id_


class HeldFacts(Part):
    def add(self, facts: Iterable[Fact]) -> int:
        kept, new = self._tables.facts, 0
        for fact in facts:
            key = (type(fact), key_of(fact))
            if key not in kept:
                kept[key] = fact
                new += 1
            elif kept[key] != fact:
                raise contradiction(kept[key], fact)
        return new

    def like(self, facts: Iterable[F], /) -> tuple[F, ...]:
        kept = self._tables.facts
        names = dict.fromkeys(name_of(fact) for fact in facts)
        found: list[Any] = [kept[name] for name in names if name in kept]
        if any(cls is DeviceEvent for cls, _ in names):  # their keys hold the day of recording
            found += [
                fact
                for fact in kept.values()
                if type(fact) is DeviceEvent and name_of(fact) in names
            ]
        return tuple(found)

    def time(self, known_on: date) -> tuple[TimeEntry, ...]:
        return self._known(TimeEntry, known_on)

    def expenses(self, known_on: date) -> tuple[Expense, ...]:
        return self._known(Expense, known_on)

    def usage(self, known_on: date) -> tuple[UsageRecord, ...]:
        return self._known(UsageRecord, known_on)

    def device_events(self, known_on: date) -> tuple[DeviceEvent, ...]:
        return self._known(DeviceEvent, known_on)

    def _known(self, cls: type[F], known_on: date) -> tuple[F, ...]:
        facts = self._tables.facts.values()
        found = [fact for fact in facts if isinstance(fact, cls) and fact.known_on <= known_on]
        return tuple(sorted(found, key=order_of))


class HeldRates(Part):
    def add(self, rates: Iterable[Rate]) -> None:
        tables = self._tables
        tables.book = None
        for rate in rates:
            known = tables.rates.setdefault(rate.id, rate)
            refuse_other_rate(known, rate)

    def book(self) -> RateBook:
        tables = self._tables
        if tables.book is None:
            tables.book = RateBook(tables.rates.values())
        return tables.book


class HeldCharges(Part):
    def add(self, charge: Charge) -> None:
        if charge.key in self._tables.charges:
            raise AlreadyCharged(f"{charge.key!r} is charged already")
        self._tables.charges[charge.key] = charge

    def keys(self) -> frozenset[str]:
        return frozenset(self._tables.charges)

    def get(self, key: str) -> Charge:
        try:
            return self._tables.charges[key]
        except KeyError:
            raise NotFound(f"no charge {key!r}") from None

    def all(
        self, triggered_from: date | None = None, triggered_through: date | None = None
    ) -> tuple[Charge, ...]:
        charges = self._tables.charges
        found = [
            c for c in charges.values() if _within(c.trigger, triggered_from, triggered_through)
        ]
        return tuple(sorted(found, key=lambda charge: charge.key))

    def unearned(self, triggered_through: date) -> tuple[Charge, ...]:
        earned = self._tables.earned
        return tuple(
            charge
            for charge in self.all(triggered_through=triggered_through)
            if (charge.booked != earned[charge.key] if charge.key in earned else charge.booked)
        )

    def of_contracts(self, contract_ids: Collection[str]) -> tuple[Charge, ...]:
        wanted = frozenset(contract_ids)
        return tuple(charge for charge in self.all() if charge.contract_id in wanted)


def _within(day: date, first: date | None, last: date | None) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


class HeldRecognitions(Part):
    def add(self, rows: Iterable[Recognised]) -> None:
        kept, earned = self._tables.recognised, self._tables.earned
        for row in rows:
            key = (row.charge_key, row.month)
            if key in kept:
                raise AlreadyCharged(f"{row.charge_key!r} is recognised in {row.month} already")
            kept[key] = row
            before = earned.get(row.charge_key)
            earned[row.charge_key] = row.amount if before is None else before + row.amount

    def totals(self) -> dict[str, Booked]:
        return dict(self._tables.earned)

    def all(self) -> tuple[Recognised, ...]:
        kept = self._tables.recognised
        return tuple(kept[key] for key in sorted(kept))


class HeldInvoices(Part):
    def add(self, invoice: Invoice) -> None:
        if invoice.id in self._tables.invoices:
            raise RuleBroken(f"invoice {invoice.id!r} is kept already: invoices are not changed")
        self._tables.invoices[invoice.id] = invoice

    def get(self, id: str, /) -> Invoice:  # noqa: A002  the field's own name
        try:
            return self._tables.invoices[id]
        except KeyError:
            raise NotFound(f"no invoice {id!r}") from None

    def all(
        self, day_from: date | None = None, day_through: date | None = None
    ) -> tuple[Invoice, ...]:
        invoices = self._tables.invoices
        return tuple(
            invoices[id_]
            for id_ in sorted(invoices)
            if _within(invoices[id_].day, day_from, day_through)
        )


class HeldJournal(Part):
    def add(self, entries: Iterable[JournalEntry]) -> None:
        kept = self._tables.journal
        for entry in entries:
            if entry.id in kept:
                raise RuleBroken(f"journal entry {entry.id!r} is kept already: post a correction")
            kept[entry.id] = entry

    def entries(
        self, through: date | None = None, entity: str | None = None
    ) -> Iterator[JournalEntry]:
        found = [
            entry
            for entry in self._tables.journal.values()
            if _within(entry.day, None, through) and entity in (None, entry.entity)
        ]
        return iter(sorted(found, key=lambda entry: (entry.day, entry.id)))


class HeldMonths(Part):
    def closed(self) -> frozenset[Month]:
        return frozenset(self._tables.months)

    def close(self, month: Month) -> None:
        if month in self._tables.months:
            raise RuleBroken(f"{month} is closed already")
        self._tables.months.add(month)


class HeldNights(Part):
    def last(self) -> date | None:
        return self._tables.night

    def ran(self, day: date) -> None:
        self._tables.night = max(day, self._tables.night or day)
