"""The same facts in the books of another group currency: derived again, and compared.

A group amount is converted once, straight from the transaction, on the day of booking. So the books
of a group that changes its currency are not converted: what was agreed and what happened goes into
an empty store, and the deeds that were done are done again there in their order. What comes out is
held against the old books: the other two columns must be the same to the last unit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import partial
from typing import TypeVar

import attrs

from harmony_core.billing import (
    Allocation,
    Invoice,
    Payment,
    ReviewDeed,
    ReviewStep,
    book_allocations,
    book_payment,
)
from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, RuleBroken
from harmony_core.finance import Group, JournalEntry, Money, RateKind, Role
from harmony_core.periods import Month
from harmony_core.repositories.ports import Company, Log, Register, Store, UnitOfWork
from harmony_core.workflows._billing import billing_night
from harmony_core.workflows._documents import closed_periods
from harmony_core.workflows._months import close_books, month_end
from harmony_core.workflows._payments import ledger_of, pay_within_group
from harmony_core.workflows._release import (
    credit_invoice,
    release_documents,
    return_documents,
    review_documents,
)
from harmony_core.workflows._scene import billing_terms

T = TypeVar("T")


@attrs.frozen
class ReplayReport:
    """What was derived again: the months closed, the entries made, and those that were not.

    ``not_replayed`` are ids of old entries that are not there again: of revaluations whose kind of
    rates was not given, and what a host booked by himself.
    """

    months: tuple[Month, ...]
    entries: tuple[str, ...]
    not_replayed: tuple[str, ...]


def replay(
    store: Store, into: Store, group: Group, *, revalued_at: RateKind | None = None
) -> ReplayReport:
    """Derive the books of a store again in an empty one, for a group of another currency.

    Nights, reviews, credit notes, payments and closings are done again in their order. The rates
    are those of the old store, and those of the new currency that the new one holds beforehand.

    Args:
        store: as it is; nothing in it changes.
        into: empty, but for rates.
        group: the companies of old, with another currency or another name.
        revalued_at: kind of the rates at which months were revalued that were; see ``month_end``.

    Raises:
        InvalidValue: the companies or the opening day of the group are others.
        RuleBroken: ``into`` is not empty; or a replayed entry differs from the old one in the
            currency of the deal or of the company.
        RateNotFound: a rate to the new currency is missing.
    """
    with store.begin() as old:
        company = old.company.get()
        _refuse_another_group(company.group, group)
        with into.begin() as new:
            if new.customers.all() or new.contracts.all():
                raise RuleBroken("the store to replay into is not empty: give a new one")
            own = attrs.evolve(company.closed_periods, of_entities=())
            _copy_all(old, new, attrs.evolve(company, group=group, closed_periods=own))
        before = {entry.id: entry for entry in old.journal.entries()}
        deeds = [*_deeds(old, before, revalued_at), *_payments(old, before)]
    deeds.sort(key=lambda one: (one.day, one.order))
    for deed in deeds:
        deed.do(into)
    with into.begin() as new:
        made = {entry.id: entry for entry in new.journal.entries()}
        months = tuple(sorted(new.months.closed()))
    for entry in made.values():
        _refuse_another(before.get(entry.id), entry)
    gone = (one for one in before.values() if one.id not in made and _two_columns(one))
    return ReplayReport(months, tuple(sorted(made)), tuple(sorted(one.id for one in gone)))


def _refuse_another_group(old: Group, new: Group) -> None:
    if old.opening_day != new.opening_day or old.entities != new.entities:
        raise InvalidValue(
            f"a replay changes the currency of group {old.id!r} and nothing of its companies: keep "
            "them, and the opening day"
        )


def _refuse_another(old: JournalEntry | None, new: JournalEntry) -> None:
    if old is None and not _two_columns(new):
        return  # an exchange difference in the group's column alone
    if old is None or (old.day, _two_columns(old)) != (new.day, _two_columns(new)):
        raise RuleBroken(
            f"entry {new.id!r} of {new.day} is not what the old books have: something beside the "
            "facts was another when it was made, such as a rate that was added later without a "
            "day of its own"
        )


def _two_columns(entry: JournalEntry) -> Counter[tuple[object, ...]]:
    """What does not depend on the group's currency; lines of nothing else are left out."""
    return Counter(
        (line.account, line.role, line.dimensions, line.amount.transaction, line.amount.entity)
        for line in entry.lines
        if line.amount.transaction or line.amount.entity
    )


def _copy_all(old: UnitOfWork, new: UnitOfWork, company: Company) -> None:
    """What was agreed and what happened: all that is not derived."""
    new.company.save(company)
    new.price_book.save(old.price_book.get())
    _copy(old.customers, new.customers)
    _copy(old.suppliers, new.suppliers)
    _copy(old.people, new.people)
    _copy(old.products, new.products)
    _copy(old.quotes, new.quotes)
    _copy(old.orders, new.orders)
    _copy(old.contracts, new.contracts)
    _copy(old.devices, new.devices)
    _copy(old.incidents, new.incidents)
    _copy(old.profiles, new.profiles)
    _copy(old.overrides, new.overrides)
    _copy(old.progress, new.progress)
    new.rates.add(old.rates.book())
    new.facts.add(old.facts.time(date.max))
    new.facts.add(old.facts.expenses(date.max))
    new.facts.add(old.facts.usage(date.max))
    new.facts.add(old.facts.device_events(date.max))


