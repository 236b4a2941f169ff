"""Payments as they come in: kept, and allocated to what is open."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.billing import (
    Allocation,
    AllocationRule,
    Payment,
    ReceivablesLedger,
    book_allocations,
    book_payment,
)
from harmony_core.finance import JournalEntry
from harmony_core.parties import Directory
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._documents import closed_periods
from harmony_core.workflows._scene import billing_terms


@attrs.frozen
class PaymentsReport:
    """What new payments settled, the ledger with it, and what was booked of both."""

    allocations: tuple[Allocation, ...]
    ledger: ReceivablesLedger
    entries: tuple[JournalEntry, ...] = ()


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
    booked: bool = False,
) -> PaymentsReport:
    """Keep payments and allocate, on a day, all that has settled nothing yet.

    With ``booked`` money in and exchange differences of these payments and allocations are posted
    to the journal; what falls into a closed month is posted on the first open day, which its text
    says. Leave it out where the accounting system books the bank.

    Without payments it allocates what is on account, credit notes among it. A second run finds
    nothing to do. A payment that is kept already under its id is left out.

    Raises:
        RuleBroken: another payment of that id is kept; nothing of this run is.
        AccountNotMapped, RateNotFound: something cannot be booked; nothing is kept.
    """
    with store.begin() as unit:
        there = {one.id for one in unit.payments.all()}
        new = {one.id: one for one in payments}
        for payment in new.values():
            unit.payments.add(payment)
        ledger = receivables_ledger(unit)
        made = ledger.allocate(day, rule)
        for allocation in made:
            unit.allocations.add(allocation)
        entries: tuple[JournalEntry, ...] = ()
        if booked:
            terms, closed = billing_terms(unit), closed_periods(unit)
            standing = ledger.standing(one for one in new.values() if one.id not in there)
            received = [book_payment(one, terms) for one in standing]
            posted = (*received, *book_allocations(ledger, made, terms))
            entries = tuple(closed.posted(entry) for entry in posted)
            unit.journal.add(entries)
        return PaymentsReport(made, ledger.adding(made), entries)
