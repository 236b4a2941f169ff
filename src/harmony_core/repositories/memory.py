"""A store within the process: for tests, notebooks, and runs that are saved elsewhere.

A unit works on a copy of the tables (of the dicts; the values in them are immutable), which takes
the place of the old ones when the unit ends well. One unit is open at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from harmony_core.assets import Device
from harmony_core.billing import (
    Allocation,
    BillingProfile,
    Payment,
    QuantityOverride,
    Receivable,
    ReviewStep,
)
from harmony_core.contracts import Contract
from harmony_core.errors import RuleBroken
from harmony_core.funds import Incident
from harmony_core.orders import Order, Quote
from harmony_core.parties import Customer, Person, Supplier
from harmony_core.products import Product
from harmony_core.repositories._held import (
    HeldCharges,
    HeldCompanies,
    HeldFacts,
    HeldInvoices,
    HeldJournal,
    HeldLog,
    HeldMonths,
    HeldNights,
    HeldPriceBook,
    HeldRates,
    HeldRecognitions,
    HeldRegister,
    Tables,
)
from harmony_core.repositories._turns import Turns
from harmony_core.work import Progress


class MemoryStore:
    """Keeps everything in the process, with the same promises as a database.

    Args:
        wait_seconds: how long :meth:`begin` waits for another unit before it gives up.

    Threads may share a store, as each gets its unit of work in turn; they may not share a unit.

    >>> from harmony_core.periods import Month
    >>> store = MemoryStore()
    >>> with store.begin() as unit:
    ...     unit.months.close(Month.of("2026-03"))
    >>> with store.begin() as unit:
    ...     sorted(map(str, unit.months.closed()))
    ['2026-03']
    """

    def __init__(self, wait_seconds: int = 30) -> None:
        self._tables = Tables()
        self._turns = Turns(wait_seconds)

    @contextmanager
    def begin(self) -> Iterator[MemoryUnit]:
        """Open a unit of work.

        Raises:
            RuleBroken: another unit stays open for longer than ``wait_seconds``.
        """
        with self._turns.taken():
            unit = MemoryUnit(self._tables.copied())
            try:
                yield unit
                self._tables = unit.tables
            finally:
                unit.end()


class MemoryUnit:
    """A unit of work of a :class:`MemoryStore`."""

    def __init__(self, tables: Tables) -> None:
        self._open: Tables | None = tables
        self.company = HeldCompanies(self)
        self.customers = HeldRegister[Customer](self, "customer")
        self.suppliers = HeldRegister[Supplier](self, "supplier")
        self.people = HeldRegister[Person](self, "person")
        self.products = HeldRegister[Product](self, "product")
        self.price_book = HeldPriceBook(self)
        self.quotes = HeldRegister[Quote](self, "quote")
        self.orders = HeldRegister[Order](self, "order")
        self.contracts = HeldRegister[Contract](self, "contract")
        self.devices = HeldRegister[Device](self, "device")
        self.incidents = HeldRegister[Incident](self, "incident")
        self.facts = HeldFacts(self)
        self.rates = HeldRates(self)
        self.charges = HeldCharges(self)
        self.recognised = HeldRecognitions(self)
        self.invoices = HeldInvoices(self)
        self.journal = HeldJournal(self)
        self.profiles = HeldRegister[BillingProfile](self, "billing_profile")
        self.overrides = HeldLog[QuantityOverride](self, "quantity_override")
        self.reviews = HeldLog[ReviewStep](self, "review_step")
        self.progress = HeldLog[Progress](self, "progress")
        self.receivables = HeldLog[Receivable](self, "receivable")
        self.payables = HeldLog[Receivable](self, "payable")
        self.payments = HeldLog[Payment](self, "payment")
        self.allocations = HeldLog[Allocation](self, "allocation")
        self.months = HeldMonths(self)
        self.nights = HeldNights(self)

    @property
    def tables(self) -> Tables:
        """The unit's own copy.

        Raises:
            RuleBroken: the unit has ended.
        """
        if self._open is None:
            raise RuleBroken("this unit of work has ended: begin another one")
        return self._open

    def end(self) -> None:
        """Answer no more."""
        self._open = None
