"""Whatever a company does, in whatever order: its books are zero, and hold what is open.

A sequence of deeds is drawn, each on its day: nights, closings, payments of customers, to suppliers
and within the group, write-offs, credit notes, the tax of bills. Deeds that a rule forbids are left
out, as the host would. Then the books are asked, and derived again in another currency.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import attrs
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from harmony_core.billing import InputTax, OnAccount, OpenItem, Payment, ReceivablesLedger
from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, NotFound, RuleBroken
from harmony_core.finance import (
    Booked,
    Column,
    JournalEntry,
    MonetaryItem,
    Money,
    RateKind,
    Role,
    booked_sum,
    consolidate,
    consolidate_days,
    open_pairs,
    trial_balance,
)
from harmony_core.periods import Month
from harmony_core.pricing import PerUnit
from harmony_core.repositories import MemoryStore
from harmony_core.workflows import (
    billing_night,
    close_books,
    credit_invoice,
    month_end,
    pay_suppliers,
    pay_within_group,
    payables_ledger,
    receivables_ledger,
    receive_bill_tax,
    receive_payments,
    replay,
    return_payment,
)
from tests.strategies import GROUP, TERMS, contract, line
from tests.workflows.company import CONTRACTS, books, in_memory

OPENING, LAST_MONTH = date(2026, 1, 1), Month(2026, 3)
SOLD = contract(line(PerUnit.of("12", "USD"), quantity=10), id="C-9")
BOUGHT = contract(line(PerUnit.of("7.77", "USD"), quantity=9), id="B-9", side=Side.BUY, party="S-1")


@attrs.frozen
class Deed:
    """A day, what is done on it, and numbers that say to what and how much of it."""

    day: date
    what: str
    which: int
    percent: int


deeds = st.builds(
    Deed,
    st.integers(0, 89).map(lambda number: OPENING + timedelta(days=number)),
    st.sampled_from(
        [
            "night",
            "received",
            "paid",
            "bounced",
            "within",
            "written off",
            "credited",
            "taxed",
            "closed",
        ]
    ),
    st.integers(0, 30),
    st.integers(1, 120),
)


def part(amount: Money, percent: int) -> Money:
    return Money(max(amount.minor * percent // 100, 1), amount.currency)


def do(store: MemoryStore, deed: Deed, name: str) -> None:
    """Do it, if there is something to do it to."""
    day = deed.day
    match deed.what:
        case "night":
            billing_night(store, day)
        case "received" | "paid" | "written off":
            pay(store, deed, name)
        case "bounced":
            with store.begin() as unit:
                there = [one for one in unit.payments.all() if one.day <= day]
            if there:
                first = there[deed.which % len(there)]
                return_payment(store, first.id, id=name, day=day, booked=True)
        case "within":
            items = open_pairs(books(store).entries, day)
            if items:
                one = items[deed.which % len(items)]
                amount = part(one.open, min(deed.percent, 100))
                pay_within_group(store, one.debtor, one.creditor, amount, id=name, day=day)
        case "credited" | "taxed":
            document(store, deed)
        case "closed":
            close_books(store, ("DE", "GB", "IN")[deed.which % 3], Month.containing(day))


def pay(store: MemoryStore, deed: Deed, name: str) -> None:
    sells = deed.what != "paid"
    with store.begin() as unit:
        ledger = receivables_ledger(unit) if sells else payables_ledger(unit)
    items = ledger.open_items(deed.day)
    if not items:
        return
    item = items[deed.which % len(items)]
    lost = deed.what == "written off"
    payment = Payment(
        name,
        item.entity_id,
        item.party_id,
        deed.day,
        part(item.open, min(deed.percent, 100) if lost else deed.percent),
        [item.id],
        Role.BAD_DEBT if lost else Role.BANK,
        Side.SELL if sells else Side.BUY,
    )
    settle = receive_payments if sells else pay_suppliers
    settle(store, [payment], day=deed.day, booked=True)


def document(store: MemoryStore, deed: Deed) -> None:
    side = Side.BUY if deed.what == "taxed" else Side.SELL
    with store.begin() as unit:
        there = [one for one in unit.invoices.all() if one.side is side and one.day <= deed.day]
    if not there:
        return
    one = there[deed.which % len(there)]
    if side is Side.BUY:
        how = InputTax(("S", "AE")[deed.which % 2], 19, min(deed.percent, 100))
        receive_bill_tax(store, one.id, {row.charge_key: how for row in one.lines}, day=deed.day)
        return
    row = one.lines[deed.which % len(one.lines)]
    if row.net.minor > 0:
        amounts = {row.charge_key: part(row.net, min(deed.percent, 100))}
        credit_invoice(store, one.id, day=deed.day, reason="law", amounts=amounts)


def live(todo: Iterable[Deed], revalued: Iterable[bool]) -> MemoryStore:
    store = in_memory(contracts=[*CONTRACTS, SOLD, BOUGHT])
    wanted, month = iter(revalued), Month.containing(OPENING)

    def close() -> None:
        kind = RateKind.SPOT if next(wanted) else None
        month_end(store, month, revalued_at=kind)

    for number, deed in enumerate(sorted(todo, key=lambda one: one.day)):
        while month.last_day < deed.day:
            close()
            month = month.next()
        try:
            do(store, deed, f"D-{number}")
        except (InvalidValue, NotFound, RuleBroken):
            continue  # more than is open, or credited whole, or taxed before
    while month <= LAST_MONTH:
        close()
        month = month.next()
    return store


def carried(ledger: ReceivablesLedger) -> dict[tuple[str, str], Booked]:
    """What the open items stand at, by company and currency, as the other party sees it."""
    found: defaultdict[tuple[str, str], list[Booked]] = defaultdict(list)
    for item in ledger.open_items(date.max):
        found[item.entity_id, item.amount.currency].append(standing(item, item.amount - item.open))
    for one in ledger.on_account(date.max):
        found[one.entity_id, one.amount.currency].append(-standing(one, one.allocated))
    return summed(found)


def standing(one: OpenItem | OnAccount, settled: Money) -> Booked:
    rates = attrs.evolve(TERMS, rates=RATES).booking_rates(
        one.amount.currency, one.entity_id, one.day
    )
    return MonetaryItem(one.booked or rates.book(one.amount), paid=settled).carrying


def on_accounts(entries: Iterable[JournalEntry], role: str) -> dict[tuple[str, str], Booked]:
    found: defaultdict[tuple[str, str], list[Booked]] = defaultdict(list)
    for entry in entries:
        for row in entry.lines:
            if row.role == role:
                found[entry.entity, row.amount.transaction.currency].append(row.amount)
    return summed(found)


def summed(found: dict[tuple[str, str], list[Booked]]) -> dict[tuple[str, str], Booked]:
    sums = {key: booked_sum(rows, rows[0].currencies) for key, rows in found.items()}
    return {key: amount for key, amount in sums.items() if amount}


with in_memory().begin() as _unit:
    RATES = _unit.rates.book()


@settings(max_examples=12, phases=[Phase.generate])
@given(st.lists(deeds, min_size=4, max_size=14), st.lists(st.booleans(), min_size=3, max_size=3))
def test_any_deeds_leave_books_that_are_zero_and_hold_what_is_open(
    todo: list[Deed], revalued: list[bool]
) -> None:
    store = live(todo, revalued)
    entries = books(store).entries
    for entry in entries:
        amounts = [row.amount for row in entry.lines]
        assert not booked_sum(amounts, amounts[0].currencies), entry.id
    assert len({entry.id for entry in entries}) == len(entries)
    for column in Column:
        assert trial_balance(entries, column=column).is_zero
    with store.begin() as unit:
        owed_to_us, owed_by_us = receivables_ledger(unit), payables_ledger(unit)
    assert on_accounts(entries, Role.RECEIVABLE) == carried(owed_to_us)
    payable = {key: -amount for key, amount in on_accounts(entries, Role.PAYABLE).items()}
    assert payable == carried(owed_by_us)
    claimed: defaultdict[tuple[str, str], list[Booked]] = defaultdict(list)
    owed: defaultdict[tuple[str, str], list[Booked]] = defaultdict(list)
    for one in open_pairs(entries, date.max):
        claimed[one.creditor, one.open.currency].append(one.claimed.carrying)
        owed[one.debtor, one.open.currency].append(one.owed.carrying)
    assert on_accounts(entries, Role.INTERCOMPANY_RECEIVABLE) == summed(claimed)
    assert on_accounts(entries, Role.INTERCOMPANY_PAYABLE) == summed(owed)
    for found in consolidate_days(entries, GROUP, {entry.day for entry in entries}):
        assert found.is_zero
        assert not found.breaks
        assert not any(found.balances.get(role) for role in found.eliminated())


@settings(max_examples=6, phases=[Phase.generate])
@given(st.lists(deeds, min_size=4, max_size=12), st.lists(st.booleans(), min_size=3, max_size=3))
def test_any_deeds_are_replayed_in_another_currency(todo: list[Deed], revalued: list[bool]) -> None:
    store = live([one for one in todo if one.what != "closed"], revalued)
    with store.begin() as unit:
        group = unit.company.get().group
    same, other = MemoryStore(), MemoryStore()
    report = replay(store, same, group, revalued_at=RateKind.SPOT)
    assert report.not_replayed == ()
    assert books(same) == books(store)
    replay(store, other, attrs.evolve(group, currency="INR"), revalued_at=RateKind.SPOT)
    for entry in books(other).entries:
        amounts = [row.amount for row in entry.lines]
        assert not booked_sum(amounts, amounts[0].currencies), entry.id
    found = consolidate(books(other).entries, attrs.evolve(group, currency="INR"))
    assert found.is_zero
    assert not found.breaks
