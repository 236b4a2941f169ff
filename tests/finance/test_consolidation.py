from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal

import attrs
import pytest

from harmony_core.errors import CurrencyMismatch, NotFound
from harmony_core.explanation import Explainer
from harmony_core.finance import (
    Booked,
    BreakReason,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Rate,
    RateBook,
    Role,
    TransferCharge,
    book_transfer,
    consolidate,
)

DAY = date(2026, 3, 31)
ACCOUNTS = {
    Role.INTERCOMPANY_REVENUE: "4900",
    Role.INTERCOMPANY_COST: "5900",
    Role.INTERCOMPANY_RECEIVABLE: "1900",
    Role.INTERCOMPANY_PAYABLE: "2900",
}
GROUP = Group(
    "NB",
    "Northbridge",
    "GBP",
    tuple(
        LegalEntity(name, name, name, currency, accounts=ACCOUNTS)
        for name, currency in [("GB", "GBP"), ("IN", "INR"), ("US", "USD")]
    ),
    date(2024, 4, 1),
)
RATES = RateBook(
    Rate(base, "GBP", DAY, value, source="test")
    for base, value in [("INR", "0.0095"), ("USD", "0.79")]
).with_rates([Rate("INR", "USD", DAY, "0.012", source="test")])


def charge(minor: int, seller: str = "GB") -> TransferCharge:
    why = Explainer("agreed", 1)
    amount = Money(minor, "INR")
    name = why.given("amount", "amount", amount.exact.value, "INR")
    return TransferCharge("T", "IN", seller, amount, why.explanation(name))


def transfer(pair: str, minor: int, seller: str = "GB", day: date = DAY) -> list[JournalEntry]:
    legs = book_transfer(charge(minor, seller), id=pair, day=DAY, group=GROUP, rates=RATES)
    return [attrs.evolve(leg, day=day) for leg in legs]


def sale(minor: int, entity: str = "GB", currency: str = "GBP") -> JournalEntry:
    amount = Booked(Money(minor, currency), Money(minor, currency), Money(minor, "GBP"))
    lines = (
        JournalLine(Role.RECEIVABLE, "1100", amount),
        JournalLine(Role.REVENUE, "4000", -amount),
    )
    return JournalEntry(f"sale:{entity}:{minor}", entity, DAY, "sale", "S", lines)


def gbp(amount: str) -> Money:
    return Money.of(amount, "GBP")


def test_a_matched_pair_leaves_the_group_and_a_sale_stays() -> None:
    books = consolidate([sale(100_00), *transfer("IC-1", 19_575_00)], GROUP)
    assert books.balances == {
        "intercompany_cost": gbp("0.00"),
        "intercompany_payable": gbp("0.00"),
        "intercompany_receivable": gbp("0.00"),
        "intercompany_revenue": gbp("0.00"),
        "receivable": gbp("100.00"),
        "revenue": gbp("-100.00"),
    }
    (pair,) = books.eliminations
    assert (pair.pair, pair.entities, pair.amount) == ("IC-1", ("GB", "IN"), gbp("185.96"))
    assert dict(pair.amounts) == {
        "intercompany_cost": gbp("185.96"),
        "intercompany_payable": gbp("-185.96"),
        "intercompany_receivable": gbp("185.96"),
        "intercompany_revenue": gbp("-185.96"),
    }
    assert books.breaks == ()
    assert books.is_zero
    assert books.currency == "GBP"
    assert pickle.loads(pickle.dumps(books)) == books


def test_a_credit_is_eliminated_like_its_charge() -> None:
    books = consolidate([*transfer("IC-1", 3_132_00), *transfer("IC-2", -3_132_00)], GROUP)
    assert [pair.amount for pair in books.eliminations] == [gbp("29.75"), gbp("-29.75")]
    assert not any(books.eliminated().values())


def test_a_payment_between_companies_is_eliminated_too() -> None:
    amount = Booked(gbp("5"), gbp("5"), gbp("5"))
    in_inr = Booked(gbp("5"), Money.of(526, "INR"), gbp("5"))
    paid = JournalEntry(
        "P:GB", "GB", DAY, "payment", "P",
        (JournalLine(Role.INTERCOMPANY_PAYABLE, "2900", amount), JournalLine("bank", "1", -amount)),
        counterparty="IN", pair="P",
    )  # fmt: skip
    received = JournalEntry(
        "P:IN", "IN", DAY, "payment", "P",
        (JournalLine("bank", "1", in_inr), JournalLine(Role.INTERCOMPANY_RECEIVABLE, "1", -in_inr)),
        counterparty="GB", pair="P",
    )  # fmt: skip
    books = consolidate([paid, received], GROUP)
    assert [pair.amount for pair in books.eliminations] == [gbp("-5")]
    assert books.balances["bank"] == gbp("0")
    assert books.breaks == ()


