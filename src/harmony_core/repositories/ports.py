"""What a store must offer, in the words of the trade; ``harmony_core.testing`` holds it to that.

A store gives units of work. Within one, everything that was read stays true until it ends: units
that could disturb one another wait for each other, or the later one fails with ``RuleBroken``. It
keeps all that was written when it ends well and nothing when it ends by an exception. Ids are
compared and ordered by code point, days by calendar.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from typing import Protocol, TypeAlias, TypeVar

from harmony_core.assets import Device, DeviceEvent
from harmony_core.billing import (
    Allocation,
    BillingProfile,
    Charge,
    Invoice,
    Payment,
    QuantityOverride,
    Receivable,
    Recognised,
    ReviewStep,
)
from harmony_core.contracts import Contract
from harmony_core.finance import Booked, JournalEntry, Rate, RateBook
from harmony_core.funds import Incident
from harmony_core.orders import Order, Quote
from harmony_core.parties import Customer, Person, Supplier
from harmony_core.periods import Month
from harmony_core.pricing import PriceBook
from harmony_core.products import Product
from harmony_core.repositories._company import Company
from harmony_core.work import Expense, Progress, TimeEntry, UsageRecord

__all__ = [
    "ChargeRepository",
    "Company",
    "CompanyRepository",
    "Fact",
    "FactRepository",
    "InvoiceRepository",
    "JournalRepository",
    "Log",
    "MonthRepository",
    "NightRepository",
    "PriceBookRepository",
    "RateRepository",
    "RecognitionRepository",
    "Register",
    "Store",
    "UnitOfWork",
]

T = TypeVar("T")

Fact: TypeAlias = TimeEntry | Expense | UsageRecord | DeviceEvent
"""What happened. Facts are added and never changed."""

F = TypeVar("F", bound=Fact)


class CompanyRepository(Protocol):
    """The one company that a store is for."""

    def get(self) -> Company:
        """Give the company; raises ``NotFound`` before it was saved."""
        ...

    def save(self, company: Company) -> None:
        """Keep it, in place of an earlier one."""
        ...


class PriceBookRepository(Protocol):
    """The one book of the prices at which the company sells."""

    def get(self) -> PriceBook:
        """Give the book; one without prices before any was saved."""
        ...

    def save(self, book: PriceBook) -> None:
        """Keep it, in place of an earlier one."""
        ...


class Register(Protocol[T]):
    """Values of one kind by their ``id``: customers, products, orders, contracts and so on."""

    def get(self, id: str, /) -> T:  # noqa: A002  the field's own name
        """Give the value; raises ``NotFound`` ("no contract 'C-404'")."""
        ...

    def all(self) -> tuple[T, ...]:
        """Give every value, ordered by id."""
        ...

    def add(self, value: T, /) -> None:
        """Keep a new value; raises ``RuleBroken`` when the id is taken."""
        ...

    def save(self, value: T, /) -> None:
        """Keep a value, in place of an earlier one with its id."""
        ...


class Log(Protocol[T]):
    """Values of one kind by their ``id``, added and never changed: payments, reviews and so on."""

    def add(self, value: T, /) -> None:
        """Keep a value; the same again is ignored.

        Raises ``RuleBroken`` for another value under an id that is kept.
        """
        ...

    def all(self) -> tuple[T, ...]:
        """Give every value, ordered by id."""
        ...


class FactRepository(Protocol):
    """Facts of delivery; each question is asked as known on a day and answered by (day, id).

    A time entry or an expense is known by its id, a usage record by source and id, a device event
    by device, day, kind and the day it was recorded.
    """

    def add(self, facts: Iterable[Fact]) -> int:
        """Keep facts; gives the number of new ones, because the same fact again is ignored.

        Raises ``RuleBroken`` for another fact under a known id, naming both.
        """
        ...

    def like(self, facts: Iterable[F], /) -> tuple[F, ...]:
        """Give the kept facts that are known by the id of one of these, in any order.

        For a device event: those of the same device, day and kind, whenever they were recorded.
        """
        ...

    def time(self, known_on: date) -> tuple[TimeEntry, ...]:
        """Give time entries that had become known on or before a day."""
        ...

    def expenses(self, known_on: date) -> tuple[Expense, ...]:
        """Give expenses that had become known on or before a day."""
        ...

    def usage(self, known_on: date) -> tuple[UsageRecord, ...]:
        """Give usage records that had become known on or before a day."""
        ...

    def device_events(self, known_on: date) -> tuple[DeviceEvent, ...]:
        """Give device events that had become known on or before a day."""
        ...


class RateRepository(Protocol):
    """Exchange rates, with every correction."""

    def add(self, rates: Iterable[Rate]) -> None:
        """Keep rates; the same again is ignored.

        Raises ``RuleBroken`` for another value under the id of a rate that is kept.
        """
        ...

    def book(self) -> RateBook:
        """Give all of them as a book."""
        ...


class ChargeRepository(Protocol):
    """Charges. The key is unique whatever happens: what was charged is not charged again."""

    def add(self, charge: Charge) -> None:
        """Keep a charge; raises ``AlreadyCharged`` when its key is kept."""
        ...

    def keys(self) -> frozenset[str]:
        """Give the keys of all charges."""
        ...

    def get(self, key: str) -> Charge:
        """Give a charge; raises ``NotFound``."""
        ...

    def all(
        self, triggered_from: date | None = None, triggered_through: date | None = None
    ) -> tuple[Charge, ...]:
        """Give the charges triggered between two days, both included, ordered by key."""
        ...

    def unearned(self, triggered_through: date) -> tuple[Charge, ...]:
        """Give the charges triggered by then that were not recognised whole, ordered by key.

        That is: what was recognised of them differs, in one of the three currencies, from what
        was booked; or nothing was, and the amount is not zero.
        """
        ...

    def of_contracts(self, contract_ids: Collection[str]) -> tuple[Charge, ...]:
        """Give all charges of some contracts, ordered by key."""
        ...


class RecognitionRepository(Protocol):
    """What of each charge was earned in which month; once for each charge and month."""

    def add(self, rows: Iterable[Recognised]) -> None:
        """Keep rows; raises ``AlreadyCharged`` for a charge and month that is kept."""
        ...

    def totals(self) -> dict[str, Booked]:
        """Give what was recognised so far, by charge key."""
        ...

    def all(self) -> tuple[Recognised, ...]:
        """Give every row, ordered by (charge key, month)."""
        ...


class InvoiceRepository(Protocol):
    """Invoices as they were issued."""

    def add(self, invoice: Invoice) -> None:
        """Keep an invoice; raises ``RuleBroken`` when the id is taken."""
        ...

    def get(self, id: str, /) -> Invoice:  # noqa: A002  the field's own name
        """Give an invoice; raises ``NotFound``."""
        ...

    def all(
        self, day_from: date | None = None, day_through: date | None = None
    ) -> tuple[Invoice, ...]:
        """Give the invoices dated between two days, both included, ordered by id."""
        ...


class JournalRepository(Protocol):
    """Journal entries: added, never changed."""

    def add(self, entries: Iterable[JournalEntry]) -> None:
        """Keep entries; raises ``RuleBroken`` when an id is taken."""
        ...

    def entries(
        self, through: date | None = None, entity: str | None = None
    ) -> Iterator[JournalEntry]:
        """Give the entries up to a day, of one entity or of all, ordered by (day, id)."""
        ...


class MonthRepository(Protocol):
    """Months whose books are closed."""

    def closed(self) -> frozenset[Month]:
        """Give the closed months."""
        ...

    def close(self, month: Month) -> None:
        """Close a month; raises ``RuleBroken`` when it is closed."""
        ...


class NightRepository(Protocol):
    """How far the billing nights have come: what becomes known later must say so."""

    def last(self) -> date | None:
        """Give the latest day that was billed through; ``None`` before the first night."""
        ...

    def ran(self, day: date) -> None:
        """Keep that a night billed through ``day``; an earlier or the same day changes nothing."""
        ...


class UnitOfWork(Protocol):
    """Everything a workflow reads and writes, kept together or not at all."""

    @property
    def company(self) -> CompanyRepository:
        """The group and its tables."""
        ...

    @property
    def customers(self) -> Register[Customer]:
        """Companies that buy."""
        ...

    @property
    def suppliers(self) -> Register[Supplier]:
        """Companies that sell to us."""
        ...

    @property
    def people(self) -> Register[Person]:
        """People whose time is recorded."""
        ...

    @property
    def products(self) -> Register[Product]:
        """What can be sold or bought."""
        ...

    @property
    def price_book(self) -> PriceBookRepository:
        """At which prices it is sold, to whom and when."""
        ...

    @property
    def quotes(self) -> Register[Quote]:
        """Proposals, with what was accepted of them."""
        ...

    @property
    def orders(self) -> Register[Order]:
        """Promises."""
        ...

    @property
    def contracts(self) -> Register[Contract]:
        """Agreements."""
        ...

    @property
    def devices(self) -> Register[Device]:
        """Devices; when they are active comes from their events."""
        ...

    @property
    def incidents(self) -> Register[Incident]:
        """Incidents that a fund pays for, saved again as the days of their life become known."""
        ...

    @property
    def facts(self) -> FactRepository:
        """Time, expenses, usage, device events."""
        ...

    @property
    def rates(self) -> RateRepository:
        """Exchange rates."""
        ...

    @property
    def charges(self) -> ChargeRepository:
        """What is owed."""
        ...

    @property
    def recognised(self) -> RecognitionRepository:
        """What was earned."""
        ...

    @property
    def invoices(self) -> InvoiceRepository:
        """What was asked for."""
        ...

    @property
    def journal(self) -> JournalRepository:
        """What was booked."""
        ...

    @property
    def profiles(self) -> Register[BillingProfile]:
        """How customers want to be billed, by customer."""
        ...

    @property
    def overrides(self) -> Log[QuantityOverride]:
        """Which quantities were changed before their release."""
        ...

    @property
    def reviews(self) -> Log[ReviewStep]:
        """What was looked at, and released."""
        ...

    @property
    def progress(self) -> Log[Progress]:
        """Reports of how far the work on contract lines has come."""
        ...

    @property
    def receivables(self) -> Log[Receivable]:
        """What documents ask customers for."""
        ...

    @property
    def payables(self) -> Log[Receivable]:
        """What suppliers' bills ask us for."""
        ...

    @property
    def payments(self) -> Log[Payment]:
        """What customers paid, and what suppliers were paid."""
        ...

    @property
    def allocations(self) -> Log[Allocation]:
        """Which payment settled what."""
        ...

    @property
    def months(self) -> MonthRepository:
        """What is closed."""
        ...

    @property
    def nights(self) -> NightRepository:
        """How far billing has come."""
        ...


class Store(Protocol):
    """Where a company's values are kept between two runs."""

    def begin(self) -> AbstractContextManager[UnitOfWork]:
        """Open a unit of work: kept when the block ends, undone when it raises.

        Raises ``RuleBroken`` when another unit stays open for too long.
        """
        ...
