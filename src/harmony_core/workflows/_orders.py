"""Accepted orders become contracts."""

from __future__ import annotations

from datetime import date

import attrs

from harmony_core.errors import HarmonyError, InputRejected, Problem
from harmony_core.orders import execute
from harmony_core.products import Catalogue
from harmony_core.repositories.ports import Store


@attrs.frozen
class OrdersReport:
    """Which orders were executed, the contracts that they gave, and what kept the others back."""

    executed: tuple[str, ...]
    contracts: tuple[str, ...]
    problems: tuple[str, ...]


def execute_orders(store: Store, day: date) -> OrdersReport:
    """Execute every order that was accepted on or before ``day`` and not executed yet.

    An order executes whole or not at all; one that cannot be executed is reported with every
    problem and does not hold up the rest. Run again, it finds nothing to do.
    """
    done: list[str] = []
    made: list[str] = []
    problems: list[str] = []
    with store.begin() as unit:
        catalogue = Catalogue(unit.products.all())
        group = unit.company.get().group
        known = {contract.id for contract in unit.contracts.all()}
        for order in unit.orders.all():
            if order.executed or order.accepted_on is None or order.accepted_on > day:
                continue
            try:
                result = execute(order, catalogue, group.entity(order.entity_id))
            except InputRejected as rejected:
                problems.extend(rejected.problems)
                continue
            except HarmonyError as reason:
                problems.append(Problem.at(f"order {order.id}", str(reason)))
                continue
            if clash := sorted(c.id for c in result.contracts if c.id in known):
                message = f"contract {', '.join(clash)} is there already: name another"
                problems.append(Problem.at(f"order {order.id}", message))
                continue
            for contract in result.contracts:
                unit.contracts.add(contract)
                known.add(contract.id)
                made.append(contract.id)
            unit.orders.save(result.order)
            done.append(order.id)
    return OrdersReport(tuple(done), tuple(made), tuple(problems))
