"""Whatever is paid, credited, written off and reversed: the books hold what the items carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import (
    PayablesLedger,
    Payment,
    Receivable,
    ReceivablesLedger,
    book_allocations,
    book_open_items,
    book_payment,
)
from harmony_core.contracts import Side
from harmony_core.finance import (
    Booked,
    Column,
    JournalEntry,
    MonetaryItem,
    Money,
    RateKind,
    Role,
    booked_sum,
    trial_balance,
)
from tests.billing.receivables import LAST, claims, days, payments
from tests.strategies import TERMS

Account = tuple[str, str]


def in_books(asked: Iterable[Receivable]) -> list[Receivable]:
    """The documents at the rates of their days."""
    return [
        attrs.evolve(
            one,
            booked=TERMS.booking_rates(one.amount.currency, "DE", one.day).book(one.amount),
        )
        for one in asked
    ]


def on_the_account(entries: Iterable[JournalEntry]) -> dict[Account, Booked]:
    """What stands on the account of each party, by currency, as he would see it."""
    found: defaultdict[Account, list[Booked]] = defaultdict(list)
    for entry in entries:
        for line in entry.lines:
            currency = line.amount.transaction.currency
            if line.role == Role.RECEIVABLE:
                found[str(line.dimension("customer")), currency].append(line.amount)
            if line.role == Role.PAYABLE:
                found[str(line.dimension("supplier")), currency].append(-line.amount)
    sums = {key: booked_sum(rows, rows[0].currencies) for key, rows in found.items()}
    return {key: amount for key, amount in sums.items() if amount}


def carried(ledger: ReceivablesLedger) -> dict[Account, Booked]:
    """What documents and payments carry by themselves, less what is on account."""
    found: defaultdict[Account, list[Booked]] = defaultdict(list)
    for item in ledger.open_items(LAST):
        assert item.carrying is not None
        found[item.party_id, item.amount.currency].append(item.carrying)
    for source in ledger.on_account(LAST):
        rates = TERMS.booking_rates(source.amount.currency, "DE", source.day)
        whole = source.booked or rates.book(source.amount)
        if source.in_books is not None:
            whole = attrs.evolve(whole, entity=source.in_books)
        left = MonetaryItem(whole, paid=source.allocated).carrying
        found[source.party_id, source.amount.currency].append(-left)
    sums = {key: booked_sum(rows, rows[0].currencies) for key, rows in found.items()}
    return {key: amount for key, amount in sums.items() if amount}


def opening(asked: Iterable[Receivable]) -> dict[Account, Booked]:
    found: dict[Account, Booked] = {}
    for one in asked:
        key = one.party_id, one.amount.currency
        found[key] = found[key] + one.booked if key in found else one.booked
    return found


def together(*parts: dict[Account, Booked]) -> dict[Account, Booked]:
    found: dict[Account, Booked] = {}
    for part in parts:
        for key, amount in part.items():
            found[key] = found[key] + amount if key in found else amount
    return {key: amount for key, amount in found.items() if amount}


sides = st.sampled_from([(Side.SELL, ReceivablesLedger), (Side.BUY, PayablesLedger)])
at_the_bank = st.none() | st.integers(1, 10**5).map(lambda minor: Money(minor, "EUR"))
written_off = st.sampled_from([Role.BANK, Role.BANK, Role.BAD_DEBT])


@given(claims(), payments(named=2), days, sides, st.data())
def test_the_account_holds_what_the_open_items_carry_in_every_column(
    asked: list[Receivable],
    paid: list[Payment],
    day: date,
    of: tuple[Side, type[ReceivablesLedger]],
    data: st.DataObject,
) -> None:
    side, kind = of
    asked = [attrs.evolve(one, side=side) for one in in_books(asked)]
    paid = [attrs.evolve(one, account=data.draw(written_off), side=side) for one in paid]
    paid = [
        attrs.evolve(one, in_books=data.draw(at_the_bank)) if one.amount.currency == "JPY" else one
        for one in paid
    ]
    ledger = kind(asked, paid)
    entries = [book_payment(one, TERMS) for one in paid]
    for when in (day, LAST):
        made = ledger.allocate(when)
        entries += book_allocations(ledger, made, TERMS)
        ledger = ledger.adding(made)
        assert together(opening(asked), on_the_account(entries)) == carried(ledger)
        standing = [one.source_id for one in made]
        bounced: bool = data.draw(st.booleans())
        if standing and bounced:
            back = ledger.returned(data.draw(st.sampled_from(standing)), LAST)
            entries += book_allocations(ledger, back, TERMS)
            ledger = ledger.adding(back)
            assert together(opening(asked), on_the_account(entries)) == carried(ledger)
    other = Role.PAYABLE if side is Side.SELL else Role.RECEIVABLE
    assert other not in {line.role for entry in entries for line in entry.lines}
    assert len({entry.id for entry in entries}) == len(entries)
    for column in Column:
        assert trial_balance(entries, column=column).is_zero


@given(claims(), payments(), days, sides)
def test_a_revaluation_shows_the_closing_rate_and_takes_itself_back(
    asked: list[Receivable],
    paid: list[Payment],
    day: date,
    of: tuple[Side, type[ReceivablesLedger]],
) -> None:
    side, kind = of
    ledger = kind(
        [attrs.evolve(one, side=side) for one in in_books(asked)],
        [attrs.evolve(one, side=side) for one in paid],
    )
    ledger = ledger.adding(ledger.allocate(day))
    shown = list(book_open_items(ledger, LAST, TERMS, kind=RateKind.SPOT))
    assert not on_the_account(shown)
    assert {entry.day for entry in shown} <= {LAST, LAST + timedelta(days=1)}
    at_the_end = together(
        carried(ledger), on_the_account(entry for entry in shown if entry.day == LAST)
    )
    for (party, code), owed in at_the_end.items():
        open_ = ledger.balances(LAST).get(("DE", party, code))
        assert open_ is None or owed.transaction == open_
        if code == "JPY" and open_ is not None:
            rates = TERMS.booking_rates(code, "DE", LAST)
            items = [one.open for one in ledger.open_items(LAST) if one.party_id == party]
            closing = [rates.book(one) for one in items if one.currency == code]
            closing += [
                -rates.book(one.left)
                for one in ledger.on_account(LAST)
                if one.party_id == party and one.amount.currency == code
            ]
            assert owed == booked_sum(closing, owed.currencies)


@given(claims(), payments(named=2), days)
def test_what_a_supplier_is_owed_is_booked_as_the_mirror_of_what_a_customer_owes(
    asked: list[Receivable], paid: list[Payment], day: date
) -> None:
    def booked(side: Side, kind: type[ReceivablesLedger]) -> list[list[Booked]]:
        claims = [attrs.evolve(one, side=side) for one in in_books(asked)]
        payments = [attrs.evolve(one, side=side) for one in paid]
        ledger = kind(claims, payments)
        entries = [book_payment(one, TERMS) for one in payments]
        made = ledger.allocate(day)
        entries += book_allocations(ledger, made, TERMS)
        entries += book_open_items(ledger.adding(made), LAST, TERMS, kind=RateKind.SPOT)
        return [[line.amount for line in entry.lines] for entry in entries]

    turned = [[-amount for amount in lines] for lines in booked(Side.BUY, PayablesLedger)]
    assert turned == booked(Side.SELL, ReceivablesLedger)
