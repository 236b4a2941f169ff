"""Companies that join and leave, other owners, and sub-groups: the figures stay in balance."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import (
    ACQUIRED_EQUITY,
    DISPOSED_NET_ASSETS,
    BreakReason,
    Holding,
    JournalEntry,
    Money,
    Ownership,
    Role,
    StatementClass,
    consolidate,
)
from tests.finance.test_consolidation import DAY, GROUP, gbp, sale, transfer

NAMES = ("GB", "IN", "US")
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
days = st.dates(FIRST, LAST)


def sale_on(day: date, minor: int, entity: str) -> JournalEntry:
    return attrs.evolve(sale(minor, entity), id=f"{entity}:{day}:{minor}", day=day)


@st.composite
def books(draw: st.DrawFn) -> list[JournalEntry]:
    found: list[JournalEntry] = []
    for number in range(draw(st.integers(0, 6))):
        day, minor = draw(days), draw(st.integers(-(10**6), 10**6))
        if draw(st.booleans()):
            found += transfer(f"IC-{number}", minor, draw(st.sampled_from(["GB", "US"])), day)
        else:
            found.append(sale_on(day, minor, draw(st.sampled_from(NAMES))))
    return found


@st.composite
def holdings(draw: st.DrawFn) -> Ownership:
    found = []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        first = draw(days)
        changes = draw(st.integers(1, 2))
        for number in range(changes):
            last = first + timedelta(days=draw(st.integers(0, 60)))
            ends = number + 1 < changes or draw(st.booleans())
            share = draw(st.fractions(Fraction(1, 10), 1, max_denominator=20))
            found.append(Holding(name, first, share, last if ends else None))
            first = last + timedelta(days=1)
    return Ownership.of(*found)


@given(books(), holdings(), days, st.sets(st.sampled_from(NAMES), min_size=1))
def test_every_company_balances_and_so_does_the_group(
    entries: list[JournalEntry], ownership: Ownership, through: date, only: set[str]
) -> None:
    found = consolidate(entries, GROUP, through, ownership=ownership, only=only)
    assert found.is_zero
    for part in found.parts.values():
        assert not sum(money.minor for money in part.values())
    for elimination in found.eliminations:
        assert not sum(money.minor for _, money in elimination.amounts)
        assert set(elimination.entities) <= only
    assert set(found.parts) <= only
    shuffled = consolidate(entries[::-1], GROUP, through, ownership=ownership, only=only)
    assert shuffled == found


@given(books(), days)
def test_one_who_always_belonged_changes_nothing(
    entries: list[JournalEntry], through: date
) -> None:
    always = Ownership.of(*(Holding(name, FIRST) for name in NAMES))
    assert consolidate(entries, GROUP, through, ownership=always) == consolidate(
        entries, GROUP, through
    )
    everybody = consolidate(entries, GROUP, through, only=NAMES)
    assert everybody == consolidate(entries, GROUP, through)


@given(books(), days, st.fractions(Fraction(1, 10), 1, max_denominator=20))
def test_other_owners_have_their_part_of_the_profit(
    entries: list[JournalEntry], joined: date, share: Fraction
) -> None:
    ownership = Ownership.of(Holding("IN", joined, share))
    found = consolidate(entries, GROUP, ownership=ownership)
    profit = -sum(
        money.minor
        for role, money in found.parts.get("IN", {}).items()
        if role in {Role.REVENUE, Role.INTERCOMPANY_REVENUE}
    )
    minority = found.minority.get("IN", Money.zero("GBP")).minor
    assert abs(minority - profit * (1 - share)) <= Fraction(1, 2)


def test_what_was_earned_before_is_bought_equity() -> None:
    entries = [sale_on(DAY, 100_00, "IN"), sale_on(DAY + timedelta(days=1), 50_00, "IN")]
    ownership = Ownership.of(Holding("IN", DAY + timedelta(days=1), "0.8"))
    found = consolidate(entries, GROUP, ownership=ownership)
    assert dict(found.parts["IN"]) == {
        ACQUIRED_EQUITY: gbp("-100.00"),
        Role.RECEIVABLE: gbp("150.00"),
        Role.REVENUE: gbp("-50.00"),
    }
    assert found.minority == {"IN": gbp("10.00")}
    assert not consolidate(entries, GROUP, DAY, ownership=ownership).parts


def test_one_that_left_takes_its_balance_sheet_along() -> None:
    later = DAY + timedelta(days=10)
    entries = [sale_on(DAY, 100_00, "IN"), sale_on(later, 50_00, "IN")]
    entries += transfer("IC-1", 19_575_00, day=DAY)
    ownership = Ownership.of(Holding("IN", FIRST, 1, DAY))
    then = consolidate(entries, GROUP, DAY, ownership=ownership)
    assert then.parts["IN"][Role.RECEIVABLE] == gbp("100.00")
    assert Role.INTERCOMPANY_RECEIVABLE not in {r for r, m in then.balances.items() if m}
    now = consolidate(entries, GROUP, later, ownership=ownership)
    assert now.parts["IN"][Role.REVENUE] == gbp("-100.00")
    assert now.balances[Role.INTERCOMPANY_PAYABLE] == gbp("-185.96")  # owed to a stranger now
    assert not now.balances[Role.INTERCOMPANY_REVENUE]
    assert not now.balances[Role.INTERCOMPANY_COST]
    assert now.parts["IN"][DISPOSED_NET_ASSETS] == gbp("285.96")
    assert not now.breaks


def test_a_sub_group_owes_its_sisters_as_it_owes_strangers() -> None:
    entries = [*transfer("IC-1", 19_575_00, "GB"), *transfer("IC-2", 10_000_00, "US")]
    found = consolidate(entries, GROUP, only=["GB", "IN"])
    assert [one.pair for one in found.eliminations] == ["IC-1"]
    assert not found.breaks
    assert found.balances[Role.INTERCOMPANY_RECEIVABLE] == gbp("95.00")
    lost = consolidate(entries[:1], GROUP, only=["GB", "IN"])
    assert [one.reason for one in lost.breaks] == [BreakReason.ONE_LEG]
    with pytest.raises(NotFound):
        consolidate([], GROUP, only=["FR"])


def test_roles_of_the_hosts_own_need_a_place_only_where_it_matters() -> None:
    odd = attrs.evolve(
        sale(100, "IN"),
        lines=tuple(attrs.evolve(line, role="goodwill") for line in sale(100, "IN").lines),
    )
    assert consolidate([odd], GROUP).is_zero
    joins = Ownership.of(Holding("IN", DAY + timedelta(days=1)))
    with pytest.raises(NotFound, match="no class of the statements for the role 'goodwill'"):
        consolidate([odd], GROUP, ownership=joins)
    placed = consolidate(
        [odd], GROUP, ownership=joins, classes={"goodwill": StatementClass.BALANCE_SHEET}
    )
    assert placed.parts["IN"] == {"goodwill": gbp("0")}


def test_holdings_follow_each_other() -> None:
    one = Holding("IN", FIRST, "0.6", DAY)
    held = Ownership.of(Holding("IN", DAY + timedelta(days=1), 1, LAST), one)
    assert held.share("IN", DAY) == Fraction(3, 5)
    assert held.share("IN", DAY + timedelta(days=1)) == 1
    assert (held.joined("IN"), held.left("IN")) == (FIRST, LAST)
    assert held.share("IN", LAST + timedelta(days=1)) is None
    assert held.share("GB", date.min) == 1
    for later in (Holding("IN", DAY), Holding("IN", DAY + timedelta(days=2))):
        with pytest.raises(InvalidValue, match="do not follow each other"):
            Ownership.of(one, later)
    with pytest.raises(InvalidValue, match="do not follow each other"):
        Ownership.of(Holding("IN", FIRST), Holding("IN", DAY))
    with pytest.raises(InvalidValue, match="the last day comes first"):
        Holding("IN", DAY, 1, FIRST)
    for share in (0, "1.1"):
        with pytest.raises(InvalidValue, match="above 0 up to 1"):
            Holding("IN", DAY, share)
