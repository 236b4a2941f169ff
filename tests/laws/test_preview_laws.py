"""A preview is the bill: the same keys and amounts, on any day, for one night or for a year."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.billing import BillingTerms, due, preview
from harmony_core.finance import RateBook, money_sum
from harmony_core.periods import Span, add_months
from tests.strategies import (
    END,
    GROUP,
    OPENING,
    RATES,
    TERMS,
    TREE,
    Happened,
    contract,
    contracts,
    device_lines,
    fixed_lines,
    happened,
)

days = st.dates(OPENING, END)


@given(happened(), days)
def test_a_preview_is_the_bill(there: Happened, night: date) -> None:
    facts = there.facts()
    charges = list(due(there.contract, facts, TERMS, night))
    expected = list(preview(there.contract, facts, TERMS, Span.of_days(OPENING, night)))
    assert [
        (one.key, one.amount, one.quantity, one.evidence, one.explanation) for one in expected
    ] == [(one.key, one.amount, one.quantity, one.evidence, one.explanation) for one in charges]


@given(happened(contracts()), days, days)
def test_what_is_charged_is_not_expected_again(there: Happened, one: date, other: date) -> None:
    facts, first, last = there.facts(), min(one, other), max(one, other)
    charged = {charge.key for charge in due(there.contract, facts, TERMS, first)}
    whole = list(preview(there.contract, facts, TERMS, Span.of_days(OPENING, last)))
    still = list(preview(there.contract, facts, TERMS, Span.of_days(OPENING, last), charged))
    later = Span.of_days(first, last)  # from the night on, less the night itself
    assert still == [one for one in whole if one.planned.trigger > first]
    seen = preview(there.contract, facts, TERMS, later, charged)
    assert list(seen) == still


lines = fixed_lines("1", "EUR") | device_lines("1", "EUR")


@given(happened(lines.map(contract)), st.integers(0, 5))
def test_a_forecast_of_twelve_months_is_the_sum_of_twelve_bills(
    there: Happened, later: int
) -> None:
    """And it needs no exchange rate: nobody knows those of the year to come."""
    facts, without_rates = there.facts(), BillingTerms(GROUP, RateBook(()), TREE)
    nights = [add_months(OPENING, later + month) for month in range(13)]
    year = Span(nights[0], nights[-1])
    forecast = list(preview(there.contract, facts, without_rates, year))
    terms = BillingTerms(GROUP, RATES, TREE, rate_policy=TERMS.rate_policy)
    before = {one.key for one in due(there.contract, facts, terms, nights[0] - timedelta(1))}
    bills = []
    for _, night in pairwise(nights):
        bill = list(due(there.contract, facts, terms, night - timedelta(days=1), before))
        before |= {charge.key for charge in bill}
        bills.append(money_sum((charge.amount for charge in bill), "EUR"))
    assert money_sum((one.amount for one in forecast), "EUR") == money_sum(bills, "EUR")
    assert {one.key for one in forecast} <= before
