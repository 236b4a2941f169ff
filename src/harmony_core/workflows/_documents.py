"""Documents of a run, each made for itself: what one of them lacks never stops the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import attrs

from harmony_core.billing import (
    Charge,
    Invoice,
    PaymentTerms,
    ReviewState,
    book_invoice,
    due,
    invoices,
    payable,
    receivable,
    referring_back,
    standing_overrides,
)
from harmony_core.contracts import Side
from harmony_core.errors import HarmonyError
from harmony_core.finance import ClosedPeriods, JournalEntry
from harmony_core.repositories.ports import UnitOfWork
from harmony_core.workflows._scene import Scene


@attrs.frozen
class BillingProblem:
    """Why something that is due was not billed; it stays due.

    Args:
        document_id: that it would have stood on; ``None`` where it did not come so far.
        contract_ids: whose charges are left out.
        reason: what is missing, and the way out.
    """

    document_id: str | None
    contract_ids: tuple[str, ...]
    reason: str


@attrs.frozen
class DocumentResult:
    """What came of one document of a batch: its new state, or the problem that it has.

    ``document_id`` is ``None`` where contracts failed before they had a document.
    """

    document_id: str | None
    state: ReviewState | None
    problem: str | None = None
    contract_ids: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether what was asked for was done."""
        return self.problem is None


@attrs.frozen
class MadeDocument:
    """A document with its charges and its entry, not kept yet."""

    invoice: Invoice
    charges: tuple[Charge, ...]
    entry: JournalEntry


def due_charges(
    unit: UnitOfWork, scene: Scene, day: date, *, strict: bool = False
) -> tuple[tuple[Charge, ...], tuple[BillingProblem, ...]]:
    """Every charge that is due, by contract; a contract that cannot be billed is a problem.

    Raises:
        HarmonyError: of the first such contract, if ``strict``.
    """
    charged = unit.charges.keys()
    overrides = standing_overrides(unit.overrides.all())
    charges: list[Charge] = []
    problems = []
    for contract_id in sorted(scene.contracts):
        contract = scene.contracts[contract_id]
        try:
            found = due(contract, scene.facts, scene.terms, day, charged, overrides=overrides)
            charges += list(found)
        except HarmonyError as fault:
            if strict:
                raise
            problems.append(BillingProblem(None, (contract_id,), str(fault)))
    return tuple(charges), tuple(problems)


def made_documents(
    unit: UnitOfWork,
    scene: Scene,
    charges: Iterable[Charge],
    *,
    strict: bool = False,
) -> tuple[tuple[MadeDocument, ...], tuple[BillingProblem, ...]]:
    """Make the documents of charges; what cannot be made is a problem of its contracts.

    The charges of a contract stand or fall together: where one of its documents lacks something,
    the others of it wait too. A second document for the same party and day gets a number.

    Raises:
        HarmonyError: of the first document that cannot be made, if ``strict``.
    """
    wanted = tuple(charges)
    try:
        return _made(unit, scene, wanted), ()
    except HarmonyError:
        if strict:
            raise
    problems = tuple(_problems(scene, wanted))
    bad = {id_ for problem in problems for id_ in problem.contract_ids}
    good = [charge for charge in wanted if charge.contract_id not in bad]
    return _made(unit, scene, good), problems


def _made(unit: UnitOfWork, scene: Scene, charges: Sequence[Charge]) -> tuple[MadeDocument, ...]:
    by_key = {charge.key: charge for charge in charges}
    made = []
    documents = _numbered(unit, _invoices(scene, charges))
    for invoice in referring_back(documents, _billed_on(unit, charges)):
        entry = book_invoice(invoice, by_key, scene.contracts, scene.terms)
        on_it = tuple(by_key[line.charge_key] for line in invoice.lines)
        made.append(MadeDocument(invoice, on_it, entry))
    return tuple(made)


def _problems(scene: Scene, charges: Sequence[Charge]) -> Iterator[BillingProblem]:
    """What keeps contracts from being billed, as the documents of each are made for it alone."""
    by_contract: defaultdict[str, list[Charge]] = defaultdict(list)
    for charge in charges:
        by_contract[charge.contract_id].append(charge)
    for contract_id in sorted(by_contract):
        found = _first_fault(scene, by_contract[contract_id])
        if found is not None:
            document_id, fault = found
            yield BillingProblem(document_id, (contract_id,), str(fault))


def _first_fault(scene: Scene, charges: Sequence[Charge]) -> tuple[str | None, HarmonyError] | None:
    by_key = {charge.key: charge for charge in charges}
    document_id = None
    try:
        for invoice in _invoices(scene, charges):
            document_id = invoice.id
            book_invoice(invoice, by_key, scene.contracts, scene.terms)
            document_id = None
    except HarmonyError as fault:
        return document_id, fault
    return None


def _billed_on(unit: UnitOfWork, charges: Iterable[Charge]) -> dict[str, str]:
    """The documents of the charges that others correct, by key."""
    corrected = {charge.corrects for charge in charges if charge.corrects is not None}
    found: dict[str, str] = {}
    for day in sorted({unit.charges.get(key).trigger for key in corrected & unit.charges.keys()}):
        for invoice in unit.invoices.all(day, day):
            found |= {
                line.charge_key: invoice.id
                for line in invoice.lines
                if line.charge_key in corrected
            }
    return found


def _invoices(scene: Scene, charges: Iterable[Charge]) -> Iterator[Invoice]:
    return invoices(
        charges,
        scene.contracts,
        scene.directory,
        scene.company.group,
        scene.company.tax_table,
        profiles=scene.profiles,
    )


def _numbered(unit: UnitOfWork, documents: Iterable[Invoice]) -> tuple[Invoice, ...]:
    found = tuple(documents)
    if not found:
        return ()
    days = [invoice.day for invoice in found]
    taken = {invoice.id for invoice in unit.invoices.all(min(days), max(days))}
    numbered = []
    for invoice in found:
        free = _free(invoice.id, taken)
        taken.add(free)
        numbered.append(attrs.evolve(invoice, id=free))
    return tuple(numbered)


def _free(wanted: str, taken: set[str]) -> str:
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-{number}"
    return name


def keep(unit: UnitOfWork, scene: Scene, documents: Iterable[MadeDocument]) -> None:
    """Keep documents, their charges, entries and what they ask for, of customers or of us."""
    made = tuple(documents)
    closed = closed_periods(unit)
    for document in made:
        for charge in document.charges:
            unit.charges.add(charge)
        unit.invoices.add(document.invoice)
        if document.invoice.side is Side.SELL:
            profile = scene.profiles.get(document.invoice.party_id)
            terms = PaymentTerms() if profile is None else profile.payment
            unit.receivables.add(receivable(document.invoice, document.entry, terms))
        else:
            unit.payables.add(payable(document.invoice, document.entry, PaymentTerms()))
    unit.journal.add([closed.posted(document.entry) for document in made])


def closed_periods(unit: UnitOfWork) -> ClosedPeriods:
    """The months that were closed for all, and those that companies closed for themselves."""
    own = unit.company.get().closed_periods
    return attrs.evolve(own, months=(*own.months, *unit.months.closed()))
