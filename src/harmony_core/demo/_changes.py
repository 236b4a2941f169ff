"""What was agreed after the orders: changes and notices, tried on the contracts they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from harmony_core.contracts import Amendment, Contract
from harmony_core.demo import _rows as rows
from harmony_core.demo._notices import NOTICE, NoticeReceived, notice
from harmony_core.demo._reading import Reading
from harmony_core.demo._seats import SEAT_COLUMNS, SeatsChanged, seats_changed
from harmony_core.errors import HarmonyError, InvalidValue, NotFound, Problem
from harmony_core.finance import Group
from harmony_core.interchange import Row
from harmony_core.orders import Executed, Order, Prices, execute, problems_of
from harmony_core.parties import Customer, Directory
from harmony_core.pricing import PriceBook
from harmony_core.products import Catalogue

AMENDMENTS, NOTICES, CONTRACTS = "amendments.csv", "notices.csv", "order_lines.csv"
SEATS = "seats.csv"


def amendments_of(reading: Reading, orders: Iterable[Order]) -> dict[str, Amendment]:
    """By the path of the first row of each; rows of one id are one amendment."""
    currencies = {line.contract_id: order.currency for order in orders for line in order.lines}
    first: dict[str, str] = {}
    found: dict[str, Amendment] = {}

    def make(row: Row) -> None:
        if row.text("contract") not in currencies:  # its order is missing or was refused
            return
        made = rows.amendment(row, currencies[row.text("contract")])
        at = first.setdefault(made.id, row.path)
        whole = found.setdefault(at, made)
        if whole is made:
            return
        if attrs.evolve(whole, changes=made.changes) != made:
            raise InvalidValue(f"{made.id} is of another contract or of other days than in {at}")
        found[at] = attrs.evolve(whole, changes=(*whole.changes, *made.changes))

    reading.table(
        AMENDMENTS,
        rows.AMENDMENT,
        make,
        key=("id", "line", "change"),
        refers={"contract": CONTRACTS},
    )
    return found


def notices_of(reading: Reading) -> dict[str, NoticeReceived]:
    """By the path of the row of each."""
    found: dict[str, NoticeReceived] = {}

    def make(row: Row) -> None:
        found[row.path] = notice(row)

    reading.table(NOTICES, NOTICE, make, key=("id",), refers={"contract": CONTRACTS})
    return found


def seats_of(reading: Reading) -> dict[str, SeatsChanged]:
    """By the path of the row of each."""
    found: dict[str, SeatsChanged] = {}

    def make(row: Row) -> None:
        found[row.path] = seats_changed(row)

    reading.table(SEATS, SEAT_COLUMNS, make, key=("id",), refers={"contract": CONTRACTS})
    return found


class Sales:
    """What the orders are executed with: products, entities, and the prices of each customer."""

    def __init__(
        self, catalogue: Catalogue, group: Group, book: PriceBook, customers: Iterable[Customer]
    ) -> None:
        self._catalogue, self._group, self._book = catalogue, group, book
        self._directory = Directory(customers)

    def problems(self, order: Order) -> tuple[Problem, ...]:
        """What would stop an order."""
        entity = self._group.entity(order.entity_id)
        return problems_of(order, self._catalogue, entity, self._prices(order))

    def contracts(self, orders: Iterable[Order]) -> dict[str, Contract]:
        """The contracts that the accepted orders give, by id."""
        return {
            contract.id: contract
            for order in orders
            if order.accepted_on is not None
            for contract in self._executed(order).contracts
        }

    def _executed(self, order: Order) -> Executed:
        entity = self._group.entity(order.entity_id)
        return execute(order, self._catalogue, entity, self._prices(order))

    def _prices(self, order: Order) -> Prices | None:
        if order.sale_day is None or order.party_id not in self._directory:
            return None  # a proposal has no day yet on which to look into the book
        buyer = self._directory.resolve(order.party_id)
        return Prices(self._book, buyer.price_group, buyer.id)


def check_changes(
    reading: Reading,
    contracts: Mapping[str, Contract],
    amendments: Mapping[str, Amendment],
    events: Mapping[str, SeatsChanged | NoticeReceived],
    group: Group,
) -> None:
    """Change the contracts for a try: what cannot be is reported under the path of its row."""
    changed = dict(contracts)

    def accepted(contract_id: str) -> Contract:
        if contract_id not in changed:
            raise NotFound(f"contract {contract_id!r} is of an order that is not accepted")
        return changed[contract_id]

    for path, amendment in amendments.items():
        try:
            changed[amendment.contract_id] = accepted(amendment.contract_id).amended(amendment)
        except HarmonyError as fault:
            reading.report(path, str(fault))
    for path, event in events.items():
        try:
            for made in event.amendments(accepted(event.contract_id), group):
                changed[made.contract_id] = accepted(made.contract_id).amended(made)
        except HarmonyError as fault:
            reading.report(path, str(fault))
    reading.refuse_problems()
