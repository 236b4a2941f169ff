"""Payments as they come in: kept, and allocated to what is open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.billing import Allocation, AllocationRule, Payment, ReceivablesLedger
from harmony_core.parties import Directory
from harmony_core.repositories.ports import Store, UnitOfWork


@attrs.frozen
class PaymentsReport:
    """What new payments settled, and the ledger with it."""

    allocations: tuple[Allocation, ...]
    ledger: ReceivablesLedger


def receivables_ledger(unit: UnitOfWork) -> ReceivablesLedger:
    """Load the ledger of a company: what was asked, what was paid, and what settled what."""
    return ReceivablesLedger(
        unit.receivables.all(),
        unit.payments.all(),
        unit.allocations.all(),
        Directory(unit.customers.all()),
    )


def receive_payments(
    store: Store,
    payments: Iterable[Payment] = (),
    *,
    day: date,
    rule: AllocationRule = AllocationRule.REFERENCE_THEN_OLDEST,
) -> PaymentsReport:
    """Keep payments and allocate, on a day, all that has settled nothing yet.

    Without payments it allocates what is on account, credit notes among it. A second run finds
    nothing to do. A payment that is kept already under its id is left out.

    Raises:
        RuleBroken: another payment of that id is kept; nothing of this run is.
    """
    with store.begin() as unit:
        for payment in payments:
            unit.payments.add(payment)
        ledger = receivables_ledger(unit)
        made = ledger.allocate(day, rule)
        for allocation in made:
            unit.allocations.add(allocation)
        return PaymentsReport(made, ledger.adding(made))
