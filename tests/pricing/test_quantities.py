"""Quantities from usage, and parts of a period."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmony_core.errors import InvalidValue
from harmony_core.finance import ExactAmount
from harmony_core.pricing import (
    Aggregation,
    BandChosenBy,
    BandTable,
    FillUp,
    LookUp,
    PercentileRule,
    ZeroQuantity,
    aggregate,
    explain_aggregate,
    explain_high_water,
    explain_percentile,
    explain_time_weighted,
    fill_up_prorated,
    high_water,
    look_up_prorated,
    part_of_period,
    percentile,
    prorated_amount,
    prorated_quantity,
    time_weighted,
    with_percent,
)
from tests.pricing.scheme_values import quantities, tables

parts = st.fractions(0, 1, max_denominator=60)
OF_VALUES = [Aggregation(how) for how in ("count", "sum", "max", "latest", "unique")]
without_caps = tables(with_caps=False)


@given(st.lists(quantities, min_size=1), st.sampled_from(PercentileRule))
def test_a_percentile_lies_among_the_values(values: list[Fraction], rule: PercentileRule) -> None:
    assert min(values) <= percentile(values, 95, rule) <= max(values)
    assert percentile(values, 100, rule) == max(values)
    assert percentile(values, 95, rule) <= percentile(values, 99, rule)


@given(st.lists(quantities, min_size=1), st.integers(1, 100))
def test_the_nearest_rank_is_reached_by_so_many_percent(
    values: list[Fraction], percent: int
) -> None:
    found = percentile(values, percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


@given(quantities, st.lists(st.tuples(parts, quantities), max_size=5))
def test_a_time_weighted_average_sums_each_level_by_its_time(
    initial: Fraction, changes: list[tuple[Fraction, Fraction]]
) -> None:
    level, since, area = initial, Fraction(0), Fraction(0)
    for offset, added in sorted(changes):
        area += level * (offset - since)
        level, since = level + added, offset
    area += level * (1 - since)
    assert time_weighted(1, changes, initial) == area


@given(st.lists(quantities, max_size=5), st.lists(quantities, max_size=5))
def test_high_water_is_billed_once(first: list[Fraction], then: list[Fraction]) -> None:
    billed = high_water(first)
    assert billed + high_water(then, billed) == high_water([*first, *then])


@given(without_caps, st.lists(quantities.filter(bool), min_size=1, max_size=5))
def test_units_there_all_the_time_cost_what_fill_up_says(
    table: BandTable, changes: list[Fraction]
) -> None:
    whole = fill_up_prorated(table, [(change, change) for change in changes])
    assert whole == FillUp(table).price(sum(changes, Fraction(0)))


@given(tables(with_fees=False, with_caps=False), quantities.filter(bool), parts.filter(bool))
def test_a_part_of_the_time_costs_that_part(
    table: BandTable, units: Fraction, part: Fraction
) -> None:
    assert fill_up_prorated(table, [(units, units * part)]) == FillUp(table).price(units) * part


@given(without_caps, quantities.filter(bool), parts.filter(bool))
def test_units_added_and_taken_away_at_once_cost_the_flat_fees(
    table: BandTable, units: Fraction, part: Fraction
) -> None:
    both = [(units, units * part), (-units, -units * part)]
    fees = sum(
        band.flat_fee.value
        for band in table.bands[: table.band_number(units)]
        if band.flat_fee is not None
    )
    assert fill_up_prorated(table, both).value == fees


@given(tables(), quantities, st.sampled_from(ZeroQuantity), st.booleans())
def test_prorated_look_up_of_a_whole_period_is_look_up(
    table: BandTable, units: Fraction, policy: ZeroQuantity, never: bool
) -> None:
    prorated = look_up_prorated(
        table, units, units, zero_quantity=policy, never_dearer_than_next_band=never
    )
    assert prorated == LookUp(table, policy, never).price(units)


@given(tables(), quantities, st.fractions(0, 1, max_denominator=50), st.sampled_from(BandChosenBy))
def test_prorated_units_too_are_never_dearer_than_a_higher_band(
    table: BandTable, units: Fraction, part: Fraction, by: BandChosenBy
) -> None:
    plain = look_up_prorated(table, units, units * part, by)
    never = look_up_prorated(table, units, units * part, by, never_dearer_than_next_band=True)
    assert never.value <= plain.value
    if by is BandChosenBy.FULL_UNITS and units and part:
        number = table.band_number(units)
        for higher in range(number + 1, len(table.bands) + 1):
            limit = table.lower_limit(higher)
            least = table.bands[higher - 1].amount(limit * part)
            assert never.value <= least


def test_prorated_units_of_no_full_ones_have_no_part_of_time() -> None:
    table = BandTable.of("EUR", [(100, "2"), (None, "1")])
    with pytest.raises(InvalidValue, match="5 prorated units of no full ones"):
        look_up_prorated(table, 0, 5, never_dearer_than_next_band=True)


def test_the_band_of_prorated_units_is_chosen_by_policy() -> None:
    table = BandTable.of("EUR", [(100, "2", "10"), (200, "1"), (None, "0.5", "50")])
    by_part = look_up_prorated(table, 300, "198.6", BandChosenBy.PRORATED_UNITS)
    assert look_up_prorated(table, 300, "198.6") == ExactAmount.of("149.3", "EUR")
    assert by_part == ExactAmount.of("198.6", "EUR")


def test_prorated_changes_in_their_bands() -> None:
    table = BandTable.of("EUR", [(5, "10", "100"), (15, "5", "50"), (None, "2")])
    units = ["2", "5", "10", "-6", "4", "60"]
    come_to = ["1.4", "2.5", "2", "-2.2", "0.667", "2"]
    amount = fill_up_prorated(table, list(zip(units, come_to, strict=True)))
    assert amount == ExactAmount.of("191.335", "EUR")
    assert fill_up_prorated(table, []) == ExactAmount.of(0, "EUR")
    with_fee = fill_up_prorated(table, [], ZeroQuantity.FIRST_BAND_FLAT_FEE)
    assert with_fee == ExactAmount.of(100, "EUR")
    assert fill_up_prorated(table, [(2, 1), (-3, -1)]) == ExactAmount.of(0, "EUR")
    assert fill_up_prorated(table, [(2, 0), (1, 1)]) == ExactAmount.of(110, "EUR")


@pytest.mark.parametrize("how", OF_VALUES)
def test_no_usage_is_a_quantity_of_zero(how: Aggregation) -> None:
    assert aggregate(how, []) == percentile([]) == 0


def test_values_below_zero_are_counted_as_they_are() -> None:
    values = [3, -5]
    found = {how.value: aggregate(how, values) for how in OF_VALUES}
    assert found == {"count": 2, "sum": -2, "max": 3, "latest": -5, "unique": 2}
    assert aggregate(Aggregation.MAX, [-5]) == 0


@pytest.mark.parametrize("how", [how for how in Aggregation if how not in OF_VALUES])
def test_what_needs_more_than_values_says_where_it_is(how: Aggregation) -> None:
    with pytest.raises(InvalidValue, match=rf"{how.value} needs more than values: .*call \w+\(\)"):
        aggregate(how, [1])
    with pytest.raises(InvalidValue, match="needs more than values"):
        explain_aggregate(how, [1])


values = st.fractions(-50, 50, max_denominator=20)


@given(st.sampled_from(OF_VALUES), st.lists(values, max_size=6))
def test_an_aggregated_quantity_explains_itself(how: Aggregation, found: list[Fraction]) -> None:
    why = explain_aggregate(how, found)
    assert why.evaluate() == why.value == aggregate(how, found)


@given(st.lists(values, max_size=9), st.fractions("0.1", 100), st.sampled_from(PercentileRule))
def test_a_percentile_explains_itself(
    found: list[Fraction], percent: Fraction, rule: PercentileRule
) -> None:
    why = explain_percentile(found, percent, rule)
    assert why.evaluate() == why.value == percentile(found, percent, rule)


@given(values, st.lists(st.tuples(parts, values), max_size=5))
def test_a_time_weighted_average_explains_itself(
    initial: Fraction, changes: list[tuple[Fraction, Fraction]]
) -> None:
    why = explain_time_weighted(1, changes, initial)
    assert why.evaluate() == why.value == time_weighted(1, changes, initial)


@given(st.lists(quantities, max_size=5), quantities)
def test_a_high_water_mark_explains_itself(levels: list[Fraction], billed: Fraction) -> None:
    why = explain_high_water(levels, billed)
    assert why.evaluate() == why.value == high_water(levels, billed)


def test_one_rounding_after_the_tax_keeps_the_cent() -> None:
    part = prorated_amount(ExactAmount.of("200", "EUR"), 29, 30)
    assert str(with_percent(part, 25).settle()) == "241.67 EUR"
    assert prorated_quantity(29, [(1, 7)]) == Fraction(7, 29)


def test_what_cannot_be_is_refused() -> None:
    table = BandTable.of("EUR", [(None, "1")])
    with pytest.raises(InvalidValue, match="cannot have 31 days"):
        part_of_period(31, 30)
    with pytest.raises(InvalidValue, match="a period has days"):
        part_of_period(0, 0)
    with pytest.raises(InvalidValue, match="outside of a period"):
        time_weighted(24, [(25, 1)])
    with pytest.raises(InvalidValue, match="length above zero"):
        time_weighted(0, [])
    with pytest.raises(InvalidValue, match="above 0 and up to 100"):
        percentile([1], 0)
    with pytest.raises(InvalidValue, match="cannot come to -1"):
        fill_up_prorated(table, [(1, -1)])
