"""The billing night: what is due becomes charges, invoices and journal entries."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import attrs

from harmony_core.billing import Charge, Invoice, ReviewState
from harmony_core.contracts import Side
from harmony_core.finance import Money
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._documents import (
    BillingProblem,
    DocumentResult,
    due_charges,
    keep,
    made_documents,
)
from harmony_core.workflows._scene import Scene


@attrs.frozen
class NightReport:
    """What a night billed; nothing at all when it had run before.

    Args:
        problems: what could not be billed and stays due, with the reason.
        held: charges of customers and contracts whose documents are reviewed first; they stay due
            until somebody releases them, see :func:`drafts`.
    """

    day: date
    charges: tuple[Charge, ...]
    invoices: tuple[Invoice, ...]
    problems: tuple[BillingProblem, ...] = ()
    held: tuple[Charge, ...] = ()

    @property
    def results(self) -> tuple[DocumentResult, ...]:
        """One result a document, and one for each contract that could not be billed."""
        contracts = {
            one.id: tuple(sorted({line.contract_id for line in one.lines})) for one in self.invoices
        }
        made = [
            DocumentResult(id_, ReviewState.RELEASED, contract_ids=on_it)
            for id_, on_it in contracts.items()
        ]
        failed = [
            DocumentResult(one.document_id, None, one.reason, one.contract_ids)
            for one in self.problems
        ]
        return (*made, *failed)

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
    the second charge of a key. A contract that cannot be billed, for want of a rate, an account, a
    tax rate or a party, is among the ``problems``; the others are billed, and once what it lacks
    is there the next night catches up. What is reviewed first is ``held``.

    Raises:
        AlreadyCharged: another run billed the same at the same moment; nothing of this one is
            kept, and running it again finds nothing left to do.
        NotFound: the store has no company.
    """
    with store.begin() as unit:
        return bill(unit, Scene.load(unit), day)


def bill(unit: UnitOfWork, scene: Scene, day: date, *, strict: bool = False) -> NightReport:
    """The night within a unit of work that the caller began; if ``strict``, problems raise."""
    charges, unbilled = due_charges(unit, scene, day, strict=strict)
    held = tuple(charge for charge in charges if is_held(scene, charge))
    waiting = {charge.key for charge in held}
    made, problems = made_documents(
        unit, scene, (one for one in charges if one.key not in waiting), strict=strict
    )
    left_out = {id_ for problem in problems for id_ in problem.contract_ids}
    billed = tuple(
        one for one in charges if one.key not in waiting and one.contract_id not in left_out
    )
    for charge in billed:
        if not charge.amount:  # on no document, but somebody looked
            unit.charges.add(charge)
    keep(unit, scene, made)
    unit.nights.ran(day)
    invoices = tuple(document.invoice for document in made)
    return NightReport(day, billed, invoices, (*unbilled, *problems), held)


def is_held(scene: Scene, charge: Charge) -> bool:
    """Whether somebody looks at the document of a charge first; what asks for nothing has none."""
    return bool(charge.amount) and is_reviewed(scene, charge)


def is_reviewed(scene: Scene, charge: Charge) -> bool:
    """Whether the customer's profile asks for a look at the documents of the contract."""
    contract = scene.contracts[charge.contract_id]
    if contract.side is Side.BUY:
        return False
    profile = scene.profiles.get(contract.party_id)
    return profile is not None and profile.reviews(contract)