def test_the_last_day_is_inclusive_and_a_leg_beyond_it_is_missing() -> None:
    ours, theirs = transfer("IC-1", 100_00)
    theirs = attrs.evolve(theirs, day=date(2026, 4, 1))
    at_month_end = consolidate([ours, theirs], GROUP, through=DAY)
    assert [found.reason for found in at_month_end.breaks] == [BreakReason.ONE_LEG]
    assert at_month_end.balances["intercompany_revenue"] == gbp("-0.95")
    assert at_month_end.is_zero
    assert consolidate([ours, theirs], GROUP, through=date(2026, 4, 1)).breaks == ()


def damaged(reason: BreakReason) -> list[JournalEntry]:
    ours, theirs = transfer("IC-1", 100_00)
    match reason:
        case BreakReason.NO_PAIR:
            return [attrs.evolve(ours, pair=None), attrs.evolve(theirs, pair=None)]
        case BreakReason.ONE_LEG:
            return [theirs]
        case BreakReason.TOO_MANY_LEGS:
            return [ours, theirs, attrs.evolve(theirs, id="again")]
        case BreakReason.COUNTERPARTY:
            return [ours, attrs.evolve(theirs, counterparty="US")]
        case BreakReason.ROLES:
            lines = tuple(
                attrs.evolve(line, role=Role.COST_OF_SALES)
                if line.role == Role.INTERCOMPANY_COST
                else line
                for line in theirs.lines
            )
            return [ours, attrs.evolve(theirs, lines=lines)]
        case BreakReason.TRANSACTION_AMOUNT:
            return [ours, transfer("IC-1", 100_01)[1]]
        case BreakReason.GROUP_AMOUNT:
            penny = Money(1, "GBP")
            lines = tuple(
                attrs.evolve(
                    line,
                    amount=attrs.evolve(
                        line.amount,
                        group=line.amount.group
                        + (penny if line.amount.group > gbp("0") else -penny),
                    ),
                )
                for line in theirs.lines
            )
            return [ours, attrs.evolve(theirs, lines=lines)]


@pytest.mark.parametrize("reason", list(BreakReason))
def test_what_does_not_match_stays_in_the_figures_and_says_why(reason: BreakReason) -> None:
    entries = damaged(reason)
    books = consolidate(entries, GROUP)
    assert [found.reason for found in books.breaks] == [reason] * len(entries)
    assert books.eliminations == ()
    assert books.is_zero
    total = sum(line.amount.group.minor for entry in entries for line in entry.lines
                if line.role == Role.INTERCOMPANY_PAYABLE)  # fmt: skip
    assert books.balances[Role.INTERCOMPANY_PAYABLE].minor == total


def test_two_entries_of_one_company_are_no_pair() -> None:
    ours, theirs = transfer("IC-1", 100_00)
    inside = attrs.evolve(theirs, entity="IN", counterparty="IN")
    books = consolidate([attrs.evolve(ours, counterparty="IN"), inside], GROUP)
    assert {found.reason for found in books.breaks} == {BreakReason.COUNTERPARTY}


def test_pairs_between_several_companies_are_matched_each_by_its_id() -> None:
    entries = [*transfer("IC-1", 100_00), *transfer("IC-2", 100_00, seller="US")]
    books = consolidate(entries, GROUP)
    assert [pair.entities for pair in books.eliminations] == [("GB", "IN"), ("IN", "US")]
    swapped = [entries[0], attrs.evolve(entries[3], pair="IC-1"), *entries[1:3]]
    assert len(consolidate(swapped, GROUP).breaks) == 4  # equal totals do not make a pair


def test_rows_show_companies_eliminations_and_group() -> None:
    rows = consolidate([sale(100_00), *transfer("IC-1", 19_575_00)], GROUP).as_rows()
    assert rows[0] == {
        "role": "intercompany_cost",
        "GB": Decimal("185.96"),
        "IN": Decimal("0.00"),
        "eliminated": Decimal("-185.96"),
        "group": Decimal("0.00"),
    }
    assert len(rows) == 6


def test_a_stranger_and_a_foreign_group_column_are_refused() -> None:
    with pytest.raises(NotFound, match="no entity 'FR'"):
        consolidate([sale(1, "FR")], GROUP)
    with pytest.raises(CurrencyMismatch):
        consolidate([sale(1)], attrs.evolve(GROUP, currency="EUR"))
