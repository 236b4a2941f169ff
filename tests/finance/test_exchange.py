"""Payments relieve what was booked, exactly; what is not realised comes back the next day."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from harmony_core.errors import AccountNotMapped, CurrencyMismatch, InvalidValue
from harmony_core.finance import (
    Booked,
    BookingRates,
    Column,
    ExchangeAccounts,
    LegalEntity,
    MonetaryItem,
    Money,
    Rate,
    Role,
    book_revaluation,
    book_settlement,
    booked_sum,
    dimensions,
    revalue,
    trial_balance,
)

DAY = date(2026, 3, 31)
BOOKS = LegalEntity(
    "DE",
    "GmbH",
    "DE",
    "EUR",
    accounts={
        "receivable": "1200",
        "payable": "1600",
        "bank": "1800",
        "exchange_difference": "4840",
        "exchange_difference.unrealised": "4841",
    },
)
ACCOUNTS = ExchangeAccounts(BOOKS, Role.RECEIVABLE, dimensions(customer="K-1"))
values = st.fractions(Fraction(1, 100), 200, max_denominator=10_000)


def rates(to_entity: Fraction | str, to_group: Fraction | str, base: str = "USD") -> BookingRates:
    return BookingRates(
        Rate(base, "EUR", DAY, Fraction(to_entity), source="bank").found,
        Rate(base, "GBP", DAY, Fraction(to_group), source="bank").found,
    )


both = st.builds(rates, values, values)


@given(
    st.lists(st.integers(1, 10**7), min_size=1, max_size=6),
    both,
    st.lists(both, min_size=6, max_size=6),
    st.booleans(),
)
def test_any_number_of_payments_relieves_the_whole(
    parts: list[int], first: BookingRates, later: list[BookingRates], owed_by_us: bool
) -> None:
    sign = -1 if owed_by_us else 1
    item = MonetaryItem(first.book(Money(sign * sum(parts), "USD")))
    relieved, gains, entries = [], [], []
    for number, (minor, now) in enumerate(zip(parts, later, strict=False)):
        paid, item = item.settle(Money(sign * minor, "USD"), now)
        relieved.append(paid.relieved)
        gains.append(paid.gain)
        assert not paid.gain.transaction
        entry = book_settlement(f"P-{number}", DAY, paid, ACCOUNTS, source="PAY", bank="bank")
        entries.append(entry)
    assert not item.open
    assert not item.carrying
    assert booked_sum(relieved, item.booked.currencies) == item.booked
    for column in Column:
        balances = {
            row.account: row.balance for row in trial_balance(entries, column=column).accounts
        }
        assert balances["1200"] == -item.booked.column(column)
        gained = booked_sum(gains, item.booked.currencies).column(column)
        assert balances.get("4840", Money.zero(gained.currency)) == -gained


@given(both, both, st.integers(-(10**8), 10**8).filter(bool), st.integers(0, 100))
def test_what_is_not_realised_is_taken_back(
    first: BookingRates, closing: BookingRates, minor: int, percent: int
) -> None:
    item = MonetaryItem(first.book(Money(minor, "USD")), paid=Money(minor * percent // 100, "USD"))
    made = book_revaluation("REV-1", DAY, [(item, closing)], ACCOUNTS)
    shown = closing.book(item.open)
    if made is None:
        assert (shown.entity, shown.group) == (item.carrying.entity, item.carrying.group)
        return
    entry, back = made
    assert back.day == date(2026, 4, 1)
    receivable = next(line for line in entry.lines if line.account == "1200")
    assert item.carrying.entity + receivable.amount.entity == shown.entity
    assert item.carrying.group + receivable.amount.group == shown.group
    assert not receivable.amount.transaction
    both_ = trial_balance([entry, back], column=Column.ENTITY)
    assert not any(row.balance for row in both_.accounts)


@given(both, both, both, st.integers(1, 10**8))
def test_what_a_year_shows_and_a_payment_realises_is_one_difference(
    first: BookingRates, closing: BookingRates, now: BookingRates, minor: int
) -> None:
    item = MonetaryItem(first.book(Money(minor, "USD")))
    entries = list(book_revaluation("REV-1", DAY, [(item, closing)], ACCOUNTS) or ())
    paid, _ = item.settle(item.open, now)
    entries.append(book_settlement("P-1", DAY, paid, ACCOUNTS, source="PAY", bank="bank"))
    assume(paid.gain)
    sums = trial_balance(entries, column=Column.ENTITY).accounts
    differences = [row.balance for row in sums if row.account in {"4840", "4841"}]
    assert sum(money.minor for money in differences) == -paid.gain.entity.minor


def test_known_figures() -> None:
    item = MonetaryItem(rates("0.90", "0.80").book(Money.of(10_000, "USD")))
    paid, rest = item.settle(Money.of(10_000, "USD"), rates("0.93", "0.78"))
    assert paid.cash.entity == Money.of(9300, "EUR")
    assert paid.gain == Booked(Money.of(0, "USD"), Money.of(300, "EUR"), Money.of(-200, "GBP"))
    assert not rest.carrying
    closing = Rate("USD", "EUR", DAY, "0.95", source="bank").found
    new, unrealised = revalue(Money.of("-0.03", "EUR"), Money.of(0, "USD"), closing)
    assert (new, unrealised) == (Money.of(0, "EUR"), Money.of("0.03", "EUR"))


def test_several_items_are_revalued_together() -> None:
    now = rates("0.95", "0.80")
    items = [
        (MonetaryItem(rates("0.90", "0.80").book(Money.of(amount, "USD"))), now)
        for amount in (100, 200)
    ]
    made = book_revaluation("REV-1", DAY, items, ACCOUNTS)
    assert made is not None
    lines = {line.account: line.amount.entity for line in made[0].lines}
    assert lines == {"1200": Money.of(15, "EUR"), "4841": Money.of(-15, "EUR")}
    assert book_revaluation("REV-2", DAY, [], ACCOUNTS) is None
    odd = MonetaryItem(rates("0.90", "0.80", "JPY").book(Money.of(1000, "JPY")))
    with pytest.raises(CurrencyMismatch):
        book_revaluation("REV-3", DAY, [*items, (odd, rates("0.9", "0.8", "JPY"))], ACCOUNTS)


def test_what_cannot_be_paid_is_refused() -> None:
    at = rates("0.90", "0.80")
    item = MonetaryItem(at.book(Money.of(100, "USD")))
    for amount in ("100.01", "0", "-1"):
        with pytest.raises(InvalidValue, match=r"cannot settle 100.00 USD: pay up to what is open"):
            item.settle(Money.of(amount, "USD"), at)
    with pytest.raises(CurrencyMismatch):
        item.settle(Money.of(1, "EUR"), at)
    with pytest.raises(CurrencyMismatch):
        revalue(Money.of(1, "GBP"), Money.of(1, "USD"), at.to_entity)
    paid, _ = item.settle(Money.of(1, "USD"), rates("2", "2"))
    bare = ExchangeAccounts(LegalEntity("DE", "GmbH", "DE", "EUR"), Role.RECEIVABLE)
    with pytest.raises(AccountNotMapped, match="bank"):
        book_settlement("P-1", DAY, paid, bare, source="PAY", bank="bank")
