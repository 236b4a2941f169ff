"""The 24 months in the books of a group that reports in dollars: derived again, not converted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction

import attrs
import pytest

from harmony_core.billing import Charge
from harmony_core.finance import (
    Booked,
    CostView,
    JournalEntry,
    Money,
    RateBook,
    Role,
    booked_sum,
    consolidate,
    profit_facts,
)
from harmony_core.periods import Month
from harmony_core.repositories import MemoryStore
from harmony_core.workflows import ReplayReport, replay
from tests.demo.untraced import untraced

DOLLARS = "USD"
RESULT = (
    Role.REVENUE,
    Role.BREAKAGE_REVENUE,
    Role.COST_OF_SALES,
    Role.EXPENSE_COST,
    Role.LABOUR_COST,
)


@attrs.frozen
class Books:
    entries: tuple[JournalEntry, ...]
    charges: tuple[Charge, ...]
    recognised: Mapping[str, Booked]
    rates: RateBook

    @classmethod
    def of(cls, store: MemoryStore) -> Books:
        with store.begin() as unit:
            return cls(
                tuple(unit.journal.entries()),
                unit.charges.all(),
                unit.recognised.totals(),
                unit.rates.book(),
            )


@pytest.fixture(scope="module")
def replayed(in_memory: MemoryStore) -> tuple[MemoryStore, ReplayReport]:
    with in_memory.begin() as unit:
        group = unit.company.get().group
    store = MemoryStore()
    with untraced():
        return store, replay(in_memory, store, attrs.evolve(group, currency=DOLLARS))


@pytest.fixture(scope="module")
def pounds(in_memory: MemoryStore) -> Books:
    return Books.of(in_memory)


@pytest.fixture(scope="module")
def dollars(replayed: tuple[MemoryStore, ReplayReport]) -> Books:
    return Books.of(replayed[0])


def at_the_rate_of(books: Books, amount: Money, booked: JournalEntry | Charge) -> Money:
    """What an amount is in dollars on the day of its booking, worked out with fractions alone."""
    day = booked.day if isinstance(booked, JournalEntry) else booked.booked_on
    if amount.currency == DOLLARS:
        return amount
    rate = books.rates.find(amount.currency, DOLLARS, day, known=day).value
    exactly = amount.exact.value * rate * 100
    return Money(int(abs(exactly) + Fraction(1, 2)) * (1 if exactly > 0 else -1), DOLLARS)


def two_columns(entries: Iterable[JournalEntry]) -> Counter[tuple[object, ...]]:
    found: Counter[tuple[object, ...]] = Counter()
    for entry in entries:
        for line in entry.lines:
            amount = line.amount
            if amount.transaction or amount.entity:
                key = entry.id, entry.day, line.account, line.role, line.dimensions
                found[*key, amount.transaction, amount.entity] += 1
    return found


def test_the_columns_of_the_deal_and_of_the_company_are_what_they_were(
    pounds: Books, dollars: Books, replayed: tuple[MemoryStore, ReplayReport]
) -> None:
    assert replayed[1].not_replayed == ()
    assert len(replayed[1].months) == 24
    assert two_columns(dollars.entries) == two_columns(pounds.entries)
    assert [charge.key for charge in dollars.charges] == [charge.key for charge in pounds.charges]


def test_the_third_column_is_each_fact_at_the_rate_of_its_own_day(dollars: Books) -> None:
    for charge in dollars.charges:
        if charge.credits is None:
            assert charge.booked.group == at_the_rate_of(dollars, charge.amount, charge), charge.key
    seen = Counter(entry.kind for entry in dollars.entries)
    for entry in dollars.entries:
        if entry.kind in ("labour", "expenses"):
            for line in entry.lines:
                expected = at_the_rate_of(dollars, line.amount.transaction, entry)
                assert line.amount.group == expected, entry.id
        if entry.kind == "transfer":  # its lines are fitted to what was charged in all
            for role in {line.role for line in entry.lines}:
                parts = [line.amount for line in entry.lines if line.role == role]
                whole = booked_sum(parts, parts[0].currencies)
                assert whole.group == at_the_rate_of(dollars, whole.transaction, entry), entry.id
    assert all(seen[kind] >= 24 for kind in ("labour", "expenses", "transfer"))


def test_what_is_earned_of_a_charge_is_earned_whole_in_dollars_too(
    pounds: Books, dollars: Books
) -> None:
    whole = 0
    for was, now in zip(pounds.charges, dollars.charges, strict=True):
        if pounds.recognised.get(was.key) == was.booked:
            assert dollars.recognised[now.key] == now.booked, now.key
            whole += 1
    assert whole > 500


def test_the_books_in_dollars_balance_and_consolidate(
    dollars: Books, replayed: tuple[MemoryStore, ReplayReport]
) -> None:
    for entry in dollars.entries:
        amounts: list[Booked] = [line.amount for line in entry.lines]
        assert not booked_sum(amounts, amounts[0].currencies), entry.id
    with replayed[0].begin() as unit:
        group = unit.company.get().group
    found = consolidate(dollars.entries, group)
    assert (found.currency, found.is_zero, found.breaks) == (DOLLARS, True, ())
    assert not any(found.balances[role] for role in found.eliminated())


def test_contribution_in_dollars_is_that_of_the_books_and_the_same_in_both_views(
    pounds: Books, dollars: Books, replayed: tuple[MemoryStore, ReplayReport]
) -> None:
    with replayed[0].begin() as unit:
        group = unit.company.get().group
    facts = profit_facts(dollars.entries, CostView.GROUP, group)
    booked = sum(
        line.amount.group.minor
        for entry in dollars.entries
        for line in entry.lines
        if line.role.partition(".")[0] in RESULT
    )
    assert facts.total.contribution == Money(-booked, DOLLARS)
    apart = profit_facts(dollars.entries, CostView.ENTITY, group)
    assert apart.total.contribution == facts.total.contribution
    assert {fact.month for fact in facts} == set(months_of(pounds.entries))


def months_of(entries: Iterable[JournalEntry]) -> Iterable[Month]:
    for entry in entries:
        if any(line.role.partition(".")[0] in RESULT for line in entry.lines):
            yield Month.containing(entry.day)
