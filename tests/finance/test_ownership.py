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
    Booked,
    BreakReason,
    CostView,
    Holding,
    JournalEntry,
    JournalLine,
    Money,
    Ownership,
    Role,
    StatementClass,
    consolidate,
    consolidate_days,
    profit_facts,
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


@given(books(), holdings(), st.lists(days, max_size=8))
def test_days_gone_through_in_one_pass_are_what_each_is_alone(
    entries: list[JournalEntry], ownership: Ownership, asked: list[date]
) -> None:
    found = list(consolidate_days(entries, GROUP, asked, ownership=ownership))
    assert found == [consolidate(entries, GROUP, day, ownership=ownership) for day in sorted(asked)]


RESULT = (Role.REVENUE, Role.INTERCOMPANY_REVENUE, Role.INTERCOMPANY_COST)


@given(books(), holdings())
def test_the_group_contributes_what_its_books_show_whoever_joined_and_left(
    entries: list[JournalEntry], ownership: Ownership
) -> None:
    found = consolidate(entries, GROUP, ownership=ownership)
    shown = -sum(found.balances[role].minor for role in RESULT if role in found.balances)
    facts = profit_facts(entries, CostView.GROUP, GROUP, ownership=ownership)
    assert facts.total.contribution.minor == shown


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


def test_what_is_held_through_others_is_multiplied_and_added_up() -> None:
    """Three levels by hand: 0.8 x 0.6 = 0.48, and 0.48 x 0.5 = 0.24, with 0.1 of its own 0.34."""
    third = FIRST + timedelta(days=60)
    held = Ownership.of(
        Holding("US", FIRST, "0.5", holder="IN"),
        Holding("US", third, "0.1"),
        Holding("IN", FIRST, "0.6", holder="GB"),
        Holding("GB", FIRST, "0.8", third - timedelta(days=31)),
        Holding("GB", third - timedelta(days=30), 1),
    )
    assert held.share("US", FIRST) == Fraction(6, 25)
    assert held.share("US", third - timedelta(days=31)) == Fraction(6, 25)
    assert held.share("US", third - timedelta(days=30)) == Fraction(3, 10)
    assert held.share("US", third) == Fraction(2, 5)
    assert held.share("IN", third) == Fraction(3, 5)
    assert (held.joined("US"), held.left("US")) == (FIRST, None)
    found = consolidate([sale_on(FIRST, 100_00, "US")], GROUP, ownership=held)
    assert found.minority == {"US": gbp("76.00")}


def test_a_company_goes_with_the_one_that_holds_it() -> None:
    held = Ownership.of(Holding("IN", FIRST, 1, DAY), Holding("US", FIRST, "0.6", holder="IN"))
    assert held.left("US") == DAY
    assert held.share("US", DAY + timedelta(days=1)) is None
    whole = Ownership.of(Holding("US", DAY, "0.6", holder="IN"))
    assert whole.share("US", DAY) == Fraction(3, 5)  # nobody holds IN: it belongs, and whole
    sold_upwards = Ownership.of(
        Holding("IN", FIRST, 1, DAY),
        Holding("US", FIRST, "0.6", DAY, holder="IN"),
        Holding("US", DAY + timedelta(days=1), "0.6"),
    )
    assert sold_upwards.left("US") is None
    assert sold_upwards.share("US", LAST) == Fraction(3, 5)


def test_chains_that_cannot_be_are_refused() -> None:
    circle = [Holding("IN", FIRST, holder="US"), Holding("US", FIRST, holder="IN")]
    with pytest.raises(InvalidValue, match="companies hold each other"):
        Ownership.of(*circle)
    with pytest.raises(InvalidValue, match="cannot hold itself"):
        Holding("IN", FIRST, holder="IN")
    with pytest.raises(InvalidValue, match=r"have 1.1 of 'US': together they have at most 1"):
        Ownership.of(Holding("US", FIRST, "0.6", holder="IN"), Holding("US", FIRST, "0.5"))
    with pytest.raises(InvalidValue, match="by the same holder overlap on"):
        Ownership.of(
            Holding("US", FIRST, "0.6", holder="IN"), Holding("US", DAY, "0.1", holder="IN")
        )
    with pytest.raises(InvalidValue, match="a company that comes back needs an id of its own"):
        Ownership.of(
            Holding("IN", DAY), Holding("US", FIRST, "0.5", FIRST), Holding("US", DAY, holder="IN")
        )


