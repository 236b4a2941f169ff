"""What work and trips cost is in the margin of those for whom it was, at every level and view."""

from __future__ import annotations

from collections import Counter
from datetime import date
from fractions import Fraction

import attrs
import pytest

from harmony_core.finance import (
    CostView,
    Money,
    PercentOfSell,
    ResaleMinus,
    Role,
    TransferMethod,
    TransferRule,
    contribution_by,
    money_sum,
    profit_facts,
)
from harmony_core.periods import Month
from harmony_core.pricing import BandTable, FillUp, Flat, Package, Scheme
from harmony_core.repositories import MemoryStore
from harmony_core.work import Expense, TimeEntry, WorkSubject, customer_view
from harmony_core.workflows import billing_night, month_end, review_work
from tests.strategies import GROUP
from tests.workflows.company import SUPPORT, in_memory, time

JANUARY = Month(2026, 1)
BANDS = BandTable.of("EUR", [(10, "118.00"), (None, "100.00")])


def sold_by(scheme: Scheme, method: TransferMethod, facts: list[TimeEntry]) -> MemoryStore:
    """A store in which line 2 of C-1 has that price, and companies that price transfers so."""
    lines = [attrs.evolve(SUPPORT.lines[1], scheme=scheme)]
    store = in_memory(contracts=[attrs.evolve(SUPPORT, lines=lines)], facts=facts)
    with store.begin() as unit:
        rules = (TransferRule("T", None, None, method, date(2020, 1, 1)),)
        unit.company.save(attrs.evolve(unit.company.get(), transfer_rules=rules))
    return store


def test_work_and_trips_without_a_line_lower_the_margin_of_their_contract_and_are_transferred() -> (
    None
):
    """Ravi of IN works 3 h on line 2, 10 h on no line and 5 h on one that is not there."""
    day = date(2026, 1, 12)
    facts = [
        time("T-1", "ravi", day, 3),
        attrs.evolve(time("T-2", "ravi", day, 10), line_id=None),
        time("T-3", "ravi", day, 5, ("C-1", "9")),
        Expense("E-1", "ravi", day, Money.of("800", "INR"), "C-1"),
    ]
    store = in_memory(facts=facts)
    report = month_end(store, JANUARY)
    assert {fact.id for fact in report.uncovered} == {"T-2", "T-3", "E-1"}
    cost: Counter[str] = Counter()
    owed: Counter[str] = Counter()
    for entry in report.entries:
        for line in entry.lines:
            if line.dimension("contract") == "C-1" and line.amount.transaction.currency == "INR":
                if line.role in (Role.LABOUR_COST, Role.EXPENSE_COST):
                    cost[line.dimension("line") or ""] += line.amount.transaction.minor
                elif line.role == Role.INTERCOMPANY_COST:
                    owed[line.dimension("line") or ""] += line.amount.transaction.minor
    assert cost == {"2": 3 * 145000, "": 15 * 145000 + 80000}
    assert owed == {"2": 3 * 156600, "": 15 * 156600 + 80000}  # hours at cost plus 8 %
    (hours,) = (
        found.hours
        for found in review_work(store, [JANUARY]).hours
        if dict(found.dimensions).get("line") is None
    )
    assert hours == 15


def test_work_that_names_only_a_customer_costs_him_who_stands_for_him() -> None:
    fact = attrs.evolve(
        time("T-1", "ravi", date(2026, 1, 12), 4, None), subject=WorkSubject(customer_id="K-9")
    )
    report = month_end(in_memory(facts=[fact]), JANUARY)
    assert [entry.kind for entry in report.entries if entry.kind in ("labour", "transfer")] == [
        "labour"
    ]
    (entry,) = (entry for entry in report.entries if entry.kind == "labour")
    assert {line.dimensions for line in entry.lines} == {(("customer", "K-1"),)}


def test_every_level_of_both_views_adds_up_to_the_same_contribution() -> None:
    """Transfers are of the division, the product and the line whose work they are for."""
    facts = [
        time("T-1", "ravi", date(2026, 1, 12), 3),
        Expense("E-1", "ravi", date(2026, 1, 12), Money.of("833.33", "INR"), "C-1", "3"),
        attrs.evolve(time("T-2", "ravi", date(2026, 1, 13), 1), line_id=None),
    ]
    lines = [
        attrs.evolve(line, division=division)
        for line, division in zip(SUPPORT.lines, ("Managed", "Projects", "Cloud"), strict=True)
    ]
    store = in_memory(contracts=[attrs.evolve(SUPPORT, lines=lines)], facts=facts)
    entries = month_end(store, JANUARY).entries
    group = profit_facts(entries, CostView.GROUP, GROUP)
    apart = profit_facts(entries, CostView.ENTITY, GROUP)
    assert group.total.contribution == apart.total.contribution
    for level in ("division", "product", "line", "contract", "customer", "entity"):
        rows = contribution_by(apart, level).rows
        whole = [row.contribution for row in rows.values()]
        assert money_sum(whole, GROUP.currency) == group.total.contribution
    own = contribution_by(apart, "entity", "division").rows
    transfers = {key: row.transfer_cost.minor for key, row in own.items() if row.transfer_cost}
    assert set(transfers) == {
        (entity, division) for entity in ("DE", "IN") for division in ("Projects", "Cloud", "")
    }
    for division in ("Projects", "Cloud", ""):
        assert transfers["DE", division] == -transfers["IN", division] > 0


@pytest.mark.parametrize(
    ("scheme", "method", "billed", "transferred"),
    [
        (FillUp(BANDS), PercentOfSell(60), "2180.00", "1308.00"),
        (Package.of("1000.00", 10, "EUR"), PercentOfSell(60), "2000.00", "1200.00"),
        (Flat.of("500.00", "EUR"), PercentOfSell(60), "500.00", "300.00"),
        (FillUp(BANDS), ResaleMinus(30), "2180.00", "1526.00"),
    ],
)
def test_what_follows_the_customers_amount_follows_the_invoice(
    scheme: Scheme, method: TransferMethod, billed: str, transferred: str
) -> None:
    store = sold_by(scheme, method, [time("T-1", "ravi", date(2026, 1, 12), 20)])
    entries = month_end(store, JANUARY).entries
    (found,) = billing_night(store, date(2026, 2, 1)).charges
    assert found.amount == Money.of(billed, "EUR")
    (pair,) = (entry for entry in entries if entry.kind == "transfer" and entry.entity == "DE")
    assert pair.lines[0].amount.transaction == Money.of(transferred, "EUR")
    (rated,) = review_work(store, [JANUARY]).times
    view = customer_view(rated)
    assert (view.quantity, view.unit_price, view.amount) == (Fraction(20), None, found.amount)


def test_late_hours_move_the_transfer_by_what_they_move_the_invoice() -> None:
    """12 h are 1,380.00, 3 h more 300.00: 60 % of each, in the month in which it is known."""
    facts = [
        time("T-1", "ravi", date(2026, 1, 12), 12),
        time("T-2", "ravi", date(2026, 1, 20), 3, recorded_on=date(2026, 2, 9)),
    ]
    store = sold_by(FillUp(BANDS), PercentOfSell(60), facts)
    found = []
    for month in (JANUARY, Month(2026, 2)):
        found += [
            str(entry.lines[0].amount.transaction)
            for entry in month_end(store, month).entries
            if entry.kind == "transfer" and entry.entity == "DE"
        ]
    assert found == ["828.00 EUR", "180.00 EUR"]
