"""Consolidation equals the sum of its parts less the pairs, for any set of entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

import attrs
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.finance import (
    BreakReason,
    Consolidation,
    CostView,
    ExactAmount,
    FixedRate,
    Group,
    JournalEntry,
    JournalLine,
    LegalEntity,
    Money,
    Rate,
    RateBook,
    Role,
    TransferBasis,
    TransferRule,
    TransferRules,
    book_transfer,
    booking_rates,
    consolidate,
    contribution_by,
    dimensions,
    profit_facts,
    transfer_price,
)

START = date(2026, 1, 1)
INTERCOMPANY = (
    Role.INTERCOMPANY_REVENUE,
    Role.INTERCOMPANY_COST,
    Role.INTERCOMPANY_RECEIVABLE,
    Role.INTERCOMPANY_PAYABLE,
)
RESULT = (
    Role.REVENUE,
    Role.BREAKAGE_REVENUE,
    Role.COST_OF_SALES,
    Role.EXPENSE_COST,
    Role.LABOUR_COST,
)
ACCOUNTS = {role: role for role in (*INTERCOMPANY, *RESULT, Role.RECEIVABLE)}
COMPANIES = {"GB": "GBP", "DE": "EUR", "IN": "INR", "JP": "JPY", "KW": "KWD"}
GROUP = Group(
    "G",
    "Group",
    "GBP",
    tuple(LegalEntity(i, i, i, code, accounts=ACCOUNTS) for i, code in COMPANIES.items()),
    START,
)
# All by the euro, at figures that no cross rate divides evenly.
RATES = RateBook(
    Rate("EUR", code, START, value, source="law")
    for code, value in {"GBP": "0.8571", "INR": "90.0913", "JPY": "161.37", "KWD": "0.3317"}.items()
)

companies = st.sampled_from(sorted(COMPANIES))
currencies = st.sampled_from(sorted(COMPANIES.values()))
days = st.integers(0, 7).map(lambda n: START + timedelta(days=n))


@attrs.frozen
class Books:
    """Entries of a group, of which some pairs have lost a leg."""

    entries: tuple[JournalEntry, ...]
    whole: frozenset[str]
    halved: frozenset[str]


def ordinary(number: int, entity: str, role: str, amount: Money, day: date) -> JournalEntry:
    code = COMPANIES[entity]
    booked = booking_rates(RATES, amount.currency, code, "GBP", START).book(amount)
    about = dimensions(contract=f"C-{number % 3}")
    lines = (
        JournalLine(role, role, booked, about),
        JournalLine(Role.RECEIVABLE, Role.RECEIVABLE, -booked, about),
    )
    return JournalEntry(f"E-{number}", entity, day, "any", "any", lines)


def pair(
    number: int, seller: str, performer: str, amount: Money
) -> tuple[JournalEntry, JournalEntry]:
    method = FixedRate(amount.exact)
    rules = TransferRules([TransferRule("T", None, None, method, START)])
    basis = TransferBasis.of_time(1, ExactAmount.of(1, "EUR"))
    charge = transfer_price(rules, seller=seller, performer=performer, day=START, basis=basis)
    assert charge is not None
    about = dimensions(contract=f"C-{number % 3}")
    return book_transfer(
        charge, id=f"P-{number}", day=START, group=GROUP, rates=RATES, dimensions=about
    )


@st.composite
def books(draw: st.DrawFn, lost_legs: bool = True) -> Books:
    amounts = st.builds(Money, st.integers(-(10**6), 10**6), currencies)
    entries: list[JournalEntry] = []
    for number in range(draw(st.integers(0, 6))):
        role = draw(st.sampled_from(RESULT))
        entries.append(ordinary(number, draw(companies), role, draw(amounts), draw(days)))
    whole: set[str] = set()
    halved: set[str] = set()
    for number in range(draw(st.integers(0, 6))):
        seller, performer = draw(st.permutations(sorted(COMPANIES)))[:2]
        legs = pair(number, seller, performer, draw(amounts))
        keep = draw(st.sampled_from([0, 1, 2])) if lost_legs else 2
        (whole if keep == 2 else halved).add(f"P-{number}")
        entries += legs if keep == 2 else [legs[keep]]
    return Books(tuple(draw(st.permutations(entries))), frozenset(whole), frozenset(halved))


def by_role(entries: Sequence[JournalEntry], *, only: Sequence[str] | None = None) -> Counter[str]:
    totals: Counter[str] = Counter()
    for entry in entries:
        for line in entry.lines:
            if only is None or line.role in only:
                totals[line.role] += line.amount.group.minor
    return totals


def minors(consolidation: Consolidation) -> dict[str, int]:
    return {role: amount.minor for role, amount in consolidation.balances.items()}


@given(books())
def test_the_group_is_the_sum_of_its_parts_less_the_pairs(found: Books) -> None:
    expected = by_role(found.entries)
    expected.subtract(
        by_role([e for e in found.entries if e.pair in found.whole], only=INTERCOMPANY)
    )
    result = consolidate(found.entries, GROUP)
    assert minors(result) == expected
    parts: Counter[str] = Counter()
    for part in result.parts.values():
        parts.update({role: amount.minor for role, amount in part.items()})
    parts.subtract({role: amount.minor for role, amount in result.eliminated().items()})
    assert minors(result) == parts


@given(books())
def test_every_elimination_nets_to_zero_and_so_does_the_group(found: Books) -> None:
    result = consolidate(found.entries, GROUP)
    assert {elimination.pair for elimination in result.eliminations} == found.whole
    for elimination in result.eliminations:
        assert sum(amount.minor for _, amount in elimination.amounts) == 0
    assert result.is_zero


@given(books())
def test_every_leg_that_lost_its_partner_is_a_break(found: Books) -> None:
    result = consolidate(found.entries, GROUP)
    assert sorted(str(one.pair) for one in result.breaks) == sorted(found.halved)
    assert {one.reason for one in result.breaks} <= {BreakReason.ONE_LEG}


@given(books(), st.randoms(use_true_random=False))
def test_the_order_of_entries_does_not_matter(found: Books, random: object) -> None:
    shuffled = list(found.entries)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert consolidate(shuffled, GROUP) == consolidate(found.entries, GROUP)


@given(books(), days)
def test_a_day_in_the_past_sees_what_was_there_then(found: Books, day: date) -> None:
    then = [entry for entry in found.entries if entry.day <= day]
    assert consolidate(found.entries, GROUP, day) == attrs.evolve(
        consolidate(then, GROUP), through=day
    )


@given(books())
def test_contribution_of_the_group_agrees_with_its_books(found: Books) -> None:
    books_say = -sum(by_role(found.entries, only=RESULT).values())
    facts = profit_facts(found.entries, CostView.GROUP, GROUP)
    assert facts.total.contribution.minor == books_say


@given(books(lost_legs=False))
def test_both_views_agree_on_the_total_and_on_every_contract(found: Books) -> None:
    group = contribution_by(profit_facts(found.entries, CostView.GROUP, GROUP), "contract")
    entity = contribution_by(profit_facts(found.entries, CostView.ENTITY, GROUP), "contract")
    zero = Money.zero("GBP")
    in_group = {key: row.contribution for key, row in group.rows.items()}
    for key, row in entity.rows.items():
        assert row.contribution == in_group.pop(key, zero)
        assert row.transfer_cost == zero
    assert not in_group
