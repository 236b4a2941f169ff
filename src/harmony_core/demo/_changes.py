"""What was agreed after the orders: amendments and notices, tried on the contracts they change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from harmony_core.contracts import Amendment, Contract
from harmony_core.demo import _rows as rows
from harmony_core.demo._notices import NOTICE, NoticeReceived, notice
from harmony_core.demo._reading import Reading
from harmony_core.errors import HarmonyError, InvalidValue, NotFound
from harmony_core.finance import Group
from harmony_core.interchange import Row
from harmony_core.orders import Order, execute
from harmony_core.products import Catalogue

AMENDMENTS, NOTICES, CONTRACTS = "amendments.csv", "notices.csv", "order_lines.csv"


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


def contracts_of(
    orders: Iterable[Order], catalogue: Catalogue, group: Group
) -> dict[str, Contract]:
    """The contracts that the accepted orders give, by id."""
    return {
        contract.id: contract
        for order in orders
        if order.accepted_on is not None
        for contract in execute(order, catalogue, group.entity(order.entity_id)).contracts
    }


def check_changes(
    reading: Reading,
    contracts: Mapping[str, Contract],
    amendments: Mapping[str, Amendment],
    notices: Mapping[str, NoticeReceived],
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
    for path, received in notices.items():
        try:
            for ended in received.amendments(accepted(received.contract_id), group):
                changed[ended.contract_id] = accepted(ended.contract_id).amended(ended)
        except HarmonyError as fault:
            reading.report(path, str(fault))
    reading.refuse_problems()