def _copy(old: Register[T] | Log[T], new: Register[T] | Log[T]) -> None:
    for value in old.all():
        new.add(value)


@attrs.frozen
class _Deed:
    """What somebody did, on which day, and what comes first on it."""

    day: date
    order: tuple[int, int, str]
    do: Callable[[Store], object]


def _deeds(
    old: UnitOfWork, entries: Mapping[str, JournalEntry], revalued_at: RateKind | None
) -> Iterator[_Deed]:
    for step in old.reviews.all():
        day = step.on
        if step.document_id in entries:  # released before the month of its entry was closed
            day = min(day, Month.containing(entries[step.document_id].day).last_day)
        yield _Deed(day, (0, step.number, step.document_id), _reviewed(step))
    for note in old.invoices.all():
        if note.credits is not None:
            reasons = [old.charges.get(line.charge_key).explanation for line in note.lines]
            do = _credited(note, note.credits, dict(reasons[0].facts)["reason"])
            yield _Deed(entries[note.id].day, (1, len(note.id), note.id), do)
    for entity_id, month in old.company.get().closed_periods.of_entities:
        yield _Deed(month.last_day, (4, 0, entity_id), _closed_for(entity_id, month, entries))
    revalued = {one.day for one in entries.values() if one.kind == "revaluation"}
    for month in old.months.closed():
        kind = revalued_at if month.last_day in revalued else None
        yield _Deed(month.last_day, (5, 0, ""), partial(month_end, month=month, revalued_at=kind))
    if (night := old.nights.last()) is not None:
        yield _Deed(night, (6, 0, ""), partial(billing_night, day=night))


def _payments(old: UnitOfWork, entries: Mapping[str, JournalEntry]) -> Iterator[_Deed]:
    """Payments and allocations, booked where they were; they are not allocated anew."""
    paid_on: dict[str, date] = {}
    for payment in old.payments.all():
        entry = entries.get(f"PAY-{payment.id}")
        day = paid_on[payment.id] = payment.day if entry is None else entry.day
        yield _Deed(day, (2, 0, payment.id), _paid(payment, booked=entry is not None))
    any_booked = any(one.startswith(("PAY-", "SET-")) for one in entries)
    for one in old.allocations.all():
        entry = entries.get(f"SET-{one.id}")
        day = max(one.day, paid_on.get(one.source_id, one.day)) if entry is None else entry.day
        yield _Deed(day, (3, 0, one.id), _allocated(one, booked=any_booked))
    for entry in entries.values():
        cash = [line.amount.transaction for line in entry.lines if line.role == Role.BANK]
        if entry.kind == "settlement" and entry.pair and entry.counterparty and not entry.text:
            amount = sum(cash, Money.zero(entry.currencies[0]))
            if amount.minor > 0 or (not amount and entry.entity < entry.counterparty):
                yield _Deed(entry.day, (2, 1, entry.id), _within_group(entry, amount))


def _paid(payment: Payment, *, booked: bool) -> Callable[[Store], object]:
    def do(into: Store) -> None:
        with into.begin() as unit:
            unit.payments.add(payment)
            if booked:
                ledger = ledger_of(unit, payment.side)
                made = [
                    book_payment(one, billing_terms(unit)) for one in ledger.standing([payment])
                ]
                unit.journal.add(map(closed_periods(unit).posted, made))

    return do


def _allocated(allocation: Allocation, *, booked: bool) -> Callable[[Store], object]:
    def do(into: Store) -> None:
        with into.begin() as unit:
            if booked:
                sides = {one.id: one.side for one in unit.payments.all()}
                sides |= {one.id: one.side for one in unit.payables.all()}
                ledger = ledger_of(unit, sides.get(allocation.source_id, Side.SELL))
                made = book_allocations(ledger, [allocation], billing_terms(unit))
                unit.journal.add(map(closed_periods(unit).posted, made))
            unit.allocations.add(allocation)

    return do


def _within_group(received: JournalEntry, amount: Money) -> Callable[[Store], object]:
    return partial(
        pay_within_group,
        payer=str(received.counterparty),
        payee=received.entity,
        amount=amount,
        id=str(received.pair),
        day=received.day,
    )


def _reviewed(step: ReviewStep) -> Callable[[Store], object]:
    deeds = {
        ReviewDeed.REVIEW: review_documents,
        ReviewDeed.RETURN: return_documents,
        ReviewDeed.RELEASE: release_documents,
    }
    return partial(deeds[step.deed], document_ids=[step.document_id], by=step.by, day=step.on)


def _credited(note: Invoice, invoice_id: str, reason: str) -> Callable[[Store], object]:
    def do(into: Store) -> None:
        billing_night(into, note.day)
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
