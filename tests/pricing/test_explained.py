"""What is billed in several runs, trued up or prorated explains itself."""

from __future__ import annotations

from fractions import Fraction
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from harmony_core.culture import Culture
from harmony_core.finance import HALF_EVEN, ExactAmount, Rounding
from harmony_core.pricing import (
    BandChosenBy,
    BandTable,
    Billed,
    PricePoint,
    Scheme,
    ZeroQuantity,
    explain_fill_up_prorated,
    explain_increment,
    explain_look_up_prorated,
    explain_price_each,
    explain_prorated_amount,
    explain_prorated_quantity,
    explain_rerate,
    explain_rerate_periods,
    explain_still_to_bill,
    explain_true_up,
    fill_up_prorated,
    increment,
    look_up_prorated,
    price_each,
    prorated_amount,
    prorated_quantity,
    rerate,
    rerate_periods,
    still_to_bill,
    true_up,
)
from tests.pricing.scheme_values import money, quantities, schemes, tables

points = st.builds(PricePoint, st.booleans(), st.booleans())
parts = st.fractions(0, 1, max_denominator=60)
roundings = st.sampled_from([Rounding(), HALF_EVEN, Rounding.of("down", "0.05")])
billed = st.builds(Billed, quantities, st.none() | money)
changes = st.lists(
    st.tuples(st.fractions(-20, 20, max_denominator=6), parts).map(
        lambda pair: (pair[0], pair[0] * pair[1])
    ),
    max_size=5,
)


@given(schemes, quantities, billed, points)
def test_what_is_left_to_bill(
    scheme: Scheme, quantity: Fraction, before: Billed, point: PricePoint
) -> None:
    why = explain_still_to_bill(scheme, quantity, before, point)
    assert why.evaluate() == why.value == still_to_bill(scheme, quantity, before, point).value
    why = explain_increment(scheme, quantity, before, point)
    assert why.evaluate() == why.value == increment(scheme, quantity, before, point).value
    assert why.unit == "EUR"
    assert why.as_text(Culture.of("de"))


@given(schemes, st.lists(st.sampled_from([Fraction(0), Fraction(5, 2), Fraction(40)]), max_size=6))
def test_buckets_priced_alone(scheme: Scheme, buckets: list[Fraction]) -> None:
    why = explain_price_each(scheme, buckets)
    assert why.evaluate() == why.value == price_each(scheme, buckets).value


@given(schemes, st.lists(quantities, max_size=4), roundings)
def test_every_line_of_a_rerating(
    scheme: Scheme, totals: list[Fraction], rounding: Rounding
) -> None:
    lines = [line.exact.value for line in rerate(scheme, totals, rounding)]
    found = explain_rerate(scheme, totals, rounding)
    assert [why.evaluate() for why in found] == [why.value for why in found] == lines


@given(
    schemes,
    st.lists(st.lists(quantities, min_size=1, max_size=3), min_size=1, max_size=4),
    roundings,
)
def test_every_line_of_late_usage(
    scheme: Scheme, seen: list[list[Fraction]], rounding: Rounding
) -> None:
    runs = [list(accumulate(periods)) for periods in sorted(seen, key=len)]
    lines = rerate_periods(scheme, runs, rounding)
    found = explain_rerate_periods(scheme, runs, rounding)
    assert [why.evaluate() for why in found] == [line.amount.exact.value for line in lines]
    assert [why.value for why in found] == [line.amount.exact.value for line in lines]
    assert [dict(why.facts)["period"] for why in found] == [str(line.period) for line in lines]


@given(money, st.lists(money, max_size=3), st.lists(money, max_size=2), parts, roundings)
def test_a_true_up(
    committed: ExactAmount,
    usage: list[ExactAmount],
    fees: list[ExactAmount],
    part: Fraction,
    rounding: Rounding,
) -> None:
    owed = true_up(committed, usage, fees=fees, part=part, rounding=rounding)
    why = explain_true_up(committed, usage, fees=fees, part=part, rounding=rounding)
    assert why.evaluate() == why.value == owed.exact.value


@given(money, st.integers(0, 31), quantities, st.lists(st.tuples(quantities, st.integers(0, 31))))
def test_a_part_of_a_period(
    amount: ExactAmount, days: int, persisted: Fraction, added: list[tuple[Fraction, int]]
) -> None:
    why = explain_prorated_amount(amount, days, 31)
    assert why.evaluate() == why.value == prorated_amount(amount, days, 31).value
    why = explain_prorated_quantity(31, added, persisted)
    assert why.evaluate() == why.value == prorated_quantity(31, added, persisted)


@given(tables(with_caps=False), changes, st.sampled_from(ZeroQuantity))
def test_changes_in_their_bands(
    table: BandTable, moved: list[tuple[Fraction, Fraction]], policy: ZeroQuantity
) -> None:
    why = explain_fill_up_prorated(table, moved, policy)
    assert why.evaluate() == why.value == fill_up_prorated(table, moved, policy).value
    assert why.unit == "EUR"


@given(
    tables(),
    quantities.filter(bool),
    parts,
    st.sampled_from(BandChosenBy),
    st.sampled_from(ZeroQuantity),
    st.booleans(),
)
def test_prorated_units_at_one_band(
    table: BandTable,
    units: Fraction,
    part: Fraction,
    chosen_by: BandChosenBy,
    policy: ZeroQuantity,
    never: bool,
) -> None:
    asked = table, units, units * part, chosen_by, policy
    why = explain_look_up_prorated(*asked, never_dearer_than_next_band=never)
    amount = look_up_prorated(*asked, never_dearer_than_next_band=never)
    assert why.evaluate() == why.value == amount.value
    assert why.unit == "EUR"
