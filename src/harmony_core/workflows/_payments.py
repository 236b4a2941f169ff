"""Payments as they come in or go out: kept, and allocated to what is open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypeVar

import attrs

from harmony_core.billing import (
    Allocation,
    AllocationRule,
    BillTax,
    InputTax,
    PayablesLedger,
    Payment,
    ReceivablesLedger,
    bill_tax,
    book_allocations,
    book_payment,
)
from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, NotFound, RuleBroken, expect, expect_each
from harmony_core.finance import (
    JournalEntry,
    Money,
    Role,
    book_pair_payment,
    money_sum,
    open_pairs,
)
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
    return _ledger(unit, ReceivablesLedger)


def payables_ledger(unit: UnitOfWork) -> PayablesLedger:
    """Load what a company owes its suppliers: what they asked, what was paid, what settled what."""
    return _ledger(unit, PayablesLedger)


def ledger_of(unit: UnitOfWork, side: Side) -> ReceivablesLedger:
    """Load the ledger of one side."""
    return receivables_ledger(unit) if side is Side.SELL else payables_ledger(unit)


_Ledger = TypeVar("_Ledger", bound=ReceivablesLedger)


def _ledger(unit: UnitOfWork, kind: type[_Ledger]) -> _Ledger:
    claims = unit.receivables.all() if kind.side is Side.SELL else unit.payables.all()
    payments = [one for one in unit.payments.all() if one.side is kind.side]
    there = {one.id for one in claims} | {one.id for one in payments}
    allocations = (one for one in unit.allocations.all() if one.source_id in there)
    return kind(claims, payments, allocations, Directory(unit.customers.all()))


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
        InvalidValue: a payment is one to a supplier, see :func:`pay_suppliers`.
        AccountNotMapped, RateNotFound: something cannot be booked; nothing is kept.
    """
    return _settle(store, payments, ReceivablesLedger, day=day, rule=rule, booked=booked)


def pay_suppliers(
    store: Store,
    payments: Iterable[Payment] = (),
    *,
    day: date,
    rule: AllocationRule = AllocationRule.REFERENCE_THEN_OLDEST,
    booked: bool = False,
) -> PaymentsReport:
    """Keep what suppliers were paid, and allocate all that has settled no bill yet.

    The payments are of the buy side; all else is as in :func:`receive_payments`.

    Raises:
        RuleBroken: another payment of that id is kept; nothing of this run is.
        InvalidValue: a payment is one of a customer.
        AccountNotMapped, RateNotFound: something cannot be booked; nothing is kept.
    """
    return _settle(store, payments, PayablesLedger, day=day, rule=rule, booked=booked)


def return_payment(
    store: Store,
    payment_id: str,
    *,
    id: str,  # noqa: A002  the new payment's name
    day: date,
    booked: bool = False,
) -> PaymentsReport:
    """Keep that a payment went back whole: it bounced, or was another's.

    All that it settled is open again, as of the day; exchange differences are taken back with it.
    What waits on account is allocated as in :func:`receive_payments`. Done again under the same id
    it finds nothing to do.

    Args:
        store: where everything is kept.
        payment_id: of the payment that went back, in or out.
        id: of the movement of the money; its amount has the other sign.
        day: on which it moved.
        booked: whether the journal has the bank, see :func:`receive_payments`.

    Raises:
        NotFound: there is no such payment.
        RuleBroken: money of it went back before, or another payment has that id.
        AccountNotMapped, RateNotFound: something cannot be booked; nothing is kept.
    """
    expect(day, date, "the day of the movement", "date(2026, 3, 31)")
    with store.begin() as unit:
        there = {one.id: one for one in unit.payments.all()}
        if payment_id not in there:
            raise NotFound(f"no payment {payment_id!r}: nothing can go back")
        first = there[payment_id]
        gone = attrs.evolve(
            first,
            id=id,
            day=day,
            amount=-first.amount,
            references=[payment_id],
            in_books=None if first.in_books is None else -first.in_books,
        )
        unit.payments.add(gone)
        if id in there:
            return PaymentsReport((), ledger_of(unit, first.side))
        if first.amount.minor < 0 or any(
            one.amount.minor < 0 and payment_id in one.references for one in there.values()
        ):
            raise RuleBroken(f"money of payment {payment_id!r} went back before")
        ledger = ledger_of(unit, first.side)
        back = ledger.returned(payment_id, day)
        made = (*back, *ledger.adding(back).allocate(day))
        for allocation in made:
            unit.allocations.add(allocation)
        entries = _booked(unit, ledger, [gone], made) if booked else ()
        return PaymentsReport(made, ledger.adding(made), entries)


