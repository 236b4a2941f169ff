"""What was done with a store, read off what it left there, and how each of it is done again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial

import attrs

from harmony_core.billing import (
    BillingTerms,
    Invoice,
    Receivable,
    ReviewDeed,
    ReviewStep,
)
from harmony_core.finance import (
    Booked,
    JournalEntry,
    RateKind,
    Role,
    booked_sum,
    journal_entry,
)
from harmony_core.periods import Month
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._billing import billing_night
from harmony_core.workflows._documents import closed_periods
from harmony_core.workflows._months import close_books, month_end
from harmony_core.workflows._release import (
    credit_invoice,
    release_documents,
    return_documents,
    review_documents,
)
from harmony_core.workflows._replay_money import Deed, money_deeds
from harmony_core.workflows._scene import billing_terms


def deeds_of(
    old: UnitOfWork, entries: Mapping[str, JournalEntry], revalued_at: RateKind | None
) -> list[Deed]:
    """Give all of it in its order: reviews, credit notes, payments and closings of each day."""
    found = [
        *_nights(old, entries, revalued_at),
        *_bill_taxes(old, entries),
        *money_deeds(old, entries),
    ]
    return sorted(found, key=lambda one: (one.day, one.order))


def _nights(
    old: UnitOfWork, entries: Mapping[str, JournalEntry], revalued_at: RateKind | None
) -> Iterator[Deed]:
    for step in old.reviews.all():
        day = step.on
        if step.document_id in entries:  # released before the month of its entry was closed
            day = min(day, Month.containing(entries[step.document_id].day).last_day)
        yield Deed(day, (0, step.number, step.document_id), _reviewed(step))
    documents = old.invoices.all()
    for note in documents:
        if note.credits is not None:
            reasons = [old.charges.get(line.charge_key).explanation for line in note.lines]
            last = min(_night_before(note, documents), old.nights.last() or note.day)
            do = _credited(note, note.credits, dict(reasons[0].facts)["reason"], last)
            yield Deed(entries[note.id].day, (1, len(note.id), note.id), do)
    for entity_id, month in old.company.get().closed_periods.of_entities:
        yield Deed(month.last_day, (4, 0, entity_id), _closed_for(entity_id, month, entries))
    revalued = {one.day for one in entries.values() if one.kind == "revaluation"}
    for month in old.months.closed():
        kind = revalued_at if month.last_day in revalued else None
        yield Deed(month.last_day, (5, 0, ""), partial(month_end, month=month, revalued_at=kind))
    if (night := old.nights.last()) is not None:
        yield Deed(night, (6, 0, ""), partial(billing_night, day=night))


def _bill_taxes(old: UnitOfWork, entries: Mapping[str, JournalEntry]) -> Iterator[Deed]:
    """The tax of suppliers' bills: the same amounts, converted once more on the day of the bill."""
    asked = {one.id: one for one in old.payables.all()}
    for entry in entries.values():
        if entry.kind == "input tax" and (entry.id in asked or not entry.text):
            yield Deed(entry.day, (1, 0, entry.id), _taxed(entry, asked.get(entry.id)))


def _taxed(entry: JournalEntry, payable: Receivable | None) -> Callable[[Store], object]:
    day = entry.day if payable is None else payable.day

    def do(into: Store) -> None:
        with into.begin() as unit:
            terms = billing_terms(unit)
            again = _converted_again(attrs.evolve(entry, day=day), terms)
            unit.journal.add([closed_periods(unit).posted(again)])
            if payable is not None:
                unit.payables.add(attrs.evolve(payable, booked=_asked_of(again)))

    return do


def _converted_again(entry: JournalEntry, terms: BillingTerms) -> JournalEntry:
    """Book the same amounts at the rates that these terms have for the day of the entry."""
    entity = terms.group.entity(entry.entity)
    rates = terms.booking_rates(entry.currencies[0], entity.id, entry.day)
    lines = [
        attrs.evolve(line, amount=rates.book(line.amount.transaction, terms.rounding))
        for line in entry.lines
        if line.amount.transaction
    ]
    return journal_entry(
        id=entry.id,
        entity=entity.id,
        day=entry.day,
        kind=entry.kind,
        source=entry.source,
        lines=lines,
        rounding_account=entity.account(Role.ROUNDING),
    )


def _asked_of(entry: JournalEntry) -> Booked:
    asked = (-line.amount for line in entry.lines if line.role == Role.PAYABLE)
    return booked_sum(asked, entry.currencies)


def _reviewed(step: ReviewStep) -> Callable[[Store], object]:
    deeds = {
        ReviewDeed.REVIEW: review_documents,
        ReviewDeed.RETURN: return_documents,
        ReviewDeed.RELEASE: release_documents,
    }
    return partial(deeds[step.deed], document_ids=[step.document_id], by=step.by, day=step.on)


def _number(note: Invoice) -> int:
    """How many documents gave back parts of its invoice by then, itself among them."""
    return int(note.id.rpartition("-")[2])


def _night_before(note: Invoice, documents: Iterable[Invoice]) -> date:
    """The last night that was over: corrections that a credit note does not count came after it."""
    others = [one for one in documents if note.credits in one.preceding]
    notes = [one for one in others if one.credits == note.credits and _number(one) < _number(note)]
    corrections = sorted(
        one.day for one in others if one.credits != note.credits and one.day <= note.day
    )
    later = corrections[_number(note) - 1 - len(notes) :]
    return later[0] - timedelta(days=1) if later else note.day


def _credited(
    note: Invoice, invoice_id: str, reason: str, night: date
) -> Callable[[Store], object]:
    def do(into: Store) -> None:
        billing_night(into, night)
        amounts = {str(line.corrects): -line.net for line in note.lines}
        credit_invoice(into, invoice_id, day=note.day, reason=reason, amounts=amounts)

    return do


def _closed_for(
    entity_id: str, month: Month, entries: Mapping[str, JournalEntry]
) -> Callable[[Store], object]:
    """Close a month for one company, after the nights whose documents are still in it."""
    there = [
        entry.day
        for entry in entries.values()
        if entry.entity == entity_id
        and entry.kind in ("invoice", "bill")
        and Month.containing(entry.day) == month
        and not entry.text
    ]

    def do(into: Store) -> None:
        if there:
            billing_night(into, max(there))
        close_books(into, entity_id, month)

    return do
