"""The watch list names what it finds and why, and its ways back lead to the target."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue, NotFound
from harmony_core.finance import (
    Contribution,
    CostView,
    MarginReason,
    MarginRule,
    Money,
    ProfitFact,
    ProfitFacts,
    dimensions,
    margin_watch,
)
from harmony_core.periods import Month

MARCH = Month(2026, 3)


def fact(contract: str, month: Month, revenue: int, labour: int, hours: int = 0) -> ProfitFact:
    earned, nothing, cost = (Money.of(amount, "EUR") for amount in (revenue, 0, labour))
    figures = Contribution.of(earned, nothing, cost, hours)
    return ProfitFact(month, dimensions(contract=contract), figures)


def facts(*rows: ProfitFact) -> ProfitFacts:
    return ProfitFacts.of(CostView.GROUP, "EUR", rows)


def reasons(found: ProfitFacts, rule: MarginRule, **plan: int) -> dict[str, list[str]]:
    watch = margin_watch(found, MARCH, rule, planned_hours=plan)
    return {alert.id: [reason.value for reason in alert.reasons] for alert in watch.alerts}


def test_so_many_months_in_a_row_below_the_target() -> None:
    rule = MarginRule("0.3", months=3)
    low = [fact("C-1", MARCH - back, 1000, 800) for back in range(3)]
    good_once = [fact("C-2", MARCH - back, 1000, 800 - 400 * (back == 1)) for back in range(3)]
    two_only = [fact("C-3", MARCH - back, 1000, 800) for back in range(2)]
    at_target = [fact("C-4", MARCH - back, 1000, 700) for back in range(3)]
    found = reasons(facts(*low, *good_once, *two_only, *at_target), rule)
    assert found == {"C-1": ["below_target"]}


def test_a_fall_against_the_months_before() -> None:
    rule = MarginRule("-9", months=2, fall=10)
    steep = [fact("C-1", MARCH - back, 1000, 500 if back < 2 else 300) for back in range(4)]
    just = [fact("C-2", MARCH - back, 1000, 400 if back < 2 else 300) for back in range(4)]
    new = [fact("C-3", MARCH, 1000, 900)]
    assert reasons(facts(*steep, *just, *new), rule) == {"C-1": ["fell"]}


def test_hours_over_plan_and_work_that_nobody_pays() -> None:
    rule = MarginRule("-9", months=1)
    rows = (
        fact("A", MARCH, 1000, 100, 11),
        fact("B", MARCH, 1000, 100, 10),
        fact("C", MARCH, 0, 100, 2),
        fact("D", MARCH, 0, 0, 2),
        fact("", MARCH, 0, 100, 2),
    )
    found = reasons(facts(*rows), rule, A=10, B=10)
    assert found == {
        "A": ["hours_over_plan"],
        "C": ["below_target", "without_revenue"],
        "D": ["without_revenue"],
    }


def test_the_worst_comes_first_and_rows_are_plain() -> None:
    rows = [fact("B", MARCH, 100, 200, 4), fact("A", MARCH, 100, 200, 4), fact("C", MARCH, 0, 1, 1)]
    watch = margin_watch(facts(*rows), MARCH, MarginRule("0.5", months=1))
    assert [alert.id for alert in watch.alerts] == ["A", "B", "C"]
    first = watch.as_rows()[0]
    assert {name: str(value) for name, value in first.items()} == {
        "contract": "A",
        "reasons": "below_target",
        "revenue": "100.00",
        "contribution": "-100.00",
        "percent": "-100.00",
        "revenue_to_target": "400.00",
        "hours": "4",
        "hours_to_target": "1",
    }
    assert watch.alerts[0].price_factor == 4
    assert watch.alerts[2].price_factor is None


@given(
    st.integers(0, 10**6),
    st.integers(1, 10**6),
    st.integers(0, 10**5),
    st.integers(1, 500),
    st.fractions(0, Fraction(9, 10), max_denominator=50),
)
def test_the_ways_back_lead_to_the_target(
    revenue: int, labour: int, direct: int, hours: int, target: Fraction
) -> None:
    figures = Contribution.of(
        Money(revenue, "EUR"), Money(direct, "EUR"), Money(labour, "EUR"), hours
    )
    found = facts(ProfitFact(MARCH, dimensions(contract="C-1"), figures))
    for alert in margin_watch(found, MARCH, MarginRule(target, months=1)).alerts:
        back = Contribution.of(alert.revenue_to_target, figures.direct_cost, figures.labour_cost)
        assert back.share is not None
        assert back.share >= target
        less = Contribution.of(
            Money(alert.revenue_to_target.minor - 1, "EUR"),
            figures.direct_cost,
            figures.labour_cost,
        )
        assert less.contribution.minor < target * less.revenue.minor
        if alert.hours_to_target is not None:
            worked = alert.hours_to_target * figures.labour_cost.minor / hours
            assert revenue - direct - worked == target * revenue
            assert alert.hours_to_target < hours or MarginReason.BELOW_TARGET not in alert.reasons


def test_what_cannot_be_watched_is_refused() -> None:
    with pytest.raises(InvalidValue, match=r"a share below 1, got 35: 0.35 is 35 per cent"):
        MarginRule(35)
    with pytest.raises(InvalidValue, match="over a month or more"):
        MarginRule("0.3", months=0)
    with pytest.raises(InvalidValue, match="points from 0"):
        MarginRule("0.3", fall=-1)
    known = facts(fact("C-1", MARCH, 1, 1))
    with pytest.raises(InvalidValue, match="planned hours of 'C-1' are zero or more"):
        margin_watch(known, MARCH, MarginRule("0.3"), planned_hours={"C-1": -1})
    with pytest.raises(NotFound, match="ticket"):
        margin_watch(known, MARCH + 24, MarginRule("0.3"), by="ticket")
    assert margin_watch(known, MARCH + 24, MarginRule("0.3")).alerts == ()
