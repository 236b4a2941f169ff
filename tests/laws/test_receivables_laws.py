"""Laws of receivables: nothing is lost between documents, payments and what settles what."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    Allocation,
    AllocationRule,
    Payment,
    Receivable,
    ReceivablesLedger,
    ageing,
)
from harmony_core.finance import Booked, Money
from tests.billing.receivables import LAST, claims, days, payments


def totals(ledger: ReceivablesLedger) -> dict[str, Money]:
    return {item.id: item.open for item in ledger.open_items(LAST)}


@given(claims(), payments(named=3), days, st.sampled_from(AllocationRule))
def test_what_is_allocated_and_what_is_left_are_what_there_was(
    asked: list[Receivable], paid: list[Payment], day: date, rule: AllocationRule
) -> None:
    empty = ReceivablesLedger(asked, paid)
    ledger = empty.adding(empty.allocate(day, rule))
    for item in ledger.items(LAST):
        settled = [one for one in ledger.allocations if one.item_id == item.id]
        assert item.open == item.amount - item.paid - item.credited
        assert sum((one.amount for one in settled), item.amount * 0) == item.paid + item.credited
        assert Money(0, item.amount.currency) <= item.open <= item.amount
    sources = [(one.id, -one.amount) for one in asked if one.amount.minor < 0]
    sources += [(one.id, one.amount) for one in paid]
    left = {one.id: one.left for one in ledger.on_account(LAST)}
    for id_, amount in sources:
        used = [one.amount for one in ledger.allocations if one.source_id == id_]
        assert sum(used, amount * 0) + left.get(id_, amount * 0) == amount
    # no allocation moves what a customer owes in all
    assert ledger.balances(LAST) == empty.balances(LAST)


@given(claims(), payments(), days)
def test_a_second_run_finds_nothing_to_allocate(
    asked: list[Receivable], paid: list[Payment], day: date
) -> None:
    ledger = ReceivablesLedger(asked, paid)
    after = ledger.adding(ledger.allocate(day))
    assert after.allocate(day) == ()


@given(claims(), payments(), st.data())
def test_the_order_in_which_payments_come_leaves_the_same_open(
    asked: list[Receivable], paid: list[Payment], data: st.DataObject
) -> None:
    """Where each names one document at most; batches or one by one, in any order."""
    invoices = [one for one in asked if one.amount.minor > 0]
    at_once = ReceivablesLedger(invoices, paid)
    at_once = at_once.adding(at_once.allocate(LAST))
    arriving = data.draw(st.permutations(paid))
    made: tuple[Allocation, ...] = ()
    for number in range(len(arriving)):
        ledger = ReceivablesLedger(invoices, arriving[: number + 1], made)
        made = (*made, *ledger.allocate(LAST))
    one_by_one = ReceivablesLedger(invoices, arriving, made)
    assert totals(one_by_one) == totals(at_once)
    left = [sum_left(ledger) for ledger in (one_by_one, at_once)]
    assert left[0] == left[1]


def sum_left(ledger: ReceivablesLedger) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for one in ledger.on_account(LAST):
        key = (one.party_id, one.amount.currency)
        found[key] = found.get(key, 0) + one.left.minor
    return found


@given(claims(), payments(named=3), st.randoms(use_true_random=False))
def test_the_order_in_a_batch_changes_no_allocation(
    asked: list[Receivable], paid: list[Payment], shuffled: Random
) -> None:
    mixed_asked, mixed_paid = list(asked), list(paid)
    shuffled.shuffle(mixed_asked)
    shuffled.shuffle(mixed_paid)
    first = ReceivablesLedger(asked, paid).allocate(LAST)
    assert ReceivablesLedger(mixed_asked, mixed_paid).allocate(LAST) == first


@given(claims(), payments(), days)
def test_reversing_all_leaves_the_documents_as_they_were(
    asked: list[Receivable], paid: list[Payment], day: date
) -> None:
    empty = ReceivablesLedger(asked, paid)
    ledger = empty.adding(empty.allocate(day))
    for source in {one.source_id for one in ledger.allocations}:
        ledger = ledger.adding(ledger.returned(source, day + timedelta(days=1)))
    assert totals(ledger) == totals(empty)
    assert ledger.on_account(LAST) == empty.on_account(LAST)
    again = ledger.adding(ledger.allocate(LAST))
    assert totals(again) == totals(empty.adding(empty.allocate(LAST)))


@given(claims(), payments(), days, st.sets(st.integers(1, 120), max_size=4))
def test_the_buckets_of_an_ageing_add_up_to_what_is_open(
    asked: list[Receivable], paid: list[Payment], day: date, limits: set[int]
) -> None:
    empty = ReceivablesLedger(asked, paid)
    ledger = empty.adding(empty.allocate(day))
    items = ledger.open_items(day)
    reports = {
        one.currency: one for one in ageing(items, day, sorted(limits), ledger.on_account(day))
    }
    for code in ("EUR", "JPY"):
        opened = [item.open for item in items if item.open.currency == code]
        if code in reports:
            assert reports[code].open == sum(opened, Money.zero(code))
            owed = [amount for key, amount in ledger.balances(day).items() if key[2] == code]
            assert reports[code].balance == sum(owed, Money.zero(code))
        else:
            assert not opened, "what is open has a report"
    held = [id_ for report in reports.values() for part in report.buckets for id_ in part.item_ids]
    assert sorted(held) == sorted(item.id for item in items)


@given(claims(), payments(), st.lists(days, max_size=3))
def test_parts_of_a_settlement_relieve_what_was_booked_and_no_more(
    asked: list[Receivable], paid: list[Payment], nights: list[date]
) -> None:
    ledger = ReceivablesLedger(asked, paid)
    for night in [*sorted(nights), LAST]:
        ledger = ledger.adding(ledger.allocate(night))
    for item in ledger.items(LAST):
        assert item.booked is not None
        assert item.carrying is not None
        assert item.carrying.transaction == item.open
        if not item.open:
            assert not item.carrying
        if item.open == item.amount:
            assert item.carrying == item.booked
        assert _between(item.carrying, item.booked)


def _between(part: Booked, whole: Booked) -> bool:
    return all(
        0 <= one.minor <= other.minor
        for one, other in ((part.entity, whole.entity), (part.group, whole.group))
    )
