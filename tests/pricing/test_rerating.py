"""Billing in several runs: their sum is one run over everything."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import CurrencyMismatch, InvalidValue
from harmony_core.finance import ExactAmount, money_sum
from harmony_core.pricing import (
    AtPeriodEnd,
    BandTable,
    Billed,
    Correction,
    FillUp,
    Flat,
    LookUp,
    PerUnit,
    PricePoint,
    Scheme,
    exact_sum,
    explain_increment,
    increment,
    price,
    price_each,
    rerate,
    rerate_periods,
    still_to_bill,
    sum_of_lines,
)
from tests.pricing.scheme_values import quantities, schemes, tables

NOT_LAST = PricePoint(last_line_of_period=False)


@given(schemes, st.lists(quantities, min_size=1, max_size=4))
def test_the_runs_together_are_one_run_over_everything(
    scheme: Scheme, totals: list[Fraction]
) -> None:
    lines = rerate(scheme, totals)
    assert len(lines) == len(totals)
    assert money_sum(lines, "EUR") == price(scheme, totals[-1]).settle()


@given(schemes, st.lists(st.lists(quantities, min_size=1, max_size=3), min_size=1, max_size=4))
def test_late_units_leave_what_one_run_would_have_billed(
    scheme: Scheme, seen: list[list[Fraction]]
) -> None:
    runs = [list(accumulate(periods)) for periods in sorted(seen, key=len)]
    lines = rerate_periods(scheme, runs)
    total = money_sum((line.amount for line in lines), "EUR")
    assert total == price(scheme, runs[-1][-1]).settle()
    assert all(line.amount for line in lines)
    at_once = {(line.period, line.amount) for line in rerate_periods(scheme, [runs[-1]])}
    by_period = {
        period: money_sum((line.amount for line in lines if line.period == period), "EUR")
        for period in range(1, len(runs[-1]) + 1)
    }
    assert at_once == {(period, amount) for period, amount in by_period.items() if amount}


@given(schemes, quantities, quantities)
def test_an_increment_goes_on_from_what_was_billed(
    scheme: Scheme, first: Fraction, then: Fraction
) -> None:
    billed = scheme.price(first, NOT_LAST)
    more = increment(scheme, then, Billed(first, billed))
    assert billed + more == scheme.price(first + then)
    assert more == still_to_bill(scheme, first + then, Billed(first, billed))


@given(tables(), quantities.filter(bool), quantities)
def test_an_amount_that_is_not_named_is_what_the_scheme_says(
    table: BandTable, first: Fraction, then: Fraction
) -> None:
    scheme = FillUp(table)
    more = increment(scheme, then, Billed(first))
    assert more == increment(scheme, then, Billed(first, scheme.price(first)))


@given(schemes, st.lists(quantities | st.just(Fraction(0)), min_size=1, max_size=5))
def test_the_lines_of_a_period_are_its_whole_even_where_nothing_was_used_at_first(
    scheme: Scheme, lines: list[Fraction]
) -> None:
    total, billed = ExactAmount.of(0, "EUR"), Fraction(0)
    for number, quantity in enumerate(lines):
        point = PricePoint(number == 0, number == len(lines) - 1)
        line = increment(scheme, quantity, Billed(billed), point)
        why = explain_increment(scheme, quantity, Billed(billed), point)
        assert why.evaluate() == why.value == line.value
        total, billed = total + line, billed + quantity
    assert total == scheme.price(billed)


@given(schemes, st.lists(quantities, max_size=5))
def test_buckets_are_priced_alone(scheme: Scheme, buckets: list[Fraction]) -> None:
    alone = [price(scheme, bucket) for bucket in buckets]
    assert price_each(scheme, buckets) == exact_sum(alone, "EUR")


@given(schemes, quantities)
def test_what_waits_for_the_end_is_billed_once(scheme: Scheme, quantity: Fraction) -> None:
    waiting = AtPeriodEnd(scheme)
    assert waiting.price(quantity, NOT_LAST) == ExactAmount.of(0, "EUR")
    assert increment(waiting, quantity, Billed(quantity)) == price(scheme, quantity + quantity)


def test_look_up_gives_back_when_more_units_make_all_cheaper() -> None:
    seats = LookUp(BandTable.of("USD", [(15, "10"), (None, "5")]))
    runs = [[15], [15, 15], [16, 16, 16]]
    assert [(line.run, line.period, str(line.amount)) for line in rerate_periods(seats, runs)] == [
        (1, 1, "150.00 USD"),
        (3, 1, "-70.00 USD"),
    ]


def test_withdrawn_units_are_given_back_on_their_own_period() -> None:
    lines = rerate_periods(PerUnit.of("10", "USD"), [[3, 8], [2, 7]])
    assert [(line.run, line.period, line.amount.minor) for line in lines] == [
        (1, 1, 3000),
        (1, 2, 5000),
        (2, 1, -1000),
    ]
    assert isinstance(lines[0], Correction)


def test_a_flat_amount_is_billed_by_the_first_run_only() -> None:
    assert [line.minor for line in rerate(Flat.of("100", "EUR"), [1, 2])] == [10000, 0]


def test_amounts_too_small_to_be_seen_are_not_lost() -> None:
    lines = rerate(PerUnit.of("0.001", "USD"), [333, 666])
    assert [line.minor for line in lines] == [33, 34]


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(InvalidValue, match="does not vanish"):
        rerate_periods(PerUnit.of("1", "EUR"), [[1, 2], [3]])
    with pytest.raises(CurrencyMismatch):
        sum_of_lines([ExactAmount.of(1, "USD")], "EUR")
    with pytest.raises(CurrencyMismatch):
        exact_sum([ExactAmount.of(1, "USD")], "EUR")
