"""A group changes its currency: the same facts, the same deeds, another third column."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs
import pytest

from harmony_core.billing import BillingProfile, InputTax, Payment
from harmony_core.contracts import Side
from harmony_core.errors import InvalidValue, RateNotFound, RuleBroken
from harmony_core.finance import (
    Column,
    Dimensions,
    Group,
    JournalEntry,
    Money,
    RateKind,
    booked_sum,
    consolidate,
    open_pairs,
)
from harmony_core.periods import Month
from harmony_core.repositories import MemoryStore, Store
from harmony_core.workflows import (
    ReplayReport,
    billing_night,
    close_books,
    credit_invoice,
    drafts,
    month_end,
    pay_suppliers,
    pay_within_group,
    receive_bill_tax,
    receive_payments,
    record_facts,
    release_documents,
    replay,
    return_payment,
    review_documents,
)
from tests.workflows.company import books, in_memory, time

JANUARY, FEBRUARY = Month(2026, 1), Month(2026, 2)


def lived() -> MemoryStore:
    """Two months with a credit note, reviews, a company that closes alone, and payments."""
    store = in_memory()
    with store.begin() as unit:
        unit.profiles.add(BillingProfile("K-2", review=True))
    billing_night(store, date(2026, 1, 31))
    with store.begin() as unit:
        sold = [one for one in unit.invoices.all() if one.side.value == "sell"]
    line = sold[0].lines[0]
    part = Money(line.net.minor // 3, line.net.currency)
    month_end(store, JANUARY)
    credit_invoice(
        store, sold[0].id, day=date(2026, 1, 31), reason="late", amounts={line.charge_key: part}
    )
    waiting = [one.id for one in drafts(store, date(2026, 2, 10)).drafts]
    review_documents(store, waiting, by="Anna", day=date(2026, 2, 10))
    release_documents(store, waiting[:1], by="Ben", day=date(2026, 2, 11))
    assert waiting
    early = Payment("P-1", "DE", "K-1", date(2026, 1, 20), Money.of("10.00", "EUR"))
    receive_payments(store, [early], day=date(2026, 2, 12), booked=True)
    [owed] = open_pairs(books(store).entries, JANUARY.last_day)
    pay_within_group(
        store, owed.debtor, owed.creditor, Money(100_00, "INR"), id="PAY-IC", day=date(2026, 2, 13)
    )
    billing_night(store, date(2026, 2, 20))
    with store.begin() as unit:
        [bill, *_] = [one for one in unit.invoices.all() if one.side is Side.BUY]
    tax = {line.charge_key: InputTax("S", 19, 50) for line in bill.lines}
    asked = receive_bill_tax(store, bill.id, tax, day=date(2026, 2, 20)).payable
    with pytest.raises(RuleBroken):
        receive_bill_tax(store, bill.id, tax, day=date(2026, 2, 20))
    assert asked is not None
    money = asked.amount
    out = Payment(
        "P-3", bill.entity_id, bill.party_id, date(2026, 2, 21), money, [asked.id], side=Side.BUY
    )
    pay_suppliers(store, [out], day=date(2026, 2, 21), booked=True)
    close_books(store, "GB", FEBRUARY)
    month_end(store, FEBRUARY, revalued_at=RateKind.SPOT)
    late = Payment("P-2", "DE", "K-1", date(2026, 3, 3), Money.of("11.00", "EUR"))
    receive_payments(store, [late], day=date(2026, 3, 3), booked=True)
    return store


def group_of(store: Store) -> Group:
    with store.begin() as unit:
        return unit.company.get().group


def replayed(store: Store, code: str) -> tuple[MemoryStore, ReplayReport]:
    into = MemoryStore()
    group = attrs.evolve(group_of(store), currency=code)
    return into, replay(store, into, group, revalued_at=RateKind.SPOT)


def test_a_replay_in_the_same_currency_makes_the_same_books() -> None:
    old = lived()
    new, report = replayed(old, group_of(old).currency)
    assert books(new) == books(old)
    assert report.months == (JANUARY, FEBRUARY)
    assert report.not_replayed == ()
    with old.begin() as before, new.begin() as after:
        assert after.reviews.all() == before.reviews.all()
        assert after.receivables.all() == before.receivables.all()
        assert after.payables.all() == before.payables.all()
        assert after.allocations.all() == before.allocations.all()
        assert after.nights.last() == before.nights.last()


def test_a_credit_note_from_before_the_night_that_corrects_its_invoice() -> None:
    """Two late hours of 4 February take 190.00 more; the credit note of the 6th knew of none."""
    old = in_memory()
    billing_night(old, date(2026, 2, 1))
    with old.begin() as unit:
        [sold] = [one for one in unit.invoices.all() if one.lines[0].line_id == "2"]
    [key] = [row.charge_key for row in sold.lines if row.line_id == "2"]
    half = {key: Money.of("617.50", "EUR")}
    first = credit_invoice(old, sold.id, day=date(2026, 2, 6), reason="late", amounts=half)
    fewer = time("T-8", "anna", date(2026, 1, 12), -8, recorded_on=date(2026, 2, 5))
    record_facts(old, [fewer], today=date(2026, 2, 7))
    billing_night(old, date(2026, 2, 8))
    rest = {key: Money.of("10.00", "EUR")}
    credit_invoice(old, sold.id, day=date(2026, 2, 9), reason="later", amounts=rest)
    assert first.document.id.endswith("-1")
    new, report = replayed(old, group_of(old).currency)
    assert books(new) == books(old)
    assert report.not_replayed == ()


def test_credit_notes_of_an_invoice_and_of_its_correction() -> None:
    old = in_memory()
    billing_night(old, date(2026, 2, 9))
    for number, (name, key) in enumerate(
        (
            ("INV-DE-20260201-K-1-EUR", "C-1/2/service/2026-01-10"),
            ("INV-DE-20260204-K-1-EUR", "C-1/2/service/2026-01-10@2026-02-04"),
        )
    ):
        part = {key: Money.of("55.10", "EUR")}
        credit_invoice(old, name, day=date(2026, 2, 15 + number), reason="late", amounts=part)
    new, report = replayed(old, group_of(old).currency)
    assert books(new) == books(old)
    assert report.not_replayed == ()


def test_a_payment_that_bounces_on_the_day_on_which_it_came() -> None:
    old = in_memory()
    billing_night(old, date(2026, 1, 31))
    with old.begin() as unit:
        [first, *_] = unit.receivables.all()
    day = date(2026, 2, 3)
    paid = Payment("P-1", first.entity_id, first.party_id, day, first.amount, [first.id])
    receive_payments(old, [paid], day=day, booked=True)
    return_payment(old, "P-1", id="P-2", day=day, booked=True)
    new, report = replayed(old, group_of(old).currency)
    assert books(new) == books(old)
    assert report.not_replayed == ()
    with old.begin() as before, new.begin() as after:
        assert after.allocations.all() == before.allocations.all()


def test_another_currency_changes_the_third_column_and_nothing_else() -> None:
    old = lived()
    new, report = replayed(old, "EUR")
    before, after = books(old), books(new)
    assert not report.not_replayed
    assert {charge.booked.group.currency for charge in after.charges} == {"EUR"}
    for was, now in zip(before.charges, after.charges, strict=True):
        assert (was.key, was.booked_on) == (now.key, now.booked_on)
        assert (was.booked.transaction, was.booked.entity) == (
            now.booked.transaction,
            now.booked.entity,
        )
    for column in (Column.TRANSACTION, Column.ENTITY):
        assert sums(before.entries, column) == sums(after.entries, column)
    for entry in after.entries:
        amounts = [line.amount for line in entry.lines]
        assert not booked_sum(amounts, amounts[0].currencies)
    found = consolidate(after.entries, group_of(new), FEBRUARY.next().last_day)
    assert found.is_zero
    assert not found.breaks


def sums(
    entries: Iterable[JournalEntry], column: Column
) -> dict[tuple[str, str, Dimensions, str], int]:
    totals: dict[tuple[str, str, Dimensions, str], int] = {}
    for entry in entries:
        for line in entry.lines:
            amount = line.amount.column(column)
            key = entry.entity, line.role, line.dimensions, amount.currency
            totals[key] = totals.get(key, 0) + amount.minor
    return {key: minor for key, minor in totals.items() if minor}


def test_what_cannot_be_replayed_is_refused() -> None:
    old = in_memory()
    month_end(old, JANUARY)
    group = group_of(old)
    with pytest.raises(InvalidValue, match="keep them, and the opening day"):
        replay(old, MemoryStore(), attrs.evolve(group, entities=group.entities[:1]))
    with pytest.raises(RuleBroken, match="not empty"):
        replay(old, in_memory(), group)
    with pytest.raises(RateNotFound):
        replay(old, MemoryStore(), attrs.evolve(group, currency="CHF"))


def test_what_a_host_booked_by_himself_is_listed_and_another_entry_is_refused() -> None:
    old = in_memory()
    month_end(old, JANUARY)
    with old.begin() as unit:
        [first, *_] = unit.journal.entries()
        unit.journal.add([first.mirrored("OWN-1", date(2026, 2, 1))])
    _, report = replayed(old, "EUR")
    assert report.not_replayed == ("OWN-1",)
    assert "OWN-1" not in report.entries
    assert first.id in report.entries
    with old.begin() as unit:
        [fact, *_] = unit.facts.time(date.max)
        unit.facts.add([attrs.evolve(fact, id="forgotten", recorded_on=None)])
    with pytest.raises(RuleBroken, match="is not what the old books have"):
        replayed(old, "EUR")
