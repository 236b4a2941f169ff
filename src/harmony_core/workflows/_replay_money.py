"""What was paid and what settled what, read off a store, and how each of it is done again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

import attrs

from harmony_core.billing import (
    Allocation,
    Payment,
    ReceivablesLedger,
    book_allocations,
    book_payment,
)
from harmony_core.contracts import Side
from harmony_core.errors import RuleBroken
from harmony_core.finance import JournalEntry, Money, Role
from harmony_core.repositories.ports import Store, UnitOfWork
from harmony_core.workflows._billing import billing_night
from harmony_core.workflows._documents import closed_periods
from harmony_core.workflows._payments import ledger_of, pay_within_group
from harmony_core.workflows._scene import billing_terms


@attrs.frozen
class Deed:
    """What somebody did, on which day, and what comes first on it."""

    day: date
    order: tuple[int, int, str]
    do: Callable[[Store], object]


def money_deeds(old: UnitOfWork, entries: Mapping[str, JournalEntry]) -> Iterator[Deed]:
    """Payments and allocations, booked where they were; they are not allocated anew."""
    paid_on: dict[str, date] = {}
    for payment in old.payments.all():
        entry = entries.get(f"PAY-{payment.id}")
        day = paid_on[payment.id] = payment.day if entry is None else entry.day
        yield Deed(day, (2, 0, payment.id), _paid(payment, booked=entry is not None))
    any_booked = any(one.startswith(("PAY-", "SET-")) for one in entries)
    of_day: defaultdict[date, list[Allocation]] = defaultdict(list)
    for one in old.allocations.all():
        entry = entries.get(f"SET-{one.id}")
        day = max(one.day, paid_on.get(one.source_id, one.day)) if entry is None else entry.day
        of_day[day].append(one)
    documents = {one.id: one.day for one in (*old.receivables.all(), *old.payables.all())}
    for day, allocations in of_day.items():
        do = _allocated(allocations, documents, booked=any_booked)
        yield Deed(day, (3, 0, ""), do)
    for entry in entries.values():
        cash = [line.amount.transaction for line in entry.lines if line.role == Role.BANK]
        if entry.kind == "settlement" and entry.pair and entry.counterparty and not entry.text:
            amount = sum(cash, Money.zero(entry.currencies[0]))
            if amount.minor > 0 or (not amount and entry.entity < entry.counterparty):
                yield Deed(entry.day, (2, 1, entry.id), _within_group(entry, amount))


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


def _allocated(
    allocations: Sequence[Allocation], documents: Mapping[str, date], *, booked: bool
) -> Callable[[Store], object]:
    """The allocations of a day: all at once, or one after the other where some take others back.

    Nights are done as far as the documents need: later ones may not have been over.
    """
    needed = {id_ for one in allocations for id_ in (one.item_id, one.source_id)}

    def do(into: Store) -> None:
        with into.begin() as unit:
            there = {one.id for one in (*unit.receivables.all(), *unit.payables.all())}
        if missing := [documents[one] for one in needed - there if one in documents]:
            billing_night(into, max(missing))
        for side in Side:
            with into.begin() as unit:
                ledger = ledger_of(unit, side)
                own = {one.id for one in ledger.sources(date.max)}
                turns = _turns(ledger, unit.payments.all(), allocations)
                made = sorted((one for one in allocations if one.source_id in own), key=turns)
                for batch in _batches(ledger, made):
                    if booked:
                        entries = book_allocations(ledger, batch, billing_terms(unit))
                        unit.journal.add(map(closed_periods(unit).posted, entries))
                    for one in batch:
                        unit.allocations.add(one)
                    ledger = ledger.adding(batch)

    return do


def _turns(
    ledger: ReceivablesLedger, payments: Iterable[Payment], made: Iterable[Allocation]
) -> Callable[[Allocation], tuple[object, ...]]:
    """What was taken back goes first; the rest in the order in which a ledger proposes it.

    Money that is freed and goes back on the day on which it came settles something before that.
    """
    undone = {one.reverses for one in made}
    freed = {one.source_id for one in made if one.id in undone}
    sources = {one.id: one for one in ledger.sources(date.max)}
    items = {one.id: one for one in ledger.items(date.max)}
    paid = {one.id for one in payments}

    def turn(one: Allocation) -> tuple[object, ...]:
        source, item = sources[one.source_id], items[one.item_id]
        named = list(source.references)
        place = named.index(item.id) if item.id in named else len(named)
        went_back = item.id in paid and source.id not in freed
        who = (date.min, "") if went_back else (source.day, source.id)
        return one.reverses is None, not went_back, who, place, item.due_day, item.day, item.id

    return turn


def _batches(
    ledger: ReceivablesLedger, made: Sequence[Allocation]
) -> Iterator[Sequence[Allocation]]:
    if all(one.reverses is None for one in made):
        yield made
        return
    waiting = list(made)
    while waiting:
        one = next((one for one in waiting if _fits(ledger, one)), waiting[0])
        waiting.remove(one)
        yield [one]
        ledger = ledger.adding([one])


def _fits(ledger: ReceivablesLedger, one: Allocation) -> bool:
    try:
        ledger.adding([one])
    except RuleBroken:
        return False
    return True


def _within_group(received: JournalEntry, amount: Money) -> Callable[[Store], object]:
    return partial(
        pay_within_group,
        payer=str(received.counterparty),
        payee=received.entity,
        amount=amount,
        id=str(received.pair),
        day=received.day,
    )
