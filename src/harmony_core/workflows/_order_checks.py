"""What would stop a later night for everybody is found before an order becomes a contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import attrs

from harmony_core.assets import AssetTypes
from harmony_core.billing import sale
from harmony_core.contracts import Contract, ContractLine, Side
from harmony_core.errors import HarmonyError, NotFound, Problem
from harmony_core.finance import Group, TaxTable
from harmony_core.orders import Order, Prices
from harmony_core.parties import Customer, Directory
from harmony_core.pricing import PriceBook
from harmony_core.products import DevicesCounted
from harmony_core.repositories.ports import UnitOfWork


@attrs.frozen
class Surroundings:
    """What an order's contracts will meet in the store: parties, prices, taxes, types of assets."""

    group: Group
    directory: Directory
    suppliers: frozenset[str]
    taxes: TaxTable
    types: AssetTypes
    book: PriceBook | None = None

    @classmethod
    def load(cls, unit: UnitOfWork, book: PriceBook | None = None) -> Surroundings:
        """Load them once for all the orders of a run."""
        company = unit.company.get()
        return cls(
            company.group,
            Directory(unit.customers.all()),
            frozenset(supplier.id for supplier in unit.suppliers.all()),
            company.tax_table,
            company.asset_types,
            book,
        )

    def party_problems(self, order: Order) -> tuple[Problem, ...]:
        """An order of, or from, somebody whom no register knows."""
        return (*self._strangers(order), *self._unknown_suppliers(order))

    def _unknown_suppliers(self, order: Order) -> Iterator[Problem]:
        for number, line in enumerate(order.lines):
            for place, purchase in enumerate(line.purchases):
                if purchase.supplier_id not in self.suppliers:
                    path = f"order {order.id}.lines[{number}].purchases[{place}]"
                    message = f"no supplier {purchase.supplier_id!r}: add them, or buy elsewhere"
                    yield Problem.at(path, message)

    def _strangers(self, order: Order) -> tuple[Problem, ...]:
        path = f"order {order.id}.party_id"
        if order.side is Side.BUY:
            if order.party_id in self.suppliers:
                return ()
            message = f"no supplier {order.party_id!r}: add them, or correct the order"
            return (Problem.at(path, message),)
        try:
            self.directory.resolve(order.party_id)
        except HarmonyError as reason:
            return (Problem.at(path, f"{reason}: add them, or correct the order"),)
        return ()

    def prices(self, order: Order) -> Prices | None:
        """The book's prices for the customer who orders, found under the name that stands."""
        if self.book is None or order.party_id not in self.directory:
            return None
        buyer = self.directory.resolve(order.party_id)
        return Prices(self.book, buyer.price_group, buyer.id)

    def line_problems(
        self, order: Order, contracts: tuple[Contract, ...], sold: frozenset[str]
    ) -> Iterator[Problem]:
        """What a line names that is not there: a contract, a type of device, a tax rate.

        ``sold`` holds the sell contracts that a line may serve.
        """
        numbers = {line.reference: n for n, line in enumerate(order.lines)}
        for contract in contracts:
            twice = contract.charged_twice()
            for line in contract.lines:
                behind = order.line_behind(contract.id, line.id)
                path = f"order {order.id}.lines[{numbers[behind.reference]}]"
                if line.id in twice:
                    yield Problem.at(path, twice[line.id])
                for fault in self._faults(order, line, sold):
                    yield Problem.at(path, fault)

    def _faults(self, order: Order, line: ContractLine, sold: frozenset[str]) -> Iterator[str]:
        if line.serves is not None and line.serves not in sold:
            yield f"it serves {line.serves!r}, which is no sell contract: name one that is"
        if isinstance(line.source, DevicesCounted):
            for type_ in line.source.types:
                try:
                    self.types.line(type_)
                except NotFound as missing:
                    yield str(missing)
        if order.side is Side.SELL and order.party_id in self.directory:
            try:
                self._find_tax_rate(order, line, self.directory.resolve(order.party_id))
            except NotFound as missing:
                yield str(missing)

    def _find_tax_rate(self, order: Order, line: ContractLine, buyer: Customer) -> None:
        """Invoices look for it from the line's first day on, or from the opening of the books."""
        day: date = max(line.start, self.group.opening_day)
        if line.last_day is not None and line.last_day < self.group.opening_day:
            return  # it was billed by whatever kept the books before
        country = self.group.entity(order.entity_id).country
        self.taxes.decide(sale(country, buyer, line.tax_category, day))
