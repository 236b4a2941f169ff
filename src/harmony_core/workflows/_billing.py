"""The billing night: what is due becomes charges, invoices and journal entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

import attrs

from harmony_core.billing import Charge, Invoice, book_invoice, due, invoices
from harmony_core.finance import JournalEntry, Money
from harmony_core.periods import Month
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._scene import Scene


@attrs.frozen
class NightReport:
    """What a night billed; nothing at all when it had run before."""

    day: date
    charges: tuple[Charge, ...]
    invoices: tuple[Invoice, ...]

    @property
    def totals(self) -> dict[str, Money]:
        """Net amounts invoiced to customers, by currency."""
        nets: defaultdict[str, list[Money]] = defaultdict(list)
        for invoice in self.invoices:
            if invoice.side.value == "sell":
                nets[invoice.currency].append(invoice.net)
        return {code: sum(nets[code], Money.zero(code)) for code in sorted(nets)}


def billing_night(store: Store, day: date) -> NightReport:
    """Bill everything that has fallen due on or before ``day`` and that nobody billed.

    Documents are dated by the day on which their charges fell due, so that a missed night, caught
    up later, leaves the same books. Two runs at once produce each charge once: the store refuses
    the second charge of a key.

    Raises:
        AlreadyCharged: another run billed the same at the same moment; nothing of this one is
            kept, and running it again finds nothing left to do.
        RateNotFound, AccountNotMapped, NotFound: a rate, code, tax rate or party is missing;
            nothing of this night is kept.
    """
    with store.begin() as unit:
        return bill(unit, Scene.load(unit), day)


def bill(unit: UnitOfWork, scene: Scene, day: date) -> NightReport:
    """The night within a unit of work that the caller began."""
    charged = unit.charges.keys()
    charges = tuple(
        charge
        for contract_id in sorted(scene.contracts)
        for charge in due(scene.contracts[contract_id], scene.facts, scene.terms, day, charged)
    )
    made = _new_invoices(unit, scene, charges)
    by_key = {charge.key: charge for charge in charges}
    for charge in charges:
        unit.charges.add(charge)
    for invoice in made:
        unit.invoices.add(invoice)
    unit.nights.ran(day)
    closed = unit.months.closed()
    unit.journal.add(
        [
            _in_open_month(book_invoice(i, by_key, scene.contracts, scene.terms), closed)
            for i in made
        ]
    )
    return NightReport(day, charges, made)


def _new_invoices(unit: UnitOfWork, scene: Scene, charges: Iterable[Charge]) -> tuple[Invoice, ...]:
    """The invoices of new charges; a second one for the same party and day gets a number."""
    found = tuple(
        invoices(
            charges,
            scene.contracts,
            scene.directory,
            scene.company.group,
            scene.company.tax_table,
        )
    )
    if not found:
        return ()
    days = [invoice.day for invoice in found]
    taken = {invoice.id for invoice in unit.invoices.all(min(days), max(days))}
    return tuple(attrs.evolve(invoice, id=_free(invoice.id, taken)) for invoice in found)


def _free(wanted: str, taken: set[str]) -> str:
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def _in_open_month(entry: JournalEntry, closed: frozenset[Month]) -> JournalEntry:
    """A closed month is never touched: its late entries are posted to the first open day after."""
    month = Month.containing(entry.day)
    if month not in closed:
        return entry
    while month in closed:
        month = month.next()
    text = f"belongs to {entry.day}, which is closed"
    return attrs.evolve(entry, day=month.first_day, text=text)
