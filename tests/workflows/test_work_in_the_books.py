"""What work and trips cost is in the margin of those for whom it was, at every level and view."""

from __future__ import annotations

from collections import Counter
from datetime import date

import attrs

from harmony_core.finance import (
    CostView,
    Money,
    Role,
    contribution_by,
    money_sum,
    profit_facts,
)
from harmony_core.periods import Month
from harmony_core.work import Expense, WorkSubject
from harmony_core.workflows import month_end, review_work
from tests.strategies import GROUP
from tests.workflows.company import SUPPORT, in_memory, time

JANUARY = Month(2026, 1)


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
