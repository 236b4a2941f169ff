"""A forecast over last year's facts is what a contract bills where that year comes again."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import product

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmony_core.billing import Facts, due, migration_forecast
from harmony_core.contracts import Contract, ContractLine
from harmony_core.errors import NotFound
from harmony_core.finance import Money, money_sum
from harmony_core.periods import Span, Timing
from harmony_core.pricing import PerUnit
from harmony_core.products import (
    ContractType,
    CountPolicy,
    DevicesCounted,
    ExpensesIncurred,
    Recognition,
    TimeWorked,
    UsageMetered,
)
from harmony_core.work import Expense, TimeEntry
from tests.laws.test_amendment_laws import OPEN
from tests.strategies import Happened, contract, fund_terms, happened, line

YEAR = Span.of_days(date(2026, 10, 1), date(2027, 9, 30))
"""The facts of the year before lie in its first nine months."""

PRICE = PerUnit.of("33.33", "EUR")
KINDS = {
    "recurring": ContractType.RECURRING,
    "hourly": ContractType.TRANSACTIONAL,
    "prepaid": ContractType.PREPAYMENT,
    "devices": ContractType.CONSUMPTION,
    "usage": ContractType.CONSUMPTION,
}


def line_of(kind: str, start: date, last_day: date | None, months: int) -> ContractLine:
    made = line(PRICE, start, last_day, kind=KINDS[kind], months=months, quantity=2)
    if kind == "hourly":
        return attrs.evolve(made, source=TimeWorked(), quantity=Fraction(0))
    if kind == "prepaid":
        earned = attrs.evolve(made.accounting, recognition=Recognition.AS_DRAWN)
        return attrs.evolve(made, fund=fund_terms(valid_months=2), accounting=earned)
    if kind in {"devices", "usage"}:
        source = (
            DevicesCounted(("computer",), CountPolicy.LAST_DAY)
            if kind == "devices"
            else UsageMetered("traffic")
        )
        billing = attrs.evolve(made.billing, timing=Timing.ARREARS)
        return attrs.evolve(made, source=source, billing=billing, quantity=Fraction(0))
    return made


def billed(of: Contract, facts: Facts, days: Span) -> Money:
    charges = due(of, facts, OPEN, date(2028, 6, 30))
    inside = (one.amount for one in charges if one.service.start in days)
    return money_sum(inside, of.currency)


@pytest.mark.parametrize(("before", "after"), [*product(KINDS, KINDS)])
@settings(max_examples=10)
@given(data=st.data())
def test_both_forecasts_are_what_would_be_billed(
    before: str, after: str, data: st.DataObject
) -> None:
    months = st.sampled_from([1, 3, 12])
    start = YEAR.start.replace(year=YEAR.start.year - 1)
    old = contract(line_of(before, start, YEAR.last_day, data.draw(months)))
    new = contract(line_of(after, YEAR.start, YEAR.last_day, data.draw(months)), id="C-2")
    there: Happened = data.draw(happened(st.just(old)))
    other: Happened = data.draw(happened(st.just(attrs.evolve(new, id="C-1"))))
    there = attrs.evolve(
        there, usage=other.usage or there.usage, devices=other.devices, events=other.events
    )
    facts = there.facts()
    found = migration_forecast(old, new, facts, OPEN, YEAR)
    assert found.before.total == billed(old, facts.moved(1), YEAR)
    places = {("C-1", "1"): ("C-2", "1")}
    assert found.after.total == billed(new, facts.moved(1, places), YEAR)
    assert found.change == found.after.total - found.before.total


def test_time_and_expenses_go_to_the_lines_that_take_them() -> None:
    """Of a flat fee that covered both, without anybody naming the lines."""
    old = contract(line_of("recurring", date(2025, 1, 1), None, 1))
    spent = attrs.evolve(
        line_of("hourly", YEAR.start, None, 1), id="E", source=ExpensesIncurred(Fraction(10))
    )
    new = contract(line_of("hourly", YEAR.start, None, 1), spent, id="C-2")
    facts = Facts(
        time=[TimeEntry("T", "anna", date(2026, 3, 2), 3, "C-1", "1")],
        expenses=[Expense("X", "anna", date(2026, 3, 2), Money.of(50, "EUR"), "C-1", "1")],
    )
    found = migration_forecast(old, new, facts, OPEN, YEAR).after
    assert found.lines == (("1", Money.of("99.99", "EUR")), ("E", Money.of(55, "EUR")))
    two = contract(*new.lines, attrs.evolve(new.line("1"), id="2"), id="C-2")
    found = migration_forecast(old, two, facts, OPEN, YEAR).after
    assert dict(found.lines)["1"] == dict(found.lines)["2"] == Money.of(0, "EUR")
    named = migration_forecast(old, two, facts, OPEN, YEAR, lines={"1": "2"}).after
    assert dict(named.lines)["2"] == Money.of("99.99", "EUR")
    assert dict(named.lines)["E"] == Money.of(55, "EUR")
    with pytest.raises(NotFound, match="no line '7'"):
        migration_forecast(old, two, facts, OPEN, YEAR, lines={"1": "7"})
