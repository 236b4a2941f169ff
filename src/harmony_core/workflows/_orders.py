"""Accepted orders become contracts."""

from __future__ import annotations

from collections.abc import Set
from datetime import date

import attrs

from harmony_core.contracts import Side
from harmony_core.errors import HarmonyError, InputRejected, Problem
from harmony_core.orders import Executed, Order, execute
from harmony_core.pricing import PriceBook
from harmony_core.products import Catalogue
from harmony_core.repositories.ports import Store
from harmony_core.workflows._order_checks import Surroundings


@attrs.frozen
class OrdersReport:
    """Which orders were executed, the contracts that they gave, and what kept the others back."""

    executed: tuple[str, ...]
    contracts: tuple[str, ...]
    problems: tuple[str, ...]


def execute_orders(store: Store, day: date, book: PriceBook | None = None) -> OrdersReport:
    """Execute every order that was accepted on or before ``day`` and not executed yet.

    An order executes whole or not at all; one that cannot be executed is reported with every
    problem and does not hold up the rest: so is one that names a party, a served contract, a type
    of device or a tax rate that is not there, because it would stop a later night for everybody.
    Lines of customers without an agreed price take that of the price ``book``, or of the book
    that the store keeps, for the customer and his price group; a merged duplicate buys as the
    customer who stands for it.
    Orders of customers come first, so that a supplier's order may serve what they give. Run again,
    it finds nothing to do.
    """
    done: list[str] = []
    made: list[str] = []
    problems: list[str] = []
    with store.begin() as unit:
        catalogue = Catalogue(unit.products.all())
        around = Surroundings.load(unit, unit.price_book.get() if book is None else book)
        kept = unit.contracts.all()
        known = {contract.id for contract in kept}
        sold = {contract.id for contract in kept if contract.side is Side.SELL}
        pending = [order for order in unit.orders.all() if _is_due(order, day)]
        for order in sorted(pending, key=lambda order: order.side is Side.BUY):
            result, faults = _executed(order, catalogue, around, known, frozenset(sold))
            if result is None or faults:
                problems.extend(faults)
                continue
            for contract in result.contracts:
                unit.contracts.add(contract)
                known.add(contract.id)
                if contract.side is Side.SELL:
                    sold.add(contract.id)
                made.append(contract.id)
            unit.orders.save(result.order)
            done.append(order.id)
    return OrdersReport(tuple(done), tuple(made), tuple(problems))


def _is_due(order: Order, day: date) -> bool:
    return not order.executed and order.accepted_on is not None and order.accepted_on <= day


def _executed(
    order: Order,
    catalogue: Catalogue,
    around: Surroundings,
    known: Set[str],
    sold: frozenset[str],
) -> tuple[Executed | None, tuple[str, ...]]:
    """What the order gives, and everything that speaks against it."""
    path, strangers = f"order {order.id}", around.party_problems(order)
    try:
        entity = around.group.entity(order.entity_id)
        result = execute(order, catalogue, entity, around.prices(order))
    except InputRejected as rejected:
        return None, (*strangers, *rejected.problems)
    except HarmonyError as reason:
        return None, (*strangers, Problem.at(path, str(reason)))
    faults: list[str] = [*strangers, *around.line_problems(order, result.contracts, sold)]
    if clash := sorted(c.id for c in result.contracts if c.id in known):
        message = f"contract {', '.join(clash)} is there already: name another"
        faults.append(Problem.at(path, message))
    return result, tuple(dict.fromkeys(faults))
