"""Work in progress within the group stands at what it cost the group, whatever was charged."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.finance import (
    Consolidation,
    Exact,
    Group,
    Holding,
    IntercompanyPair,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Ownership,
    Rate,
    RateBook,
    Role,
    UnbilledTransfer,
    booking_rates,
    consolidate,
)

DAY = date(2026, 3, 31)
ROLES = (
    Role.LABOUR_COST,
    Role.LABOUR_ABSORBED,
    Role.WORK_IN_PROGRESS,
    Role.WORK_CAPITALISED,
    Role.INTERCOMPANY_REVENUE,
    Role.INTERCOMPANY_COST,
    Role.INTERCOMPANY_RECEIVABLE,
    Role.INTERCOMPANY_PAYABLE,
)
GROUP = Group(
    "G",
    "Group",
    "GBP",
    tuple(
        LegalEntity(id_, id_, id_, code, accounts={role: role for role in ROLES})
        for id_, code in (("GB", "GBP"), ("IN", "INR"))
    ),
    DAY,
)
RATES = RateBook([Rate("INR", "GBP", DAY, "0.0095", source="house")])


def delivered(
    charged: Money, cost: Money, share: Exact = 1
) -> tuple[list[JournalEntry], UnbilledTransfer]:
    """India works for Britain, which has billed the customer for a part of it."""
    leg = booking_rates(RATES, "INR", "INR", "GBP", DAY).book(charged)
    owed = -booking_rates(RATES, "INR", "GBP", "GBP", DAY).mirror(leg)
    pair = IntercompanyPair("IC-1", DAY, "IN", "GB", leg, owed)
    true_cost = booking_rates(RATES, cost.currency, "INR", "GBP", DAY).book(cost)
    unbilled = UnbilledTransfer(pair, true_cost.group, share)
    labour = JournalEntry(
        "LAB-1",
        "IN",
        DAY,
        "labour",
        "T-1",
        (
            JournalLine(Role.LABOUR_COST, Role.LABOUR_COST, true_cost),
            JournalLine(Role.LABOUR_ABSORBED, Role.LABOUR_ABSORBED, -true_cost),
        ),
    )
    return [labour, *pair.entries(GROUP, "T-1"), *unbilled.entries(DAY, GROUP)], unbilled


def inr(amount: int) -> Money:
    return Money.of(amount, "INR")


def figures(result: Consolidation) -> dict[str, str]:
    return {role: str(amount) for role, amount in result.balances.items() if amount}


def test_of_12_and_a_half_hours_from_india_the_mark_up_waits_for_the_bill() -> None:
    # 12.5 h at 1,450 INR, charged with 8 per cent on top
    entries, unbilled = delivered(Money.of("19575.00", "INR"), Money.of("18125.00", "INR"))
    assert str(unbilled.margin) == "13.77 GBP"
    plain = consolidate(entries, GROUP, DAY)
    assert str(plain.balances[Role.WORK_IN_PROGRESS]) == "185.96 GBP"
    result = consolidate(entries, GROUP, DAY, unbilled=[unbilled])
    assert figures(result) == {
        Role.LABOUR_COST: "172.19 GBP",
        Role.LABOUR_ABSORBED: "-172.19 GBP",
        Role.WORK_IN_PROGRESS: "172.19 GBP",
        Role.WORK_CAPITALISED: "-172.19 GBP",
    }
    assert result.is_zero
    assert result.unbilled == (unbilled,)
    [row] = [row for row in result.as_rows() if row["role"] == Role.WORK_IN_PROGRESS]
    assert (str(row["GB"]), str(row["eliminated"]), str(row["group"])) == (
        "185.96",
        "-13.77",
        "172.19",
    )
    assert pickle.loads(pickle.dumps(result)) == result


def test_on_the_next_day_the_books_have_taken_it_back() -> None:
    entries, _ = delivered(inr(19575), inr(18125))
    result = consolidate(entries, GROUP, DAY + timedelta(days=1))
    assert not result.balances[Role.WORK_IN_PROGRESS]
    assert not result.balances[Role.WORK_CAPITALISED]


charges = st.integers(-(10**6), 10**6).map(lambda minor: Money(minor, "INR"))
costs = st.integers(0, 10**6).map(lambda minor: Money(minor, "INR"))
shares = st.fractions(0, 1, max_denominator=7)


@given(st.lists(charges, min_size=2, max_size=2), costs, shares)
def test_no_transfer_price_changes_what_the_group_shows(
    prices: list[Money], cost: Money, share: Fraction
) -> None:
    shown = []
    for price in prices:
        entries, unbilled = delivered(price, cost, share)
        result = consolidate(entries, GROUP, DAY, unbilled=[unbilled])
        assert result.is_zero
        assert not result.breaks
        parts: dict[str, int] = {}
        for part in result.parts.values():
            for role, amount in part.items():
                parts[role] = parts.get(role, 0) + amount.minor
        eliminated = {role: amount.minor for role, amount in result.eliminated().items()}
        for role, amount in result.balances.items():
            assert amount.minor == parts.get(role, 0) - eliminated.get(role, 0)
        shown.append(figures(result))
    assert shown[0] == shown[1]


def test_what_a_stranger_put_on_top_stays() -> None:
    entries, unbilled = delivered(inr(19575), inr(18125))
    alone = consolidate(entries, GROUP, DAY, only=["GB"], unbilled=[unbilled])
    assert alone.unbilled == ()
    assert str(alone.balances[Role.WORK_IN_PROGRESS]) == "185.96 GBP"
    before = consolidate(entries, GROUP, DAY - timedelta(days=1), unbilled=[unbilled])
    assert before.unbilled == ()


def test_other_owners_of_the_performer_have_no_part_in_what_is_not_earned() -> None:
    entries, unbilled = delivered(inr(19575), inr(18125))
    owned = Ownership.of(Holding("IN", date(2020, 1, 1), Fraction(3, 5)))
    whole = consolidate(entries, GROUP, DAY, ownership=owned)
    less = consolidate(entries, GROUP, DAY, ownership=owned, unbilled=[unbilled])
    # two fifths of 185.96, which India earned, and of that less 13.77
    assert [str(one.minority["IN"]) for one in (whole, less)] == ["74.38 GBP", "68.88 GBP"]


def test_what_cannot_be_is_refused() -> None:
    _, unbilled = delivered(inr(100), inr(90))
    with pytest.raises(InvalidValue, match="from 0 to 1"):
        UnbilledTransfer(unbilled.pair, unbilled.cost, 2)
    with pytest.raises(CurrencyMismatch):
        UnbilledTransfer(unbilled.pair, inr(90))