def paid(pair: str, payer: str, payee: str, minor: int, day: date) -> list[JournalEntry]:
    """A payment in rupees between two companies of pounds and rupees, at 0.0095."""
    rupees, pounds = Money(minor, "INR"), Money(minor * 95 // 10_000, "GBP")
    own = {"GB": pounds, "IN": rupees}
    legs = []
    for entity, other, role, sign in (
        (payer, payee, Role.INTERCOMPANY_PAYABLE, 1),
        (payee, payer, Role.INTERCOMPANY_RECEIVABLE, -1),
    ):
        amount = Booked(rupees, own[entity], pounds)
        amount = amount if sign > 0 else -amount
        lines = (JournalLine(role, "1", amount), JournalLine(Role.BANK, "2", -amount))
        legs.append(
            JournalEntry(f"{pair}:{entity}", entity, day, "payment", pair, lines, other, pair)
        )
    return legs


def test_what_two_owed_each_other_before_one_joined_is_owed_within_the_group_now() -> None:
    joined = DAY + timedelta(days=1)
    ownership = Ownership.of(Holding("IN", joined))
    entries = transfer("IC-1", 20_000_00, day=DAY)
    before = consolidate(entries, GROUP, DAY, ownership=ownership)
    assert before.balances[Role.INTERCOMPANY_PAYABLE] == gbp("-190.00")
    assert not before.eliminations
    owing = consolidate(entries, GROUP, joined, ownership=ownership)
    assert {role: money for role, money in owing.balances.items() if money} == {
        ACQUIRED_EQUITY: gbp("-190.00"),  # what it had earned of a customer, who is a sister now
        Role.INTERCOMPANY_COST: gbp("190.00"),  # was the cost of a stranger's work
    }
    assert not owing.breaks
    settled = [*entries, *paid("PAY-1", "GB", "IN", 20_000_00, joined)]
    done = consolidate(settled, GROUP, ownership=ownership)
    assert done.is_zero
    assert not done.balances[Role.INTERCOMPANY_PAYABLE]
    assert not done.balances[Role.INTERCOMPANY_RECEIVABLE]
    assert not done.balances[Role.BANK]


def test_who_pays_after_it_left_pays_as_a_stranger() -> None:
    later = DAY + timedelta(days=10)
    entries = [*transfer("IC-1", 20_000_00, day=DAY), *paid("P", "GB", "IN", 20_000_00, later)]
    ownership = Ownership.of(Holding("IN", FIRST, 1, DAY))
    found = consolidate(entries, GROUP, later, ownership=ownership)
    assert {role: money for role, money in found.balances.items() if money} == {
        Role.BANK: gbp("-190.00"),
        DISPOSED_NET_ASSETS: gbp("190.00"),
    }
    assert not found.breaks


def test_what_moves_nothing_between_two_companies_needs_no_pair() -> None:
    """A revaluation of a debt in the group's own currency shows in the debtor's books only."""
    rupees = Booked(gbp("0"), Money.of(12, "INR"), gbp("0"))
    lines = (
        JournalLine(Role.INTERCOMPANY_PAYABLE, "2900", -rupees),
        JournalLine(Role.EXCHANGE_DIFFERENCE, "4840", rupees),
    )
    shown = JournalEntry("REV-1", "IN", DAY, "revaluation", "REV-1", lines, "GB")
    assert not consolidate([shown], GROUP).breaks


def test_work_of_a_company_before_it_joined_is_bought_of_a_stranger() -> None:
    """Charged 185.96 GBP before it joined, and 29.75 GBP after."""
    joined = DAY + timedelta(days=1)
    entries = [*transfer("IC-1", 19_575_00), *transfer("IC-2", 3_132_00, day=joined)]
    ownership = Ownership.of(Holding("IN", joined))
    total = profit_facts(entries, CostView.GROUP, GROUP, ownership=ownership).total
    assert (total.direct_cost, total.revenue) == (gbp("185.96"), gbp("0.00"))
    apart = profit_facts(entries, CostView.ENTITY, GROUP, ownership=ownership).total
    assert apart.transfer_cost == gbp("185.96")
    assert not profit_facts(entries, CostView.GROUP, GROUP).total.cost