def _booked(
    unit: UnitOfWork,
    ledger: ReceivablesLedger,
    new: Iterable[Payment],
    made: Iterable[Allocation],
) -> tuple[JournalEntry, ...]:
    """Post new payments and allocations; in closed months on the first open day."""
    terms, closed = billing_terms(unit), closed_periods(unit)
    moved = [book_payment(one, terms) for one in ledger.standing(new)]
    posted = (*moved, *book_allocations(ledger, made, terms))
    entries = tuple(closed.posted(entry) for entry in posted)
    unit.journal.add(entries)
    return entries


def pay_within_group(
    store: Store,
    payer: str,
    payee: str,
    amount: Money,
    *,
    id: str,  # noqa: A002  the pair's name
    day: date,
) -> tuple[JournalEntry, ...]:
    """Book what one company of the group pays another for its charges, in both books.

    Claims of the payer and credits are set off first, then the oldest charges are paid. What falls
    into a closed month is posted on the first open day. Done again under the same id it books
    nothing new and gives what was booked.

    Raises:
        InvalidValue: more would be paid than is open.
        RuleBroken: another payment was booked under that id.
        NotFound, AccountNotMapped, RateNotFound: something is missing; nothing is kept.
    """
    expect(day, date, "the day of the payment", "date(2026, 3, 31)")
    with store.begin() as unit:
        terms, booked = billing_terms(unit), tuple(unit.journal.entries())
        before = tuple(one for one in booked if one.pair == id)
        if before:
            _refuse_another(before, payer, payee, amount, id)
            return before
        open_ = open_pairs(booked, date.max, terms.rounding)
        made = book_pair_payment(
            [one for one in open_ if one.day <= day],
            amount,
            id=id,
            payer=payer,
            payee=payee,
            day=day,
            group=terms.group,
            rates=terms.rates,
            policy=terms.rate_policy,
        )
        closed = closed_periods(unit)
        entries = tuple(closed.posted(entry) for entry in made)
        unit.journal.add(entries)
        return entries


def _refuse_another(
    before: Iterable[JournalEntry], payer: str, payee: str, amount: Money, pair: str
) -> None:
    cash = {
        (entry.entity, entry.counterparty): money_sum(
            (line.amount.transaction for line in entry.lines if line.role == Role.BANK),
            entry.currencies[0],
        )
        for entry in before
    }
    if cash != {(payer, payee): -amount, (payee, payer): amount}:
        raise RuleBroken(f"another payment was booked as {pair!r}: ids are unique")


def receive_bill_tax(
    store: Store,
    bill_id: str,
    taxes: Mapping[str, InputTax],
    *,
    day: date,
    due_day: date | None = None,
) -> BillTax:
    """Book the tax that a supplier's document shows for a bill that the nights expected.

    What he asks for is kept among the payables, and paid by :func:`pay_suppliers`. What falls into
    a closed month is posted on the first open day.

    Args:
        store: where everything is kept.
        bill_id: of the bill, or of its credit note.
        taxes: by charge key; a line without bears none.
        day: of the supplier's document.
        due_day: until when it is to be paid; without it, the day.

    Raises:
        NotFound: there is no such bill, or no such line on it.
        InvalidValue: it is an invoice to a customer.
        RuleBroken: the tax of the bill was booked already.
        AccountNotMapped, RateNotFound: something is missing; nothing is kept.
    """
    with store.begin() as unit:
        bill = unit.invoices.get(bill_id)
        contracts = {one.id: one for one in unit.contracts.all()}
        found = bill_tax(bill, taxes, contracts, billing_terms(unit), day=day, due_day=due_day)
        if found.entry is not None:
            unit.journal.add([closed_periods(unit).posted(found.entry)])
        if found.payable is not None:
            unit.payables.add(found.payable)
        return found


def _settle(
    store: Store,
    payments: Iterable[Payment],
    kind: type[ReceivablesLedger],
    *,
    day: date,
    rule: AllocationRule,
    booked: bool,
) -> PaymentsReport:
    expect(day, date, "the day of the run", "date(2026, 3, 31)")
    with store.begin() as unit:
        there = {one.id for one in unit.payments.all()}
        given = expect_each(payments, Payment, "payments")
        new = {one.id: one for one in given}
        _refuse_the_other_side(new.values(), kind)
        for payment in new.values():
            unit.payments.add(payment)
        ledger = _ledger(unit, kind)
        made = ledger.allocate(day, rule)
        for allocation in made:
            unit.allocations.add(allocation)
        entries: tuple[JournalEntry, ...] = ()
        if booked:
            fresh = [one for one in new.values() if one.id not in there]
            entries = _booked(unit, ledger, fresh, made)
        return PaymentsReport(made, ledger.adding(made), entries)


def _refuse_the_other_side(payments: Iterable[Payment], kind: type[ReceivablesLedger]) -> None:
    for payment in payments:
        if payment.side is not kind.side:
            sells = payment.side is Side.SELL
            raise InvalidValue(
                f"payment {payment.id!r} is of the {payment.side.value} side: hand it to "
                f"{'receive_payments' if sells else 'pay_suppliers'}"
            )
