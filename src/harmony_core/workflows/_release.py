"""Documents that somebody looks at before they go out; and credit notes of those that went."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date

import attrs

from harmony_core.billing import (
    Charge,
    CreditNote,
    Draft,
    Invoice,
    QuantityOverride,
    ReviewDeed,
    ReviewStep,
    after_deed,
    book_invoice,
    credit_note,
    due,
    fingerprint,
    left_to_credit,
    review_state,
)
from harmony_core.errors import HarmonyError, NotFound
from harmony_core.finance import Exact, Money, Role
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._billing import is_held, is_reviewed
from harmony_core.workflows._documents import (
    BillingProblem,
    DocumentResult,
    MadeDocument,
    due_charges,
    keep,
    made_documents,
)
from harmony_core.workflows._scene import Scene


@attrs.frozen
class DraftsReport:
    """The drafts as of a day, and what could not become one."""

    day: date
    drafts: tuple[Draft, ...]
    problems: tuple[BillingProblem, ...]


def drafts(store: Store, day: date) -> DraftsReport:
    """Give the documents that wait for their release, as they would go out.

    They are made anew from what is due by ``day``, so that nothing is lost that nobody releases.
    """
    with store.begin() as unit:
        made, problems = _made(unit, Scene.load(unit), day)
        found = tuple(_draft(unit, document) for document in made.values())
        return DraftsReport(day, found, problems)


def edit_quantity(
    store: Store,
    charge_key: str,
    quantity: Exact,
    *,
    by: str,
    reason: str,
    day: date,
) -> QuantityOverride:
    """Change the quantity of a charge on a draft; the facts stay, and the charge says who and why.

    A charge of nothing stands on no document: until the next night keeps it, with its explanation,
    it may be changed too.

    Raises:
        NotFound: nothing that is due by that day and reviewed first has such a key.
        RuleBroken: the document was reviewed already (return it first), or the charge has no
            quantity of its own.
        InvalidValue: the quantity is below zero, or nobody or no reason is named.
    """
    with store.begin() as unit:
        scene = Scene.load(unit)
        waiting, _ = due_charges(unit, scene, day)
        found = [one for one in waiting if one.key == charge_key and is_reviewed(scene, one)]
        if not found:
            raise NotFound(f"no draft of {day} has a charge {charge_key!r}")
        made, _ = _made(unit, scene, day)
        for document in made.values():
            if found[0] in document.charges:
                after_deed(_draft(unit, document).state, ReviewDeed.EDIT, document.invoice.id)
        before = [one for one in unit.overrides.all() if one.charge_key == charge_key]
        original = before[0].original if before else found[0].quantity
        override = QuantityOverride(
            charge_key,
            len(before) + 1,
            quantity,
            0 if original is None else original,
            by,
            reason,
            day,
        )
        unit.overrides.add(override)
        contract, overrides = scene.contracts[found[0].contract_id], {charge_key: override}
        charged = unit.charges.keys()
        again = due(contract, scene.facts, scene.terms, day, charged, overrides=overrides)
        tuple(again)  # refuses what has no quantity of its own
        return override


def review_documents(
    store: Store, document_ids: Iterable[str], *, by: str, day: date
) -> tuple[DocumentResult, ...]:
    """Say of drafts that they are right as they are; each has its result."""
    return _deed(store, document_ids, ReviewDeed.REVIEW, by, day)


def return_documents(
    store: Store, document_ids: Iterable[str], *, by: str, day: date
) -> tuple[DocumentResult, ...]:
    """Make drafts of reviewed documents again; each has its result."""
    return _deed(store, document_ids, ReviewDeed.RETURN, by, day)


def release_documents(
    store: Store, document_ids: Iterable[str], *, by: str, day: date
) -> tuple[DocumentResult, ...]:
    """Let reviewed documents go: charges, invoice and entry are kept, and change no more.

    Each document has its result, and what one lacks does not stop the others. They are dated by
    the day on which their charges fell due, as if nobody had held them.
    """
    return _deed(store, document_ids, ReviewDeed.RELEASE, by, day)


def _deed(
    store: Store, document_ids: Iterable[str], deed: ReviewDeed, by: str, day: date
) -> tuple[DocumentResult, ...]:
    with store.begin() as unit:
        scene = Scene.load(unit)
        made, problems = _made(unit, scene, day)
        reasons = {problem.document_id: problem.reason for problem in problems}
        results = []
        released = []
        for id_ in dict.fromkeys(document_ids):
            try:
                if id_ not in made:
                    raise _no_draft(unit, id_, day, reasons)
                draft = _draft(unit, made[id_])
                state = after_deed(draft.state, deed, id_)
                unit.reviews.add(_step(unit, draft, deed, by, day))
            except HarmonyError as fault:
                results.append(DocumentResult(id_, None, str(fault)))
                continue
            if deed is ReviewDeed.RELEASE:
                released.append(made[id_])
            results.append(DocumentResult(id_, state))
        keep(unit, scene, released)
        return tuple(results)


def _no_draft(
    unit: UnitOfWork, id_: str, day: date, reasons: Mapping[str | None, str]
) -> HarmonyError:
    if id_ in reasons:
        return NotFound(reasons[id_])
    try:
        unit.invoices.get(id_)
    except NotFound:
        return NotFound(f"no draft {id_!r} by {day}: see which drafts there are")
    return NotFound(f"{id_!r} is released: it does not change, a credit note gives back")


def _step(unit: UnitOfWork, draft: Draft, deed: ReviewDeed, by: str, day: date) -> ReviewStep:
    number = sum(step.document_id == draft.id for step in unit.reviews.all()) + 1
    return ReviewStep(draft.id, number, deed, by, day, draft.fingerprint)


def _made(
    unit: UnitOfWork, scene: Scene, day: date
) -> tuple[dict[str, MadeDocument], tuple[BillingProblem, ...]]:
    charges, unbilled = due_charges(unit, scene, day)
    held = [charge for charge in charges if is_held(scene, charge)]
    made, problems = made_documents(unit, scene, held)
    return {one.invoice.id: one for one in made}, (*unbilled, *problems)


def _draft(unit: UnitOfWork, made: MadeDocument) -> Draft:
    seen = fingerprint(made.invoice, made.charges)
    state = review_state(made.invoice.id, seen, unit.reviews.all())
    return Draft(made.invoice, made.charges, state)


def credit_invoice(
    store: Store,
    invoice_id: str,
    *,
    day: date,
    reason: str,
    amounts: Mapping[str, Money] | None = None,
) -> CreditNote:
    """Credit an invoice, or parts of its lines, as its mirror in all three columns.

    Args:
        store: where everything is kept.
        invoice_id: of an invoice that went out.
        day: of the credit note.
        reason: why.
        amounts: by charge key, what to take off the net of that line, with the sign of the line;
            without it, everything that is left.

    Raises:
        NotFound: there is no such invoice, or no such line on it.
        RuleBroken: more would be credited than was billed less what was credited.
    """
    with store.begin() as unit:
        scene = Scene.load(unit)
        invoice = unit.invoices.get(invoice_id)
        charges = {line.charge_key: unit.charges.get(line.charge_key) for line in invoice.lines}
        entry = book_invoice(invoice, charges, scene.contracts, scene.terms)
        earlier = _credits_of(unit, invoice)
        credit = credit_note(
            invoice,
            entry,
            charges,
            id=f"CN-{invoice.id}-{len(earlier) + 1}",
            day=day,
            reason=reason,
            rounding_account=scene.company.group.entity(invoice.entity_id).account(Role.ROUNDING),
            amounts=amounts,
            earlier=earlier,
            periods=_periods(unit, scene, charges.values()),
        )
        keep(unit, scene, [MadeDocument(credit.document, credit.charges, credit.entry)])
        return credit


def _periods(unit: UnitOfWork, scene: Scene, charges: Iterable[Charge]) -> dict[str, Money]:
    """What is left to credit of the lines behind an invoice, on all of their documents."""
    lines = {_line_of(one.key): one for one in charges}
    kept: defaultdict[str, list[Charge]] = defaultdict(list)
    for key in unit.charges.keys():  # noqa: SIM118  a repository, not a mapping
        if (start := _line_of(key)) in lines:
            kept[start].append(unit.charges.get(key))
    left: dict[str, Money] = {}
    for start, one in lines.items():
        left |= left_to_credit(scene.contracts[one.contract_id], one.line_id, kept[start])
    return left


def _line_of(key: str) -> str:
    """With what the key of a charge begins: its contract and line."""
    return "/".join(key.split("/", 2)[:2])


def _credits_of(unit: UnitOfWork, invoice: Invoice) -> tuple[Invoice, ...]:
    return tuple(one for one in unit.invoices.all(invoice.day) if invoice.id in one.preceding)
